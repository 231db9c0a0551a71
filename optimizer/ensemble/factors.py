r"""What it would be worth to know one factor before anything is decided, over the payoffs of candidate plans.

With candidates c, scenarios s of probability p_s and payoffs v_cs, and scenarios put into bins b by the value of it::

    sum_b max_c sum_{s in b} p_s v_cs  -  max_c sum_s p_s v_cs

It is at least 0, at most what perfect information is worth over the same candidates, and of few scenarios too large: a
factor that says nothing still tells bins apart that differ by chance.

Source: Strong and Oakley, Medical Decision Making 33(6), 2013, doi:10.1177/0272989X12465123 (single-parameter values
by binning).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from outlay.optimizer.ensemble.answer import Interval

#: So many bins, at most; equal values stand in one.
MOST_BINS = 5


def bins_of(values: Sequence[float], most: int = MOST_BINS) -> np.ndarray:
    """Return the bin of each value: about as many in each, equal values together, from the lowest on.

    Examples
    --------
    >>> bins_of([3.0, 1.0, 1.0, 2.0], most=2).tolist()
    [1, 0, 0, 1]
    """
    order, place = np.unique(np.array(values, dtype=float), return_inverse=True)
    before = np.searchsorted(np.sort(np.array(values, dtype=float)), order)
    count = min(most, len(order))
    raw = before * count // max(len(values), 1)
    return np.unique(raw, return_inverse=True)[1][place]


def value_of_knowing(payoffs: np.ndarray, shares: np.ndarray, bins: np.ndarray, known: np.ndarray) -> Interval:
    """Return what it is worth to know the bin first, (least, at most).

    Parameters
    ----------
    payoffs, known
        What each candidate is worth in each scenario at least, and at most; shape (candidates, scenarios).
    shares
        Probability of each scenario.
    bins
        Bin of each scenario.
    """
    low, high = (_informed(table, shares, bins) for table in (payoffs, known))
    least, most = (_informed(table, shares, np.zeros_like(bins)) for table in (payoffs, known))
    return max(0.0, low - most), max(0.0, high - least)


def _informed(payoffs: np.ndarray, shares: np.ndarray, bins: np.ndarray) -> float:
    """Return the sum over bins of the best candidate's part of the mean."""
    weighted = payoffs * shares
    return math.fsum(float(weighted[:, bins == number].sum(axis=1).max()) for number in np.unique(bins))


def factor_table(
    payoffs: Mapping[str, Mapping[str, Interval]],
    shares: Mapping[str, float],
    factors: Mapping[str, Mapping[str, float]],
) -> pd.DataFrame:
    """Return one row a factor, the most worth knowing first: what knowing it is worth, (least, at most)."""
    names = list(shares)
    low, high = (np.array([[each[name][side] for name in names] for each in payoffs.values()]) for side in (0, 1))
    share = np.array([shares[name] for name in names])
    rows = []
    for factor, values in factors.items():
        bins = bins_of([values[name] for name in names])
        least, most = value_of_knowing(low, share, bins, high)
        rows.append((factor, int(bins.max()) + 1, least, most))
    rows.sort(key=lambda row: (-row[2], row[0]))
    return pd.DataFrame(rows, columns=["factor", "bins", "value", "value_at_most"])


def factors_of(scenarios: Any) -> dict[str, dict[str, float]]:
    """Return what was drawn of each factor in each scenario, of scenarios that were drawn; else nothing.

    Draws have a table ``values``: a row a draw, its name in ``draw``, a column a factor.
    """
    table = getattr(scenarios, "values", None)
    if not isinstance(table, pd.DataFrame) or "draw" not in table:
        return {}
    named = table.set_index("draw").select_dtypes("number").drop(columns="probability", errors="ignore")
    return {str(name): {str(draw): float(value) for draw, value in named[name].items()} for name in named}
