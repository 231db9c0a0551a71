from __future__ import annotations

from typing import Any

import pytest

from outlay.instances.instance import Instance
from outlay.optimizer.verify.plan import verify_plan
from tests.optimizer.verify.test_support import build, plan, take, the_one


def limited(*limits: dict[str, Any], **more: Any) -> Instance:
    projects = [
        {"id": "A", "sector": "energy", "tags": "new;big", "commitment": 6, "value": 3, "min_scale": 0.1},
        {"id": "B", "sector": "energy", "tags": "new", "commitment": 2, "value": 4},
        {"id": "C", "sector": "mining", "company": "Dig", "commitment": 4, "value": 1},
    ]
    settings = {"money_unit": "$B", **more.pop("settings", {})}
    return build(projects=projects, limits=limits, settings=settings, **more)


ALL = (take("A"), take("B", 1), take("C", 1))


def test_an_absolute_limit_over_all() -> None:
    assert verify_plan(limited({"metric": "commitment", "max": 12}), plan(*ALL)).ok
    found = the_one(verify_plan(limited({"metric": "commitment", "max": 11}), plan(*ALL)))
    assert (found.family, found.sentence) == ("limits", "commitment is 12 $B, at most 11 is allowed")
    found = the_one(verify_plan(limited({"metric": "count", "min": 3}), plan(*ALL[:2])))
    assert found.sentence == "count is 2, no less than 3 is allowed"


def test_count_does_not_follow_the_scale() -> None:
    assert verify_plan(limited({"metric": "count", "min": 1}), plan(take("A", scale=0.1))).ok


@pytest.mark.parametrize(
    ("limit", "place"),
    [
        ({"by": "sector", "group": "energy", "max": 7}, "commitment of sector energy is 8 $B"),
        ({"by": "sector", "max": 7}, "commitment of sector energy is 8 $B"),
        ({"by": "sector", "min": 5}, "commitment of sector mining is 4 $B"),
        ({"by": "company", "max": 3}, "commitment of company Dig is 4 $B"),
        ({"by": "tag", "max": 7}, "commitment of tag new is 8 $B"),
        ({"by": "project", "max": 5}, "commitment of project A is 6 $B"),
    ],
)
def test_groups_have_limits_each(limit: dict[str, Any], place: str) -> None:
    found = the_one(verify_plan(limited({"metric": "commitment", **limit}), plan(*ALL)))
    assert found.sentence.startswith(place)


def test_a_share_of_the_total_is_multiplied_out() -> None:
    row = {"metric": "commitment", "by": "sector", "group": "energy", "basis": "share"}
    assert verify_plan(limited({**row, "max": 0.67}), plan(*ALL)).ok
    found = the_one(verify_plan(limited({**row, "max": 0.5}), plan(*ALL)))
    assert found.sentence == (
        "commitment of sector energy is 8 $B, at most 6 is allowed (0.5 of 12, the commitment of all projects)"
    )
    assert verify_plan(limited({**row, "max": 0.5, "min": 0.5}), plan()).ok


def test_a_share_of_another_metric_is_taken_in_the_same_group() -> None:
    row = {"metric": "value", "of": "commitment", "by": "sector", "basis": "share"}
    assert verify_plan(limited({**row, "min": 0.25}), plan(*ALL)).ok
    found = the_one(verify_plan(limited({**row, "min": 0.3}), plan(*ALL)))
    assert found.sentence == (
        "value of sector mining is 1, no less than 1.2 is allowed (0.3 of 4, the commitment there)"
    )


def test_a_limit_for_every_period_counts_selections() -> None:
    instance = limited({"metric": "commitment", "every": "period", "max": 6}, calendar={"max_wait_months": 48})
    assert verify_plan(instance, plan(*ALL)).ok
    found = the_one(verify_plan(instance, plan(take("A", 2, selection=1), *ALL[1:2])))
    assert found.sentence == "commitment selected in 2027 is 8 $B, at most 6 is allowed"


def test_a_minimum_for_every_year_holds_until_the_last_selection() -> None:
    calendar = {"periods": 8, "months_per_period": 6, "last_selection": "2027-02"}
    instance = limited({"metric": "count", "every": "year", "min": 1}, calendar=calendar)
    assert verify_plan(instance, plan(take("A", 1), take("B", 2))).ok
    found = the_one(verify_plan(instance, plan(take("A", 1), take("B", 0))))
    assert found.sentence == "count selected in 2027H1 to 2027H2 is 0, no less than 1 is allowed"


def test_bonuses_count_over_all_only_and_never_by_period() -> None:
    synergy = [{"project": "A", "needs": "B", "kind": "synergy", "bonus": 10}]

    def holds(**row: Any) -> bool:
        instance = limited({"metric": "value", "max": 8, **row}, dependencies=synergy)
        return verify_plan(instance, plan(take("A"), take("B"))).ok

    assert not holds()
    assert holds(by="sector")
    assert holds(every="period")


def test_cost_is_limited_over_all_and_in_its_own_period() -> None:
    tables: dict[str, Any] = {
        "resources": [{"resource": "crews", "kind": "labour"}],
        "programs": [{"program": "train", "resource": "crews", "cost_per_unit": 1}],
    }
    bought = plan(take("A"), purchases={("train", 1): 3, ("train", 2): 3})
    assert verify_plan(limited({"metric": "cost", "max": 3, "every": "period"}, **tables), bought).ok
    assert not verify_plan(limited({"metric": "cost", "max": 5}, **tables), bought).ok
    share = {"metric": "cost", "of": "commitment", "basis": "share", "max": 0.9}
    assert the_one(verify_plan(limited(share, **tables), bought)).limit == pytest.approx(5.4)


def test_draws_are_limited_in_the_year_in_which_they_are_drawn() -> None:
    calendar = {"periods": 4, "months_per_period": 12}
    projects = [
        {"id": "A", "commitment": 12, "sector": "roads", "construction_months": 24},
        {"id": "B", "commitment": 6, "sector": "water", "construction_months": 24},
    ]
    row = {"metric": "draws", "by": "sector", "every": "year"}
    both = plan(take("A"), take("B", start=3))
    for limit in ({"max": 6}, {"group": "water", "max": 3}, {"group": "roads", "every": "total", "max": 12}):
        assert verify_plan(build(calendar=calendar, projects=projects, limits=[row | limit]), both).ok
    found = verify_plan(build(calendar=calendar, projects=projects, limits=[row | {"max": 5.5}]), both)
    assert [violation.sentence for violation in found.violations] == [
        "draws of sector roads in 2026 is 6, at most 5.5 is allowed",
        "draws of sector roads in 2027 is 6, at most 5.5 is allowed",
    ]
    # Half of B is drawn after the calendar, and a least amount holds in every year.
    least = [{"metric": "draws", "every": "year", "min": 3}]
    found = verify_plan(build(calendar=calendar, projects=projects, limits=least), both)
    assert the_one(found).sentence == "draws in 2028 is 0, no less than 3 is allowed"


def test_use_of_a_resource_can_be_limited_by_group() -> None:
    instance = limited(
        {"metric": "use:water", "by": "sector", "max": 7},
        resources=[{"resource": "water", "kind": "other"}],
        availability=[{"resource": "water", "from": "2026-01"}],
        requirements=[{"project": "C", "resource": "water", "phase": "operation", "amount": 4}],
    )
    assert the_one(verify_plan(instance, plan(*ALL))).found == 8


def test_switched_off_limits_are_not_checked() -> None:
    instance = limited({"metric": "count", "max": 0}, settings={"applied": {"disable": ["limits"]}})
    assert verify_plan(instance, plan(*ALL)).ok


def test_a_net_metric_may_have_a_negative_limit() -> None:
    projects = [{"id": name, "tons": tons} for name, tons in (("A", 4), ("B", -6), ("C", -3))]
    limits = [{"metric": "tons", "max": -5, "min": -8}]
    instance = build(projects=projects, limits=limits, settings={"metrics": {"tons": {}}})
    assert verify_plan(instance, plan(take("A"), take("B"), take("C"))).ok
    assert the_one(verify_plan(instance, plan())).sentence == "tons is 0, at most -5 is allowed"
    found = the_one(verify_plan(instance, plan(take("B"), take("C"))))
    assert found.sentence == "tons is -9, no less than -8 is allowed"


@pytest.mark.parametrize(
    ("growth", "kept"),
    [
        ({"max_growth_share": 0.5, "max_growth": 3}, True),  # 6 after 2: at most 2 x 1.5 + 3
        ({"max_growth_share": 0.5, "max_growth": 2.9}, False),
        ({"max_growth_share": 2}, True),
        ({"max_growth": 3.9}, False),
        ({"max_growth": 4}, True),  # nothing comes before 2026
        ({"max_growth": 4, "growth_from": -3}, False),
        ({"max_growth_share": 1, "max_growth": 4, "growth_from": 1}, True),
    ],
)
def test_a_year_exceeds_the_one_before_by_so_much_at_most(growth: dict[str, Any], kept: bool) -> None:
    grown = limited({"metric": "draws", "every": "year", **growth})
    assert verify_plan(grown, plan(take("B", 0), take("A", 1))).ok is kept


def test_growth_is_told_with_what_came_before() -> None:
    row = {"metric": "draws", "by": "sector", "group": "energy", "every": "year", "max_growth_share": 0.5}
    found = the_one(verify_plan(limited(row), plan(take("B", 0), take("A", 1))))
    assert found.sentence == "draws of sector energy in 2027 is 6 $B, after 2 $B at most 3 $B is allowed"
    assert (found.rule, found.limit, found.excess) == ("greatest growth", 3, 3)


def test_growth_counts_by_the_period_of_selection_but_draws_when_they_are_drawn() -> None:
    early = plan(take("A", 1, selection=0))
    calendar = {"max_wait_months": 12}
    row = {"every": "year", "max_growth": 5}
    assert verify_plan(limited({"metric": "commitment", **row}, calendar=calendar), early).ok
    assert not verify_plan(limited({"metric": "draws", **row}, calendar=calendar), early).ok


def test_a_share_of_the_total_is_one_of_projects_and_not_of_what_programs_are_worth() -> None:
    tables = {"programs": [{"program": "paving", "cost_per_unit": 1, "value_per_unit": 2}]}
    row = {"metric": "value", "by": "sector", "group": "energy", "basis": "share", "min": 0.8}
    bought = plan(*ALL, purchases={("paving", 0): 5})
    assert verify_plan(limited(row, **tables), bought).ok  # 7 of 8; of 18 with the program it would be too little
    row = {"metric": "value", "of": "commitment", "basis": "share", "min": 1.5}
    assert verify_plan(limited(row, **tables), bought).ok  # over all the program counts: 18 of 12


def test_what_crosses_0_along_a_step_is_0_there_but_for_rounding() -> None:
    steps = [
        {"project": "C", "alternative": "small", "value": -0.3, "from_scale": 0.25, "to_scale": 0.75},
        {"project": "C", "alternative": "medium", "value": 7.7, "from_scale": 0.75, "to_scale": 1},
    ]
    row = {"metric": "value", "by": "sector", "basis": "share", "max": 0.7}
    at = [plan(take("C", alternative="medium", scale=scale)) for scale in (0.759375, 0.7594)]
    assert [verify_plan(limited(row, alternatives=steps), one).ok for one in at] == [True, False]
