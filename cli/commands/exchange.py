"""Commands that bring tables and plans in from elsewhere and take them out again."""

from __future__ import annotations

from typing import Any

import click

from outlay.cli.application import run
from outlay.cli.options import SET, common, reading, solving, what_if


@click.command(
    "convert",
    epilog="""\b
Examples:
  outlay convert my-plan my-plan.xlsx
  outlay convert my-plan.xlsx my-plan-2
  outlay convert us-japan-550 japan.json
""",
)
@click.argument("source", metavar="A")
@click.argument("target", metavar="B", type=click.Path())
@reading
@common
def convert_command(**arguments: Any) -> int:
    """Write instance A as B: a folder of tables, a .json file or an .xlsx workbook, by B's name.

    Nothing is lost on the way, to the last digit, and nothing that exists is touched.
    """
    return run("exchange.convert", **arguments)


@click.command(
    "evaluate",
    epilog="""\b
Examples:
  outlay evaluate my-plan --plan plan.csv
  outlay evaluate my-plan --plan plan.csv --repair -o repaired.csv

\b
plan.csv has a row for each project to fund:
  project,alternative,scale,start,selected
  bridge,base,1,2027-07,

\b
Exit code 7: the plan breaks a rule (0 with --repair, where a plan was found).
""",
)
@click.argument("instance")
@click.option("--plan", required=True, type=click.Path(), metavar="PLAN", help="A .csv or .xlsx file, or a run file.")
@click.option("--repair", is_flag=True, help="Find the nearest plan that breaks nothing.")
@click.option("-o", "--output", type=click.Path(), metavar="CSV", help="Write the repaired plan there.")
@click.option("--force", is_flag=True, help="Overwrite CSV.")
@SET
@what_if
@solving
@reading
@common
def evaluate_command(**arguments: Any) -> int:
    """Say what a plan of your own is worth, what it breaks, and how far it is from the best one.

    Blank scale: the whole. Blank start or selected: the best that fits. Payments, purchases and imports are chosen for
    the plan. Columns of `outlay show RUN projects --csv` are understood, so that an answer can be edited and tried.
    """
    return run("exchange.evaluate", **arguments)


@click.command(
    "import",
    epilog="""\b
Examples:
  outlay import export.xlsx                          writes export.map.toml, with guesses to correct
  outlay import export.xlsx --map export.map.toml -o my-plan
""",
)
@click.argument("source", metavar="FILE", type=click.Path())
@click.option("--map", "map_file", type=click.Path(), metavar="MAP", help="How to read FILE.")
@click.option("-o", "--output", type=click.Path(), metavar="FOLDER", help="New instance: a folder, .json or .xlsx.")
@reading
@common
def import_command(**arguments: Any) -> int:
    """Make an instance of somebody's own sheet: a .csv or .xlsx file with titles, blank rows, "$1,234" and FY columns.

    Without --map a first map is written beside FILE, with its guesses and what may be changed in comments. With it the
    instance is written, and everything that was changed or dropped on the way is told.
    """
    return run("exchange.import_sheet", **arguments)
