"""What three objectives leave open, kept up to date from answer to answer."""

from __future__ import annotations

from random import Random
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from outlay.instances.plan import Plan
from outlay.optimizer.frontier.criteria.points import Point
from outlay.optimizer.frontier.criteria.space import Space
from outlay.optimizer.frontier.zones import Zones


def searched(seed: int, count: int) -> Zones:
    """Return zones that some points in whole steps and some facts left."""
    dice = Random(seed)
    objectives = (SimpleNamespace(grain=1.0),) * 3
    space = Space(cast("Any", None), cast("Any", objectives), {}, 0.0)
    space.ideal, space.nadir, space.least = np.full(3, 20.0), np.zeros(3), np.ones(3)
    zones = Zones(space)
    zones.begin([])
    for _ in range(count):
        point = Point(tuple(float(dice.randint(0, 19)) for _ in range(3)), Plan(choices=()))
        if not (zones.facts <= np.array(point.values)).all(axis=1).any():
            zones.add(point)
        corner = dice.choice(zones.corners.tolist())
        bound = np.array([float(dice.randint(0, 25)), corner[1], corner[2]])
        if not any((np.array(known.values) > bound).all() for known in zones.points):
            zones.learn(bound)
    return zones


def test_a_zone_is_closed_as_soon_as_any_fact_says_so() -> None:
    every: list[bool] = []
    for seed in range(20):
        zones = searched(seed, 25)
        closed = [
            any((np.isneginf(fact) | (fact < corner + 0.999)).all() for fact in zones.facts)
            for corner in zones.corners
        ]  # fmt: skip
        assert zones.closed.tolist() == closed
        every += closed
    assert set(every) == {False, True}


def test_zones_cover_just_what_no_point_dominates() -> None:
    for seed in range(5):
        zones = searched(seed, 12)
        values = np.array([point.values for point in zones.points])
        for cell in np.ndindex(7, 7, 7):
            place = np.array(cell) * 3 + 0.5
            assert (place > zones.corners).all(axis=1).any() == (not (values >= place).all(axis=1).any())


def test_an_assumed_point_is_proved_just_where_nothing_left_could_dominate_it() -> None:
    proved: list[bool] = []
    for seed in range(12):
        zones = searched(seed, 12)
        zones.assumed = {point.values for point in zones.points}
        cells = np.array(list(np.ndindex(21, 21, 21)), dtype=float)
        above = (cells[:, None, :] > zones.corners[None, :, :]).all(axis=2).any(axis=1)
        below = (cells[:, None, :] > zones.facts[None, :, :]).all(axis=2).any(axis=1)
        able = cells[above & ~below]
        for point in zones.efficient():
            beaten = (able >= np.array(point.values)).all(axis=1).any()
            assert point.proved <= (not beaten)
            proved.append(point.proved)
    assert set(proved) == {False, True}
