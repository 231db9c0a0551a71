"""Group columns save nonzeros where all options of a group look alike, and change nothing where none do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse

from outlay.optimizer.presolve.aggregation import _shared, aggregate
from outlay.optimizer.problem.problem import Problem


def problem_of(dense: np.ndarray) -> Problem:
    rows, columns = dense.shape
    return Problem(
        np.ones(columns), 0.0, np.zeros(columns), np.ones(columns), np.ones(columns, dtype=bool),
        sparse.csc_array(dense), np.full(rows, -np.inf), np.ones(rows),
    )  # fmt: skip


def test_a_problem_that_groups_do_not_help_stays_the_same_object() -> None:
    problem = problem_of(np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0]]))
    found = aggregate(problem, np.array([0, 0, -1]))
    assert found.problem is problem
    point = np.array([1.0, 0.0, 1.0])
    assert (found.extend(point) == point).all()
    assert (found.extend_cost(point) == point).all()


def test_what_a_group_shares_stands_once() -> None:
    problem = problem_of(np.array([[2.0, 2.0, 0.0], [5.0, 5.0, 3.0]]))
    found = aggregate(problem, np.array([0, 0, -1]))
    assert found.problem.matrix.todense().tolist() == [[0, 0, 0, 2], [0, 0, 3, 5], [1, 1, 0, -1]]


def test_a_group_is_whole_where_all_its_columns_are_and_bounded_by_their_sum() -> None:
    dense = np.array([[2.0, 2.0, 3.0, 3.0], [5.0, 5.0, 7.0, 7.0]])
    mixed = replace(
        problem_of(dense), integer=np.array([True, False, True, True]), upper=np.array([1.0, 0.5, 1.0, 2.0])
    )
    found = aggregate(mixed, np.array([0, 0, 1, 1]))
    assert found.problem.integer.tolist() == [True, False, True, True, False, True]
    assert found.problem.upper[4:].tolist() == [1.5, 3.0]


def test_a_cost_moves_to_its_group_where_all_of_it_costs_the_same() -> None:
    found = aggregate(problem_of(np.array([[2.0, 2.0, 3.0, 3.0], [5.0, 5.0, 7.0, 7.0]])), np.array([0, 0, 1, 1]))
    cost = np.array([4.0, 4.0, 1.0, 6.0])
    extended = found.extend_cost(cost)
    assert extended.tolist() == [0, 0, 1, 6, 4, 0]
    for point in (np.array([1.0, 0, 0, 1]), np.array([0.0, 1, 1, 0])):
        assert extended @ found.extend(point) == cost @ point


def test_rows_and_groups_may_be_so_many_that_their_pairs_need_long_numbers() -> None:
    rows, groups = 100_000, 30_000
    last = np.array([2 * groups - 2, 2 * groups - 1], dtype=np.int32)
    matrix = sparse.csr_array(
        (np.array([5.0, 5.0]), (np.full(2, rows - 1, dtype=np.int32), last)), shape=(rows, 2 * groups)
    )
    owner, columns = np.repeat(np.arange(groups), 2), np.arange(2 * groups)
    shared = _shared(matrix, sparse.csr_array((np.ones(2 * groups), (owner, columns)), shape=(groups, 2 * groups)))
    assert shared.nnz == 1
    assert shared[rows - 1, groups - 1] == 5.0
