r"""What a result hangs on: first-order indices, a tornado, and the value of knowing a factor first.

The draws are put into bins by the value of a factor, of equal weight as far as its values allow; all draws of one value
are in one bin.

First-order index (Sobol): the share of the variance that would go if the factor were known,
``S = Var(E[y | x]) / Var(y)``, from the means of the bins. These scatter even where the factor does nothing, so what
that is expected to add, (bins - 1) / n of the variance within, is taken off (omega squared). Its error is that of a
jackknife over the draws in groups. Factors that are correlated share what they explain, so their indices may add up to
more than 1.

Value of knowing a factor: the mean over its bins of the best plan's mean there, less the best plan's mean over all:
what choosing the plan after the factor is known would add, over the plans that are given. It is never negative, and
never more than the value of knowing everything. Since the best of several means is taken in each bin, chance makes it
larger; the figure `chance` is what it comes to where the factor's values are dealt out to the draws at random.

Sources: Sobol, Sensitivity estimates for nonlinear mathematical models, 1993; Plischke, Borgonovo and Smith, Global
sensitivity measures from given data, 2013, doi:10.1016/j.ejor.2012.11.047; Hays, Statistics, 1963 (omega squared);
Strong and Oakley, An efficient method for computing single-parameter partial expected value of perfect information,
2013, doi:10.1177/0272989X12465123.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

#: Bins have at least so many draws, and there are at most so many bins.
LEAST_IN_BIN, MOST_BINS = 10, 12
#: The lowest and the highest share of a factor's values that a tornado compares.
FIFTH = 0.2
#: Groups of the jackknife, and shuffles that show what chance does.
GROUPS, SHUFFLES = 20, 20


class Index(NamedTuple):
    """A first-order index with its standard error; None where it cannot be told."""

    share: float | None
    error: float | None


def bins(values: np.ndarray) -> np.ndarray:
    """Return the bin of each draw by the value of a factor, from 0; draws of one value share a bin.

    Examples
    --------
    >>> bins(np.array([3.0, 1.0, 1.0, 2.0])).tolist()
    [0, 0, 0, 0]
    >>> bins(np.repeat([2.0, 5.0, 1.0], 10))[[0, 10, 20]].tolist()
    [1, 2, 0]
    """
    count = int(np.clip(len(values) // LEAST_IN_BIN, 1, MOST_BINS))
    known, place, sizes = np.unique(values, return_inverse=True, return_counts=True)
    if len(known) <= count:
        return np.asarray(place)
    middle = np.cumsum(sizes) - sizes / 2
    group = np.minimum((middle * count / len(values)).astype(int), count - 1)
    return np.asarray(np.unique(group, return_inverse=True)[1][place])


def first_order(values: np.ndarray, results: np.ndarray, weights: np.ndarray) -> Index:
    """Return the share of the variance of results that a factor explains by itself."""
    if len(np.unique(values)) < 2 or np.ptp(results) == 0:
        return Index(0.0 if len(values) else None, 0.0 if len(values) else None)
    group = bins(values)
    if group.max() == 0:
        return Index(None, None)
    share = _share(group, results, weights)
    count = min(GROUPS, len(values))
    dealt = np.arange(len(values)) % count
    again = np.array(
        [_share(group[dealt != out], results[dealt != out], weights[dealt != out]) for out in range(count)]
    )
    error = float(np.sqrt((count - 1) / count * np.sum((again - again.mean()) ** 2)))
    return Index(share, error)


def _share(group: np.ndarray, results: np.ndarray, weights: np.ndarray) -> float:
    count = int(group.max()) + 1
    weight = np.bincount(group, weights, count)
    full = weight > 0
    means = np.bincount(group, weights * results, count)[full] / weight[full]
    grand = float(results @ weights / weights.sum())
    between = float(weight[full] @ (means - grand) ** 2 / weights.sum())
    total = float((results - grand) ** 2 @ weights / weights.sum())
    if total == 0:
        return 0.0
    levels, size = int(full.sum()), len(results)
    if size <= levels:
        return min(1.0, between / total)
    noise = (levels - 1) * (total - between) / (size - levels)
    return float(np.clip((between - noise) / total, 0.0, 1.0))


def largest_by_chance(factors: Sequence[np.ndarray], results: np.ndarray, weights: np.ndarray, seed: int = 1) -> float:
    """Return the index that the luckiest of some factors shows where none of them tells anything, on the average.

    Results are dealt out to the draws at random. The more factors and the fewer draws, the larger it is.
    """
    groups = [group for group in map(bins, factors) if group.max() > 0]
    if not groups or np.ptp(results) == 0:
        return 0.0
    random = np.random.default_rng(seed)
    found = []
    for _ in range(SHUFFLES):
        dealt = random.permutation(len(results))
        found.append(max(_share(group, results[dealt], weights[dealt]) for group in groups))
    return float(np.mean(found))


def ends(values: np.ndarray, results: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """Return the mean result in the lowest and in the highest fifth of a factor's values; values alike share a fate.

    Examples
    --------
    >>> ends(np.arange(10.0), 2 * np.arange(10.0), np.ones(10))
    (1.0, 17.0)
    """
    found = []
    for sign in (1.0, -1.0):
        order = np.argsort(sign * values, kind="stable")
        below = np.cumsum(weights[order]) / weights.sum()
        last = values[order[int(np.searchsorted(below, FIFTH - 1e-12, side="left"))]]
        inside = sign * values <= sign * last
        found.append(float(results[inside] @ weights[inside] / weights[inside].sum()))
    return found[0], found[1]


class Knowing(NamedTuple):
    """The value of knowing a factor first, and what chance alone makes of it."""

    value: float
    chance: float


def value_of_knowing(values: np.ndarray, payoffs: np.ndarray, weights: np.ndarray, seed: int = 1) -> Knowing:
    """Return what knowing a factor before choosing adds.

    Parameters
    ----------
    payoffs
        Objective of each plan in each draw, shape (draws, plans).
    """
    group = bins(values)
    value = _knowing(group, payoffs, weights)
    random = np.random.default_rng(seed)
    dealt = [_knowing(random.permutation(group), payoffs, weights) for _ in range(SHUFFLES)]
    return Knowing(value, float(np.mean(dealt)))


def _knowing(group: np.ndarray, payoffs: np.ndarray, weights: np.ndarray) -> float:
    part = weights / weights.sum()
    sums = np.array([np.bincount(group, part * column) for column in payoffs.T])
    return float(max(0.0, sums.max(axis=0).sum() - (part @ payoffs).max()))
