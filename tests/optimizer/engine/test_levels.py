"""What is made of the solver's words about one level."""

from __future__ import annotations

import math
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from scipy import sparse

from outlay.models.arrays.ending import look
from outlay.optimizer.engine import levels as engine_levels
from outlay.optimizer.engine.level import Level
from outlay.optimizer.engine.levels import _solve_once, solve_levels
from outlay.optimizer.engine.settings import Settings
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.solver.deadline import Deadline
from outlay.optimizer.solver.outcome import Outcome
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.status import Status
from tests.support.clocks import SetClock


class Said:
    """A solver that says what it is told to, one answer after another."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes, self.presolve, self.gaps = list(outcomes), list[str](), list[float]()

    def solve(self, problem: Problem, *, options: dict[str, Any], **_: Any) -> Outcome:
        self.presolve.append(options["presolve"])
        self.gaps.append(options["mip_abs_gap"])
        return self.outcomes.pop(0)

    def until(self, _: Deadline) -> AbstractContextManager[None]:
        return nullcontext()


def one_decision() -> Problem:
    one = np.ones(1)
    return Problem(-one, 0.0, 0 * one, one, one > 0, sparse.csc_array(np.ones((1, 1))), 0 * one, one)


def optimum(bound: float) -> Outcome:
    return Outcome("kOptimal", point=np.ones(1), objective=-1.0, bound=bound, polished=True)


@pytest.mark.parametrize("silent", [-math.inf, math.nan])
def test_an_optimum_without_a_bound_is_asked_for_again(silent: float) -> None:
    solver = Said(optimum(silent), optimum(-1.0))
    outcome = _solve_once(solver, one_decision(), Settings(), start=None, on_progress=None)
    assert (outcome.bound, solver.presolve) == (-1.0, ["choose", "off"])


@pytest.mark.parametrize("start", [None, np.ones(1)])
def test_what_is_called_infeasible_although_a_plan_holds_is_asked_for_again(start: np.ndarray | None) -> None:
    """HiGHS 1.15.1 has said so of a portfolio whose empty plan holds, in its presolve and by its own tolerances."""
    solver = Said(Outcome("kInfeasible"), optimum(-1.0))
    outcome = _solve_once(solver, one_decision(), Settings(), start=start, on_progress=None)
    assert (outcome.objective, solver.presolve) == (-1.0, ["choose", "off"])


def test_what_is_called_infeasible_twice_although_a_plan_holds_is_not_told_so() -> None:
    solver = Said(Outcome("kInfeasible"), Outcome("kInfeasible"))
    answer = solve_levels(cast("SolverProcess", solver), one_decision(), [Level({}, -np.ones(1))], Settings())
    assert (answer.levels[0].status, answer.levels[0].limit) == (Status.STOPPED, "crash")
    assert (answer.levels[0].objective, answer.levels[0].bound) == (0.0, None)


def test_what_is_called_infeasible_is_believed_where_no_plan_is_known() -> None:
    problem = replace(one_decision(), row_lower=np.array([0.5]))
    solver = Said(Outcome("kInfeasible"))
    assert _solve_once(solver, problem, Settings(), start=None, on_progress=None).status == "kInfeasible"
    assert solver.presolve == ["choose"]


@pytest.mark.parametrize(("enough", "status"), [(0.0, Status.STOPPED), (0.9, Status.STOPPED), (1.1, Status.WITHIN_GAP)])
def test_each_level_has_a_gap_of_its_own_in_the_terms_of_the_instance(enough: float, status: Status) -> None:
    levels = [Level({}, -np.ones(1), unit=2.0), Level({}, -np.ones(1), unit=2.0, enough=enough)]
    solver = Said(optimum(-1.0), optimum(-1.5))  # the second could be better by half a unit of 2
    answer = solve_levels(cast("SolverProcess", solver), one_decision(), levels, Settings())
    assert [level.status for level in answer.levels] == [Status.OPTIMAL, status]
    assert solver.gaps == [1e-9, max(1e-9, enough / 2)]


def test_what_only_confirms_a_plan_spends_nothing_on_looking_for_others() -> None:
    asked = Settings(confirming=True)
    assert asked.options(retry=False)["mip_heuristic_effort"] == 0
    assert not asked.options(retry=False)["mip_allow_restart"]
    assert asked.options(retry=True) == Settings().options(retry=True)


def test_the_time_may_be_over_while_the_search_is_made_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, search = SetClock(), cast("Any", SimpleNamespace(sub_problems=None))

    def slowly(*_: Any, **__: Any) -> None:
        clock.pass_(9)
        look()

    monkeypatch.setattr(engine_levels, "SearchingSolver", slowly)
    settings, solver = Settings(deadline=Deadline.after(5.0, clock)), cast("SolverProcess", Said())
    answer = solve_levels(solver, one_decision(), [Level({}, -np.ones(1))], settings, search=search)
    assert (answer.levels[0].status, answer.levels[0].limit, answer.point) == (Status.STOPPED, "time", None)
    assert answer.message == "the time limit was over before the solver had started"
