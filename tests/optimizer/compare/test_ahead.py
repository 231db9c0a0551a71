"""Idle cores begin with other cases while the reference is solved, and the answer is the same."""

from __future__ import annotations

import json
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

import outlay
from outlay.optimizer.compare import compare as comparing
from outlay.optimizer.compare.task import Begun, Request, begin_case, make_request, solve_case
from outlay.optimizer.solver.process import SolverProcess
from tests.optimizer.compare.support import TUTORIAL_SETS, assert_same, cap, town, tutorial

SETS = ("base", "less", "least")
CASE = town(less=cap(5), least=cap(3))


@pytest.fixture
def ahead(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the cases that are begun while the reference is solved."""
    names: list[str] = []

    def noted(request: Request) -> Begun:
        names.append(request.name)
        return begin_case(request)

    monkeypatch.setattr(comparing, "begin_case", noted)
    return names


def test_a_thread_that_would_wait_begins_with_another_case_and_the_answer_is_the_same(ahead: list[str]) -> None:
    two = outlay.compare(CASE, SETS, jobs=2)
    assert ahead == ["less"]
    one = outlay.compare(CASE, SETS, jobs=1)
    assert ahead == ["less"]
    assert_same(one, two)


@pytest.mark.slow
def test_the_tutorials_answer_does_not_depend_on_jobs_either() -> None:
    one, three = (outlay.compare(tutorial(), TUTORIAL_SETS, jobs=jobs) for jobs in (1, 3))
    assert_same(one, three)


def test_with_a_time_limit_each_case_begins_from_the_plan_of_the_reference(ahead: list[str]) -> None:
    outlay.compare(CASE, SETS, jobs=2, time_limit=20.0)
    assert ahead == []


def test_what_a_folder_holds_is_not_begun_anew(ahead: list[str], tmp_path: Path) -> None:
    for _ in range(2):
        outlay.compare(CASE, SETS, jobs=2, folder=tmp_path / "out")
    assert ahead == ["less"]


def test_a_case_whose_beginning_failed_is_solved_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Request) -> Begun:
        raise MemoryError

    usual = outlay.compare(CASE, SETS, jobs=1)
    monkeypatch.setattr(comparing, "begin_case", broken)
    assert_same(outlay.compare(CASE, SETS, jobs=2), usual)


def test_what_has_begun_is_not_solved_again(monkeypatch: pytest.MonkeyPatch, warm: SolverProcess) -> None:
    options: dict[str, Any] = {"gap": 1e-4, "seed": 1}
    alone = make_request("base", CASE, reference=None, nearest=False, options=options, fresh=True)
    future: Future[Begun] = Future()
    threading.Timer(0.05, lambda: future.set_result(begin_case(alone, warm))).start()
    begun = make_request("base", CASE, reference=None, nearest=False, options=options, fresh=True, begun=future)
    assert begun.key == alone.key
    future.result()
    monkeypatch.setattr("outlay.optimizer.compare.task.begin_case", None)  # nothing calls it any more
    assert json.loads(solve_case(begun, warm))["objective"] == 6.0
