"""What is cancelled, and what several scenarios must have in common, as the verifier sees it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from outlay.instances.errors import InputError
from outlay.instances.instance import Instance
from outlay.instances.plan import Choice, Plan, Selection
from outlay.instances.stages import Linking, selected_now
from outlay.optimizer.verify.linking import verify_kept, verify_linking
from outlay.optimizer.verify.plan import verify_plan
from tests.support.documents import instance as made
from tests.support.documents import level


def two_years(**more: Any) -> Instance:
    parts: dict[str, Any] = {
        "calendar": {"periods": 2},
        "settings": {"stages": {"decide_by": "2027-12"}, "discount_rates": {"cost": 0.25}},
        "projects": [
            {"id": "A", "value": 3, "commitment": 20, "selection_load": 2},
            {"id": "B", "value": 2, "commitment": 10, "status": "mandatory"},
            {"id": "C", "value": 1, "commitment": 5, "cancel_share": 0.4},
        ],
        "resources": [{"resource": "selections", "kind": "committee"}],
        "availability": [level("selections", 2)],
    }
    return made(**{**parts, **more})


B = Choice("B", "base", False, 0, 0, 1.0)


def given_up(*cancelled: tuple[object, ...], choices: tuple[Choice, ...] = (B,)) -> Plan:
    return Plan(choices=choices, cancelled=tuple(Selection(*one) for one in cancelled))  # type: ignore[arg-type]


def test_a_cancellation_costs_its_share_from_its_selection_and_brings_nothing() -> None:
    found = verify_plan(two_years(), given_up(("A", "base", 1), ("C", "base", 0)))
    assert found.ok
    assert found.metrics["cost"] == Fraction(18, 5)  # 2 / 1.25 + 2
    assert (found.metrics["value"], found.metrics["commitment"], found.metrics["count"]) == (2, 10, 1)


@pytest.mark.parametrize(
    ("cancelled", "words"),
    [
        ([("A", "base", 0)], "selections in 2026: 3 are used, 2 are available"),
        ([("A", "base", 2)], "those of the periods 0 to 1"),
        ([("A", "base", True)], "those of the periods 0 to 1"),
        ([("A", "small", 1)], "there is no such alternative"),
        ([("C", "base", 0), ("C", "base", 1)], "C is cancelled 2 times"),
        ([("B", "base", 1)], "B is both funded and cancelled"),
        ([("B", "base", 1)], "B is mandatory, so it cannot be cancelled"),
    ],
)
def test_what_may_not_be_cancelled_is_told(cancelled: list[tuple[object, ...]], words: str) -> None:
    assert words in "\n".join(map(str, verify_plan(two_years(), given_up(*cancelled)).violations))


def test_what_is_forced_in_cannot_be_cancelled() -> None:
    settings = {"applied": {"force_in": ["C"]}}
    assert "C is forced in" in str(verify_plan(two_years(settings=settings), given_up(("C", "base", 0))).violations)


def test_plans_of_scenarios_agree_on_what_is_decided_now_and_on_nothing_else() -> None:
    instance = two_years(settings={"stages": {"decide_by": "2026-01"}})
    funded = Choice("A", "base", False, 0, 0, 1.0)
    later = Choice("C", "base", False, 1, 1, 1.0)
    built, cancelled = given_up(choices=(B, funded)), given_up(("A", "base", 0), choices=(B, later))
    members = [("dry", instance, built), ("wet", instance, cancelled)]
    assert verify_linking(members, Linking.NOW) == ()
    assert verify_kept(instance, cancelled, selected_now(instance, built)) == ()
    (fault,) = verify_linking([*members, ("odd", instance, given_up())], Linking.NOW)
    assert str(fault).startswith("A@base is selected in 2026 in dry and not in odd")
    (fault,) = verify_kept(instance, given_up(), selected_now(instance, built))
    assert str(fault).startswith("A@base is selected in 2026 before and not in this scenario")


def test_plans_of_levels_are_nested_if_nothing_is_lost_on_the_way_up() -> None:
    instance, funded = two_years(), Choice("A", "base", False, 1, 1, 1.0)
    low, high = ("100", instance, given_up()), ("200", instance, given_up(choices=(B, funded)))
    assert verify_linking([low, high], Linking.NESTED) == ()
    (fault,) = verify_linking([high, low], Linking.NESTED)
    assert str(fault) == "A@base is funded at 200 and not at 100"


def test_a_plan_with_cancellations_is_kept_as_a_document() -> None:
    plan = given_up(("C", "base", 0))
    assert Plan.from_document(plan.to_document()) == plan
    assert "cancelled" not in given_up().to_document()
    for wrong in ({"project": "C"}, {"project": "C", "alternative": "base", "period": 0.5}, 7):
        with pytest.raises((TypeError, ValueError), match="cancelled, entry 1"):
            Plan.from_document({**plan.to_document(), "cancelled": [wrong]})


def test_what_is_decided_now_is_decided_in_the_calendar() -> None:
    with pytest.raises(InputError, match=r"stages\.decide_by"):
        two_years(settings={"stages": {"decide_by": "2028-01"}})
    late = two_years(calendar={"periods": 2, "last_selection": "2026-06"})
    assert (two_years().decide_by_period, late.decide_by_period) == (1, 0)
    assert two_years(settings={}).decide_by_period == 1
