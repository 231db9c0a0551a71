r"""What a choice with a certain option, and one without it, is worth at most, by a concave function above all choices.

Of ``f(x) = c + s x - x' C x`` with C positive semidefinite, and rows ``A x <= b`` with prices ``p >= 0``, each face
``x_j = 0`` or ``x_j = 1`` of the unit cube has

    max f(x) over A x <= b, x_j = v   <=   max g(x) over x_j = v,      g(x) = f(x) + p (b - A x),

and g, being concave, lies below its tangent at any point y, whose greatest value over the face is
``g(y) + sum_i max over x_i of g_i'(y) (x_i - y_i)``. So every y gives a bound; good ones are found by a projected
gradient method with Nesterov's extrapolation (Beck and Teboulle 2009, doi:10.1137/080716542), all faces at once.

Options whose one face is worth less than a plan that is known are decided; what is left is smaller, and its bound is
better (the reduction of Pisinger, Rasmussen and Sandvik 2007, doi:10.1287/ijoc.1050.0172, with another bound). Of 300
items with 11,000 pairs (a quadratic knapsack) 131 are decided at first, then all but eight.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import linalg

#: Steps of the gradient method: enough that no face of the instances above was decided later.
STEPS = 150
#: Share of the sizes of a bound's terms by which it is lifted, so that rounding does not matter.
ROUNDING = 1e-12


@dataclass(frozen=True)
class Form:
    """A concave function ``constant + slope x - x' curve x``.

    Attributes
    ----------
    curve
        Positive semidefinite, shape (options, options).
    slope
        Shape (options,).
    """

    curve: np.ndarray
    slope: np.ndarray
    constant: float

    def priced(self, prices: np.ndarray, rows: Any, limit: np.ndarray) -> Form:
        """Return it with what rows ``rows x <= limit`` leave, at prices; shapes (rows,), (rows, options), (rows,)."""
        return Form(self.curve, self.slope - rows.T @ prices, self.constant + float(limit @ prices))


def face_bounds(form: Form, point: np.ndarray, over: Callable[[], bool] = lambda: False) -> np.ndarray:
    """Return what the form is at most without each option and with it, in the unit cube; shape (2, options).

    Parameters
    ----------
    point
        Where to begin, shape (options,).
    over
        Asked before each step whether to end; what it has come to by then holds. With 600 options all take 5 s of CPU.
    """
    curve, slope, size = form.curve, form.slope[:, None], len(form.slope)
    option, face = np.tile(np.arange(size), 2), np.arange(2 * size)
    value = np.repeat([0.0, 1.0], size)
    step = 2.0 * max(float(linalg.eigvalsh(curve, subset_by_index=[size - 1, size - 1])[0]), 1e-12)
    found = np.repeat(np.clip(point, 0.0, 1.0)[:, None], 2 * size, axis=1)
    found[option, face] = value
    ahead, pace = found, 1.0
    for _ in range(STEPS):
        if over():
            break
        following = np.clip(ahead + (slope - 2.0 * (curve @ ahead)) / step, 0.0, 1.0)
        following[option, face] = value
        faster = (1.0 + np.sqrt(1.0 + 4.0 * pace * pace)) / 2.0
        ahead = following + (pace - 1.0) / faster * (following - found)
        found, pace = following, faster
    curved = curve @ found
    gradient = slope - 2.0 * curved
    most = np.maximum(gradient, 0.0)
    most[option, face] = gradient[option, face] * value
    # g(y) less the gradient at y times y is the constant and y' C y.
    sizes = abs(form.constant) + 2.0 * np.abs(form.slope).sum() + 4.0 * float(np.abs(curve).sum())
    bound: np.ndarray = form.constant + (found * curved).sum(axis=0) + most.sum(axis=0) + ROUNDING * sizes
    return bound.reshape(2, size)
