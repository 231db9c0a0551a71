from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from outlay.optimizer.verify.plan import verify_plan
from tests.optimizer.verify.test_support import build, families, plan, take, the_one

TWO_WAYS = {
    "projects": [{"id": "A"}, {"id": "B"}],
    "alternatives": [
        {"project": "A", "alternative": "small", "min_scale": 0.5},
        {"project": "A", "alternative": "large"},
    ],
}


def test_nothing_funded_is_a_plan() -> None:
    verification = verify_plan(build(projects=[{"id": "A"}]), plan())
    assert verification.ok
    assert verification.metrics["count"] == 0


def test_a_project_that_does_not_exist_is_named() -> None:
    found = the_one(verify_plan(build(projects=[{"id": "A"}]), plan(take("Z"))))
    assert (found.family, found.sentence) == ("choice", "the plan funds Z, but there is no such project")


def test_an_alternative_that_does_not_exist_is_named() -> None:
    found = the_one(verify_plan(build(**TWO_WAYS), plan(take("A", alternative="base"))))
    assert (found.family, found.sentence) == ("choice", "A has no alternative base")


def test_a_project_is_funded_once_at_most() -> None:
    both = plan(take("A", alternative="small"), take("A", alternative="large"))
    found = the_one(verify_plan(build(**TWO_WAYS), both))
    assert found.rule == "one option at most a project"
    assert found.sentence == "A is funded 2 times; a project is funded at most once"


@pytest.mark.parametrize("status", ["mandatory", "committed"])
def test_what_must_be_funded_is_missed(status: str) -> None:
    instance = build(projects=[{"id": "A", "status": status}])
    assert verify_plan(instance, plan(take("A"))).ok
    assert the_one(verify_plan(instance, plan())).sentence == f"A is {status} but not funded"


def test_an_excluded_project_is_refused() -> None:
    instance = build(projects=[{"id": "A", "status": "excluded"}])
    assert verify_plan(instance, plan()).ok
    assert the_one(verify_plan(instance, plan(take("A")))).sentence == "A is excluded but funded"


@pytest.mark.parametrize(("scale", "ok"), [(0.5, True), (0.75, True), (1.0, True), (0.4999, False), (1.0001, False)])
def test_the_scale_stays_between_the_least_and_one(scale: float, ok: bool) -> None:
    verification = verify_plan(build(**TWO_WAYS), plan(take("A", alternative="small", scale=scale)))
    assert verification.ok is ok
    assert families(verification) <= {"choice"}


def test_an_indivisible_project_is_funded_whole() -> None:
    found = the_one(verify_plan(build(projects=[{"id": "A"}]), plan(take("A", scale=0.5))))
    assert found.sentence == "A@base is funded at scale 0.5, the least scale is 1"


def test_a_start_keeps_its_window() -> None:
    project = {"id": "A", "earliest_start": "2026-02", "latest_start": "2028-12"}
    instance = build(projects=[project])
    assert [verify_plan(instance, plan(take("A", start))).ok for start in range(4)] == [False, True, True, False]
    late = the_one(verify_plan(instance, plan(take("A", 3))))
    assert late.sentence == "A@base starts in 2029, after its latest start 2028"
    early = the_one(verify_plan(instance, plan(take("A", 0))))
    assert early.sentence == "A@base starts in 2026, before its earliest start 2027"


def test_building_may_end_past_the_horizon_unless_told_otherwise() -> None:
    projects = [{"id": "A", "construction_months": 25}]
    assert verify_plan(build(projects=projects), plan(take("A", 3))).ok
    instance = build(projects=projects, calendar={"finish_inside": True})
    assert verify_plan(instance, plan(take("A", 1))).ok
    found = the_one(verify_plan(instance, plan(take("A", 2))))
    assert found.sentence == "A@base starts in 2028 and is built until 2030, after the calendar's end in 2029"


@pytest.mark.parametrize(("selection", "ok"), [(0, False), (1, True), (2, True), (3, False)])
def test_selection_precedes_the_start_by_lead_and_wait(selection: int, ok: bool) -> None:
    calendar = {"selection_to_funding_months": 6, "max_wait_months": 12}
    verification = verify_plan(
        build(projects=[{"id": "A"}], calendar=calendar), plan(take("A", 3, selection=selection))
    )
    assert verification.ok is ok
    if not ok:
        text = "to start in 2029 it must be selected from 2027 to 2028"
        assert text in the_one(verification).sentence


def test_nothing_is_selected_after_the_last_selection() -> None:
    instance = build(projects=[{"id": "A"}], calendar={"last_selection": "2027-05", "max_wait_months": 24})
    assert verify_plan(instance, plan(take("A", 3, selection=1))).ok
    assert not verify_plan(instance, plan(take("A", 3, selection=2))).ok


def test_a_start_too_early_for_any_selection_says_so() -> None:
    instance = build(projects=[{"id": "A"}], calendar={"selection_to_funding_months": 12})
    found = the_one(verify_plan(instance, plan(take("A", 0))))
    assert found.sentence == "A@base is selected in 2026, but to start in 2026 it can be selected in no period"


def test_a_committed_project_is_selected_in_period_0_whenever_it_starts() -> None:
    instance = build(projects=[{"id": "A", "status": "committed"}], calendar={"selection_to_funding_months": 24})
    assert verify_plan(instance, plan(take("A", 1, selection=0))).ok
    assert "is selected in 2027, but it was in 2026" in the_one(verify_plan(instance, plan(take("A", 1)))).sentence


@pytest.mark.parametrize(
    ("item", "ok"),
    [("A", True), ("A@large", True), ("A@small", False), ("A@large@2027-06", True), ("A@large@2028-01", False)],
)
def test_what_is_forced_in_is_funded_so(item: str, ok: bool) -> None:
    instance = build(**TWO_WAYS, settings={"applied": {"force_in": [item]}})
    verification = verify_plan(instance, plan(take("A", 1, alternative="large")))
    assert verification.ok is ok
    out = build(**TWO_WAYS, settings={"applied": {"force_out": [item]}})
    verification = verify_plan(out, plan(take("A", 1, alternative="large")))
    assert verification.ok is not ok


@pytest.mark.parametrize(
    "broken",
    [
        {"scale": math.nan},
        {"scale": math.inf},
        {"scale": "one"},
        {"start": -1},
        {"start": 4},
        {"start": 10**30},
        {"start": 1.0},
        {"start": "2026"},
        {"selection": None},
        {"alternative": ["base"]},
        {"project": 7},
    ],
)
def test_a_malformed_choice_is_a_violation_and_no_crash(broken: dict[str, Any]) -> None:
    choice = take("A")._replace(**broken)
    assert families(verify_plan(build(projects=[{"id": "A"}]), plan(choice))) == {"choice"}


# -- permits ---------------------------------------------------------------------------------------------------------


PERMITS: dict[str, Any] = {
    "projects": [{"id": "A", "permit": "air"}, {"id": "B", "permit": "water"}, {"id": "C", "permit": "slow"}],
    "permits": [
        {"permit": "air", "agency": "desk", "review_months": 24, "fast_track_factor": 0.5, "fast_track_slots": 1,
         "fast_track_pool": "fast"},
        {"permit": "water", "agency": "desk", "mode": 13, "fast_track_factor": 0.5, "fast_track_pool": "fast"},
        {"permit": "slow", "review_months": 12, "fast_track_factor": 0.9},
    ],
    "resources": [{"resource": "desk", "kind": "permit", "unit": "reviews"}],
    "availability": [{"resource": "desk", "from": "2026-01", "amount": 1}],
}  # fmt: skip


def test_a_review_fits_between_the_calendars_start_and_the_start() -> None:
    instance = build(**PERMITS)
    assert verify_plan(instance, plan(take("A", 2))).ok
    found = the_one(verify_plan(instance, plan(take("A", 1))))
    assert (found.family, found.rule) == ("permits", "the permit is ready")
    assert verify_plan(instance, plan(take("A", 1, fast_track=True))).ok


def test_review_months_that_remain_replace_those_of_the_permit() -> None:
    projects = [{"id": "A", "permit": "air", "review_remaining_months": 1}]
    instance = build(**{**PERMITS, "projects": projects})
    assert [verify_plan(instance, plan(take("A", start))).ok for start in (0, 1)] == [False, True]


def test_each_review_period_takes_one_of_the_agency() -> None:
    instance = build(**PERMITS)
    assert verify_plan(instance, plan(take("A", 2), take("B", 2))).violations[0].sentence == (
        "desk in 2026: 2 reviews are used, 1 are available"
    )
    apart = plan(take("A", 1, fast_track=True), take("B", 3))
    assert verify_plan(instance, apart).ok
    assert verify_plan(instance, apart).metrics["use:desk"] == 3


def test_permits_of_one_pool_share_its_slots() -> None:
    found = the_one(verify_plan(build(**PERMITS), plan(take("A", 1, fast_track=True), take("B", 2, fast_track=True))))
    assert found.sentence == "fast track of pool fast: 2 options take it (A, B), at most 1 may"
    assert (found.found, found.limit, found.excess) == (2, 1, 1)


def test_a_fast_track_that_is_not_offered_is_refused() -> None:
    instance = build(**PERMITS)
    found = the_one(verify_plan(instance, plan(take("C", 1, fast_track=True))))
    assert "saves nothing" in found.sentence
    without = build(projects=[{"id": "A"}])
    assert "needs no permit" in the_one(verify_plan(without, plan(take("A", fast_track=True)))).sentence


def test_switched_off_permits_take_no_time_and_no_agency() -> None:
    instance = build(**PERMITS, settings={"applied": {"disable": ["permits"]}})
    verification = verify_plan(instance, plan(take("A"), take("B"), take("C")))
    assert verification.ok
    assert verification.metrics["use:desk"] == 0


@pytest.mark.parametrize("value", [1, 0, 1.0, "yes", "false", "", None, [], [0], {}, np.True_, np.False_])
def test_a_fast_track_that_is_neither_true_nor_false_is_refused(value: Any) -> None:
    found = the_one(verify_plan(build(projects=[{"id": "A"}]), plan(take("A", fast_track=value))))
    assert (found.family, found.rule) == ("permits", "the fast track is taken or not")
    assert "A@base has the fast track" in found.sentence
    assert type(value).__name__ in found.sentence
