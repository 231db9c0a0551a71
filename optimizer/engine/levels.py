"""From arrays to an answer: levels of objectives one after another, retries, and statuses that never claim too much."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from outlay.optimizer.engine.answer import Answer
from outlay.optimizer.engine.combined import RepeatableSolver, SearchingSolver
from outlay.optimizer.engine.hints import CONFIRMING, QUESTIONS, SMALL_PROOFS
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.problem.spaces import SolverPoint
from outlay.optimizer.search.settings import SearchPlan
from outlay.optimizer.solver.deadline import NEVER, Deadline
from outlay.optimizer.solver.outcome import NO_PLAN, Outcome, Progress
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.status import OPTIMAL_GAP, LevelResult, Status, relative_gap

#: Share of a plan's value by which it may beat the bound, for rounding.
CONTRADICTION = 1e-5


@dataclass(frozen=True)
class Level:
    """One objective to minimise: the negative of what the instance maximises.

    Attributes
    ----------
    weights
        Metric to weight, for the record; empty for an objective of the user's own.
    cost, offset
        Coefficient of each column, and the constant (from variables that the user fixed), in the level's unit.
    tolerance
        Share of |best| that later levels may give up.
    unit
        What 1 is worth in the instance's terms (`scaling`).
    size
        The largest coefficient, in the instance's terms.
    enough
        Absolute gap that is proof enough of this level, in the instance's terms; 0: that of the settings.
    """

    weights: dict[str, float]
    cost: np.ndarray
    offset: float = 0.0
    tolerance: float = 0.0
    unit: float = 1.0
    size: float = 1.0
    enough: float = 0.0

    def value(self, point: np.ndarray) -> float:
        """Return what a point is worth, as maximised and as the instance states it."""
        return 0.0 - (float(self.cost @ point) + self.offset) * self.unit

    def stated(self, state: Progress) -> Progress:
        """Return a state of the solver in the instance's terms, still as minimised."""
        return replace(state, objective=state.objective * self.unit, bound=state.bound * self.unit)


@dataclass(frozen=True)
class Settings:
    """How to solve.

    Attributes
    ----------
    gap
        Relative gap to prove.
    deadline
        Of all levels together, with whatever is tried again.
    seed, threads
        HiGHS's random seed and number of threads.
    feasibility
        Feasibility and integrality tolerance.
    absolute_gap
        Gap that is proof enough in absolute terms.
    proving
        Whether it is one of many small proofs, in which HiGHS starts nothing anew and tries few branches.
    question
        Whether it is one of many questions about a model, of which each is small and has a plan to start from.
    confirming
        Whether the plan to start from is likely to be the best one, so that HiGHS looks for others by branching alone.
    """

    gap: float = 1e-4
    deadline: Deadline = NEVER
    seed: int = 1
    threads: int = 1
    feasibility: float = 1e-7
    absolute_gap: float = 1e-9
    proving: bool = False
    question: bool = False
    confirming: bool = False

    def options(self, *, retry: bool) -> dict[str, Any]:
        """Return HiGHS's options; a retry uses another seed and no presolve."""
        return {
            "random_seed": self.seed + (1000 if retry else 0),
            "threads": self.threads,
            "presolve": "off" if retry else "choose",
            "mip_rel_gap": max(self.gap, 0.0),
            "mip_abs_gap": self.absolute_gap,
            "mip_feasibility_tolerance": self.feasibility / 10,
            "primal_feasibility_tolerance": self.feasibility,
            "dual_feasibility_tolerance": 1e-7,
            **({} if retry else self._hints),
        }

    @property
    def _hints(self) -> dict[str, Any]:
        if self.confirming:
            return CONFIRMING
        if self.proving:
            return SMALL_PROOFS
        return QUESTIONS if self.question else {}


def solve_levels(
    process: SolverProcess,
    problem: Problem,
    levels: Sequence[Level],
    settings: Settings,
    *,
    start: np.ndarray | None = None,
    search: SearchPlan | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Answer[SolverPoint]:
    """Solve a strict order of objectives.

    Parameters
    ----------
    levels
        The objectives, the first before all others.
    start
        A point to start from.
    search
        How to search beside branch and bound, or before it; None: branch and bound alone.
    """
    answer = Answer(None if start is None else SolverPoint(start), [])
    for level in levels:
        current = replace(problem, cost=level.cost, offset=level.offset)
        own = replace(settings, absolute_gap=max(settings.absolute_gap, level.enough / level.unit))
        told = _stating(level, on_progress)
        outcome = _outcome(process, current, own, search, start=answer.point, on_progress=told)
        outcome = _or_start(outcome, current, answer.point)
        answer.broken = _breaks(current, outcome)
        result = _judge(process, current, level, outcome, own)
        if result.objective is None and answer.levels and answer.point is not None and _may_keep(result):
            # A later level that finds nothing in time keeps the plan of the earlier ones.
            result = _kept(result, level.value(answer.point))
        elif result.objective is not None:
            answer.point = None if outcome.point is None else SolverPoint(outcome.point)
        else:
            answer.point = None
        if not answer.levels:
            answer.trace = [
                (seconds, -value * level.unit, -bound * level.unit if np.isfinite(bound) else None)
                for seconds, value, bound in outcome.trace
            ]
        answer.levels.append(result)
        answer.message = answer.message or outcome.message
        if result.objective is None or outcome.interrupted:
            break
        if level is levels[-1]:
            break
        best = -result.objective / level.unit
        ceiling = best + level.tolerance * abs(best) + 1e-9 * max(1.0, abs(best))
        problem = problem.with_row(level.cost, ceiling - level.offset)
    if answer.point is not None:
        answer.levels += [_never_begun(level, answer.point) for level in levels[len(answer.levels) :]]
        answer.levels = with_finals(answer.levels, levels, answer.point)
    return answer


def _outcome(
    process: SolverProcess,
    problem: Problem,
    settings: Settings,
    search: SearchPlan | None,
    *,
    start: np.ndarray | None,
    on_progress: Callable[[Progress], None] | None,
) -> Outcome:
    """Return what comes of one level, before the deadline."""
    if not len(problem.cost):
        return _nothing_to_decide(problem)
    if settings.deadline.passed():  # to make the search ready may take long
        return Outcome("kTimeLimit")
    with process.until(settings.deadline), _solver(process, problem, settings, search) as solver:
        return _solve_once(solver, problem, settings, start=start, on_progress=on_progress)


def with_finals(results: Sequence[LevelResult], levels: Sequence[Level], point: np.ndarray) -> list[LevelResult]:
    """Return results of levels with what each level is worth at a final point."""
    return [replace(result, final=level.value(point)) for result, level in zip(results, levels, strict=False)]


def _may_keep(result: LevelResult) -> bool:
    """Return whether the plan of earlier levels stands although this level has none: not if it has no best one."""
    return result.status != Status.UNBOUNDED


def _kept(result: LevelResult, worth: float) -> LevelResult:
    status = Status.STOPPED if result.status != Status.FAILED else Status.FAILED
    return replace(result, status=status, limit=result.limit or "time", objective=worth, bound=None, gap=None)


def _never_begun(level: Level, point: np.ndarray) -> LevelResult:
    """Return what is known of a level after an interrupt in an earlier one: what that one's plan is worth."""
    worth = level.value(point)
    return LevelResult(level.weights, Status.STOPPED, "interrupt", worth, None, None, 0, 0.0, size=level.size)


def _stating(level: Level, on_progress: Callable[[Progress], None] | None) -> Callable[[Progress], None] | None:
    """Return the callback as one that is told the solver's numbers."""
    if on_progress is None:
        return None
    return lambda state: on_progress(level.stated(state))


class Solver(Protocol):
    """Whatever solves a problem as a `SolverProcess` does."""

    def solve(
        self,
        problem: Problem,
        *,
        options: dict[str, Any],
        time_limit_s: float | None,
        start: np.ndarray | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Outcome:
        """Solve a problem; never raise for what the solver does."""


@contextmanager
def _solver(
    process: SolverProcess, problem: Problem, settings: Settings, search: SearchPlan | None
) -> Iterator[Solver]:
    """Yield the process, or the process with a search beside it or before it."""
    if search is None or not problem.integer.any():
        yield process
    elif search.sub_problems is None:
        with SearchingSolver(process, problem, search, options=settings.options(retry=False)) as solver:
            yield solver
    else:
        yield RepeatableSolver(process, search)


def _solve_once(
    process: Solver,
    problem: Problem,
    settings: Settings,
    *,
    start: np.ndarray | None,
    on_progress: Callable[[Progress], None] | None,
) -> Outcome:
    """Solve, and once more (other seed, no presolve) if the process fails; keep the best point of both tries.

    HiGHS may call a point optimal and tell no bound, where presolve leaves nothing: that is tried again as well. Once
    the deadline has passed there is no other try: the time limit ended a solve that has a plan in hand.
    """
    deadline = settings.deadline
    first = process.solve(
        problem,
        options=settings.options(retry=False),
        time_limit_s=deadline.left(),
        start=start,
        on_progress=on_progress,
    )
    unproved = first.status == "kOptimal" and not np.isfinite(first.bound)
    if first.interrupted or not (unproved or _failed(first)) or (unproved and deadline.passed()):
        return first
    if deadline.passed():
        first.message = f"{first.message or first.status}; there was no time to try again"
        if first.point is not None:
            first.status = "overran"
        return first
    second = process.solve(
        problem,
        options=settings.options(retry=True),
        time_limit_s=deadline.left(),
        start=first.point if first.point is not None else start,
        on_progress=on_progress,
    )
    if not _failed(second):
        if second.point is None and first.point is not None and second.status not in NO_PLAN:
            second.point, second.objective, second.polished = first.point, first.objective, first.polished
        return second
    message = f"tried twice: {first.message or first.status}; then {second.message or second.status}"
    best = second if second.point is not None else first
    best.message = message
    return best


def _or_start(outcome: Outcome, problem: Problem, start: np.ndarray | None) -> Outcome:
    """Return an outcome that has at least the point that it started from, if that is one."""
    if outcome.point is None and start is not None and problem.holds(problem.rounded(start)):
        outcome.point = problem.rounded(start)
        if outcome.status == "kInfeasible":
            outcome.message = "the solver says that there is no plan, but the one to start from holds"
    return outcome


def _failed(outcome: Outcome) -> bool:
    known = {
        "kOptimal",
        "kTimeLimit",
        "kInterrupt",
        "kIterationLimit",
        "kSolutionLimit",
        "overran",
    }
    if outcome.status in NO_PLAN:
        # A plan and then the word that there is none cannot both be true; an unbounded problem has plans.
        return outcome.status == "kInfeasible" and outcome.point is not None
    return outcome.status not in known or (outcome.status == "kOptimal" and outcome.point is None)


def _nothing_to_decide(problem: Problem) -> Outcome:
    """Return the answer to a problem without columns: its rows are constants, checked by the compiler."""
    return Outcome("kOptimal", point=np.zeros(0), objective=problem.offset, bound=problem.offset, polished=True)


def _judge(process: SolverProcess, problem: Problem, level: Level, outcome: Outcome, settings: Settings) -> LevelResult:
    """Turn an outcome into a result whose status never claims more than is proved."""
    nothing = LevelResult(
        level.weights, Status.FAILED, None, None, None, None, outcome.nodes, outcome.seconds, size=level.size
    )
    if outcome.point is None or (outcome.status in NO_PLAN and not _failed(outcome)):
        status, limit = _without_plan(process, problem, outcome, settings)
        return replace(nothing, status=status, limit=limit)
    if _breaks(problem, outcome):
        outcome.message = outcome.message or "the solver's point breaks rows of its own problem"
        return nothing
    _round_off(outcome, problem)
    cost = problem.value(outcome.point)
    # A plan clearly better than the bound contradicts it: then nothing is proved.
    sound = np.isfinite(outcome.bound) and outcome.bound <= cost + CONTRADICTION * max(1.0, abs(cost))
    bound = min(outcome.bound, cost) if sound else None
    objective, stated = 0.0 - cost * level.unit, None if bound is None else 0.0 - bound * level.unit
    gap = None if stated is None else relative_gap(objective, stated, level.size)
    found = replace(nothing, objective=objective, bound=stated, gap=gap)
    if gap is not None and gap <= OPTIMAL_GAP:
        return replace(found, status=Status.OPTIMAL)
    enough = gap is not None and gap <= settings.gap * (1 + 1e-9)
    if enough or (bound is not None and cost - bound <= settings.absolute_gap):
        return replace(found, status=Status.WITHIN_GAP)
    limit = "interrupt" if outcome.interrupted else "crash" if _failed(outcome) else "time"
    if outcome.status == "kSolutionLimit":
        limit = "work"
    if outcome.status == "kOptimal":
        limit = "solver tolerance"
    return replace(found, status=Status.STOPPED, limit=limit)


def _without_plan(
    process: SolverProcess, problem: Problem, outcome: Outcome, settings: Settings
) -> tuple[Status, str | None]:
    """Return (status, limit) of an outcome without a plan."""
    if outcome.status == "kInfeasible":
        return Status.INFEASIBLE, None
    if outcome.status in NO_PLAN:
        return _infeasible_or_unbounded(process, problem, settings), None
    if _failed(outcome):
        return Status.FAILED, "crash"
    return Status.STOPPED, "interrupt" if outcome.interrupted else "time"


def _round_off(outcome: Outcome, problem: Problem) -> None:
    """Make the integers of a point integral (a polished one is already)."""
    assert outcome.point is not None
    if not outcome.polished:
        outcome.point = problem.rounded(outcome.point)


def _breaks(problem: Problem, outcome: Outcome) -> bool:
    """Whether an outcome's point, its integers rounded, is none of the problem that was to be solved.

    Whatever was left out or fixed on the way to it: what a claim is about is the whole.
    """
    return outcome.point is not None and not problem.holds(problem.rounded(outcome.point))


def _infeasible_or_unbounded(process: SolverProcess, problem: Problem, settings: Settings) -> Status:
    """Tell the two apart by solving without objective."""
    free = replace(problem, cost=np.zeros_like(problem.cost))
    with process.until(settings.deadline):
        outcome = process.solve(free, options=settings.options(retry=False), time_limit_s=settings.deadline.left())
    if outcome.status == "kInfeasible":
        return Status.INFEASIBLE
    return Status.UNBOUNDED if outcome.point is not None else Status.FAILED
