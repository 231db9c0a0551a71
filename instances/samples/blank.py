"""A blank instance: a folder of headers, each with one example row that is commented out, to be filled in."""

from __future__ import annotations

from pathlib import Path

from outlay.instances.formats.csv_tables import COMMENT
from outlay.instances.formats.output import write_folder

SETTINGS = """\
# Every key and column: outlay schema. Money is counted in one unit throughout.
name = "my-plan"
title = "What these projects are, in a line"
money_unit = "$M"
# value_unit = "votes"                  # the unit of the column value, where it is not money

[calendar]
start = "2027-01"                       # the first month of the first period
periods = 5                             # so many periods,
months_per_period = 12                  # each of so many months
finish_inside = true                    # whatever is built is finished inside the calendar
# label = "FY{end}"                     # what years are called

# [objective]                           # what is maximised; without it, the sum of the column value
# value = 1
# strategic = 0.1
"""
SETS = """\
# Named changes, to compare: outlay compare . --sets base,tight
# [tight]
# title = "A fifth less money"
# [[tight.change]]
# table = "availability"
# where = { resource = "commitments" }
# scale = { amount = 0.8 }
"""
#: Table to its columns and example rows. The rows of all tables together are a valid instance.
EXAMPLES: dict[str, tuple[str, ...]] = {
    "projects": (
        "id,name,sector,region,status,commitment,value,construction_months,min_scale,earliest_start,latest_start",
        "P01,New bridge,roads,north,candidate,5,9,24,1,2027-01,2029-12",
        "P02,Riverside park,parks,north,candidate,3,4,12,0.5,,",
    ),
    "alternatives": ("project,alternative,commitment,value,construction_months", "P01,two lanes,4,7,12"),
    "resources": (
        "resource,kind,unit,basis",
        "crew,labour,crews,per_period",
        "planning office,permit,reviews,per_period",
    ),
    "availability": ("resource,from,amount", "crew,2027-01,2", "planning office,2027-01,1"),
    "requirements": ("project,resource,phase,amount", "P01,crew,construction,1"),
    "funds": ("fund,total,per_year,max_share,eligible_sectors", "city,20,6,1,roads;parks"),
    "limits": ("metric,by,group,min,max,basis,every", "commitment,sector,roads,,12,absolute,total"),
    "dependencies": ("project,needs,kind,at,lag_months", "P02,P01,requires,start,0"),
    "permits": ("permit,agency,review_months", "planning,planning office,12"),
    "cashflows": ("project,from_month,to_month,amount,metric", "P01,24,60,0.5,value"),
    "stakeholders": ("stakeholder,metric,weight", "council,value,1"),
}
#: Rows that a table holds from the start: without a limit there would be nothing to decide.
GIVEN = {"resources": "commitments,finance,$M,cumulative", "availability": "commitments,2027-01,20"}


def write_blank(path: str | Path) -> Path:
    """Write a blank instance into a new folder, and return its path.

    Raises
    ------
    InputError
        If something is there already, or cannot be written.
    """
    return write_folder(path, _fill)


def _fill(folder: Path) -> None:
    texts = {"instance.toml": SETTINGS, "sets.toml": SETS}
    for name, (header, *rows) in EXAMPLES.items():
        lines = [header, *(f"{COMMENT}{row}" for row in rows), *([GIVEN[name]] if name in GIVEN else [])]
        texts[f"{name}.csv"] = "".join(f"{line}\n" for line in lines)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
