"""Dates that the objective leaves open: as early as possible, by what a plan's dates weigh.

Lateness of a plan: the sum over its projects of ``w (q + s + op)``, with the periods of selection q, start of building
s and start of operation op, and the weight w = K, the commitment of the alternative in full. A project without
commitment weighs a thousandth of the largest one in the plan (1 where none has any), so that no date is left open.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from outlay.instances.plan import Plan
from outlay.models.case import Case
from outlay.optimizer.answer.plans import option_of, share_of

#: What a project without commitment weighs, as a share of the largest.
LEAST_WEIGHT = 1e-3
#: An option that brings this share of the objective less does not come instead of one of the plan.
EQUAL = 1e-6


def lateness_weights(case: Case, plan: Plan) -> np.ndarray:
    """Return the lateness as an objective to minimise over the model's columns; 0 for what the plan does not fund."""
    weights, options = np.zeros(case.book.size), case.options
    first = case.block("fund").first
    for choice, weight in zip(plan.choices, _weights(case, plan), strict=True):
        same = _same_alternative(case, choice.project, choice.alternative)
        weights[first + same] = weight * (options.selection[same] + options.start[same] + options.operation[same])
    return weights


def open_options(case: Case, plan: Plan) -> np.ndarray:
    """Return which options may stand for those of a plan: same alternative, worth at least as much, on every level.

    Where a project's worth depends on its dates, the objective has decided these; shape (options,).
    """
    fund, scale = case.block("fund").columns, case.scale_column
    levels = [case.weights(level) for level in range(len(case.instance.objective_levels))]
    open_ = np.zeros(len(case.options), dtype=bool)
    for choice in plan.choices:
        own = option_of(case, choice)
        if own is not None:
            same = _same_alternative(case, choice.project, choice.alternative)
            places, share = np.append(same, own), share_of(case, choice)
            whole, part = fund[places], scale[places]
            worth = [level[whole] + np.where(part != whole, level[part] * share, 0.0) for level in levels]
            equal = [each[:-1] >= each[-1] - EQUAL * abs(each[-1]) for each in worth]
            open_[same[np.all(equal, axis=0)]] = True
            open_[own] = True
    return open_


def dates_open(case: Case, plan: Plan, open_: np.ndarray) -> bool:
    """Return whether an open option is earlier than that of its project in the plan."""
    options = case.options
    late = options.selection + options.start + options.operation
    for choice in plan.choices:
        own = option_of(case, choice)
        same = _same_alternative(case, choice.project, choice.alternative)
        if own is not None and (late[same[open_[same]]] < late[own]).any():
            return True
    return False


def scale_rows(case: Case, plan: Plan, open_: np.ndarray) -> Iterator[tuple[int, int, float]]:
    """Yield (scale column, fund column, scale) of each open option that may be funded in part: what the plan funds."""
    fund, scale = case.block("fund").columns, case.scale_column
    for choice in plan.choices:
        same = _same_alternative(case, choice.project, choice.alternative)
        for option in same[open_[same]].tolist():
            if scale[option] != fund[option]:
                yield int(scale[option]), int(fund[option]), share_of(case, choice)


def _same_alternative(case: Case, project: str, alternative: str) -> np.ndarray:
    number = case.alternatives.number.get((project, alternative))
    return np.zeros(0, dtype=int) if number is None else case.options.by_alternative.of(number)


def _weights(case: Case, plan: Plan) -> list[float]:
    commitment = case.alternatives.table.floats("commitment")
    numbers = [case.alternatives.number.get((choice.project, choice.alternative)) for choice in plan.choices]
    money = [0.0 if number is None else float(commitment[number]) for number in numbers]
    least = LEAST_WEIGHT * max(money, default=0.0) or 1.0
    return [each if each > 0 else least for each in money]
