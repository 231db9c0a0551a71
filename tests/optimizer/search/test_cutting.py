"""Cutting planes of the root: the solver process tells them, and the search takes them over where they help."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from outlay.instances.samples.generating import generate
from outlay.models.build import build
from outlay.optimizer.problem.problem import Problem, Rows
from outlay.optimizer.search.phases.cutting import take_cuts
from outlay.optimizer.search.phases.first import begin, round_relaxation
from outlay.optimizer.search.phases.improving import improve_once
from outlay.optimizer.search.phases.state import State, Step
from outlay.optimizer.search.search import Search
from outlay.optimizer.session import Session
from outlay.optimizer.solver.deadline import Deadline
from outlay.optimizer.solver.process import SolverProcess
from tests.optimizer.support import OPTIONS, copied, level_problem

#: How long beginning took, so that it takes less the next time however busy the machine is.
BEGINNING_S = 1e6


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(build(generate(40, 3)))


@pytest.fixture(scope="module")
def begun_once(session: Session) -> Iterator[Search]:
    with SolverProcess() as process:
        plan = session.search_plan(seed=1, sub_problems=1)
        search = Search(level_problem(session), plan, OPTIONS, on_better=lambda _: None, process=process)
        search.state.relaxation = search.state.relaxed(search.problem)
        round_relaxation(search.state)
        begin(search.state)
        yield search


@pytest.fixture
def begun(begun_once: Search) -> State:
    """A search with a first plan, and where it goes on; each test has its own."""
    return copied(begun_once).state


def worth_at_least(state: State, value: float) -> Rows:
    """Return a row that says what a plan is worth at least (of the minimisation): as strong as planes can be."""
    cost = sparse.csr_array(state.problem.cost[None, :])
    return Rows(cost, np.array([value - state.problem.offset]), np.array([np.inf]))


@pytest.mark.nightly
def test_planes_make_the_relaxation_stronger_and_the_plan_stays(begun: State) -> None:
    whole, drawn, before, relaxation = begun.whole, begun.drawn, begun.problem, begun.relaxation
    current = begun.plans.current
    assert current is not None
    middle = 0.5 * (before.value(current) + whole.relaxation.value)
    begun.cuts = worth_at_least(begun, middle)
    assert take_cuts(begun) == Step.TURN
    more, narrow = begun.whole, begun.drawn
    assert begun.problem.matrix.shape[0] == before.matrix.shape[0] + 1
    assert more.relaxation.value == pytest.approx(middle)
    assert more.relaxation.seconds >= whole.relaxation.seconds  # from a basis it took less, which others will not
    assert more.guide.rows.shape == narrow.guide.rows.shape == begun.problem.matrix.shape
    assert more.share is whole.share
    assert narrow.relaxation.value >= middle - 1e-6
    assert (narrow.problem.lower == drawn.problem.lower).all()
    assert begun.plans.current is current
    assert begun.relaxation is relaxation  # the prover's basis is over its own rows
    improve_once(begun, current)
    after = begun.plans.current
    assert after is not None
    assert begun.problem.value(after) <= begun.problem.value(current)
    assert begun.trace.sub_problems[-1].gain == begun.problem.value(current) - begun.problem.value(after)
    assert begun.cuts is None


@pytest.mark.slow
@pytest.mark.parametrize("broken", [False, True])
def test_planes_that_change_little_or_that_a_plan_in_hand_breaks_are_not_taken(begun: State, *, broken: bool) -> None:
    current = begun.plans.current
    assert current is not None
    before = begun.problem, begun.whole, begun.drawn
    value = begun.problem.value(current) + 0.1 if broken else begun.whole.relaxation.value - 1.0
    begun.cuts = worth_at_least(begun, value)
    take_cuts(begun)
    assert all(one is other for one, other in zip((begun.problem, begun.whole, begun.drawn), before, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize(("left_s", "anew"), [(1e7, True), (1e3, False), (None, False)])
def test_another_plan_is_begun_at_once_where_there_is_time(begun: State, left_s: float | None, *, anew: bool) -> None:
    current = begun.plans.current
    assert current is not None
    begun.beginning_s = BEGINNING_S
    begun.deadline = Deadline.after(left_s)
    begun.cuts = worth_at_least(begun, 0.5 * (begun.problem.value(current) + begun.whole.relaxation.value))
    take_cuts(begun)
    assert (begun.plans.aside is current) is anew
    assert (begun.plans.current is current) is not anew
    assert begun.beginning_s < BEGINNING_S or not anew


def test_rows_that_a_point_keeps() -> None:
    rows = Rows(sparse.csr_array(np.eye(3)), np.array([0.0, 0.6, -np.inf]), np.array([1.0, 1.0, 0.4]))
    kept = rows.kept_by(np.array([1.0, 0.5, 0.4]))
    assert kept.matrix.toarray().tolist() == [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    assert (kept.lower.tolist(), kept.upper.tolist()) == ([0.0, -np.inf], [1.0, 0.4])


@pytest.mark.slow
def test_no_better_point_breaks_the_cutting_planes_of_the_root() -> None:
    random = np.random.default_rng(5)
    use = random.integers(10, 60, (5, 40)).astype(float)
    worth, most = -(use.mean(axis=0) + random.integers(0, 20, 40)), np.floor(use.sum(axis=1) * 0.4)
    zero, one, whole = np.zeros(40), np.ones(40), np.ones(40, dtype=bool)
    problem = Problem(worth, 0.0, zero, one, whole, sparse.csc_array(use), np.full(5, -np.inf), most)
    told, points = [], []
    with SolverProcess() as process:
        outcome = process.solve(
            problem,
            options={"presolve": "off"},
            time_limit_s=None,
            cuts=True,
            on_progress=told.append,
            on_incumbent=points.append,
        )
    cuts = next(state.cuts for state in told if state.cuts is not None)
    assert cuts.matrix.shape == (len(cuts.lower), 40)
    assert len(cuts.lower) > 0
    assert outcome.point is not None
    assert outcome.cuts is cuts
    activity = cuts.matrix @ outcome.point
    assert (activity <= cuts.upper + 1e-6).all()
    assert (activity >= cuts.lower - 1e-6).all()
    relaxed = replace(problem.with_rows(cuts), integer=~whole)
    with SolverProcess() as process:
        stronger = process.solve(relaxed, options={}, time_limit_s=None)
        plain = process.solve(replace(problem, integer=~whole), options={}, time_limit_s=None)
    assert plain.objective < stronger.objective < outcome.objective + 1e-6


def test_without_being_asked_for_cutting_planes_nothing_is_told_of_them() -> None:
    told = []
    ones, row = np.ones(3), sparse.csc_array(np.array([[2.0, 3.0, 4.0]]))
    problem = Problem(-ones, 0.0, 0 * ones, ones, ones > 0, row, np.array([-np.inf]), np.array([5.5]))
    with SolverProcess() as process:
        outcome = process.solve(problem, options={"presolve": "off"}, time_limit_s=None, on_progress=told.append)
    assert outcome.cuts is None
    assert all(state.cuts is None for state in told)
