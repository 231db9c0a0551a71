"""A large-neighbourhood search beside branch and bound, for instances too large to be proved in the time there is.

One HiGHS process proves; another improves the best plan. The search solves the LP relaxation and rounds it to a plan
(`schedule`). Then it decides the dominant projects (`probing`), dives into what is left, the core, to a better plan
(`diving`), and again and again sets some projects free while the others stay as they are, and solves the sub-problem
by branch and bound or a dive (`drawing`): first in the core, then, where that stalls, anywhere. Where that
stalls too, another core is begun, its plan crossed with the best one, and sub-problems get more time. Where the
problem only packs, plans are bred (`genetic`) instead. The prover takes the search's plans as user solutions, and the
search the prover's plans and cutting planes. The bound is HiGHS's, from tree or relaxation (before: `choice_bound`).

A plan counts only after `accept` (the verifier) has passed it. By the clock (`outlay.optimizer.engine.combined`) two
runs may differ; the repeatable form solves so many sub-problems, each limited by nodes, with nothing else going on.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from outlay.optimizer.presolve.propagation import tightened
from outlay.optimizer.presolve.restriction import restrict
from outlay.optimizer.problem.problem import Problem, Rows
from outlay.optimizer.relaxation.relaxation import Relaxation, choice_bound, relax, relaxation_of, with_more_rows
from outlay.optimizer.search.drawing import DIVES, FIRST_OPEN, Neighbourhoods
from outlay.optimizer.search.genetic import breed
from outlay.optimizer.search.pool import Incumbents
from outlay.optimizer.search.rescheduling import rescheduling
from outlay.optimizer.search.rounding import greedy, rounded
from outlay.optimizer.search.settings import BRANCH_OPTIONS, DIVE_OPTIONS, SUB_NODES, SUB_OPTIONS, SearchPlan
from outlay.optimizer.search.turns import Turns
from outlay.optimizer.solver.deadline import NEVER, Deadline
from outlay.optimizer.solver.outcome import Outcome
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.solver.tasks.dive import Dive

#: Seconds of a sub-problem: the least at first, and doubled, up to the most, whenever a plan no longer gets better.
LEAST_SUB_S, MOST_SUB_S = 1.5, 24.0
#: Dives for a first plan, at most; if none of them finds one, branch and bound looks for it so many seconds at first.
FIRST_DIVES, FIRST_WHOLE_S = 4, 10.0
#: What is left of a first dive gets so many seconds, or so many times what the relaxation took; of another one into all
#: projects, so many for sub-problems of the least seconds, less into a part, and more for longer ones; up to the most.
FIRST_REST_S, FIRST_REST_TIMES, REST_S, MOST_REST_S = 5.0, 10.0, 10.0, 24.0
#: Seconds of probing: so many times what the relaxation took, up to this share of the time left, but at least so many.
PROBE_TIMES, PROBE_SHARE, LEAST_PROBE_S = 20.0, 0.1, 3.0
#: A plan no longer gets better if so many sub-problems have closed at most this share of its gap.
PATIENCE, STALLED = 8, 0.02
#: The prover's cutting planes are taken over if they close at least this share of the gap.
CUTS_PAY = 0.1
#: Another plan is begun with them at once if the first beginning took at most this share of the time that is left.
ANEW_SHARE = 0.3
#: Children bred by the repeatable search, a sub-problem.
CHILDREN_A_SUB = 2_000


class Search:
    """Improves a plan in a solver process of its own.

    Attributes
    ----------
    plans
        The plans known so far.
    interrupted
        Whether the user asked to stop while a sub-problem was solved.
    trouble
        What ended the search early, if something did.
    deadline
        When it ends by itself.
    """

    def __init__(
        self,
        problem: Problem,
        plan: SearchPlan,
        options: dict[str, Any],
        *,
        on_better: Callable[[np.ndarray], None],
        process: SolverProcess | None = None,
        deadline: Deadline = NEVER,
    ) -> None:
        self.problem, self.plan = problem, plan
        self.options = {**options, **SUB_OPTIONS}
        self.plans = Incumbents(problem, plan.accept, on_better=self._tell, by_clock=plan.sub_problems is None)
        self.interrupted, self.trouble = False, ""
        self._on_better = on_better
        self._found: np.ndarray | None = None  # what the last sub-problem came to
        self._gains: list[float] = []  # of the last sub-problems of this plan
        self._limit = LEAST_SUB_S
        self.deadline = deadline
        self._relaxation: Relaxation | None = None
        self._bound = -np.inf  # before the relaxation
        self._cuts: Rows | None = None  # of the prover, not yet looked at
        self._schedules: Turns | None = None  # where it matters when projects start
        self._beginning_s = np.inf  # seconds that the last beginning took
        self._process, self._own = process or SolverProcess(), process is None
        self._stopped = threading.Event()

    def stop(self) -> None:
        """End the search and its process; the best plan stays."""
        self._stopped.set()
        if self._own:
            self._process.end()

    def _tell(self, point: np.ndarray) -> None:
        if not self._stopped.is_set():  # afterwards the prover may be at work on something else
            self._on_better(point)

    def known(self) -> tuple[float, float]:
        """Return (value of the best plan, bound of the relaxation or before it); NaN where there is none yet."""
        bound = self._bound if self._relaxation is None else max(self._bound, self._relaxation.bound)
        return self.plans.value(), bound if np.isfinite(bound) else np.nan

    def basis(self) -> np.ndarray | None:
        """Return a basis of the relaxation, once it is solved exactly."""
        return None if self._relaxation is None else self._relaxation.basis

    def slow(self) -> bool:
        """Whether the relaxation is solved, and was too much for the simplex method."""
        return self._relaxation is not None and self._relaxation.slow

    def take_cuts(self, cuts: Rows) -> None:
        """Take cutting planes that no plan better than the best one known breaks; may be called from another thread."""
        self._cuts = cuts

    # -- the search itself -------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Search until stopped, or as many sub-problems as the plan says."""
        if self.plan.sub_problems is None and self._stopped.wait(self.plan.params.head_start_s):
            return
        for work in (self._search, self._count_now):
            try:
                work()
            except Exception as error:  # the prover goes on by itself; its answer tells of this
                self.trouble = f"the search ended early: {type(error).__name__}: {error}"

    def _count_now(self) -> None:
        for point in (self.plans.home, self.plans.now):
            self.plans.count(point, at_once=True)

    def _search(self) -> None:
        most, structure = self.plan.sub_problems, self.plan.structure
        if not (structure.option_column >= 0).any():
            return
        self.problem = tightened(self.problem)
        self._bound = choice_bound(self.problem, structure.project)
        if most is None:
            self.plans.keep(greedy(self.problem, structure, self._over))
        drawing = rescheduling(self.problem, structure, seed=self.plan.seed)
        self._schedules = None if drawing is None else Turns(drawing, self.plans, self._over, most)
        with contextlib.nullcontext() if self._schedules is None else self._schedules.beside():
            relaxation = self._relaxation = self._relax(self.problem)
        if relaxation is None or self._over():
            return
        whole = Neighbourhoods(self.problem, structure, relaxation, seed=self.plan.seed)
        drawn = self._first(whole)
        count = 0
        while not self._over() and (most is None or count < most):
            count += 1
            if self.plans.take_over():
                self._gains = []
            now = self.plans.now
            if now is not None and self._cuts is not None:
                whole, drawn = self._cut(whole, drawn)
            elif now is not None:
                drawn = drawn if drawn is whole or drawn.problem.holds(now) else whole
                self._improve(drawn, now)
                if self._schedules is not None:
                    self._schedules.turn(self._limit)
                drawn = self._move(drawn, whole)
            elif most is not None or self._stopped.wait(1.0):  # a plan may still come from outside
                return

    def _over(self) -> bool:
        return self._stopped.is_set() or self.interrupted or self.deadline.passed()

    def _relax(self, problem: Problem, basis: np.ndarray | None = None) -> Relaxation | None:
        limits: dict[str, Any] = {"time_limit_s": self.deadline.left(), "by_clock": self.plan.sub_problems is None}
        return relax(self._process, problem, self.plan.structure.derived, options=self.options, basis=basis, **limits)

    def _first(self, whole: Neighbourhoods) -> Neighbourhoods:
        """Find a first plan by rounding and dives, else in the whole problem; return where to go on from it."""
        for point in rounded(self.problem, self.plan.structure, whole.relaxation, self._over):
            self.plans.keep(point)
        if not whole.relaxation.exact:
            return whole
        drawn = self._begin(whole)
        if drawn is not None:
            return drawn
        self.plans.take_over()
        limit = FIRST_WHOLE_S
        while self.plans.now is None and not self._over():
            outcome = self._solve(whole, np.ones(len(self.problem.cost), dtype=bool), None, limit)
            self.plans.take_over()
            if self.plan.sub_problems is not None or outcome is None or outcome.status != "kTimeLimit":
                break
            limit *= 2.0
        return whole

    def _core(self, whole: Neighbourhoods) -> Neighbourhoods | None:
        """Return the neighbourhoods of the problem with its dominant projects decided; None if that came to nothing."""
        left = PROBE_SHARE * (self.deadline.left() or np.inf)
        most_s = max(LEAST_PROBE_S, min(left, PROBE_TIMES * whole.relaxation.seconds))
        by_clock = self.plan.sub_problems is None
        outcome = self._process.solve(
            self.problem,
            options=self.options,
            time_limit_s=most_s + whole.dive_s if by_clock else self.deadline.left(),
            how=whole.probe(most_s if by_clock else None),
            basis=whole.relaxation.basis,
        )
        self.interrupted = self.interrupted or outcome.interrupted
        if self._over() or outcome.bounds is None:
            return None
        lower, upper = outcome.bounds
        if (lower == self.problem.lower).all() and (upper == self.problem.upper).all():
            return None  # nothing is dominant
        problem = replace(self.problem, lower=lower, upper=upper)
        relaxation = relaxation_of(problem, outcome)
        return None if relaxation is None else whole.within(problem, relaxation)

    def _begin(self, whole: Neighbourhoods) -> Neighbourhoods | None:
        """Begin another plan; return where to go on from it, None if nothing better came."""
        begun = time.monotonic()
        drawn = whole if self._breed(whole) else self._dive_anew(whole)
        self._beginning_s = time.monotonic() - begun
        return drawn

    def _cut(self, whole: Neighbourhoods, drawn: Neighbourhoods) -> tuple[Neighbourhoods, Neighbourhoods]:
        """Take over the prover's cutting planes, if that makes the relaxation stronger.

        Returns the neighbourhoods of the whole, and those to draw from.
        """
        cuts, self._cuts, now = self._cuts, None, self.plans.now
        if cuts is None or now is None:
            return whole, drawn
        cuts = cuts.kept_by(now if self.plans.home is None else self.plans.home).kept_by(now)
        problem, before = self.problem.with_rows(cuts), whole.relaxation.value
        relaxation = self._relax(problem, with_more_rows(whole.relaxation.basis, len(cuts.lower)))
        if relaxation is None or relaxation.value - before < CUTS_PAY * (problem.value(now) - before) or self._over():
            return whole, drawn
        self.problem, whole, left = problem, whole.under(problem, relaxation), self.deadline.left()
        if left is not None and self._beginning_s <= ANEW_SHARE * left and self.plans.home is None:
            return whole, self._leave(whole) or whole
        if not drawn.in_core:
            return whole, whole
        narrow = replace(problem, lower=drawn.problem.lower, upper=drawn.problem.upper)
        inner = self._relax(narrow, relaxation.basis)
        return whole, whole if inner is None else drawn.under(narrow, inner)

    def _leave(self, whole: Neighbourhoods) -> Neighbourhoods | None:
        """Begin another plan, or stay if there is none; return where to go on from it, None if there is none."""
        self._gains = []
        self.plans.leave()
        other = self._begin(whole)
        if other is None:
            self._return(whole)
        return other

    def _return(self, whole: Neighbourhoods) -> None:
        """Go on from the best plan, and remember the other one."""
        if self.plans.home is not None:
            worse, better = self.plans.return_home(), self.plans.now
            if worse is not None and better is not None:
                whole.remember(worse, better)

    def _breed(self, whole: Neighbourhoods) -> bool:
        """Breed plans until they no longer get better; False if none came of it."""
        most = np.inf if self.plan.sub_problems is None else CHILDREN_A_SUB * self.plan.sub_problems
        problem, project, keep = self.problem, self.plan.structure.project, self.plans.keep
        if not breed(problem, project, whole.relaxation, random=whole.random, keep=keep, over=self._over, most=most):
            return False
        self._count_now()
        return self.plans.now is not None

    def _dive_anew(self, whole: Neighbourhoods) -> Neighbourhoods | None:
        """Begin another plan: decide what is dominant, and dive; return where to go on, None if nothing better came."""
        if not whole.relaxation.can_dive(self.deadline.left()):
            return None
        drawn, rest_s = None, min(MOST_REST_S, max(FIRST_REST_S, FIRST_REST_TIMES * whole.relaxation.seconds))
        for _ in range(FIRST_DIVES):
            if self._over():
                break
            drawn = drawn or self._core(whole) or whole
            dive = drawn.dive(FIRST_OPEN, rest_s if self.plan.sub_problems is None else None)
            outcome = self._solve(drawn, drawn.cheapest, None, rest_s, dive=dive)
            if self.plans.is_as_good(self._found):
                return drawn
            if outcome is None or (outcome.status == "kOptimal" and drawn is whole):
                break
            short = outcome.status == "kTimeLimit"  # then more time helps, and costs less than another core
            drawn, rest_s = (drawn, 2.0 * rest_s) if short else (None, rest_s)
        return None

    def _stalls(self, drawn: Neighbourhoods, now: np.ndarray) -> bool:
        """Whether a plan no longer gets better."""
        recent, gap = self._gains[-PATIENCE:], self.problem.value(now) - drawn.relaxation.value
        return len(recent) == PATIENCE and sum(recent) <= STALLED * gap and not self._over()

    def _move(self, drawn: Neighbourhoods, whole: Neighbourhoods) -> Neighbourhoods:
        """Return where to go on: from the core to the whole once a plan no longer gets better.

        Where that stalls, another plan is begun; once that one stalls, both are crossed and sub-problems get more time.
        """
        now = self.plans.now
        if now is None or not self._stalls(drawn, now):
            return drawn
        self._gains = []
        if drawn is not whole:
            return whole
        if whole.relaxation.quick and self.plans.home is None:
            other = self._leave(whole)
            if other is not None:
                return other
        self._return(whole)
        if not whole.widen():
            self._limit = min(MOST_SUB_S, 2.0 * self._limit)
        return whole

    def _improve(self, drawn: Neighbourhoods, start: np.ndarray) -> None:
        part = drawn.draw(start)
        before, begun, nodes = self.problem.value(start), time.monotonic(), round(SUB_NODES * self._limit / LEAST_SUB_S)
        limit, dive = self._limit, None
        if part.way:
            limit = min(MOST_REST_S, REST_S * DIVES[part.way - 1] * self._limit / LEAST_SUB_S)
            by_clock = self.plan.sub_problems is None
            dive = drawn.dive(drawn.open_columns[part.way], limit if by_clock else None, start=start)
        if (outcome := self._solve(drawn, part.free, start, limit, nodes=nodes, dive=dive)) is None:
            return
        if part.way and self._found is not None and self.plans.now is not None:
            drawn.remember(self._found, self.plans.now)
        seconds = time.monotonic() - begun
        value = before if self.plans.now is None else self.problem.value(self.plans.now)
        if self.plan.sub_problems is None:
            cut_short, quick = outcome.status == "kTimeLimit", outcome.seconds < 0.5 * self._limit
        else:  # whatever is learned must not depend on the clock
            cut_short, quick = outcome.nodes >= nodes, outcome.nodes < nodes // 2
            seconds = 1.0 + outcome.nodes
        if part.way:
            quick = outcome.status == "kOptimal"
        if outcome.broken:  # perhaps it was too large for the memory
            cut_short, quick = True, False
        gain = max(0.0, before - value)
        # A quick one that finds nothing was too small, which is no sign of anything where there are larger ones; in the
        # core, waiting for these is not worth it.
        if gain or not quick or drawn.in_core or drawn.at_its_largest(part):
            self._gains.append(gain)
        drawn.learn(part, gain=gain, seconds=seconds, cut_short=cut_short, quick=quick)

    def _solve(
        self,
        drawn: Neighbourhoods,
        free: np.ndarray,
        start: np.ndarray | None,
        limit_s: float,
        *,
        nodes: int = SUB_NODES,
        dive: Dive | None = None,
    ) -> Outcome | None:
        """Solve the sub-problem over the free columns and keep what is better; None if the search was stopped.

        The bounds are those of `drawn`, and the other columns stay as in `start`. Limited by the clock, or by nodes in
        the repeatable search. What a first dive comes to counts at once.
        """
        base = np.zeros(len(free)) if start is None else start
        fixed = ~free & (self.problem.integer | self.plan.structure.derived)
        small, kept, rows = restrict(drawn.problem, fixed, base)

        def keep(found: np.ndarray) -> None:
            point = base.copy()
            point[kept] = found
            point = self.plans.rounded(point)
            self._found = point if self.plans.keep(point) else None

        self._found = None
        by_clock, at_once = self.plan.sub_problems is None, dive is not None and start is None
        if dive is not None:
            dive, start = replace(dive, order=dive.order[kept]), None
            limit_s += drawn.dive_s
        options = self.options | ({} if by_clock else {"mip_max_nodes": nodes})
        outcome = self._process.solve(
            small,
            options=options | (BRANCH_OPTIONS if dive is None else DIVE_OPTIONS),
            time_limit_s=limit_s if by_clock else self.deadline.left(),
            start=None if start is None else start[kept],
            on_incumbent=keep if at_once else None,
            how=dive,
            basis=None if dive is None else drawn.relaxation.basis_of(kept, rows),
        )
        self.interrupted = self.interrupted or outcome.interrupted
        if outcome.point is not None and not self._stopped.is_set():
            keep(outcome.point)
        return None if self._stopped.is_set() else outcome
