"""What each project is worth to the plan: the best plan without those that are funded, and with those that are not.

The margin of a project is V* - V(without it) or V* - V(with it), the loss if the committee overrules the plan, of the
first level of the objective. Both values are known up to their gaps, so it is an interval: from today's plan less the
other's bound, to today's bound less the other's plan. It is never below 0; an interval that holds 0 is a tie.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from outlay.optimizer.answer.reason import recorded
from outlay.optimizer.answer.reasons import never_available
from outlay.optimizer.explain.context import Context, exchanged
from outlay.optimizer.status import Status
from outlay.optimizer.variation.variation import Variation
from outlay.optimizer.variation.varied_answer import VariedAnswer

#: Where a project stands, in the order of the list.
STANDINGS = ("certain", "funded", "not funded", "never", "not known")

#: Status of what the instance says by itself, so that no question is asked.
GIVEN = "given"


@dataclass(frozen=True)
class Margin:
    """What a project is worth to the plan.

    Attributes
    ----------
    project, name
        Its id and name.
    standing
        ``certain`` (no plan is without it), ``funded``, ``not funded``, ``never`` (no plan holds it), ``not known``.
    margin, low, high
        The loss if it is overruled, and the interval that is proved; None where there is none.
    tie
        Whether the interval holds 0: a plan that differs here may be as good.
    comes_in, goes
        Who comes in and who goes in the nearest such plan.
    status
        What is proved about that plan; ``given``: the instance says by itself that it is certain or never.
    reason
        Why it is certain or never.
    set
        The constraint set that overrules the plan; empty where there is none.
    """

    project: str
    name: str
    standing: str
    margin: float | None = None
    low: float | None = None
    high: float | None = None
    tie: bool = False
    comes_in: str = ""
    goes: str = ""
    status: str = ""
    reason: str = ""
    set: str = ""


def margins(context: Context, projects: Sequence[str]) -> list[Margin]:
    """Return the margins of projects, from certain to never; without those that an interrupt left open."""
    asked = {}
    found: list[Margin] = []
    for project in projects:
        settled = _settled(context, project)
        if settled is not None:
            found.append(settled)
        elif project in context.today.funded:
            asked[project] = Variation(force_out=(project,))
        else:
            asked[project] = Variation(force_in=(project,))
    answers = context.ask(asked, nearest=True)
    found += [_margin(context, project, answer) for project, answer in answers.items()]
    return sorted(found, key=_place)


def _settled(context: Context, project: str) -> Margin | None:
    """Return what is known of a project without solving anything."""
    alternatives = context.case.alternatives
    number = alternatives.project_number[project]
    name = _name(context, project)
    if alternatives.funding_required(number):
        status, reason = alternatives.status[number], "the constraint set forces it in"
        if status in {"mandatory", "committed", "started"}:
            reason = f"it is {status}"
        elif number in alternatives.approved.decided:
            reason = "it was approved, and decisions of its time are frozen"
        return Margin(project, name, "certain", reason=reason, status=GIVEN)
    if not len(context.over.options_of(project)):
        dropped = [item for item in context.case.options.dropped if item.project == project]
        reason = recorded(never_available(dropped))
        return Margin(project, name, "never", reason=reason, status=GIVEN)
    return None


def _margin(context: Context, project: str, answer: VariedAnswer) -> Margin:
    name, funded = _name(context, project), project in context.today.funded
    if answer.infeasible:
        reason = "no plan is possible without it" if funded else "no plan that keeps all limits holds it"
        return Margin(project, name, "certain" if funded else "never", reason=reason, status=str(answer.status))
    if not answer.holds:
        reason = (
            answer.message or "; ".join(answer.violations) or f"no plan was found ({answer.limit or answer.status})"
        )
        return Margin(project, name, "not known", reason=reason, status=str(answer.status))
    lost = context.today.lost(answer)
    comes_in, goes = exchanged(answer.plan, context.today.plan, [project])
    verb = "out" if funded else "in"
    set_ = context.propose(f"{project}-{verb}", answer.body, f"{project} is forced {verb}")
    tie = lost.low is None or lost.low <= context.today.slack
    return Margin(
        project, name, "funded" if funded else "not funded", lost.figure, lost.low, lost.high, tie, comes_in, goes,
        str(answer.status if answer.status != Status.STOPPED else answer.limit or answer.status), "", set_,
    )  # fmt: skip


def _place(margin: Margin) -> tuple[int, float, str]:
    """Return the place in the list: the dearest to lose first, then from the cheapest to the dearest to bring in."""
    loss = margin.margin or 0.0
    return STANDINGS.index(margin.standing), -loss if margin.standing == "funded" else loss, margin.project


def _name(context: Context, project: str) -> str:
    table = context.case.instance["projects"]
    return table.texts("name")[table.index[(project,)]]


def losers(found: Iterable[Margin]) -> list[str]:
    """Return the projects that are available, not funded, and no tie: those that something would have to change for.

    Among them are those that no plan can hold as the limits are, but not those without any option.
    """
    lost = (each for each in found if each.standing in {"not funded", "never"} and each.status != GIVEN)
    return [each.project for each in lost if not each.tie]
