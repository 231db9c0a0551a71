"""A solver with helpers: whoever is idle proves beside it, from its best plan on, and the first proof counts.

A helper gets the same problem and the best plan so far, and branches without heuristics, which mostly find nothing
better by then but take most of the time (`hints.CONFIRMING`). Plans found by either are handed to the other, and the
better of both bounds counts. Once one has proved the problem, the other ends at once. The gap asked for is proved as by
the solver alone; which of the plans within it is the answer, and how much less than it is proved, may depend on the
clock.

Of CPU until the proof, alone and with a helper from the beginning (one run each): 4.8 and 1.8 s of the flagship's
cap-150, 10.0 and 6.9 s of 100 generated projects. With another seed instead, heuristics and all, it was 4.6 and 9.6 s.
In a comparison, where a helper comes after a second or two: 5.8 and 2.8 s of no-lender-test alone (of the clock, on a
busy machine, 45 and 31), 8.9 and 8.4 s of those projects; cap-150 was proved before help came.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from outlay.optimizer.engine.hints import CONFIRMING
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.solver.deadline import Deadline
from outlay.optimizer.solver.outcome import Outcome, Progress
from outlay.optimizer.solver.process import SolverProcess

#: Seconds of work, the CPU time of its solver, before a solve is helped: shorter ones end alone, always the same way.
ALONE_S = 1.0
#: Helpers of a solve at most: more of them hardly differ.
MOST_HELPERS = 3
#: At a limit, or where the helper's proof has ended it, a solve's bound is one.
CUT_SHORT = frozenset({"kTimeLimit", "kInterrupt", "kSolutionLimit", "overran"})


class Race:
    """One solve that others may help.

    Parameters
    ----------
    process
        The solver that is at it.
    problem, options
        What it solves, and HiGHS's options.
    deadline
        When all must have ended.
    """

    def __init__(self, process: SolverProcess, problem: Problem, options: dict[str, Any], deadline: Deadline) -> None:
        self._process, self._problem, self._options, self._deadline = process, problem, options, deadline
        self._lock = threading.RLock()
        self._open = self._wanted = True
        self._helpers: list[SolverProcess] = []
        self._joined = 0
        self._best: np.ndarray | None = None
        self._bound = -np.inf
        self._won: Outcome | None = None
        self._worked_before, self._began = process.worked_s, process.clock.now()

    @property
    def helped(self) -> int:
        """How many help now."""
        return len(self._helpers)

    @property
    def wants_help(self) -> bool:
        """Whether another helper is worth its while."""
        worked = self._process.worked_s - self._worked_before
        return (
            self._open
            and self._wanted
            and worked >= ALONE_S
            and self.helped < MOST_HELPERS
            and not self._deadline.passed()
        )

    def help(self, helper: SolverProcess) -> None:
        """Prove the problem with another solver, until either has, or the helper is needed elsewhere."""
        with self._lock:
            if not self._open:
                return
            self._helpers.append(helper)
            start, self._joined = self._best, self._joined + 1
            seed = int(self._options["random_seed"]) + self._joined - 1
        since = helper.clock.now() - self._began
        with helper.until(self._deadline):
            outcome = helper.solve(
                self._problem,
                options={**self._options, **CONFIRMING, "random_seed": seed},
                time_limit_s=self._deadline.left(),
                start=start,
                on_progress=lambda state: self._follow(helper, state),
                on_incumbent=lambda point: self.hear(point, helper),
                tick_s=1.0,
            )
        with self._lock:
            if helper in self._helpers:  # else it was let go
                self._helpers.remove(helper)
                self._wanted = False  # another one would end the same way
            if self._open and self._proves(outcome):
                trace = [(since + at, value, bound) for at, value, bound in outcome.trace]
                self._won = replace(outcome, trace=trace)
                self._open = False
                self._process.end_soon()

    def hear(self, point: np.ndarray, finder: SolverProcess) -> None:
        """Hand a point that one has found to the others, if it is the best one."""
        with self._lock:
            if not self._open or not self._problem.better(point, self._best):
                return
            self._best = point
            for each in (self._process, *self._helpers):
                if each is not finder:
                    each.offer(point)

    def let_go(self) -> None:
        """End all help, which is needed elsewhere."""
        with self._lock:
            helpers, self._helpers = self._helpers, []
        for each in helpers:
            each.end_soon()

    def ended(self, outcome: Outcome) -> Outcome:
        """Return what all came to, now that the solver has come to an outcome; help ends."""
        with self._lock:
            self._open = False
        self.let_go()
        if outcome.interrupted or outcome.status not in CUT_SHORT:
            return outcome
        found = outcome if self._won is None else self._of_both(outcome, self._won)
        if self._won is None and np.isfinite(self._bound):
            found.bound = float(np.fmax(found.bound, self._bound))
        for point, polished in ((outcome.point, outcome.polished), (self._best, False)):
            if point is not None and self._problem.better(point, found.point):
                found.point, found.objective, found.polished = point, self._problem.value(point), polished
        return found

    def _of_both(self, outcome: Outcome, won: Outcome) -> Outcome:
        """Return the proof of a helper, with what the solver itself had come to by then."""
        return replace(
            won,
            bound=float(np.fmax(won.bound, outcome.bound)),
            nodes=won.nodes + outcome.nodes,
            seconds=max(outcome.seconds, self._process.clock.now() - self._began),
            worked_s=outcome.worked_s,
            trace=sorted([*outcome.trace, *won.trace], key=lambda entry: entry[0]),
        )

    def _follow(self, helper: SolverProcess, state: Progress) -> None:
        """Take note of a helper's bound; end it where it is not wanted any more."""
        if not self._open or helper not in self._helpers:
            helper.end_soon()
        elif np.isfinite(state.bound):
            self._bound = max(self._bound, state.bound)

    def _proves(self, outcome: Outcome) -> bool:
        if outcome.status == "kInfeasible":
            return self._best is None
        return outcome.status == "kOptimal" and outcome.point is not None and bool(np.isfinite(outcome.bound))


class Helpers(Protocol):
    """Whoever sends helpers to solves that take long."""

    def offered(self, race: Race) -> AbstractContextManager[None]:
        """Let a solve be helped meanwhile."""


class RacingSolver:
    """A solver process that others may help; it solves as `SolverProcess` does."""

    def __init__(self, process: SolverProcess, helpers: Helpers, deadline: Deadline) -> None:
        self._process, self._helpers, self._deadline = process, helpers, deadline

    def solve(
        self,
        problem: Problem,
        *,
        options: dict[str, Any],
        time_limit_s: float | None,
        start: np.ndarray | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Outcome:
        """Solve a problem; see `SolverProcess.solve`."""
        race = Race(self._process, problem, options, self._deadline)
        with self._helpers.offered(race):
            outcome = self._process.solve(
                problem,
                options=options,
                time_limit_s=time_limit_s,
                start=start,
                on_progress=on_progress,
                on_incumbent=lambda point: race.hear(point, self._process),
            )
            return race.ended(outcome)
