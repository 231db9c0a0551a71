"""Peers: one module each, found by its place here, run in a process of its own by `tests.benchmarks.run_peer`.

A module has ``solve(task, tell)``. It loads the task into its solver, calls ``tell.begin()`` and solves; the clock of
the solve starts there. While it solves it calls ``tell(value, bound)`` (maximised; NaN: none) whenever either changes,
and it returns the point over the problem's columns, or None; where it has to be made of the answer first, it calls
``tell.end()`` before. One that builds a model of its own from some families
alone is named in `solves`.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import time
from dataclasses import dataclass
from types import ModuleType
from typing import TextIO

from outlay.optimizer.problem.problem import Problem

NAN = float("nan")


@dataclass(frozen=True)
class Task:
    """What a peer shall do.

    Attributes
    ----------
    instance
        Name of the instance, for peers that build their own model.
    problem
        The compiled Pyomo model: a minimisation; values are told as maximised.
    seconds, gap, threads, seed
        Limit of the solve, relative gap to stop at, threads, seed.
    params
        TOML file of numbers that steer our search; empty: the usual ones.
    """

    instance: str
    problem: Problem
    seconds: float
    gap: float
    threads: int
    seed: int
    params: str = ""


class Teller:
    """Writes what a peer finds, a JSON line each, with its time since `begin`."""

    def __init__(self, out: TextIO) -> None:
        self.created = self.began = time.monotonic()
        self.last, self.ended = "", False
        self.out = out

    def begin(self) -> None:
        """The model is loaded, the solve starts."""
        self.began = time.monotonic()
        self._write({"load_s": self.began - self.created})

    def end(self) -> None:
        """The solve is over; what comes after the first time does not count."""
        if not self.ended:
            self._write({"solve_s": time.monotonic() - self.began})
        self.ended = True

    def __call__(self, value: float, bound: float, seconds: float | None = None) -> None:
        """Tell the best value and bound known now, or after so many seconds of the solve."""
        now = time.monotonic() - self.began if seconds is None else seconds
        text = json.dumps([value, bound])
        if text != self.last:
            self.last = text
            self._write({"seconds": now, "value": value, "bound": bound})

    def _write(self, line: dict[str, float]) -> None:
        self.out.write(json.dumps(line) + "\n")
        self.out.flush()


def peers() -> list[str]:
    """Return the names of all peers, ours first."""
    found = sorted(info.name.replace("_", "-") for info in pkgutil.iter_modules(__path__))
    return ["ours", *(name for name in found if name != "ours")]


def peer(name: str) -> ModuleType:
    """Return a peer's module."""
    return importlib.import_module(f"{__name__}.{name.replace('-', '_')}")


def solves(name: str, instance: str) -> bool:
    """Whether a peer can solve an instance. Asked without importing solvers that are not installed."""
    return name != "cpsat-schedule" or instance.startswith("schedule-")
