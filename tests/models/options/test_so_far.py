"""Rows to date that add to the one before say the same as rows that spell out all: same answers, same reasons."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import outlay
from outlay.instances.instance import Instance
from outlay.instances.plan import Choice, Plan
from outlay.models.build import build
from outlay.models.case import Case
from outlay.models.families.registry import rows_of
from outlay.models.options import so_far
from outlay.optimizer.answer.plans import plan_columns
from outlay.optimizer.answer.tables import compute_tables
from outlay.optimizer.search.rounding import schedule
from outlay.optimizer.session import Session
from outlay.optimizer.solver.process import SolverProcess
from tests.brute_force.comparison import disagreement
from tests.brute_force.generator import case_of
from tests.models.families.test_golden import compare
from tests.support.choosing import some
from tests.support.clocks import LONGEST_S
from tests.support.documents import instance, level, parsed
from tests.support.lp_text import lp_text
from tests.support.solving import warm  # noqa: F401


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(so_far, "LARGE", -1)
    monkeypatch.setattr(so_far, "SAVING", 0)


#: Generated cases; some have rows to date that are spelt out so.
SEEDS = range(24)
CASES = some(SEEDS, 0, 8)


def has_columns(seed: int) -> bool:
    try:
        return bool(Case(case_of(seed).instance()).so_far.keys)
    except outlay.InputError:
        return False


@pytest.mark.nightly
@pytest.mark.usefixtures("always")
def test_there_are_enough_cases() -> None:
    assert sum(map(has_columns, SEEDS)) >= 2


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("seed", CASES)
def test_the_engine_finds_what_trying_everything_finds(seed: int) -> None:
    assert disagreement(case_of(seed)) is None


def growing(**changes: Any) -> Instance:
    """Three projects use water while they are built, of which more is there year by year; A may be built in part."""
    return instance(
        calendar={"periods": 4},
        projects=[
            {"id": "A", "value": 3, "commitment": 2, "min_scale": 0.5},
            {"id": "B", "value": 5, "commitment": 2, "construction_months": 24},
            {"id": "C", "value": 1, "commitment": 2, "latest_start": "2026-12"},
        ],
        resources=[{"resource": "water", "kind": "commodity", "basis": "cumulative"}],
        availability=[level("water", 2 * (year + 1), f"{2026 + year}-01") for year in range(4)],
        requirements=[
            {"project": name, "resource": "water", "phase": "construction", "amount": amount}
            for name, amount in (("A", 3), ("B", 2), ("C", 1))
        ],
        **changes,
    )


@pytest.mark.usefixtures("always")
def test_the_rows_are_those_that_were_checked_by_hand() -> None:
    compare("so_far.lp", lp_text(build(growing()), ("commodity",)))


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize(
    "parts",
    [
        {"imports": [{"resource": "water", "from": "2026-01", "max_per_period": 1}]},
        {"programs": [{"program": "P", "resource": "water"}]},
    ],
)
def test_rows_whose_sum_may_fall_spell_everything_out(parts: dict[str, Any]) -> None:
    assert Case(growing()).so_far.keys
    assert not Case(growing(**parts)).so_far.keys


def test_short_rows_spell_everything_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not Case(growing()).so_far.keys
    monkeypatch.setattr(so_far, "LARGE", -1)
    assert not Case(growing()).so_far.keys  # with four periods nothing is saved


@pytest.mark.slow
def test_reasons_limits_and_tables_are_the_same_in_both_forms(
    warm: SolverProcess,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = growing(limits=[{"metric": "count", "max": 2}], settings={"tie_break": "none"})
    solution = outlay.solve(made, gap=0, process=warm)
    assert solution.plan is not None
    early = Plan(choices=(Choice("B", "base", False, 0, 0, 1.0),))
    plans = [solution.plan, early, *(replace(solution.plan, choices=(choice,)) for choice in solution.plan.choices)]
    tables = []
    for form in ("spelt out", "added up"):
        if form == "added up":
            monkeypatch.setattr(so_far, "LARGE", -1)
            monkeypatch.setattr(so_far, "SAVING", 0)
        case = Case(made)
        assert bool(case.so_far.keys) == (form == "added up")
        found = [compute_tables(case, list(rows_of(case)), plan).tables for plan in plans]
        tables.append(
            [
                {name: table.astype(object).where(table.notna(), "").to_dict("records") for name, table in one.items()}
                for one in found
            ]
        )
    assert tables[0] == tables[1]
    assert any("water up to" in str(row["reason"]) for one in tables[1] for row in one["projects"])
    assert any(row["resource"] == "water" for one in tables[1] for row in one["binding"])
    assert outlay.solve(made, gap=0, process=warm).objective == pytest.approx(solution.objective)


def assert_every_row_holds(made: Instance, plan: Plan) -> None:
    case = Case(made)
    point = plan_columns(case, plan)
    for block in rows_of(case):
        sums = block.matrix @ point
        slack = 1e-6 * np.maximum(1.0, np.abs(sums))
        assert (sums >= block.lower - slack).all(), block.name
        assert (sums <= block.upper + slack).all(), block.name


@pytest.mark.usefixtures("always")
def test_a_plan_as_columns_holds_every_row(warm: SolverProcess) -> None:  # noqa: F811
    solution = outlay.solve(growing(), gap=0, process=warm)
    assert solution.plan is not None
    assert Case(growing()).so_far.keys
    assert_every_row_holds(growing(), solution.plan)


@pytest.mark.slow
@pytest.mark.usefixtures("always")
def test_generated_plans_as_columns_hold_every_row(warm: SolverProcess) -> None:  # noqa: F811
    tried = 0
    for seed in filter(has_columns, SEEDS):
        made = case_of(seed).instance()
        solution = outlay.solve(made, gap=0.01, time_limit=LONGEST_S, process=warm)
        if solution.plan is None:
            continue
        assert_every_row_holds(made, solution.plan)
        tried += 1
        if tried == 4:
            break
    assert tried


@pytest.mark.slow
@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("effort", ["repeat", "search"])
def test_the_search_finds_plans(effort: str, warm: SolverProcess) -> None:  # noqa: F811
    made = parsed(
        {
            "instance": {"name": "many", "calendar": {"start": "2026-01", "periods": 12, "months_per_period": 1}},
            "projects": [
                {"id": f"P{n:02d}", "value": 1 + n * 7 % 11, "commitment": 1 + n % 5, "construction_months": 1 + n % 4}
                for n in range(40)
            ],
            "resources": [
                {"resource": "commitments", "kind": "finance", "basis": "cumulative"},
                {"resource": "water", "kind": "commodity", "basis": "cumulative"},
            ],
            "availability": [
                *({"resource": "commitments", "from": f"2026-{1 + t:02d}", "amount": 3 + 4 * t} for t in range(12)),
                *({"resource": "water", "from": f"2026-{1 + t:02d}", "amount": 10 + 9 * t} for t in range(12)),
            ],
            "requirements": [
                {"project": f"P{n:02d}", "resource": "water", "phase": "operation", "amount": 0.5 + n % 3}
                for n in range(40)
            ],
        }
    )
    assert len(Case(made).so_far.keys) == 24
    best = outlay.solve(made, gap=0, effort="prove", process=warm)
    found = outlay.solve(
        made, gap=1e-4, effort=effort, work=20, time_limit=None if effort == "repeat" else LONGEST_S, process=warm
    )
    assert found.verified
    assert found.objective == pytest.approx(best.objective, rel=0.02)


@pytest.mark.usefixtures("always")
def test_a_first_plan_is_found_by_rounding_and_raises_what_is_used_so_far() -> None:
    session = Session(build(growing()))
    problem, structure = session._small.problem, session.structure
    start = np.zeros(structure.projects)
    point = schedule(problem, structure, start, np.arange(len(structure.option_column)))
    assert point is not None
    assert problem.holds(point)
    assert (point[structure.option_column[structure.option_column >= 0]] > 0.5).sum() >= 2
