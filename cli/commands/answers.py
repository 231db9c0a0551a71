"""Commands that read an answer back: a run file, or the folder of several."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from outlay.cli.application import run
from outlay.cli.options import common, reading

SECTIONS = (
    "summary", "projects", "timeline", "resources", "finance", "payments", "trade", "binding", "dropped", "metrics",
    "stakeholders", "sectors", "regions", "funds", "years", "todo", "limits", "keeps_out", "procurement", "beyond",
    "contributions", "uncertainty",
)  # fmt: skip


def _set_and_section(
    context: click.Context, parameter: click.Parameter, value: tuple[str, ...]
) -> tuple[str | None, str]:
    """Return the constraint set (None: not a comparison) and the section."""
    *before, last = value or ("summary",)
    if last not in SECTIONS:
        before, last = [*before, last], "summary"
    if len(before) > 1 or (before and not Path(context.params.get("run_file", "")).is_dir()):
        known = ", ".join(SECTIONS)
        raise click.BadParameter(f"{before[-1]!r} is no section; choose one of {known}", ctx=context, param=parameter)
    return (before[0] if before else None), last


@click.command(
    "show",
    epilog="""\b
Examples:
  outlay show run.json
  outlay show run.json projects
  outlay show run.json resources --all
  outlay show out tight-labour projects
  outlay show plans boom timeline
  outlay show plans uncertainty
  outlay show list 12.5 projects
""",
)
@click.argument("run_file", metavar="RUN", type=click.Path())
@click.argument("words", metavar="[SET] [SECTION]", nargs=-1, callback=_set_and_section)
@click.option("--all", "every_row", is_flag=True, help="Every row of the table, nothing grouped or left out.")
@click.option("--csv", "as_csv", is_flag=True, help="Print the whole table as CSV, for a spreadsheet.")
@reading
@common
def show_command(**arguments: Any) -> int:
    """Show a part of the answer in RUN, a file that solve -o wrote, or of SET in the folder of a comparison.

    Of a folder of solve --scenarios: what is decided now and what follows; with the name of a scenario, its part. With
    `uncertainty`: what is uncertain, what is maximised over it, and what it would be worth to know. Of a folder of
    rank: the list; with a level, the plan there.

    The plan is verified again first, and the tables are computed anew from it.
    """
    return run("show", **arguments)


@click.command(
    "verify",
    epilog="""\b
Examples:
  outlay verify run.json
  outlay verify list
""",
)
@click.argument("run_file", metavar="RUN", type=click.Path())
@reading
@common
def verify_command(**arguments: Any) -> int:
    """Check the answer in RUN again, independently.

    In exact arithmetic, and from the file alone: every limit, tie, cash flow and the objective are recomputed from
    the tables in it. Of a folder of solve --scenarios or of rank: each plan, and what links them.
    """
    return run("verify", **arguments)


@click.command(
    "report",
    epilog="""\b
Examples:
  outlay report run.json -o report.html
  outlay report run.json -o results.xlsx
  outlay compare us-japan-550 --all -o out && outlay report out -o report.html
  outlay solve my-plan --scenarios 20 -o plans && outlay report plans -o report.html
""",
)
@click.argument("source", metavar="RUN_OR_FOLDER", type=click.Path())
@click.option("-o", "--output", type=click.Path(), required=True, metavar="FILE", help="An .html or .xlsx file.")
@click.option("--author", default="", metavar="NAME", help="Who answers for it: stands at the top of the page.")
@click.option("--date", metavar="TEXT", help="Of when it is. Default: the day on which the run was written.")
@click.option("--force", is_flag=True, help="Overwrite FILE.")
@reading
@common
def report_command(**arguments: Any) -> int:
    """Draw a page for a run file, or for the folder of a comparison, of a solve for several scenarios or of a list.

    One HTML file that works offline: the plan as a chart, money and resources over time, the supply chain, who lost and
    why, the proof. A name that ends in .xlsx gives a workbook instead: one sheet a table, numbers as numbers, charts.
    """
    return run("report", **arguments)
