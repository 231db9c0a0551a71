r"""Points in the unit cube: scrambled Sobol points, with rank correlations by a Gaussian copula.

Formula. With u the Sobol points, z = R^(1/2) Phi^-1(u) has the normal scores' correlations R, and v = Phi(z) the rank
correlations rho where r = 2 sin(pi rho / 6).

Sources: Owen, Scrambling Sobol' and Niederreiter-Xing points, 1998, doi:10.1006/jcom.1998.0487. Pearson, On further
methods of determining correlation, 1907 (r of rho). Higham, Computing the nearest correlation matrix, 2002,
doi:10.1093/imanum/22.3.329.
"""

from __future__ import annotations

import numpy as np
from scipy import special

#: Sobol points are whole multiples of 2^-30; so much is added to keep them off 0 and in the middle.
_HALF_STEP = 2.0**-31
#: Eigenvalues down to this count as none; the alternating projections end at this change.
_NOTHING = 1e-9
_MOST_STEPS = 2000


def sobol_points(count: int, dimensions: int, seed: int) -> np.ndarray:
    """Return points strictly inside the unit cube, shape (count, dimensions); the first n of 2n are those of n."""
    if not dimensions:
        return np.zeros((count, 0))
    from scipy.stats import qmc  # noqa: PLC0415 - a second to load, and only draws need it

    power = max(0, int(count - 1).bit_length())  # a power of two: the sequence is balanced there
    points = qmc.Sobol(dimensions, scramble=True, bits=30, seed=np.random.default_rng(seed)).random_base2(power)
    return np.asarray(points)[:count] + _HALF_STEP


def scores_of_ranks(rank: np.ndarray) -> np.ndarray:
    """Return the correlations of normal scores that give rank correlations.

    Examples
    --------
    >>> scores_of_ranks(np.array([0.0, 1.0, -1.0])).round(12).tolist()
    [0.0, 1.0, -1.0]
    """
    return np.asarray(2.0 * np.sin(np.pi * rank / 6.0))


def nearest_correlation(matrix: np.ndarray) -> np.ndarray:
    """Return the correlation matrix nearest to a symmetric one in the Frobenius norm; itself if it is one.

    Alternating projections with Dykstra's correction (Higham 2002, algorithm 3.3).

    Examples
    --------
    >>> nearest_correlation(np.array([[1, 1, 0], [1, 1, 1], [0, 1, 1.0]])).round(4).tolist()
    [[1.0, 0.7607, 0.1573], [0.7607, 1.0, 0.7607], [0.1573, 0.7607, 1.0]]
    """
    if not len(matrix) or float(np.linalg.eigvalsh(matrix)[0]) >= -_NOTHING:
        return matrix
    found, correction = matrix.copy(), np.zeros_like(matrix)
    for _ in range(_MOST_STEPS):
        before = found
        shifted = found - correction
        values, vectors = np.linalg.eigh(shifted)
        positive = (vectors * np.maximum(values, 0.0)) @ vectors.T
        correction = positive - shifted
        found = positive.copy()
        np.fill_diagonal(found, 1.0)
        if np.abs(found - before).max() < _NOTHING:
            break
    values, vectors = np.linalg.eigh(found)
    positive = (vectors * np.maximum(values, 0.0)) @ vectors.T
    size = np.sqrt(np.diag(positive))
    return np.asarray(positive / np.outer(size, size))


def correlated(points: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Return points of the unit cube with correlations of their normal scores; `scores` is a correlation matrix."""
    if np.array_equal(scores, np.eye(len(scores))):
        return points
    values, vectors = np.linalg.eigh(scores)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T  # the symmetric root, which is unique
    inside = special.ndtr(special.ndtri(points) @ root)
    return np.clip(inside, _HALF_STEP, 1.0 - _HALF_STEP)
