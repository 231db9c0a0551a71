"""Numbers of any size: money in dollars, energy in kilowatt-hours, frequencies of a hundred-millionth a year."""

from __future__ import annotations

import pytest

import outlay
from tests.support.cases import CASES, expected

pytestmark = pytest.mark.usefixtures("always_warm")

NAMES = ("dollars-one-fund", "energy-in-kwh", "thirds-of-a-million", "core-damage", "release-limit-b")
EFFORTS = ({"effort": "prove"}, {"effort": "search", "time_limit": 60}, {"effort": "repeat", "work": 5})


@pytest.mark.parametrize("effort", EFFORTS, ids=lambda effort: effort["effort"])
@pytest.mark.parametrize(("name", "constraint_set", "right"), expected(*NAMES))
def test_the_best_plan_of_a_case_with_unusual_numbers_is_found(
    name: str, constraint_set: str, right: str, effort: dict[str, object]
) -> None:
    solution = outlay.solve(outlay.read(CASES / name), constraint_set=constraint_set, **effort)  # type: ignore[arg-type]
    assert (solution.status, solution.verified) == ("optimal", True)
    assert solution.objective == pytest.approx(float(right), rel=1e-7)
