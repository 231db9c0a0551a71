r"""Figures of a sample with weights: mean, standard error, quantiles, and what the worst tenth comes to.

Formula. With weights p that add up to 1, CVaR at the share a of the lowest values is the mean of the lowest values up
to the weight a, of which the last one counts in part:
``CVaR_a = 1/a (sum over x_i < q p_i x_i + (a - sum over x_i < q p_i) q)``, q the a-quantile.

Source: Rockafellar and Uryasev, Optimization of conditional value-at-risk, 2000, doi:10.21314/JOR.2000.038.
"""

from __future__ import annotations

import numpy as np

#: The tail that CVaR is the mean of.
TAIL = 0.1
#: Quantiles that are reported.
LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
_SAME = 1e-12


def mean(values: np.ndarray, weights: np.ndarray) -> float:
    """Return the weighted mean.

    Examples
    --------
    >>> mean(np.array([1.0, 3.0]), np.array([0.25, 0.75]))
    2.5
    """
    return float(values @ weights / weights.sum())


def deviation(values: np.ndarray, weights: np.ndarray) -> float:
    """Return the standard deviation: of a sample where all weigh the same, else of the distribution.

    Examples
    --------
    >>> deviation(np.array([1.0, 3.0]), np.array([0.5, 0.5]))
    1.4142135623730951
    """
    if len(values) < 2:
        return 0.0
    spread = float((values - mean(values, weights)) ** 2 @ weights / weights.sum())
    bessel = len(values) / (len(values) - 1) if np.ptp(weights) <= _SAME else 1.0
    return float(np.sqrt(spread * bessel))


def quantile(values: np.ndarray, weights: np.ndarray, level: float) -> float:
    """Return the least value that at least a share `level` of the weight does not exceed.

    Examples
    --------
    >>> quantile(np.array([5.0, 1.0, 3.0]), np.array([0.2, 0.5, 0.3]), 0.6)
    3.0
    """
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[order]) / weights.sum()
    place = int(np.searchsorted(below, level - _SAME, side="left"))
    return float(values[order[min(place, len(order) - 1)]])


def cvar(values: np.ndarray, weights: np.ndarray, share: float = TAIL) -> float:
    """Return the mean of the lowest values that make up a share of the weight.

    Examples
    --------
    >>> cvar(np.array([0.0, 10.0, 20.0]), np.array([0.05, 0.05, 0.9]), 0.1), cvar(np.array([4.0, 8.0]), np.ones(2), 0.5)
    (5.0, 4.0)
    """
    order = np.argsort(values, kind="stable")
    part = weights[order] / weights.sum()
    before = np.cumsum(part) - part
    counted = np.clip(share - before, 0.0, part)
    return float(counted @ values[order] / counted.sum())
