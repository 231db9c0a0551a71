"""Hypervolumes, computed by ``moocore``: what points reach, and what is still open.

moocore: Fonseca, Paquete and Lopez-Ibanez, An improved dimension-sweep algorithm for the hypervolume indicator, IEEE
Congress on Evolutionary Computation, 2006, doi:10.1109/CEC.2006.1688440.
"""

from __future__ import annotations

from collections.abc import Sequence

import moocore
import numpy as np


def reached_volume(points: np.ndarray, reference: np.ndarray) -> float:
    """Return the volume that points, shape (points, objectives), dominate above a reference; all maximised."""
    return _volume(-np.maximum(points, reference), -reference)


def open_volume(corners: np.ndarray, facts: np.ndarray, low: np.ndarray, high: np.ndarray) -> float:
    """Return the volume of what lies above one of the corners and above none of the facts, inside low to high."""
    if not len(corners):
        return 0.0
    empty = np.clip(facts, low, high)
    return max(0.0, _volume(np.vstack([np.clip(corners, low, high), empty]), high) - _volume(empty, high))


def _volume(points: np.ndarray, reference: np.ndarray) -> float:
    """Return the volume between points and a reference that is above them, all minimised."""
    inside = points[(points < reference).all(axis=1)]
    return float(moocore.hypervolume(inside, ref=reference)) if len(inside) else 0.0


def nondominated(values: Sequence[Sequence[float]]) -> np.ndarray:
    """Return which of some points, maximised, no other one dominates; of equal ones the first. Shape (points,)."""
    if not len(values):
        return np.zeros(0, dtype=bool)
    return np.asarray(moocore.is_nondominated(np.array(values, dtype=float), maximise=True, keep_weakly=False))
