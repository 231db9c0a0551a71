"""How much a solve may work, by a clock that the test sets."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from itertools import count
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.solver.deadline import Deadline
from outlay.optimizer.solver.messages import SolveRequest
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.solver.tasks.probe import Probe
from outlay.optimizer.solver.tasks.registry import TASKS
from outlay.optimizer.solver.tasks.task import Done, Task
from outlay.optimizer.solver.work import Work

SIZE = 40


def knapsack() -> Problem:
    """Return a problem that takes branch and bound more than one look."""
    weights = 50.0 + np.arange(SIZE) * 7 % 31
    ones = np.ones(SIZE)
    rows = np.vstack([weights, weights[::-1] + np.arange(SIZE) % 3])
    most = np.full(2, np.floor(weights.sum() / 2) + 0.5)
    return Problem(-(weights + 10), 0.0, 0 * ones, ones, ones > 0, sparse.csc_array(rows), np.full(2, -np.inf), most)


class NoMail:
    """Nothing is cancelled and nothing offered."""

    cancelled = 0

    def newest_offer(self, request: int) -> None:
        return None


def result(work_s: float | None, *, step_s: float, how: Task | None = None) -> dict[str, Any]:
    """Return what comes of the problem, if each look at the clock finds it so much later."""
    looks = count()
    request = SolveRequest(1, knapsack(), {"threads": 1, "presolve": "off"}, how=how, work_s=work_s)
    return Work(request, lambda _: None, NoMail(), worked=lambda: step_s * next(looks)).run()


def test_a_solve_that_has_worked_enough_ends_at_its_limit() -> None:
    found = result(5.0, step_s=1000.0)
    assert found["status"] == "kTimeLimit"
    assert found["worked_s"] >= 1000.0


def test_a_solve_whose_process_waits_for_its_turn_goes_on() -> None:
    assert result(5.0, step_s=0.0)["status"] == "kOptimal"
    assert result(None, step_s=1000.0)["status"] == "kOptimal"


def test_what_the_solver_has_of_a_problem_is_not_kept_beside_it() -> None:
    request = SolveRequest(1, knapsack(), {"threads": 1, "presolve": "off"}, start=np.zeros(SIZE))
    held, gone = weakref.ref(request.problem.matrix.data), list[bool]()
    work = Work(request, lambda _: gone.append(held() is None), NoMail())
    del request
    assert work.run()["status"] == "kOptimal"
    assert gone
    assert all(gone)


@pytest.mark.parametrize(("step_s", "over"), [(0.0, False), (1000.0, True)])
def test_a_task_is_told_that_enough_is_worked(step_s: float, over: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def told(_how: Task, _problem: Problem, _relaxed: Any, over: Callable[[float | None], bool]) -> Done:
        return Done(content={"over": over(None)})

    monkeypatch.setitem(TASKS, Probe, told)  # type: ignore[misc]
    how = Probe(np.zeros(SIZE, dtype=int), least=0.0, cheap=0.0, seed=1)
    assert result(5.0, step_s=step_s, how=how)["over"] is over


@pytest.mark.slow
def test_what_was_worked_is_taken_from_what_is_left() -> None:
    deadline = Deadline.working(1000.0)
    with SolverProcess() as process, process.until(deadline):
        outcome = process.solve(knapsack(), options={"threads": 1}, time_limit_s=None)
    assert outcome.worked_s is not None
    assert outcome.worked_s > 0
    assert deadline.work_left() == 1000.0 - outcome.worked_s


@pytest.mark.parametrize("costs", [0.0, 3.0])
@pytest.mark.parametrize("seed", range(1, 4))
def test_a_start_that_presolve_removes_cuts_off_nothing_better(costs: float, seed: int) -> None:
    # Of ten integers with a sum to reach, and a part that adds 0.2 whatever they are: the start leaves that part out.
    random = np.random.default_rng(seed)
    weights, begin = random.integers(20, 99, 10).astype(float), (random.random(10) < 0.5).astype(float)
    total, ones = np.array([weights @ begin]), np.ones(11)
    problem = Problem(
        np.append(np.full(10, costs), -0.2), 0.0, 0 * ones, ones, np.arange(11) < 10,
        sparse.csc_array(np.append(weights, 0.0)[None, :]), total, total + (costs > 0),
    )  # fmt: skip
    least = Work(SolveRequest(1, problem, {"threads": 1}), lambda _: None, NoMail()).run()["objective"]
    start = np.append(begin, 0.0)
    found = Work(SolveRequest(1, problem, {"threads": 1}, start=start), lambda _: None, NoMail()).run()
    assert (found["status"], found["objective"]) == ("kOptimal", pytest.approx(least))
    assert found["bound"] == pytest.approx(least)
    assert problem.value(found["point"]) == pytest.approx(least)
