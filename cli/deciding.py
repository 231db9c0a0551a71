"""Commands that decide for several worlds at once."""

from __future__ import annotations

from typing import Any

import click

from outlay.cli.application import run
from outlay.cli.options import SET, common, objective, reading, solving


@click.command(
    "rank",
    epilog="""\b
Examples:
  outlay rank my-plan --limit commitments --levels 100,200,300
  outlay rank us-japan-550 --limit commitments --levels 100,200,300,400,550 --weights 1,2,3,2,1 -o list
""",
)
@click.argument("instance")
@click.option(
    "--limit", required=True, metavar="NAME", help="The limit that is not known: a resource, a fund, a row of limits."
)
@click.option("--levels", required=True, metavar="A,B,...", help="Its levels, rising.")
@click.option("--weights", metavar="W,W,...", help="How much each level counts. Default: all alike.")
@SET
@click.option(
    "--objective",
    callback=objective,
    metavar="METRIC=WEIGHT,...",
    help="Replace the instance's objective; @NAME takes a stakeholder's weights.",
)
@click.option("--jobs", type=click.IntRange(1, 256), metavar="N", help="Levels at a time. Default: one a core.")
@click.option(
    "-o", "--output", type=click.Path(), metavar="FOLDER", help="New folder: the list as CSV, and a run file a level."
)
@solving
@reading
@common
def rank_command(**arguments: Any) -> int:
    """Rank projects for a budget that is not known yet: one list that is right at every level.

    What is funded at a level is funded, with the same alternative, at each higher one; starts may move. Shown beside
    it: the best plan of each level by itself, and so what it costs to have one list. Each level's plan is verified by
    itself. The time limit holds for everything.
    """
    return run("rank", **arguments)
