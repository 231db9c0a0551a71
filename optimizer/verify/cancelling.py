"""What was selected and is given up: may it be, and what does it cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from outlay.instances.plan import Plan, Selection
from outlay.optimizer.verify import words
from outlay.optimizer.verify.amounts import Cancelled
from outlay.optimizer.verify.exact import exact, whole
from outlay.optimizer.verify.reading import Reading
from outlay.optimizer.verify.report import Ledger

FAMILY = "cancelling"


def read_cancelled(reading: Reading, plan: Plan, ledger: Ledger) -> tuple[Cancelled, ...]:
    """Return the cancellations that make sense; each of the others is a violation and counts no further."""
    found = (_read(reading, one, ledger) for one in plan.cancelled)
    return tuple(one for one in found if one is not None)


def _read(reading: Reading, one: Selection, ledger: Ledger) -> Cancelled | None:
    project, alternative, period = one
    where = f"{words.name(project)}@{words.name(alternative)}"
    known = isinstance(project, str) and isinstance(alternative, str) and (project, alternative) in reading.alternatives
    text = f"the plan cancels {where}, but there is no such alternative"
    if not ledger.check(FAMILY, "what is cancelled exists", where).holds(known, text):
        return None
    number, last = whole(period), reading.instance.decide_by_period
    made_now = number is not None and 0 <= number <= last
    text = (
        f"{where} is cancelled after a selection in period {words.name(period)}, but selections that are made before "
        f"it is known which scenario comes true are those of the periods 0 to {last}"
    )
    if not ledger.check(FAMILY, "it was selected in ignorance", where).holds(made_now, text) or number is None:
        return None
    row, project_row = reading.alternatives[project, alternative], reading.projects[project]
    fee = exact(project_row["cancel_share"]) * exact(row["commitment"])
    return Cancelled(project, number, fee, exact(project_row["selection_load"]))


def check_cancelled(reading: Reading, plan: Plan, cancelled: Sequence[Cancelled], ledger: Ledger) -> None:
    """Check that only what may be given up is, once, and that it is not funded as well."""
    funded = {choice.project for choice in plan.choices if isinstance(choice.project, str)}
    forced = {item.partition("@")[0] for item in reading.settings.applied.force_in}
    for project, count in Counter(one.project for one in cancelled).items():
        name, status = words.name(project), reading.projects[project]["status"]
        text = f"{name} is cancelled {count} times; a project is selected at most once"
        ledger.check(FAMILY, "a project is cancelled at most once", name).holds(count <= 1, text)
        text = f"{name} is both funded and cancelled"
        ledger.check(FAMILY, "what is cancelled is not funded", name).holds(project not in funded, text)
        must = "forced in" if project in forced else str(status)
        allowed = status in {"candidate", "excluded"} and project not in forced
        text = f"{name} is {must}, so it cannot be cancelled"
        ledger.check(FAMILY, "what must be funded is not cancelled", name).holds(allowed, text)
