"""An executor with nobody to run its tasks: it is told, and the comparison ends with the cases that were solved."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

import pytest

import outlay
from outlay.optimizer.compare.comparison import Comparison
from outlay.optimizer.sharing.executors import WITHOUT_WORKERS_S, Workers
from tests.optimizer.compare.support import cap, row, town
from tests.support.clocks import StillClock

SETS = ("base", "less", "least")
NOBODY = "the cluster is empty"


class Ticking(StillClock):
    """A clock that is a second later at every look."""

    def now(self) -> float:
        self.seconds += 1.0
        return self.seconds


class Deserted(Executor):
    """An executor whose only worker leaves after so many tasks, for ever or for so many looks."""

    def __init__(self, tasks: int, away: float = float("inf")) -> None:
        self.tasks, self.away, self.looks = tasks, away, 0
        self.waiting: list[tuple[Future[Any], Callable[[], Any]]] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.waiting.append((future, lambda: fn(*args, **kwargs)))
        self.work()
        return future

    def work(self) -> None:
        while self.tasks and self.waiting:
            self.tasks -= 1
            future, task = self.waiting.pop(0)
            future.set_result(task())

    def lacking(self) -> str:
        """Return why nobody can run a task."""
        self.looks += 1
        if self.looks > self.away:
            self.tasks = 99
            self.work()
        return "" if self.tasks else NOBODY


def compared(executor: Deserted, monkeypatch: pytest.MonkeyPatch) -> tuple[Comparison, list[str]]:
    """Compare the three sets; return the comparison and the notes."""
    notes: list[str] = []
    monkeypatch.setattr("outlay.optimizer.sharing.pool.LOOK_S", 0.0)
    monkeypatch.setattr(Workers, "of", lambda _: Workers(executor.lacking, Ticking()))
    case = town(less=cap(5), least=cap(3))
    told = lambda state: notes.append(state.note) if state.note else None  # noqa: E731
    return outlay.compare(case, SETS, executor=executor, on_progress=told), notes


def test_without_any_worker_every_case_is_failed_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    executor = Deserted(0)
    comparison, notes = compared(executor, monkeypatch)
    assert comparison.cases["status"].tolist() == ["failed"] * 3
    assert comparison.cases["message"].tolist() == [f"not solved: {NOBODY}"] * 3
    assert notes == [f"{NOBODY}; cases wait for up to 60 s, and are then reported as failed"]
    assert executor.looks < WITHOUT_WORKERS_S + 5  # the second half waits no more


@pytest.mark.slow
@pytest.mark.parametrize("tasks", [1, 2])
def test_workers_that_go_in_the_middle_cost_what_is_not_solved_yet(monkeypatch: pytest.MonkeyPatch, tasks: int) -> None:
    comparison, notes = compared(Deserted(tasks), monkeypatch)
    assert comparison.cases["status"].tolist() == ["optimal"] * tasks + ["failed"] * (3 - tasks)
    assert NOBODY in row(comparison.cases, set="least")["message"]
    assert row(comparison.cases, set="base")["verified"]
    assert len(notes) == 1


@pytest.mark.slow
def test_workers_that_come_in_time_run_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    comparison, notes = compared(Deserted(1, away=20), monkeypatch)
    assert comparison.cases["status"].tolist() == ["optimal"] * 3
    assert len(notes) == 1


def test_other_executors_say_themselves_what_they_have_lost() -> None:
    assert Workers.of(Deserted(0)) is None


def test_a_night_in_which_we_slept_ourselves_is_not_a_lack_of_workers() -> None:
    class Asleep(StillClock):
        def now(self) -> float:
            self.seconds += 8 * 3600
            return self.seconds

    workers = Workers(lambda: NOBODY, Asleep())
    workers.look()
    workers.look()
    assert not workers.given_up
