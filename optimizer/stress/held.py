"""The here-and-now part of a plan, held in a world: what is decided before it is known which world comes true."""

from __future__ import annotations

from typing import Any

import numpy as np

from outlay.instances.errors import NoPlanError
from outlay.instances.instance import Instance
from outlay.instances.plan import Plan, Selection
from outlay.instances.stages import selected_now
from outlay.models.build import build_case
from outlay.models.case import Case
from outlay.models.modelling import pyo
from outlay.models.stages import keep_selections


def held(instance: Instance, plan: Plan) -> Any:
    """Return the model of a world in which exactly what a plan selects now is selected now.

    Each of these is funded, with the alternative and the period of selection that were decided, or cancelled. Later
    selections, starts, permit tracks, scales, purchases, imports, flows and payments are left open. Only what is left
    of the options has columns, so the model is small.

    Raises
    ------
    InputError
        If a project that must be funded has no option in this world.
    NoPlanError
        If something that is selected can neither be funded nor cancelled here.
    """
    case = Case(instance, cancelling=True)
    selected = selected_now(instance, plan)
    kept = keep_selections(case, selected)
    if kept.impossible:
        raise NoPlanError("; ".join(_impossible(case, one) for one in kept.impossible))
    present = np.ones(case.book.size, dtype=bool)
    present[kept.absent] = False
    options = case.options.keep(present[case.block("fund").columns], ())
    model = build_case(case.restricted(options, present[case.block("cancelled").columns]))
    model.kept_as_decided = pyo.Constraint(pyo.Any)
    for one in selected:
        model.kept_as_decided[one.project] = _decided(model, one) == 1
    return model


def _decided(model: Any, one: Selection) -> Any:
    options = [model.fund[option] for option in model.case.options.of(one.project).tolist()]
    given_up = [model.cancelled[tuple(one)]] if tuple(one) in model.cancelled else []
    return sum([*options, *given_up])


def _impossible(case: Case, one: Selection) -> str:
    when = case.instance.period_label(one.period)
    reasons = [
        item.reason
        for item in case.options.dropped
        if item.project == one.project and item.alternative == one.alternative
    ]
    why = f" ({reasons[0]})" if reasons else ""
    return f"{one.project}@{one.alternative}, selected in {when}, can be neither built nor given up{why}"
