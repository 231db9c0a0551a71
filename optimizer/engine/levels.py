"""From arrays to an answer: levels of objectives one after another, retries, and statuses that never claim too much."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from outlay.models.arrays.ending import EndedError, ended_by
from outlay.optimizer.engine.answer import Answer
from outlay.optimizer.engine.combined import RepeatableSolver, SearchingSolver
from outlay.optimizer.engine.judging import breaks, failed, judge, nothing_of, or_start
from outlay.optimizer.engine.level import Level
from outlay.optimizer.engine.racing import RacingSolver
from outlay.optimizer.engine.settings import Settings
from outlay.optimizer.presolve.flows import channelled
from outlay.optimizer.presolve.linking import linked
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.problem.spaces import SolverPoint
from outlay.optimizer.search.settings import SearchPlan
from outlay.optimizer.solver.outcome import NO_PLAN, Outcome, Progress
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.status import LevelResult, Status


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
        outcome = or_start(outcome, current, answer.point)
        answer.broken = breaks(current, outcome)
        result = judge(process, current, level, outcome, own)
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
    if settings.deadline.passed():
        return _too_late(start)
    with process.until(settings.deadline), ExitStack() as stack:
        try:
            with ended_by(settings.deadline.passed):
                problem = channelled(linked(problem), start)
                solver = stack.enter_context(_solver(process, problem, settings, search))
        except EndedError:  # to make the search ready may take long
            return _too_late(start)
        return _solve_once(solver, problem, settings, start=start, on_progress=on_progress)


def _too_late(start: np.ndarray | None) -> Outcome:
    """Return what comes of a level that was not begun; a plan in hand needs no words."""
    words = "the time limit was over before the solver had started" if start is None else ""
    return Outcome("kTimeLimit", message=words)


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
    """Yield the process, or the process with helpers, or with a search beside it or before it."""
    if search is None or not problem.integer.any():
        helpers = settings.helpers
        yield process if helpers is None else RacingSolver(process, helpers, settings.deadline)
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

    HiGHS may call a point optimal and tell no bound, where presolve leaves nothing: that is tried again as well, and so
    is a problem that is called infeasible although the empty plan, or the one to start from, holds. Once the deadline
    has passed there is no other try: the time limit ended a solve that has a plan in hand.
    """
    deadline, known = settings.deadline, nothing_of(problem) if start is None else start
    first = process.solve(
        problem,
        options=settings.options(retry=False),
        time_limit_s=deadline.left(),
        start=start,
        on_progress=on_progress,
    )
    if first.status == "kInfeasible":
        first = or_start(first, problem, known)
    unproved = first.status == "kOptimal" and not np.isfinite(first.bound)
    if first.interrupted or not (unproved or failed(first)) or (unproved and deadline.passed()):
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
    if second.status == "kInfeasible":
        second = or_start(second, problem, known)
    if not failed(second):
        if second.point is None and first.point is not None and second.status not in NO_PLAN:
            second.point, second.objective, second.polished = first.point, first.objective, first.polished
        return second
    message = f"tried twice: {first.message or first.status}; then {second.message or second.status}"
    best = second if second.point is not None else first
    best.message = message
    return best


def _nothing_to_decide(problem: Problem) -> Outcome:
    """Return the answer to a problem without columns: its rows are constants, checked by the compiler."""
    return Outcome("kOptimal", point=np.zeros(0), objective=problem.offset, bound=problem.offset, polished=True)
