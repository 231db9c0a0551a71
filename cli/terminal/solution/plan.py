"""The plan: which projects, at what scale, when, and for how much."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from outlay.cli.terminal.screen import Column, Page
from outlay.cli.views import words
from outlay.cli.views.facts import beyond_lines, dates_line

if TYPE_CHECKING:
    from outlay.optimizer.answer.solution import Solution

#: The columns that say which project is meant.
NAMED = (Column("Id", least=24), Column("Project", least=12, wrap=True))
#: A project's scale from which it counts as funded in full.
_FULL = 1 - 1e-9


def money_title(solution: Solution, title: str = "") -> str:
    """Return a heading for money, with the instance's unit."""
    unit = solution.instance.settings.money_unit
    return f"{title} {unit}".strip() or "Money"


def show_plan(page: Page, solution: Solution) -> None:
    """Add the funded projects, one a line."""
    funded = [row for row in solution.tables["projects"].to_dict("records") if row["funded"]]
    if not funded:
        page.note("No project is funded.")
        if solution.plan is not None and solution.plan.cancelled:
            page.fact("Given up", given_up(solution), "yellow")
        return
    places = words.places_for(row["commitment"] for row in funded)
    fast = any(row["fast_track"] for row in funded)
    page.table(
        [
            *NAMED,
            Column("Alternative", least=11),
            Column("Scale", right=True),
            Column("Selected"),
            Column("Builds"),
            Column("Operates"),
            Column(money_title(solution), right=True),
        ],
        [_cells(row, places) for row in funded],
    )
    if fast:
        page.note("* on the fast track of its permit")
    if solution.plan is not None and solution.plan.cancelled:
        page.fact("Given up", given_up(solution), "yellow")
    page.fact("Dates", dates_line(solution))
    for line in beyond_lines(solution.instance, solution.tables["beyond"]):
        page.fact("Beyond", line, "yellow")


def _cells(row: Mapping[Any, Any], places: int) -> list[object]:
    return [
        row["project"],
        name_of(row),
        row["alternative"],
        scale(row["scale"]),
        row["selected"],
        f"{row['start']}{' *' if row['fast_track'] else ''}",
        row["operation"],
        words.fixed(row["commitment"], places),
    ]


def given_up(solution: Solution) -> str:
    """Return what was selected for several scenarios and is not built in this one."""
    label = solution.instance.period_label
    cancelled = () if solution.plan is None else solution.plan.cancelled
    return "; ".join(f"{one.project}@{one.alternative}, selected in {label(one.period)}" for one in cancelled)


def name_of(row: Mapping[Any, Any], longest: int = 200) -> str:
    """Return a project's name; empty where it is the id."""
    name = "" if row["name"] == row["project"] else str(row["name"])
    return name if len(name) <= longest else name[: longest - 1] + "…"


def scale(value: float) -> str:
    """Return a scale: a percentage, or "full"."""
    return "full" if value >= _FULL else words.share(value)


def headline(solution: Solution) -> str:
    """Return what is funded, in a sentence."""
    table = solution.tables["projects"]
    funded = int(table["funded"].sum())
    spent = words.money(solution.metrics.get("commitment"), solution.instance.settings.money_unit)
    return f"{funded:,} of {words.count(len(table), 'project')} funded, {spent} committed{_of_it_before(solution)}"


def _of_it_before(solution: Solution) -> str:
    """Return what of the commitments was decided before the calendar, in words; nothing where nothing was."""
    plan, table = solution.plan, solution.tables["projects"]
    before = set() if plan is None else {choice.project for choice in plan.choices if choice.selection < 0}
    if not before:
        return ""
    money = float(table.loc[table["project"].isin(before), "commitment"].sum())
    return f", {words.money(money, solution.instance.settings.money_unit)} of it before {_begins(solution)}"


def _begins(solution: Solution) -> str:
    return solution.instance.period_label(0)
