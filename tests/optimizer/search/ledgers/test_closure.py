"""The best set of projects that holds whatever its members wait for."""

from __future__ import annotations

from itertools import combinations
from random import Random

import numpy as np
import pytest

from outlay.optimizer.search.ledgers.closure import closure, depth, prices


@pytest.mark.parametrize("seed", range(8))
def test_no_set_that_holds_what_it_waits_for_is_worth_more(seed: int) -> None:
    random = Random(seed)
    value = np.array([random.randint(-9, 9) for _ in range(8)], dtype=float)
    pairs = [(later, earlier) for later in range(8) for earlier in range(later) if random.random() < 0.3]
    waiting = (np.array([pair[0] for pair in pairs], dtype=int), np.array([pair[1] for pair in pairs], dtype=int))
    sets = [set(some) for size in range(9) for some in combinations(range(8), size)]
    held = [some for some in sets if all(earlier in some for later, earlier in pairs if later in some)]
    best = max(sum(value[one] for one in some) for some in held)
    found = set(np.nonzero(closure(value, waiting))[0].tolist())
    assert found in held
    assert sum(value[one] for one in found) == best


def test_what_waits_for_a_project_that_cannot_be_funded_is_not_worth_funding() -> None:
    assert not closure(np.array([5.0, -np.inf]), (np.array([0]), np.array([1]))).any()


@pytest.mark.parametrize("seed", range(8))
def test_up_to_its_price_a_project_is_in_the_best_set_and_above_it_is_not(seed: int) -> None:
    random = Random(seed)
    value = np.array([random.randint(-9, 9) for _ in range(9)], dtype=float)
    use = np.array([random.choice([0, 1, 2, 5]) for _ in range(9)], dtype=float)
    pairs = [(later, earlier) for later in range(9) for earlier in range(later) if random.random() < 0.3]
    waiting = (np.array([pair[0] for pair in pairs], dtype=int), np.array([pair[1] for pair in pairs], dtype=int))
    found = prices(value, use, waiting, 100)
    for price in sorted({*found.tolist(), 0.0}):
        above, below = (closure(value - max(0.0, price + step) * use, waiting) for step in (1e-3, -1e-3))
        assert (found[above] > price).all() or price == found.max()
        assert (found[below] >= price).all()
        assert below[found > price].all()


def test_with_fewer_sets_prices_are_means_of_those_they_lie_between() -> None:
    value, use, none = np.array([6.0, 2.0, 1.0]), np.ones(3), np.zeros(0, dtype=int)
    assert prices(value, use, (none, none), 0).tolist() == [3.0, 3.0, 3.0]
    assert prices(value, use, (none, none), 10).tolist() == [6.0, 2.0, 1.0]


def test_the_depth_of_a_project_is_how_many_come_before_it_one_after_the_other() -> None:
    later, earlier = np.array([1, 2, 2, 4, 5, 6]), np.array([0, 1, 0, 5, 4, 5])
    assert depth((later, earlier), 7).tolist() == [0, 1, 2, 0, 7, 7, 7]
