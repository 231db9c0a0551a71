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
