"""Scaling changes the solver's numbers, never the problem."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.problem.scaling import LARGEST, largest_of_rows, scaled


def random_problem(seed: int) -> Problem:
    """Return a problem of integer and continuous columns whose rows and columns differ by many orders of magnitude."""
    random = np.random.default_rng(seed)
    rows, columns = 8, 10
    dense = np.where(random.random((rows, columns)) < 0.5, random.normal(size=(rows, columns)), 0.0)
    integer = random.random(columns) < 0.5
    units = np.where(integer, 1.0, 10.0 ** random.uniform(-9, 9, columns))
    dense *= (10.0 ** random.uniform(-9, 9, rows))[:, None] / units
    upper = np.where(integer, 1.0, 5.0 * units)
    limits = np.abs(dense) @ upper / 2.0
    return Problem(
        random.normal(size=columns) / units, 3.0, np.zeros(columns), upper, integer, sparse.csc_array(dense),
        np.full(rows, -np.inf), limits,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
def test_points_and_what_they_are_worth_stay_the_same(seed: int) -> None:
    problem, random = random_problem(seed), np.random.default_rng(seed)
    scaling = scaled(problem)
    point = random.uniform(0.0, 1.0, len(problem.cost)) * problem.upper
    there = scaling.there(point)
    assert (scaling.back(there) == point).all()
    assert scaling.problem.value(there) == pytest.approx(problem.value(point), rel=1e-12)
    activity = scaling.problem.matrix @ there / scaling.row
    assert activity == pytest.approx(problem.matrix @ point, rel=1e-9, abs=1e-12 * np.abs(problem.matrix @ point).max())
    assert (scaling.problem.upper * scaling.column == problem.upper).all()
    assert (scaling.problem.row_upper / scaling.row == problem.row_upper).all()


@pytest.mark.parametrize("seed", range(20))
def test_every_row_is_of_a_size_that_tolerances_are_made_for(seed: int) -> None:
    largest = largest_of_rows(scaled(random_problem(seed)).problem.matrix)
    assert ((largest == 0) | ((largest >= 1.0) & (largest <= LARGEST))).all()


@pytest.mark.parametrize("seed", range(20))
def test_continuous_columns_are_counted_in_their_own_units(seed: int) -> None:
    problem = random_problem(seed)
    used = ~problem.integer & (np.diff(problem.matrix.indptr) > 1)
    upper = scaled(problem).problem.upper[used]
    assert ((upper > 1e-2) & (upper < 1e4)).all()


def test_integer_columns_shares_and_ordinary_numbers_stay_as_they_are() -> None:
    matrix = sparse.csc_array(np.array([[3.0, 700.0, 0.0], [1.0, 0.0, -1.0]]))
    whole = np.array([True, True, False])
    problem = Problem(-np.ones(3), 0.0, np.zeros(3), np.ones(3), whole, matrix, np.full(2, -np.inf), np.array([9.0, 0]))
    scaling = scaled(problem)
    assert (scaling.column == 1.0).all()
    assert (scaling.row == 1.0).all()


def test_an_objective_has_a_unit_in_which_its_largest_coefficient_is_ordinary() -> None:
    scaling = scaled(random_problem(0))
    for size in (1e-9, 1.0, 1e9):
        cost, unit = scaling.cost(np.where(random_problem(0).integer, size * np.arange(10), 0.0))
        assert 1.0 <= np.abs(cost).max() <= LARGEST
        assert (cost * unit == np.where(random_problem(0).integer, size * np.arange(10), 0.0)).all()


def test_a_problem_that_is_in_good_units_keeps_its_matrix() -> None:
    problem = random_problem(0)
    matrix = sparse.csc_array(np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 1.0]]))
    ones = np.ones(3)
    plain = Problem(ones, 0.0, 0.0 * ones, ones, ones > 0, matrix, np.full(2, -np.inf), np.ones(2))
    assert scaled(plain).problem.matrix is matrix
    assert scaled(problem).problem.matrix is not problem.matrix


def test_entries_in_no_order_stay_with_their_rows() -> None:
    matrix = sparse.csc_array((np.array([9e9, 1.0]), np.array([1, 0]), np.array([0, 2])), shape=(2, 1))
    one = np.ones(1)
    problem = Problem(one, 0.0, 0.0 * one, one, one > 0, matrix, np.full(2, -np.inf), np.ones(2))
    scaling = scaled(problem)
    assert matrix.data.tolist() == [9e9, 1.0]
    assert matrix.indices.tolist() == [1, 0]
    assert (scaling.problem.matrix.todense() / scaling.row[:, None]).tolist() == [[1.0], [9e9]]
