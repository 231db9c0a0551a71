"""Explanations hold against trying every combination, on generated instances, as they are and with too much forced.

`OUTLAY_BRUTE_FORCE_FIRST` says from which seed on: in CI it follows from the commit, so that the seeds go round. Before
every change 60 cases, at night 300; ``python -m tests.brute_force.explaining FIRST COUNT`` tries others.
"""

from __future__ import annotations

import os

import pytest

from tests.brute_force.explaining import problems
from tests.brute_force.generator import case_of
from tests.brute_force.hopeless import one_too_many

FIRST = int(os.environ.get("OUTLAY_BRUTE_FORCE_FIRST", "0"))
#: Seeds before every change - other ones with each commit -, and nightly.
CHOSEN, ALL = 12, 32
MORE = [
    pytest.param(FIRST + 1 + place, marks=[pytest.mark.slow if place < CHOSEN else pytest.mark.nightly])
    for place in range(ALL)
]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [FIRST])
def test_what_explain_claims_is_what_trying_everything_finds(seed: int) -> None:
    assert problems(case_of(seed)) == []


@pytest.mark.parametrize("seed", MORE)
def test_what_explain_claims_is_what_trying_everything_finds_in_more_cases(seed: int) -> None:
    assert problems(case_of(seed)) == []


@pytest.mark.parametrize("seed", MORE)
def test_conflicts_and_repairs_are_what_trying_everything_finds(seed: int) -> None:
    assert problems(one_too_many(case_of(seed), seed)) == []


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(FIRST + 32, FIRST + 152))
def test_explanations_hold_in_hundreds_of_cases(seed: int) -> None:
    """With what runs before every change, 300 cases of other seeds with each commit."""
    case = case_of(seed)
    assert problems(case) == []
    assert problems(one_too_many(case, seed)) == []
