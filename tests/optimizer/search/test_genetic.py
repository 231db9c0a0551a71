"""The genetic algorithm: what it takes for a packing problem, that children fit, and that they come to the optimum."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from random import Random
from typing import Any

import numpy as np
import pytest
from scipy import sparse

import outlay
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.relaxation.relaxation import Relaxation, relax
from outlay.optimizer.search.drawing_params import Breeding, Scheduling
from outlay.optimizer.search.genetic import Packing, Population, breed, packing
from outlay.optimizer.search.params import SearchParams
from outlay.optimizer.solver.process import SolverProcess
from tests.optimizer.support import OPTIONS
from tests.support.choosing import some
from tests.support.documents import hard_knapsack, parsed

PROJECTS = np.repeat(np.arange(6), 2)


def drawn(seed: int) -> Problem:
    """Six projects with two options each, under three budgets; worth something, a few of them nothing."""
    random = np.random.default_rng(seed)
    budgets = random.integers(0, 20, size=(3, 12)).astype(float)
    choice = (np.arange(6)[:, None] == PROJECTS).astype(float)
    return Problem(
        -random.integers(-3, 30, size=12).astype(float), 5.0, np.zeros(12), np.ones(12), np.full(12, True),
        sparse.csc_array(np.vstack([budgets, choice])), np.full(9, -np.inf),
        np.concatenate([np.ceil(0.3 * budgets.sum(axis=1)), np.ones(6)]),
    )  # fmt: skip


def packed(problem: Problem) -> Packing:
    found = packing(problem, PROJECTS, np.ones(len(problem.row_upper)))
    assert found is not None
    return found


def feasible(problem: Problem) -> tuple[np.ndarray, np.ndarray]:
    """Return all feasible points, and what they are worth."""
    points = np.array(list(product([0.0, 1.0], repeat=len(problem.cost))))
    inside = ((points >= problem.lower) & (points <= problem.upper)).all(axis=1)
    fits = (problem.matrix @ points.T <= problem.row_upper[:, None] + 1e-9).all(axis=0)
    points = points[inside & fits]
    return points, points @ problem.cost + problem.offset


def least(problem: Problem) -> float:
    return float(feasible(problem)[1].min())


def relaxed(problem: Problem, process: SolverProcess) -> Relaxation:
    found = relax(process, problem, np.full(12, False), options=OPTIONS, time_limit_s=None, by_clock=False)
    assert found is not None
    return found


@pytest.mark.parametrize("seed", some(range(20), 2))
def test_some_generations_find_the_optimum_of_a_small_problem(seed: int) -> None:
    problem = drawn(seed)
    population = Population(packed(problem), seed=seed)
    for _ in range(20):
        before = population.values.max()
        assert population.breed() == (population.values.max() > before)
    assert problem.holds(population.best())
    assert problem.value(population.best()) == pytest.approx(least(problem))


@pytest.mark.parametrize("seed", some(range(5), 2))
def test_what_is_fixed_stays(seed: int) -> None:
    problem = drawn(seed)
    lower, upper = problem.lower.copy(), problem.upper.copy()
    lower[[0, 5]] = 1.0
    upper[[3, 8]] = 0.0
    row_upper = np.concatenate([problem.row_upper[:3] + 40.0, np.ones(6)])
    problem = replace(problem, lower=lower, upper=upper, row_upper=row_upper)
    population = Population(packed(problem), seed=seed)
    for _ in range(20):
        population.breed()
    point = population.best()
    assert problem.holds(point)
    assert point[[0, 5]].all()
    assert not point[[3, 8]].any()
    assert problem.value(point) == pytest.approx(least(problem))


def test_children_fit_leave_nothing_out_and_take_what_they_want_first() -> None:
    problem = drawn(1)
    found = packed(problem)
    wanted = np.random.default_rng(2).random((len(found.columns), 50)) < 0.4
    chosen = found.mended(wanted)
    for child in range(50):
        point = found.point(chosen[:, child])
        assert problem.holds(point)
        for column in found.columns[~chosen[:, child]]:
            more = point.copy()
            more[column] = 1.0
            assert not problem.holds(more)
    fits = np.array([problem.holds(found.point(wanted[:, child])) for child in range(50)])
    assert fits.any()
    assert (chosen >= wanted)[:, fits].all()


def test_where_everything_fits_everything_is_taken() -> None:
    problem = replace(drawn(1), row_upper=np.full(9, 1e9))
    population = Population(packed(problem), seed=1)
    assert not population.breed()
    assert (population.best() == (problem.cost < 0)).all()


def test_columns_come_by_value_a_priced_amount_and_those_without_value_never() -> None:
    problem = replace(
        drawn(1), cost=-np.arange(-1.0, 11.0), matrix=sparse.csc_array(np.ones((1, 12))),
        row_lower=np.array([-np.inf]), row_upper=np.array([3.0]),
    )  # fmt: skip
    found = packed(problem)
    assert found.columns.tolist() == list(range(11, 1, -1))
    assert found.value.tolist() == list(range(10, 0, -1))


@pytest.mark.slow
def test_no_two_members_are_alike_for_long_and_a_seed_says_all() -> None:
    one, other = (Population(packed(drawn(3)), seed=7) for _ in range(2))
    for _ in range(30):
        assert one.breed() == other.breed()
    assert (one.members == other.members).all()
    assert len(np.unique(one.members, axis=1).T) == len(one.known)
    assert one.born == 30 * Breeding().children
    assert 0 < one.idle <= one.born


@pytest.mark.parametrize(
    "change",
    [
        {"integer": np.arange(12) != 4},
        {"upper": np.where(np.arange(12) == 4, 2.0, 1.0)},
        {"lower": np.full(12, -np.inf)},
        {"row_lower": np.where(np.arange(9) == 8, 1.0, -np.inf)},
        {"row_upper": np.full(9, -1.0)},
        {"cost": np.ones(12)},
        {"lower": np.ones(12)},
        {"matrix": sparse.csc_array(np.where(np.arange(108) == 30, -1.0, 1.0).reshape(9, 12))},
    ],
    ids=["continuous", "two", "no least", "at least", "too much already", "no value", "fixed", "negative"],
)  # fmt: skip
def test_what_does_not_only_pack_is_left_to_others(change: dict[str, np.ndarray]) -> None:
    assert packing(replace(drawn(1), **change), PROJECTS, np.ones(9)) is None


def test_what_is_too_large_is_left_to_others(always_warm: None, monkeypatch: pytest.MonkeyPatch) -> None:
    del always_warm
    begun: list[Population] = []
    breed = Population.breed
    monkeypatch.setattr(Population, "breed", lambda self: begun.append(self) or breed(self))
    for small, bred in ((10**6, True), (1, False)):
        begun.clear()
        params = SearchParams(small=small)
        assert outlay.solve(parsed(hard_knapsack(size=12)), effort="repeat", work=1, params=params).plan
        assert bool(begun) == bred


def test_reduced_costs_fix_what_every_better_plan_has(warm: SolverProcess) -> None:
    fixed = 0
    for seed in range(6):
        problem = drawn(seed)
        relaxation, (points, values) = relaxed(problem, warm), feasible(problem)
        for value in np.unique(values)[:4]:
            narrow = relaxation.narrowed(problem, value)
            better = points[values < value]
            assert ((better >= narrow.lower) & (better <= narrow.upper)).all()
            fixed += int((narrow.lower == narrow.upper).sum())
        loose = relaxation.narrowed(replace(problem, integer=np.full(12, False)), -1e9)
        assert (loose.lower < loose.upper).all()
    assert fixed > 6 * 12


@pytest.mark.slow
def test_populations_follow_each_other_until_nothing_better_comes(
    warm: SolverProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = Breeding(members=5, children=6)
    sizes: list[int] = []
    begin = Population.__init__

    def began(self: Population, packing: Packing, **how: Any) -> None:
        sizes.append(len(packing.columns))
        begin(self, packing, **how)

    monkeypatch.setattr(Population, "__init__", began)
    hard = 0
    for seed in range(10):
        problem, kept = drawn(seed), list[np.ndarray]()
        relaxation = relaxed(problem, warm)
        sizes.clear()
        assert breed(
            problem, PROJECTS, relaxation, random=Random(seed), keep=kept.append, over=lambda: False, most=np.inf,
            most_idle=20, params=few,
        )  # fmt: skip
        values = [problem.value(point) for point in kept]
        assert values == sorted(set(values), reverse=True)
        assert values[-1] == pytest.approx(least(problem))
        assert sizes == sorted(sizes, reverse=True)
        hard += len(values) > 1 and sizes[-1] < sizes[0]
    assert hard > 2


def test_breeding_ends_when_it_is_over_or_as_many_children_as_allowed_are_born(warm: SolverProcess) -> None:
    problem, kept = drawn(1), list[np.ndarray]()
    relaxation = relaxed(problem, warm)
    limits = [({"over": lambda: True, "most": np.inf}, 0), ({"over": lambda: False, "most": 0}, 0)]
    limits += [({"over": lambda: False, "most": 1}, 1)]
    for limit, least_kept in limits:
        kept.clear()
        assert breed(problem, PROJECTS, relaxation, random=Random(1), keep=kept.append, most_idle=8, **limit)
        assert len(kept) >= least_kept
        assert len(kept) == 0 or least_kept
    other = replace(problem, integer=np.full(12, False))
    assert not breed(
        other, PROJECTS, relaxation, random=Random(1), keep=kept.append, over=lambda: False, most=9.0, most_idle=8
    )


def test_where_each_project_uses_few_of_the_rows_others_search() -> None:
    """Rows of one project alone do not count."""
    problem = drawn(1)
    pairs = np.eye(12)[:3] + np.eye(12)[3:6]
    sparse_rows = replace(problem, matrix=sparse.csc_array(np.vstack([pairs, problem.matrix.toarray()[3:]])))
    limits = replace(sparse_rows, row_upper=np.ones(9), cost=-np.ones(12))
    loose, strict = Breeding(least_density=2 / 12), Breeding(least_density=2.1 / 12)
    assert packing(limits, PROJECTS, np.ones(9), loose) is not None
    assert packing(limits, PROJECTS, np.ones(9), strict) is None
    assert packing(limits, np.zeros(12), np.ones(9), strict) is not None


@pytest.mark.slow
def test_the_search_breeds_where_the_problem_only_packs(monkeypatch: pytest.MonkeyPatch) -> None:
    bred = []
    breed = Population.breed
    monkeypatch.setattr(Population, "breed", lambda self: bred.append(self) or breed(self))
    one, other = (outlay.solve(parsed(hard_knapsack(size=40)), effort="repeat", work=2) for _ in range(2))
    assert len(bred) == 2 * 2 * Scheduling().a_sub_problem
    assert one.plan == other.plan
    assert one.verification is not None
    assert one.verification.ok
