"""What is told of points and faces: the round number that a value is but for what a solver may be off by."""

from __future__ import annotations

import pytest

import outlay
from outlay.optimizer.frontier.assembling import Outcome, as_round, faces_table
from outlay.optimizer.frontier.criteria.objectives import Objective
from outlay.optimizer.frontier.criteria.points import Point
from outlay.optimizer.frontier.faces.patches import Face


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (41.99999996, 42.0),
        (-15.50000002487289, -15.5),
        (41.999999, 41.999999),  # more than a solver may be off by
        (1234567899.0, 1234567899.0),
        (550_123.45, 550_123.45),
        (1 / 3, 1 / 3),
        (0.0, 0.0),
    ],
)
def test_a_value_beside_a_round_number_is_told_as_it(value: float, told: float) -> None:
    assert as_round(value) == told


def test_a_corner_is_told_as_its_point_is_but_what_comes_in_steps_as_it_is() -> None:
    objectives = (
        Objective("max:value", "value", "", {"value": 1.0}),
        Objective("min:commitment", "money", "", {"commitment": -1.0}, -1.0),
        Objective("max:count", "count", "", {"count": 1.0}, grain=1e-9),
    )
    corner = Point((41.99999996, -5.500000005, 2.000000001), outlay.Plan())
    outcome = Outcome([corner], [], [], within=True, reached=0.0, most=0.0, faces=(Face((corner,)),))
    assert faces_table(objectives, outcome).to_numpy().tolist() == [[1, 1, 42.0, 5.5, 2.000000001]]
