"""The best set of projects that holds whatever its members wait for."""

from __future__ import annotations

from itertools import combinations
from random import Random

import numpy as np
import pytest

from outlay.optimizer.search.ledgers.closure import closure


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
