"""Sums to date are what adding up every use in every later row gives, in a size that has no cube."""

from __future__ import annotations

import numpy as np
import pytest

from outlay.models import to_date
from outlay.models.case import Case
from outlay.models.family_resources import resource_rows
from tests.support.documents import instance, level


def by_definition(place: np.ndarray, column: np.ndarray, value: np.ndarray, rows: int) -> np.ndarray:
    """Return rows x columns, adding each use to each row that counts it."""
    table = np.zeros((rows, 6))
    for at, whose, amount in zip(place, column, value, strict=True):
        for row in range(at, rows):
            table[row, whose] += amount
    return table


@pytest.mark.parametrize("cells", [1, 7, 4_000_000])
@pytest.mark.parametrize("seed", range(8))
def test_each_use_counts_in_every_row_from_its_own_on(seed: int, cells: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(to_date, "CELLS_AT_ONCE", cells)
    random = np.random.default_rng(seed)
    rows, uses = int(random.integers(0, 6)), int(random.integers(0, 20))
    place, column = random.integers(0, rows + 2, uses), random.integers(0, 6, uses)
    value = random.integers(-4, 5, uses).astype(float)
    row, at, amount = to_date.summed(place, column, value, rows)
    found = np.zeros((rows, 6))
    np.add.at(found, (row, at), amount)
    assert found.tolist() == by_definition(place, column, value, rows).tolist()
    assert len(set(zip(row.tolist(), at.tolist(), strict=True))) == len(row)
    assert len(row) == to_date.count_summed(place, column, rows)


def test_what_is_used_while_operating_takes_the_square_of_the_periods_not_the_cube() -> None:
    made = instance(
        calendar={"periods": 60, "months_per_period": 1},
        projects=[{"id": "A", "value": 1}],
        resources=[{"resource": "water", "kind": "commodity", "basis": "cumulative"}],
        availability=[level("water", amount, f"20{26 + year}-01") for year, amount in enumerate((50, 60, 70, 80, 90))],
        requirements=[{"project": "A", "resource": "water", "phase": "operation", "amount": 1}],
    )
    rule = resource_rows(Case(made), "water", every_row=True)
    assert sum(len(part.terms(60)[0]) for part in rule.parts()) == 60 * 59 // 2
