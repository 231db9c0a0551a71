"""What rows rule out: no integer point is lost, and what is ruled out is found."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy import sparse

from outlay.optimizer.presolve.propagation import Propagation, tightened
from outlay.optimizer.problem.problem import Problem

FREE = np.inf


def problem(matrix: list[list[float]], lower: list[float], upper: list[float], *, integer: bool = True) -> Problem:
    dense = np.array(matrix, dtype=float)
    size = dense.shape[1]
    return Problem(
        np.ones(size), 0.0, np.zeros(size), np.ones(size), np.full(size, integer), sparse.csc_array(dense),
        np.array(lower), np.array(upper),
    )  # fmt: skip


def test_what_costs_more_than_there_is_cannot_be() -> None:
    small = tightened(problem([[3.0, 7.0, 5.0]], [-FREE], [5.0]))
    assert small.upper.tolist() == [1.0, 0.0, 1.0]


def test_what_waits_for_the_impossible_is_impossible_too() -> None:
    small = tightened(problem([[9.0, 0.0, 0.0], [-1.0, 1.0, 0.0], [0.0, -1.0, 1.0]], [-FREE] * 3, [5.0, 0.0, 0.0]))
    assert small.upper.tolist() == [0.0, 0.0, 0.0]


def test_what_is_needed_must_be() -> None:
    small = tightened(problem([[4.0, 1.0, 1.0]], [5.0], [FREE]))
    assert small.lower.tolist() == [1.0, 0.0, 0.0]


def test_a_problem_that_cannot_hold_is_left_to_the_solver() -> None:
    impossible = problem([[1.0, 1.0]], [3.0], [FREE])
    assert tightened(impossible) is impossible
    assert not Propagation(impossible).fix(np.zeros(2), np.ones(2))


def test_continuous_columns_stay_as_they_are() -> None:
    small = tightened(problem([[3.0, 7.0]], [-FREE], [5.0], integer=False))
    assert small.upper.tolist() == [1.0, 1.0]


def test_an_unbounded_column_pays_for_anything() -> None:
    bought = problem([[9.0, -1.0]], [-FREE], [5.0])
    bought.upper[1] = FREE
    assert tightened(bought).upper.tolist() == [1.0, FREE]


def test_a_limit_on_a_group_rules_out_its_members() -> None:
    """Columns 0 and 1 make up column 2, of which one alone is too dear."""
    grouped = problem([[1.0, 1.0, -1.0], [0.0, 0.0, 9.0]], [0.0, -FREE], [0.0, 5.0])
    grouped.upper[2] = 2.0
    assert tightened(grouped).upper.tolist() == [0.0, 0.0, 0.0]


def test_fractional_bounds_of_the_users_own_are_left_alone() -> None:
    half = problem([[8.0]], [-FREE], [10.0])
    half.lower[0] = 0.5
    assert tightened(half).upper.tolist() == [1.0]


def test_rounding_rules_nothing_out() -> None:
    exact = problem([[0.1e12] * 3 + [-0.3e12]], [-FREE], [0.0])
    exact.lower[3] = 1.0
    assert tightened(exact).upper.tolist() == [1.0] * 4


def test_limits_are_rounded_to_what_rows_are_made_of() -> None:
    rows = [[1.0, 1.0, 1.0], [0.4, 1.2, 0.0], [0.5, 0.0, 1.0]]
    small = tightened(problem(rows, [-FREE, 0.3, -FREE], [2.1, 1.5, 1.4]))
    assert small.row_upper == pytest.approx([2.0, 1.2, 1.0])
    assert small.row_lower == pytest.approx([-FREE, 0.4, -FREE])


def test_limits_stay_where_columns_or_coefficients_are_no_multiples() -> None:
    uneven = tightened(problem([[1.0, 1.5, 1.0]], [0.7], [2.1]))
    assert (uneven.row_lower.tolist(), uneven.row_upper.tolist()) == ([0.7], [2.1])
    continuous = tightened(problem([[1.0, 1.0, 1.0]], [-FREE], [2.1], integer=False))
    assert continuous.row_upper.tolist() == [2.1]


def test_a_limit_that_is_a_multiple_up_to_rounding_stays() -> None:
    small = tightened(problem([[0.1, 0.1, 0.1]], [-FREE], [0.1 + 0.1 + 0.1 - 2e-16]))
    assert small.row_upper.tolist() == [0.1 + 0.1 + 0.1 - 2e-16]


@pytest.mark.parametrize("seed", range(20))
def test_telling_what_has_changed_rules_out_the_same(seed: int) -> None:
    """From bounds that are propagated already, only rows of the changed column have to be looked at."""
    random = np.random.default_rng(seed)
    matrix = np.round(random.normal(0.0, 4.0, (6, 12))) * (random.random((6, 12)) < 0.4)
    whole = problem(matrix.tolist(), [-FREE] * 6, (matrix @ (random.random(12) < 0.5) + 1.0).tolist())
    rows, small = Propagation(whole), tightened(whole)
    column = int(np.argmax(small.lower < small.upper))
    found = []
    for changed in (None, np.array([column])):
        lower, upper = small.lower.copy(), small.upper.copy()
        lower[column] = 1.0
        found.append((rows.fix(lower, upper, changed), lower.tolist(), upper.tolist()))
    assert found[0][0] == found[1][0]
    assert not found[0][0] or found[0] == found[1]


@pytest.mark.parametrize("seed", range(60))
def test_no_integer_point_is_lost(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows, size = int(random.integers(1, 5)), 6
    coarse = 1.0 if seed % 2 else 0.4  # whole coefficients, or few multiples of a unit and limits in between
    matrix = coarse * np.round(random.normal(0.0, 4.0 * coarse, (rows, size))) * (random.random((rows, size)) < 0.6)
    centre = matrix @ (random.random(size) < 0.5)
    lower = np.where(random.random(rows) < 0.5, centre - random.integers(0, 4, rows) * coarse, -FREE)
    upper = np.where(random.random(rows) < 0.7, centre + random.integers(0, 4, rows) * coarse, FREE)
    lower, upper = lower - 0.9 * random.random(rows) * (seed % 3), upper + 0.9 * random.random(rows) * (seed % 3)
    whole = problem(matrix.tolist(), lower.tolist(), upper.tolist())
    small = tightened(whole)
    for point in map(np.array, product((0.0, 1.0), repeat=size)):
        activity = matrix @ point
        if (activity <= upper).all() and (activity >= lower).all():
            assert (point <= small.upper).all()
            assert (point >= small.lower).all()
            assert (activity <= small.row_upper + 1e-9).all()
            assert (activity >= small.row_lower - 1e-9).all()


def test_a_limit_is_never_rounded_below_what_rounded_coefficients_reach() -> None:
    """Two thirds and one third of a million, to six decimals, are a million together: both fit."""
    thirds = problem([[666666.666667, 333333.333333]], [-FREE], [1e6])
    assert tightened(thirds).holds(np.ones(2))
    least = problem([[666666.666667, 333333.333333]], [1e6], [FREE])
    assert tightened(least).holds(np.ones(2))


def test_a_rounded_limit_leaves_exactly_what_nearly_whole_coefficients_reach() -> None:
    row = [1.0, 1.0 + 5e-10, 3.0 + 1e-9]
    most = tightened(problem([row], [-FREE], [4.4])).row_upper[0]
    assert row[1] + row[2] <= most < 4.1
    row = [1.0, 2.0 - 1e-9, 2.0 - 1e-9]
    least = tightened(problem([row], [3.6], [FREE])).row_lower[0]
    assert 3.9 < least <= row[1] + row[2]


@pytest.mark.parametrize("seed", range(30))
def test_rounding_limits_loses_no_plan_of_nearly_equal_parts(seed: int) -> None:
    random = np.random.default_rng(seed)
    size, digits, unit = 6, int(random.integers(3, 13)), 10.0 ** random.integers(-9, 10)
    parts = [round(float(whole) / 3.0, digits) for whole in random.integers(1, 9, size)]
    row = np.array(parts) * unit
    limit = float(row[random.random(size) < 0.5].sum())
    for lower, upper in ((-FREE, limit), (limit, FREE)):
        given = problem([row.tolist()], [lower], [upper])
        small = tightened(given)
        for choice in product([0.0, 1.0], repeat=size):
            point = np.array(choice)
            exact = (row @ point <= upper) & (row @ point >= lower)
            assert not exact or small.holds(point)
            assert not exact or ((point >= small.lower) & (point <= small.upper)).all()


@pytest.mark.parametrize("length", [5, 21, 39, 40, 41, 200])
def test_a_chain_of_any_length_is_followed_to_its_end(length: int) -> None:
    """The first must be, each needs the next, and the last cannot be."""
    rows = [[0.0] * length for _ in range(length + 1)]
    for place in range(length - 1):
        rows[place][place], rows[place][place + 1] = 1.0, -1.0
    rows[length - 1][0], rows[length][length - 1] = -1.0, 5.0
    upper = [0.0] * (length - 1) + [-1.0, 3.0]
    chain = problem(rows, [-FREE] * (length + 1), upper)
    assert not Propagation(chain).fix(np.zeros(length), np.ones(length))
