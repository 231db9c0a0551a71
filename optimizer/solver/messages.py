"""What a solver process is asked: frozen requests, and how they stand in a frame.

A frame holds a dictionary with arrays (`frames`); arrays travel at its top level only, so that the fields of a task
stand there too, as ``how_...``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.solver.tasks.task import Task

Frame = dict[str, Any]


@dataclass(frozen=True)
class SolveRequest:
    """Solve a problem.

    Attributes
    ----------
    number
        Of the request, from 1, by which offers and cancels are told apart.
    problem
        The problem.
    options
        HiGHS's, `time_limit` among them once it is known.
    start
        A point to start from, shape (columns,), or None.
    basis
        Of the relaxation to begin with, by columns and rows, or None.
    how
        What to do before, or instead of, branch and bound; None: nothing.
    takes_offers
        Whether points are taken from outside while it solves.
    approximate
        Whether the point of an LP is returned even if it is not feasible to the tolerance.
    tells_cuts
        Whether the cutting planes of the root are told; needs presolve to be off.
    work_s
        Seconds of work, its CPU time, after which branch and bound or an LP ends; None: no limit.
    proves
        Whether its bound counts, so that it is held against what HiGHS may have cut off.
    """

    number: int
    problem: Problem
    options: Mapping[str, Any]
    start: np.ndarray | None = None
    basis: np.ndarray | None = None
    how: Task | None = None
    takes_offers: bool = False
    approximate: bool = False
    tells_cuts: bool = False
    work_s: float | None = None
    proves: bool = True

    def limited(self, limit_s: float | None, *, work_s: float | None = None) -> SolveRequest:
        """Return the request with the seconds that it gets, if there is a limit; its own smaller one stays."""
        if work_s is not None:
            return replace(self, work_s=work_s).limited(limit_s)
        if limit_s is None:
            return self
        least = max(min(limit_s, self.options.get("time_limit", np.inf)), 1e-3)
        return replace(self, options={**self.options, "time_limit": least})

    def frame(self) -> Frame:
        """Return it as what is written to the process."""
        flags = {name: getattr(self, name) for name in ("takes_offers", "approximate", "tells_cuts")}
        given = {name: getattr(self, name) for name in ("start", "basis", "work_s") if getattr(self, name) is not None}
        how = {}
        if self.how is not None:
            how = {f"how_{each.name}": getattr(self.how, each.name) for each in fields(self.how)}
            how["how"] = type(self.how).__name__
        whole = {"kind": "solve", "number": self.number, "options": dict(self.options)}
        return whole | self.problem.arrays() | given | how | flags

    @classmethod
    def of_frame(cls, frame: Frame, tasks: Mapping[str, type[Task]]) -> SolveRequest:
        """Return what `frame` wrote.

        Parameters
        ----------
        tasks
            The kinds of tasks by name.

        Raises
        ------
        KeyError
            If there is no such task, or something is missing.
        """
        how = None
        if "how" in frame:
            own = {name.removeprefix("how_"): value for name, value in frame.items() if name.startswith("how_")}
            how = tasks[frame["how"]](**own)
        return cls(
            frame["number"],
            Problem.of_arrays(frame),
            frame["options"],
            frame.get("start"),
            frame.get("basis"),
            how,
            work_s=frame.get("work_s"),
            **{name: bool(frame.get(name)) for name in ("takes_offers", "approximate", "tells_cuts")},
        )


@dataclass(frozen=True)
class Offer:
    """A point for the request of a number, shape (columns,)."""

    number: int
    point: np.ndarray

    def frame(self) -> Frame:
        """Return it as what is written to the process."""
        return {"kind": "offer", "number": self.number, "point": self.point}


@dataclass(frozen=True)
class Cancel:
    """The request of a number shall end with the best answer so far."""

    number: int

    def frame(self) -> Frame:
        """Return it as what is written to the process."""
        return {"kind": "cancel", "number": self.number}
