"""Commands about what is not known: draws, and plans under stress."""

from __future__ import annotations

from typing import Any

import click

from outlay.cli.application import run
from outlay.cli.options import GAP, SET, TIME_LIMIT, common, reading, shared

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
    return run("uncertainty.draw", **arguments)


@click.command(
    "stress",
    epilog="""\b
Examples:
  outlay stress run.json --draws 200
  outlay stress now.json careful.json --draws 200 -o stressed --report stress.html
  outlay stress run.json --instance us-japan-550 --draws 64
""",
)
@click.argument("runs", metavar="RUN...", nargs=-1, required=True, type=click.Path())
@click.option(
    "--instance",
    metavar="INSTANCE",
    help="Whose worlds are drawn. Default: the instance in the first RUN, with its sets applied.",
)
@SET
@click.option("--draws", type=click.IntRange(1, 65_536), default=200, show_default=True, metavar="N", help="How many.")
@SEED
@shared("Plans tried", "Keep outcomes and tables there; what is answered there is verified, and not solved again.")
@click.option("--report", type=click.Path(), metavar="HTML", help="Draw a page of it that works offline.")
@click.option("--force", is_flag=True, help="Use FOLDER even if it holds other things; overwrite HTML.")
@GAP
@TIME_LIMIT
@reading
@common
def stress_command(**arguments: Any) -> int:
    """Try the plans of RUNs in worlds that were drawn from what is uncertain, all of them in the same ones.

    Held is what a plan decides now: which projects are selected, with which alternative, and when. In each world the
    rest is decided anew, as well as it can be, and verified: starts, scales, purchases, payments, and what is given up.
    Told are how the objective spreads, how likely each plan is the best, what becomes of each project, which limits
    bind, and what it all hangs on. The gap and the time limit hold for each plan in each world. Exit code 5 after
    Ctrl-C, which shows what is answered so far, and where not everything is proved.
    """
    return run("uncertainty.stress", **arguments)
