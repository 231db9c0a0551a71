"""Sums that are 0 but for rounding limit nothing: a row of nothing else would be scaled up, and forbid plans."""

from __future__ import annotations

from typing import Any

import pytest

import outlay
from tests.support.documents import document, parsed

AT_ONCE = {"from_month": 0, "to_month": 12}


def taxes(*amounts: float) -> list[dict[str, Any]]:
    return [{"project": "A", "metric": "taxes", **AT_ONCE, "amount": amount} for amount in amounts]


def power(**roles: list[float]) -> dict[str, Any]:
    """A uses and supplies power, of which there is none."""
    return {
        "resources": [{"resource": "power", "kind": "energy"}],
        "availability": [{"resource": "power", "from": "2026-01", "amount": 0}],
        "requirements": [
            {"project": "A", "resource": "power", "role": role, **AT_ONCE, "amount": amount}
            for role, amounts in roles.items()
            for amount in amounts
        ],
    }


SHARE = {"metric": "value", "of": "commitment", "basis": "share"}


@pytest.mark.parametrize(
    "tables",
    [
        {"cashflows": taxes(0.1, 0.2, -0.3), "limits": [{"metric": "taxes", "max": 0}]},
        {"cashflows": taxes(-0.1, -0.2, 0.3), "limits": [{"metric": "taxes", "min": 0}]},
        {"limits": [{**SHARE, "by": "project", "min": 0.1}]},  # 0.3 of 3
        power(uses=[0.1, 0.2], supplies=[0.3]),
    ],
)
def test_nothing_but_rounding_limits_nothing(tables: dict[str, Any]) -> None:
    project = {"id": "A", "value": 0.3, "commitment": 3, "latest_start": "2026-01"}
    solution = outlay.solve(parsed(document(projects=[project], **tables)))
    assert (solution.objective, outlay.verify(solution).ok) == (0.3, True)


def test_a_level_of_nothing_but_rounding_holds_no_later_one_back() -> None:
    levels = [{"weights": {"value": 1, "commitment": -0.1}}, {"weights": {"count": 1}}]
    project = {"id": "A", "value": 0.3, "commitment": 3}
    solution = outlay.solve(parsed(document(projects=[project], settings={"objective": levels})))
    assert [level.objective for level in solution.levels] == [0, 1]
