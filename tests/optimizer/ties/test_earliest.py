"""Dates that the objective leaves open are as early as possible, and what is said of them is checked."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import outlay
from outlay.instances.plan import Choice, Plan
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.status import DatesFound
from outlay.optimizer.verify.plan import verify_plan
from tests.support.documents import instance, level


def four_streets(**more: Any) -> outlay.Instance:
    """Return five years with 4 a year, where nothing but the limit speaks of dates."""
    return instance(
        calendar={"start": "2027-07", "periods": 5},
        projects=[
            {"id": "A", "commitment": 5, "value": 9, "construction_months": 24},
            {"id": "C", "commitment": 3, "value": 4, "construction_months": 12},
            {"id": "D", "commitment": 4, "value": 9, "construction_months": 36},
        ],
        resources=[{"resource": "draws", "kind": "finance", "basis": "per_year"}],
        availability=[level("draws", 4, "2027-07")],
        **more,
    )


def starts(solution: outlay.Solution) -> dict[str, int]:
    assert solution.plan is not None
    return {choice.project: choice.start for choice in solution.plan.choices}


@pytest.mark.slow
def test_dates_that_the_objective_leaves_open_are_as_early_as_the_limits_allow(warm: SolverProcess) -> None:
    solution = outlay.solve(four_streets(), process=warm)
    assert solution.objective == 22
    assert starts(solution) == {"A": 0, "D": 0, "C": 3}  # 2.5 + 1.33 a year, then 1.33, then nothing
    assert solution.dates is not None
    assert solution.dates.found == DatesFound.EARLIEST
    # commitment x (selection + start + operation): 5 x 2 + 3 x (3 + 3 + 4) + 4 x 3
    assert solution.dates.lateness == pytest.approx(52)


@pytest.mark.slow
def test_a_fund_that_forbids_nothing_moves_no_date(warm: SolverProcess) -> None:
    with_fund = four_streets(funds=[{"fund": "city", "total": 100}])
    assert starts(outlay.solve(with_fund, process=warm)) == starts(outlay.solve(four_streets(), process=warm))


def test_without_a_tie_break_the_dates_are_called_open(warm: SolverProcess) -> None:
    solution = outlay.solve(four_streets(settings={"tie_break": "none"}), process=warm)
    assert solution.dates is not None
    assert (solution.dates.found, solution.dates.why) == (DatesFound.OPEN, "tie_break is none")


def test_where_nobody_can_be_earlier_nothing_more_is_solved(warm: SolverProcess) -> None:
    decided = (
        four_streets()
        .with_set("base")
        .replace(instance={"name": "one", "calendar": {"start": "2027-07", "periods": 1, "months_per_period": 12}})
    )
    solution = outlay.solve(decided, process=warm)
    assert solution.dates is not None
    assert solution.dates.found == DatesFound.EARLIEST
    assert "dates" not in solution.times_s


def test_where_the_objective_speaks_of_dates_it_has_decided(warm: SolverProcess) -> None:
    case = instance(
        projects=[{"id": "A", "commitment": 1, "value": 1, "construction_months": 12}],
        cashflows=[{"project": "A", "from_month": 0, "to_month": 12, "amount": -1, "metric": "value"}],
        settings={"discount_rates": {"value": 0.5}},
    )
    solution = outlay.solve(case, process=warm)  # the cost of a later year weighs less
    assert starts(solution) == {"A": 3}
    assert solution.dates is not None
    assert solution.dates.found == DatesFound.DECIDED
    assert "dates" not in solution.times_s


def test_what_is_early_is_worth_as_much_and_keeps_its_scale(warm: SolverProcess) -> None:
    case = instance(
        projects=[
            {"id": "A", "commitment": 8, "value": 8, "min_scale": 0.25},
            {"id": "B", "commitment": 2, "value": 4},
        ],
        resources=[{"resource": "draws", "kind": "finance", "basis": "per_period"}],
        availability=[level("draws", 4)],
    )
    solution = outlay.solve(case, process=warm)
    assert solution.objective == 8
    assert {choice.project: (choice.start, choice.scale) for choice in solution.plan.choices} == {  # type: ignore[union-attr]
        "A": (0, 0.5),
        "B": (1, 1.0),
    }


def test_an_earlier_plan_within_the_gap_raises_what_is_claimed(warm: SolverProcess, tmp_path: Path) -> None:
    case = instance(
        projects=[{"id": "A", "commitment": 1, "value": 1, "construction_months": 12}],
        cashflows=[{"project": "A", "from_month": 0, "to_month": 12, "amount": 1, "metric": "value"}],
        settings={"discount_rates": {"value": 0.5}},
    )
    late = Plan(choices=(Choice("A", "base", False, 3, 3, 1.0),))
    solution = outlay.solve(case, start=late, gap=0.9, process=warm)
    assert starts(solution) == {"A": 0}
    assert solution.objective == pytest.approx(2)
    assert outlay.load(solution.save(tmp_path / "run.json")).verified


@pytest.mark.slow
def test_a_comparison_tells_the_dates_that_solve_tells(warm: SolverProcess) -> None:
    case = four_streets(sets={"more": {"change": [{"table": "availability", "set": {"amount": 5}}]}})
    found = outlay.compare(case, ["base", "more"], jobs=1)
    plans = found.plans[found.plans["funded"]].set_index(["set", "project"])["start"]
    assert plans["base"].to_dict() == starts(outlay.solve(case, process=warm))
    assert plans["more"].to_dict() == plans["base"].to_dict()  # what need not move stays


def test_the_verifier_measures_how_late_a_plan_is() -> None:
    choices = (Choice("A", "base", False, 0, 0, 1.0), Choice("C", "base", False, 2, 3, 1.0))
    found = verify_plan(four_streets(), Plan(choices=choices))
    assert found.lateness == Fraction(5 * (0 + 0 + 2) + 3 * (2 + 3 + 4))


@pytest.mark.slow
@pytest.mark.parametrize(("key", "value"), [("lateness", 51.0), ("found", "sooner")])
def test_a_false_word_about_the_dates_is_found(key: str, value: Any, tmp_path: Path, warm: SolverProcess) -> None:
    path = outlay.solve(four_streets(), process=warm).save(tmp_path / "run.json")
    document = json.loads(path.read_text(encoding="utf-8"))
    document["dates"][key] = value
    path.write_text(json.dumps(document), encoding="utf-8")
    if key == "found":
        with pytest.raises(outlay.InputError, match=r"dates\.found"):
            outlay.load(path)
    else:
        verification = outlay.load(path).verification
        assert verification is not None
        assert "dates.lateness is recorded as 51.0" in verification.violations[0].sentence
