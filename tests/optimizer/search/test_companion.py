"""A second search beside the first: it goes on from the same plan, and what either finds counts for both."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest

from outlay.instances.samples.generating import generate
from outlay.models.build import build
from outlay.optimizer.engine.combined import SearchingSolver
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.relaxation.params import Relaxing
from outlay.optimizer.search.params import Resting, SearchParams
from outlay.optimizer.search.phases.first import round_relaxation
from outlay.optimizer.search.phases.state import Step
from outlay.optimizer.search.phases.trace import PhaseRecord
from outlay.optimizer.search.search import Search
from outlay.optimizer.session import Session
from outlay.optimizer.solver.deadline import CLOCK, NEVER, Deadline
from outlay.optimizer.solver.outcome import Outcome, Progress
from outlay.optimizer.solver.process import SolverProcess
from tests.optimizer.support import OPTIONS, level_problem

#: A proof rests as soon as there is a bound and a plan.
AT_ONCE = SearchParams(head_start_s=0.0, small=0, resting=Resting(window=0.0, least_s=0.0, closes=1.0))


@pytest.fixture(scope="module")
def small() -> Session:
    return Session(build(generate(40, 3)))


def begun(session: Session, process: SolverProcess) -> Search:
    """Return a search that has rounded its relaxation, and four sub-problems to solve."""
    plan = session.search_plan(seed=1, sub_problems=4)
    search = Search(level_problem(session), plan, OPTIONS, on_better=lambda _: None, process=process)
    search.state.relaxation = search.state.relaxed(search.state.problem)
    round_relaxation(search.state)
    search.state.count_plans()
    return search


def test_a_second_search_begins_at_the_plan_of_the_first_which_takes_what_it_finds(
    small: Session, warm: SolverProcess
) -> None:
    first = begun(small, warm)
    before, begin = first.plans.value(), first.plans.best
    second = first.companion(7)
    assert second.plan.seed == 7
    assert begin is not None
    assert (second.plans.external == begin).all()
    second.run()
    second.stop()
    assert second.state.trace.steps[:2] == [Step.JOIN, Step.TURN]
    assert second.trouble == ""
    assert first.plans.value() < before
    assert first.plans.best is second.plans.best
    assert first.plans.take_over()
    assert (first.plans.current == second.plans.best).all()


def test_what_another_search_lets_count_is_not_taken_where_it_is_no_better(small: Session, warm: SolverProcess) -> None:
    first = begun(small, warm)
    best = first.plans.best
    assert best is not None
    worse = best.copy()
    worse[first.problem.cost < 0] = 0.0
    assert first.problem.value(worse) > first.problem.value(best)
    first.plans.adopt(worse)
    assert first.plans.best is best
    assert not first.plans.take_over()


def test_a_relaxation_is_known_once_it_is_solved_as_well_as_its_size_allows(
    small: Session, warm: SolverProcess
) -> None:
    search = begun(small, warm)
    exact = search.relaxation
    assert exact is not None
    assert search.relaxed()
    search.state.relaxation = replace(exact, exact=False, basis=None)
    search.state.deadline = Deadline.after(7e6)
    search.state.begun_at -= 2e6  # more than a fifth of the time
    assert not search.relaxed()  # of a long calendar: branch and bound gets to it
    search.state.plan = replace(search.plan, params=replace(search.plan.params, relaxing=Relaxing(large=10)))
    assert not search.relaxed()
    search.state.trace.phases.append(PhaseRecord(Step.ROUND, 1.0))
    assert search.relaxed()
    search.state.begun_at += 1e6
    assert not search.relaxed()
    search.state.begun_at -= 1e6
    search.state.relaxation = None
    assert not search.relaxed()


class Stuck:
    """A prover whose bound never moves, until it is asked to stop; asked again, it ends at once."""

    clock, deadline = CLOCK, NEVER

    def __init__(self, bound: float) -> None:
        self.bound, self.worked_s, self.asked, self.cancelled = bound, 0.0, 0, False

    def offer(self, point: np.ndarray) -> None:
        """Take a point, as a solver does."""

    def close(self) -> None:
        """End the process."""

    def end_soon(self) -> None:
        self.cancelled = True

    def solve(self, _: Problem, *, on_progress: Callable[[Progress], None], **__: Any) -> Outcome:
        self.asked += 1
        while self.asked == 1 and not self.cancelled:
            self.worked_s += 1.0
            on_progress(Progress(np.nan, self.bound, 0, self.worked_s))
            time.sleep(0.01)
        return Outcome("kInterrupt" if self.asked == 1 else "kTimeLimit", bound=self.bound)


def test_a_proof_that_rests_gives_its_core_to_a_second_search(small: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds: list[Search] = []

    def companion(search: Search, seed: int) -> Search:
        second = make(search, seed)
        second.state.plan = replace(second.plan, sub_problems=2)
        seconds.append(second)
        return second

    make = Search.companion
    monkeypatch.setattr(Search, "companion", companion)
    problem = level_problem(small)
    prover, told = Stuck(-1e6), list[Progress]()
    plan = replace(small.search_plan(seed=1), params=AT_ONCE)
    with SearchingSolver(cast("SolverProcess", prover), problem, plan, options=OPTIONS) as solver:
        outcome = solver.solve(problem, options=OPTIONS, time_limit_s=300.0, on_progress=told.append)
    assert (len(seconds), prover.asked) == (1, 2)
    assert seconds[0].state.trace.steps[0] == Step.JOIN
    assert seconds[0].state.process.ended
    assert outcome.point is not None
    assert -1e6 < outcome.bound <= problem.value(outcome.point)
    assert told[-1].objective >= problem.value(outcome.point) - 1e-9
    value = problem.value(outcome.point)
    assert value <= seconds[0].plans.value() or np.isnan(seconds[0].plans.value())
