"""The map of what is open, held against plans drawn at random."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest

from outlay.instances.plan import Plan
from outlay.optimizer.frontier.criteria.points import Point
from outlay.optimizer.frontier.criteria.space import Space
from outlay.optimizer.frontier.faces.heights import Heights
from outlay.optimizer.frontier.faces.patches import Patch

WITHIN = 0.05


def mapped(worst: np.ndarray) -> Heights:
    space = Space(cast("Any", None), cast("Any", ()), {}, WITHIN)
    space.ideal, space.nadir, space.least = np.ones(3), np.zeros(3), np.full(3, 1e-6)
    found = Heights.over(space, WITHIN, worst)
    assert found is not None
    return found


def patch(*corners: tuple[float, float, float]) -> Patch:
    made = Patch([Point(corner, Plan(choices=())) for corner in corners])
    made.refresh(np.ones(3))
    return made


@pytest.mark.parametrize("seed", range(4))
def test_a_plan_that_beats_all_that_is_known_lies_above_a_corner_that_is_open(seed: int) -> None:
    """Plans lie below a plane; what is known is a face of it, and some single plans."""
    dice = np.random.default_rng(seed)
    heights = mapped(np.zeros(3))
    normal = np.array([0.3, 0.3, 0.4])
    heights.lower(normal, 0.45)
    known = [patch((0.9, 0.1, 0.3), (0.2, 0.7, 0.4), (0.3, 0.2, 0.65))]
    known += [patch(tuple(dice.uniform(0, 0.45, 3).tolist())) for _ in range(6)]
    for one in known:
        heights.reach(one.normals, one.levels)
    plans = dice.uniform(0, 1, (4000, 3))
    plans = plans[plans @ normal <= 0.45]
    beating = np.array([not any(one.holds(plan, -WITHIN) for one in known) for plan in plans])
    corners = plans - 1e-6
    assert heights.is_open(corners)[beating].all()
    assert 0 < beating.sum() < len(plans)
    most = max(by for by in np.linspace(0, 1, 101) if any(not any(o.holds(p, -by) for o in known) for p in plans))
    assert most <= heights.missing()
    assert not heights.is_open(corners).all()
    for plan in plans[beating][:20]:
        low, high = heights.box(plan - 1e-6)
        assert (low <= plan + 1e-9).all()
        assert (plan <= high + 1e-9).all()
        normals = dice.dirichlet(np.ones(3), 5)
        assert (heights.beyond(plan - 1e-6, normals) >= normals @ plan - 1e-9).all()


def test_what_is_reached_within_the_tolerance_closes_everything() -> None:
    heights = mapped(np.zeros(3))
    heights.lower(np.array([0.5, 0.25, 0.25]), 0.5)
    everywhere = np.zeros((1, 3))
    assert heights.is_open(everywhere).all()
    face = patch((1, 0, 0), (0, 1, 1), (0.5, 1, 0), (0.5, 0, 1))
    heights.reach(face.normals, face.levels)
    assert not heights.is_open(everywhere).any()
    assert heights.missing() <= WITHIN + 1e-9
    assert heights.volume() >= 0.5


def test_no_plan_in_a_box_closes_that_box_only() -> None:
    heights = mapped(np.zeros(3))
    one = patch((0.5, 0.5, 0.5))
    heights.reach(one.normals, one.levels)
    corner = np.array([0.2, 0.6, 0.3])
    before = heights.left(corner)
    box = heights.box(corner)
    heights.close_in(box)
    assert before > 0
    assert heights.left(corner) == 0
    assert not heights.is_open(corner[None, :]).any()
    assert heights.is_open(np.array([[0.6, 0.2, 0.3]])).all()
    heights.close(np.array([0.55, 0.15, -np.inf]))
    assert not heights.is_open(np.array([[0.6, 0.2, 0.3]])).any()


def test_a_sum_lowers_what_is_open_in_its_box_down_to_its_floor_at_most() -> None:
    heights = mapped(np.zeros(3))
    corner = np.array([0.4, 0.4, 0.4])
    box = heights.box(corner)
    heights.lower_in(box, np.full(3, 1 / 3), 0.5)
    assert heights.box(corner)[1][2] < 1
    heights.lower_in(box, np.full(3, 1 / 3), 0.1)
    assert not heights.is_open(corner[None, :]).any()
    assert heights.is_open(np.array([[0.1, 0.1, 0.1]])).all()


def test_a_map_that_would_be_too_large_is_none() -> None:
    space = Space(cast("Any", None), cast("Any", ()), {}, WITHIN)
    space.ideal, space.nadir, space.least = np.ones(3), np.zeros(3), np.full(3, 1e-6)
    assert Heights.over(space, WITHIN, np.array([0, -np.inf, 0])) is None
    assert Heights.over(space, 1e-4, np.zeros(3)) is None


def test_a_point_may_be_behind_only_where_plans_can_be() -> None:
    heights = mapped(np.zeros(3))
    heights.lower(np.array([0.4, 0.3, 0.3]), 0.5)
    assert not heights.may_be_behind(np.array([0.5, 0.5, 0.49]))
    assert heights.may_be_behind(np.array([0.4, 0.5, 0.5]))  # another one may be (0.5, 0.5, 0.5)
    assert heights.may_be_behind(np.array([0.5, 0.35, 0.5]))
    assert heights.may_be_behind(np.array([0.5, 0.5, 0.4]))
    heights.close(np.array([0.45, 0.3, 0.35]))
    assert not heights.may_be_behind(np.array([0.5, 0.5, 0.36]))
