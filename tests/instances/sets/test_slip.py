"""A set that makes projects late moves both of their dates."""

from __future__ import annotations

from typing import Any

import pytest

import outlay
from tests.support.documents import instance, level


def slipped(months: int, **dates: str) -> dict[str, Any]:
    made = instance(
        projects=[{"id": "A", "value": 1, **dates}],
        resources=[{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
        availability=[level("commitments", 4)],
        sets={"late": {"change": [{"table": "projects", "where": {"id": "A"}, "slip": {"months": months}}]}},
    ).with_set("late")
    return {name: made["projects"].raw(name)[0] for name in ("earliest_start", "latest_start")}


def test_both_dates_move() -> None:
    moved = slipped(12, earliest_start="2026-07", latest_start="2027-06")
    assert moved == {"earliest_start": "2027-07", "latest_start": "2028-06"}
    assert slipped(-6, earliest_start="2027-01", latest_start="2028-01")["earliest_start"] == "2026-07"


def test_without_dates_it_may_begin_so_many_months_after_the_calendar_does() -> None:
    assert slipped(12) == {"earliest_start": "2027-01", "latest_start": None}


def test_a_latest_start_past_the_calendar_limits_nothing_any_more() -> None:
    assert slipped(24, latest_start="2028-12") == {"earliest_start": "2028-01", "latest_start": None}


def test_nobody_can_start_after_the_calendar() -> None:
    with pytest.raises(outlay.InputError, match="no period begins at or after it"):
        slipped(48)


def test_only_projects_can_be_late() -> None:
    with pytest.raises(outlay.InputError, match="slip moves the dates of projects"):
        instance(
            projects=[{"id": "A"}],
            sets={"late": {"change": [{"table": "permits", "slip": {"months": 1}}]}},
        )


def test_a_set_that_leaves_a_project_no_start_is_a_fault_that_names_set_column_and_value() -> None:
    made = instance(
        projects=[{"id": "A", "value": 1, "latest_start": "2027-07"}],
        sets={"late": {"change": [{"table": "projects", "set": {"earliest_start": "2028-01"}}]}},
    )
    with pytest.raises(outlay.InputError) as caught:
        made.with_set("late")
    (fault,) = caught.value.faults
    assert (fault.where, fault.column, fault.value) == ("projects with set late", "earliest_start", "2028-01")
    assert "A can never start, it is after latest_start 2027-07" in fault.problem
    assert "slip" in fault.remedy


def test_dates_between_which_no_period_begins_are_a_fault_too() -> None:
    with pytest.raises(
        outlay.InputError, match="too near to latest_start 2027-09: the next period begins with 2028-01"
    ):
        instance(projects=[{"id": "A", "earliest_start": "2027-02", "latest_start": "2027-09"}])
