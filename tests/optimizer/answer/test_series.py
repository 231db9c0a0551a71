"""Amounts by period: what charts show agrees with the tables, and with what is counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import outlay
from outlay.models.case import Case
from outlay.optimizer.answer.series import (
    MOST_TIGHT,
    Used,
    blocked,
    by_sector,
    cash_streams,
    committed,
    counted_beside,
    drawn,
    tightness,
    used_resources,
)
from tests.support.documents import document, level, parsed, small_plan


@pytest.fixture(scope="module")
def solution() -> outlay.Solution:
    made = small_plan()
    for number, project in enumerate(made["projects"]):
        project["sector"] = f"sector {number % 3}"
    return outlay.solve(parsed(made), gap=0)


def rows(**columns: list[float]) -> pd.DataFrame:
    """Return rows of the table of resources, of one resource by period, with nothing but what is given."""
    size = len(columns["used"])
    blank = {name: [0.0] * size for name in ("supplied", "imported", "bought", "linked", "shortfall", "limit")}
    return pd.DataFrame({**blank, "basis": ["per_period"] * size, "period": range(size), **columns})


def test_a_use_is_a_share_of_all_there_could_be() -> None:
    table = rows(used=[4, 4, 4, 4, 0], limit=[8, 4, 0, 0, 0], supplied=[0, 4, 0, 0, 0], bought=[0, 0, 5, 0, 0])
    assert tightness(table, None).tolist() == [0.5, 0.5, 0.8, MOST_TIGHT, 0.0]


def test_what_is_sent_on_is_used_and_what_comes_is_room() -> None:
    assert tightness(rows(used=[4, 4], limit=[8, 8], linked=[-2, 8]), None).tolist() == [0.75, 0.25]


def test_imports_count_up_to_their_ceiling_and_without_end_where_there_is_none() -> None:
    table = rows(used=[4, 4], limit=[4, 4])
    assert tightness(table, np.array([4.0, np.nan])).tolist() == [0.5, 0.0]
    table["basis"] = "cumulative"
    assert tightness(table, np.array([4.0, 4.0])).tolist() == [0.5, pytest.approx(1 / 3)]


@pytest.mark.slow
def test_series_add_up_to_what_the_table_of_resources_says(solution: outlay.Solution) -> None:
    case = Case(solution.instance)
    table = solution.resources
    for resource, events in (("commitments", committed(solution)), ("draws", drawn(solution, case))):
        series = by_sector(solution, events, most=10, rest="others")
        own = table[table["resource"] == resource]
        total = np.sum(list(series.values()), axis=0)
        for basis, period, used in zip(own["basis"], own["period"], own["used"], strict=True):
            size = solution.instance.periods_per_year or 1
            span = {"cumulative": (0, period + 1), "per_year": (period, period + size)}.get(basis, (period, period + 1))
            assert total[slice(*span)].sum() == pytest.approx(used)


@pytest.mark.slow
def test_sectors_beyond_the_largest_stand_together(solution: outlay.Solution) -> None:
    whole = by_sector(solution, committed(solution), most=10, rest="others")
    few = by_sector(solution, committed(solution), most=1, rest="others")
    assert len(whole) == 3
    assert list(few) == [next(iter(whole)), "others"]
    assert sum(few.values()).tolist() == pytest.approx(sum(whole.values()).tolist())
    assert whole[next(iter(whole))].sum() == max(amounts.sum() for amounts in whole.values())


def test_what_lies_past_the_calendar_is_in_no_period(solution: outlay.Solution) -> None:
    events = {solution.projects["project"][0]: [(0, 1.0), (solution.instance.periods, 5.0)]}
    assert sum(amounts.sum() for amounts in by_sector(solution, events, most=3, rest="").values()) == 1.0


def test_blocks_are_sums_and_the_last_may_be_short() -> None:
    assert blocked({"a": np.arange(5.0)}, 2)["a"].tolist() == [1.0, 5.0, 4.0]
    assert blocked({}, 2) == {}


def test_what_a_limit_counts_beyond_projects_is_told_where_there_is_any() -> None:
    series = {"a": np.array([3.0, 3.0]), "b": np.array([1.0, 1.0])}
    assert counted_beside(series, rows(used=[4.0, 4.0]), 1) is None
    assert counted_beside(series, rows(used=[4.0, 6.0]), 1).tolist() == [0.0, 2.0]  # type: ignore[union-attr]


def test_what_binds_comes_first_and_money_not_at_all(solution: outlay.Solution) -> None:
    used = used_resources(solution, Case(solution.instance))
    assert used
    binds = [one.binds for one in used]
    assert binds == sorted(binds, reverse=True)
    names = [one.rows["resource"].iloc[0] for one in used]
    assert not set(names) & {"commitments", "draws"}
    for one in used:
        assert one.binds == (one.rows["resource"].iloc[0] in set(solution.table("binding")["resource"]))


def test_where_a_resource_is_tightest_and_how_much_is_missing() -> None:
    table = rows(used=[4, 9, 4], limit=[8, 8, 4], supplied=[0, 0, 1], shortfall=[0, 1, 0])
    table["label"] = ["2026", "2027", "2028"]
    found = Used(table, tightness(table, None), binds=True)
    assert found.peak == ("2027", 9 / 8)
    assert (found.full, found.short, found.most, found.cumulative) == (1, (1.0, 1), 9.0, False)
    stacked = [(column, more.tolist(), on.tolist()) for column, more, on in found.stacked(["supplied", "shortfall"])]
    assert stacked == [("supplied", [0, 0, 1], [8, 8, 4]), ("shortfall", [0, 1, 0], [8, 8, 5])]


@pytest.mark.slow
def test_cash_stands_under_the_years_it_flows_in() -> None:
    # Half of it is drawn in 2026 and in 2027; then 10 a year for three years, of which half, once 10 are back a tenth.
    made = document(
        calendar={"periods": 3},
        settings={"finance": {"waterfall": "literal"}},
        projects=[{"id": "A", "value": 1, "commitment": 10, "construction_months": 24, "life_years": 3,
                   "cash_yield": 1, "terms": "soft"}],
        terms=[{"terms": "soft", "rate": 0.0, "tenor_years": 3}],
        resources=[{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
        availability=[level("commitments", 10)],
    )  # fmt: skip
    solution = outlay.solve(parsed(made), gap=0)
    stream = cash_streams(solution, Case(solution.instance))["A"]
    assert dict(stream.drawn) == {2026: 5.0, 2027: 5.0}
    assert dict(stream.lender) == pytest.approx({2028: 5.0, 2029: 5.0, 2030: 1.0})
    assert dict(stream.owner) == pytest.approx({2028: 5.0, 2029: 5.0, 2030: 9.0})
    assert stream.recovery == 2029


def test_without_a_loan_no_cash_flows(solution: outlay.Solution) -> None:
    assert cash_streams(solution, Case(solution.instance)) == {}
