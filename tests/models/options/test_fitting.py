"""What can never fit by itself is told, with its figures."""

from __future__ import annotations

from typing import Any

import pytest

from outlay.models.case import Case
from tests.support.documents import instance, level


def case(basis: str, *, amount: float = 4, **more: Any) -> Case:
    """Return two projects on one resource: one needs 6 in each of two periods, one 3."""
    return Case(
        instance(
            projects=[{"id": "big", "construction_months": 24, **more.pop("big", {})}, {"id": "small"}],
            resources=[{"resource": "crew", "kind": "labour", "basis": basis, **more.pop("crew", {})}],
            availability=[level("crew", amount)],
            requirements=[
                {"project": "big", "resource": "crew", "phase": "construction", "amount": 6},
                {"project": "small", "resource": "crew", "phase": "construction", "amount": 3},
            ],
            **more,
        )
    )


def left(found: Case) -> set[str]:
    """Return the projects with an option that may fit."""
    return {found.alternatives.projects[number] for number in found.options.project[~found.unfitting[0]].tolist()}


@pytest.mark.parametrize(
    ("basis", "amount", "words"),
    [
        ("per_period", 5, "it can never fit: it needs 6 of crew in a period, at most 5 is there"),
        ("per_year", 5, "it can never fit: it needs 6 of crew in a year, at most 5 is there"),
        ("cumulative", 11, None),  # in the last year only half of it falls inside
    ],
)
def test_an_option_that_alone_needs_more_than_there_is_goes_with_its_figures(
    basis: str, amount: float, words: str | None
) -> None:
    found = case(basis, amount=amount)
    assert left(found) == ({"small"} if words else {"big", "small"})
    (record,) = found.unfitting[1]
    assert (record.project, record.rule) == ("big", "fit")
    assert record.reason == (words or "it can never fit: it needs 12 of crew in all, at most 11 is there")


@pytest.mark.parametrize(
    "more",
    [
        {"imports": [{"resource": "crew", "from": "2026-01", "max_per_period": 1}]},
        {"programs": [{"program": "school", "resource": "crew", "cost_per_unit": 1}]},
        {"crew": {"penalty": 1}},
        {"big": {"min_scale": 0.5}},
    ],
)
def test_what_something_may_add_to_may_fit(more: dict[str, Any]) -> None:
    assert left(case("per_period", **more)) == {"big", "small"}
