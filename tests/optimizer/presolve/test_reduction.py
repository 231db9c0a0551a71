"""What no best plan needs is left out, and nothing else: the best plans of both problems are worth the same."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy import sparse

from outlay.optimizer.presolve import reduction
from outlay.optimizer.presolve.reduction import Reduction, reduced
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.problem.structure import Structure
from tests.support.choosing import some
from tests.support.looking import ends_at_looks

FREE = np.inf


def problem(cost: list[float], matrix: list[list[float]], lower: list[float], upper: list[float]) -> Problem:
    dense = np.array(matrix, dtype=float)
    size = dense.shape[1]
    return Problem(
        np.array(cost), 0.5, np.zeros(size), np.ones(size), np.ones(size, dtype=bool), sparse.csc_array(dense),
        np.array(lower), np.array(upper),
    )  # fmt: skip


def kept(small: Reduction) -> list[int]:
    return small.kept.tolist()


def test_leaving_out_ends_between_any_two_steps_once_nobody_waits() -> None:
    choice = problem([-3.0, -2.0, -4.0], [[1.0, 1.0, 1.0], [2.0, 2.5, 3.0]], [-FREE] * 2, [1.0, 3.2])
    ends_at_looks(lambda: reduced(choice), more_than=15)


def test_what_costs_and_nothing_asks_for_is_left_out() -> None:
    small = reduced(problem([2.0, -1.0, 0.0], [[1.0, 3.0, 1.0], [1.0, 2.0, 0.0]], [-FREE] * 2, [3.5, 2.5]))
    assert kept(small) == [1]
    assert small.whole(np.array([1.0])).tolist() == [0.0, 1.0, 0.0]


def test_what_another_one_needs_stays() -> None:
    """Column 1 needs column 0, which costs."""
    needs = problem([2.0, -3.0], [[-1.0, 1.0], [2.0, 2.0]], [-FREE] * 2, [0.0, 4.0])
    assert kept(reduced(needs)) == [0, 1]


def test_what_must_be_funded_stays() -> None:
    must = problem([2.0, 3.0, 1.0], [[1.0, 1.0, 0.0], [1.0, 1.0, 1.0]], [1.0, -FREE], [FREE, 2.5])
    assert kept(reduced(must)) == [0, 1]


def test_of_two_options_the_one_that_is_worth_less_and_uses_more_is_left_out() -> None:
    choice = problem(
        [-3.0, -2.0, -4.0, -1.0],
        [[1.0, 1.0, 1.0, 0.0], [2.0, 2.5, 3.0, 1.0], [1.0, 1.0, 1.0, 2.0]],
        [-FREE] * 3,
        [1.0, 3.2, 2.2],
    )
    small = reduced(choice)
    assert kept(small) == [0, 2, 3]
    assert small.part(np.array([0.0, 1.0, 0.0, 0.0])).tolist() == [1.0, 0.0, 0.0]
    assert small.whole(np.array([1.0, 0.0, 0.0])).tolist() == [1.0, 0.0, 0.0, 0.0]


def test_without_a_choice_between_them_both_stay() -> None:
    assert kept(reduced(problem([-3.0, -2.0], [[2.0, 2.5]], [-FREE], [3.0]))) == [0, 1]


def test_one_of_two_equal_options_stays() -> None:
    small = reduced(problem([-3.0] * 3, [[1.0] * 3, [2.0] * 3], [-FREE] * 2, [1.0, 3.0]))
    assert len(kept(small)) == 1
    for point in np.eye(3):
        assert small.part(point).tolist() == [1.0]


def test_an_option_that_others_need_is_not_replaced() -> None:
    """Columns 0 and 1 are options, and column 2 needs the worse one."""
    matrix = [[1.0, 1.0, 0.0], [2.0, 2.5, 0.0], [0.0, -1.0, 1.0], [2.0, 3.0, 4.0]]
    assert 1 in kept(reduced(problem([-3.0, -2.0, -5.0], matrix, [-FREE] * 4, [1.0, 3.0, 0.0, 7.5])))


def test_a_problem_that_cannot_hold_is_left_to_the_solver() -> None:
    impossible = problem([1.0, 1.0], [[1.0, 1.0]], [3.0], [FREE])
    small = reduced(impossible)
    assert small.problem is impossible
    assert kept(small) == [0, 1]


def test_a_problem_of_which_nothing_would_be_left_is_left_to_the_solver() -> None:
    empty = problem([1.0, 0.0], [[1.0, 1.0]], [-FREE], [3.0])
    small = reduced(empty)
    assert small.problem is empty
    assert small.whole(np.ones(2)).tolist() == small.part(np.ones(2)).tolist() == [1.0, 1.0]


def test_continuous_columns_are_left_out_at_their_lower_bounds_if_those_are_finite() -> None:
    mixed = problem([1.0, 1.0, -1.0], [[1.0, 1.0, 1.0]], [-FREE], [1.5])
    mixed.integer[:] = False
    mixed.lower[:] = [-0.5, -FREE, 0.0]
    small = reduced(mixed)
    assert kept(small) == [1, 2]
    assert small.problem.value(np.array([0.25, 1.0])) == mixed.value(np.array([-0.5, 0.25, 1.0]))


@pytest.mark.parametrize("at_once", [1, 3, 10_000])
def test_what_is_known_of_the_columns_follows_them(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reduction, "OPTIONS_AT_ONCE", at_once)
    choice = problem([-3.0, -2.0, -4.0, 1.0], [[1.0, 1.0, 1.0, 0.0], [2.0, 2.5, 3.0, 1.0]], [-FREE] * 2, [1.0, 3.2])
    structure = Structure(
        np.array([0, 0, 0, 1]), np.zeros(4, dtype=bool), sparse.csc_array(np.eye(4)), np.array([0, 1, 2, 3, -1]),
        np.array([0, 0, 0, 1, 1]), np.array([1, 2, 3, 4, 5]), np.array([1, 2, 3, 4, 5]), (), sparse.csr_array((2, 2)),
    )  # fmt: skip
    small = reduced(choice)
    assert kept(small) == [0, 2]
    part = small.structure(structure)
    assert part.project.tolist() == [0, 0]
    assert part.option_column.tolist() == [0, -1, 1, -1, -1]
    assert part.funded.todense().tolist() == [[1, 0, 0, 0], [0, 0, 1, 0]]
    assert part.first_start.tolist() == [1, 3]


def random_problem(seed: int) -> Problem:
    """Three projects with three options each, budgets, some needs, some that must be; costs of both signs."""
    random = np.random.default_rng(seed)
    choice = np.kron(np.eye(3), np.ones(3))
    use = random.integers(0, 4, (3, 9)) * (random.random((3, 9)) < 0.8)
    need = np.zeros((2, 9))
    for row, (one, other) in enumerate(random.choice(9, (2, 2), replace=False)):
        need[row, [one, other]] = 1.0, -1.0
    matrix = np.vstack([choice, use, need])
    lower = np.concatenate([(random.random(3) < 0.2).astype(float), np.full(5, -FREE)])
    upper = np.concatenate([np.ones(3), random.integers(2, 7, 3) + 0.5 * (seed % 2), np.zeros(2)])
    return problem(random.integers(-4, 3, 9).astype(float).tolist(), matrix.tolist(), lower.tolist(), upper.tolist())


@pytest.mark.parametrize("seed", some(range(150), 8))
def test_the_best_plans_are_worth_the_same(seed: int) -> None:
    whole = random_problem(seed)
    small = reduced(whole)
    every = [point for point in map(np.array, product((0.0, 1.0), repeat=9)) if whole.holds(point)]
    left = [point for point in map(np.array, product((0.0, 1.0), repeat=len(small.kept))) if small.problem.holds(point)]
    assert bool(every) == bool(left)
    for point in every:
        part = small.part(point)
        assert small.problem.holds(part)
        assert small.problem.value(part) <= whole.value(point) + 1e-9
    for point in left:
        assert whole.holds(small.whole(point))
        assert whole.value(small.whole(point)) == pytest.approx(small.problem.value(point))
        assert (small.part(small.whole(point)) == point).all()


@pytest.mark.slow
def test_most_random_problems_get_smaller() -> None:
    assert sum(len(reduced(random_problem(seed)).kept) < 8 for seed in range(150)) > 75
