"""Commands about what is not known: draws, and plans under stress."""

from __future__ import annotations

from typing import Any

import click

from outlay.cli.application import run
from outlay.cli.options import SET, common, reading

SEED = click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    default=1,
    show_default=True,
    metavar="S",
    help="Same seed, same draws.",
)


@click.command(
    "draw",
    epilog="""\b
Examples:
  outlay draw us-japan-550 --draws 64
  outlay draw us-japan-550 --draws 8 --sets           the draws as constraint sets
  outlay draw us-japan-550 --draws 64 -o worlds       the instance with the draws as sets
  outlay solve worlds --set draw-0007
""",
)
@click.argument("instance")
@SET
@click.option("--draws", type=click.IntRange(1, 65_536), default=64, show_default=True, metavar="N", help="How many.")
@SEED
@click.option("--sets", is_flag=True, help="Print the draws as constraint sets, to paste into sets.toml.")
@click.option("--csv", "as_csv", is_flag=True, help="Print what was drawn as CSV: a row a draw, a column a factor.")
@click.option(
    "-o",
    "--output",
    type=click.Path(),
    metavar="FOLDER",
    help="New folder, or .json or .xlsx file: with draws as sets.",
)
@reading
@common
def draw_command(**arguments: Any) -> int:
    """Draw possible worlds of INSTANCE from its uncertainty.toml.

    Each draw is a constraint set, which can be read, applied and solved by itself. Every one is applied and checked;
    one that is not valid is told with the factor, its value and the row. The first n of 2n draws are the draws of n.
    """
    if arguments["sets"] + arguments["as_csv"] + arguments["as_json"] > 1:
        raise click.UsageError("--sets, --csv and --json exclude each other")
    return run("uncertainty.draw", **arguments)
