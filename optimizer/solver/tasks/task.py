"""What a solver process can be asked to do besides branch and bound, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from outlay.optimizer.problem.problem import Problem


@dataclass(frozen=True)
class Task:
    """A kind of task is a frozen dataclass of numbers and arrays, listed in `registry`."""


@dataclass(frozen=True)
class Done:
    """What came of a task.

    Attributes
    ----------
    rest
        A narrower problem, which branch and bound solves; None: nothing is left to do.
    content
        What the result message says besides, if nothing is left; None: it came to nothing (``kUnknown``).
    of_relaxation
        Whether the result is that of the relaxation as the task left it.
    """

    rest: Problem | None = None
    content: Mapping[str, Any] | None = None
    of_relaxation: bool = False


#: Does a task in a process that solves: (how, problem, HiGHS with its relaxation, whether to stop) to what came of it.
#: The last is asked with the seconds that the task may take, None: no limit.
Doing = Callable[[Any, Problem, Any, Callable[[float | None], bool]], Done]
