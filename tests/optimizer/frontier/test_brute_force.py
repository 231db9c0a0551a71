"""Frontiers of generated instances against trying every combination; a campaign tries hundreds."""

from __future__ import annotations

import pytest

from tests.brute_force.frontier import problems, stretch_problems, tried
from tests.brute_force.generator import case_of


@pytest.mark.parametrize("seed", [3])
def test_two_objectives_have_no_other_efficient_vectors(always_warm: None, seed: int) -> None:
    assert problems(case_of(seed), 2, seed) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3])
def test_three_objectives_have_no_other_efficient_vectors(always_warm: None, seed: int) -> None:
    assert problems(case_of(seed), 3, seed) == []


@pytest.mark.slow
def test_a_stretch_does_what_is_said_where_something_is_carried_over(always_warm: None) -> None:
    assert stretch_problems(case_of(10)) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [21, 22, 23, 24])
def test_some_frontiers_have_no_other_efficient_vectors(always_warm: None, seed: int) -> None:
    assert tried(seed) == []


@pytest.mark.nightly
@pytest.mark.parametrize("seed", [*range(1, 21), *range(25, 37), 9200032])
def test_many_frontiers_have_no_other_efficient_vectors(always_warm: None, seed: int) -> None:
    assert tried(seed) == []
