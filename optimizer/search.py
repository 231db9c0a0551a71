r"""A large-neighbourhood search beside branch and bound, for instances too large to be proved in the time there is.

While one HiGHS process proves and searches, another improves the best plan: most projects stay as they are, some are
set free, and the sub-problem is solved as a small MIP of its own (Shaw 1998, doi:10.1007/3-540-49481-2_30; relaxation
induced choice of what to free: Danna, Rothberg and Le Pape, Mathematical Programming 102, 2005,
doi:10.1007/s10107-004-0518-7). Both exchange plans: the prover takes the search's as user solutions, the search starts
from the prover's. The bound is always the prover's.

Neighbourhoods, drawn in turn by a seeded generator: projects on which plan and LP relaxation disagree; projects that
compete for one exhausted row; any. Their number grows while sub-problems are solved quickly without gain and shrinks
when they run out of time. Columns whose reduced cost alone exceeds the gap to the best plan are left out.

The exchange goes by the clock, so two runs may differ; the search only runs where it is asked for.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from outlay.optimizer.problem import Problem
from outlay.optimizer.process import Outcome, Progress, SolverProcess

#: Seconds for one sub-problem, and the share of projects that is free at first.
SUB_PROBLEM_S = 8.0
SUB_PROBLEM_GAP = 1e-3
FIRST_SHARE = 0.08
LEAST_SHARE, MOST_SHARE = 0.01, 0.6
#: How a solve of the prover may have ended when the search's plan may be the better one.
LATE = frozenset({"kOptimal", "kTimeLimit", "kInterrupt", "crashed", "hung", "garbage"})
#: An improvement counts above this share of the objective.
LEAST_GAIN = 1e-9


@dataclass(frozen=True)
class Relaxation:
    """The LP relaxation: its point, its value, and the reduced cost of each column."""

    point: np.ndarray
    value: float
    reduced_cost: np.ndarray


class SearchingSolver:
    """A solver process with a search beside it; use as a context manager.

    It solves as `SolverProcess` does, and the two exchange plans while it does. The better plan of both is returned.
    """

    def __init__(
        self, process: SolverProcess, problem: Problem, groups: np.ndarray, *, options: dict[str, Any], seed: int
    ) -> None:
        self._process = process
        sub_options = {**options, "mip_rel_gap": SUB_PROBLEM_GAP}
        self._search = Search(problem, groups, sub_options, seed=seed, on_better=process.offer)

    def __enter__(self) -> SearchingSolver:
        self._search.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._search.stop()

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
        if start is not None:
            self._search.offer(start)

        def told(state: Progress) -> None:
            best = self._search.best
            if on_progress is not None:
                known = np.inf if best is None else problem.value(best)
                on_progress(replace(state, objective=float(np.fmin(state.objective, known))))

        outcome = self._process.solve(
            problem,
            options=options,
            time_limit_s=time_limit_s,
            start=start,
            on_progress=told,
            on_incumbent=self._search.offer,
        )
        self._search.stop()
        best = self._search.best
        if best is not None and outcome.status in LATE:
            own = np.inf if outcome.point is None else problem.value(outcome.point)
            if problem.value(best) < own:
                outcome.point, outcome.objective, outcome.polished = best, problem.value(best), True
        return outcome


class Search:
    """Improves a plan in a thread and a solver process of its own.

    Parameters
    ----------
    problem
        A minimisation.
    group_of_column
        Project of each integer column, -1 for columns that are free in every neighbourhood.
    options
        HiGHS's options for sub-problems.
    on_better
        Called with each better point.
    """

    def __init__(
        self,
        problem: Problem,
        group_of_column: np.ndarray,
        options: dict[str, Any],
        *,
        seed: int,
        on_better: Callable[[np.ndarray], None],
    ) -> None:
        self.problem, self.group = problem, group_of_column
        self.options, self.on_better = options, on_better
        self.random = random.Random(seed)  # noqa: S311 - not a secret
        self.groups = int(group_of_column.max(initial=-1)) + 1
        self.share = FIRST_SHARE
        self.best: np.ndarray | None = None
        self._process = SolverProcess()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin to search."""
        self._thread.start()

    def stop(self) -> None:
        """End the search and its process; `best` stays."""
        self._stopped.set()
        self._process.end()
        if self._thread.is_alive():
            self._thread.join(timeout=10.0)

    def offer(self, point: np.ndarray) -> None:
        """Take a point found elsewhere, if it is better."""
        with self._lock:
            if self.best is None or self.problem.value(point) < self.problem.value(self.best) - LEAST_GAIN:
                self.best = np.where(self.problem.integer, np.round(point), point)

    def _run(self) -> None:
        relaxation = self._relax()
        if relaxation is None:
            return
        kind = 0
        while not self._stopped.is_set():
            with self._lock:
                start = self.best
            free = self._first(relaxation) if start is None else self._neighbourhood(kind, start, relaxation)
            kind += 1
            self._improve(free, start, relaxation)

    def _relax(self) -> Relaxation | None:
        """Solve the LP relaxation, also for its reduced costs."""
        plain = replace(self.problem, integer=np.zeros_like(self.problem.integer), tidy=None)
        outcome = self._process.solve(plain, options=self.options, time_limit_s=None)
        if outcome.point is None or outcome.row_dual is None:
            return None
        reduced = self.problem.cost - self.problem.matrix.T @ outcome.row_dual
        return Relaxation(outcome.point, self.problem.value(outcome.point), reduced)

    def _first(self, relaxation: Relaxation) -> np.ndarray:
        """Return the columns free in the first problem: those that the relaxation uses, or nearly."""
        cheap = np.abs(relaxation.reduced_cost) <= 0.02 * max(1e-9, abs(relaxation.value)) / max(1, self.groups) ** 0.5
        return (relaxation.point > 1e-6) | cheap | (self.group < 0)

    def _neighbourhood(self, kind: int, start: np.ndarray, relaxation: Relaxation) -> np.ndarray:
        """Return which columns are free."""
        wanted = max(2, round(self.share * self.groups))
        inside = self.group >= 0
        if kind % 4 == 3:
            chosen = self._sample(np.ones(self.groups), wanted)
        elif kind % 4 == 1:
            chosen = self._rivals(start, wanted)
        else:
            differ = np.abs(start - relaxation.point)
            score = np.bincount(self.group[inside], weights=differ[inside], minlength=self.groups)
            chosen = self._sample(score + 0.02, wanted)
        free = ~inside
        free[inside] = chosen[self.group[inside]]
        # A column whose reduced cost eats up the whole gap cannot be in a better plan.
        gap = self.problem.value(start) - relaxation.value
        hopeless = (np.abs(relaxation.reduced_cost) > gap) & (start == np.round(relaxation.point))
        return free & ~(hopeless & inside)

    def _sample(self, score: np.ndarray, wanted: int) -> np.ndarray:
        """Return a mask of groups drawn without replacement with chances by score (Efraimidis and Spirakis 2006)."""
        keys = np.array([self.random.random() for _ in range(self.groups)]) ** (1.0 / np.maximum(score, 1e-12))
        chosen = np.zeros(self.groups, dtype=bool)
        chosen[np.argsort(-keys, kind="stable")[:wanted]] = True
        return chosen

    def _rivals(self, start: np.ndarray, wanted: int) -> np.ndarray:
        """Return projects that compete for one row that the plan exhausts."""
        matrix = sparse.csr_array(self.problem.matrix)
        activity = matrix @ start
        slack = self.problem.row_upper - activity
        size = np.diff(matrix.indptr)
        tight = np.nonzero((slack <= 0.02 * np.maximum(1.0, np.abs(self.problem.row_upper))) & (size > 4))[0]
        score = np.full(self.groups, 1e-6)
        if len(tight):
            row = int(tight[self.random.randrange(len(tight))])
            columns = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
            members = self.group[columns]
            score[members[members >= 0]] = 1.0
        return self._sample(score, wanted)

    def _improve(self, free: np.ndarray, start: np.ndarray | None, relaxation: Relaxation) -> None:
        """Solve the sub-problem over the free columns and keep what is better."""
        base = np.zeros(len(free)) if start is None else start
        fixed = ~free & self.problem.integer
        small, kept = restrict(self.problem, fixed, base)
        begun = time.monotonic()
        outcome = self._process.solve(
            small, options=self.options, time_limit_s=SUB_PROBLEM_S, start=None if start is None else start[kept]
        )
        if self._stopped.is_set():
            return
        better = False
        if outcome.point is not None:
            point = base.copy()
            point[kept] = outcome.point
            point = np.where(self.problem.integer, np.round(point), point)
            before = np.inf if self.best is None else self.problem.value(self.best)
            better = self.problem.value(point) < before - LEAST_GAIN * max(1.0, abs(relaxation.value))
            if better:
                self.offer(point)
                self.on_better(point)
        late = time.monotonic() - begun >= SUB_PROBLEM_S
        if late and not better:
            self.share = max(LEAST_SHARE, self.share * 0.8)
        elif not late and not better:
            self.share = min(MOST_SHARE, self.share * 1.1)


def restrict(problem: Problem, fixed: np.ndarray, values: np.ndarray) -> tuple[Problem, np.ndarray]:
    """Return the problem without the fixed columns (at their values), and which columns are kept.

    Rows without a kept column are left out.
    """
    kept = np.nonzero(~fixed)[0]
    gone = np.nonzero(fixed)[0]
    used = problem.matrix[:, gone] @ values[gone]
    matrix = sparse.csr_array(problem.matrix[:, kept])
    rows = np.nonzero(np.diff(matrix.indptr))[0]
    small = Problem(
        problem.cost[kept],
        problem.offset + float(problem.cost[gone] @ values[gone]),
        problem.lower[kept],
        problem.upper[kept],
        problem.integer[kept],
        sparse.csc_array(matrix[rows]),
        (problem.row_lower - used)[rows],
        (problem.row_upper - used)[rows],
    )
    return small, kept
