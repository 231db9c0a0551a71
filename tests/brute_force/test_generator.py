"""The generator: valid, small, repeatable, mostly feasible, and understood by the oracle without contradiction."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings

from tests.brute_force.comparison import broken_rows
from tests.brute_force.enumeration import Enumeration
from tests.brute_force.enumerator import best
from tests.brute_force.generator import MOST_COMBINATIONS, Case, case_of, cases

#: Processes, clocks and other machines: a minute in all.
pytestmark = pytest.mark.slow


def test_a_seed_always_gives_the_same_case() -> None:
    assert case_of(7) == case_of(7)
    assert case_of(7) != case_of(8)


@settings(max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(cases)
def test_the_oracles_plan_keeps_the_oracles_rows(case: Case) -> None:
    instance = case.instance()
    assert Enumeration(instance).count() <= MOST_COMBINATIONS
    found = best(instance)
    if found.status == "optimal":
        assert not broken_rows(instance, found.plan)


@pytest.mark.nightly
def test_most_cases_are_feasible_and_some_are_not() -> None:
    statuses = Counter(best(case_of(seed).instance()).status for seed in range(60))
    assert statuses["optimal"] >= 45
    assert statuses["infeasible"] >= 2
