"""What plans of the same decisions reach, against figures by hand."""

from __future__ import annotations

import numpy as np
import pytest

import outlay
from outlay.optimizer.frontier.criteria.objectives import parse_objectives
from outlay.optimizer.frontier.criteria.points import Point
from outlay.optimizer.frontier.criteria.space import Space
from outlay.optimizer.frontier.faces.patches import Patches
from outlay.optimizer.frontier.faces.reach import Reach
from tests.optimizer.frontier.cases import two_parts


@pytest.fixture(scope="module")
def space() -> Space:
    """Two projects of which half and a quarter can be built at least, under a cap that both may have."""
    varied = outlay.vary(two_parts(cap=5))
    objectives = parse_objectives(varied.over, ["max:value", "min:commitment", "max:jobs"])
    made = Space(varied, objectives, {"seed": 1, "time_limit_s": None}, 0.01)
    made.ideal, made.nadir, made.least = np.array([10.0, 0.0, 6.0]), np.array([0.0, -6.0, 0.0]), np.full(3, 1e-6)
    return made


@pytest.fixture(scope="module")
def both(space: Space) -> Point:
    plan = outlay.solve(space.varied.instance).plan
    assert plan is not None
    assert {choice.project for choice in plan.choices} == {"A", "B"}
    return Point((9.0, -5.0, 4.75), plan)


def test_the_best_of_a_sum_is_a_corner_that_verifies(space: Space, both: Point) -> None:
    reach = Reach(space, both)
    for normal, corner in [
        ((1, 0, 0), (9, -5, 4.75)),
        ((0, 1, 0), (4, -2, 1.75)),
        ((0, 0, 1), (7, -5, 5.5)),
        ((0.1, 0.1, 0.8), (7, -5, 5.5)),
    ]:
        found = reach.best(np.array(normal, dtype=float))
        assert found is not None
        assert found.values == pytest.approx(corner)
        point = reach.plan(found)
        assert point is not None
        assert point.values == pytest.approx(corner)
        assert point.choices == both.choices
        assert reach.best(np.array(normal, dtype=float), above=1e3) is None


def test_all_corners_of_what_two_projects_reach_are_found(space: Space, both: Point) -> None:
    patches = Patches(space, within=1e-5)
    patches.add(both)
    while patches.explore() is not None:
        pass
    (patch,) = patches.by_choices.values()
    corners = {tuple(np.round(point.values, 6) + 0.0) for point in patch.points}
    assert corners == {(9, -5, 4.75), (7, -3, 2.25), (4, -2, 1.75), (7, -5, 5.5)}
