r"""Better points that HiGHS cuts off because the point it was handed does not lie on the grid of its presolved costs.

Where all costs of the presolved problem lie on integer columns and are multiples of one amount g, HiGHS looks only for
points that are better than the best known value v by a whole step (`computeNewUpperLimit` of HiGHS 1.15.1)::

    limit = g floor((v - c) / g - 1/2) + c,     c the constant of the presolved problem

and, where a gap is allowed, no worse than v less a step. That is right for points of the presolved problem, whose v - c
is a multiple of g. A point from outside may have been presolved away, and its v lie between two multiples: then a point
that is better by less than a step is never looked for, and v is called optimal. What HiGHS finds by itself has no such
fault, unless it restarts after it; that cannot be seen from outside.
"""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np

#: Costs whose common step is smaller than this share of the largest have none that matters.
SMALL_STEP = 1e-7
#: Shares of a step that are rounding.
ROUNDING = 1e-6


def least_missed(highs: Any, value: float, *, limit_s: float) -> float:
    """Return the best value that may have been cut off by a point from outside; the point's own value: none was.

    Parameters
    ----------
    highs
        HiGHS with the problem and the options of the solve; it is only read.
    value
        Of the point, which is minimised.
    limit_s
        Seconds to presolve in. Where that takes longer, nothing is known to be cut off.
    """
    if highs.getOptions().presolve == "off":
        return value  # all points are of the problem that is solved
    fresh = highspy.Highs()
    fresh.passOptions(highs.getOptions())
    fresh.setOptionValue("output_flag", False)
    fresh.setOptionValue("time_limit", limit_s)
    fresh.passModel(highs.getLp())
    fresh.presolve()
    known = highspy.HighsPresolveStatus
    if fresh.getModelPresolveStatus() not in {known.kReduced, known.kReducedToEmpty}:
        return value
    presolved = fresh.getPresolvedLp()
    cost, constant = np.array(presolved.col_cost_), float(presolved.offset_)
    used = np.nonzero(cost)[0]
    if not len(used):
        return min(value, constant)
    kinds = presolved.integrality_
    if any(kinds[column] == highspy.HighsVarType.kContinuous for column in used.tolist()):
        return value
    step = common_step(np.abs(cost[used]))
    steps = (value - constant) / step if step else 0.0
    beyond = steps - np.floor(steps)
    return value - beyond * step if ROUNDING < beyond < 1.0 - ROUNDING else value


def common_step(amounts: np.ndarray) -> float:
    """Return the largest number of which all amounts are multiples, but for rounding; 0: it is too small to matter.

    Examples
    --------
    >>> round(common_step(np.array([0.6, 1.0, 2.2])), 9)
    0.2
    >>> common_step(np.array([1.0, 2**0.5]))
    0.0
    """
    least = SMALL_STEP * float(amounts.max())
    step = 0.0
    for amount in np.unique(amounts).tolist():
        rest = amount
        while rest > least:  # Euclid's algorithm
            step, rest = rest, step % rest
            rest = 0.0 if step - rest < least else rest
        if step <= least * 10:
            return 0.0
    return step
