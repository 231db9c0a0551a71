"""The phases of the search: which one follows which, what they leave behind, and what the trace tells."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from outlay.instances.samples.generating import generate
from outlay.models.arrays.ending import look
from outlay.models.build import build
from outlay.optimizer.relaxation.params import Relaxing
from outlay.optimizer.relaxation.relaxation import Relaxation
from outlay.optimizer.search.drawing import Neighbourhoods
from outlay.optimizer.search.neighbourhoods.registry import CROSSING, NEIGHBOURHOODS
from outlay.optimizer.search.params import Diving, Probing, SearchParams, Selecting
from outlay.optimizer.search.phases import moving
from outlay.optimizer.search.phases.first import begin, prepare, round_relaxation
from outlay.optimizer.search.phases.improving import following
from outlay.optimizer.search.phases.moving import fill_up, filling_beside
from outlay.optimizer.search.phases.registry import PHASES
from outlay.optimizer.search.phases.state import State, Step
from outlay.optimizer.search.rescheduling import Rescheduling
from outlay.optimizer.search.rounding import greedy
from outlay.optimizer.search.search import Search
from outlay.optimizer.search.settings import SearchPlan
from outlay.optimizer.session import Session
from outlay.optimizer.solver.process import SolverProcess
from tests.optimizer.support import OPTIONS, level_problem
from tests.support.clocks import LONGEST_S


@pytest.fixture(scope="module")
def small() -> Session:
    return Session(build(generate(40, 3)))


def stalled(state: State) -> None:
    """Let the plan of a search look as if it no longer got better."""
    state.gains[:] = [0.0] * state.params.patience.sub_problems


@pytest.mark.nightly
def test_a_plan_that_stays_as_it_is_is_left_for_another_and_crossed_with_it(small: Session) -> None:
    """The core first, then all, then another core and all; the worse plan is crossed, with dives, then more time."""
    params = replace(SearchParams(), probing=Probing(dominant=(1.0,)))
    problem, steps, seen = level_problem(small), [], []
    with SolverProcess() as process:
        plan = small.search_plan(seed=1, sub_problems=1, params=params)
        state = Search(problem, plan, OPTIONS, on_better=lambda _: None, process=process).state
        state.relaxation = state.relaxed(problem)
        assert round_relaxation(state) == Step.BEGIN
        assert begin(state) == Step.TURN
        whole = state.whole
        assert state.drawn is not whole
        first = state.plans.current
        for _ in range(7):
            stalled(state)
            steps.append(following(state))
            assert PHASES[steps[-1]](state) == Step.TURN
            seen.append((state.drawn is whole, state.plans.aside is not None, len(whole.repairs), state.limit_s))
    assert steps == [
        Step.LEAVE_CORE, Step.RESTART, Step.LEAVE_CORE, Step.CROSS, Step.RESTART, Step.LEAVE_CORE, Step.CROSS,
    ]  # fmt: skip
    assert seen == [
        (True, False, 1, 1.5),
        (False, True, 1, 1.5),
        (True, True, 1, 1.5),
        (True, False, 4, 1.5),
        (False, True, 4, 1.5),
        (True, True, 4, 1.5),
        (True, False, 4, 3.0),
    ]
    current = state.plans.current
    assert first is not None
    assert current is not None
    assert whole.others
    assert problem.value(current) <= min(map(problem.value, (first, *whole.others)))


def test_gains_keep_a_plan(relaxed: Search, drawn: Neighbourhoods) -> None:
    state = relaxed.state
    state.whole = state.drawn = drawn
    state.plans.current = np.zeros(len(relaxed.problem.cost))
    state.gains = [1.0] * state.params.patience.sub_problems
    assert following(state) == Step.TURN
    stalled(state)
    assert following(state) == Step.RESTART


@pytest.mark.slow
def test_the_trace_tells_what_a_search_did(small: Session, warm: SolverProcess) -> None:
    plan = small.search_plan(seed=1, sub_problems=3)
    search = Search(level_problem(small), plan, OPTIONS, on_better=lambda _: None, process=warm)
    search.run()
    assert not search.trouble
    steps, trace = search.state.trace.steps, search.state.trace
    assert steps[:3] == [Step.PREPARE, Step.ROUND, Step.BEGIN]
    assert steps.count(Step.IMPROVE) == len(trace.sub_problems) == 3
    assert steps[-1] == Step.TURN
    names = {kind.name for kind in (*NEIGHBOURHOODS, CROSSING)}
    assert {record.kind for record in trace.sub_problems} <= names
    values = [record.value for record in trace.sub_problems]
    assert values == sorted(values, reverse=True)
    assert values[-1] == search.plans.value()


@pytest.mark.slow
def test_a_kind_that_is_left_out_is_never_drawn(small: Session, warm: SolverProcess) -> None:
    every = [kind.name for kind in NEIGHBOURHOODS]
    params = replace(SearchParams(), selecting=Selecting(without=tuple(set(every) - {"window"})))
    plan = small.search_plan(seed=1, sub_problems=3, params=params)
    search = Search(level_problem(small), plan, OPTIONS, on_better=lambda _: None, process=warm)
    search.run()
    assert [record.kind for record in search.state.trace.sub_problems] == ["window"] * 3


@pytest.mark.slow
def test_a_plan_that_the_verifier_refuses_never_counts(small: Session, warm: SolverProcess) -> None:
    offered: list[np.ndarray] = []
    params = replace(SearchParams(), diving=Diving(first_dives=1))
    plan = SearchPlan(small.structure, lambda _: False, 1, sub_problems=2, params=params)
    search = Search(level_problem(small), plan, OPTIONS, on_better=offered.append, process=warm)
    search.run()
    assert search.plans.best is None
    assert not search.trouble
    assert not offered


def test_every_step_has_a_phase() -> None:
    assert set(PHASES) == set(Step)


def test_a_plan_from_outside_is_taken_over_and_filled_up_while_the_relaxation_is_solved(small: Session) -> None:
    problem, told = level_problem(small), []
    state = Search(problem, small.search_plan(seed=1), OPTIONS, on_better=told.append).state
    nothing = np.zeros(len(problem.cost))
    assert problem.holds(nothing)
    seen, filled = state.plans, threading.Event()
    state.plans.on_better = lambda point: (told.append(point), filled.set())
    with filling_beside(state):
        seen.offer(nothing)
        assert filled.wait(LONGEST_S)
    assert problem.value(told[-1]) < problem.value(nothing)
    assert state.filled is state.plans.current
    fill_up(state)
    assert state.plans.current is state.filled


def test_filling_up_gets_less_time_while_it_comes_to_nothing(small: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a clock at 100 s, where filling up takes 8 s each time: a fifth of it, then a tenth, then a twentieth."""
    problem, seconds = level_problem(small), iter([100.0, 108.0, 100.0, 108.0, 100.0])
    state = Search(problem, small.search_plan(seed=1), OPTIONS, on_better=lambda _: None).state
    monkeypatch.setattr(moving, "time", SimpleNamespace(monotonic=lambda: next(seconds)))
    monkeypatch.setattr(moving, "near", lambda *_: None)
    state.begun_at, filled = 0.0, list[float]()
    for _ in range(3):
        state.plans.current = np.zeros(len(problem.cost))
        fill_up(state)
        filled.append(state.filling_s)
    assert filled == [8.0, 16.0, 16.0]
    assert state.filling_share == pytest.approx(0.05)
    monkeypatch.setattr(moving, "time", SimpleNamespace(monotonic=lambda: 1000.0))
    monkeypatch.setattr(moving, "near", lambda *_: greedy(problem, small.structure, lambda: False))
    fill_up(state)
    assert state.filling_share == 0.2


def test_what_a_phase_is_at_ends_where_the_search_is_told_to_stop(
    small: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, search = small.search_plan(seed=1, sub_problems=1), list[Search]()

    def long(_: State) -> Step:
        look()
        search[0].stop()
        look()
        raise AssertionError("it goes on")

    monkeypatch.setitem(PHASES, Step.PREPARE, long)  # type: ignore[misc]
    search.append(Search(level_problem(small), plan, OPTIONS, on_better=lambda _: None))
    search[0].run()
    assert search[0].trouble == ""
    assert search[0].state.trace.steps == []


def test_an_outline_is_looked_at_by_the_clock_where_an_exact_relaxation_takes_long(small: Session) -> None:
    def takes_long(sub_problems: int | None, params: SearchParams) -> bool:
        plan = small.search_plan(seed=1, sub_problems=sub_problems, params=params)
        return Search(level_problem(small), plan, OPTIONS, on_better=lambda _: None).state.takes_long

    assert takes_long(None, SearchParams(relaxing=Relaxing(outlined=10)))
    assert not takes_long(3, SearchParams(relaxing=Relaxing(outlined=10)))
    assert not takes_long(None, SearchParams())
    assert not takes_long(None, SearchParams(relaxing=Relaxing(outlined=10, large=10)))


def test_an_outline_bounds_and_leads_to_plans_that_do_not_wait_for_the_relaxation(
    small: Session, warm: SolverProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The relaxation is there only once a plan was rounded from the outline; schedules are led by both."""
    plan = small.search_plan(seed=1, params=SearchParams(relaxing=Relaxing(outlined=10)))
    state = Search(level_problem(small), plan, OPTIONS, on_better=lambda _: None, process=warm).state
    led: list[Relaxation] = []
    rounds, was = threading.Event(), moving.rounded

    def rounding(*asked: Any) -> Iterator[np.ndarray | None]:
        for point in was(*asked):
            rounds.set()
            yield point

    monkeypatch.setattr(moving, "rounded", rounding)
    monkeypatch.setattr(Rescheduling, "lead_by", lambda _, relaxation: led.append(relaxation))
    relaxed = state.relaxed
    monkeypatch.setattr(State, "relaxed", lambda *asked: rounds.wait(60) and relaxed(*asked[1:]))
    assert prepare(state) == Step.ROUND
    outline, exact = state.outline, state.relaxation
    assert outline is not None
    assert exact is not None
    assert rounds.is_set()
    assert state.bound == outline.bound <= exact.value + 1e-9 * abs(exact.value)
    assert state.plans.best is not None
    round_relaxation(state)
    assert led == [outline, exact]
