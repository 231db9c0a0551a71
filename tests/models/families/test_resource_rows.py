"""Which rows of a resource stand, and that leaving out the implied ones changes no answer."""

from __future__ import annotations

from typing import Any

import pytest

from outlay.instances.instance import Instance
from outlay.models.case import Case
from outlay.models.families.resources import ResourceRows, describe, resource_rows
from outlay.optimizer.solve import solve
from outlay.optimizer.solver.process import SolverProcess
from tests.support.documents import document, instance, level, parsed
from tests.support.generated import some_generated


def periods(levels: list[tuple[str, float | None]], **more: Any) -> list[int]:
    """Return under which periods the rows of a cumulative resource with these levels stand."""
    made = document(
        projects=[{"id": "A", "value": 1}],
        resources=[{"resource": "R", "kind": "other", "basis": "cumulative", **more.pop("resource", {})}],
        availability=[level("R", amount, month) for month, amount in levels],
        requirements=[{"project": "A", "resource": "R", "phase": "construction", "amount": 1, **more.pop("row", {})}],
        **more,
    )
    return resource_rows(Case(parsed(made)), "R").periods.tolist()


def test_a_constant_level_to_date_is_one_row() -> None:
    assert periods([("2026-01", 5)]) == [3]


def test_a_rising_level_keeps_the_last_row_of_each_step() -> None:
    assert periods([("2026-01", 5), ("2028-01", 7)]) == [1, 3]


def test_a_falling_level_needs_only_what_comes_last() -> None:
    assert periods([("2026-01", 5), ("2028-01", 4)]) == [3]
    assert periods([("2026-01", 5), ("2027-01", 8), ("2028-01", 4), ("2029-01", 6)]) == [2, 3]


def test_a_blank_level_has_no_row() -> None:
    assert periods([("2026-01", 5), ("2028-01", None)]) == [1]
    assert periods([("2026-01", 5), ("2027-01", None), ("2028-01", 5)]) == [3]


@pytest.mark.parametrize(
    "parts",
    [
        {"resource": {"penalty": 1}},
        {"row": {"role": "supplies"}},
        {"programs": [{"program": "P", "resource": "R"}]},
        {"imports": [{"resource": "R", "from": "2026-01", "max_per_period": 1}]},
        {"links": [{"link": "L", "from_resource": "R", "to_resource": "R2"}]},
    ],
)
def test_every_row_stands_where_the_sum_to_date_may_fall(parts: dict[str, Any]) -> None:
    if "links" in parts:
        made = document(
            projects=[{"id": "A"}],
            resources=[{"resource": name, "kind": "other", "basis": "cumulative"} for name in ("R", "R2")],
            availability=[level("R", 5), level("R2", 5)],
            **parts,
        )
        assert resource_rows(Case(parsed(made)), "R").periods.tolist() == [0, 1, 2, 3]
    else:
        assert periods([("2026-01", 5)], **parts) == [0, 1, 2, 3]


def test_reports_have_every_row() -> None:
    made = instance(
        projects=[{"id": "A", "commitment": 1}],
        resources=[{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
        availability=[level("commitments", 5)],
    )
    assert resource_rows(Case(made), "commitments", every_row=True).periods.tolist() == [0, 1, 2, 3]


def test_year_blocks_stand_under_their_first_period() -> None:
    made = instance(
        calendar={"periods": 5, "months_per_period": 6},
        projects=[{"id": "A"}],
        resources=[{"resource": "R", "kind": "other", "basis": "per_year"}],
        availability=[level("R", 1), level("R", 2, "2026-07"), level("R", None, "2027-07")],
    )
    rule = resource_rows(Case(made), "R")
    # The block of 2027 takes the level of 2027-01; that of 2028 begins where there is no limit.
    assert (rule.periods.tolist(), rule.limits.tolist()) == ([0, 2], [1, 2])


def test_rows_are_told_in_domain_words() -> None:
    made = instance(
        calendar={"start": "2026-04", "months_per_period": 6},
        projects=[{"id": "A"}],
        resources=[
            {"resource": name, "kind": "other", "basis": name} for name in ("cumulative", "per_period", "per_year")
        ],
    )
    words = [describe(made, name, 2) for name in ("cumulative", "per_period", "per_year")]
    assert words == ["cumulative up to 2027-04", "per_period in 2027-04", "per_year in the year from 2027-04"]


@pytest.mark.slow
def test_leaving_out_implied_rows_changes_no_answer(
    warm: SolverProcess,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tested = [made for made in some_generated(40) if _has_implied_rows(made)]
    short = [_answer(made, warm) for made in tested]
    monkeypatch.setattr(ResourceRows, "_can_fall", lambda _: True)
    assert not any(_has_implied_rows(made) for made in tested)
    assert [_answer(made, warm) for made in tested] == pytest.approx(short, rel=1e-6, abs=1e-6, nan_ok=True)
    assert len(tested) >= 5


def _has_implied_rows(made: Instance) -> bool:
    case = Case(made)
    return any(
        len(resource_rows(case, name).periods) < len(case.row_periods(name))
        for name in made["resources"].texts("resource")
        if made.is_on(made.family_of(name))
    )


def _answer(made: Instance, process: SolverProcess) -> float:
    objective = solve(made, gap=0, process=process).objective
    return float("nan") if objective is None else objective
