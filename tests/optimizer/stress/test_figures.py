"""Figures of a sample: against their definitions, and against what is known of simple functions."""

from __future__ import annotations

import numpy as np
import pytest

from outlay.optimizer.stress.sensitivity import bins, ends, first_order, largest_by_chance, value_of_knowing
from outlay.optimizer.stress.statistics import cvar, deviation, mean, quantile

WEIGHTS = np.array([0.05, 0.15, 0.2, 0.25, 0.35])
VALUES = np.array([7.0, -2.0, 4.0, 1.0, 9.0])


def test_cvar_is_the_mean_of_the_lowest_share_by_its_definition() -> None:
    for share in (0.05, 0.1, 0.15, 0.3, 0.5, 0.99, 1.0):
        # Rockafellar and Uryasev: the largest of q - E[(q - x)+] / share over all q is reached at one of the values.
        best = max(q - float(np.maximum(q - VALUES, 0) @ WEIGHTS) / share for q in VALUES)
        assert cvar(VALUES, WEIGHTS, share) == pytest.approx(best)
    assert cvar(VALUES, WEIGHTS, 1.0) == pytest.approx(mean(VALUES, WEIGHTS))
    assert cvar(np.full(4, 3.0), np.ones(4)) == pytest.approx(3.0)


def test_quantiles_are_the_least_value_that_holds_enough_weight() -> None:
    assert [quantile(VALUES, WEIGHTS, level) for level in (0.1, 0.15, 0.16, 0.4, 0.61, 1.0)] == [-2, -2, 1, 1, 7, 9]
    sample = np.arange(10.0)
    assert quantile(sample, np.full(10, 0.1), 0.5) == 4.0
    assert deviation(sample, np.full(10, 0.1)) == pytest.approx(np.std(sample, ddof=1))


def test_bins_hold_equal_parts_and_never_part_what_is_alike() -> None:
    group = bins(np.random.default_rng(1).random(200))
    assert np.bincount(group).min() >= 15
    lumpy = bins(np.repeat([1.0, 2.0, 3.0], [150, 3, 47]))
    assert len(set(lumpy[:150].tolist())) == 1
    assert bins(np.ones(50)).max() == 0


def test_first_order_indices_of_a_sum_are_its_shares_of_variance() -> None:
    random = np.random.default_rng(2)
    one, other, idle = random.random((3, 4000))
    result, weights = 2 * one + other, np.full(4000, 1 / 4000)
    found = [first_order(values, result, weights) for values in (one, other, idle)]
    for index, share in zip(found, (0.8, 0.2, 0.0), strict=True):
        assert index.share == pytest.approx(share, abs=0.02)
        assert index.error is not None
        assert index.error < 0.02
    assert first_order(np.ones(50), result[:50], weights[:50]) == (0.0, 0.0)
    assert first_order(one[:5], result[:5], weights[:5]) == (None, None)  # too few to say anything


def test_the_luckiest_of_many_idle_factors_shows_something() -> None:
    random = np.random.default_rng(4)
    idle, result, weights = list(random.random((40, 64))), random.random(64), np.full(64, 1 / 64)
    many, one = largest_by_chance(idle, result, weights), largest_by_chance(idle[:1], result, weights)
    assert 0 <= one < many < 0.5
    assert largest_by_chance(idle, np.ones(64), weights) == 0


def test_a_tornado_compares_the_ends_of_a_factor() -> None:
    values = np.repeat([1.0, 2.0, 3.0, 4.0], [30, 30, 30, 30])
    assert ends(values, values**2, np.ones(120)) == (1.0, 16.0)


def test_knowing_a_factor_is_worth_between_nothing_and_everything() -> None:
    random = np.random.default_rng(3)
    values = random.random(400)
    weights = np.full(400, 1 / 400)
    payoffs = np.column_stack([np.where(values > 0.5, 2.0, 0.0), np.where(values > 0.5, 0.0, 2.0)])
    everything = float(weights @ payoffs.max(axis=1) - (weights @ payoffs).max())
    known = value_of_knowing(values, payoffs, weights)
    assert known.value == pytest.approx(everything, rel=0.1)
    assert 0 <= known.chance < known.value
    idle = value_of_knowing(random.random(400), payoffs, weights)
    assert 0 <= idle.value <= everything
    assert idle.value == pytest.approx(idle.chance, abs=0.2)
    assert value_of_knowing(values, payoffs[:, :1], weights).value == 0
