"""The local search: every plan it returns holds, and of small knapsacks it finds them all."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
from scipy import sparse

from outlay.optimizer.frontier.criteria.local_search import LocalSearch
from outlay.optimizer.frontier.criteria.volume import nondominated
from outlay.optimizer.problem.problem import Problem


def knapsack(seed: int, columns: int = 10) -> tuple[Problem, np.ndarray]:
    """Return a problem of two rows, the second from both sides, and gains in two objectives, some of them losses."""
    random = np.random.default_rng(seed)
    matrix = random.integers(1, 20, size=(2, columns)).astype(float)
    half = np.floor(matrix.sum(axis=1) / 2)
    problem = Problem(
        cost=np.zeros(columns),
        offset=0.0,
        lower=np.zeros(columns),
        upper=np.ones(columns),
        integer=np.ones(columns, dtype=bool),
        matrix=sparse.csc_array(matrix),
        row_lower=np.array([-np.inf, half[1] / 4]),
        row_upper=half,
    )
    return problem, random.integers(-4, 20, size=(2, columns)).astype(float)


def enumerated(problem: Problem, gains: np.ndarray) -> set[tuple[float, ...]]:
    points = np.array([point for point in product((0.0, 1.0), repeat=gains.shape[1]) if problem.holds(np.array(point))])
    values = points @ gains.T
    return {tuple(value) for value in values[nondominated(values.tolist())].tolist()}


def test_of_small_knapsacks_it_finds_nearly_all_and_nothing_else() -> None:
    found = there = 0
    for seed in range(20):
        problem, gains = knapsack(seed)
        search = LocalSearch(problem, gains, seed=1)
        search.begin()
        search.run()
        right = enumerated(problem, gains)
        values = {tuple(value) for value in search.values.tolist()}
        assert all(problem.holds(point) for point in search.points)
        assert (search.points @ gains.T == search.values).all()
        found, there = found + len(values & right), there + len(right)
    assert found >= 0.97 * there


def test_what_is_fixed_stays() -> None:
    problem, gains = knapsack(1)
    lower, upper = problem.lower.copy(), problem.upper.copy()
    lower[0], upper[1] = 1.0, 0.0
    fixed = replace(problem, lower=lower, upper=upper)
    search = LocalSearch(fixed, gains, seed=1)
    search.begin()
    search.run()
    assert len(search.points) > 1
    assert {tuple(value) for value in search.values.tolist()} == enumerated(fixed, gains)
    assert (search.points[:, 0] == 1.0).all()
    assert (search.points[:, 1] == 0.0).all()


def test_it_is_for_decisions_of_yes_or_no() -> None:
    problem, _ = knapsack(1)
    assert LocalSearch.fits(problem)
    assert not LocalSearch.fits(replace(problem, upper=2 * problem.upper))
    assert not LocalSearch.fits(replace(problem, lower=problem.lower - 1))
    assert not LocalSearch.fits(replace(problem, integer=np.arange(10) > 0))
