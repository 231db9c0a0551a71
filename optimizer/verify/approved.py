"""The plan that stands: what is decided of it is kept, and what changes of it is counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from outlay.optimizer.verify import words
from outlay.optimizer.verify.exact import ONE, exact
from outlay.optimizer.verify.reading import Reading, Record
from outlay.optimizer.verify.report import Ledger
from outlay.optimizer.verify.schedule import Funded

FAMILY = "approved"


def changes_by_project(reading: Reading, funded: Sequence[Funded]) -> Mapping[str, Mapping[str, Fraction]]:
    """Return changed_projects, changed_starts and change_cost of each project; nothing without a plan that stands."""
    rows = {str(row["project"]): row for row in reading.records("approved")}
    if not rows:
        return {}
    found: dict[str, dict[str, Fraction]] = {"changed_projects": {}, "changed_starts": {}, "change_cost": {}}
    built = {option.project: option for option in funded}
    for project, row in rows.items():
        option, start = built.get(project), _period(reading, row["start"])
        if option is None or row["alternative"] not in (None, option.alternative):
            found["changed_projects"][project] = ONE
            found["change_cost"][project] = exact(row["change_cost"])
        if option is not None and start is not None:
            found["changed_starts"][project] = Fraction(abs(option.start - start))
    for project in built:
        if project not in rows:
            found["changed_projects"][project] = ONE
    return found


def check_frozen(reading: Reading, funded: Sequence[Funded], ledger: Ledger) -> None:
    """Check that what is decided before ``frozen_until`` is what was approved, and nothing else is."""
    until = reading.calendar.frozen_until
    if until is None:
        return
    periods = reading.instance.period_from(str(until))
    rows = {str(row["project"]): row for row in reading.records("approved")}
    built = {option.project: option for option in funded}
    for project, row in rows.items():
        dates = [_period(reading, row[column]) for column in ("selected", "start")]
        if not any(date is not None and date < periods for date in dates):
            continue
        name, option = words.name(project), built.get(project)
        if reading.projects[project]["status"] != "started":
            text = f"{name} is not funded, but was approved to be decided before {until}"
            ledger.check(FAMILY, "what is decided is kept", name).holds(option is not None, text)
        if option is not None and option.status != "started":
            _check_decided(reading, option, row, periods, ledger)
            del built[project]
    for option in built.values():
        if not option.committed:
            text = (
                f"{option.name} is selected in {reading.label(option.selection)}, but decisions before {until} are "
                f"those of the approved plan"
            )
            ledger.check(FAMILY, "nothing else is decided", option.name).holds(option.selection >= periods, text)


def _check_decided(reading: Reading, option: Funded, row: Record, periods: int, ledger: Ledger) -> None:
    name, selected, start = option.name, _period(reading, row["selected"]), _period(reading, row["start"])
    check = ledger.check(FAMILY, "what is decided is kept", name)
    text = f"{name} was approved as {words.name(row['alternative'])}"
    check.holds(row["alternative"] in (None, option.alternative), text)
    if start is not None:
        text = f"{name} starts in {reading.label(option.start)}, it was approved for {reading.label(start)}"
        check.holds(option.start == start if start < periods else option.start >= periods, text)
    if selected is not None and selected < periods and not option.committed:
        text = f"{name} is selected in {reading.label(option.selection)}, approved was {reading.label(selected)}"
        check.holds(option.selection == selected, text)
    if row["scale"] is not None and option.project_row["scale"] is None and option.project_row["selected"] is None:
        text = (
            f"{name} is built at scale {words.number(option.scale)}, approved was {words.number(exact(row['scale']))}"
        )
        check.equal(option.scale, exact(row["scale"]), text, size=ONE)


def _period(reading: Reading, month: object) -> int | None:
    return None if month is None else reading.instance.period_holding(str(month))
