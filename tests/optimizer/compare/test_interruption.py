"""A comparison that is killed, or stopped with Ctrl-C, in the middle: what stays, what ends, and how it goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

import pytest

import outlay
from outlay.instances.instance import Instance
from tests.optimizer.compare.support import assert_same, cap, change, compared_into, town
from tests.support.clocks import LONGEST_S
from tests.support.documents import hard_knapsack, parsed
from tests.support.fake_solvers import PRELUDE, alive, assert_gone, wait_until

#: Processes, clocks and other machines: a minute in all.
pytestmark = pytest.mark.slow

SETS = ("base", *(f"cap-{amount}" for amount in range(2, 9)))

#: The real solver, but it begins no problem once it is to wait.
SLOW_SOLVER = """
from outlay.optimizer.solver import worker

run = worker.Work.run
def waiting(session):
    while Path({hold!r}).exists():
        time.sleep(0.02)
    return run(session)
worker.Work.run = waiting
worker.main()
"""

SCRIPT = """
import itertools, signal, sys, threading, time
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # also where the shell that started us ignores it
import outlay
from outlay.optimizer.compare import task as case_task
from outlay.optimizer.sharing import solvers
from outlay.optimizer.solver.process import SolverProcess

def say(words):  # at once, whatever other threads say
    print(words + "\\n", end="", flush=True)

solvers.SolverProcess = lambda: SolverProcess(command=[sys.executable, {solver!r}])
build, solve_case = case_task.model_of, case_task.solve_case
def slowly(instance):
    say("building")
    time.sleep({build_s})
    return build(instance)
case_task.model_of = slowly

begun, enough = itertools.count(), threading.Event()
def in_turn(request):
    if next(begun) >= {hold_at}:
        enough.wait()  # no case is solved before solvers wait, however late it is told what is done
    return solve_case(request)
case_task.solve_case = in_turn

def tell(state):
    if state.done >= {hold_at}:
        Path({hold!r}).touch()
        enough.set()
    say(f"done {{state.done}} {{','.join(state.running)}}")

try:
    outlay.compare(outlay.read({instance!r}), {sets!r}, jobs=2, folder={folder!r}, on_progress=tell)
except KeyboardInterrupt:
    print("interrupted", flush=True)
    sys.exit(130)
print("finished", flush=True)
"""


class Run:
    """A comparison in a process of its own."""

    def __init__(self, folder: Path, case: Instance, *, sets: tuple[str, ...], hold_at: int, build_s: float) -> None:
        self.out, self.log = folder / "out", folder / "pids"
        solver, script, document = folder / "solver.py", folder / "script.py", folder / "case.json"
        hold = str(folder / "hold")
        solver.write_text(PRELUDE.format(log=str(self.log)) + dedent(SLOW_SOLVER.format(hold=hold)))
        if not hold_at:
            Path(hold).touch()
        outlay.write(case, document)
        script.write_text(
            SCRIPT.format(
                solver=str(solver),
                build_s=build_s,
                instance=str(document),
                sets=sets,
                folder=str(self.out),
                hold=hold,
                hold_at=hold_at,
            )
        )
        # A session of its own, so that Ctrl-C can be sent to all of it, as a terminal does.
        self.process = subprocess.Popen(
            [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip

    def wait_for(self, words: str) -> None:
        """Read what it says until a line starts with some words."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith(words):
                return
        raise AssertionError(f"it ended without {words!r}: {self.process.stderr.read()}")  # type: ignore[union-attr]

    def wait_for_done(self, number: int) -> None:
        """Read what it says until so many cases are done; two may be at once."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("done ") and int(line.split()[1]) >= number:
                return
        raise AssertionError(f"it ended before {number}: {self.process.stderr.read()}")  # type: ignore[union-attr]

    def wait_for_solvers(self, number: int) -> None:
        """Wait until so many solvers were started."""
        wait_until(lambda: len(self.solvers) >= number, f"{number} solvers")

    @property
    def solvers(self) -> list[int]:
        """The solver processes that were started."""
        return [int(pid) for pid in self.log.read_text().split()] if self.log.exists() else []

    def interrupt(self) -> tuple[str, str]:
        """Press Ctrl-C, which ends it, though its solvers would wait for ever; return what was said."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.communicate(timeout=LONGEST_S)

    def finished(self) -> dict[str, int]:
        """Return the run files that are there, and when they were written."""
        return {path.name: path.stat().st_mtime_ns for path in (self.out / "runs").glob("[!.]*.json")}


@contextmanager
def started(
    folder: Path, case: Instance, *, sets: tuple[str, ...] = SETS, hold_at: int = 99, build_s: float = 0.0
) -> Iterator[Run]:
    """Start a comparison, whose solvers begin nothing once so many cases are done; leave nothing of it behind."""
    run = Run(folder, case, sets=sets, hold_at=hold_at, build_s=build_s)
    try:
        yield run
    finally:
        for pid in [run.process.pid, *run.solvers]:
            if alive(pid):
                os.kill(pid, signal.SIGKILL)
        run.process.wait()
        for stream in (run.process.stdout, run.process.stderr):
            if stream is not None:
                stream.close()


def case() -> Instance:
    """Return a town with seven sets."""
    return town(**{name: cap(int(name.removeprefix("cap-"))) for name in SETS[1:]})


def assert_resumes(run: Run, *, killed: bool = False) -> None:
    """Start the comparison again: what is finished stays, the rest is solved, and the tables are right.

    Whoever was killed could not let go of the folder: that it is taken over is told, and nothing else.
    """
    before = run.finished()
    comparison, solved, notes = compared_into(run.out, case(), SETS)
    assert len(solved) == len(SETS) - len(before)
    assert [note.rpartition("; ")[2] for note in notes] == ["it is taken over"] * killed
    assert {name: when for name, when in run.finished().items() if name in before} == before
    assert set(comparison.files.values()) == set(run.finished())
    assert_same(comparison, outlay.compare(case(), SETS, jobs=2))


def test_a_comparison_that_is_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    with started(tmp_path, case(), hold_at=4) as run:
        run.wait_for_done(4)
        os.kill(run.process.pid, signal.SIGKILL)
        run.process.wait()
        assert 4 <= len(run.finished()) < len(SETS)
        assert_gone(run.solvers)
        assert_resumes(run, killed=True)


@pytest.mark.nightly
def test_a_comparison_that_is_killed_again_and_again_ends_some_day(tmp_path: Path) -> None:
    finished = 0
    for number in range(2):
        folder = tmp_path / str(number)
        folder.mkdir()
        if number:
            (tmp_path / "0" / "out").rename(folder / "out")
        with started(folder, case(), hold_at=finished + 2) as run:
            run.wait_for_done(finished + 2)
            os.kill(run.process.pid, signal.SIGKILL)
            run.process.wait()
            assert len(run.finished()) >= finished + 2
            finished = len(run.finished())
    assert_resumes(run, killed=True)


def test_a_comparison_that_is_interrupted_ends_at_once_and_goes_on_where_it_was(tmp_path: Path) -> None:
    with started(tmp_path, case(), hold_at=3) as run:
        run.wait_for_done(3)
        said, errors = run.interrupt()
        assert run.process.returncode == 130
        assert said.splitlines()[-1] == "interrupted"
        assert errors == ""
        assert_gone(run.solvers)
        assert 3 <= len(run.finished()) < len(SETS)
        assert_resumes(run)


def test_an_interruption_in_the_first_case_ends_at_once(tmp_path: Path) -> None:
    with started(tmp_path, case(), hold_at=0) as run:
        run.wait_for_solvers(1)
        said, errors = run.interrupt()
        assert (run.process.returncode, said.splitlines()[-1], errors) == (130, "interrupted", "")
        assert_gone(run.solvers)
        assert_resumes(run)


def test_an_interruption_while_models_are_built_starts_no_solver_afterwards(tmp_path: Path) -> None:
    with started(tmp_path, case(), hold_at=0, build_s=1) as run:
        run.wait_for("building")
        said, errors = run.interrupt()
        assert (run.process.returncode, said.splitlines()[-1], errors) == (130, "interrupted", "")
        assert_gone(run.solvers)


@pytest.mark.nightly
def test_a_solver_deep_in_its_work_is_ended_too(tmp_path: Path) -> None:
    """HiGHS itself, on problems that it does not prove within minutes."""
    made = hard_knapsack()
    made["sets"] = {
        f"less-{number}": change("availability", {"resource": "R0"}, add={"amount": -number}) for number in (1, 2)
    }
    # A reference that is solved at once: nothing is affordable.
    made["sets"]["none"] = change("availability", {"resource": "*"}, set={"amount": 0})
    with started(tmp_path, parsed(made), sets=("none", "less-1", "less-2")) as run:
        run.wait_for_done(1)
        run.wait_for_solvers(2)
        time.sleep(1.5)
        said, _ = run.interrupt()
        assert (run.process.returncode, said.splitlines()[-1]) == (130, "interrupted")
        assert_gone(run.solvers)
        assert len(run.finished()) == 1


@pytest.mark.parametrize("when", [0.02, 0.1])
def test_a_second_interruption_leaves_no_solver_either(tmp_path: Path, when: float) -> None:
    with started(tmp_path, case(), hold_at=0) as run:
        run.wait_for_solvers(1)
        os.killpg(run.process.pid, signal.SIGINT)
        time.sleep(when)
        run.interrupt()
        assert_gone(run.solvers)
