"""Several plans for several scenarios: do they agree on what is decided before it is known which one comes true.

Each plan is verified by itself (`outlay.optimizer.verify.plan`); here is only what holds between them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TypeAlias

from outlay.instances.instance import Instance
from outlay.instances.plan import Plan, Selection
from outlay.instances.stages import Linking
from outlay.optimizer.verify import words
from outlay.optimizer.verify.exact import ZERO
from outlay.optimizer.verify.report import Ledger, Violation

FAMILY = "linking"
#: What the plan of a scenario is for: its name, its instance and the plan.
Member: TypeAlias = tuple[str, Instance, Plan]


def verify_linking(members: Sequence[Member], linking: Linking) -> tuple[Violation, ...]:
    """Return how plans of scenarios break what they must have in common; nothing where they keep it."""
    ledger = Ledger(ZERO)
    for before, member in pairwise(members):
        if linking == Linking.NESTED:
            _check_nested(before, member, ledger)
        else:
            _check_kept(member, _now(members[0]), f"in {words.name(members[0][0])}", ledger)
    return tuple(ledger.violations)


def verify_kept(instance: Instance, plan: Plan, selected: Iterable[Selection]) -> tuple[Violation, ...]:
    """Return where a plan selects now something else than what was selected; nothing where it keeps it."""
    ledger = Ledger(ZERO)
    _check_kept(("this scenario", instance, plan), {Selection(*one) for one in selected}, "before", ledger)
    return tuple(ledger.violations)


def _now(member: Member) -> set[Selection]:
    _, instance, plan = member
    funded = (Selection(choice.project, choice.alternative, choice.selection) for choice in plan.choices)
    return {one for one in (*funded, *plan.cancelled) if one.period <= instance.decide_by_period}


def _check_kept(member: Member, due: set[Selection], where: str, ledger: Ledger) -> None:
    own = _now(member)
    for one in sorted(own | due):
        selected = f"{words.name(one.project)}@{words.name(one.alternative)}"
        when = words.period(member[1], one.period)
        yes, no = (f"in {words.name(member[0])}", where) if one in own else (where, f"in {words.name(member[0])}")
        text = f"{selected} is selected in {when} {yes} and not {no}, but it is decided before that is known"
        check = ledger.check(FAMILY, "what is decided now is the same in every scenario", f"{selected}, {when}")
        check.holds(one in own and one in due, text)


def _check_nested(before: Member, after: Member, ledger: Ledger) -> None:
    funded = {(choice.project, choice.alternative) for choice in after[2].choices}
    for choice in before[2].choices:
        name = f"{words.name(choice.project)}@{words.name(choice.alternative)}"
        text = f"{name} is funded at {words.name(before[0])} and not at {words.name(after[0])}"
        check = ledger.check(FAMILY, "what is funded at a level is funded at each higher one", name)
        check.holds((choice.project, choice.alternative) in funded, text)
