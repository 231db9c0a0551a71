"""The plans that a search knows: what counts, what is gone on from, and what is left behind."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.search.pool import Incumbents

#: Points of a knapsack, from worst to best.
NOTHING, POOR, FAIR, GOOD = np.zeros(3), np.array([1.0, 0, 0]), np.array([0, 1.0, 0]), np.array([0, 0, 1.0])


@pytest.fixture
def told() -> list[np.ndarray]:
    return []


@pytest.fixture
def plans(told: list[np.ndarray]) -> Incumbents:
    problem = Problem(
        np.array([-1.0, -2.0, -3.0]), 0.0, np.zeros(3), np.ones(3), np.full(3, True), sparse.csc_array(np.ones((1, 3))),
        np.array([-np.inf]), np.array([1.0]),
    )  # fmt: skip
    return Incumbents(problem, lambda point: point is not GOOD, on_better=told.append, by_clock=False)


def test_what_holds_and_is_better_counts(plans: Incumbents, told: list[np.ndarray]) -> None:
    assert plans.keep(FAIR)
    assert plans.keep(POOR)
    assert not plans.keep(np.ones(3))
    assert plans.best is FAIR
    assert [point is FAIR for point in told] == [True]
    assert plans.value() == -2.0


def test_what_the_verifier_refuses_is_not_gone_on_from(plans: Incumbents, told: list[np.ndarray]) -> None:
    assert plans.keep(POOR)
    assert not plans.keep(GOOD)
    assert plans.current is POOR
    assert plans.best is POOR
    assert len(told) == 1


def test_a_better_plan_from_outside_is_gone_on_from(plans: Incumbents) -> None:
    plans.keep(POOR)
    plans.offer(FAIR + 1e-9)
    assert plans.take_over()
    assert plans.current is plans.external
    assert not plans.beats(plans.external)
    start = plans.point_to_start_from()
    assert start is not None
    assert start.tolist() == FAIR.tolist()
    assert not plans.take_over()


def test_what_does_not_hold_is_not_taken_from_outside(plans: Incumbents) -> None:
    plans.offer(np.ones(3))
    assert plans.external is None


@pytest.mark.parametrize(("home", "away"), [(FAIR, POOR), (POOR, FAIR)])
def test_back_from_another_plan_the_better_one_stays(plans: Incumbents, home: np.ndarray, away: np.ndarray) -> None:
    plans.keep(home)
    plans.leave()
    assert plans.current is None
    plans.keep(away)
    assert plans.is_as_good(away)
    assert plans.take_better() is POOR
    assert plans.current is FAIR


def test_without_another_plan_home_stays(plans: Incumbents) -> None:
    plans.keep(FAIR)
    plans.leave()
    assert not plans.is_as_good(FAIR)
    assert plans.take_better() is None
    assert plans.current is FAIR


def test_by_the_clock_a_plan_that_is_much_better_is_verified_at_once_and_others_are_not(
    plans: Incumbents, told: list[np.ndarray]
) -> None:
    """Verifying takes so long that there is no time for it again; the last one is better by a fiftieth."""
    problem = replace(plans.problem, cost=np.array([-1.0, -2.0, -2.04]))
    plans = Incumbents(problem, lambda _: True, on_better=told.append, by_clock=True, aside_share=0.0)
    plans._verifying_s = np.inf
    for point in (POOR, FAIR, GOOD):
        plans.keep(point)
        plans._verifying_s = np.inf
    assert [point is one for point, one in zip(told, (POOR, FAIR), strict=True)] == [True, True]
    assert plans.current is GOOD
    assert plans.best is FAIR
    plans.count(GOOD, at_once=True)
    assert plans.best is GOOD
