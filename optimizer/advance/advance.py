"""`advance`: the instance of next year, from the plan of this one and what became of it.

The calendar begins later and ends when it did. What has started is `started`, what was selected and has not started is
`committed` with its dates, and what is left of levels, funds, programs, slots and bounds is what was there less what
the plan took. The plan itself is kept in ``approved``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from outlay.instances.dictionary.names import counts_when_used
from outlay.instances.errors import InputError
from outlay.instances.formats.files import MAX_FILE_MB
from outlay.instances.formats.parsing import parse_document
from outlay.instances.formats.writing import to_document
from outlay.instances.given import check_type
from outlay.instances.instance import Instance
from outlay.instances.plan import Plan
from outlay.instances.values.numbers import is_month, month_number
from outlay.optimizer.advance.actuals import outcomes, read_actuals, with_actuals
from outlay.optimizer.advance.decisions import Moved, approvals, move_projects
from outlay.optimizer.advance.empty import without_changes
from outlay.optimizer.advance.remainder import move_funds, move_levels, move_limits, move_programs, move_slots
from outlay.optimizer.advance.stock import Stock, shifted
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.verify.plan import verify_plan
from outlay.optimizer.verify.report import Verification

#: Which date present values stand at.
Base = Literal["old", "new"]


@dataclass(frozen=True)
class Advanced:
    """Next year's instance, and the plan that stands there.

    Attributes
    ----------
    instance
        The new instance, with the plan in its table ``approved``.
    plan
        The plan that stands, in the new periods.
    verification
        Whether it still holds there, and what is broken where it does not.
    remarks
        What happened on the way that may surprise, in domain words.
    """

    instance: Instance
    plan: Plan
    verification: Verification = field(repr=False)
    remarks: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Return what it is in two lines."""
        held = "holds" if self.verification.ok else f"breaks {len(self.verification.violations)} rules"
        start = self.instance.settings.calendar.start
        return f"<Advanced {self.instance.name!r} to {start}: {len(self.plan.choices)} projects\n the plan {held}>"


def advance(
    solution: Solution, to: str, *, actuals: Any = None, base: Base = "new", max_file_mb: float = MAX_FILE_MB
) -> Advanced:
    """Return the instance that follows from a plan some periods later.

    Parameters
    ----------
    solution
        A solution with a plan; its resolved instance and switches are moved on.
    to
        The new start of the calendar, YYYY-MM: the first month of one of its periods.
    actuals
        A folder of CSV files, or table names with records or DataFrames, of the same form as those of the instance:
        their cells replace planned ones, by key; a table without a key is replaced whole. In `projects`, `started`,
        `selected`, `alternative`, `scale` and `status` say what became of a project.
    base
        Whether present values keep the date at which they stand (old), or stand at the new start (new).
    max_file_mb
        Largest file that is read.

    Raises
    ------
    InputError
        If there is no plan, `to` is no period's first month, actual figures are wrong, or years would be cut apart.

    Examples
    --------
    ``outlay.advance(outlay.load("run.json"), "2027-01", actuals="actuals").instance.write("next-year")``
    """
    check_type("advance", solution, Solution, "give what outlay.solve or outlay.load returned")
    if solution.plan is None:
        raise InputError.single("advance", "the run has no plan", "solve it first", value=str(solution.status))
    periods = _periods(solution.instance, to)
    _check_years(solution.instance, periods, to)
    if base not in ("old", "new"):
        raise InputError.single("advance", "this is no base of present values", "write old or new", value=base)
    tables = {} if actuals is None else read_actuals(solution.instance, actuals, max_file_mb)
    instance = solution.instance
    if tables:
        instance = parse_document(with_actuals(to_document(instance), tables), source="actual figures")
    plan, statuses = outcomes(instance, solution.plan, tables.get("projects"), periods)
    before = Stock(instance, plan)
    document, moved, remarks = _moved(before, periods, to, base, statuses)
    changed = parse_document(document, source="advanced")
    standing = shifted(plan, periods, changed, moved.ahead_on_fast_track)
    limits = move_limits(before, Stock(changed, standing))
    if limits is not None:
        changed = changed.replace(limits=limits)
    verification = verify_plan(changed, standing)
    return Advanced(changed, standing, verification, (*moved.remarks, *remarks))


def _periods(instance: Instance, to: str) -> int:
    """Return how many periods of the calendar lie before a month."""
    if not isinstance(to, str) or not is_month(to):
        raise InputError.single("advance", "this is no month", "write YYYY-MM", column="to", value=to)
    months = month_number(to) - month_number(instance.settings.calendar.start)
    periods, rest = divmod(months, instance.months_per_period)
    if rest or not 0 <= periods < instance.periods:
        firsts = [instance.month_of(period) for period in range(min(instance.periods, 4))]
        problem = "no period of the calendar begins with it"
        raise InputError.single("advance", problem, f"write one such as {', '.join(firsts)}", column="to", value=to)
    return periods


def _check_years(instance: Instance, periods: int, to: str) -> None:
    """Refuse to cut apart years that something counts."""
    if periods * instance.months_per_period % 12 == 0:
        return
    counted = [
        *(f"resource {row['resource']}" for row in instance["resources"].records() if row["basis"] == "per_year"),
        *(f"limit of {row['metric']}" for row in instance["limits"].records() if row["every"] == "year"),
        *(f"fund {row['fund']}" for row in instance["funds"].records() if row["per_year"] is not None),
        *("same_year" for row in instance["dependencies"].records() if row["kind"] == "same_year"),
    ]
    if instance.settings.calendar.fiscal_year_start is not None:
        counted.append("fiscal_year_start")
    if counted:
        problem = f"it lies within a year, and {counted[0]} counts whole years from the calendar's start"
        raise InputError.single("advance", problem, "move on by whole years", column="to", value=to)


def _moved(
    before: Stock, periods: int, to: str, base: Base, statuses: Mapping[str, str]
) -> tuple[dict[str, Any], Moved, list[str]]:
    document = to_document(before.instance)
    for row in document["projects"]:
        if row["id"] in statuses:
            row["status"] = statuses[row["id"]]
    moved = move_projects(before, periods, document["projects"])
    document["projects"] = list(moved.projects.values())
    remarks = move_levels(before, periods, document)
    move_funds(before, periods, document)
    move_programs(before, periods, document)
    move_slots(moved.slots_used, document)
    document["approved"] = approvals(before)
    if not document["approved"]:
        del document["approved"]
        remarks += without_changes(document)
    remarks += _move_settings(before.instance, document, periods, to, base)
    remarks += _without_past_stage(before.instance, document, periods)
    return document, moved, remarks


def _move_settings(instance: Instance, document: dict[str, Any], periods: int, to: str, base: Base) -> list[str]:
    """Move the calendar and the switches on; return what may surprise."""
    remarks = list[str]()
    settings, old = document["instance"], instance.settings.calendar
    calendar = settings["calendar"]
    calendar["start"], calendar["periods"] = to, instance.periods - periods
    last = old.last_selection
    if last is not None and instance.period_holding(last) < periods:
        del calendar["last_selection"]  # it would lie outside the calendar; what is not decided is excluded
        remarks.append(f"last_selection was {last} and is past: what is added from here on has no last selection")
        _nothing_due_by_selection(document)
    if any(row["escalation_per_year"] for row in instance.alternatives.records()):
        calendar["price_date"] = old.price_date or old.start
    calendar.pop("base_date", None)
    if base == "old" and (old.base_date or old.start) != to:
        calendar["base_date"] = old.base_date or old.start
    until = old.frozen_until
    if until is not None and (instance.period_from(until) <= periods or "approved" not in document):
        del calendar["frozen_until"]
    applied = settings.get("applied", {})
    for key in ("force_in", "force_out"):
        if key in applied:
            applied[key] = [item for item in applied[key] if not _is_past(instance, item, periods)]
    return remarks


def _without_past_stage(instance: Instance, document: dict[str, Any], periods: int) -> list[str]:
    """Take the date up to which it is decided now out of a document if it is past, and say so."""
    by = instance.settings.stages.decide_by
    if by is None or instance.period_holding(by) >= periods:
        return []
    del document["instance"]["stages"]["decide_by"]
    return [f"decide_by of [stages] was {by} and is past: without another date all selections are decided now"]


def _nothing_due_by_selection(document: dict[str, Any]) -> None:
    """Take least amounts of what counts at selection off limits by date: nothing can be selected any more."""
    kept = []
    for row in document.get("limits", []):
        dated = row.get("every", "total") != "total" and not counts_when_used(row["metric"])
        least = {name: cell for name, cell in row.items() if name != "min"} if dated else row
        if {"min", "max", "max_growth_share", "max_growth"} & set(least):
            kept.append(least)
    document.pop("limits", None)
    if kept:
        document["limits"] = kept


def _is_past(instance: Instance, item: str, periods: int) -> bool:
    """Return whether an item id@alternative@YYYY-MM names a start that lies before the new date."""
    return item.count("@") == 2 and instance.period_holding(item.rpartition("@")[2]) < periods
