"""What can be typed about trade-offs. Nothing heavy is imported here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from outlay.cli.application import run
from outlay.cli.options import SET, common, finite, limit, reading, shared


@click.command(
    "frontier",
    epilog="""\b
Examples:
  outlay frontier tutorial --of max:value --against min:commitment
  outlay frontier us-japan-550 --of max:us_npv --against max:japan_npv --and min:commitment --tolerance 1e-2 -o out
  outlay frontier my-plan --of objective --against stretch:draws --report curve.html
  outlay frontier my-plan --weights METI --order 'us_npv>jobs'
""",
)
@click.argument("instance")
@click.option("--of", "of", metavar="A", help="First objective: max:METRIC, min:METRIC, objective, @STAKEHOLDER.")
@click.option("--against", metavar="B", help="Second objective; also stretch:LIMIT, as little as possible.")
@click.option("--and", "third", metavar="C", help="Third objective.")
@click.option(
    "--weights",
    metavar="STAKEHOLDER",
    help="Instead: the plans that are best for some weights between `low` and `high` of stakeholders.csv.",
)
@click.option("--order", multiple=True, metavar="A>B", help="Of --weights: A weighs no less than B. Repeatable.")
@click.option(
    "--tolerance",
    type=click.FloatRange(min=0, max=1, max_open=True),
    default=1e-3,
    show_default=True,
    callback=finite,
    metavar="SHARE",
    help="What may stay open, of each objective's range; of the hypervolume if three have steps. 0: nothing.",
)
@SET
@shared("Questions", "Keep answers and tables there; what is answered there is not asked again.")
@click.option("--csv", "as_csv", is_flag=True, help="Print the points as CSV.")
@click.option("--sets", is_flag=True, help="Print the points as constraint sets, to paste into sets.toml.")
@click.option("--report", type=click.Path(), metavar="HTML", help="Draw a page of it that works offline.")
@click.option("--force", is_flag=True, help="Use FOLDER whatever it holds; overwrite HTML.")
@click.option(
    "--seed", type=click.IntRange(0, 2**31 - 2001), default=1, show_default=True, metavar="N", help="Of HiGHS."
)
@click.option(
    "--gap",
    type=click.FloatRange(min=0, max=1, max_open=True),
    metavar="SHARE",
    help="Share that may stay unproved in each question. Default: so little that it does not matter.",
)
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    callback=limit,
    metavar="SECONDS",
    help="For each question; inf: none.",
)
@reading
@common
def frontier_command(**arguments: Any) -> int:
    """Every efficient plan of INSTANCE for two or three objectives, and what may still lie between them.

    A plan is efficient if no other one is better in one objective and as good in the others. Each is verified; boxes
    in which a better one may still lie are told; where there are none, the frontier is complete. Ctrl-C keeps what is
    found so far (exit code 5).
    """
    names = [name for key in ("of", "against", "third") if (name := arguments.pop(key)) is not None]
    _check(names, arguments)
    return run("frontier", objectives=names, **arguments)


def _check(names: list[str], arguments: Mapping[str, Any]) -> None:
    """Refuse what does not go together on the command line."""
    if arguments["weights"] is None and not names:
        raise click.UsageError("give --of and --against, or --weights")
    if arguments["weights"] is not None and names:
        raise click.UsageError("--weights takes no objectives")
    if arguments["order"] and arguments["weights"] is None:
        raise click.UsageError("--order belongs to --weights")
    if sum(arguments[key] for key in ("as_csv", "sets", "as_json")) > 1:
        raise click.UsageError("--csv, --sets and --json exclude each other")
