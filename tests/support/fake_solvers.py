"""Solver processes that misbehave: short scripts in the place of the real worker."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

from outlay.optimizer.solver.deadline import CLOCK, PATIENCE, Clock, Patience
from outlay.optimizer.solver.process import SolverProcess
from tests.support.clocks import LONGEST_S

PRELUDE = """
import fcntl, os, signal, sys, time
from pathlib import Path
import numpy as np
from outlay.optimizer.solver.frames import (MAGIC, read_frame, write_frame)

source, out = sys.stdin.buffer, sys.stdout.buffer
log = Path({log!r})

def started():
    \"\"\"Note that a process was started and return how many there were before; two may start at once.\"\"\"
    with log.open("a+") as noted:
        fcntl.flock(noted, fcntl.LOCK_EX)
        noted.seek(0)
        before = noted.read()
        noted.write(f"{{os.getpid()}}\\n")
    return len(before.split())

def ready():
    write_frame(out, dict(kind="ready"))

def become_the_real_one():
    os.execv(sys.executable, [sys.executable, "-P", "-m", "outlay.optimizer.solver.worker"])

def incumbent(point, objective):
    write_frame(out, dict(kind="incumbent", point=np.array(point, dtype=float), objective=objective,
                          primal=objective, dual=-100.0, nodes=1, seconds=0.1))

def cuts(*, lower=(0.0,), upper=(1.0,), **entries):
    arrays = {{name: np.array(value) for name, value in dict(entries, lower=lower, upper=upper).items()}}
    write_frame(out, dict(kind="cuts", dual=-100.0, nodes=0, seconds=0.1, **arrays))

def result(**changes):
    write_frame(out, dict(kind="result", status="kOptimal", has_point=False, objective=0.0, bound=0.0, nodes=0,
                          seconds=0.1) | changes)

def hang(asleep=True):
    \"\"\"Say, for the clock of the test, that nothing will come any more.\"\"\"
    write_frame(out, dict(kind="progress", dual=float("nan"), nodes=0, seconds=0.1, hangs=True))
    time.sleep(10**6) if asleep else os.kill(os.getpid(), signal.SIGSTOP)

before = started()
"""


class FakeSolver:
    """A command that runs a script, and the pids of the processes that did.

    The script is run by a solver that has said that it is `ready`, unless told otherwise.
    """

    def __init__(
        self, folder: Path, body: str, *, clock: Clock = CLOCK, patience: Patience = PATIENCE, ready: bool = True
    ) -> None:
        self.log = folder / "pids"
        script = folder / "fake_solver.py"
        text = PRELUDE.format(log=str(self.log)) + ("ready()\n" if ready else "") + dedent(body)
        script.write_text(text, encoding="utf-8")
        self.process = SolverProcess(command=[sys.executable, str(script)], clock=clock, patience=patience)

    @property
    def pids(self) -> list[int]:
        """Return the processes that were started, in order."""
        return [int(pid) for pid in self.log.read_text().split()] if self.log.exists() else []


def alive(pid: int) -> bool:
    """Return whether a process runs (a zombie does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_until(true: Callable[[], bool], what: str) -> None:
    """Wait until something is so; fail if it never is."""
    ends = time.monotonic() + LONGEST_S
    while not true():
        assert time.monotonic() < ends, f"never came: {what}"
        time.sleep(0.01)


def assert_gone(pids: list[int]) -> None:
    """Fail where a process does not end."""
    wait_until(lambda: not any(alive(pid) for pid in pids), "the end of the solvers")


@contextmanager
def no_longer_than_a_test(pids: Callable[[], list[int]]) -> Iterator[None]:
    """Kill solvers that the caller waits for in vain, so that a test fails instead of hanging."""
    done = threading.Event()

    def watch() -> None:
        wait = LONGEST_S
        while not done.wait(wait):
            wait = 0.5
            for pid in pids():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
