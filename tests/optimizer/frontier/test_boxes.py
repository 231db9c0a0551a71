"""Two objectives where parts of projects trade off: lines are followed from plans, not sampled."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from scipy.integrate import trapezoid

import outlay
from outlay.instances.formats.parsing import parse_document
from outlay.instances.plan import Plan
from outlay.optimizer.frontier.box import Line
from outlay.optimizer.frontier.criteria.points import Point
from outlay.optimizer.frontier.criteria.space import Space
from tests.optimizer.frontier.test_frontier import VALUE_AND_MONEY, values

#: Value and money of projects of which any part from a hundredth on can be funded, the best for its money first.
PARTS = ((9.0, 3.0), (8.0, 4.0), (6.0, 6.0), (2.0, 4.0))


def parts() -> outlay.Instance:
    document: dict[str, Any] = {
        "instance": {"name": "parts", "calendar": {"start": "2026-01", "periods": 1, "months_per_period": 12}},
        "projects": [
            {"id": f"p{at}", "value": value, "commitment": money, "min_scale": 0.01}
            for at, (value, money) in enumerate(PARTS)
        ],
        "resources": [{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
        "availability": [{"resource": "commitments", "from": "2026-01", "amount": 17}],
    }
    return parse_document(document, source="test")


def curve(money: float) -> float:
    """Return the most value for so much money, but for least parts: projects in their order, the last one in part."""
    total = 0.0
    for value, price in PARTS:
        total += value * min(1.0, max(0.0, money / price))
        money -= price
    return total


def test_a_curve_of_parts_is_its_corners_and_the_lines_between(always_warm: None) -> None:
    found = outlay.frontier(parts(), VALUE_AND_MONEY, tolerance=1e-3, jobs=1)
    assert found.within
    corners = [(25, 17), (23, 13), (17, 7), (9, 3), (0, 0)]
    points = np.array(values(found))
    for corner in corners:
        assert np.abs(points - corner).max(axis=1).min() <= 0.1  # the next project begins with a hundredth
    assert len(points) <= 20  # by halves of boxes it takes hundreds
    assert (-np.diff(points, axis=0) > 1e-3).any(axis=1).all()
    at = [np.linspace(*points[[a - 1, b - 1], 1], 20) for a, b in found.segments.to_numpy().tolist()]
    assert sum(float(np.ptp(money)) for money in at) >= 0.98 * 17
    for (a, b), money in zip(found.segments.to_numpy().tolist(), at, strict=True):
        value = np.linspace(*points[[a - 1, b - 1], 0], 20)
        assert value == pytest.approx([curve(each) for each in money], abs=0.1)
    area = float(trapezoid([curve(each) for each in np.linspace(0, 17, 1701)], dx=0.01))
    assert found.hypervolume <= area <= found.hypervolume_most + 0.05


def test_what_lies_beyond_a_line_is_within_the_tolerance_and_told(always_warm: None) -> None:
    rough = outlay.frontier(parts(), VALUE_AND_MONEY, tolerance=0.05, jobs=1)
    assert rough.within
    assert not rough.complete
    assert rough.missing_by is not None
    assert 0 < rough.missing_by <= 0.05
    assert rough.hypervolume < rough.hypervolume_most


def test_a_line_is_worth_the_same_all_along() -> None:
    plan = Plan(choices=())
    line = Line(Point((8.0, 2.0), plan), Point((4.0, 10.0), plan))
    assert (line.low.tolist(), line.sides.tolist()) == ([4.0, 2.0], [4.0, 8.0])
    for share in (0.0, 0.3, 1.0):
        place = np.array([4 + 4 * share, 10 - 8 * share])
        assert line.beyond(sum(weight * place[at] for at, weight in line.across.items())) == pytest.approx(0)
    assert line.passed(Point((7.0, 6.0), plan)) == pytest.approx(0.25)
    assert line.passed(Point((5.0, 6.0), plan)) == 0
    assert line.passed(Point((30.0, 1.0), plan)) == 0


def test_the_ends_of_a_line_are_proved_by_it(always_warm: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds of single objectives that are a little too high leave boxes beside lines, which are proved by a sum."""
    given = Space.read

    def loose(self: Space, answer: Any) -> Any:
        found = given(self, answer)
        more = 0.01 * float(self.range[0]) if len(self.ideal) and len(answer.stages) > 1 else 0.0
        return dataclasses.replace(found, bound=found.bound + more)

    monkeypatch.setattr(Space, "read", loose)
    found = outlay.frontier(parts(), VALUE_AND_MONEY, tolerance=0.02, jobs=1)
    assert "gap" in set(found.open["reason"])
    ends = set(found.segments.to_numpy().ravel().tolist())
    assert found.points["proved"][[end - 1 for end in ends]].all()
    assert found.within
