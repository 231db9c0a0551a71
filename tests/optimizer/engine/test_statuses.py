"""What an answer claims: statuses, limits, levels, gaps, interrupts."""

from __future__ import annotations

import itertools
import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyomo.core as pyo
import pytest

import outlay
from outlay.instances.errors import InfeasibleError, InputError, NoPlanError
from outlay.optimizer.solver.outcome import Outcome, Progress
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.status import Status
from tests.support.choosing import some
from tests.support.clocks import LONGEST_S
from tests.support.documents import document, hard_knapsack, instance, knapsack, level, parsed, small_plan
from tests.support.solving import stopped

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
def test_a_proved_answer_is_optimal_and_verified(warm: SolverProcess) -> None:
    solution = outlay.solve(parsed(small_plan()), gap=0, process=warm)
    assert solution.status == Status.OPTIMAL
    assert solution.limit is None
    assert solution.verified
    assert solution.objective is not None
    assert solution.bound is not None
    assert solution.gap is not None
    assert solution.bound >= solution.objective - 1e-9
    assert solution.gap <= 1e-6
    assert solution.objective == pytest.approx(solution.metrics["value"] - solution.metrics["cost"], rel=1e-9)
    assert outlay.verify(solution).ok


def test_an_answer_within_a_wide_gap_says_so(warm: SolverProcess) -> None:
    solution = outlay.solve(parsed(hard_knapsack(size=60, rows=5)), gap=0.2, process=warm)
    assert solution.status.proved
    assert solution.gap is not None
    assert solution.gap <= 0.2
    assert (solution.status == Status.OPTIMAL) == (solution.gap <= 1e-6)
    assert solution.verified


@pytest.mark.slow
def test_the_gap_is_that_of_the_numbers_shown() -> None:
    solution = stopped()
    assert solution.status == Status.STOPPED
    assert solution.limit == "time"
    assert solution.objective is not None
    assert solution.bound is not None
    assert solution.gap == pytest.approx((solution.bound - solution.objective) / solution.objective)
    assert solution.verified


@pytest.mark.parametrize("time_limit", [0.01, 1e-6])
def test_hardly_any_time_is_no_error(time_limit: float, warm: SolverProcess) -> None:
    solution = outlay.solve(parsed(hard_knapsack()), gap=0, time_limit=time_limit, process=warm)
    assert solution.status == Status.STOPPED
    assert solution.limit == "time"
    assert solution.plan is None or solution.verified
    if solution.plan is None:
        with pytest.raises(NoPlanError, match="raise the time limit"):
            _ = solution.projects
        with pytest.raises(NoPlanError):
            outlay.verify(solution)


def test_what_cannot_be_is_infeasible(warm: SolverProcess) -> None:
    made = document(
        projects=[
            {"id": "A", "status": "mandatory", "commitment": 3},
            {"id": "B", "status": "mandatory", "commitment": 3},
        ],
        resources=[{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
        availability=[level("commitments", 5)],
    )
    solution = outlay.solve(parsed(made), process=warm)
    assert solution.status == Status.INFEASIBLE
    assert (solution.objective, solution.bound, solution.gap, solution.plan) == (None, None, None, None)
    with pytest.raises(InfeasibleError, match="infeasible"):
        _ = solution.projects


def test_a_least_amount_of_nothing_is_infeasible(warm: SolverProcess) -> None:
    made = instance(projects=[{"id": "A", "value": 1}], limits=[{"metric": "strategic", "min": 2}])
    assert outlay.solve(made, process=warm).status == Status.INFEASIBLE


def test_a_cost_that_is_welcome_and_without_limit_is_unbounded(warm: SolverProcess) -> None:
    made = instance(
        projects=[{"id": "A", "value": 1}],
        settings={"objective": {"cost": 1}},
        resources=[{"resource": "R", "kind": "labour"}],
        availability=[level("R", 1)],
        programs=[{"program": "P", "resource": "R", "cost_per_unit": 1}],
    )
    solution = outlay.solve(made, process=warm)
    assert solution.status == Status.UNBOUNDED
    assert solution.plan is None
    with pytest.raises(InfeasibleError, match="unbounded"):
        _ = solution.projects


def test_infeasible_is_not_called_unbounded_though_it_could_be_both(warm: SolverProcess) -> None:
    made = instance(
        projects=[{"id": "A", "value": 1, "status": "mandatory"}],
        settings={"objective": {"cost": 1}},
        resources=[{"resource": "R", "kind": "labour"}, {"resource": "S", "kind": "labour"}],
        availability=[level("R", 1), level("S", 0)],
        requirements=[{"project": "A", "resource": "S", "phase": "construction", "amount": 1}],
        programs=[{"program": "P", "resource": "R", "cost_per_unit": 1}],
    )
    assert outlay.solve(made, process=warm).status == Status.INFEASIBLE


def test_nothing_worth_funding_is_an_empty_plan(warm: SolverProcess) -> None:
    solution = outlay.solve(instance(projects=[{"id": "A", "value": -1}]), process=warm)
    assert solution.status == Status.OPTIMAL
    assert solution.plan is not None
    assert solution.plan.choices == ()
    assert solution.objective == 0
    assert solution.verified
    assert "not worth it" in solution.projects["reason"][0]


def test_no_option_at_all_is_an_empty_plan(warm: SolverProcess) -> None:
    solution = outlay.solve(instance(projects=[{"id": "A", "value": 1, "status": "excluded"}]), process=warm)
    assert solution.status == Status.OPTIMAL
    assert solution.verified
    assert solution.projects["reason"][0] == "never available: the project is excluded"


# -- levels ------------------------------------------------------------------------------------------------------


def two_levels(tolerance: float) -> Any:
    """Two of three projects fit; A and B are best by value, B and C by jobs, and give up 1 of 9."""
    return instance(
        calendar={"periods": 1},
        settings={
            "metrics": {"jobs": {}},
            "objective": [{"weights": {"value": 1}, "tolerance": tolerance}, {"weights": {"jobs": 1}}],
        },
        projects=[
            {"id": "A", "value": 5, "jobs": 0, "commitment": 1},
            {"id": "B", "value": 4, "jobs": 1, "commitment": 1},
            {"id": "C", "value": 4, "jobs": 7, "commitment": 1},
        ],
        resources=[{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
        availability=[level("commitments", 2)],
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tolerance", "funded", "finals"),
    [(0, {"A", "C"}, [9, 7]), (0.1, {"A", "C"}, [9, 7]), (0.112, {"B", "C"}, [8, 8])],
)
def test_a_later_level_decides_among_the_best_of_the_earlier(
    tolerance: float,
    funded: set[str],
    finals: list[float],
    warm: SolverProcess,
) -> None:
    solution = outlay.solve(two_levels(tolerance), gap=0, process=warm)
    assert solution.plan is not None
    assert {choice.project for choice in solution.plan.choices} == funded
    assert [item.final for item in solution.levels] == pytest.approx(finals)
    assert [item.status for item in solution.levels] == [Status.OPTIMAL, Status.OPTIMAL]
    assert solution.objective == 9
    assert solution.levels[0].objective == 9
    assert solution.verified
    assert outlay.verify(solution).ok


def test_a_stakeholder_s_weights_are_an_objective(warm: SolverProcess) -> None:
    made = two_levels(0).replace(stakeholders=[{"stakeholder": "workers", "metric": "jobs", "weight": 2}])
    solution = outlay.solve(made, objective="@workers", gap=0, process=warm)
    assert solution.objective == 16
    assert solution.stakeholders["workers"] == 16
    weighed = outlay.solve(made, objective={"jobs": 1, "value": 10}, gap=0, process=warm)
    assert weighed.objective == 97


# -- arguments ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        {"time_limit": 0}, {"time_limit": -1}, {"time_limit": math.inf}, {"time_limit": math.nan}, {"gap": -0.1},
        {"gap": 1}, {"gap": math.nan}, {"seed": -1}, {"seed": 2**31}, {"threads": 0}, {"constraint_set": "nowhere"},
        {"objective": {"nothing": 1}}, {"objective": "@nobody"}, {"objective": {}},
    ],
    ids=str,
)  # fmt: skip
def test_wrong_arguments_are_refused_before_anything_is_solved(arguments: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        outlay.solve(parsed(small_plan()), **arguments)


@pytest.mark.parametrize("source", [None, "us-japan-550", {"instance": {}}, 3])
def test_what_is_no_instance_is_refused_in_words(source: Any) -> None:
    with pytest.raises(InputError, match=r"outlay\.read"):
        outlay.solve(source)


# -- progress and interrupts -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_progress_is_told_as_maximised() -> None:
    states: list[Progress] = []
    solution = stopped(on_progress=states.append)
    assert states
    last = states[-1]
    assert solution.objective is not None
    assert last.objective == pytest.approx(solution.objective, rel=1e-6)
    assert last.bound >= last.objective
    assert last.seconds > 0
    assert solution.trace
    assert solution.trace[-1][1] == pytest.approx(solution.objective, rel=1e-6)


INTERRUPTED = """
import json, os, signal, threading, time
import outlay
from tests.support.documents import hard_knapsack, parsed

signal.signal(signal.SIGINT, signal.default_int_handler)  # also where the shell that started us ignores it
found = threading.Event()

def stop():
    found.wait()
    time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGINT)

threading.Thread(target=stop, daemon=True).start()
solution = outlay.solve(parsed(hard_knapsack()), gap=0, on_progress=lambda state: found.set())
print(json.dumps({"status": str(solution.status), "limit": solution.limit, "verified": solution.verified,
                  "ok": outlay.verify(solution).ok}))
"""


@pytest.mark.slow
def test_an_interrupt_returns_the_best_answer_so_far_verified() -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED], cwd=ROOT, capture_output=True, text=True, timeout=LONGEST_S, check=True
    )
    told = json.loads(done.stdout)
    assert {key: told[key] for key in ("status", "limit", "verified", "ok")} == {
        "status": "stopped at limit",
        "limit": "interrupt",
        "verified": True,
        "ok": True,
    }


@pytest.mark.slow
def test_an_interrupt_in_the_first_of_several_levels_keeps_its_plan(
    warm: SolverProcess, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = parsed(small_plan())
    levels = [{"weights": {"value": 1}}, {"weights": {"commitment": -1}}]
    made = made.replace(instance={**made.settings.model_dump(exclude_defaults=True), "objective": levels})
    solve = SolverProcess.solve

    def interrupted(self: SolverProcess, *given: Any, **how: Any) -> Outcome:
        outcome = solve(self, *given, **how)
        outcome.status, outcome.interrupted = "kInterrupt", True
        return outcome

    monkeypatch.setattr(SolverProcess, "solve", interrupted)
    solution = outlay.solve(made, effort="prove", process=warm)
    assert solution.verified
    assert (solution.status, solution.limit) == (Status.OPTIMAL, None) or solution.limit == "interrupt"
    assert len(solution.levels) == 2
    assert (solution.levels[1].status, solution.levels[1].limit) == (Status.STOPPED, "interrupt")
    assert solution.levels[1].objective == pytest.approx(-solution.metrics["commitment"])
    solution.save(tmp_path / "run.json")
    assert outlay.verify(outlay.load(tmp_path / "run.json")).ok


@pytest.mark.parametrize("sense", ["minimize", "maximize"])
def test_progress_of_an_own_objective_is_told_in_its_own_sense(sense: str, warm: SolverProcess) -> None:
    model = outlay.build(parsed(hard_knapsack()))
    own = sum(model.columns[at] * (1 + at % 7) for at in range(10))
    model.del_component(model.objective)
    model.objective = pyo.Objective(expr=own if sense == "maximize" else -own, sense=getattr(pyo, sense))
    states: list[Progress] = []
    solution = outlay.solve(model, on_progress=states.append, process=warm)
    assert solution.objective is not None
    assert solution.objective > 0 if sense == "maximize" else solution.objective < 0
    assert states[-1].objective == pytest.approx(solution.objective)


# -- starting from a plan ----------------------------------------------------------------------------------------


def test_a_plan_to_start_from_is_at_least_kept() -> None:
    first = stopped()
    assert first.plan is not None
    second = stopped(start=first.plan)
    assert second.objective is not None
    assert first.objective is not None
    assert second.objective >= first.objective - 1e-6
    assert second.verified


@pytest.mark.slow
def test_a_start_that_breaks_the_rules_or_names_strangers_does_no_harm(warm: SolverProcess) -> None:
    made = parsed(small_plan())
    best = outlay.solve(made, gap=0, process=warm)
    every = outlay.Plan(
        choices=tuple(
            outlay.Choice(name, "base", False, 0, 0, 1.0) for name in ("dam", "grid", "mill", "nobody", "port")
        ),
        purchases={("school", 0): 1e9, ("nothing", 3): 1.0},
    )
    again = outlay.solve(made, gap=0, start=every, process=warm)
    assert again.objective == pytest.approx(best.objective)
    assert again.verified


@pytest.mark.slow
def test_a_solution_starts_its_own_second_solve(warm: SolverProcess) -> None:
    made = parsed(small_plan())
    first = outlay.solve(made, gap=0, process=warm)
    second = outlay.solve(made, gap=0, start=first.plan, process=warm)
    assert second.objective == pytest.approx(first.objective)
    assert second.trace[0][1] == pytest.approx(first.objective)


@pytest.mark.slow
def test_a_knapsack_is_solved_as_documented() -> None:
    assert outlay.solve(parsed(knapsack([3, 2, 4], [[1, 1, 1]], [2]))).objective == 7


@pytest.mark.slow
@pytest.mark.parametrize(
    ("effort", "length"),
    some(
        [(effort, length) for effort in ("prove", "search", "repeat") for length in (39, 40, 41)],
        {("prove", 40), ("search", 39)},
    ),
)
def test_a_chain_of_needs_that_cannot_hold_is_infeasible_at_any_length(length: int, effort: str) -> None:
    chain = knapsack([1] * (length + 2), [[0] * (length - 1) + [5, 2, 2]], [3])
    names = [row["id"] for row in chain["projects"]]
    chain["projects"][0]["status"] = "mandatory"
    chain["dependencies"] = [
        {"project": one, "needs": other, "kind": "requires", "at": "operation"}
        for one, other in itertools.pairwise(names)
    ]
    solution = outlay.solve(parsed(chain), effort=effort, time_limit=None if effort == "prove" else LONGEST_S)
    assert solution.status == Status.INFEASIBLE
