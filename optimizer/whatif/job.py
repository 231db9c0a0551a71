"""What is waiting to be done, and how far it is."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Kind(StrEnum):
    """What a job does."""

    SOLVE = "solve"
    EXPLAIN = "explain"


class State(StrEnum):
    """Where a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    TAKEN_BACK = "taken back"


@dataclass(frozen=True)
class Job:
    """Something to do, and how far it is.

    Attributes
    ----------
    number
        Counted from 1.
    kind, case, project
        What it does: solve a case, or explain a project in a case; without a project, why the case has no plan.
    state
        Where it is.
    stopping
        Whether it was asked to stop.
    objective, bound
        Best plan and what no plan can exceed, as far as known; None: not yet.
    seconds
        Since it began.
    done, total
        Questions answered, of an explanation.
    message
        Why it failed, or what else is to be said.
    """

    number: int
    kind: Kind
    case: str
    project: str = ""
    state: State = State.QUEUED
    stopping: bool = False
    objective: float | None = None
    bound: float | None = None
    seconds: float = 0.0
    done: int = 0
    total: int = 0
    message: str = ""
    time_limit_s: float | None = field(default=None, compare=False)

    @property
    def open(self) -> bool:
        """Whether it waits or runs."""
        return self.state in {State.QUEUED, State.RUNNING}

    @property
    def gap(self) -> float | None:
        """|bound - objective| / max(|objective|, 1e-6); None where one of them is not known."""
        if self.objective is None or self.bound is None:
            return None
        return abs(self.bound - self.objective) / max(abs(self.objective), 1e-6)

    def at(self, objective: float, bound: float, seconds: float) -> Job:
        """Return the job with the figures of its solver; what is no finite number is not known."""
        return replace(self, objective=_finite(objective), bound=_finite(bound), seconds=seconds)


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
