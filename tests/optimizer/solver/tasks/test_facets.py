"""Facets of products: every choice keeps them, a matrix that breaks some is told which, and bounds stay bounds."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy import sparse

from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.solver.highs import loaded
from outlay.optimizer.solver.tasks.bounding import Bounding
from outlay.optimizer.solver.tasks.concave import Concave
from outlay.optimizer.solver.tasks.facets import A_PAIR, AN_OPTION, APEX, BROKEN, THREE, Facets, broken, of_pairs
from outlay.optimizer.solver.tasks.lifted import Lifted, lifted
from tests.optimizer.support import OPTIONS

KINDS = range(6)
BUDGET = 0.4


def lifted_point(choice: np.ndarray) -> np.ndarray:
    whole = np.append(1.0, choice)
    return np.outer(whole, whole)


def drawn(options: int, seed: int) -> tuple[Concave, sparse.csr_array]:
    """Return options with a synergy of either sign for half of the pairs, and what they use of two budgets of 1."""
    random = np.random.default_rng(seed)
    one, other = np.tril_indices(options, -1)
    chosen = random.random(len(one)) < 0.5
    bonus = random.choice([-6.0, 2.0, 4.0, 8.0], size=int(chosen.sum()))
    use = random.integers(1, 9, size=(2, options)).astype(float)
    use /= BUDGET * use.sum(axis=1)[:, None]
    value = random.integers(1, 9, size=options).astype(float)
    return Concave(value, one[chosen], other[chosen], bonus, evaluations=160), sparse.csr_array(use)


def bounding(how: Concave, use: sparse.csr_array) -> Bounding:
    options, rows = len(how.value), use.shape[0]
    packing = Problem(
        cost=np.append(np.zeros(options), -1.0),
        offset=0.0,
        lower=np.zeros(options + 1),
        upper=np.append(np.ones(options), how.value.sum() + np.maximum(how.bonus, 0.0).sum()),
        integer=np.zeros(options + 1, dtype=bool),
        matrix=sparse.csc_array(sparse.hstack([use, sparse.csr_array((rows, 1))])),
        row_lower=np.full(rows, -np.inf),
        row_upper=np.ones(rows),
    )
    return Bounding(packing, how, loaded(packing, OPTIONS), over=lambda: False)


def every_facet(options: int) -> Facets:
    rows = [
        (kind, one, other, third)
        for kind in KINDS
        for one, other, third in product(range(options), repeat=3)
        if (other > third and one not in (other, third) and (kind == APEX or (kind == THREE and one > other)))
        or (kind < APEX and one > other == third)
    ]
    return Facets(options, *np.array(rows).T)


def with_all(options: int) -> Lifted:
    how, use = drawn(options, 0)
    bare = lifted(how, use, np.ones(2))
    return bare.changed(np.zeros(len(bare.facets.kind), dtype=bool), every_facet(options))


def test_every_choice_keeps_every_facet_and_some_choice_is_at_its_limit() -> None:
    whole = with_all(4)
    first = len(whole.limit) - len(whole.facets.kind)
    points = [whole.vector(lifted_point(np.array(choice))) for choice in product([0.0, 1.0], repeat=4)]
    room = whole.limit[first:, None] - whole.rows[first:] @ np.array(points).T
    assert room.shape[0] == 4 * 6 + 4 * 3 + 4  # pairs, apexes, triples
    assert np.allclose(room.min(axis=1), 0.0)
    assert (room.max(axis=1) > 0.1).all()


def test_what_a_matrix_breaks_is_found_and_nothing_that_is_known() -> None:
    random, options = np.random.default_rng(1), 7
    whole = with_all(options)
    first = len(whole.limit) - len(whole.facets.kind)
    for _ in range(5):
        root = random.normal(size=(options + 1, 2)) * 0.3
        matrix = root @ root.T
        alone = random.random(options)
        matrix[0, 1:] = matrix[1:, 0] = alone
        np.fill_diagonal(matrix[1:, 1:], alone)
        matrix[0, 0] = 1.0
        over = whole.rows[first:] @ whole.vector(matrix) - whole.limit[first:]
        found = broken(matrix, Facets.none(options))
        worst = int(over.argmax())
        assert whole.facets.key[worst] in found.key
        assert np.isin(found.key, whole.facets.key[over > 0]).all()
        assert not len(np.intersect1d(broken(matrix, found).key, found.key))
    assert len(broken(lifted_point(np.ones(options)), Facets.none(options)).kind) == 0


def test_of_many_facets_of_a_pair_few_are_taken() -> None:
    options = 12
    matrix = np.full((options + 1, options + 1), 0.5)
    matrix[1:, 1:] = np.where(np.eye(options) > 0, 0.5, 0.0)
    matrix[0, 0] = 1.0  # x = 1/2 and no products: each three break a facet, by 1/2
    found = broken(matrix, Facets.none(options))
    assert set(found.kind) == {THREE}
    assert 0 < len(found.kind) <= AN_OPTION * options
    sides = [(found.one, found.other), (found.one, found.third), (found.other, found.third)]
    pairs = np.concatenate([np.maximum(*side) * options + np.minimum(*side) for side in sides])
    assert np.bincount(pairs).max() == A_PAIR
    assert BROKEN < 0.5


def test_pairs_are_bounded_by_the_sign_of_what_they_add() -> None:
    found = of_pairs(5, np.array([0, 4]), np.array([3, 1]), np.array([True, False]))
    rows = {tuple(row) for row in found.coefficient[:, [0, 1, 3]].tolist()}
    assert rows == {(-1, 0, 1), (0, -1, 1), (0, 0, -1), (1, 1, -1)}
    assert (found.one > found.other).all()


@pytest.mark.parametrize("seed", [1, 2])
def test_at_each_moment_no_plan_is_worth_more(seed: int) -> None:
    how, use = drawn(8, seed)
    choices = np.array(list(product([0.0, 1.0], repeat=8)))
    plans = choices[(use @ choices.T <= 1.0).all(axis=0)]
    worth = plans @ how.value + (plans[:, how.one] * plans[:, how.other]) @ how.bonus
    search, drawn_at = bounding(how, use), []
    draw = search._draw

    def watched(factors: np.ndarray, plan: np.ndarray) -> float:
        drawn_at.append((draw(factors, plan), set(search.lifted.facets.kind.tolist())))
        return drawn_at[-1][0]

    search._draw = watched  # type: ignore[method-assign]
    gradient, constant, _ = search.run()
    assert (plans @ gradient + constant >= worth).all()
    for level, slope in search.tangents:
        assert (plans @ slope + level >= worth).all()
    bounds = [bound for bound, _ in drawn_at]
    assert min(bounds) >= worth.max()
    assert {APEX, THREE} & set.union(*(kinds for _, kinds in drawn_at))


def test_it_comes_closer_than_the_linear_relaxation_of_pairs_and_never_below_the_best_plan() -> None:
    options = 13
    how, use = drawn(options, 3)
    pairs, every = len(how.one), np.arange(len(how.one))
    one, other, both = (
        sparse.csr_array((np.ones(pairs), (every, column)), shape=(pairs, options + pairs))
        for column in (how.one, how.other, options + every)
    )
    matrix = sparse.vstack(
        [sparse.hstack([use, sparse.csr_array((2, pairs))]), both - one, both - other, one + other - both]
    )
    linear = Problem(
        cost=-np.append(how.value, how.bonus),
        offset=0.0,
        lower=np.zeros(options + pairs),
        upper=np.ones(options + pairs),
        integer=np.arange(options + pairs) < options,
        matrix=sparse.csc_array(matrix),
        row_lower=np.full(matrix.shape[0], -np.inf),
        row_upper=np.concatenate([np.ones(2), np.zeros(2 * pairs), np.ones(pairs)]),
    )
    worth = []
    for whole in (linear.integer, np.zeros_like(linear.integer)):
        highs = loaded(replace(linear, integer=whole), OPTIONS)
        highs.run()
        worth.append(-float(highs.getInfo().objective_function_value))
    search = bounding(how, use)
    search.run()
    bound = -float(search.highs.getInfo().objective_function_value)
    assert worth[0] <= bound < worth[1]
