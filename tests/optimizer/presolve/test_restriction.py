"""Fixing columns leaves a smaller problem with the same points."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import sparse

from outlay.optimizer.presolve.restriction import restrict
from outlay.optimizer.problem.problem import Problem


def random_problem(seed: int) -> tuple[Problem, np.ndarray]:
    """Return a problem of eight binary columns and twelve rows, and a point that keeps all of them."""
    random = np.random.default_rng(seed)
    dense = np.where(random.random((12, 8)) < 0.35, random.integers(-4, 5, (12, 8)), 0).astype(float)
    point = random.integers(0, 2, 8).astype(float)
    used = dense @ point
    upper = np.where(random.random(12) < 0.7, used + random.integers(0, 3, 12), np.inf)
    lower = np.where(random.random(12) < 0.3, used - random.integers(0, 3, 12), -np.inf)
    cost = random.integers(-5, 6, 8).astype(float)
    zero, one, whole = np.zeros(8), np.ones(8), np.ones(8, dtype=bool)
    return Problem(cost, 3.0, zero, one, whole, sparse.csc_array(dense), lower, upper), point


@pytest.mark.parametrize("seed", range(40))
def test_the_points_are_those_of_the_whole_problem(seed: int) -> None:
    problem, base = random_problem(seed)
    fixed = np.random.default_rng(seed + 1000).random(8) < 0.5
    left = restrict(problem, fixed, base)
    small, kept = left.problem, left.kept
    assert kept.tolist() == np.nonzero(~fixed)[0].tolist()
    for choice in itertools.product([0.0, 1.0], repeat=len(kept)):
        part = np.array(choice)
        point = left.whole(part)
        assert (left.part(point) == part).all()
        assert (point[fixed] == base[fixed]).all()
        assert small.holds(part) == problem.holds(point), choice
        assert small.value(part) == pytest.approx(problem.value(point))


def test_rows_of_one_column_are_bounds_and_rows_that_always_hold_are_left_out() -> None:
    # x + y <= 1 with y fixed at 1; x <= z; 5 x + 7 z <= 100
    matrix = sparse.csc_array(np.array([[1.0, 1, 0], [1, 0, -1], [5, 0, 7]]))
    limits = np.array([1.0, 0, 100])
    problem = Problem(-np.ones(3), 0.0, np.zeros(3), np.ones(3), np.ones(3, bool), matrix, np.full(3, -np.inf), limits)
    left = restrict(problem, np.array([False, True, False]), np.array([0.0, 1, 0]))
    small, kept = left.problem, left.kept
    assert kept.tolist() == [0, 2]
    assert small.upper.tolist() == [0, 1]
    assert small.matrix.shape == (0, 2)


@pytest.mark.parametrize(("coefficient", "upper"), [(2.0, 1.5), (-2.0, 4.0)])
def test_a_bound_of_an_amount_keeps_what_its_row_allows(coefficient: float, upper: float) -> None:
    matrix = sparse.csc_array(np.array([[coefficient, 1.0]]))
    limit = np.array([3.0 if coefficient > 0 else -3.0])
    amount, none = np.zeros(2, dtype=bool), np.array([-np.inf])
    problem = Problem(np.ones(2), 0.0, np.zeros(2), np.full(2, 4.0), amount, matrix, none, limit)
    small = restrict(problem, np.array([False, True]), np.zeros(2)).problem
    assert small.upper[0] == pytest.approx(upper, abs=1e-8)
    assert small.upper[0] >= upper
    assert small.lower[0] == pytest.approx(0.0 if coefficient > 0 else 1.5, abs=1e-8)


def test_a_plan_that_touches_a_limit_but_for_rounding_stays_possible() -> None:
    matrix = sparse.csc_array(np.array([[1.0, 0.1, 0.1, 0.1]]))
    ones, whole = np.ones(4), np.array([False, True, True, True])
    problem = Problem(ones, 0.0, 0 * ones, ones, whole, matrix, np.array([-np.inf]), np.array([1.0 + 0.3]))
    small = restrict(problem, whole, ones).problem  # 1.3 - (0.1 + 0.1 + 0.1) is less than 1
    assert small.upper.tolist() == [1.0]


def test_a_whole_number_keeps_what_its_row_allows_but_for_rounding() -> None:
    # 0.3 / 0.1 is less than 3, and 3 * 0.1 / 0.1 more
    matrix = sparse.csc_array(np.array([[0.1, 1.0, 0.0], [0.0, 1.0, 0.1]]))
    lower, upper = np.array([-np.inf, 3 * 0.1]), np.array([0.3, np.inf])
    problem = Problem(np.ones(3), 0.0, np.zeros(3), np.full(3, 5.0), np.ones(3, bool), matrix, lower, upper)
    small = restrict(problem, np.array([False, True, False]), np.zeros(3)).problem
    assert small.upper.tolist() == [3.0, 5.0]
    assert small.lower.tolist() == [0.0, 3.0]


def test_a_row_that_the_fixed_columns_break_stays_for_the_solver() -> None:
    # x + y <= 1 with both fixed at 1; z is free
    matrix = sparse.csc_array(np.array([[1.0, 1, 0], [1, 0, 1]]))
    limits = np.array([1.0, 5])
    problem = Problem(-np.ones(3), 0.0, np.zeros(3), np.ones(3), np.ones(3, bool), matrix, np.full(2, -np.inf), limits)
    left = restrict(problem, np.array([True, True, False]), np.ones(3))
    small, kept, rows = left.problem, left.kept, left.rows
    assert (kept.tolist(), rows.tolist()) == ([2], [0])
    assert not any(small.holds(np.array([value])) for value in (0.0, 1.0))


@pytest.mark.parametrize(("least", "rows"), [(1.0, 1), (0.0, 0)])
def test_a_row_of_stored_zeros_alone_is_one_without_columns(least: float, rows: int) -> None:
    matrix = sparse.csc_array(np.array([[5.0, 1.0]]))
    matrix.data[0] = 0.0
    ones = np.ones(2)
    problem = Problem(ones, 0.0, 0 * ones, ones, ones > 0, matrix, np.array([least]), np.array([np.inf]))
    small = restrict(problem, np.array([False, True]), np.zeros(2)).problem
    assert small.matrix.shape == (rows, 1)
    assert small.holds(np.zeros(1)) == problem.holds(np.zeros(2))


def test_a_bound_that_a_row_gives_is_never_tighter_than_the_row() -> None:
    # 3 p <= 1.0000000005 with p continuous: a third, and a little
    matrix = sparse.csc_array(np.array([[3.0, 1.0]]))
    problem = Problem(
        np.zeros(2), 0.0, np.zeros(2), np.full(2, 9.0), np.array([False, True]), matrix, np.array([-np.inf]),
        np.array([1.0000000005]),
    )  # fmt: skip
    small = restrict(problem, np.array([False, True]), np.zeros(2)).problem
    assert small.upper[0] >= 1.0000000005 / 3.0


def test_what_nothing_is_left_out_of_shares_its_arrays() -> None:
    matrix = sparse.csc_array(np.array([[1.0, 1, 0], [0, 1, 1]]))
    limits = np.full(2, -np.inf), np.ones(2)
    problem = Problem(-np.ones(3), 0.0, np.zeros(3), np.ones(3), np.ones(3, bool), matrix, *limits)
    small = restrict(problem, np.zeros(3, bool), np.zeros(3)).problem
    assert small.matrix is problem.matrix
    assert small.row_upper is problem.row_upper
    fewer = restrict(problem, np.array([True, False, False]), np.zeros(3)).problem
    assert fewer.matrix.toarray().tolist() == [[1.0, 1]]
    assert problem.matrix.shape == (2, 3)
