"""What the phases of a search share, and the names by which they call each other."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

from outlay.optimizer.problem.problem import Problem, Rows
from outlay.optimizer.relaxation.relaxation import Relaxation, outline, relax
from outlay.optimizer.search.drawing import Neighbourhoods
from outlay.optimizer.search.params import SearchParams
from outlay.optimizer.search.phases.trace import Trace
from outlay.optimizer.search.phases.turns import Turns
from outlay.optimizer.search.pool import Incumbents
from outlay.optimizer.search.settings import SearchPlan
from outlay.optimizer.solver.deadline import Deadline
from outlay.optimizer.solver.process import SolverProcess


class Step(StrEnum):
    """The phases; see `registry`."""

    PREPARE = "prepare"
    JOIN = "join"
    ROUND = "round"
    BEGIN = "begin"
    FIND_ANY = "find any"
    TURN = "turn"
    TAKE_CUTS = "take cuts"
    IMPROVE = "improve"
    LEAVE_CORE = "leave core"
    RESTART = "restart"
    CROSS = "cross"
    WAIT = "wait"


@dataclass
class State:
    """Where a search stands.

    Attributes
    ----------
    problem
        The problem, its bounds tightened and the prover's cutting planes among its rows.
    plan, options, process
        What the search is told, HiGHS's options, and the process that solves.
    plans
        The plans known so far.
    deadline
        When the search ends by itself; may be set from another thread, once.
    stopped, interrupted
        Whether it was told to end, and whether the user asked to stop while a sub-problem was solved.
    relaxation, bound
        The relaxation of the problem without cutting planes, and a bound known before it (minus infinity: none).
    outline
        A rough relaxation, where the relaxation takes its time.
    cuts
        Of the prover, not yet looked at; set from another thread.
    schedules
        Where it matters when projects start.
    whole, drawn
        Neighbourhoods of the whole problem, and those that are drawn from: the whole, or its core.
    limit_s
        Seconds of a sub-problem.
    gains
        Of the last sub-problems of this plan.
    beginning_s
        Seconds that the last beginning of a plan took.
    count
        Turns that were taken; a repeatable search ends after so many.
    found
        What the last sub-problem came to.
    filled
        The plan that was filled up last.
    begun_at, filling_s, filling_share
        When the search began (`time.monotonic`), the seconds that filling up has taken, and the share of the time that
        it may take.
    trace
        What was done.
    """

    problem: Problem
    plan: SearchPlan
    options: dict[str, Any]
    process: SolverProcess
    plans: Incumbents
    deadline: Deadline
    stopped: threading.Event = field(default_factory=threading.Event)
    interrupted: bool = False
    relaxation: Relaxation | None = None
    bound: float = -np.inf
    outline: Relaxation | None = None
    cuts: Rows | None = None
    schedules: Turns | None = None
    limit_s: float = 0.0
    gains: list[float] = field(default_factory=list)
    beginning_s: float = np.inf
    count: int = 0
    found: np.ndarray | None = None
    filled: np.ndarray | None = None
    begun_at: float = field(default_factory=time.monotonic)
    filling_s: float = 0.0
    filling_share: float = field(init=False)
    trace: Trace = field(default_factory=Trace)
    whole: Neighbourhoods = field(init=False)
    drawn: Neighbourhoods = field(init=False)

    def __post_init__(self) -> None:
        self.limit_s = self.params.sub_problems.least_s
        self.filling_share = self.params.aside_share

    @property
    def params(self) -> SearchParams:
        """The numbers that steer the search."""
        return self.plan.params

    @property
    def by_clock(self) -> bool:
        """Whether limits are seconds; else they are amounts of work, and nothing may depend on the clock."""
        return self.plan.sub_problems is None

    def over(self) -> bool:
        """Whether to end now: it was told to stop, the user interrupted, or the time is over."""
        return self.stopped.is_set() or self.interrupted or self.deadline.passed()

    def count_plans(self) -> None:
        """Let the plans in hand count, if the verifier passes them."""
        for point in (self.plans.aside, self.plans.current):
            self.plans.count(point, at_once=True)

    @property
    def takes_long(self) -> bool:
        """Whether an exact relaxation takes long enough to look at an outline of it first."""
        size, how = sum(self.problem.matrix.shape), self.params.relaxing
        exact = size <= how.large and self.plan.structure.months <= how.long
        return self.by_clock and exact and size > how.outlined

    def outlined(self) -> Relaxation | None:
        """Return a rough relaxation of the problem; None where nothing came of it."""
        return outline(
            self.process,
            self.problem,
            self.plan.structure.derived,
            options=self.options,
            time_limit_s=self.deadline.left(),
            params=self.params.relaxing,
        )

    def relaxed(self, problem: Problem, basis: np.ndarray | None = None) -> Relaxation | None:
        """Return the relaxation of a problem; None where it is not solved in time."""
        return relax(
            self.process,
            problem,
            self.plan.structure.derived,
            options=self.options,
            basis=basis,
            time_limit_s=self.deadline.left(),
            by_clock=self.by_clock,
            months=self.plan.structure.months,
            params=self.params.relaxing,
        )
