"""A solver that crashes, hangs or talks nonsense never takes the caller with it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from outlay.instances.instance import Instance
from outlay.models.plain import model_of
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.solve import solve
from outlay.optimizer.solver.deadline import PATIENCE, Deadline, Patience
from outlay.optimizer.solver.outcome import Progress
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.status import Status
from tests.support.choosing import some, some_named
from tests.support.clocks import LeapingClock, SetClock
from tests.support.documents import hard_knapsack, knapsack, parsed
from tests.support.fake_solvers import FakeSolver, alive, no_longer_than_a_test


@pytest.fixture
def three() -> Instance:
    """Three projects worth 3, 2 and 4, two of which fit."""
    return parsed(knapsack([3, 2, 4], [[1, 1, 1]], [2]))


class Answered:
    """What came of a solve by a fake solver, and the seconds that it took by a clock."""

    def __init__(self, fake: FakeSolver, instance: Instance, time_limit: float | None) -> None:
        clock = fake.process.clock
        begun = clock.now()
        with no_longer_than_a_test(lambda: fake.pids), fake.process as process:
            self.solution: Solution = solve(instance, process=process, time_limit=time_limit, effort="prove")
        self.seconds = clock.now() - begun
        self.starts = len(fake.pids)
        self.left_running = [pid for pid in fake.pids if alive(pid)]


@pytest.fixture
def answered(tmp_path: Path, three: Instance) -> Iterator[object]:
    def run(
        body: str, *, instance: Instance = three, time_limit: float | None = None, ready: bool = True, **how: Any
    ) -> Answered:
        clock = LeapingClock(at_once=not ready)
        found = Answered(FakeSolver(tmp_path, body, clock=clock, ready=ready, **how), instance, time_limit)
        assert found.left_running == []
        return found

    return run  # type: ignore[return-value]


def assert_failed(found: Answered, *words: str) -> None:
    assert found.solution.status == Status.FAILED
    assert found.solution.limit == "crash"
    assert found.solution.plan is None
    assert not found.solution.verified
    for word in words:
        assert word in found.solution.message


# -- crashes -----------------------------------------------------------------------------------------------------


def test_a_killed_solver_is_retried_once_and_then_reported(answered) -> None:
    found = answered("read_frame(source); os.kill(os.getpid(), signal.SIGKILL)")
    assert_failed(found, "tried twice", "code -9")
    assert found.starts == 2


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_an_error_inside_the_solver_is_reported(answered) -> None:
    found = answered("read_frame(source); result(status='error', message='out of luck'); time.sleep(60)")
    assert_failed(found, "out of luck")


# -- hangs -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_hang_costs_the_time_limit_once(answered) -> None:
    found = answered("read_frame(source); hang()", time_limit=15)
    assert_failed(found, "did not stop when asked and was killed; there was no time to try again")
    assert found.starts == 1
    assert 15 < found.seconds <= 17


@pytest.mark.slow
def test_a_hang_without_a_time_limit_is_noticed_and_tried_again_once(answered) -> None:
    found = answered("read_frame(source); hang()")
    assert_failed(found, "tried twice: the solver gave no sign of life for 60 s and was killed")
    assert found.starts == 2
    assert found.seconds == pytest.approx(2 * PATIENCE.silence_s)


@pytest.mark.slow
def test_a_hang_long_before_the_time_limit_is_tried_again_in_what_is_left(answered) -> None:
    found = answered("read_frame(source); hang()", time_limit=100)
    assert_failed(found, "no sign of life", "did not stop when asked")
    assert found.starts == 2
    assert 100 < found.seconds <= 105


@pytest.mark.slow
def test_a_stopped_solver_is_noticed_without_a_time_limit(answered) -> None:
    found = answered("become_the_real_one() if before else hang(asleep=False)")
    assert found.solution.status == Status.OPTIMAL
    assert found.solution.verified
    assert found.starts == 2


@pytest.mark.slow
def test_a_solver_that_never_starts_is_waited_for_twice_a_minute(answered) -> None:
    found = answered("time.sleep(10**6)", ready=False)
    assert_failed(found, "tried twice: the solver did not start within 60 s and was killed")
    assert found.seconds == pytest.approx(2 * PATIENCE.start_up_s)


def test_a_solver_that_does_not_start_within_the_time_limit(answered) -> None:
    found = answered("time.sleep(10**6)", ready=False, time_limit=5)
    assert (found.solution.status, found.solution.limit) == (Status.STOPPED, "time")
    assert found.solution.message == "the time limit was over before the solver had started"
    assert found.seconds == pytest.approx(5)


@pytest.mark.slow
def test_a_busy_solver_that_does_not_listen_at_the_limit_is_no_failure(answered) -> None:
    found = answered("read_frame(source); hang()", time_limit=15, patience=Patience(stuck_s=math.inf))
    assert (found.solution.status, found.solution.limit) == (Status.STOPPED, "time")
    assert found.solution.message == ""
    assert 15 < found.seconds <= 17


@pytest.mark.slow
@pytest.mark.parametrize("listens", some([False, True], 1))
def test_a_solver_that_shall_end_soon_is_killed_if_it_does_not(tmp_path: Path, *, listens: bool) -> None:
    """It has a plan, and either ends when asked or is in a long LP."""
    after = "read_frame(source); result(status='kInterrupt')" if listens else "hang()"
    fake = FakeSolver(tmp_path, f"read_frame(source); incumbent([1], -1.0); {after}", clock=LeapingClock())
    one = np.ones(1)
    problem = Problem(-one, 0.0, 0 * one, one, one > 0, sparse.csc_array(np.ones((1, 1))), 0 * one, one)
    with no_longer_than_a_test(lambda: fake.pids), fake.process as process:
        outcome = process.solve(problem, options={}, time_limit_s=None, on_progress=lambda _: process.end_soon())
    assert outcome.status == ("kInterrupt" if listens else "hung")
    assert outcome.objective == -1.0
    assert not any(alive(pid) for pid in fake.pids)


@pytest.mark.slow
def test_a_hanging_solver_with_a_plan_in_hand_ends_with_it_at_the_limit(answered) -> None:
    found = answered("read_frame(source); incumbent([0, 1, 1], -6.0); hang()", time_limit=15)
    assert found.solution.status == Status.STOPPED
    assert found.solution.limit == "time"
    assert "was killed" in found.solution.message
    assert found.solution.objective == 6
    assert found.solution.verified
    assert found.starts == 1


@pytest.mark.slow
def test_a_solver_that_hangs_once_is_answered_by_the_retry(answered) -> None:
    found = answered("become_the_real_one() if before else hang()", time_limit=1000)
    assert found.solution.status == Status.OPTIMAL
    assert found.solution.verified
    assert found.starts == 2


@pytest.mark.slow
def test_a_plan_from_before_a_hang_stays_where_the_retry_finds_none(answered) -> None:
    body = """
    read_frame(source)
    if not before:
        incumbent([0, 1, 1], -6.0)
        os.kill(os.getpid(), signal.SIGKILL)
    result(status="kTimeLimit")
    """
    found = answered(body)
    assert (found.solution.status, found.solution.objective) == (Status.STOPPED, 6)
    assert found.solution.verified


@pytest.mark.slow
def test_a_solver_that_never_reads_a_long_request_is_killed(answered) -> None:
    # More than a pipe holds: writing the request must not hang either.
    big = parsed(hard_knapsack(size=600, rows=40))
    found = answered("hang()", instance=big, time_limit=15)
    assert_failed(found)
    assert found.seconds <= 17


@pytest.mark.slow
def test_a_solver_that_talks_on_after_the_limit_is_killed_too(answered) -> None:
    body = """
    read_frame(source)
    write_frame(out, dict(kind="progress", dual=-9.0, nodes=1, seconds=0.1, hangs=True))
    while True:
        time.sleep(0.2)
        write_frame(out, dict(kind="progress", dual=-9.0, nodes=1, seconds=0.1))
    """
    found = answered(body, time_limit=15, patience=Patience(stuck_s=math.inf))
    assert (found.solution.status, found.solution.limit) == (Status.STOPPED, "time")
    assert found.seconds <= 17


@pytest.mark.slow
def test_nothing_is_begun_after_the_deadline(tmp_path: Path) -> None:
    clock = SetClock()
    fake = FakeSolver(tmp_path, "become_the_real_one()", clock=clock)
    deadline = Deadline.after(5, clock)
    one = np.ones(1)
    problem = Problem(-one, 0.0, 0 * one, one, one > 0, sparse.csc_array(np.ones((1, 1))), 0 * one, one)
    with fake.process as process, process.until(deadline):
        assert process.solve(problem, options={}, time_limit_s=None).status == "kOptimal"
        clock.pass_(5)
        assert process.solve(problem, options={}, time_limit_s=60).status == "kTimeLimit"
    assert len(fake.pids) == 1


@pytest.mark.slow
def test_the_time_may_be_over_before_the_model_is_made(monkeypatch: pytest.MonkeyPatch, three: Instance) -> None:
    clock = SetClock()

    def slowly(instance: Instance) -> Any:
        clock.pass_(9)
        return model_of(instance)

    with SolverProcess(clock=clock) as process:
        best = solve(three, process=process).plan
        monkeypatch.setattr("outlay.optimizer.solve.model_of", slowly)
        solution = solve(three, process=process, time_limit=5)
        kept = solve(three, process=process, time_limit=5, start=best)
    assert (solution.status, solution.limit, solution.plan) == (Status.STOPPED, "time", None)
    assert "over before the model was made" in solution.message
    assert (kept.limit, kept.plan, kept.verified) == ("time", best, True)


@pytest.mark.nightly
def test_a_solver_at_work_gives_signs_of_life(tmp_path: Path) -> None:
    """HiGHS lets other threads of its process run, so a busy solver is not taken for one that hangs."""
    with SolverProcess() as process:
        states: list[Progress] = []

        def told(state: Progress) -> None:
            states.append(state)
            if process._inbox.signs > len(states) + 3:
                process.cancel()

        solution = solve(parsed(hard_knapsack()), gap=0, process=process, on_progress=told)
    assert solution.status == Status.STOPPED


# -- nonsense ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "garbage",
    some(
        [
            "print('hello, I am a solver')",
            "out.write(MAGIC + (40).to_bytes(8, 'big') + b'x' * 40)",
            "out.write(MAGIC + (2**60).to_bytes(8, 'big'))",
            "out.write(MAGIC + (40).to_bytes(8, 'big') + b'x' * 20)",
            "out.write(MAGIC[:5])",
        ],
        2,
    ),
)
def test_garbage_is_refused(answered, garbage: str) -> None:
    found = answered(f"read_frame(source); {garbage}; out.flush(); os._exit(0)")
    assert_failed(found)


@pytest.mark.slow
def test_garbage_after_a_plan_keeps_the_plan(answered) -> None:
    found = answered(
        "read_frame(source); incumbent([1, 0, 1], -7.0); print('oops, this is no frame', flush=True); time.sleep(10**6)"
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


@pytest.mark.slow
@pytest.mark.parametrize("frame", some_named(FRAMES, {"an infinite point"}))
def test_frames_that_make_no_sense_are_refused(answered, frame: str) -> None:
    found = answered(f"read_frame(source); {frame}; os._exit(0)", time_limit=60)
    assert_failed(found)


@pytest.mark.slow
def test_a_frame_that_is_no_dictionary_is_refused(answered) -> None:
    body = """
    read_frame(source)
    told = b"[[1, 2], []]"
    payload = len(told).to_bytes(8, "big") + told
    out.write(MAGIC + len(payload).to_bytes(8, "big") + payload)
    out.flush()
    time.sleep(60)
    """
    assert_failed(answered(body, time_limit=60))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("point", "objective"),
    [("[1, 1, 1]", -9.0), ("[5, 0, 0]", -15.0), ("[-1, 1, 1]", -6.0)],
    ids=["too much of a resource", "more than one of a project", "less than none"],
)
def test_a_plan_that_is_wrong_is_never_shown_as_verified(answered, point: str, objective: float) -> None:
    found = answered(
        f"read_frame(source); result(has_point=True, point=np.array({point}, dtype=float), "
        f"objective={objective}, bound={objective}, polished=True)",
        time_limit=60,
    )
    assert not found.solution.verified or found.solution.objective is None


@pytest.mark.slow
def test_a_claim_of_infeasibility_beside_a_plan_is_a_failure_or_the_plan(answered) -> None:
    found = answered("read_frame(source); incumbent([1, 0, 1], -7.0); result(status='kInfeasible')", time_limit=60)
    assert found.solution.status != Status.INFEASIBLE
    assert found.solution.verified
