from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from outlay.instances.instance import Instance
from outlay.optimizer.verify.plan import verify_plan
from tests.optimizer.verify.test_support import build, plan, take, the_one


def tied(*rows: dict[str, Any], **more: Any) -> Instance:
    """Return A, B, C that take a year to build, and D in two ways, of which the slow one takes two years."""
    return build(
        projects=[{"id": "A"}, {"id": "B"}, {"id": "C"}, {"id": "D"}],
        alternatives=[
            {"project": "D", "alternative": "fast"},
            {"project": "D", "alternative": "slow", "construction_months": 24},
        ],
        dependencies=rows,
        **more,
    )


def test_what_is_required_is_funded() -> None:
    instance = tied({"project": "A", "needs": "B", "kind": "requires"})
    assert verify_plan(instance, plan(take("B"))).ok
    assert verify_plan(instance, plan(take("A", 1), take("B", 0))).ok
    found = the_one(verify_plan(instance, plan(take("A", 1))))
    assert (found.family, found.sentence) == ("dependencies", "A is funded, but B, which it requires, is not")


def test_what_is_required_is_ready_at_the_start() -> None:
    instance = tied({"project": "A", "needs": "B", "kind": "requires", "lag_months": 1})
    assert verify_plan(instance, plan(take("A", 2), take("B", 0))).ok
    found = the_one(verify_plan(instance, plan(take("A", 1), take("B", 0))))
    assert found.sentence == "A starts in 2027, but B, which it requires, is ready for it only in 2028"


def test_what_is_required_at_operation_may_be_ready_later_and_beyond_the_horizon() -> None:
    row = {"project": "D", "needs": "B", "kind": "requires", "at": "operation"}
    slow = take("D", 3, alternative="slow")
    assert verify_plan(tied({**row, "lag_months": 12}), plan(slow, take("B", 3))).ok
    found = the_one(verify_plan(tied({**row, "lag_months": 13}), plan(slow, take("B", 3))))
    assert found.sentence == "D begins operation in 2031, but B, which it requires, is ready for it only in 2032"


def test_a_lag_may_be_negative() -> None:
    instance = tied({"project": "A", "needs": "B", "kind": "requires", "lag_months": -23})
    assert verify_plan(instance, plan(take("A", 0), take("B", 0))).ok
    assert not verify_plan(instance, plan(take("A", 0), take("B", 1))).ok


def test_an_alternative_can_be_required_and_can_require() -> None:
    needs = tied({"project": "A", "needs": "D@fast", "kind": "requires"})
    assert verify_plan(needs, plan(take("A", 1), take("D", alternative="fast"))).ok
    assert not verify_plan(needs, plan(take("A", 3), take("D", alternative="slow"))).ok
    depends = tied({"project": "D@slow", "needs": "A", "kind": "requires"})
    assert verify_plan(depends, plan(take("D", alternative="fast"))).ok
    assert not verify_plan(depends, plan(take("D", alternative="slow"))).ok


def test_one_of_a_group_is_enough() -> None:
    rows = [
        {"project": "A", "needs": needs, "kind": "requires_any", "lag_months": lag}
        for needs, lag in (("B", 0), ("C", 12))
    ]
    instance = tied(*rows)
    assert verify_plan(instance, plan(take("A", 1), take("B", 0))).ok
    assert verify_plan(instance, plan(take("A", 2), take("C", 0))).ok
    found = the_one(verify_plan(instance, plan(take("A", 1), take("B", 1), take("C", 0))))
    assert found.sentence == "A is funded, but none of B, C is funded and ready in time, and it requires one"
    apart = tied(rows[0], {**rows[1], "group": "other"})
    assert not verify_plan(apart, plan(take("A", 1), take("B", 0))).ok


def test_what_is_ready_too_early_does_not_count_in_a_group() -> None:
    instance = tied({"project": "A", "needs": "B", "kind": "requires_any", "max_lag_months": 11})
    assert verify_plan(instance, plan(take("A", 1), take("B", 0))).ok
    assert not verify_plan(instance, plan(take("A", 2), take("B", 0))).ok


def test_what_excludes_each_other_is_not_funded_together() -> None:
    instance = tied({"project": "A", "needs": "D@slow", "kind": "excludes"})
    assert verify_plan(instance, plan(take("A"), take("D", alternative="fast"))).ok
    found = the_one(verify_plan(instance, plan(take("A"), take("D", alternative="slow"))))
    assert found.sentence == "A and D@slow exclude each other, but both are funded"


def test_what_goes_together_is_funded_together_at_any_time() -> None:
    instance = tied({"project": "A", "needs": "B", "kind": "together"})
    assert verify_plan(instance, plan(take("A", 3), take("B", 0))).ok
    assert verify_plan(instance, plan(take("C"))).ok
    found = the_one(verify_plan(instance, plan(take("B"))))
    assert found.sentence == "B is funded without A, but they go together"


@pytest.mark.parametrize("kind", ["requires", "requires_any", "together"])
def test_switched_off_dependencies_are_not_checked_but_synergies_stay(kind: str) -> None:
    rows = (
        {"project": "A", "needs": "B", "kind": kind},
        {"project": "A", "needs": "C", "kind": "synergy", "bonus": 0.1},
    )
    instance = tied(*rows, settings={"applied": {"disable": ["supply"]}})
    verification = verify_plan(instance, plan(take("A"), take("C")))
    assert verification.ok
    assert verification.metrics["value"] == Fraction(1, 10)


def test_a_synergy_is_earned_once_at_any_scale_in_its_metric() -> None:
    instance = build(
        projects=[{"id": "A", "min_scale": 0.1, "value": 1}, {"id": "B"}],
        settings={"metrics": {"jobs": {}}, "objective": {"value": 1, "jobs": 2}},
        dependencies=[
            {"project": "A", "needs": "B", "kind": "synergy", "bonus": -5, "metric": "jobs"},
            {"project": "B", "needs": "A", "kind": "synergy", "bonus": 3},
        ],
    )
    verification = verify_plan(instance, plan(take("A", scale=0.5), take("B", 3)))
    assert (verification.metrics["jobs"], verification.metrics["value"]) == (-5, Fraction(7, 2))
    assert verification.objective == (Fraction(-13, 2),)
    assert verify_plan(instance, plan(take("A"))).metrics["value"] == 1


def test_what_never_waits_is_about_being_funded_alone() -> None:
    instance = tied(
        {"project": "A", "needs": "B", "kind": "requires", "at": "never"},
        {"project": "B", "needs": "A", "kind": "requires", "at": "never"},
    )
    assert verify_plan(instance, plan(take("A", 0), take("B", 3))).ok
    found = the_one(verify_plan(instance, plan(take("A", 0))))
    assert found.sentence == "A is funded, but B, which it requires, is not"


def test_a_greatest_lag_ends_when_it_has_passed() -> None:
    instance = tied({"project": "A", "needs": "B", "kind": "requires", "max_lag_months": 23})
    assert verify_plan(instance, plan(take("A", 1), take("B", 0))).ok
    assert verify_plan(instance, plan(take("A", 2), take("B", 0))).ok
    found = the_one(verify_plan(instance, plan(take("A", 3), take("B", 0))))
    assert found.sentence == "A starts in 2029, but at most 23 months after B operates, which is 2028"


def test_enough_of_a_group_is_funded_and_ready() -> None:
    rows = [{"project": "A", "needs": name, "kind": "requires_count", "count": 2} for name in ("B", "C", "D@fast")]
    fast, slow = take("D", 0, alternative="fast"), take("D", 0, alternative="slow")
    assert verify_plan(tied(*rows), plan(take("A", 1), take("B", 0), fast)).ok
    assert verify_plan(tied(*rows), plan(take("C"), slow)).ok
    found = the_one(verify_plan(tied(*rows), plan(take("A", 1), take("B", 0), take("C", 1), slow)))
    assert found.sentence == "A is funded, but 1 of B, C, D@fast are funded and ready in time, and it requires 2"


def test_at_most_so_many_of_a_group_are_funded() -> None:
    rows = [
        {"project": "A", "needs": "B", "kind": "at_most", "count": 2},
        {"project": "D@slow", "kind": "at_most", "count": 2},
    ]
    assert verify_plan(tied(*rows), plan(take("A"), take("B"), take("C"), take("D", alternative="fast"))).ok
    found = the_one(verify_plan(tied(*rows), plan(take("A"), take("B"), take("D", alternative="slow"))))
    assert found.sentence == "A, B, D are funded, at most 2 of A, B, D@slow may be"


@pytest.mark.parametrize(("at", "together"), [("start", True), ("operation", False)])
def test_two_begin_in_the_same_year(at: str, together: bool) -> None:
    row = {"project": "A", "needs": "D", "kind": "same_year", "at": at}
    slow = take("D", 1, alternative="slow")
    calendar = {"periods": 6, "months_per_period": 12}
    assert verify_plan(tied(row, calendar=calendar), plan(take("A", 1), slow)).ok is together
    assert verify_plan(tied(row, calendar=calendar), plan(take("A", 2), slow)).ok is not together
    assert verify_plan(tied(row, calendar=calendar), plan(take("A", 5))).ok
    half_years = {"periods": 6, "months_per_period": 6}
    assert verify_plan(tied(row | {"at": "start"}, calendar=half_years), plan(take("A", 0), slow)).ok
    found = the_one(verify_plan(tied(row | {"at": "start"}, calendar=half_years), plan(take("A", 2), slow)))
    assert found.sentence == "A and D start in 2027H1 and 2026H2, which is not the same year"


@pytest.mark.parametrize(
    ("row", "broken"),
    [
        ({"kind": "requires", "needs": "D"}, (take("A", 1),)),
        ({"kind": "excludes", "needs": "D"}, (take("A", 1), take("D", 0, alternative="fast"))),
        ({"kind": "together", "needs": "D"}, (take("A", 1),)),
        ({"kind": "requires_any", "needs": "D"}, (take("A", 1),)),
        ({"kind": "requires_count", "needs": "D", "count": 1}, (take("A", 1),)),
        ({"kind": "at_most", "needs": "D", "count": 0}, (take("A", 1),)),
        ({"kind": "same_year", "needs": "D"}, (take("A", 1), take("D", 0, alternative="fast"))),
    ],
)
def test_a_row_holds_when_all_its_conditions_are_funded(row: dict[str, Any], broken: tuple[Any, ...]) -> None:
    instance = tied({"project": "A", **row, "when": "B;C"})
    assert verify_plan(instance, plan(*broken)).ok
    assert verify_plan(instance, plan(*broken, take("B"))).ok
    assert not verify_plan(instance, plan(*broken, take("B"), take("C"))).ok


def test_a_bonus_may_have_a_condition() -> None:
    instance = tied({"project": "A", "needs": "B", "kind": "synergy", "bonus": 5, "when": "C"})
    assert verify_plan(instance, plan(take("A"), take("B"))).metrics["value"] == 0
    assert verify_plan(instance, plan(take("A"), take("B"), take("C"))).metrics["value"] == 5


def test_a_joint_saving_reaches_cap_draws_and_funds() -> None:
    instance = build(
        calendar={"periods": 3},
        projects=[
            {"id": "A", "commitment": 8, "construction_months": 24, "escalation_per_year": 0.25, "strategic_score": 1},
            {"id": "B", "commitment": 4},
            {"id": "C"},
        ],
        resources=[
            {"resource": "commitments", "kind": "finance", "basis": "cumulative"},
            {"resource": "draws", "kind": "finance"},
        ],
        availability=[
            {"resource": "commitments", "from": "2026-01", "amount": 10},
            {"resource": "draws", "from": "2026-01", "amount": 7},
        ],
        funds=[{"fund": "bank"}],
        dependencies=[
            {"project": "A", "needs": "B", "kind": "synergy", "metric": "commitment", "bonus": -2, "when": "C"}
        ],
    )
    chosen = (take("A", 0), take("B", 0), take("C", 0))
    paid = {("bank", "A"): 6.0, ("bank", "B"): 4.0}
    found = verify_plan(instance, plan(*chosen, payments=paid))
    assert found.ok
    assert (found.metrics["commitment"], found.metrics["strategic"]) == (10, 8)
    assert found.metrics["use:draws"] == 10
    # Without the condition nothing is saved: the cap, the draws and A's payment are missed.
    apart = verify_plan(instance, plan(*chosen[:2], payments=paid))
    assert sorted({violation.family for violation in apart.violations}) == ["cap", "draws", "funds"]
    # The saving stands in the prices of A's start.
    later = plan(take("A", 1), *chosen[1:], payments={("bank", "A"): 7.5, ("bank", "B"): 4.0})
    assert verify_plan(instance, later).metrics["commitment"] == Fraction(23, 2)
