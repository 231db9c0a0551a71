"""Limits on shares are moved and stretched as others are: towards the whole, or towards nothing."""

from __future__ import annotations

from typing import Any

import pytest

import outlay
from outlay import Variation
from outlay.instances.errors import InputError
from outlay.optimizer.variation.vary import Variations
from tests.support.documents import instance, level

RAIL = "limits/commitment/share/sector/rail/max"


def railways(*, budget: float = 11, **limit: Any) -> outlay.Instance:
    """Return two roads and two railways, of which railways may be half of what is committed, or what `limit` says."""
    rows = (("road", 8, 5, "roads"), ("lane", 3, 2, "roads"), ("tram", 6, 4, "rail"), ("metro", 7, 6, "rail"))
    own = {"metric": "commitment", "by": "sector", "group": "rail", "max": 0.5, "basis": "share"} | limit
    return instance(
        projects=[
            {"id": name, "value": value, "commitment": money, "sector": sector} for name, value, money, sector in rows
        ],
        resources=[{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
        availability=[level("commitments", budget)],
        calendar={"periods": 2},
        limits=[own],
    )


@pytest.fixture(scope="module")
def varied() -> Variations:
    return outlay.vary(railways())


@pytest.mark.slow
def test_a_share_is_moved_by_a_share_of_itself_or_by_units(varied: Variations) -> None:
    """Road, lane and tram: 4 of 11 are for railways; with a quarter at most, no tram; with 6/11, road and metro."""
    assert varied.solve(Variation()).worth == 17
    assert varied.solve(Variation(level={RAIL: -0.5})).worth == 11
    assert varied.solve(Variation(level={RAIL: -0.25}, units=(RAIL,))).worth == 11
    assert varied.solve(Variation(force_in=("metro",), level={RAIL: 0.1})).worth == 15
    assert varied.solve(Variation(force_in=("metro",), level={RAIL: 0.09})).infeasible


@pytest.mark.parametrize(("units", "least"), [((), 1 / 11), ((RAIL,), 1 / 22)])
def test_the_least_stretch_of_a_greatest_share_is_found(
    varied: Variations, units: tuple[str, ...], least: float
) -> None:
    answer = varied.solve(Variation(force_in=("metro",), at_least=15, stretch=(RAIL,), units=units), gap=0.0)
    assert answer.value == pytest.approx(least)
    assert answer.bound == pytest.approx(least, rel=2e-6)
    assert answer.status.proved
    assert answer.verified
    assert outlay.solve(varied.over.instance_with(dict(answer.body))).objective == 15


def test_where_no_share_would_do_that_is_proved(varied: Variations) -> None:
    assert varied.solve(Variation(force_in=("metro", "tram"), at_least=14, stretch=(RAIL,))).infeasible


def test_a_least_share_is_stretched_towards_nothing() -> None:
    varied = outlay.vary(railways(max=None, min=0.6))
    name = "limits/commitment/share/sector/rail/min"
    assert varied.solve(Variation()).worth == 13
    answer = varied.solve(Variation(at_least=17, stretch=(name,)), gap=0.0)
    assert answer.value == pytest.approx(1 - 4 / 11 / 0.6, rel=2e-6)
    assert answer.verified


def test_years_without_anything_hinder_no_stretch() -> None:
    """In a year in which nothing is selected the share is of nothing, and any share holds."""
    varied = outlay.vary(railways(every="year"))
    name = "limits/commitment/share/sector/rail/year/max"
    answer = varied.solve(Variation(force_in=("metro",), at_least=15, stretch=(name,)), gap=0.0)
    assert answer.value == pytest.approx(1 / 11)


def test_a_share_of_the_whole_can_be_tightened_although_it_limits_nothing_yet() -> None:
    varied = outlay.vary(railways(by="all", group=None, max=1))
    assert varied.solve(Variation(level={"limits/commitment/share/max": -0.1})).worth == 0


def test_a_share_is_stretched_alone(varied: Variations) -> None:
    for variation in (
        Variation(stretch=(RAIL, "commitments")),
        Variation(stretch=(RAIL,), objective={"value": 1.0}),
        Variation(stretch=(RAIL,), count_first=True),
    ):
        with pytest.raises(InputError, match="move it by `level`"):
            varied.solve(variation)


def test_a_share_has_no_curve_and_no_frontier() -> None:
    with pytest.raises(InputError, match="tell its worth with several steps"):
        outlay.explain(railways(), curves=[RAIL], jobs=1)
    with pytest.raises(InputError, match="no objective of a frontier"):
        outlay.frontier(railways(), ["objective", f"stretch:{RAIL}"], jobs=1)


@pytest.mark.slow
def test_a_repair_moves_a_share_only_where_as_few_others_do_not_do_and_then_as_little_as_it_can() -> None:
    must = railways(budget=20)
    projects = [{**row, "status": "mandatory"} if row["id"] != "lane" else row for row in must["projects"].records()]
    explanation = outlay.explain(must.replace(projects=projects), keep=["road", "tram", "metro"], jobs=1)
    assert explanation.repair["what"].tolist() == [RAIL]
    assert explanation.repair["by"].tolist() == pytest.approx([(10 / 17 - 0.5) / 0.5], abs=1e-6)
    assert explanation.repair["sentence"].tolist() == [f"{RAIL} of 58.82 % in the place of 50 %"]
    assert explanation.complete
    assert not explanation.notes
    tight = must.replace(projects=projects, availability=[level("commitments", 14)])
    both = outlay.explain(tight, keep=["road", "tram", "metro"], jobs=1).repair
    assert dict(zip(both["what"], both["by"], strict=True)) == pytest.approx(
        {"commitments": 1 / 14, RAIL: 1 / 3}, abs=1e-6
    )
