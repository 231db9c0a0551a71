"""Half-spaces in which all plans lie, held against a known set of plans."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from outlay.instances.plan import Plan
from outlay.optimizer.frontier.criteria.points import Found, Point
from outlay.optimizer.frontier.criteria.space import Space
from outlay.optimizer.frontier.faces.hull import LEFT, Hull
from outlay.optimizer.status import Status

WITHIN = 0.02


class Asking(Space):
    """A space whose questions are their weights."""

    def weighted(self, name: str, weights: Any, *_: Any, **__: Any) -> Any:
        return weights


def test_sums_are_asked_for_until_no_plan_can_lie_far_beyond_what_is_known() -> None:
    dice = np.random.default_rng(3)
    plans = dice.uniform(0, 1, (500, 3))
    plans /= np.linalg.norm(plans, axis=1, keepdims=True)
    space = Asking(cast("Any", None), cast("Any", ()), {}, WITHIN)
    space.ideal, space.nadir, space.least = plans.max(axis=0), np.zeros(3), np.full(3, 1e-6)
    hull = Hull(space, WITHIN)
    known = [Point(tuple(plans[at].tolist()), Plan(choices=())) for at in plans.argmax(axis=0)]
    rounds = 0
    while asked := hull.ask(known):
        rounds += 1
        for normal, question in asked.values():
            weights = np.array([cast("Any", question).get(at, 0.0) for at in range(3)])
            assert np.allclose(weights * space.scale, normal)
            values = plans[np.argmax(plans @ weights)]
            point = Point(tuple(values.tolist()), Plan(choices=()))
            hull.take(normal, Found(point, float(values @ weights), "", Status.OPTIMAL))
            known.append(point)
    assert 3 < rounds < 60
    scaled = plans / space.scale
    assert (scaled @ hull.normals.T <= hull.levels + 1e-9).all()
    directions = dice.dirichlet(np.ones(3), 200)
    values = np.array([point.values for point in known]) / space.scale
    beyond = hull.most(directions, np.full(3, -1.0)) - (values @ directions.T).max(axis=0)
    assert (beyond >= -1e-9).all()
    assert beyond.max() <= 3 * LEFT * WITHIN


def test_what_is_not_proved_says_nothing() -> None:
    space = Asking(cast("Any", None), cast("Any", ()), {}, WITHIN)
    space.ideal, space.nadir, space.least = np.ones(3), np.zeros(3), np.full(3, 1e-6)
    hull = Hull(space, WITHIN)
    hull.take(np.full(3, 1 / 3), Found(None, np.inf, "time", Status.STOPPED))
    assert hull.most(np.full((1, 3), 1 / 3), np.full(3, -1.0))[0] == 1.0
