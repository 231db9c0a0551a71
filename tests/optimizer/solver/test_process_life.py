"""One solver process for many solves, and its end."""

from __future__ import annotations

import resource
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from outlay.instances.instance import Instance
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.solve import solve
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.status import Status
from tests.support.clocks import LONGEST_S
from tests.support.documents import hard_knapsack, knapsack, parsed
from tests.support.fake_solvers import alive, assert_gone


@pytest.fixture
def three() -> Instance:
    """Three projects worth 3, 2 and 4, two of which fit."""
    return parsed(knapsack([3, 2, 4], [[1, 1, 1]], [2]))


@pytest.mark.slow
def test_a_process_serves_many_solves(three: Instance) -> None:
    with SolverProcess() as process:
        answers = [solve(three, process=process).objective for _ in range(3)]
        assert process._child is not None
        pid = process._child.pid
        assert answers == [7, 7, 7]
        assert alive(pid)
    assert not alive(pid)


@pytest.mark.parametrize("number", [0, 1])
def test_a_solver_for_whose_threads_there_is_no_room_is_reported(
    number: int, three: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[threading.Thread] = []
    start = threading.Thread.start

    def full(thread: threading.Thread) -> None:
        if len(started) >= number:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        start(thread)

    with SolverProcess() as process:
        monkeypatch.setattr(threading.Thread, "start", full)
        solution = solve(three, process=process)
        monkeypatch.undo()
        assert solution.status == Status.FAILED
        assert "cannot be started: can't start new thread" in solution.message
        assert solve(three, process=process).status == Status.OPTIMAL


@pytest.mark.nightly
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads the memory of a process from /proc")
def test_a_process_lets_go_of_what_it_has_solved() -> None:
    size = 300_000
    ones, row = np.ones(size), sparse.csc_array(np.ones((1, size)))
    whole = np.ones(size, dtype=bool)
    problem = Problem(ones, 0.0, 0 * ones, ones, whole, row, np.array([2.0]), np.array([np.inf]))
    pages = []
    with SolverProcess() as process:
        for _ in range(7):
            assert process.solve(problem, options={}, time_limit_s=None).objective == 2
            assert process._child is not None
            pages.append(int(Path(f"/proc/{process._child.pid}/statm").read_text().split()[1]))
    assert (pages[-1] - pages[1]) * resource.getpagesize() < 50e6  # five that stay take 180 MB


def test_a_broken_process_is_replaced_for_the_next_solve(three: Instance) -> None:
    with SolverProcess() as process:
        assert solve(three, process=process).objective == 7
        assert process._child is not None
        process._child.kill()
        process._child.wait()
        assert solve(three, process=process).objective == 7


@pytest.mark.slow
def test_a_request_to_stop_that_comes_too_late_does_not_stop_the_next_solve(three: Instance) -> None:
    with SolverProcess() as process:
        assert solve(three, process=process).status == Status.OPTIMAL
        process.cancel()
        big = parsed(hard_knapsack(size=40, rows=5))
        assert solve(big, process=process, gap=0).status == Status.OPTIMAL


@pytest.mark.slow
def test_solves_in_two_threads_do_not_hang(three: Instance) -> None:
    answers: list[float | None] = []
    threads = [threading.Thread(target=lambda: answers.append(solve(three).objective), daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=LONGEST_S)
    assert answers == [7, 7, 7, 7]


ORPHAN = """
import sys, threading, time
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.solve import solve
from tests.support.documents import hard_knapsack, parsed

process = SolverProcess()
threading.Thread(target=lambda: solve(parsed(hard_knapsack()), gap=0, process=process), daemon=True).start()
while process._child is None:
    time.sleep(0.01)
print(process._child.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.slow
def test_the_solver_ends_when_its_parent_is_killed() -> None:
    root = Path(__file__).parents[3]
    with subprocess.Popen([sys.executable, "-c", ORPHAN], cwd=root, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        try:
            assert alive(pid)
        finally:
            parent.kill()
        parent.wait()
    assert_gone([pid])
