"""A solver that crashes, hangs or talks nonsense never takes the caller with it."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from outlay.instances.instance import Instance
from outlay.optimizer import deadline
from outlay.optimizer.engine import Status
from outlay.optimizer.problem import Problem
from outlay.optimizer.process import SolverProcess
from outlay.optimizer.solution import Solution
from outlay.optimizer.solve import solve
from tests.support.documents import hard_knapsack, knapsack, parsed
from tests.support.fake_solvers import FakeSolver, alive

PATIENCE_S = 0.3
#: After so long a fake solver is ended from outside, and the test has failed.
LONGEST_S = 15.0


@pytest.fixture(autouse=True)
def _little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "PATIENCE_S", PATIENCE_S)


@pytest.fixture
def three() -> Instance:
    """Three projects worth 3, 2 and 4, two of which fit."""
    return parsed(knapsack([3, 2, 4], [[1, 1, 1]], [2]))


def _end_after(fake: FakeSolver, done: threading.Event) -> None:
    """End a fake solver that the caller waits for in vain, so that a test fails instead of hanging."""
    wait = LONGEST_S
    while not done.wait(wait):
        wait = 0.5
        for pid in fake.pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


class Answered:
    """What came of a solve by a fake solver."""

    def __init__(self, fake: FakeSolver, instance: Instance, time_limit: float | None) -> None:
        begun = time.monotonic()
        done = threading.Event()
        watchdog = threading.Thread(target=_end_after, args=(fake, done), daemon=True)
        watchdog.start()
        with fake.process as process:
            self.solution: Solution = solve(instance, process=process, time_limit=time_limit, effort="prove")
        done.set()
        watchdog.join()
        self.seconds = time.monotonic() - begun
        self.starts = len(fake.pids)
        self.left_running = [pid for pid in fake.pids if alive(pid)]


@pytest.fixture
def answered(tmp_path: Path, three: Instance) -> Iterator[object]:
    def run(body: str, *, instance: Instance = three, time_limit: float | None = None) -> Answered:
        found = Answered(FakeSolver(tmp_path, body), instance, time_limit)
        assert found.left_running == []
        return found

    return run  # type: ignore[return-value]


def assert_failed(found: Answered, *words: str) -> None:
    assert found.solution.status == Status.FAILED
    assert found.solution.limit == "crash"
    assert found.solution.plan is None
    assert not found.solution.verified
    assert "tried twice" in found.solution.message
    for word in words:
        assert word in found.solution.message


# -- crashes -----------------------------------------------------------------------------------------------------


def test_a_killed_solver_is_retried_once_and_then_reported(answered) -> None:
    found = answered("read_frame(source); os.kill(os.getpid(), signal.SIGKILL)")
    assert_failed(found, "code -9")
    assert found.starts == 2


def test_what_the_solver_said_last_is_quoted(answered) -> None:
    found = answered("read_frame(source); sys.exit('the dog ate the matrix')")
    assert_failed(found, "code 1: the dog ate the matrix")


def test_a_solver_that_crashes_once_is_answered_by_the_retry(answered) -> None:
    found = answered("become_the_real_one() if before else os.kill(os.getpid(), signal.SIGSEGV)")
    assert found.solution.status == Status.OPTIMAL
    assert found.solution.objective == 7
    assert found.solution.verified
    assert found.starts == 2
    assert found.solution.message == ""


def test_the_retry_has_another_seed_and_no_presolve(answered, tmp_path: Path) -> None:
    found = answered(
        f"""
        options = read_frame(source)["options"]
        with open({str(tmp_path / "options")!r}, "a") as file:
            print(options["random_seed"], options["presolve"], file=file)
        sys.exit(3)
        """
    )
    assert_failed(found)
    assert (tmp_path / "options").read_text().splitlines() == ["1 choose", "1001 off"]


def test_the_plan_in_hand_survives_two_crashes(answered) -> None:
    found = answered("read_frame(source); incumbent([1, 0, 1], -7.0); os.kill(os.getpid(), signal.SIGKILL)")
    assert found.solution.status == Status.STOPPED
    assert found.solution.limit == "crash"
    assert found.solution.objective == 7
    assert found.solution.verified
    assert "tried twice" in found.solution.message


def test_a_command_that_does_not_exist_is_reported(three: Instance) -> None:
    with SolverProcess(command=["/nowhere/solver"]) as process:
        solution = solve(three, process=process)
    assert solution.status == Status.FAILED
    assert "cannot be started" in solution.message


def test_an_error_inside_the_solver_is_reported(answered) -> None:
    found = answered("read_frame(source); result(status='error', message='out of luck'); time.sleep(60)")
    assert_failed(found, "out of luck")


# -- hangs -------------------------------------------------------------------------------------------------------


def test_a_hanging_solver_is_killed_retried_and_reported(answered) -> None:
    found = answered("read_frame(source); time.sleep(600)", time_limit=1.2)
    assert_failed(found, "did not stop when asked and was killed")
    assert found.seconds < 2 * (1.2 + 2 * PATIENCE_S) + 4


@pytest.mark.parametrize("listens", [True, False])
def test_a_solver_that_shall_end_soon_is_killed_if_it_does_not(tmp_path: Path, *, listens: bool) -> None:
    """It has a plan, and either ends when asked or is in a long LP."""
    after = "read_frame(source); result(status='kInterrupt')" if listens else "time.sleep(600)"
    fake = FakeSolver(tmp_path, f"read_frame(source); incumbent([1], -1.0); {after}")
    one = np.ones(1)
    problem = Problem(-one, 0.0, 0 * one, one, one > 0, sparse.csc_array(np.ones((1, 1))), 0 * one, one)
    with fake.process as process:
        outcome = process.solve(
            problem, options={}, time_limit_s=None, tick_s=0.2, on_progress=lambda _: process.end_soon()
        )
    assert outcome.status == ("kInterrupt" if listens else "hung")
    assert outcome.objective == -1.0
    assert not any(alive(pid) for pid in fake.pids)


def test_a_hanging_solver_with_a_plan_in_hand_is_not_tried_again(answered) -> None:
    found = answered("read_frame(source); incumbent([0, 1, 1], -6.0); time.sleep(600)", time_limit=1.2)
    assert found.solution.status == Status.STOPPED
    assert found.solution.limit == "time"
    assert "was killed" in found.solution.message
    assert found.solution.objective == 6
    assert found.solution.verified
    assert found.starts == 1


def test_a_solver_that_hangs_once_is_answered_by_the_retry(answered) -> None:
    found = answered("time.sleep(600) if not before else become_the_real_one()", time_limit=2.5)
    assert found.solution.status == Status.OPTIMAL
    assert found.solution.verified


def test_a_solver_that_never_reads_a_long_request_is_killed(answered) -> None:
    # More than a pipe holds: writing the request must not hang either.
    big = parsed(hard_knapsack(size=600, rows=40))
    found = answered("time.sleep(600)", instance=big, time_limit=1.2)
    assert_failed(found)
    assert found.seconds < LONGEST_S


def test_no_limit_means_no_limit_however_long_the_wait(answered, monkeypatch: pytest.MonkeyPatch) -> None:
    # The parent looks up from its wait now and then; that is no reason to stop a solve without a limit.
    wait = deadline.Deadline.wait
    monkeypatch.setattr(deadline.Deadline, "wait", lambda self: 0.2 if self.at is None else wait(self))
    found = answered("time.sleep(1); become_the_real_one()")
    assert found.solution.status == Status.OPTIMAL
    assert found.starts == 1


# -- nonsense ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "garbage",
    [
        "print('hello, I am a solver')",
        "out.write(MAGIC + (40).to_bytes(8, 'big') + b'x' * 40)",
        "out.write(MAGIC + (2**60).to_bytes(8, 'big'))",
        "out.write(MAGIC + (40).to_bytes(8, 'big') + b'x' * 20)",
        "out.write(MAGIC[:5])",
    ],
)
def test_garbage_is_refused(answered, garbage: str) -> None:
    found = answered(f"read_frame(source); {garbage}; out.flush(); os._exit(0)")
    assert_failed(found)


def test_garbage_after_a_plan_keeps_the_plan(answered) -> None:
    found = answered(
        "read_frame(source); incumbent([1, 0, 1], -7.0); print('oops, this is not a frame', flush=True); time.sleep(60)"
    )
    assert found.solution.status == Status.STOPPED
    assert found.solution.limit == "crash"
    assert found.solution.verified
    assert found.solution.objective == 7


FRAMES = {
    "no kind": "write_frame(out, dict(hello=1))",
    "unknown kind": "write_frame(out, dict(kind='dance'))",
    "no status": "write_frame(out, dict(kind='result'))",
    "no point": "result(has_point=True)",
    "no number": "result(has_point=True, point=np.zeros(3), objective='many')",
    "unknown status": "result(status='kSplendid')",
    "optimal without a plan": "result()",
    "too short a point": "result(has_point=True, point=np.zeros(2))",
    "too long a point": "result(has_point=True, point=np.zeros(4))",
    "a point that is a table": "result(has_point=True, point=np.zeros((3, 1)))",
    "a point that is no number": "result(has_point=True, point=np.array([1.0, float('nan'), 0.0]))",
    "an infinite point": "result(has_point=True, point=np.array([1.0, float('inf'), 0.0]))",
    "cutting planes over other columns": "cuts(values=[1.0], columns=[3], starts=[0, 1]); result()",
    "cutting planes without limits": "cuts(values=[1.0], columns=[0], starts=[0, 1], lower=[]); result()",
    "cutting planes that are no numbers": "cuts(values=[float('nan')], columns=[0], starts=[0, 1]); result()",
    "a division on no column": "result(status='kOptimal', divided=np.array([7, -1]), worth=np.zeros(2), bound=0.0)",
    "a division without bounds": "result(status='kOptimal', divided=np.array([0, -1]), worth=np.zeros(2), bound=0.0)",
    "an incumbent of another size": "incumbent([1, 0], -7.0); result(has_point=True, point=np.zeros(2))",
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES.keys())
def test_frames_that_make_no_sense_are_refused(answered, frame: str) -> None:
    found = answered(f"read_frame(source); {frame}; os._exit(0)", time_limit=1.2)
    assert_failed(found)


def test_a_frame_that_is_no_dictionary_is_refused(answered) -> None:
    body = """
    import io
    read_frame(source)
    buffer = io.BytesIO()
    np.savez(buffer, __json__=np.frombuffer(b"[1, 2]", dtype=np.uint8))
    payload = buffer.getvalue()
    out.write(MAGIC + len(payload).to_bytes(8, "big") + payload)
    out.flush()
    time.sleep(60)
    """
    assert_failed(answered(body, time_limit=1.2))


@pytest.mark.parametrize(
    ("point", "objective"),
    [("[1, 1, 1]", -9.0), ("[5, 0, 0]", -15.0), ("[-1, 1, 1]", -6.0)],
    ids=["too much of a resource", "more than one of a project", "less than none"],
)
def test_a_plan_that_is_wrong_is_never_shown_as_verified(answered, point: str, objective: float) -> None:
    found = answered(
        f"read_frame(source); result(has_point=True, point=np.array({point}, dtype=float), "
        f"objective={objective}, bound={objective}, polished=True)",
        time_limit=1.2,
    )
    assert not found.solution.verified or found.solution.objective is None


def test_a_claim_of_infeasibility_beside_a_plan_is_a_failure_or_the_plan(answered) -> None:
    found = answered("read_frame(source); incumbent([1, 0, 1], -7.0); result(status='kInfeasible')", time_limit=1.2)
    assert found.solution.status != Status.INFEASIBLE
    assert found.solution.verified


# -- one process for many solves, and its end --------------------------------------------------------------------


def test_a_process_serves_many_solves(three: Instance) -> None:
    with SolverProcess() as process:
        answers = [solve(three, process=process).objective for _ in range(3)]
        assert process._child is not None
        pid = process._child.pid
        assert answers == [7, 7, 7]
        assert alive(pid)
    assert not alive(pid)


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


def test_a_request_to_stop_that_comes_too_late_does_not_stop_the_next_solve(three: Instance) -> None:
    with SolverProcess() as process:
        assert solve(three, process=process).status == Status.OPTIMAL
        process.cancel()
        time.sleep(0.2)
        big = parsed(hard_knapsack(size=40, rows=5))
        assert solve(big, process=process, gap=0).status == Status.OPTIMAL


def test_solves_in_two_threads_do_not_hang(three: Instance) -> None:
    answers: list[float | None] = []
    threads = [threading.Thread(target=lambda: answers.append(solve(three).objective), daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert answers == [7, 7, 7, 7]


ORPHAN = """
import sys, threading, time
from outlay.optimizer.problem import Problem
from outlay.optimizer.process import SolverProcess
from outlay.optimizer.solve import solve
from tests.support.documents import hard_knapsack, parsed

process = SolverProcess()
threading.Thread(target=lambda: solve(parsed(hard_knapsack()), gap=0, process=process), daemon=True).start()
while process._child is None:
    time.sleep(0.01)
time.sleep(1)
print(process._child.pid, flush=True)
time.sleep(600)
"""


def test_the_solver_ends_when_its_parent_is_killed() -> None:
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", ORPHAN], cwd=root, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        try:
            assert alive(pid)
        finally:
            parent.kill()
        parent.wait()
    ends = time.monotonic() + 10
    while alive(pid) and time.monotonic() < ends:
        time.sleep(0.05)
    assert not alive(pid)
