"""The sections of ``outlay show``, each for people and for machines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from outlay.cli.terminal.dropped import show_dropped
from outlay.cli.terminal.screen import Column, Page
from outlay.cli.terminal.solution.binding import show_binding
from outlay.cli.terminal.solution.gantt import show_timeline
from outlay.cli.terminal.solution.groups import SHOWN
from outlay.cli.terminal.solution.metrics import show_metrics, show_stakeholders
from outlay.cli.terminal.solution.plan import name_of, scale
from outlay.cli.terminal.solution.totals import PEAK_COLUMNS, peak_cells, peaks
from outlay.cli.terminal.uncertainty.told import show_uncertain, uncertain_document
from outlay.cli.views import words
from outlay.cli.views.labels import finance_of, metrics_in_use

if TYPE_CHECKING:
    from outlay.optimizer.answer.solution import Solution

#: So many rows of a table are shown unless all are asked for.
MOST_ROWS = 200


def show_section(page: Page, solution: Solution, section: str, *, every_row: bool) -> None:
    """Add a section of the report."""
    page.heading(f"{solution.instance.name}, set {solution.constraint_set}: {section}")
    if section in {"metrics", "stakeholders"}:
        show = _metrics if section == "metrics" else show_stakeholders
        show(page, solution)
    elif section == "uncertainty":
        show_uncertain(page, solution.instance)
    elif every_row or section not in _SHORT:
        _show_frame(page, solution, section, every_row=every_row)
    else:
        _SHORT[section](page, solution)


def _metrics(page: Page, solution: Solution) -> None:
    show_metrics(page, solution, metrics_in_use(solution.instance, solution.metrics, use=True))


def _projects(page: Page, solution: Solution) -> None:
    rows = solution.tables["projects"].to_dict("records")
    page.table(
        [
            Column("Id", least=24),
            Column("Project", least=12, wrap=True),
            Column("Sector", least=10),
            Column("Region", least=10),
            Column("Funded: alternative, scale, dates, money; or why not", least=40, wrap=True),
        ],
        [[row["project"], name_of(row), row["sector"], row["region"], _fate(row, solution)] for row in rows],
    )


def _fate(row: dict[Any, Any], solution: Solution) -> str:
    """Return what becomes of a project, in full."""
    if not row["funded"]:
        return f"no: {row['reason']}"
    unit = solution.instance.settings.money_unit
    fast = " on the fast track" if row["fast_track"] else ""
    money = words.money(row["commitment"], unit)
    dates = f"selected {row['selected']}, builds from {row['start']}{fast}, operates from {row['operation']}"
    adds = f"adds {words.number(row['contribution'])} to the objective"
    return f"YES: {row['alternative']}, {scale(row['scale'])}, {money}; {dates}; {adds}"


def _resources(page: Page, solution: Solution) -> None:
    table = solution.tables["resources"]
    if not len(table):
        page.note("The instance has no limited resources.")
        return
    page.table(PEAK_COLUMNS, [peak_cells(row, solution.instance) for row in peaks(table, solution.instance.periods)])
    page.note(
        "Each resource at its tightest, net of supply, imports, purchases and links. Every period: --all or --json"
    )


def _finance(page: Page, solution: Solution) -> None:
    rows = solution.tables["finance"].to_dict("records")
    if not rows:
        page.note("No loan is made." if solution.instance.settings.finance else "The instance models no loans.")
        return
    money = ("commitment", "opening_balance", "level_service", "us_npv", "japan_npv")
    places = {name: words.places_for(row[name] for row in rows) for name in money}
    called = finance_of(solution.instance)
    titles = ("Lent", "Debt", "Service", f"NPV {called.owner}", f"NPV {called.lender}")
    page.table(
        [
            Column("Id", least=24),
            Column("Alternative", least=8),
            Column("Terms", least=6),
            *(Column(title, right=True) for title in (*titles, "Cover", "Repaid", "IRR")),
        ],
        [
            [
                *(row[name] for name in ("project", "alternative", "terms")),
                *(words.fixed(row[name], places[name]) for name in money),
                words.fixed(row["dscr"], 2),
                "never" if not words.exists(row["recovery_year"]) else f"year {row['recovery_year']:.0f}",
                words.NOTHING if not words.exists(row["irr"]) else f"{100 * row['irr']:.1f} %",
            ]
            for row in rows
        ],
    )
    unit = solution.instance.settings.money_unit or "money"
    page.note(f"In {unit}, at the funded scale. Debt: at completion. Service: a year. More columns: --all or --json")


def _payments(page: Page, solution: Solution) -> None:
    table = solution.tables["payments"]
    if not len(table):
        page.note("No fund pays anything.")
        return
    wide = table.pivot_table(index="project", columns="fund", values="amount", aggfunc="sum", fill_value=0.0)
    places = words.places_for(table["amount"].tolist())
    page.table(
        [Column("Project", least=24), *(Column(str(fund), right=True, least=8) for fund in wide.columns)],
        [
            [project, *(words.fixed(float(amount), places) for amount in amounts)]
            for project, amounts in zip(wide.index, wide.to_numpy().tolist(), strict=True)
        ],
    )


def _trade(page: Page, solution: Solution) -> None:
    table = solution.tables["trade"]
    if not len(table):
        page.note("Nothing is bought, imported, moved or short.")
        return
    rows = []
    for (kind, name), part in table.groupby(["kind", "name"], sort=False):
        first, last = part["label"].iloc[0], part["label"].iloc[-1]
        periods = words.count(len(part), "period")
        when = str(first) if len(part) == 1 else f"{first}–{last} ({periods})"
        low, high = float(part["amount"].min()), float(part["amount"].max())
        size = (
            words.number(high) if high - low <= 1e-9 * max(1.0, high) else f"{words.number(low)}–{words.number(high)}"
        )
        rows.append([kind, name, when, size, words.number(float(part["amount"].sum()))])
    page.table(
        [
            Column("Kind"),
            Column("What", least=16),
            Column("When", least=12),
            Column("A period", right=True),
            Column("In all", right=True),
        ],
        rows,
    )


def _binding(page: Page, solution: Solution) -> None:
    show_binding(page, solution, most=None)


def _dropped(page: Page, solution: Solution) -> None:
    show_dropped(page, solution.tables["dropped"].to_dict("records"), most=None)


_SHORT = {
    **SHOWN,
    "projects": _projects,
    "timeline": show_timeline,
    "resources": _resources,
    "finance": _finance,
    "payments": _payments,
    "trade": _trade,
    "binding": _binding,
    "dropped": _dropped,
}


def _show_frame(page: Page, solution: Solution, section: str, *, every_row: bool) -> None:
    """Add a table as it is, column by column."""
    table = solution.tables[section]
    rows: Sequence[Sequence[Any]] = table.astype(object).to_numpy().tolist()
    numeric = [pd.api.types.is_numeric_dtype(table[name]) and table[name].dtype != bool for name in table.columns]
    columns = [
        Column(str(name), right=right, least=None if right else 6, wrap=str(name) == "reason")
        for name, right in zip(table.columns, numeric, strict=True)
    ]
    shown = rows if every_row else rows[:MOST_ROWS]
    page.table(columns, [[_cell(cell) for cell in row] for row in shown])


def _cell(cell: Any) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int | float):
        return words.number(float(cell), 6)
    return "" if cell is None else str(cell)


def section_document(solution: Solution, section: str) -> Any:
    """Return a section for machines: records, or a mapping of names to numbers."""
    if section == "metrics":
        return dict(solution.metrics)
    if section == "stakeholders":
        return dict(solution.stakeholders)
    if section == "uncertainty":
        return uncertain_document(solution.instance)
    return solution.tables[section].astype(object).to_dict("records")
