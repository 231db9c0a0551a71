"""Commands that take a plan from one year to the next."""

from __future__ import annotations

from typing import Any

import click

from outlay.cli.application import run
from outlay.cli.options import common, reading


@click.command(
    "advance",
    epilog="""\b
Examples:
  outlay advance run.json --to 2027-01 -o next-year
  outlay advance run.json --to 2027-01 --actuals actuals --base old -o next-year.xlsx

\b
ACTUALS holds CSV files named as the tables of an instance, such as
projects.csv:
  id,started,commitment
  bridge,2026-10,14.2
""",
)
@click.argument("run_file", metavar="RUN", type=click.Path())
@click.option("--to", required=True, metavar="YYYY-MM", help="New start of the calendar, the first month of a period.")
@click.option("--actuals", type=click.Path(), metavar="FOLDER", help="Tables of what really happened.")
@click.option(
    "--base",
    type=click.Choice(["old", "new"]),
    default="new",
    show_default=True,
    help="Whether present values keep their date, or stand at the new start.",
)
@click.option(
    "-o", "--output", type=click.Path(), required=True, metavar="FOLDER", help="New instance: a folder, .json or .xlsx."
)
@reading
@common
def advance_command(**arguments: Any) -> int:
    """Write next year's instance, from the plan of RUN and what became of it.

    The calendar begins later and ends when it did. What has started is `started`, what was selected is `committed` with
    its dates; what the plan took is off levels, funds, programs and slots. The plan itself stands in `approved`, for
    the metrics changed_projects, changed_starts and change_cost and for frozen_until.
    """
    return run("years.advance", **arguments)
