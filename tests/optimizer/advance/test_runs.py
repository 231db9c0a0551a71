"""Runs side by side: of plans that are as good, the nearest to the first run's is compared."""

from __future__ import annotations

from dataclasses import replace

import pytest

import outlay
from tests.support.documents import document, level, parsed

pytestmark = pytest.mark.usefixtures("always_warm")


def either_or() -> outlay.Instance:
    """A and B are worth the same, and one of them can be had; C is worth less."""
    return parsed(
        document(
            calendar={"periods": 1},
            projects=[{"id": name, "value": value, "commitment": 1} for name, value in (("A", 3), ("B", 3), ("C", 1))],
            resources=[{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
            availability=[level("commitments", 1)],
        )
    )


def forced(which: str) -> outlay.Solution:
    return outlay.solve(either_or().replace(instance={"name": "case", **applied(which)}))


def applied(which: str) -> dict[str, object]:
    calendar = {"start": "2026-01", "periods": 1, "months_per_period": 12}
    return {"calendar": calendar, "applied": {"force_in": [which]}}


def test_a_tie_between_runs_is_told_as_one() -> None:
    free = outlay.solve(either_or())
    other = "B" if free.plan.choices[0].project == "A" else "A"
    found = outlay.compare_runs({"forced": forced(other), "free": free})
    (flip,) = found.flips[found.flips["set"] == "free"].to_dict("records")
    assert (flip["changed_projects_own"], flip["changed_projects"], flip["ties"], flip["proved"]) == (2, 0, 2, True)
    assert found.changes.empty
    assert found.cases["objective"].tolist() == [3, 3]


def test_what_an_objective_asks_for_is_no_tie() -> None:
    found = outlay.compare_runs({"forced": forced("C"), "free": outlay.solve(either_or())})
    assert found.flips["changed_projects"].tolist() == [0, 2]
    assert found.changes["change"].tolist() == ["in", "out"]


def test_a_run_keeps_its_plan_where_nobody_may_look_for_others() -> None:
    free = outlay.solve(either_or())
    other = "B" if free.plan.choices[0].project == "A" else "A"
    for run, seconds in ((free, 0.0), (replace(free, own_objective=True), 60.0)):
        found = outlay.compare_runs({"forced": forced(other), "free": run}, nearest_s=seconds)
        assert found.flips["changed_projects"].tolist() == [0, 2]
        assert found.flips["proved"].tolist() == [True, False]


def test_runs_say_which_projects_are_never_available() -> None:
    out = outlay.solve(either_or().replace(instance={"name": "case", **applied("A")}))
    excluded = replace(out.instance, sets={})
    document = {"calendar": excluded.settings.calendar.model_dump(exclude_none=True), "applied": {"force_out": ["A"]}}
    without = outlay.solve(either_or().replace(instance={"name": "case", **document}))
    found = outlay.compare_runs({"with": out, "without": without})
    assert found.unavailable[["set", "project", "rule"]].values.tolist() == [["without", "A", "forced"]]
