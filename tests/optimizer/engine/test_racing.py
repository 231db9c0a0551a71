"""Solves that others help: the first proof counts, plans and bounds are shared, and all help ends with the solve."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from outlay.models.plain import model_of
from outlay.optimizer.engine import racing
from outlay.optimizer.engine.levels import solve_levels
from outlay.optimizer.engine.racing import Race, RacingSolver
from outlay.optimizer.engine.settings import Settings
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.session import Session
from outlay.optimizer.solver.deadline import NEVER, Deadline
from outlay.optimizer.solver.outcome import Outcome
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.status import Status
from tests.optimizer.support import OPTIONS, level_problem
from tests.support.documents import knapsack, parsed
from tests.support.fake_solvers import FakeSolver, wait_until

#: It has a plan, and waits until it is told to end.
WAITING = """
request = read_frame(source)
columns = len(request["cost"])
incumbent([0.0] * columns, {value})
while read_frame(source)["kind"] != "cancel":
    pass
result(status="kInterrupt", has_point=True, point=np.zeros(columns), objective={value}, bound=-100.0, nodes=5)
"""


@pytest.fixture
def session() -> Session:
    """Three projects worth 3, 2 and 4, two of which fit."""
    return Session(model_of(parsed(knapsack([3, 2, 4], [[1, 1, 1]], [2]))))


class Sender:
    """Sends a helper to each solve, once that has a plan; and waits for its end."""

    def __init__(self, help_: Callable[[Race], None]) -> None:
        self.help, self.races = help_, list[Race]()

    @contextmanager
    def offered(self, race: Race) -> Iterator[None]:
        heard, hear = threading.Event(), race.hear

        def listen(point: np.ndarray, finder: SolverProcess) -> None:
            hear(point, finder)
            heard.set()

        race.hear = listen  # type: ignore[method-assign]
        self.races.append(race)

        def helped() -> None:
            heard.wait()
            self.help(race)

        thread = threading.Thread(target=helped)
        thread.start()
        yield
        heard.set()
        thread.join()


def waiting(folder: Path, session: Session) -> FakeSolver:
    problem = level_problem(session)
    return FakeSolver(folder, WAITING.format(value=problem.value(np.zeros(len(problem.cost)))))


def test_the_first_proof_counts_and_ends_the_other_solver(
    session: Session, tmp_path: Path, warm: SolverProcess
) -> None:
    sender = Sender(lambda race: race.help(warm))
    settings = replace(Settings(), helpers=sender)
    with waiting(tmp_path, session).process as process:
        answer = solve_levels(process, session.problem, session.levels(), settings)
    (level,) = answer.levels
    assert (level.status, level.objective, level.bound) == (Status.OPTIMAL, 7.0, 7.0)
    assert level.nodes >= 5  # of both
    assert answer.message == ""
    assert sender.races[0].helped == 0


def test_a_helper_begins_from_the_best_plan_and_branches_without_heuristics(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warm: SolverProcess
) -> None:
    asked: list[dict[str, Any]] = []
    problem, real = level_problem(session), warm.solve

    def noted(problem: Problem, **how: Any) -> Outcome:
        asked.append(how)
        return real(problem, **how)

    monkeypatch.setattr(warm, "solve", noted)
    with waiting(tmp_path, session).process as process:
        solver = RacingSolver(process, Sender(lambda race: race.help(warm)), NEVER)
        solver.solve(problem, options=OPTIONS, time_limit_s=None)
    (how,) = asked
    assert how["start"].tolist() == [0.0] * len(problem.cost)
    assert how["options"]["mip_heuristic_effort"] == 0.0
    assert how["options"]["mip_rel_gap"] == OPTIONS["mip_rel_gap"]


class SentAtOnce:
    """Sends a helper to each solve before that begins, and waits until the helper has a plan; then for its end."""

    def __init__(self, helper: SolverProcess) -> None:
        self.helper = helper

    @contextmanager
    def offered(self, race: Race) -> Iterator[None]:
        thread = threading.Thread(target=race.help, args=(self.helper,))
        thread.start()
        wait_until(lambda: race._best is not None, "a plan of the helper")
        yield
        thread.join()


def test_a_solver_that_proves_first_ends_its_helper(session: Session, tmp_path: Path, warm: SolverProcess) -> None:
    with waiting(tmp_path, session).process as helper:
        settings = replace(Settings(), helpers=SentAtOnce(helper))
        answer = solve_levels(warm, session.problem, session.levels(), settings)
    assert (answer.levels[0].status, answer.levels[0].objective, answer.message) == (Status.OPTIMAL, 7.0, "")


def test_a_helper_that_fails_changes_nothing(session: Session, tmp_path: Path, warm: SolverProcess) -> None:
    with FakeSolver(tmp_path, "sys.exit(3)").process as helper:
        settings = replace(Settings(), helpers=Sender(lambda race: race.help(helper)))
        answer = solve_levels(warm, session.problem, session.levels(), settings)
    assert (answer.levels[0].status, answer.levels[0].objective, answer.message) == (Status.OPTIMAL, 7.0, "")


@pytest.fixture
def race(session: Session) -> Race:
    """A solve that is in work, as far as anybody knows."""
    return Race(SolverProcess(), level_problem(session), OPTIONS, Deadline())


def test_at_a_limit_the_better_bound_and_the_better_plan_of_both_count(race: Race) -> None:
    helper, better = SolverProcess(), np.zeros(len(race._problem.cost))
    race._helpers.append(helper)
    race._follow(helper, racing.Progress(np.nan, -8.0, 3, 1.0))
    race._follow(helper, racing.Progress(np.nan, np.nan, 3, 1.0))
    race.hear(better, helper)
    outcome = race.ended(Outcome("kTimeLimit", bound=-9.0))
    assert outcome.bound == -8.0
    assert outcome.point is better
    assert outcome.objective == race._problem.value(better)


def test_of_a_proof_by_a_helper_the_better_plan_of_both_is_kept(race: Race) -> None:
    best = np.array([1.0, 0.0, 1.0])
    worse = np.array([1.0, 1.0, 0.0])
    race._won = Outcome("kOptimal", point=worse, objective=race._problem.value(worse), bound=-9.0, polished=True)
    outcome = race.ended(Outcome("kInterrupt", point=best, objective=race._problem.value(best), bound=-10.0))
    assert (outcome.status, outcome.bound) == ("kOptimal", -9.0)
    assert outcome.point is best
    assert outcome.objective == race._problem.value(best)


@pytest.mark.parametrize("status", ["kOptimal", "kInfeasible", "crashed"])
def test_what_the_solver_says_itself_stays(race: Race, status: str) -> None:
    race._bound = -8.0
    assert race.ended(Outcome(status, bound=-9.0)).bound == -9.0


def test_help_is_wanted_after_some_work_by_a_few_until_the_end(race: Race, tmp_path: Path) -> None:
    assert not race.wants_help
    race._process._inbox.worked_s = racing.ALONE_S
    assert race.wants_help
    race._helpers += [SolverProcess()] * racing.MOST_HELPERS
    assert not race.wants_help
    race.let_go()
    assert race.wants_help
    with FakeSolver(tmp_path, "sys.exit(3)").process as broken:
        race.help(broken)
    assert not race.wants_help  # another one would end the same way
    race._wanted = True
    race.ended(Outcome("kOptimal"))
    assert not race.wants_help
    race.help(SolverProcess())  # too late: it begins nothing
    assert race.helped == 0
