"""A large-neighbourhood search beside branch and bound, for instances too large to be proved in the time there is.

One HiGHS process proves; another improves the best plan. The search solves the LP relaxation, rounds it to a plan
(`schedule`), dives from it to a better one (`diving`), and then again and again sets some projects free while the
others stay as they are, and solves the sub-problem by branch and bound or by another dive, whichever has gained more
(`neighbourhoods`). Where that stalls, sub-problems get more time; at last another plan is begun by a dive, and both are
crossed. Prover and search exchange plans: the prover takes the search's as user solutions, the search goes on from the
prover's if they are better. The bound is always HiGHS's, from the tree or from the relaxation.

A plan counts only after `accept` (the verifier) has passed it. By the clock (`outlay.optimizer.searching`) two runs may
differ; the repeatable form solves so many sub-problems, each limited by nodes, with nothing else going on.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from outlay.optimizer.diving import Dive
from outlay.optimizer.neighbourhoods import DIVES, FIRST_OPEN, Neighbourhoods
from outlay.optimizer.problem import Problem, restrict
from outlay.optimizer.process import Outcome, SolverProcess
from outlay.optimizer.propagation import tightened
from outlay.optimizer.relaxation import Relaxation, relax
from outlay.optimizer.schedule import schedule
from outlay.optimizer.structure import Structure

#: Seconds that branch and bound has to itself; what it proves by then needs no search.
HEAD_START_S = 1.0
#: Seconds of a sub-problem: the least at first, and doubled, up to the most, whenever a plan no longer gets better.
LEAST_SUB_S, MOST_SUB_S = 1.5, 24.0
#: Dives for a first plan, at most; if none of them finds one, branch and bound looks for it so many seconds at first.
FIRST_DIVES, FIRST_WHOLE_S = 4, 10.0
#: What is left of a first dive gets so many seconds; of another one into all projects, so many for sub-problems of the
#: least seconds, less into a part of them, and more, up to the most, for longer ones.
FIRST_REST_S, REST_S, MOST_REST_S = 5.0, 10.0, 24.0
#: Seconds of a dive itself: so many times what the relaxation took, but at least so many.
DIVE_TIMES, LEAST_DIVE_S = 5.0, 60.0
#: A dive fixes one of these shares of the columns in question in a step, and goes first for what the relaxation uses
#: more than one of these; drawn for each dive. A step may cost so many times what one funded project is worth.
DIVE_SHARES, DIVE_SURE, DIVE_LOSS = (0.05, 0.1, 0.15), (0.5, 0.6, 0.7), 2.0
#: A dive is given up once it promises less than there is by this share of the gap; what it finds above that is crossed
#: with better plans.
DIVE_WORSE = 0.2
#: A plan no longer gets better if so many sub-problems have closed at most this share of its gap. After the longest
#: sub-problems, the search goes on from another plan.
PATIENCE, STALLED = 8, 0.02
#: Nodes of a sub-problem of the repeatable search.
SUB_NODES = 100
#: Options of sub-problems: close to their optimum, and little strong branching, which pays only in long solves (on
#: PPSSP's PI_1 the plans after 10 s are better by 0.3 %).
SUB_OPTIONS: dict[str, Any] = {"mip_rel_gap": 1e-5, "mip_pscost_minreliable": 1}
#: Without a dive also no restarts: on 1,000 generated projects half as many sub-problems again in the same time.
BRANCH_OPTIONS: dict[str, Any] = {"mip_allow_restart": False}
#: A plan is verified at once if that has cost less than this share of the time since the last time.
VERIFYING_SHARE = 0.2


@dataclass(frozen=True)
class SearchPlan:
    """What a search needs besides the problem.

    Attributes
    ----------
    structure
        The projects behind the columns.
    accept
        Whether a point, as a plan, passes the verifier.
    seed
        Of the generator that draws neighbourhoods.
    sub_problems
        None: search by the clock, beside branch and bound. A number: so many sub-problems before it, repeatably.
    """

    structure: Structure
    accept: Callable[[np.ndarray], bool]
    seed: int
    sub_problems: int | None = None


class Search:
    """Improves a plan in a solver process of its own.

    Attributes
    ----------
    best
        The best point of our own that has been accepted.
    interrupted
        Whether the user asked to stop while a sub-problem was solved.
    trouble
        What ended the search early, if something did.
    """

    def __init__(
        self,
        problem: Problem,
        plan: SearchPlan,
        options: dict[str, Any],
        *,
        on_better: Callable[[np.ndarray], None],
        process: SolverProcess | None = None,
        deadline: float | None = None,
    ) -> None:
        self.problem, self.plan, self.on_better = problem, plan, on_better
        self.options = {**options, **SUB_OPTIONS}
        self.best: np.ndarray | None = None
        self.interrupted, self.trouble = False, ""
        self._outside: np.ndarray | None = None  # the best plan of the prover or the user
        self._now: np.ndarray | None = None  # the plan to improve, perhaps not yet verified
        self._found: np.ndarray | None = None  # what the last sub-problem came to
        self._home: np.ndarray | None = None  # the best plan, while another is improved
        self._gains: list[float] = []  # of the last sub-problems of this plan
        self._limit = LEAST_SUB_S
        self._deadline = deadline
        self._verified_at, self._verifying_s = time.monotonic(), 0.0
        self._relaxation: Relaxation | None = None
        self._random = random.Random(plan.seed)  # noqa: S311 - not a secret
        self._process = process or SolverProcess()
        self._own = process is None
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    def stop(self) -> None:
        """End the search and its process; `best` stays."""
        self._stopped.set()
        if self._own:
            self._process.end()

    def offer(self, point: np.ndarray) -> None:
        """Take a point found elsewhere, to go on from it if it holds and is better."""
        point = np.where(self.problem.integer, np.round(point), point)
        if self.problem.better(point, self._outside) and self.problem.holds(point):
            with self._lock:
                self._outside = point

    def known(self) -> tuple[float, float]:
        """Return (value of the best plan, bound of an exact relaxation); NaN where there is none yet."""
        with self._lock:
            value = np.nan if self.best is None else self.problem.value(self.best)
        relaxation = self._relaxation
        return value, relaxation.value if relaxation is not None and relaxation.exact else np.nan

    def point_to_start_from(self) -> np.ndarray | None:
        """Return the best plan known, ours or from outside."""
        with self._lock:
            ours_first = self._outside is None or self.beats(self._outside)
            return self.best if ours_first else self._outside

    def beats(self, point: np.ndarray | None) -> bool:
        """Whether our best plan is better than a point."""
        return self.best is not None and self.problem.better(self.best, point)

    # -- the search itself -------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Search until stopped, or as many sub-problems as the plan says."""
        if self.plan.sub_problems is None and self._stopped.wait(HEAD_START_S):
            return
        for work in (self._search, self._count_now):
            try:
                work()
            except Exception as error:  # the prover goes on by itself; its answer tells of this
                self.trouble = f"the search ended early: {type(error).__name__}: {error}"

    def _count_now(self) -> None:
        for point in (self._home, self._now):
            self._count(point, at_once=True)

    def _search(self) -> None:
        most, structure = self.plan.sub_problems, self.plan.structure
        if not (structure.option_column >= 0).any():
            return
        self.problem = tightened(self.problem)
        relaxation = self._relaxation = self._relax(self.problem)
        if relaxation is None or self._over():
            return
        drawn = Neighbourhoods(self.problem, structure, relaxation, seed=self.plan.seed)
        self._first(drawn)
        count = 0
        while not self._over() and (most is None or count < most):
            count += 1
            self._take_over()
            if self._now is not None:
                self._improve(drawn, self._now)
                self._move(drawn)
            elif most is not None or self._stopped.wait(1.0):  # a plan may still come from outside
                return

    def _over(self) -> bool:
        left = self._left()
        return self._stopped.is_set() or self.interrupted or (left is not None and left <= 0)

    def _left(self) -> float | None:
        """Return the seconds left; None: no limit."""
        return None if self._deadline is None else self._deadline - time.monotonic()

    def _relax(self, problem: Problem) -> Relaxation | None:
        structure, by_clock = self.plan.structure, self.plan.sub_problems is None
        return relax(
            self._process,
            problem,
            structure.derived,
            options=self.options,
            time_limit_s=self._left(),
            by_clock=by_clock,
        )

    def _first(self, drawn: Neighbourhoods) -> None:
        """Find a first plan: round the relaxation, then dive; look for it in the whole problem if neither gives one."""
        structure, relaxation = self.plan.structure, drawn.relaxation
        column = np.maximum(structure.option_column, 0)
        weight, price = relaxation.point[column], relaxation.reduced_cost[column]
        weight = np.where(structure.option_column < 0, 0.0, weight)
        self._keep(schedule(self.problem, structure, weight, price, stopped=self._over))
        if not relaxation.exact or self._dive_anew(drawn):
            return
        self._take_over()
        limit = FIRST_WHOLE_S
        while self._now is None and not self._over():
            outcome = self._solve(np.ones(len(self.problem.cost), dtype=bool), None, limit)
            self._take_over()
            if self.plan.sub_problems is not None or outcome is None or outcome.status != "kTimeLimit":
                return
            limit *= 2.0

    def _dive_anew(self, drawn: Neighbourhoods) -> bool:
        """Whether a dive into the whole problem gives a better plan than there is."""
        for _ in range(FIRST_DIVES):
            if self._over():
                break
            dive = self._dive(drawn, FIRST_OPEN, FIRST_REST_S)
            outcome = self._solve(drawn.cheapest, None, FIRST_REST_S, dive=dive)
            if self._found is not None and self._found is self._now:
                return True
            if outcome is None or outcome.status == "kOptimal":
                break
        return False

    def _dive(
        self, drawn: Neighbourhoods, open_columns: float, rest_s: float, *, start: np.ndarray | None = None
    ) -> Dive:
        """Return how to dive next, for something better than `start`."""
        return Dive(
            self.plan.structure.first_start,
            round(open_columns),
            self._random.choice(DIVE_SHARES),
            self._random.choice(DIVE_SURE),
            self._cutoff(drawn, start),
            DIVE_LOSS * drawn.unit,
            self._random.randrange(2**31),
            rest_s if self.plan.sub_problems is None else None,
        )

    def _cutoff(self, drawn: Neighbourhoods, start: np.ndarray | None) -> float:
        """Return what a dive must promise: not much less than there is, for a plan may be worth crossing."""
        if start is None:
            return float("inf")
        value = self.problem.value(start)
        return value + DIVE_WORSE * max(0.0, value - drawn.relaxation.value)

    def _take_over(self) -> None:
        """Go on from the best plan of outside, if it is better than ours."""
        ours = self._now if self._home is None else self._home
        with self._lock:
            if self._outside is not None and self.problem.better(self._outside, ours):
                self._now, self._home, self._gains = self._outside, None, []

    def _move(self, drawn: Neighbourhoods) -> None:
        """Once a plan no longer gets better, take more time for it; then begin another, and cross both in the end."""
        relaxation, now = drawn.relaxation, self._now
        recent = self._gains[-PATIENCE:]
        if now is None or len(recent) < PATIENCE or self._over():
            return
        if sum(recent) > STALLED * (self.problem.value(now) - relaxation.value):
            return
        self._gains = []
        if drawn.widen():
            return
        if self._limit < MOST_SUB_S or not relaxation.exact:
            self._limit = min(MOST_SUB_S, 2.0 * self._limit)
            return
        if self._home is not None:
            better = self.problem.better(now, self._home)
            drawn.remember(self._home if better else now, now if better else self._home)
            self._now, self._home = now if better else self._home, None
            return
        self._count(now, at_once=True)
        self._home, self._now = now, None
        if self._dive_anew(drawn):
            self._limit = LEAST_SUB_S
        else:
            self._now, self._home = self._home, None

    def _improve(self, drawn: Neighbourhoods, start: np.ndarray) -> None:
        part = drawn.draw(start)
        before, begun, nodes = self.problem.value(start), time.monotonic(), round(SUB_NODES * self._limit / LEAST_SUB_S)
        limit, dive = self._limit, None
        if part.way:
            limit = min(MOST_REST_S, REST_S * DIVES[part.way - 1] * self._limit / LEAST_SUB_S)
            dive = self._dive(drawn, drawn.open_columns[part.way], limit, start=start)
        outcome = self._solve(part.free, start, limit, nodes=nodes, dive=dive)
        if outcome is None:
            return
        if part.way and self._found is not None and self._now is not None:
            drawn.remember(self._found, self._now)
        seconds = time.monotonic() - begun
        value = before if self._now is None else self.problem.value(self._now)
        if self.plan.sub_problems is None:
            cut_short, quick = outcome.status == "kTimeLimit", seconds < 0.5 * self._limit
        else:  # whatever is learned must not depend on the clock
            cut_short, quick = outcome.nodes >= nodes, outcome.nodes < nodes // 2
            seconds = 1.0 + outcome.nodes
        if part.way:
            quick = outcome.status == "kOptimal"
        if outcome.broken:  # perhaps it was too large for the memory
            cut_short, quick = True, False
        gain = max(0.0, before - value)
        # A quick one that finds nothing was too small, which is no sign of anything where there are larger ones.
        if gain or not quick or drawn.at_its_largest(part):
            self._gains.append(gain)
        drawn.learn(part, gain=gain, seconds=seconds, cut_short=cut_short, quick=quick)

    def _solve(
        self,
        free: np.ndarray,
        start: np.ndarray | None,
        limit_s: float,
        *,
        nodes: int = SUB_NODES,
        dive: Dive | None = None,
    ) -> Outcome | None:
        """Solve the sub-problem over the free columns and keep what is better; None if the search was stopped.

        The others stay as in `start`. Limited by the clock, or by nodes in the repeatable search.
        """
        base = np.zeros(len(free)) if start is None else start
        fixed = ~free & (self.problem.integer | self.plan.structure.derived)
        small, kept = restrict(self.problem, fixed, base)
        self._found = None
        by_clock, took = self.plan.sub_problems is None, 0.0 if self._relaxation is None else self._relaxation.seconds
        if dive is not None:
            dive, start = replace(dive, order=dive.order[kept]), None
            limit_s += max(LEAST_DIVE_S, DIVE_TIMES * took)
        options = self.options | ({} if by_clock else {"mip_max_nodes": nodes})
        outcome = self._process.solve(
            small,
            options=options if dive is not None else options | BRANCH_OPTIONS,
            time_limit_s=limit_s if by_clock else self._left(),
            start=None if start is None else start[kept],
            dive=dive,
        )
        self.interrupted = self.interrupted or outcome.interrupted
        if self._stopped.is_set():
            return None
        if outcome.point is not None:
            point = base.copy()
            point[kept] = outcome.point
            point = np.where(self.problem.integer, np.round(point), point)
            if self._keep(point):
                self._found = point
        return outcome

    def _keep(self, point: np.ndarray | None) -> bool:
        """Whether a point of our own holds and is not refused; if it is better, go on from it."""
        if point is None or not self.problem.holds(point):
            return False
        return not self.problem.better(point, self._now) or self._goes_on_from(point)

    def _goes_on_from(self, point: np.ndarray) -> bool:
        self._now = point
        self._count(point)
        return self._now is point

    def _count(self, point: np.ndarray | None, *, at_once: bool = False) -> None:
        """Let a better plan count, if the verifier passes it; later, if verifying would take too much of the time."""
        if point is None or point is self._outside or not self.problem.better(point, self.best):
            return
        begun = time.monotonic()
        rare = self._verifying_s <= VERIFYING_SHARE * (begun - self._verified_at)
        by_clock = self.plan.sub_problems is None
        if by_clock and not (at_once or rare or self.best is None):
            return
        accepted = self.plan.accept(point)
        self._verified_at = time.monotonic()
        self._verifying_s = self._verified_at - begun
        if accepted:
            with self._lock:
                self.best = point
            if not self._stopped.is_set():  # afterwards the prover may be at work on something else
                self.on_better(point)
        else:
            self._now = self.best
