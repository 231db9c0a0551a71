"""What an outcome of the solver means: results whose status never claims more than is proved."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from outlay.optimizer.engine.level import Level
from outlay.optimizer.engine.settings import Settings
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.solver.outcome import NO_PLAN, Outcome
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.status import OPTIMAL_GAP, LevelResult, Status, relative_gap

#: Share of a plan's value by which it may beat the bound, for rounding.
CONTRADICTION = 1e-5


def judge(process: SolverProcess, problem: Problem, level: Level, outcome: Outcome, settings: Settings) -> LevelResult:
    """Turn an outcome into a result whose status never claims more than is proved."""
    nothing = LevelResult(
        level.weights, Status.FAILED, None, None, None, None, outcome.nodes, outcome.seconds, size=level.size
    )
    if outcome.point is None or (outcome.status in NO_PLAN and not failed(outcome)):
        status, limit = _without_plan(process, problem, outcome, settings)
        return replace(nothing, status=status, limit=limit)
    if breaks(problem, outcome):
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
    limit = "interrupt" if outcome.interrupted else "crash" if failed(outcome) else "time"
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
    if failed(outcome):
        return Status.FAILED, "crash"
    return Status.STOPPED, "interrupt" if outcome.interrupted else "time"


def failed(outcome: Outcome) -> bool:
    """Whether the solver neither solved the problem nor ended at a limit, or says what cannot be true."""
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


def or_start(outcome: Outcome, problem: Problem, start: np.ndarray | None) -> Outcome:
    """Return an outcome that has at least the point that it started from, if that is one."""
    if outcome.point is None and start is not None and problem.holds(problem.rounded(start)):
        outcome.point = problem.rounded(start)
        if outcome.status == "kInfeasible":
            outcome.message = "the solver says that there is no plan, but the one to start from holds"
    return outcome


def nothing_of(problem: Problem) -> np.ndarray:
    """Return the point at which every column is as near to 0 as it may be: mostly the empty plan."""
    return np.clip(0.0, problem.lower, problem.upper)


def _round_off(outcome: Outcome, problem: Problem) -> None:
    """Make the integers of a point integral (a polished one is already)."""
    assert outcome.point is not None
    if not outcome.polished:
        outcome.point = problem.rounded(outcome.point)


def breaks(problem: Problem, outcome: Outcome) -> bool:
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
