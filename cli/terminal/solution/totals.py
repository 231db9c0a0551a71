"""Totals against limits: how much of the money, the pace, the funds and every other limit is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outlay.cli.terminal.screen import Column, Page
from outlay.cli.views import words
from outlay.instances.dictionary.names import ENGINE_RESOURCES
from outlay.optimizer.answer.limits import peaks
from outlay.optimizer.tolerances import NOTHING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from outlay.instances.instance import Instance
    from outlay.optimizer.answer.solution import Solution

__all__ = ["PEAK_COLUMNS", "limit_cells", "peak_cells", "peaks", "show_keeps_out", "show_totals"]

#: Families whose limits stand in the summary; resources of other kinds are many, and stand there where they bind.
_TOTALS = frozenset({*ENGINE_RESOURCES.values(), "finance", "committee", "funds", "limits"})
#: So many limits are shown before the rest is left to ``outlay show RUN limits``.
MOST_LIMITS, MOST_KEEPING = 30, 12

PEAK_COLUMNS = (
    Column("Resource", least=16),
    Column("Unit", least=6),
    Column("Tightest"),
    Column("Used", right=True),
    Column("Available", right=True),
    Column("Share", right=True),
)


def show_totals(page: Page, solution: Solution) -> None:
    """Add money, pace, funds and every row of ``limits``, each at its tightest."""
    table = solution.tables["limits"]
    rows = table[table["family"].isin(list(_TOTALS))].to_dict("records")
    if not rows:
        return
    page.heading("Totals against limits")
    page.table(
        (Column("Limit", least=16, wrap=True), *PEAK_COLUMNS[1:]),
        [limit_cells(row, solution.instance) for row in rows[:MOST_LIMITS]],
    )
    if len(rows) > MOST_LIMITS:
        page.note(f"... and {len(rows) - MOST_LIMITS} more (outlay show RUN limits)")


def limit_cells(row: Mapping[Any, Any], instance: Instance) -> list[object]:
    """Return the cells of a row of the table ``limits``."""
    known = words.exists(row["available"])
    shown = words.share if row["unit"] == "share" else words.number
    name = instance.resource_title(str(row["limit"]))
    what = name if row["side"] == "at most" else f"{name} (least)"
    over = known and row["available"] <= 0 and row["used"] > NOTHING
    return [
        what,
        "" if row["unit"] == "share" else row["unit"],
        row["when"] or words.NOTHING,
        shown(row["used"]),
        shown(row["available"]) if known else "no limit",
        "over" if over else words.share(row["share"]),
    ]


def show_keeps_out(page: Page, solution: Solution) -> None:
    """Add which limits the projects that lost would exceed, those that keep out most worth first."""
    table = solution.tables["keeps_out"]
    if not len(table):
        return
    page.heading("What keeps projects out")
    rows = table.to_dict("records")
    page.table(
        [
            Column("Limit", least=16, wrap=True),
            Column("Projects", right=True),
            Column("Worth", right=True),
            Column("By it alone", right=True),
            Column("Which", least=16, wrap=True),
        ],
        [
            [
                solution.instance.resource_title(str(row["limit"])),
                f"{row['projects']:,}",
                words.number(row["worth"]),
                f"{row['alone']:,}",
                words.listed(str(row["which"]).split(";"), 8),
            ]
            for row in rows[:MOST_KEEPING]
        ],
    )
    page.note("Projects that were available and would exceed the limit beside this plan, and what they are worth.")


def peak_cells(row: Mapping[str, Any], instance: Instance) -> list[object]:
    """Return the cells of `PEAK_COLUMNS` of a resource at its tightest (`peaks`)."""
    idle = row["net"] <= NOTHING
    return [
        instance.resource_title(row["resource"]),
        row["unit"] or "",
        words.NOTHING if idle and row["basis"] != "cumulative" else row["when"],
        words.number(row["net"]),
        words.number(row["limit"]),
        words.share(row["share"]) if row["limit"] > 0 else ("over" if not idle else words.NOTHING),
    ]
