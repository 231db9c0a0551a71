"""Amounts that are lost beside others are told."""

from __future__ import annotations

from outlay.models.case import Case
from outlay.models.ranges import wide_rows
from tests.support.documents import knapsack, parsed


def test_a_paper_clip_beside_a_reactor_is_told_with_both_amounts() -> None:
    document = knapsack([3, 2, 1], [[12e9, 3e9, 0.02], [1, 1, 1]], [15e9, 2])
    (found,) = wide_rows(Case(parsed(document)))
    assert (found.rows, found.least, found.largest) == (1, 0.02, 12e9)
    assert "R0" in found.what


def test_an_objective_of_unlike_amounts_is_told() -> None:
    (found,) = wide_rows(Case(parsed(knapsack([3e9, 2, 0.001], [[1, 1, 1]], [2]))))
    assert (found.what, found.least, found.largest) == ("the objective", 0.001, 3e9)


def test_payments_in_dollars_for_billions_are_ordinary() -> None:
    document = knapsack([3, 2], [[1, 1]], [1])
    document["funds"] = [{"fund": "bank", "total": 10_000_000_000}]
    for row in document["projects"]:
        row["commitment"] = 12_000_000_000
    assert not list(wide_rows(Case(parsed(document))))
