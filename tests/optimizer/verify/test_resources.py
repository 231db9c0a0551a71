from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from outlay.instances.instance import Instance
from outlay.instances.plan import Plan
from outlay.optimizer.verify.plan import verify_plan
from tests.optimizer.verify.test_support import build, plan, take, the_one

HALVES = {"months_per_period": 6}


def crews(amount: float = 800, *, resource: dict[str, Any] | None = None, **more: Any) -> Instance:
    """Return two projects that need electricians for a year, in half-years."""
    resources = more.pop("resources", [])
    row = {"resource": "labour/electrical/PJM", "kind": "labour", "unit": "FTE", "region": "PJM", **(resource or {})}
    tables: dict[str, Any] = {
        "calendar": HALVES,
        "projects": [{"id": "A", "construction_months": 12, "min_scale": 0.1}, {"id": "B", "construction_months": 12}],
        "resources": [row, *resources],
        "availability": [{"resource": row["resource"], "from": "2026-01", "amount": amount}],
        "requirements": [
            {"project": project, "resource": row["resource"], "phase": "construction", "amount": amount}
            for project, amount in (("A", 312.5), ("B", 500))
        ],
    }
    return build(**{**tables, **more})


def test_what_is_missing_is_told_in_domain_words() -> None:
    found = the_one(verify_plan(crews(), plan(take("A", 2), take("B", 1))))
    assert found.sentence == "electrical labour in PJM in 2027H1: 812.5 FTE are used, 800 are available"
    assert (found.family, found.where) == ("labour", "labour/electrical/PJM, 2027H1")
    assert (found.found, found.limit, found.excess) == (Fraction("812.5"), 800, Fraction("12.5"))


def test_one_after_the_other_there_are_enough() -> None:
    verification = verify_plan(crews(), plan(take("A", 2), take("B", 0)))
    assert verification.ok
    assert verification.checks["labour"] == 4
    assert verification.metrics["use:labour/electrical/PJM"] == 2 * 812.5


def test_use_follows_the_scale() -> None:
    assert verify_plan(crews(), plan(take("A", 0, scale=0.96), take("B", 0))).ok
    assert not verify_plan(crews(), plan(take("A", 0, scale=0.9601), take("B", 0))).ok


def test_a_family_that_is_off_is_not_checked() -> None:
    instance = crews(settings={"applied": {"disable": ["labour"]}})
    verification = verify_plan(instance, plan(take("A"), take("B")))
    assert verification.ok
    assert "labour" not in verification.checks


def test_limits_are_exact_on_decimals_and_forgive_a_millionth() -> None:
    def sum_of(first: float, second: float, limit: float) -> bool:
        instance = build(
            projects=[{"id": "A", "commitment": first}, {"id": "B", "commitment": second}],
            resources=[{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
            availability=[{"resource": "commitments", "from": "2026-01", "amount": limit}],
        )
        return verify_plan(instance, plan(take("A"), take("B")), tolerance=Fraction(0)).ok

    assert sum_of(0.1, 0.2, 0.3)
    assert not sum_of(0.1, 0.2, 0.2999999999999999)
    instance = crews(812.499)
    assert not verify_plan(instance, plan(take("A"), take("B"))).ok
    assert verify_plan(crews(812.4995), plan(take("A"), take("B"))).ok


def test_a_limit_that_is_missed_by_a_hundred_thousandth_is_missed() -> None:
    instance = build(
        projects=[{"id": "A", "commitment": 1.00001}],
        resources=[{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
        availability=[{"resource": "commitments", "from": "2026-01", "amount": 1}],
    )
    found = the_one(verify_plan(instance, plan(take("A"))))
    assert (found.family, found.excess) == ("cap", Fraction(1, 100_000))


def test_before_its_first_row_a_resource_has_nothing_and_a_blank_level_is_no_limit() -> None:
    availability = [
        {"resource": "labour/electrical/PJM", "from": "2026-03", "amount": 500},
        {"resource": "labour/electrical/PJM", "from": "2026-06", "amount": 600},
        {"resource": "labour/electrical/PJM", "from": "2027-01", "amount": None},
    ]
    instance = crews(availability=availability)
    assert verify_plan(instance, plan(take("A", 2), take("B", 2))).ok
    found = verify_plan(instance, plan(take("A"), take("B"))).violations
    assert [(item.found, item.limit) for item in found] == [(Fraction("812.5"), 0), (Fraction("812.5"), 600)]
    never = [{"resource": "labour/electrical/PJM", "from": "2027-07", "amount": 999}]
    assert not verify_plan(crews(availability=never), plan(take("A", 1))).ok


def test_a_wider_resource_counts_what_narrower_ones_use_and_supply() -> None:
    wide = {"resource": "labour/electrical", "kind": "labour", "unit": "FTE"}
    levels = [
        {"resource": "labour/electrical/PJM", "from": "2026-01", "amount": 900},
        {"resource": "labour/electrical", "from": "2026-01", "amount": 700},
    ]
    instance = crews(resource={"parent": "labour/electrical"}, resources=[wide], availability=levels)
    verification = verify_plan(instance, plan(take("A"), take("B")))
    assert verification.violations[0].sentence == "electrical labour in 2026H1: 812.5 FTE are used, 700 are available"
    assert verification.metrics["use:labour/electrical"] == verification.metrics["use:labour/electrical/PJM"]


def test_a_year_has_the_level_of_its_first_period() -> None:
    resources = [{"resource": "draws", "kind": "finance", "basis": "per_year"}]
    instance = build(
        calendar=HALVES,
        settings={"money_unit": "$B"},
        projects=[{"id": "A", "commitment": 12, "construction_months": 18, "draw_shape": "bell"}],
        resources=resources,
        availability=[
            {"resource": "draws", "from": "2026-01", "amount": 8},
            {"resource": "draws", "from": "2026-07", "amount": 99},
        ],
    )
    found = the_one(verify_plan(instance, plan(take("A"))))
    assert (found.family, found.sentence) == ("draws", "draws in 2026H1 to 2026H2: 9 $B are used, 8 are available")
    assert verify_plan(instance, plan(take("A", 1))).ok


def test_to_date_a_cumulative_resource_gives_its_level_once() -> None:
    instance = crews(1600, resource={"basis": "cumulative"})
    assert verify_plan(instance, plan(take("A"))).ok
    found = the_one(verify_plan(instance, plan(take("A", 0), take("B", 2))))
    assert found.sentence == "electrical labour in PJM up to 2027H2: 1625 FTE are used, 1600 are available"


def test_the_pace_counts_the_load_of_what_is_selected_but_not_of_committed_projects() -> None:
    instance = build(
        projects=[{"id": "A", "selection_load": 2, "min_scale": 0.1}, {"id": "B"}, {"id": "C", "status": "committed"}],
        resources=[{"resource": "selections", "kind": "committee"}],
        availability=[{"resource": "selections", "from": "2026-01", "amount": 2}],
    )
    assert verify_plan(instance, plan(take("A", 0), take("B", 1), take("C"))).ok
    found = the_one(verify_plan(instance, plan(take("A", 0, scale=0.1), take("B", 0), take("C"))))
    assert (found.family, found.found) == ("pace", 3)


@pytest.mark.parametrize(
    ("row", "use"),
    [
        ({"phase": "construction"}, [6, 6, 6, 6, 0, 0, 0, 0]),
        ({"phase": "construction", "shape": "bell"}, [3, 6, 6, 3, 0, 0, 0, 0]),
        ({"phase": "construction", "shape": "spread"}, [1.5, 1.5, 1.5, 1.5, 0, 0, 0, 0]),
        ({"phase": "operation"}, [0, 0, 0, 0, 6, 6, 0, 0]),
        ({"from_month": 7, "to_month": 13}, [0, 6, 6, 0, 0, 0, 0, 0]),
        ({"from_month": 21}, [0, 0, 0, 6, 6, 6, 0, 0]),
        ({"from_month": -6, "to_month": 18, "shape": "spread"}, [1.5, 1.5, 1.5, 0, 0, 0, 0, 0]),
        ({"to_month": 6}, [6, 0, 0, 0, 0, 0, 0, 0]),
    ],
)  # fmt: skip
def test_windows_and_shapes(row: dict[str, Any], use: list[float]) -> None:
    """Two years of building in half-years, then a life of one year."""
    instance = build(
        calendar={"periods": 8, **HALVES},
        projects=[{"id": "A", "construction_months": 23, "life_years": 1}],
        resources=[{"resource": "cranes", "kind": "equipment"}],
        requirements=[{"project": "A", "resource": "cranes", "amount": 6, **row}],
    )
    found = {item.where: item.found for item in verify_plan(instance, plan(take("A"))).violations}
    assert [found.get(f"cranes, {instance.period_label(period)}", 0) for period in range(8)] == use


def test_permitting_is_the_time_of_review() -> None:
    instance = build(
        projects=[{"id": "A", "permit": "air"}],
        permits=[{"permit": "air", "review_months": 24}],
        resources=[{"resource": "surveyors", "kind": "labour"}],
        requirements=[{"project": "A", "resource": "surveyors", "phase": "permitting", "amount": 1}],
    )
    found = verify_plan(instance, plan(take("A", 3))).violations
    assert [item.where for item in found] == ["surveyors, 2027", "surveyors, 2028"]


def test_without_a_life_a_project_operates_to_the_horizon_and_supplies() -> None:
    rows = [
        {"project": "A", "resource": "power", "role": "supplies", "phase": "operation", "amount": 10},
        {"project": "B", "resource": "power", "phase": "construction", "amount": 12},
    ]
    instance = build(
        projects=[{"id": "A"}, {"id": "B"}],
        resources=[{"resource": "power", "kind": "energy", "unit": "MW"}],
        requirements=rows,
        availability=[{"resource": "power", "from": "2026-01", "amount": 2}],
    )
    assert verify_plan(instance, plan(take("A", 0), take("B", 3))).ok
    found = the_one(verify_plan(instance, plan(take("A", 3), take("B", 3))))
    assert found.sentence == "power in 2029: 12 MW are used, 2 are available"


# -- what is bought, moved, imported and left short -------------------------------------------------------------------


def test_bought_units_serve_after_their_lead_and_stay() -> None:
    programs = [
        {"program": "train", "resource": "labour/electrical/PJM", "lead_months": 7, "cost_per_unit": 2, "max_total": 20}
    ]
    instance = crews(programs=programs, settings={"discount_rates": {"cost": 0.21}})
    chosen = (take("A", 2), take("B", 2))
    verification = verify_plan(instance, plan(*chosen, purchases={("train", 0): 12.5}), objective=[-25])
    assert verification.ok
    assert verification.metrics["cost"] == 25
    late = verify_plan(instance, plan(*chosen, purchases={("train", 1): 12.5}))
    assert [item.where for item in late.violations] == ["labour/electrical/PJM, 2027H1"]
    assert abs(late.metrics["cost"] - 25 / Fraction("1.1")) < Fraction(1, 10**12)


def test_a_year_gets_what_has_arrived_by_its_first_period() -> None:
    programs = [{"program": "train", "resource": "labour/electrical/PJM", "lead_months": 12}]
    instance = crews(1600, resource={"basis": "per_year"}, programs=programs)
    chosen = (take("A", 2), take("B", 2))
    assert verify_plan(instance, plan(*chosen, purchases={("train", 0): 25})).ok
    assert not verify_plan(instance, plan(*chosen, purchases={("train", 1): 25})).ok


def test_the_cost_of_a_program_may_count_against_the_cap_and_the_draws() -> None:
    instance = build(
        projects=[{"id": "A", "commitment": 4}],
        resources=[
            {"resource": "commitments", "kind": "finance", "basis": "cumulative"},
            {"resource": "draws", "kind": "finance"},
            {"resource": "crews", "kind": "labour"},
        ],
        availability=[{"resource": name, "from": "2026-01", "amount": 5} for name in ("commitments", "draws")],
        programs=[{"program": "train", "resource": "crews", "cost_per_unit": 0.5, "counts_against_cap": True}],
    )
    assert verify_plan(instance, plan(take("A"), purchases={("train", 0): 2})).ok
    found = verify_plan(instance, plan(take("A"), purchases={("train", 0): 3}))
    assert [item.where for item in found.violations] == ["commitments, 2026", "draws, 2026"]
    assert found.metrics["use:commitments"] == 4
    assert (
        verify_plan(instance, plan(take("A"), purchases={("train", 1): 3})).violations[0].where == "commitments, 2027"
    )


def flows(**amounts: Any) -> Plan:
    return plan(take("A"), **amounts)


GRID: dict[str, Any] = {
    "projects": [{"id": "A"}, {"id": "LINE"}],
    "resources": [
        {"resource": "west", "kind": "energy", "unit": "MW", "parent": "grid"},
        {"resource": "east", "kind": "energy", "unit": "MW", "parent": "grid"},
        {"resource": "grid", "kind": "energy", "unit": "MW"},
        {"resource": "wire", "kind": "energy", "unit": "MW"},
    ],
    "availability": [
        {"resource": "west", "from": "2026-01", "amount": 100},
        {"resource": "grid", "from": "2026-01", "amount": 100},
        {"resource": "wire", "from": "2026-01", "amount": 60},
    ],
    "requirements": [
        {"project": "A", "resource": "east", "phase": "construction", "amount": 45},
        {"project": "LINE", "resource": "wire", "role": "supplies", "phase": "operation", "amount": 100},
    ],
    "links": [
        {"link": "w-e", "from_resource": "west", "to_resource": "east", "loss": 0.1, "capacity_resource": "wire"}
    ],
}


def test_a_flow_leaves_in_full_and_arrives_less_its_loss() -> None:
    instance = build(**GRID)
    assert verify_plan(instance, flows(flows={("w-e", 0): 50})).ok
    found = the_one(verify_plan(instance, flows(flows={("w-e", 0): 49})))
    assert found.sentence == "east in 2026: 45 MW are used, 44.1 are available"


def test_a_flow_uses_the_capacity_that_projects_may_supply() -> None:
    instance = build(**GRID)
    assert the_one(verify_plan(instance, flows(flows={("w-e", 0): 61}))).where == "wire, 2026"
    later = plan(take("LINE"), flows={("w-e", 1): 100})
    assert verify_plan(instance, later).ok
    over = verify_plan(instance, plan(take("LINE"), flows={("w-e", 1): 101}))
    assert the_one(over).sentence == "west in 2027: 101 MW are used, 100 are available"


def test_a_link_has_a_capacity_of_its_own() -> None:
    instance = build(**{**GRID, "links": [{**GRID["links"][0], "capacity": 50}]})
    found = the_one(verify_plan(instance, flows(flows={("w-e", 0): 50.5})))
    assert (found.family, found.sentence) == ("links", "w-e in 2026: 50.5 MW are moved, at most 50 can be")


IMPORTS: dict[str, Any] = {
    "projects": [{"id": "A"}],
    "resources": [{"resource": "commodity/copper", "kind": "commodity", "unit": "kt"}],
    "requirements": [{"project": "A", "resource": "commodity/copper", "phase": "construction", "amount": 5}],
    "imports": [
        {"resource": "commodity/copper", "from": "2027-01", "max_per_period": 5, "premium_per_unit": 0.3},
        {"resource": "commodity/copper", "from": "2028-01", "max_per_period": 7, "premium_per_unit": 0.1},
    ],
}


def test_imports_have_a_ceiling_and_a_premium_from_a_date_on() -> None:
    instance = build(**IMPORTS)
    verification = verify_plan(instance, plan(take("A", 1), imports={("commodity/copper", 1): 5}))
    assert verification.ok
    assert verification.metrics["cost"] == Fraction("1.5")
    found = the_one(verify_plan(instance, plan(take("A", 1), imports={("commodity/copper", 1): 5.5})))
    assert (found.family, found.sentence) == (
        "imports",
        "copper in 2027: 5.5 kt are imported, at most 5 can be",
    )
    early = verify_plan(instance, plan(take("A", 0), imports={("commodity/copper", 0): 5}))
    assert the_one(early).limit == 0


def test_programs_have_ceilings() -> None:
    programs = [{"program": "train", "resource": "labour/electrical/PJM", "max_per_period": 10, "max_total": 15}]
    instance = crews(programs=programs)
    assert verify_plan(instance, plan(purchases={("train", 0): 10, ("train", 1): 5})).ok
    found = the_one(verify_plan(instance, plan(purchases={("train", 0): 11})))
    assert found.sentence == "train in 2026H1: 11 FTE are bought, at most 10 can be"
    found = the_one(verify_plan(instance, plan(purchases={("train", 0): 10, ("train", 1): 6})))
    assert found.sentence == "train in all: 16 FTE are bought, at most 15 can be"


def test_a_soft_row_may_be_left_short_at_a_price() -> None:
    instance = crews(resource={"penalty": 2, "tolerance": 0.02})
    chosen, where = (take("A"), take("B")), "labour/electrical/PJM"
    verification = verify_plan(instance, plan(*chosen, shortfalls={(where, 0): 12.5, (where, 1): 12.5}))
    assert verification.ok
    assert verification.metrics["cost"] == 50
    assert verification.objective == (-50,)
    assert len(verify_plan(instance, plan(*chosen)).violations) == 2
    found = the_one(verify_plan(instance, plan(*chosen, shortfalls={(where, 0): 17, (where, 1): 12.5})))
    assert found.sentence == "electrical labour in PJM in 2026H1: 17 FTE are left short, at most 16 may be"
    unbounded = crews(resource={"penalty": 0})
    assert verify_plan(unbounded, plan(*chosen, shortfalls={(where, 0): 1e6, (where, 1): 12.5})).ok


def test_a_flow_moves_the_level_of_its_own_resource_and_of_none_that_holds_it() -> None:
    def grid(amount: float) -> Instance:
        rows = [{**row, "amount": amount} if row["resource"] == "grid" else row for row in GRID["availability"]]
        return build(**{**GRID, "availability": rows})

    assert verify_plan(grid(45), flows(flows={("w-e", 0): 50})).ok  # what leaves is not used in the whole grid
    found = the_one(verify_plan(grid(44), flows(flows={("w-e", 0): 50})))  # and what arrives does not help it
    assert found.sentence == "grid in 2026: 45 MW are used, 44 are available"
