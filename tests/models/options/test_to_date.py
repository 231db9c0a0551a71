"""Sums to date are what adding up every use in every later row gives, in a size that has no cube."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import outlay
from outlay.instances.errors import InputError
from outlay.models.arrays.rows import Entries
from outlay.models.case import Case
from outlay.models.families.resources import resource_rows
from outlay.models.options import size, to_date, usage
from tests.support.documents import instance, level
from tests.support.generated import some_generated


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


def long(**changes: Any) -> outlay.Instance:
    row = {"project": "A", "resource": "water", "phase": "operation", "amount": 1}
    return instance(
        calendar={"periods": 40, "months_per_period": 1},
        projects=[{"id": "A", "value": 1}],
        resources=[{"resource": "water", "kind": "commodity", "basis": "cumulative"}],
        availability=[level("water", 9), level("water", 12, "2026-05")],
        requirements=[{**row, **changes}],
    )


@pytest.mark.slow
def test_the_terms_are_counted_as_they_are_built() -> None:
    for made in (long(), long(role="supplies"), *some_generated(12)):
        for name in made["resources"].texts("resource"):
            rule, entries = resource_rows(Case(made), name), Entries()
            rule.fill(entries, 0)
            assert rule.size == sum(len(row) for row in entries.rows)


@pytest.mark.parametrize(("most", "what"), [(700, "amounts of use by period"), (800, "terms in the rows")])
def test_what_no_memory_holds_is_refused_with_the_figure(most: int, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # 40 starts, of which the last does not come to operate: 39 + 38 + ... = 780 uses, each in all rows from there on.
    monkeypatch.setattr(size, "MAX_TERMS", most)
    made = long(role="supplies")
    if most == 800:
        outlay.build(made)
        monkeypatch.setattr(size, "MAX_TERMS", 780 - 1)
        monkeypatch.setattr(usage, "refuse_too_many", lambda *_: None)
    for ask in (outlay.build, outlay.solve):
        with pytest.raises(InputError) as refused:
            ask(made)
        (fault,) = refused.value.faults
        assert what in fault.problem
        assert "780" in fault.problem
        assert (fault.column, fault.value) == ("resource", "water")
        assert "longer periods" in fault.remedy


def test_a_row_of_few_columns_asks_for_little(monkeypatch: pytest.MonkeyPatch) -> None:
    # However many cells may be summed at a time, no array is longer than what there is to sum.
    lengths: list[int] = []
    real = np.arange

    def counted(*bounds: int) -> np.ndarray:
        found = real(*bounds)
        lengths.append(len(found))
        return found

    monkeypatch.setattr(to_date.np, "arange", counted)
    to_date.summed(real(5), real(5), np.ones(5), 1)
    assert max(lengths) <= 10
