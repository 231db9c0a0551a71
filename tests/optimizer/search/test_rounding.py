"""First plans: projects one after another, each as soon as every row allows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import sparse

import outlay
from outlay.models.arrays.ending import EndedError, ended_by
from outlay.models.build import build
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.problem.structure import Structure
from outlay.optimizer.search.rounding import greedy, near, rounded, schedule
from outlay.optimizer.search.search import Search
from outlay.optimizer.session import Session
from tests.optimizer.support import holds, level_problem
from tests.support.documents import document, knapsack, level, parsed


def anything(structure: Structure) -> tuple[np.ndarray, np.ndarray]:
    """Return starts and options without any preference."""
    return np.zeros(structure.projects), np.arange(len(structure.option_column))


@pytest.mark.slow
def test_a_rounded_relaxation_is_a_plan_that_the_verifier_passes(session: Session, relaxed: Search) -> None:
    relaxation, structure = relaxed.relaxation, session.structure
    assert relaxation is not None
    points = list(rounded(relaxed.problem, structure, relaxation, lambda: False))
    assert len(points) == 2
    for point in points:
        assert point is not None
        assert holds(relaxed.problem, point)
        assert session._accepts(point)
        assert 0.7 * relaxation.value > relaxed.problem.value(point) > relaxation.value


@pytest.mark.slow
def test_a_schedule_keeps_what_others_need(session: Session, relaxed: Search) -> None:
    """With options in any order, rows alone decide; whatever comes out is a plan."""
    options = np.random.default_rng(5).permutation(len(session.structure.option_column))
    point = schedule(relaxed.problem, session.structure, np.zeros(session.structure.projects), options)
    assert point is not None
    assert session._accepts(point)


@pytest.mark.slow
def test_a_schedule_takes_what_must_be_funded_with_all_it_entails(instance: outlay.Instance) -> None:
    """With one project mandatory and one option left to it, propagation fixes that option."""
    session = Session(build(instance))
    problem, structure = level_problem(session), session.structure
    start, options, lower = *anything(structure), problem.lower.copy()
    before = schedule(problem, structure, start, options)
    assert before is not None
    option = int(np.argmax(before[structure.option_column] == 1.0))
    lower[structure.option_column[option]] = 1.0
    start[:] = np.inf
    point = schedule(replace(problem, lower=lower), structure, start, options)
    assert point is not None
    assert point[structure.option_column[option]] == 1.0
    assert holds(problem, point)


@pytest.mark.slow
def test_no_schedule_where_rows_ask_for_more(instance: outlay.Instance) -> None:
    least = {"metric": "count", "min": 110}
    session = Session(build(instance.replace(limits=[least])))
    assert schedule(session.problem, session.structure, *anything(session.structure)) is None


@pytest.mark.slow
def test_a_plan_before_the_relaxation_takes_what_is_worth_most(session: Session, relaxed: Search) -> None:
    point = greedy(relaxed.problem, session.structure, lambda: False)
    assert point is not None
    assert session._accepts(point)
    any_ = schedule(relaxed.problem, session.structure, *anything(session.structure))
    assert any_ is not None
    assert relaxed.problem.value(point) < relaxed.problem.value(any_) < 0
    none = greedy(relaxed.problem, session.structure, lambda: True)
    assert none is not None
    assert not none.any()


def made_of(values: list[float], **more: Any) -> tuple[Problem, Structure, Callable[[np.ndarray], bool]]:
    """Return projects that each use 1 of 3, of one period."""
    made = Session(build(parsed({**knapsack(values, [[1.0] * len(values)], [3.0]), **more})))
    return level_problem(made), made.structure, made._accepts


@pytest.mark.parametrize("bonus", [2.0, -2.0])
def test_a_schedule_counts_synergies(bonus: float) -> None:
    """Both sides of a synergy can be funded: a row asks for the bonus then, which only costs something if negative."""
    both = [{"project": f"P0{one}", "needs": f"P0{one + 1}", "kind": "synergy", "bonus": bonus} for one in (0, 1)]
    problem, structure, accepts = made_of([3.0, 3.0, 3.0, 2.0], dependencies=both)
    point = greedy(problem, structure, lambda: False)
    assert point is not None
    assert accepts(point)
    assert problem.value(point) == pytest.approx(-13.0 if bonus > 0 else -8.0)


def test_a_schedule_leaves_out_what_only_costs_something_unless_it_must() -> None:
    problem, structure, accepts = made_of([3.0, -1.0, -2.0])
    point = greedy(problem, structure, lambda: False)
    assert point is not None
    assert problem.value(point) == -3.0
    problem, structure, accepts = made_of([3.0, -1.0, -2.0], limits=[{"metric": "count", "min": 2}])
    point = greedy(problem, structure, lambda: False)
    assert point is not None
    assert accepts(point)


def test_no_schedule_is_made_ready_once_it_is_over() -> None:
    problem, structure, _ = made_of([-1.0, -2.0])
    with ended_by(lambda: True), pytest.raises(EndedError):
        schedule(problem, structure, *anything(structure))


def test_a_plan_near_a_point_keeps_what_it_funds_and_fills_up_what_is_left() -> None:
    """Of four there is room for three; the point funds the worst one alone."""
    problem, structure, accepts = made_of([3.0, 2.0, 4.0, 1.0])
    worst = int(structure.option_column[structure.option_project == 3][0])
    point = np.zeros(len(problem.cost))
    point[worst] = 1.0
    fuller = near(problem, structure, point)
    assert fuller is not None
    assert accepts(fuller)
    assert (fuller[worst], problem.value(fuller)) == (1.0, -8.0)
    without = near(
        replace(problem, upper=np.where(np.arange(len(point)) == worst, 0.0, problem.upper)), structure, point
    )
    assert without is not None
    assert problem.value(without) == -9.0


def test_a_plan_stays_whole_when_it_is_filled_up_though_a_solver_broke_it_by_a_hair() -> None:
    """Two limits: the first and the second exceed the one by a ten-millionth; the third has room beside them."""
    problem = packing(np.array([[1.0, 1.0 + 1e-7, 0.0], [0.0, 0.0, 1.0]]), np.full(2, -np.inf), np.array([2.0, 1.0]))
    plan = np.array([1.0, 1.0, 0.0])
    fuller = near(problem, each_alone(np.arange(3)), plan)
    assert fuller is not None
    assert fuller.tolist() == [1.0, 1.0, 1.0]


def test_what_must_be_funded_comes_first() -> None:
    """The worst of four, of which there is room for three, is mandatory."""
    problem, structure, _ = made_of([3.0, 3.0, 3.0, 1.0])
    point = greedy(problem, structure, lambda: False)
    assert point is not None
    assert problem.value(point) == -9.0
    case = knapsack([3.0, 3.0, 3.0, 1.0], [[1.0] * 4], [3.0])
    case["projects"][3]["status"] = "mandatory"
    made = Session(build(parsed(case)))
    point = greedy(level_problem(made), made.structure, lambda: False)
    assert point is not None
    assert made._accepts(point)
    assert level_problem(made).value(point) == -7.0


def one_crew(names: list[str], *, months: int, **more: Any) -> Session:
    """Return projects that must all be funded, each built by the only crew."""
    made = document(
        calendar={"periods": months, "months_per_period": 1},
        projects=[{"id": one, "status": "mandatory"} for one in names],
        resources=[{"resource": "crews", "kind": "other"}],
        availability=[level("crews", 1.0)],
        requirements=[{"project": one, "resource": "crews", "phase": "construction", "amount": 1} for one in names],
        **more,
    )
    return Session(build(parsed(made)))


def test_what_must_be_funded_is_built_as_soon_as_possible() -> None:
    """Six that must be built one after another, without a day to lose; the last one listed before all others."""
    names = [f"P{number}" for number in range(6)]
    made = one_crew(
        names,
        months=12,
        alternatives=[{"project": one, "alternative": "only", "value": 1, "construction_months": 2} for one in names],
        dependencies=[{"project": one, "needs": "P5", "kind": "requires"} for one in names[:5]],
    )
    point = greedy(level_problem(made), made.structure, lambda: False)
    assert point is not None
    assert made._accepts(point)


def test_what_must_be_funded_is_built_the_quick_way_where_the_cheap_one_takes_too_long() -> None:
    """The second of two must begin in the fourth month; the cheap way takes the crew for four, the quick one three."""
    names = ["P0", "P1"]
    made = one_crew(
        names,
        months=4,
        alternatives=[
            {"project": one, "alternative": way, "value": value, "construction_months": months}
            for one in names
            for way, value, months in (("cheap", 1, 4), ("quick", -1, 3))
        ],
    )
    point = greedy(level_problem(made), made.structure, lambda: False)
    assert point is not None
    assert made._accepts(point)


def packing(matrix: np.ndarray, row_lower: np.ndarray, row_upper: np.ndarray) -> Problem:
    """Return a problem in 0 and 1 where every column is worth 1."""
    size = matrix.shape[1]
    one, a = np.ones(size), sparse.csc_array(matrix.astype(float))
    return Problem(-one, 0.0, np.zeros(size), one, one.astype(bool), a, row_lower, row_upper)


def each_alone(projects: np.ndarray) -> Structure:
    """Return the structure of a problem whose columns are the options of these projects."""
    size, count = len(projects), int(projects.max()) + 1
    start, links = np.zeros(size, dtype=int), sparse.csr_array((count, count))
    funded = sparse.eye_array(size, format="csc")
    return Structure(projects, np.zeros(size, dtype=bool), funded, np.arange(size), projects, start, start, (), links)


def test_a_project_that_had_to_wait_comes_before_all_that_are_later() -> None:
    """The first waits for the third: there is room for two, and they are these, though the second is before the third.

    Rows: two of the four at most; the first at most the third.
    """
    problem = packing(np.array([[1, 1, 1, 1], [1, 0, -1, 0]]), np.full(2, -np.inf), np.array([2.0, 0.0]))
    start = np.array([0.0, 2.0, 1.0, 3.0])
    point = schedule(problem, each_alone(np.arange(4)), start, np.arange(4))
    assert point is not None
    assert point.tolist() == [1.0, 0.0, 1.0, 0.0]


def one_after_another(
    problem: Problem, projects: np.ndarray, order: np.ndarray, options: np.ndarray
) -> np.ndarray | None:
    """Return the same by definition: again and again the first option of the first project that fits is taken."""
    point, taken = np.zeros(len(projects)), set()
    while True:
        fits = (
            option
            for project in order[~np.isin(order, list(taken))]
            for option in options[projects[options] == project]
            if problem.holds(np.where(np.arange(len(point)) == option, 1.0, point))
        )
        option = next(fits, None)
        if option is None:
            return point
        point[option] = 1.0
        taken.add(projects[option])


@pytest.mark.parametrize("seed", range(40))
def test_at_any_time_the_first_project_that_there_is_room_for_is_taken(seed: int) -> None:
    """Rows limit from above and below, and what is taken uses room in some and makes room in others."""
    random = np.random.default_rng(seed)
    projects = np.sort(random.integers(0, 12, 30))
    _, projects = np.unique(projects, return_inverse=True)
    matrix = random.integers(-2, 4, (6, 30)) * (random.random((6, 30)) < 0.5)
    problem = packing(matrix, random.integers(-4, 0, 6).astype(float), random.integers(0, 6, 6).astype(float))
    start, options = random.random(projects.max() + 1), random.permutation(30)
    point = schedule(problem, each_alone(projects), start, options)
    assert point is not None
    expected = one_after_another(problem, projects, np.argsort(start), options)
    assert point.tolist() == expected.tolist()
    assert point.any()
