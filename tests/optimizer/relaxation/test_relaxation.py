"""The relaxation: its bound holds whatever the duals are, and what is substituted out of it changes nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from outlay.instances.samples.generating import generate
from outlay.models.build import build
from outlay.models.options import started
from outlay.optimizer.presolve.restriction import restrict
from outlay.optimizer.problem.problem import Problem, Rows
from outlay.optimizer.relaxation.params import Relaxing
from outlay.optimizer.relaxation.relaxation import (
    Relaxation,
    choice_bound,
    lagrangian,
    outline,
    substitute,
    with_more_rows,
)
from outlay.optimizer.search.params import SearchParams
from outlay.optimizer.search.phases.first import begin, find_any, round_relaxation
from outlay.optimizer.search.phases.state import Step
from outlay.optimizer.search.search import Search
from outlay.optimizer.session import Session
from outlay.optimizer.solver.messages import SolveRequest
from outlay.optimizer.solver.process import SolverProcess
from tests.benchmarks.families import read
from tests.optimizer.support import OPTIONS, holds, level_problem
from tests.support.documents import knapsack, parsed


@pytest.fixture
def exact(relaxed: Search) -> Relaxation:
    assert relaxed.relaxation is not None
    return relaxed.relaxation


@pytest.mark.slow
def test_substituting_started_by_columns_changes_no_relaxation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Solved exactly, the smaller problem has the same value, and gives reduced costs that prove it."""
    monkeypatch.setattr(started, "LARGE", -1)
    session = Session(build(generate(80, 2)))
    problem = level_problem(session)
    plain = replace(problem, integer=np.zeros_like(problem.integer), tidy=None)
    small = substitute(plain, session.structure.derived)
    assert len(small.gone) > 10
    with SolverProcess() as process:
        whole, less = (process.solve(each, options=OPTIONS, time_limit_s=None) for each in (plain, small.problem))
    assert less.objective == pytest.approx(whole.objective, rel=1e-9)
    assert less.point is not None
    assert less.row_dual is not None
    back = small.back(plain, less.point, less.row_dual)
    assert holds(plain, back.point)
    assert plain.value(back.point) == pytest.approx(whole.objective, rel=1e-9)
    # Complementary slackness on the columns that were substituted: what is used costs nothing.
    used = small.gone[back.point[small.gone] > 1e-7]
    assert np.abs(back.reduced_cost[used]).max(initial=0.0) < 1e-6
    assert back.reduced_cost[small.gone].min() > -1e-6


def test_the_duals_of_the_optimum_bound_it_exactly(relaxed: Search, exact: Relaxation) -> None:
    assert exact.bound == exact.value
    assert lagrangian(relaxed.problem, exact.row_dual) == pytest.approx(exact.value, rel=1e-7)


@pytest.mark.parametrize("seed", range(8))
def test_any_duals_bound_it(seed: int, relaxed: Search, exact: Relaxation) -> None:
    random = np.random.default_rng(seed)
    scale = 10.0 ** random.integers(-6, 2)
    dual = exact.row_dual * random.normal(1.0, scale, size=exact.row_dual.shape) + scale * random.normal(size=1)
    assert lagrangian(relaxed.problem, dual) <= exact.value + 1e-9 * abs(exact.value)


def test_no_bound_where_a_column_without_limit_pays_or_duals_are_no_numbers(relaxed: Search, exact: Relaxation) -> None:
    problem = relaxed.problem
    endless = replace(problem, upper=np.where(np.arange(len(problem.upper)) == 0, np.inf, problem.upper))
    assert lagrangian(endless, np.zeros_like(exact.row_dual)) == -np.inf
    assert np.isnan(lagrangian(problem, np.full_like(exact.row_dual, np.nan)))


def test_each_project_by_its_best_option_is_a_bound(relaxed: Search, exact: Relaxation) -> None:
    bound = choice_bound(relaxed.problem, relaxed.plan.structure.project)
    assert 5.0 * exact.value < bound < exact.value


def test_what_must_be_funded_counts_in_a_bound_even_if_it_only_costs() -> None:
    case = knapsack([3.0, 2.0, -1.0, -1.0], [[1.0] * 4], [9.0])
    case["projects"][2]["status"] = "mandatory"
    session = Session(build(parsed(case)))
    assert choice_bound(level_problem(session), session.structure.project) == pytest.approx(-4.0)


@pytest.mark.slow
def test_an_approximate_relaxation_bounds_too(warm: SolverProcess) -> None:
    session = Session(build(generate(30, 3)))
    plan = session.search_plan(seed=1, sub_problems=0)
    search = Search(level_problem(session), plan, OPTIONS, on_better=lambda _: None, process=warm)
    exact = search.state.relaxed(search.state.problem)
    search.state.plan = replace(plan, params=SearchParams(relaxing=Relaxing(large=0)))
    rough = search.state.relaxation = search.state.relaxed(search.state.problem)
    assert exact is not None
    assert exact.exact
    assert rough is not None
    assert not rough.exact
    assert exact.value - 0.05 * abs(exact.value) <= rough.bound <= exact.value + 1e-9 * abs(exact.value)
    assert search.known()[1] == rough.bound


def test_an_outline_bounds_the_closer_the_more_iterations_it_gets(session: Session, exact: Relaxation) -> None:
    problem, bounds = level_problem(session), [choice_bound(level_problem(session), session.structure.project)]
    with SolverProcess() as process:
        for iterations in (50, 1_000):
            rough = outline(
                process, problem, session.structure.derived, options=OPTIONS, time_limit_s=None,
                params=Relaxing(outline_iterations=iterations),
            )  # fmt: skip
            assert rough is not None
            assert not rough.exact
            bounds.append(rough.bound)
    assert bounds == sorted(bounds)
    assert bounds[1] < bounds[2] <= exact.value + 1e-9 * abs(exact.value)


def test_where_calendars_are_long_it_is_approximate_and_bounds_unless_it_is_to_be_repeated(
    monkeypatch: pytest.MonkeyPatch, warm: SolverProcess
) -> None:
    for name in ("LARGE", "LONG", "FEW"):
        monkeypatch.setattr(started, name, -1)
    session = Session(build(read("schedule-8-1")))
    assert session.structure.months == session.structure.derived.sum() / 8
    long = SearchParams(relaxing=Relaxing(long=0))
    assert session.structure.months > long.relaxing.long

    def relaxed(sub_problems: int | None, params: SearchParams) -> Relaxation:
        plan = session.search_plan(seed=1, sub_problems=sub_problems, params=params)
        search = Search(level_problem(session), plan, OPTIONS, on_better=lambda _: None, process=warm)
        found = search.state.relaxed(search.state.problem)
        assert found is not None
        return found

    exact, rough = relaxed(0, long), relaxed(None, long)
    assert exact.exact
    assert not rough.exact
    assert relaxed(None, SearchParams()).exact
    assert exact.value - 0.05 * abs(exact.value) <= rough.bound <= exact.value + 1e-9 * abs(exact.value)


@pytest.mark.slow
def test_what_is_too_slow_for_the_simplex_method_is_solved_by_another_one(session: Session, exact: Relaxation) -> None:
    few = SearchParams(relaxing=Relaxing(least_iterations=1, iterations=0.0))
    with SolverProcess() as process:
        plan = session.search_plan(seed=1, sub_problems=0, params=few)
        search = Search(level_problem(session), plan, OPTIONS, on_better=lambda _: None, process=process)
        assert not search.slow()
        found = search.state.relaxation = search.state.relaxed(search.state.problem)
        assert found is not None
        assert found.exact
        assert found.basis is not None
        assert search.slow()
        assert not found.quick
        assert exact.quick
        assert not found.can_dive(None)
        assert [exact.can_dive(left) for left in (None, exact.seconds, 0.9 * exact.seconds)] == [
            True,
            True,
            False,
        ]
        assert found.value == pytest.approx(exact.value, rel=1e-7)
        state = search.state
        assert round_relaxation(state) == Step.BEGIN
        assert begin(state) == Step.FIND_ANY  # no dives
        assert find_any(state) == Step.TURN
        assert state.drawn is state.whole
        assert not state.whole.allow_dives()
        assert search.plans.current is not None
        assert session._accepts(search.plans.current)


def test_a_basis_that_is_known_spares_the_simplex_method_its_way(relaxed: Search, exact: Relaxation) -> None:
    """Also with a row that is not tight, and without the columns and rows that say nothing."""
    problem = relaxed.problem
    plain = replace(problem, integer=np.zeros_like(problem.integer), tidy=None)
    used = exact.point > 0.5
    loose = Rows(sparse.csr_array(used[None, :].astype(float)), np.array([-np.inf]), np.array([used.sum() + 1.0]))
    unused = (exact.point <= plain.lower) & (exact.reduced_cost > 1e-6)
    assert 0 < unused.sum() < len(unused)
    left = restrict(plain, unused, plain.lower)
    with SolverProcess() as process:

        def solved(each: Problem, basis: np.ndarray | None, *, most: int) -> bool:
            options = OPTIONS | {"presolve": "off", "simplex_iteration_limit": most}
            outcome = process.solve(each, options=options, time_limit_s=None, basis=basis)
            assert outcome.status in {"kOptimal", "kIterationLimit"}
            assert outcome.status != "kOptimal" or outcome.objective == pytest.approx(exact.value, rel=1e-7)
            return outcome.status == "kOptimal"

        assert not solved(plain, None, most=20)
        assert solved(plain, exact.basis, most=0)
        assert solved(plain.with_rows(loose), with_more_rows(exact.basis, 1), most=0)
        assert not solved(left.problem, None, most=120)
        few = exact.basis_of(left.kept, left.rows)  # rows that became bounds are made up for
        assert solved(left.problem, few, most=120)


def test_the_time_limit_of_an_approximate_relaxation_is_its_own(session: Session) -> None:
    problem = level_problem(session)
    own = OPTIONS | {"time_limit": 7.0}
    request = SolveRequest(1, problem, own)
    limits = [request.limited(limit).options["time_limit"] for limit in (500.0, 3.0, 0.0, None)]
    assert limits == [7.0, 3.0, 1e-3, 7.0]
    assert "time_limit" not in SolveRequest(1, problem, OPTIONS).limited(None).options
