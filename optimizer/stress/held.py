"""The here-and-now part of a plan, held in a world: what is decided before the world is known."""

from __future__ import annotations

import numpy as np

from outlay.instances.errors import NoPlanError
from outlay.instances.instance import Instance
from outlay.instances.plan import Choice, Plan
from outlay.models.case import Case
from outlay.models.options.generation import selection_matters
from outlay.models.options.options import Options
from outlay.models.projects.alternatives import periods_up


def held_case(instance: Instance, plan: Plan) -> Case:
    """Return the case of a world in which project, alternative and period of selection are those of a plan.

    Starts, permit tracks, scales, purchases, imports, flows and payments are left open.

    Raises
    ------
    InputError
        If a project that must be funded has no option in this world.
    NoPlanError
        If a project of the plan has no option left that could have been selected then; says which, and why.
    """
    case = Case(instance)
    options = case.options
    kept = np.zeros(len(options), dtype=bool)
    impossible = []
    for choice in plan.choices:
        mine = options_of(case, choice)
        kept[mine] = True
        if not len(mine):
            impossible.append(f"{choice.project} cannot be built{_why(options, choice)}")
    if impossible:
        raise NoPlanError("; ".join(impossible))
    return case.restricted(options.keep(kept, ()))


def options_of(case: Case, choice: Choice) -> np.ndarray:
    """Return the options of a choice's alternative that could have been selected in its period, in rising order.

    Where nothing depends on the period of selection, only the latest one stands for an option; it could have been
    selected in every period that leads to its start.
    """
    number = case.alternatives.number.get((choice.project, choice.alternative))
    if number is None:
        return np.zeros(0, dtype=int)
    options = case.options
    mine = options.by_alternative.of(number)
    if case.alternatives.status[case.alternatives.project[number]] == "committed":
        return mine
    if selection_matters(case.instance):
        return mine[options.selection[mine] == choice.selection]
    return mine[_could_be(case, mine, choice.selection)]


def _could_be(case: Case, options: np.ndarray, selection: int) -> np.ndarray:
    calendar, size = case.instance.settings.calendar, case.instance.months_per_period
    lead, wait = periods_up(calendar.selection_to_funding_months, size), periods_up(calendar.max_wait_months, size)
    start = case.options.start[options]
    return np.asarray((start - lead - wait <= selection) & (selection <= start - lead))


def _why(options: Options, choice: Choice) -> str:
    reasons = [
        item.reason
        for item in options.dropped
        if item.project == choice.project and item.alternative == choice.alternative
    ]
    return f" ({reasons[0]})" if reasons else ""


def as_selected(plan: Plan, found: Plan) -> Plan:
    """Return a plan that was found in a world with the periods of selection that were decided."""
    decided = {choice.project: choice.selection for choice in plan.choices}
    choices = tuple(
        choice._replace(selection=decided.get(choice.project, choice.selection)) for choice in found.choices
    )
    return found if choices == found.choices else _with(found, choices)


def _with(plan: Plan, choices: tuple[Choice, ...]) -> Plan:
    return Plan(choices, plan.purchases, plan.flows, plan.imports, plan.payments, plan.shortfalls)
