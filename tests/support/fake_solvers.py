"""Solver processes that misbehave: short scripts in the place of the real worker."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent

from outlay.optimizer.process import SolverProcess

PRELUDE = """
import os, signal, sys, time
from pathlib import Path
import numpy as np
from outlay.optimizer.frames import MAGIC, read_frame, write_frame

source, out = sys.stdin.buffer, sys.stdout.buffer
log = Path({log!r})

def started():
    \"\"\"Note that a process was started and return how many there were before.\"\"\"
    before = log.read_text() if log.exists() else ""
    log.write_text(before + f"{{os.getpid()}}\\n")
    return len(before.split())

def become_the_real_one():
    os.execv(sys.executable, [sys.executable, "-P", "-m", "outlay.optimizer.worker"])

def incumbent(point, objective):
    write_frame(out, dict(kind="incumbent", point=np.array(point, dtype=float), objective=objective,
                          primal=objective, dual=-100.0, nodes=1, seconds=0.1))

def cuts(*, lower=(0.0,), upper=(1.0,), **entries):
    arrays = {{name: np.array(value) for name, value in dict(entries, lower=lower, upper=upper).items()}}
    write_frame(out, dict(kind="cuts", dual=-100.0, nodes=0, seconds=0.1, **arrays))

def result(**changes):
    write_frame(out, dict(kind="result", status="kOptimal", has_point=False, objective=0.0, bound=0.0, nodes=0,
                          seconds=0.1) | changes)

before = started()
"""


class FakeSolver:
    """A command that runs a script, and the pids of the processes that did."""

    def __init__(self, folder: Path, body: str) -> None:
        self.log = folder / "pids"
        script = folder / "fake_solver.py"
        script.write_text(PRELUDE.format(log=str(self.log)) + dedent(body), encoding="utf-8")
        self.process = SolverProcess(command=[sys.executable, str(script)])

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
