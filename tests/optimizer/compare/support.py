"""Small instances to compare, executors that misbehave, and how to tell whether two comparisons say the same."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import outlay
from outlay.instances.instance import Instance
from outlay.optimizer.compare.comparison import TABLES, Comparison
from outlay.optimizer.compare.task import Request, solve_case
from tests.support.documents import instance, level

#: The sets of the bundled tutorial, the reference first.
TUTORIAL_SETS = ("base", "two-crews", "more-money", "library-first")


def gone_process() -> int:
    """Return the number of a process that has ended."""
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)
    return child


def tutorial() -> Instance:
    """Return the bundled tutorial."""
    return outlay.read("tutorial")


def change(table: str, where: dict[str, Any], **operation: Any) -> dict[str, Any]:
    """Return a constraint set of one change."""
    return {"change": [{"table": table, "where": where, **operation}]}


def cap(amount: float) -> dict[str, Any]:
    """Return a constraint set that changes the cap of `town`."""
    return change("availability", {"resource": "commitments"}, set={"amount": amount})


def town(**sets: dict[str, Any]) -> Instance:
    """Return four projects of 4, 3, 2 and 1 under a cap of 6, each worth its money; and some constraint sets."""
    return instance(
        calendar={"periods": 2},
        projects=[
            {"id": name, "value": money, "commitment": money} for name, money in zip("ABCD", (4, 3, 2, 1), strict=True)
        ],
        resources=[{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
        availability=[level("commitments", 6)],
        sets=sets,
    )


def same(one: pd.DataFrame | None, other: pd.DataFrame | None) -> None:
    """Fail where two tables of comparisons differ in anything but seconds."""
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert_frame_equal(one.drop(columns="seconds", errors="ignore"), other.drop(columns="seconds", errors="ignore"))


def assert_same(one: Comparison, other: Comparison) -> None:
    """Fail where two comparisons differ in anything but seconds."""
    for name in ("name", "title", "money_unit", "reference", "sets"):
        assert getattr(one, name) == getattr(other, name)
    for name in TABLES:
        same(one.table(name), other.table(name))


_answers: dict[str, str] = {}


def remembered(request: Request) -> str:
    """Return the answer of a case that is solved once for all tests."""
    if request.key not in _answers:
        _answers[request.key] = solve_case(request)
    return _answers[request.key]


def compared_into(
    folder: Path, case: Instance, sets: Sequence[str], **options: Any
) -> tuple[Comparison, list[str], list[str]]:
    """Compare into a folder; return the comparison, the cases that were solved, and the notes."""
    notes: list[str] = []
    solved: list[str] = []

    def noted(request: Request) -> str:
        solved.append(request.name)
        return remembered(request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("outlay.optimizer.compare.task.solve_case", noted)
        comparison = outlay.compare(
            case,
            sets,
            jobs=1,
            folder=folder,
            on_progress=lambda state: notes.append(state.note) if state.note else None,
            **options,
        )
    return comparison, sorted(solved), notes


def row(table: pd.DataFrame | None, **keys: object) -> dict[str, Any]:
    """Return the one row of a table with these keys."""
    assert table is not None
    found = table
    for name, value in keys.items():
        found = found[found[name] == value]
    assert len(found) == 1, found
    return found.iloc[0].to_dict()


class Unreliable(ThreadPoolExecutor):
    """A pool that does something else with the first tries of one case; it notes all names it was given."""

    def __init__(self, name: str, times: int, instead: Any) -> None:
        super().__init__(max_workers=2)
        self.name, self.times, self.instead = name, times, instead
        self.submitted: list[str] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run a task, or misbehave."""
        name = args[0].name.removeprefix("attribution, ")
        self.submitted.append(name)
        if name == self.name and self.submitted.count(name) <= self.times:
            return self.instead()
        return super().submit(fn, *args, **kwargs)


def lost() -> Future[Any]:
    """Return a future of a task whose worker was killed."""
    future: Future[Any] = Future()
    future.set_exception(RuntimeError("the worker was killed"))
    return future


def dropped() -> Future[Any]:
    """Return a future of a task that the executor cancelled by itself."""
    future: Future[Any] = Future()
    future.cancel()
    future.set_running_or_notify_cancel()
    return future


def nonsense() -> Future[Any]:
    """Return a future of a task whose answer is no run file."""
    future: Future[Any] = Future()
    future.set_result("not JSON")
    return future


def refused() -> Future[Any]:
    """Refuse the task, as a broken process pool does."""
    raise RuntimeError("cannot schedule new futures: the pool is broken")
