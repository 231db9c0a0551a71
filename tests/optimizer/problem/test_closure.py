"""The best set of nodes that holds whatever its members need, and the prices that prove it."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from outlay.optimizer.problem.closure import maximum_closure


@pytest.mark.parametrize("seed", range(10))
def test_no_closed_set_is_worth_more_and_prices_prove_it(seed: int) -> None:
    random = np.random.default_rng(seed)
    value = random.normal(0.0, 3.0, 9)
    value[random.random(9) < 0.1] = -np.inf
    pairs = np.array([(i, j) for i in range(9) for j in range(9) if i != j and random.random() < 0.15]).reshape(-1, 2)
    found = maximum_closure(value, pairs[:, 0], pairs[:, 1])
    sets = np.array(list(product([False, True], repeat=9)))
    closed = sets[(~sets[:, pairs[:, 0]] | sets[:, pairs[:, 1]]).all(axis=1)]
    assert (closed == found.chosen).all(axis=1).any()
    assert value[found.chosen].sum() >= max(value[some].sum() for some in closed) - 1e-6
    left = value - np.bincount(pairs[:, 0], found.price, 9) + np.bincount(pairs[:, 1], found.price, 9)
    assert (left[found.chosen] >= -1e-6).all()
    assert (left[~found.chosen] <= 1e-6).all()


def test_what_must_be_in_brings_what_it_needs() -> None:
    value = np.array([np.inf, -5.0, 1.0, -2.0])
    assert maximum_closure(value, np.array([0, 2]), np.array([1, 3])).chosen.tolist() == [True, True, False, False]


def test_two_that_need_each_other_are_in_it_together() -> None:
    """The flow that the one passes on to the other adds to the room of the way back, beyond 32 bits if it has more."""
    value = np.array([2.0, -1.0, -4.0, 2.0])
    found = maximum_closure(value, np.array([0, 0, 1, 2, 3]), np.array([1, 2, 0, 3, 1]))
    assert found.chosen.tolist() == [False] * 4
