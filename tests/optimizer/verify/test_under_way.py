"""The verifier on projects that were decided before the calendar, and on the plan that stands."""

from __future__ import annotations

from typing import Any

import pytest

from outlay.instances.plan import Choice, Plan
from outlay.optimizer.verify.plan import verify_plan
from tests.support.documents import instance, level

BEGUN = {"id": "A", "status": "started", "started": "2025-03", "construction_months": 24, "commitment": 8, "value": 5}


def built(*projects: dict[str, Any], **more: Any) -> Any:
    return instance(projects=[*projects], **more)


def begun(**more: Any) -> Plan:
    return Plan((Choice(**{**Choice("A", "base", False, -1, -1, 1.0)._asdict(), **more}),))


def rules(found: Any) -> list[str]:
    return [violation.rule for violation in found.violations]


def test_a_started_project_counts_inside_the_calendar_only() -> None:
    made = built(
        BEGUN,
        resources=[{"resource": name, "kind": "finance"} for name in ("commitments", "draws")],
        availability=[level("commitments", 0), level("draws", 4)],
        limits=[
            {"metric": "draws", "every": "period", "max": 4},
            {"metric": "commitment", "every": "period", "max": 0},
        ],
    )
    found = verify_plan(made, begun())
    assert found.ok
    assert (found.metrics["commitment"], found.metrics["use:draws"], found.metrics["use:commitments"]) == (8, 4, 0)


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"start": 0}, "the start lies in the calendar"),
        ({"scale": 0.5}, "scale"),
        ({"selection": 0}, "committed and started projects were selected"),
        ({"fast_track": True}, "the fast track is offered"),
    ],
)
def test_what_has_started_is_as_it_is(more: dict[str, Any], rule: str) -> None:
    assert rule in rules(verify_plan(built(BEGUN), begun(**more)))


def test_what_has_started_is_funded() -> None:
    assert rules(verify_plan(built(BEGUN), Plan())) == ["mandatory and committed projects are funded"]


def test_what_was_decided_of_a_committed_project_is_kept() -> None:
    made = built(
        {"id": "A", "status": "committed", "selected": "2025-06", "alternative": "small", "scale": 0.5},
        alternatives=[
            {"project": "A", "alternative": "small", "min_scale": 0.25},
            {"project": "A", "alternative": "large"},
        ],
    )
    kept = Choice("A", "small", False, -1, 2, 0.5)
    assert verify_plan(made, Plan((kept,))).ok
    for other, rule in (
        (kept._replace(alternative="large", scale=1.0), "the alternative that was decided"),
        (kept._replace(scale=0.75), "the scale that was decided"),
        (kept._replace(selection=0), "committed and started projects were selected"),
    ):
        assert rule in rules(verify_plan(made, Plan((other,))))


def frozen(**more: Any) -> Any:
    return instance(
        calendar={"frozen_until": "2027-01", "max_wait_months": 24},
        projects=[{"id": "A", "commitment": 2}, {"id": "B"}],
        approved=[{"project": "A", "selected": "2026-01", "start": "2026-05", "change_cost": 3, **more}],
    )


def test_changes_of_the_plan_that_stands_are_counted() -> None:
    made = frozen()
    found = verify_plan(made, Plan((Choice("B", "base", False, 2, 3, 1.0),)))
    names = ("changed_projects", "changed_starts", "change_cost")
    assert [found.metrics[name] for name in names] == [2, 0, 3]
    assert rules(found) == ["what is decided is kept"]
    later = verify_plan(made, Plan((Choice("A", "base", False, 0, 2, 1.0),)))
    assert [later.metrics[name] for name in names] == [0, 2, 0]
    assert rules(later) == ["what is decided is kept"]


def test_nothing_else_is_decided_in_frozen_years() -> None:
    both = Plan((Choice("A", "base", False, 0, 0, 1.0), Choice("B", "base", False, 0, 1, 1.0)))
    assert rules(verify_plan(frozen(), both)) == ["nothing else is decided"]
    assert verify_plan(frozen(), Plan(both.choices[:1])).ok


def test_a_start_approved_for_after_the_freeze_may_move_there_but_not_before_it() -> None:
    made = frozen(start="2028-01")
    for start, broken in ((0, ["what is decided is kept"]), (1, []), (2, [])):
        assert rules(verify_plan(made, Plan((Choice("A", "base", False, 0, start, 1.0),)))) == broken


def test_the_scale_that_was_approved_is_kept_in_frozen_years() -> None:
    made = instance(
        calendar={"frozen_until": "2027-01"},
        projects=[{"id": "A", "min_scale": 0.25}],
        approved=[{"project": "A", "selected": "2026-01", "scale": 0.5}],
    )
    assert verify_plan(made, Plan((Choice("A", "base", False, 0, 0, 0.5),))).ok
    assert rules(verify_plan(made, Plan((Choice("A", "base", False, 0, 0, 0.75),)))) == ["what is decided is kept"]


@pytest.mark.parametrize(
    ("decided", "selection", "scale"), [({"scale": 0.75}, 0, 0.75), ({"selected": "2025-06"}, -1, 1.0)]
)
def test_the_decided_scale_of_a_committed_project_counts_and_not_the_approved_one(
    decided: dict[str, Any], selection: int, scale: float
) -> None:
    made = instance(
        calendar={"frozen_until": "2027-01"},
        projects=[{"id": "A", "min_scale": 0.25, "status": "committed", **decided}],
        approved=[{"project": "A", "selected": "2026-01", "scale": 0.5}],
    )
    assert verify_plan(made, Plan((Choice("A", "base", False, selection, 0, scale),))).ok


def test_a_started_project_is_not_reviewed_so_that_no_fast_track_is_offered() -> None:
    permit = {"permit": "water", "review_months": 24, "fast_track_factor": 0.5}
    made = built({**BEGUN, "permit": "water"}, permits=[permit])
    assert verify_plan(made, begun()).ok
    assert "the fast track is offered" in rules(verify_plan(made, begun(fast_track=True)))


def test_cash_of_a_started_project_counts_from_the_start_of_the_calendar() -> None:
    made = built(BEGUN, cashflows=[{"project": "A", "metric": "jobs", "from_month": 0, "to_month": 24, "amount": 3}])
    assert verify_plan(made, begun()).metrics["jobs"] == 3  # of two years of building, the first of them past


def test_a_step_of_scale_begins_at_what_the_step_before_it_comes_to() -> None:
    steps = [(0.25, 0.5, 6), (0.5, 1, 10)]
    made = built(
        {"id": "A"},
        alternatives=[
            {"project": "A", "alternative": f"to {high}", "value": value, "from_scale": low, "to_scale": high}
            for low, high, value in steps
        ],
    )
    found = verify_plan(made, Plan((Choice("A", "to 1", False, 0, 0, 0.75),)))
    assert found.ok
    assert found.metrics["value"] == 8  # half of the way from 6 to 10; from nothing it were 7.5
