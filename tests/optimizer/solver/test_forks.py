"""A process that is forked off while solvers are at work has solvers of its own, and leaves its parent's alone."""

from __future__ import annotations

import gc
import json
import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest

import outlay
from outlay.models.case import Case
from outlay.optimizer.compare.task import Request, make_request, solve_case
from outlay.optimizer.sharing import solvers
from outlay.optimizer.solver.outcome import Progress
from outlay.optimizer.solver.process import SolverProcess
from tests.support.documents import knapsack, parsed
from tests.support.fake_solvers import alive, assert_gone
from tests.support.forks import Forked

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


def three() -> outlay.Instance:
    """Three projects worth 3, 2 and 4, two of which fit."""
    return parsed(knapsack([3, 2, 4], [[1, 1, 1]], [2]))


def request_() -> Request:
    options = {"gap": 1e-4, "seed": 1, "time_limit_s": None}
    return make_request("base", three(), reference=None, nearest=False, options=options)


def objective() -> Any:
    """Solve the case with the solver of this thread."""
    return json.loads(solve_case(request_()))["objective"]


def pid_of(process: SolverProcess) -> int:
    assert process._child is not None
    return process._child.pid


@pytest.fixture
def warm() -> Any:
    """A solver that has solved something and runs."""
    with SolverProcess() as process:
        assert outlay.solve(three(), process=process).objective == 7
        yield process


@pytest.mark.slow
def test_forks_of_a_thread_that_has_solved_a_case_solve_it_too() -> None:
    assert objective() == 7
    children = [Forked(objective) for _ in range(3)]
    assert [child.result() for child in children] == [7, 7, 7]
    assert objective() == 7
    solvers.solver_process().end()


@pytest.mark.slow
def test_a_fork_while_another_thread_builds_a_model() -> None:
    held, over = threading.Event(), threading.Event()

    def build() -> None:
        with solvers.building():
            held.set()
            over.wait()

    thread = threading.Thread(target=build)
    thread.start()
    held.wait()
    child = Forked(objective)
    over.set()
    thread.join()
    assert child.result() == 7


@pytest.mark.slow
def test_a_fork_while_another_thread_starts_or_ends_a_solver(warm: SolverProcess) -> None:
    held, over = threading.Event(), threading.Event()

    def start() -> None:
        with warm._lock:
            held.set()
            over.wait()

    thread = threading.Thread(target=start)
    thread.start()
    held.wait()
    child = Forked(lambda: outlay.solve(three(), process=warm).objective)
    over.set()
    thread.join()
    assert child.result() == 7


@pytest.mark.slow
def test_a_fork_while_another_thread_computes_a_property_of_the_same_kind() -> None:
    """Up to Python 3.11 the objects of a class share a lock for each cached property."""
    computing, over = threading.Event(), threading.Event()

    class Slow(Case):
        @property
        def instance(self) -> Any:
            computing.set()
            over.wait()
            return three()

    thread = threading.Thread(target=lambda: object.__new__(Slow).alternatives)
    thread.start()
    computing.wait()
    child = Forked(lambda: outlay.solve(three()).objective)
    over.set()
    thread.join()
    assert child.result() == 7


def ends(process: SolverProcess) -> None:
    process.end()


def collects(process: SolverProcess) -> None:
    process.__del__()
    del process
    gc.collect()


def leaves(process: SolverProcess) -> None:
    process.__exit__(None, None, None)


def offers(process: SolverProcess) -> None:
    process.cancel()
    process.close()


@pytest.mark.slow
@pytest.mark.parametrize("use", [ends, collects, leaves, offers], ids=lambda use: use.__name__)
def test_what_a_fork_does_to_a_solver_does_not_reach_its_parent_s(
    warm: SolverProcess, use: Callable[[SolverProcess], None]
) -> None:
    pid = pid_of(warm)
    Forked(lambda: use(warm)).result()
    assert alive(pid)
    assert outlay.solve(three(), process=warm).objective == 7
    assert pid_of(warm) == pid


def test_a_fork_has_a_solver_of_its_own_behind_its_parent_s(warm: SolverProcess) -> None:
    def in_child() -> tuple[Any, int]:
        found = outlay.solve(three(), process=warm).objective
        pid = pid_of(warm)
        warm.close()
        return found, pid

    found, pid = Forked(in_child).result()
    assert found == 7
    assert pid != pid_of(warm)
    assert_gone([pid])


@pytest.mark.slow
def test_both_sides_of_a_fork_in_the_middle_of_a_solve_get_the_answer() -> None:
    """The callback forks; the child goes on in the middle of a solve whose solver is its parent's."""
    out_of, into = os.pipe()
    children: list[int] = []

    def told(_: Progress) -> None:
        if not children:
            children.append(os.fork())

    with SolverProcess() as process:
        found = outlay.solve(three(), process=process, on_progress=told, effort="prove")
        if children == [0]:
            os.write(into, f"{found.objective} {found.status}".encode())
            process.close()
            os._exit(0)
    os.close(into)
    with os.fdopen(out_of) as stream:
        assert stream.read() == "7.0 optimal"
    os.waitpid(children[0], 0)
    assert (found.objective, found.status) == (7, "optimal")


@pytest.mark.slow
def test_a_solver_ends_with_its_parent_although_a_fork_lives_on() -> None:
    out_of, into = os.pipe()

    def parent() -> tuple[int, int]:
        process = SolverProcess()
        assert outlay.solve(three(), process=process).objective == 7
        os.set_inheritable(out_of, True)
        orphan = os.fork()
        if orphan == 0:
            os.close(into)
            os.read(out_of, 1)  # until the test is over
            os._exit(0)
        return orphan, pid_of(process)

    # `Forked` ends without a word to the solver, as a killed process does.
    orphan, solver = Forked(parent).result()
    try:
        assert alive(orphan)
        assert_gone([solver])
    finally:
        os.kill(orphan, signal.SIGKILL)
        os.close(into)
        os.close(out_of)
