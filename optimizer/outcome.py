"""What comes of a request to a solver process, message by message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass
class Outcome:
    """What came of one request.

    Attributes
    ----------
    status
        HiGHS's model status (``kOptimal``, ...), ``crashed``, ``hung`` or ``garbage``.
    point, objective, bound
        Best point found, or None; its objective and the proved bound of the minimisation, NaN if unknown.
    row_dual
        Duals of the rows with the integers fixed, or None.
    basis
        Basis of a relaxation, by columns and rows, or None.
    bounds
        Lower and upper bounds of the columns that probing came to, or None.
    parts
        Columns to divide a problem on and what the relaxation of each part is worth (`splitting`), or None.
    interrupted
        Whether the user asked to stop.
    message
        What the process said when it failed.
    trace
        (seconds, objective, bound) of each improvement.
    """

    status: str
    point: np.ndarray | None = None
    objective: float = float("nan")
    bound: float = float("nan")
    row_dual: np.ndarray | None = None
    basis: np.ndarray | None = None
    bounds: tuple[np.ndarray, np.ndarray] | None = None
    parts: tuple[np.ndarray, np.ndarray] | None = None
    interrupted: bool = False
    polished: bool = False
    message: str = ""
    nodes: int = 0
    seconds: float = 0.0
    trace: list[tuple[float, float, float]] = field(default_factory=list)

    @property
    def broken(self) -> bool:
        """Whether the process failed instead of answering."""
        return self.status in {"crashed", "hung", "garbage", "error"}


@dataclass(frozen=True)
class Progress:
    """State of a running solve, for display: the minimisation's incumbent and bound (NaN if none), nodes, seconds."""

    objective: float
    bound: float
    nodes: int
    seconds: float


def _point(message: dict[str, Any], size: int) -> np.ndarray:
    """Return a message's point.

    Raises
    ------
    ValueError
        If it is not one finite number a column.
    """
    point = _numbers(message["point"], size)
    if not np.isfinite(point).all():
        raise ValueError("the point is not one finite number a column")
    return point


def _numbers(array: Any, size: int) -> np.ndarray:
    """Return an array of one number a column.

    Raises
    ------
    ValueError
        If it is not.
    """
    numbers = np.asarray(array, dtype=float)
    if numbers.shape != (size,) or np.isnan(numbers).any():
        raise ValueError("not one number a column")
    return numbers


def _parts(divided: Any, worth: Any, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return columns, the last one -1, and a number for each.

    Raises
    ------
    ValueError
        If they are not.
    """
    columns = np.asarray(divided, dtype=int)
    if columns.ndim != 1 or not len(columns) or (columns[:-1] < 0).any() or columns.max() >= size or columns[-1] != -1:
        raise ValueError("parts that no columns divide")
    return columns, _numbers(worth, len(columns))


def take(outcome: Outcome, message: dict[str, Any], size: int, on_progress: Callable[[Progress], None] | None) -> bool:
    """Take a message into the outcome; return whether it is the result."""
    kind = message["kind"]
    if kind == "result":
        outcome.status = str(message["status"])
        outcome.message = str(message.get("message", ""))
        outcome.nodes, outcome.seconds = int(message.get("nodes", 0)), float(message.get("seconds", 0.0))
        outcome.bound = float(message.get("bound", float("nan")))
        if "divided" in message:
            outcome.parts = _parts(message["divided"], message["worth"], size)
        if message["has_point"]:
            outcome.point, outcome.objective = _point(message, size), float(message["objective"])
            outcome.row_dual, outcome.basis = message.get("row_dual"), message.get("basis")
            outcome.polished = bool(message.get("polished", False))
            if "lower" in message:
                outcome.bounds = _numbers(message["lower"], size), _numbers(message["upper"], size)
        return True
    seconds, bound = float(message["seconds"]), float(message["dual"])
    if kind == "incumbent":
        outcome.point, outcome.objective = _point(message, size), float(message["objective"])
        outcome.trace.append((seconds, outcome.objective, bound))
    if np.isfinite(bound):
        outcome.bound = bound
    if on_progress is not None:
        on_progress(Progress(outcome.objective, outcome.bound, int(message["nodes"]), seconds))
    return False
