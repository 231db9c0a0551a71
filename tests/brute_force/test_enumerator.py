"""The oracle itself, on instances that can be solved by hand. Periods are years unless said otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from tests.brute_force.by_hand import START, capped, crew, solve, value_of


def test_a_cap_funds_the_better_pair() -> None:
    projects = [
        {"id": "A", "value": 5, "commitment": 4},
        {"id": "B", "value": 3, "commitment": 2},
        {"id": "C", "value": 3, "commitment": 2},
    ]
    assert value_of(solve(projects, **capped(4))) == 6


def test_a_divisible_project_takes_what_is_left_of_the_cap() -> None:
    projects = [{"id": "A", "value": 3, "commitment": 2}, {"id": "B", "value": 2, "commitment": 1.5, "min_scale": 0.5}]
    assert value_of(solve(projects, **capped(3))) == 3 + 2 * (1 / 1.5)
    assert value_of(solve(projects, **capped(2.5))) == 3  # 0.5 of 1.5 is below the least scale
    assert value_of(solve(projects[1:], **capped(0.75))) == 1


def test_bell_draws_keep_within_a_limit_a_period() -> None:
    project = {"id": "A", "value": 8, "commitment": 8, "construction_months": 36, "draw_shape": "bell"}  # 2, 4, 2
    assert value_of(solve([project], periods=3, **capped(4, "draws", basis="per_period"))) == 8
    # One period later the peak lies inside, two periods later only the first draw does.
    assert value_of(solve([project], periods=3, **capped(3, "draws", basis="per_period"))) == 8
    assert value_of(solve([project], periods=1, **capped(1, "draws", basis="per_period"))) == 0
    finished = {"calendar": {"finish_inside": True}}
    assert value_of(solve([project], periods=3, settings=finished, **capped(3, "draws", basis="per_period"))) == 0
    half = [project | {"min_scale": 0.5}]
    assert value_of(solve(half, periods=3, settings=finished, **capped(3, "draws", basis="per_period"))) == 6


def test_a_program_buys_what_is_missing_when_its_lead_has_passed() -> None:
    project = {"id": "A", "value": 10, "commitment": 1, "construction_months": 24}
    need = [{"project": "A", "resource": "crew", "phase": "construction", "amount": 5}]
    program = {"program": "school", "resource": "crew", "cost_per_unit": 0.5, "lead_months": 7}
    tables = crew(3) | {"requirements": need}
    assert value_of(solve([project], periods=3, **tables, programs=[program])) == 9  # once, for both years
    assert value_of(solve([project], periods=1, **tables, programs=[program])) == 0
    assert value_of(solve([project], periods=3, **tables, programs=[program | {"max_per_period": 1}])) == 9
    assert value_of(solve([project], periods=3, **tables, programs=[program | {"max_total": 1.9}])) == 0


def test_a_program_that_counts_against_the_cap() -> None:
    projects = [{"id": "A", "value": 10, "commitment": 3}]
    need = [{"project": "A", "resource": "crew", "phase": "construction", "amount": 5}]
    program = {"program": "p", "resource": "crew", "cost_per_unit": 2, "counts_against_cap": True}
    for cap, expected in ((7, 6), (6.9, 0)):
        both, crews = capped(cap), crew(3)
        tables = {name: both[name] + crews[name] for name in both}
        assert value_of(solve(projects, **tables, requirements=need, programs=[program])) == expected


def test_a_link_loses_some_and_needs_a_line() -> None:
    resources = [{"resource": name, "kind": "energy"} for name in ("gas", "power", "line")]
    levels = {"gas": 10, "power": 0, "line": 5}
    need = [{"project": "A", "resource": "power", "phase": "construction", "amount": 4}]
    link = {"link": "l", "from_resource": "gas", "to_resource": "power", "loss": 0.2, "capacity_resource": "line"}

    def value(**change: float) -> float:
        rows = [{"resource": n, "from": START, "amount": a} for n, a in (levels | change).items()]
        tables = {"resources": resources, "availability": rows, "requirements": need, "links": [link]}
        return value_of(solve([{"id": "A", "value": 1, "commitment": 1}], **tables))

    assert value() == 1  # 5 leave, 4 arrive
    assert value(line=4.9) == 0
    assert value(gas=4.9) == 0
    assert value(gas=4, line=4, power=0.8) == 1


def test_a_cumulative_resource_is_used_up_and_supplied() -> None:
    projects = [{"id": "A", "value": 3, "commitment": 1}, {"id": "B", "value": 2, "commitment": 1}]
    rows = [
        {"project": "A", "resource": "crew", "from_month": 0, "to_month": 36, "amount": 2},
        {"project": "B", "resource": "crew", "from_month": 12, "to_month": 24, "amount": 3, "role": "supplies"},
    ]
    tables = crew(4, basis="cumulative") | {"requirements": rows}
    # A started in the last two periods uses no more than 4 inside the horizon.
    assert value_of(solve(projects, periods=3, **tables)) == 5
    early = [{**project, "latest_start": START} for project in projects]
    assert value_of(solve(early, periods=3, **tables)) == 5  # 2, 4, 6 - 3
    assert value_of(solve(early[:1], periods=3, **crew(4, basis="cumulative"), requirements=rows[:1])) == 0
    assert value_of(solve(early[:1], periods=3, **crew(6, basis="cumulative"), requirements=rows[:1])) == 3


def test_a_year_block_sums_its_periods() -> None:
    projects = [{"id": "A", "value": 1, "commitment": 1, "construction_months": 12, "latest_start": START}]
    need = [{"project": "A", "resource": "crew", "phase": "construction", "amount": 2, "shape": "bell"}]
    # Half-years: 2 x 1/1 and 2 x 1/1 in one block.
    assert value_of(solve(projects, periods=2, m=6, **crew(4, basis="per_year"), requirements=need)) == 1
    assert value_of(solve(projects, periods=2, m=6, **crew(3.9, basis="per_year"), requirements=need)) == 0


def test_soft_rows_cost_their_penalty_up_to_the_tolerance() -> None:
    projects = [{"id": "A", "value": 5, "commitment": 6}]
    assert value_of(solve(projects, **capped(4, penalty=1.5))) == 2
    assert value_of(solve(projects, **capped(4, penalty=1.5, tolerance=0.5))) == 2
    assert value_of(solve(projects, **capped(4, penalty=1.5, tolerance=0.4))) == 0


def test_imports_cost_their_premium() -> None:
    projects = [{"id": "A", "value": 5, "commitment": 1}]
    need = [{"project": "A", "resource": "crew", "phase": "construction", "amount": 6}]
    imports = [{"resource": "crew", "from": "2027-01", "max_per_period": 2, "premium_per_unit": 1.25}]
    tables = crew(4) | {"requirements": need, "imports": imports}
    assert value_of(solve(projects, periods=2, **tables)) == 2.5
    assert value_of(solve([projects[0] | {"latest_start": START}], periods=2, **tables)) == 0
    rates = {"discount_rates": {"cost": 0.25}}
    assert value_of(solve(projects, periods=2, settings=rates, **tables)) == 5 - 2.5 / 1.25


def test_funds_share_what_they_may() -> None:
    projects = [
        {"id": "A", "value": 3, "commitment": 10, "sector": "ships"},
        {"id": "B", "value": 2, "commitment": 10, "sector": "power"},
    ]
    funds = [
        {"fund": "one", "max_share": 0.6, "total": 9},
        {"fund": "two", "eligible_sectors": "ships;chips", "min_share": 0.5},
    ]
    assert value_of(solve(projects, funds=funds)) == 3  # B has one fund, which pays 60 % at most
    funds[0] |= {"max_share": 1}
    assert value_of(solve(projects, funds=funds)) == 3
    funds[0] |= {"total": 10}
    assert value_of(solve(projects, funds=funds)) == 5
    funds[1] |= {"portfolio_max_share": 0.5}
    assert value_of(solve(projects, funds=funds)) == 5
    funds[1] |= {"portfolio_max_share": 0.4}
    assert value_of(solve(projects, funds=funds)) == 2  # two pays for half of ships at least, one for 10 in all
    assert value_of(solve(projects, funds=[{"fund": "one", "total": 20, "per_year": 10}], periods=2)) == 5
    assert value_of(solve(projects, funds=[{"fund": "one", "total": 20, "per_year": 10}])) == 3


@pytest.mark.parametrize(
    ("at", "lag", "periods", "both"),
    [
        ("start", 0, 2, True),
        ("start", 0, 1, False),
        ("start", 1, 2, False),
        ("start", 1, 3, True),
        ("start", -12, 1, True),
        ("operation", 0, 1, True),
        ("operation", 12, 1, False),
        ("operation", 12, 2, True),
    ],
)
def test_requires_waits_for_the_needed_project(at: str, lag: float, periods: int, both: bool) -> None:
    projects = [{"id": "A", "value": 3, "commitment": 1}, {"id": "B", "value": -1, "commitment": 1}]
    row = {"project": "A", "needs": "B", "kind": "requires", "at": at, "lag_months": lag}
    assert value_of(solve(projects, periods=periods, dependencies=[row])) == (2 if both else 0)


def test_the_other_kinds_of_dependency() -> None:
    projects = [{"id": name, "value": value, "commitment": 1} for name, value in (("A", 3), ("B", -1), ("C", -2))]

    def value(*rows: tuple[str, str, str], **more: Any) -> float:
        return value_of(
            solve(projects, dependencies=[{"project": p, "kind": k, "needs": n, **more} for p, k, n in rows])
        )

    any_of = ("A", "requires_any", "B"), ("A", "requires_any", "C")
    assert value(*any_of, at="operation") == 2
    assert value(*any_of, ("A", "excludes", "B"), at="operation") == 1
    assert value(("A", "together", "C")) == 1
    assert value(("A", "synergy", "C"), bonus=2.5) == 3.5
    assert value(("A", "synergy", "C"), bonus=1.5) == 3
    assert value(("A", "together", "B"), ("A", "synergy", "B"), bonus=-2.5) == 0


def test_the_fast_track_has_so_many_slots() -> None:
    projects = [{"id": name, "value": 1, "commitment": 1, "permit": "p"} for name in "AB"]
    permit = {"permit": "p", "review_months": 24, "fast_track_factor": 0.5}
    assert value_of(solve(projects, periods=2, permits=[permit])) == 2
    assert value_of(solve(projects, periods=2, permits=[permit | {"fast_track_slots": 1}])) == 1
    agency = {"agency": "desk"} | permit
    assert (
        value_of(solve(projects, periods=2, permits=[agency], **capped(1, "desk", kind="permit", basis="per_period")))
        == 1
    )
    off = {"applied": {"disable": ["permits"]}}
    assert value_of(solve(projects, periods=1, settings=off, permits=[permit])) == 2


def test_pace_and_waiting() -> None:
    projects = [{"id": name, "value": 1, "commitment": 1, "earliest_start": "2027-01"} for name in "AB"]
    pace = capped(1, "selections", kind="committee", basis="per_period")
    assert value_of(solve(projects, periods=2, **pace)) == 1
    waiting = {"calendar": {"max_wait_months": 3}}
    assert value_of(solve(projects, periods=2, settings=waiting, **pace)) == 2
    last = {"calendar": {"last_selection": START}}
    assert value_of(solve(projects, periods=2, settings=last)) == 0
    lead = {"calendar": {"last_selection": START, "selection_to_funding_months": 12}}
    assert value_of(solve(projects, periods=2, settings=lead)) == 2


def test_limits_by_group_and_share() -> None:
    projects = [
        {"id": "A", "value": 3, "commitment": 6, "sector": "ships"},
        {"id": "B", "value": 2, "commitment": 2, "sector": "power"},
        {"id": "C", "value": 1, "commitment": 2, "sector": "power"},
    ]
    limit = {"metric": "commitment", "by": "sector", "basis": "share"}
    assert value_of(solve(projects, limits=[limit | {"max": 0.6}])) == 6
    assert value_of(solve(projects, limits=[limit | {"max": 0.5}])) == 0
    assert value_of(solve(projects, limits=[limit | {"max": 0.5, "group": "ships"}])) == 3
    assert (
        value_of(solve(projects, limits=[{"metric": "commitment", "of": "value", "basis": "share", "max": 1.5}])) == 3
    )
    assert value_of(solve(projects, limits=[{"metric": "count", "by": "sector", "max": 1}])) == 5
    assert solve(projects, limits=[{"metric": "count", "min": 4}]).status == "infeasible"
    each = [{"metric": "count", "every": "period", "max": 1, "min": 1}]
    assert value_of(solve(projects, periods=2, limits=each)) == 5
    assert value_of(solve(projects, periods=2, limits=each, settings={"calendar": {"last_selection": START}})) == 3


def test_discounted_cash_flows_of_a_metric() -> None:
    rows = [{"project": "A", "from_month": -12, "to_month": 12, "amount": 2, "metric": "taxes"}]
    settings = {"objective": {"taxes": 1}, "discount_rates": {"taxes": 0.25}}
    assert value_of(solve([{"id": "A", "commitment": 1}], settings=settings, cashflows=rows)) == 2.5 + 2


def test_levels_are_strict_up_to_the_tolerance() -> None:
    projects = [
        {"id": "A", "value": 10, "commitment": 5, "jobs": 0},
        {"id": "B", "value": 9, "commitment": 5, "jobs": 4},
        {"id": "C", "value": 8, "commitment": 5, "jobs": 6},
    ]
    settings: dict[str, Any] = {"metrics": {"jobs": {"scaled": False}}}
    for tolerance, jobs in ((0, 0), (0.1, 4), (0.2, 6)):
        settings["objective"] = [{"weights": {"value": 1}, "tolerance": tolerance}, {"weights": {"jobs": 1}}]
        assert solve(projects, settings=settings, **capped(5)).levels == (10, jobs)


def test_an_objective_without_end_is_unbounded() -> None:
    program = {"program": "p", "resource": "crew", "cost_per_unit": 1}
    projects = [{"id": "A", "value": 1, "commitment": 1}]
    assert solve(projects, settings={"objective": {"cost": 1}}, programs=[program], **crew(1)).status == "unbounded"
    limit = [{"metric": "cost", "max": 7}]
    bounded = solve(projects, settings={"objective": {"cost": 1}}, programs=[program], limits=limit, **crew(1))
    assert bounded.levels == (7,)


def test_a_mandatory_project_without_option_is_named() -> None:
    projects = [{"id": "A", "commitment": 1, "status": "mandatory", "permit": "p"}]
    result = solve(projects, permits=[{"permit": "p", "review_months": 1}])
    assert (result.status, result.without_options) == ("infeasible", ("A",))


def test_committed_projects_and_forced_choices() -> None:
    projects = [
        {"id": "A", "value": 1, "commitment": 3, "status": "committed", "earliest_start": "2027-01"},
        {"id": "B", "value": 5, "commitment": 3},
    ]
    assert value_of(solve(projects, periods=2, **capped(3))) == 1
    forced = {"applied": {"force_in": ["B@base@2027-05"]}}
    assert solve(projects, periods=2, settings=forced, **capped(3)).status == "infeasible"
    assert value_of(solve(projects, periods=2, settings=forced, **capped(6))) == 6
    out = {"applied": {"force_out": ["B"], "disable": ["cap"]}}
    assert value_of(solve(projects, periods=2, settings=out, **capped(0))) == 1
