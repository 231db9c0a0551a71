"""Which options there are, and why the others are not."""

from __future__ import annotations

from typing import Any

import pytest

from outlay.instances.errors import InputError
from outlay.models.case import Case
from outlay.models.options.generation import selection_matters
from tests.support.documents import Document, document, instance, level, parsed

PACE = {
    "resources": [{"resource": "selections", "kind": "committee"}],
    "availability": [level("selections", 1)],
}


def windows(made: Document, project: str = "A") -> list[tuple[int, int]]:
    """Return (start, selection) of each option of a project."""
    options = Case(parsed(made)).options
    return [(int(options.start[one]), int(options.selection[one])) for one in options.of(project)]


def starts(made: Document, side: str = "A", *, fast: bool = False) -> list[int]:
    options = Case(parsed(made)).options
    return [int(options.start[one]) for one in options.of(side) if bool(options.fast[one]) is fast]


def dropped(made: Document, rule: str) -> list[tuple[str, str, int]]:
    """Return (project, reason, starts) of what a rule dropped."""
    return [
        (item.project, item.reason, item.starts) for item in Case(parsed(made)).options.dropped if item.rule == rule
    ]


# -- selection ---------------------------------------------------------------------------------------------------


def test_selection_precedes_the_start_by_the_lead_and_at_most_the_wait() -> None:
    calendar = {"periods": 5, "selection_to_funding_months": 13, "max_wait_months": 12}  # 2 periods, 1 period
    made = document(calendar=calendar, projects=[{"id": "A"}], **PACE)
    assert windows(made) == [(2, 0), (3, 0), (3, 1), (4, 1), (4, 2)]
    assert dropped(made, "selection") == [
        ("A", "too early to be funded after a selection (selection_to_funding_months)", 2)
    ]


def test_only_the_latest_selection_is_kept_where_nothing_depends_on_it() -> None:
    calendar = {"periods": 5, "selection_to_funding_months": 13, "max_wait_months": 12}
    assert windows(document(calendar=calendar, projects=[{"id": "A"}])) == [(2, 0), (3, 1), (4, 2)]


def test_nothing_is_selected_after_the_last_selection() -> None:
    calendar = {"periods": 5, "max_wait_months": 12, "last_selection": "2027-12"}  # period 1
    made = document(calendar=calendar, projects=[{"id": "A"}], **PACE)
    assert windows(made) == [(0, 0), (1, 0), (1, 1), (2, 1)]
    assert dropped(made, "selection") == [("A", "selected too late: the last selection is in 2027 (last_selection)", 2)]


def test_a_committed_project_was_selected_before_the_calendar() -> None:
    calendar = {"periods": 3, "selection_to_funding_months": 24, "last_selection": "2026-01"}
    made = document(calendar=calendar, projects=[{"id": "A", "status": "committed"}], **PACE)
    assert windows(made) == [(0, 0), (1, 0), (2, 0)]


@pytest.mark.parametrize(
    ("tables", "matters"),
    [
        ({}, False),
        (PACE, True),
        ({"cap": [level("commitments", 5)]}, False),
        ({"cap": []}, False),
        ({"cap": [level("commitments", 5), level("commitments", 6, "2027-01")]}, True),
        ({"cap": [level("commitments", 5), level("commitments", 5, "2027-01")]}, False),
        ({"cap": [level("commitments", 5, "2027-01")]}, True),
        ({"cap": [level("commitments", 5), level("commitments", None, "2027-01")]}, True),
        ({"cap": [level("commitments", 5)], "basis": "per_period"}, True),
        ({"cap": [level("commitments", 5)], "basis": "per_year"}, True),
        ({"limits": [{"metric": "count", "max": 1}]}, False),
        ({"limits": [{"metric": "count", "max": 1, "every": "period"}]}, True),
        ({"limits": [{"metric": "count", "max": 1, "every": "year"}]}, True),
        ({"limits": [{"metric": "draws", "max": 1, "every": "year"}]}, False),
        ({"limits": [{"metric": "draws", "of": "value", "basis": "share", "max": 1, "every": "year"}]}, True),
        ({"funds": [{"fund": "F", "total": 4}]}, False),
        ({"funds": [{"fund": "F"}], "availability": [level("F", 4)]}, True),
        ({"funds": [{"fund": "F", "per_year": 4}]}, False),
    ],
)
def test_selection_matters_only_where_something_is_dated(tables: dict[str, Any], matters: bool) -> None:
    tables = dict(tables)
    if "cap" in tables:
        tables["availability"] = tables.pop("cap")
        basis = tables.pop("basis", "cumulative")
        tables["resources"] = [{"resource": "commitments", "kind": "finance", "basis": basis}]
    assert selection_matters(instance(projects=[{"id": "A"}], **tables)) is matters


@pytest.mark.parametrize(
    ("family", "tables"),
    [
        ("pace", PACE),
        ("limits", {"limits": [{"metric": "count", "max": 1, "every": "period"}]}),
        ("funds", {"funds": [{"fund": "F"}], "availability": [level("F", 4)]}),
    ],
)
def test_selection_matters_no_more_where_the_family_is_off(family: str, tables: dict[str, Any]) -> None:
    off = instance(projects=[{"id": "A"}], settings={"applied": {"disable": [family]}}, **tables)
    assert not selection_matters(off)


# -- starts ------------------------------------------------------------------------------------------------------


def test_the_project_s_window_is_inclusive_and_rounds_as_written() -> None:
    half_years = {"periods": 6, "months_per_period": 6}
    row = {"id": "A", "earliest_start": "2026-02", "latest_start": "2027-08"}
    made = document(calendar=half_years, projects=[row])
    assert starts(made) == [1, 2, 3]
    assert dropped(made, "window") == [
        ("A", "the project may only start in 2026H2 to 2027H2 (earliest_start, latest_start)", 3)
    ]


def test_an_earliest_start_before_the_calendar_is_its_begin() -> None:
    assert starts(document(projects=[{"id": "A", "earliest_start": "2020-05"}])) == [0, 1, 2, 3]


@pytest.mark.parametrize(("finish_inside", "found"), [(True, [0, 1]), (False, [0, 1, 2, 3])])
def test_building_may_end_past_the_horizon_unless_told_otherwise(finish_inside: bool, found: list[int]) -> None:
    made = document(calendar={"finish_inside": finish_inside}, projects=[{"id": "A", "construction_months": 30}])
    assert starts(made) == found
    reason = "building would end past the horizon (finish_inside, construction_months)"
    assert dropped(made, "finish") == ([("A", reason, 2)] if finish_inside else [])


def test_lengths_round_up_exactly_on_decimals() -> None:
    # In floats 0.1 * 3 > 0.3; here nine tenths of a month in periods of one are one period, and a hair more are two.
    monthly = {"months_per_period": 1}
    rows = [{"id": "A", "construction_months": 1}, {"id": "B", "construction_months": "1.000000000000000000001"}]
    options = Case(instance(calendar=monthly, projects=rows)).alternatives
    assert options.building.tolist() == [1, 2]


# -- permits -----------------------------------------------------------------------------------------------------

AIR = {"permit": "air", "review_months": 20, "mode": 50, "fast_track_factor": 0.5}


def test_a_review_precedes_the_start_and_begins_inside_the_calendar() -> None:
    made = document(projects=[{"id": "A", "permit": "air"}], permits=[AIR])
    assert starts(made) == [2, 3]
    assert starts(made, fast=True) == [1, 2, 3]
    assert dropped(made, "permit") == [
        ("A", "the permit is not ready: its review takes 2 periods from 2026 (review_months of its permit)", 2),
        ("A", "the permit is not ready: its review takes 1 period from 2026 (review_months of its permit)", 1),
    ]


def test_the_usual_review_time_stands_in_for_a_blank_one() -> None:
    made = document(projects=[{"id": "A", "permit": "air"}], permits=[{"permit": "air", "mode": 13}])
    assert starts(made) == [2, 3]


def test_what_remains_of_a_review_replaces_it_also_on_the_fast_track() -> None:
    made = document(projects=[{"id": "A", "permit": "air", "review_remaining_months": 36}], permits=[AIR])
    assert starts(made) == [3]
    assert starts(made, fast=True) == [2, 3]


def test_a_fast_track_that_saves_no_period_is_not_offered() -> None:
    permit = {"permit": "air", "review_months": 12, "fast_track_factor": 0.5}
    made = document(projects=[{"id": "A", "permit": "air"}], permits=[permit])
    assert starts(made) == [1, 2, 3]
    assert starts(made, fast=True) == []


def test_there_is_no_review_and_no_fast_track_where_permits_are_off() -> None:
    made = document(
        projects=[{"id": "A", "permit": "air"}], permits=[AIR], settings={"applied": {"disable": ["permits"]}}
    )
    assert starts(made) == [0, 1, 2, 3]
    assert starts(made, fast=True) == []


def test_a_committed_project_is_reviewed_too() -> None:
    made = document(projects=[{"id": "A", "permit": "air", "status": "committed"}], permits=[AIR])
    assert starts(made) == [2, 3]


# -- forced, excluded, funds, needs ------------------------------------------------------------------------------


def forced(**applied: Any) -> Document:
    return document(
        projects=[{"id": "A"}, {"id": "B"}],
        alternatives=[{"project": "A", "alternative": "big"}, {"project": "A", "alternative": "small"}],
        settings={"applied": applied},
    )


def test_forcing_in_an_alternative_at_a_date_leaves_that_option_only() -> None:
    made = forced(force_in=["A@big@2027-05"])
    assert starts(made, "A@big") == [1]
    assert starts(made, "A@small") == []
    assert starts(made, "B") == [0, 1, 2, 3]


def test_forcing_out_an_alternative_or_a_date_leaves_the_others() -> None:
    assert starts(forced(force_out=["A@big"]), "A@small") == [0, 1, 2, 3]
    assert starts(forced(force_out=["A@big"]), "A@big") == []
    assert starts(forced(force_out=["A@big@2027-05"]), "A@big") == [0, 2, 3]
    assert starts(forced(force_out=["A"])) == []


def test_an_excluded_project_has_no_option() -> None:
    made = document(projects=[{"id": "A", "status": "excluded"}, {"id": "B"}])
    assert starts(made) == []
    assert dropped(made, "status") == [("A", "the project is excluded", 4)]


def fund_case(**cells: Any) -> Document:
    return document(
        projects=[{"id": "A", "commitment": 2, "sector": "grid", "region": "Ohio"}, {"id": "B"}],
        funds=[{"fund": "F", **cells}],
    )


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"eligible_sectors": "port;mine"}, "no fund is eligible for its sector and region"),
        ({"eligible_sectors": "grid", "eligible_regions": "Texas"}, "no fund is eligible for its sector and region"),
        ({"max_share": 0.6}, "its eligible funds may pay at most 60% of it"),
        ({"match_share": 1}, "its eligible funds may pay at most 50% of it"),
        ({"listed_only": True}, "no fund is eligible for its sector and region or lists it"),
    ],
)
def test_what_no_fund_can_pay_is_dropped_and_what_is_free_is_not(cells: dict[str, Any], reason: str) -> None:
    made = fund_case(**cells)
    assert dropped(made, "funds") == [("A", reason, 4)]
    assert starts(made, "B") == [0, 1, 2, 3]


@pytest.mark.parametrize(("scale", "amount", "kept"), [(1, 1.9, 0), (1, 2, 4), (0.5, 1, 4), (0.5, 0.9, 0)])
def test_an_amount_that_is_too_small_at_the_least_scale_drops_the_project(
    scale: float, amount: float, kept: int
) -> None:
    made = fund_case()
    made["projects"][0]["min_scale"] = scale
    made["fund_amounts"] = [{"project": "A", "fund": "F", "max": amount}]
    assert len(starts(made, "A")) == kept


def test_funds_that_must_pay_too_much_drop_the_project() -> None:
    made = fund_case(min_share=0.75)
    made["funds"].append({"fund": "G", "min_share": 0.5})
    assert dropped(made, "funds") == [("A", "its eligible funds must pay at least 125% of it", 4)]


def test_what_is_needed_too_late_is_dropped_along_chains() -> None:
    rows = [
        {"project": "C", "needs": "B", "kind": "requires"},
        {"project": "B", "needs": "A", "kind": "requires", "lag_months": 1},
    ]
    made = document(projects=[{"id": "A"}, {"id": "B"}, {"id": "C"}], dependencies=rows)
    assert starts(made, "B") == [2, 3]
    assert starts(made, "C") == [3]
    assert [item[0] for item in dropped(made, "needs")] == ["B", "C"]
    assert dropped(made, "needs")[1][1] == "B, which it needs, cannot be ready in time (its starts up to 2028)"


def test_one_supplier_in_time_is_enough_for_requires_any() -> None:
    rows = [{"project": "C", "needs": name, "kind": "requires_any"} for name in ("A", "B")]
    projects = [{"id": "A", "construction_months": 36}, {"id": "B", "earliest_start": "2027-01"}, {"id": "C"}]
    assert starts(document(projects=projects, dependencies=rows), "C") == [2, 3]


def test_dependencies_that_are_off_drop_nothing() -> None:
    rows = [{"project": "B", "needs": "A", "kind": "requires"}]
    made = document(
        projects=[{"id": "A", "status": "excluded"}, {"id": "B"}],
        dependencies=rows,
        settings={"applied": {"disable": ["dependencies"]}},
    )
    assert starts(made, "B") == [0, 1, 2, 3]


def test_a_project_that_must_be_funded_and_cannot_be_is_an_error_that_quotes_why() -> None:
    made = document(
        projects=[{"id": "A", "status": "mandatory", "permit": "air", "latest_start": "2026-01"}], permits=[AIR]
    )
    with pytest.raises(InputError) as caught:
        _ = Case(parsed(made)).options
    (fault,) = caught.value.faults
    assert fault.value == "A"
    assert "its review takes 2 periods from 2026" in fault.problem
    assert "(fast track)" in fault.problem


def test_options_are_sorted_whatever_the_order_of_rows() -> None:
    rows = [{"id": name, "value": number} for number, name in enumerate("CAB")]
    one, other = (Case(parsed(document(projects=given))).options.frame() for given in (rows, rows[::-1]))
    assert one.equals(other)
    assert one["project"].tolist() == ["A"] * 4 + ["B"] * 4 + ["C"] * 4
