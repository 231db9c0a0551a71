"""What comes of a request to a solver process, message by message."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import sparse

from outlay.optimizer.problem.problem import Rows
from outlay.optimizer.solver.tasks.split import Division

#: Model statuses that say there is no best plan.
NO_PLAN = frozenset({"kInfeasible", "kUnbounded", "kUnboundedOrInfeasible"})


@dataclass
class Outcome:
    """What came of one request.

    Attributes
    ----------
    status
        HiGHS's model status (``kOptimal``, ...), ``crashed``, ``hung``, ``garbage``, or ``overran``: it was alive and
        at work, but did not end in time and was killed.
    point, objective, bound
        Best point found, or None; its objective and the proved bound of the minimisation, NaN if unknown.
    row_dual
        Duals of a relaxation's rows, or None.
    basis
        Basis of a relaxation, by columns and rows, or None.
    bounds
        Lower and upper bounds of the columns that probing came to, or None.
    division
        Where to divide the problem (`splitting`), or None.
    cuts
        Cutting planes of branch and bound's root, or None: no point better than the best one known breaks them.
    faces
        What a choice without each option, and with it, is worth at most (`faces`), shape (2, options), or None.
    interrupted
        Whether the user asked to stop.
    message
        What the process said when it failed.
    worked_s
        Seconds of work, the CPU time of the process; None if it has not told.
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
    division: Division | None = None
    cuts: Rows | None = None
    faces: np.ndarray | None = None
    interrupted: bool = False
    polished: bool = False
    message: str = ""
    nodes: int = 0
    seconds: float = 0.0
    worked_s: float | None = None
    trace: list[tuple[float, float, float]] = field(default_factory=list)

    @property
    def broken(self) -> bool:
        """Whether the process failed or was killed instead of answering."""
        return self.status in {"crashed", "hung", "overran", "garbage", "error"}


@dataclass(frozen=True)
class Progress:
    """State of a running solve: the minimisation's incumbent and bound (NaN if none), nodes, seconds, cutting planes.

    The last are those of the root, once it is done and if they were asked for.
    """

    objective: float
    bound: float
    nodes: int
    seconds: float
    cuts: Rows | None = None


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


def _division(message: dict[str, Any], size: int) -> Division:
    """Return a message's division.

    Raises
    ------
    ValueError
        If it is none: its columns are not some of those that there are, and -1.
    """
    columns = np.asarray(message["divided"], dtype=int)
    if columns.ndim != 1 or not len(columns) or (columns[:-1] < 0).any() or columns.max() >= size or columns[-1] != -1:
        raise ValueError("parts that no columns divide")
    lower, upper = (_numbers(message[name], size) for name in ("lower", "upper"))
    return Division(float(message["bound"]), lower, upper, columns, _numbers(message["worth"], len(columns)))


def _rows(message: dict[str, Any], size: int) -> Rows:
    """Return a message's rows.

    Raises
    ------
    ValueError
        If they are not rows over so many columns.
    """
    lower, upper = (np.asarray(message[name], dtype=float) for name in ("lower", "upper"))
    entries = np.asarray(message["values"], dtype=float), message["columns"], message["starts"]
    matrix = sparse.csr_array(entries, shape=(len(lower), size))
    matrix.check_format()
    if upper.shape != lower.shape or np.isnan(lower).any() or np.isnan(upper).any() or np.isnan(matrix.data).any():
        raise ValueError("rows that are none")
    return Rows(matrix, lower, upper)


def take(outcome: Outcome, message: dict[str, Any], size: int) -> Progress | None:
    """Take a message into the outcome; return how far the solve is, None if the message is the result."""
    kind = message["kind"]
    if kind == "result":
        _take_result(outcome, message, size)
        return None
    seconds, bound, nodes = float(message["seconds"]), float(message["dual"]), int(message["nodes"])
    if kind == "incumbent":
        outcome.point, outcome.objective = _point(message, size), float(message["objective"])
        outcome.trace.append((seconds, outcome.objective, bound))
    if kind == "cuts":
        outcome.cuts = _rows(message, size)
    if np.isfinite(bound):
        outcome.bound = bound
    return Progress(outcome.objective, outcome.bound, nodes, seconds, outcome.cuts)


def _take_result(outcome: Outcome, message: dict[str, Any], size: int) -> None:
    outcome.status = str(message["status"])
    outcome.message = str(message.get("message", ""))
    outcome.nodes, outcome.seconds = int(message.get("nodes", 0)), float(message.get("seconds", 0.0))
    outcome.worked_s = None if message.get("worked_s") is None else float(message["worked_s"])
    outcome.bound = float(message.get("bound", float("nan")))
    if "divided" in message:
        outcome.division = _division(message, size)
    if "starts" in message:
        outcome.cuts, outcome.row_dual = _rows(message, size), np.asarray(message["row_dual"], dtype=float)
        outcome.faces = _numbers(message["faces"], 2 * (size - 1)).reshape(2, size - 1)
    if message["has_point"]:
        outcome.point, outcome.objective = _point(message, size), float(message["objective"])
        outcome.row_dual, outcome.basis = message.get("row_dual"), message.get("basis")
        outcome.polished = bool(message.get("polished", False))
        if "lower" in message:
            outcome.bounds = _numbers(message["lower"], size), _numbers(message["upper"], size)
