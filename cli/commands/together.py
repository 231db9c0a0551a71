"""Commands that decide for several worlds at once."""

from __future__ import annotations

from typing import Any

import click

from outlay.cli.application import run
from outlay.cli.options import SET, Command, common, objective, reading, solving


def scenarios(command: Command) -> Command:
    """Add the options of a solve for several scenarios."""
    for option in (
        click.option("--jobs", type=click.IntRange(1, 256), metavar="N", help="Of --scenarios: questions at a time."),
        click.option(
            "--gap-replications",
            type=click.IntRange(2, 1000),
            metavar="M",
            help="Of --scenarios N: estimate how far the plan is from the best one for all that can happen, by solving "
            "for M times N fresh draws; each time may take --time-limit.",
        ),
        click.option(
            "--launcher",
            metavar="COMMAND",
            help="Of --engine mpi-sppy: what starts a multiple of three processes, as 'srun -n 30'; all machines must "
            "see the current folder. Default: mpiexec -n 3, on this machine.",
        ),
        click.option(
            "--engine",
            type=click.Choice(["here", "mpi-sppy"]),
            help="Of --scenarios: who solves them together: HiGHS on this machine (the default), or mpi-sppy, divided "
            "over processes of MPI.",
        ),
        click.option(
            "--risk",
            metavar="MEASURE",
            help="Of --scenarios: expected (the default), cvar:A (mean of the worst share 1 - A), cvar:A:W (weighed W "
            "against the mean), regret or worst.",
        ),
        click.option(
            "--scenarios",
            metavar="SETS_OR_N",
            help="Decide for several worlds at once: constraint sets, as base,tight-labour, with weights as "
            "base=2,boom=1; or so many draws of what is uncertain.",
        ),
    ):
        command = option(command)
    return command


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
@click.option("--report", type=click.Path(), metavar="HTML", help="Draw a page of it that works offline.")
@click.option("--force", is_flag=True, help="Overwrite HTML.")
@solving
@reading
@common
def rank_command(**arguments: Any) -> int:
    """Rank projects for a budget that is not known yet: one list that is right at every level.

    What is funded at a level is funded, with the same alternative, at each higher one; starts may move. Shown beside
    it: the best plan of each level by itself, and so what it costs to have one list. Each level's plan is verified by
    itself. The time limit holds for everything.
    """
    return run("together.rank", **arguments)
