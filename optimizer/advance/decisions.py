"""What became of each project: started, committed, still a candidate; and the plan that stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from outlay.instances.dictionary.projects import UNDER_WAY_COLUMNS
from outlay.instances.plan import Choice
from outlay.instances.values.numbers import number_text, parse_number
from outlay.optimizer.advance.stock import Stock
from outlay.optimizer.verify.schedule import Funded, review_periods

Record = dict[str, Any]
#: Cells of a project that say what was decided; blank again unless it is under way.
_DECIDED = tuple(column.name for column in UNDER_WAY_COLUMNS)


@dataclass(frozen=True)
class Moved:
    """The projects at the new date.

    Attributes
    ----------
    projects
        Rows of the table, by id.
    ahead_on_fast_track
        Projects whose review on the fast track lies ahead.
    slots_used
        Fast-track reviews that have begun, by permit.
    remarks
        What was decided here and may surprise, in domain words.
    """

    projects: Mapping[str, Record]
    ahead_on_fast_track: tuple[str, ...]
    slots_used: Mapping[str, int]
    remarks: tuple[str, ...]


def move_projects(stock: Stock, periods: int, records: list[Record]) -> Moved:
    """Return what each project is after so many periods of its plan."""
    instance = stock.instance
    funded = {option.project: option for option in stock.funded}
    chosen = {choice.project: choice for choice in stock.plan.choices}
    projects: dict[str, Record] = {}
    ahead, used, remarks = list[str](), dict[str, int](), list[str]()
    last = instance.last_selection_period
    for record in records:
        name, option = str(record["id"]), funded.get(str(record["id"]))
        row = dict(record)
        projects[name] = row
        if option is None:
            remarks += _unfunded(stock, periods, row, over=last < periods)
            continue
        begun = option.start - option.review < periods
        if option.fast_track and not begun:
            ahead.append(name)
        if option.fast_track and begun and option.status != "started":
            permit = str(option.row["permit"])
            used[permit] = used.get(permit, 0) + 1
        _funded(stock, periods, row, option, chosen[name])
    return Moved(projects, tuple(ahead), used, tuple(remarks))


def _unfunded(stock: Stock, periods: int, row: Record, *, over: bool) -> list[str]:
    """Let a project that is not in the plan be what it still can be; return a remark where that is nothing."""
    latest, instance = row.get("latest_start"), stock.instance
    if row.get("status") == "excluded":
        row.pop("latest_start", None)
        return []
    passed = latest is not None and instance.period_holding(str(latest)) < periods
    if not passed and not over:
        return []
    row["status"] = "excluded"
    row.pop("latest_start", None)
    why = f"its latest start, {latest}, has passed" if passed else "the last selection has passed"
    return [f"{row['id']} is excluded now: {why}"]


def _funded(stock: Stock, periods: int, row: Record, option: Funded, choice: Choice) -> None:
    """Write what was decided of a funded project, as far as it lies before the new date."""
    instance = stock.instance
    if option.status == "started":
        row.pop("earliest_start", None)
        row.pop("latest_start", None)
        return
    remaining = min(option.review, option.start - periods)
    if (
        option.start >= periods
        and remaining < review_periods(stock.reading, option.project_row, option.row, fast_track=False)
        and option.start - option.review < periods
    ):
        row["review_remaining_months"] = Decimal(remaining * instance.months_per_period)
    if option.selection >= periods:
        return
    kept = row.get("selected")
    for name in (*_DECIDED, "earliest_start", "latest_start"):
        row.pop(name, None)
    row["selected"] = kept if kept is not None else instance.month_of(max(option.selection, 0))
    if len([key for key in stock.reading.alternatives if key[0] == option.project]) > 1:
        row["alternative"] = option.alternative
    scale = decimal_of(choice.scale)
    if scale != 1:
        row["scale"] = scale
    if option.start < periods:
        row["status"], row["started"] = "started", instance.month_of(option.start)
        row.pop("review_remaining_months", None)
    else:
        row["status"] = "committed"
        row["earliest_start"] = row["latest_start"] = instance.month_of(option.start)


def decimal_of(number: float) -> Decimal:
    """Return a float as its shortest decimal."""
    return Decimal(number_text(parse_number(float(number))))


def approvals(stock: Stock) -> list[Record]:
    """Return the plan as the table ``approved``; what changing a project costs stays what it was."""
    costs = {str(row["project"]): row["change_cost"] for row in stock.instance["approved"].records()}
    instance, found = stock.instance, list[Record]()
    for option, choice in zip(stock.funded, stock.plan.choices, strict=True):
        row: Record = {
            "project": option.project,
            "alternative": option.alternative,
            "selected": instance.month_of(min(option.selection, option.start)),
            "start": instance.month_of(option.start),
            "scale": decimal_of(choice.scale),
        }
        if costs.get(option.project):
            row["change_cost"] = costs[option.project]
        found.append(row)
    return found
