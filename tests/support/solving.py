"""Solver processes that stay warm: one for a module's tests, and those that closed ones leave to the next.

A start costs half a second of CPU, and most tests are not about processes. A file whose tests are defines a fixture
`kept_solvers` of its own that does nothing; a single test uses `own_solvers`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pytest

import outlay
from outlay.optimizer.solver import process as processes
from outlay.optimizer.solver.outcome import Progress
from outlay.optimizer.solver.process import SolverProcess
from tests.support.clocks import SetClock
from tests.support.documents import hard_knapsack, parsed

#: Idle solvers that a worker keeps at most: one that proves, one that searches beside it, and one of a pool.
MOST_IDLE = 3
#: What belongs to a running child, and passes from one `SolverProcess` to another with it.
_OF_THE_CHILD = ("_child", "_ready", "_inbox", "_outbox", "_threads", "_errors", "_requests")


class Idle:
    """Children of solver processes that were closed in peace; the next process that starts takes one over.

    Attributes
    ----------
    used
        Whether children are kept and taken now. Else each process starts its own, and ends it.
    """

    def __init__(self) -> None:
        self.used = False
        self._kept: list[SolverProcess] = []
        self._at_work: set[int] = set()

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Let every `SolverProcess` start with, and leave behind, a child of ours."""
        launch, solve, close = SolverProcess._launch, SolverProcess.solve, SolverProcess.close

        def launched(process: SolverProcess) -> None:
            process._close()
            if self._take(process):
                process._requests += 1  # the child knows requests up to here; to it, number 0 is one that was cancelled
            else:
                launch(process)

        def solved(process: SolverProcess, *given: Any, **named: Any) -> Any:
            self._at_work.add(id(process))
            try:
                return solve(process, *given, **named)
            finally:
                self._at_work.discard(id(process))

        def closed(process: SolverProcess) -> None:
            self._keep(process)
            close(process)

        patch.setattr(SolverProcess, "_launch", launched)
        patch.setattr(SolverProcess, "solve", solved)
        patch.setattr(SolverProcess, "close", closed)

    def _take(self, process: SolverProcess) -> bool:
        while self.used and self._kept and process.command == processes.COMMAND:
            kept = self._kept.pop()
            if kept._child is not None and kept._child.poll() is None:
                _pass_on(kept, process)
                return True
        return False

    def _keep(self, process: SolverProcess) -> None:
        """Keep the child of a process that is about to be closed, unless it is at work or of another kind."""
        if not self.used or id(process) in self._at_work or process.command != processes.COMMAND:
            return
        if len(self._kept) >= MOST_IDLE:
            return
        with process._lock:
            if process._child is not None and process._child.poll() is None:
                kept = SolverProcess()  # known to `_forget`, should this process fork
                _pass_on(process, kept)
                self._kept.append(kept)

    def close(self) -> None:
        """End all that are kept."""
        while self._kept:
            self._kept.pop().close()


def _pass_on(giver: SolverProcess, taker: SolverProcess) -> None:
    fresh = SolverProcess(giver.command)
    for name in _OF_THE_CHILD:
        setattr(taker, name, getattr(giver, name))
        setattr(giver, name, getattr(fresh, name))


def running() -> list[int]:
    """Return the processes of all solvers of this one that run."""
    known = [process._child for process in list(processes._ALL)]
    return [child.pid for child in known if child is not None and child.returncode is None]


@pytest.fixture(scope="session")
def idle_solvers() -> Iterator[Idle]:
    """Return the solvers that wait for work, for all tests of a worker."""
    idle = Idle()
    with pytest.MonkeyPatch.context() as patch:
        idle.install(patch)
        yield idle
        idle.close()


@pytest.fixture(scope="module", autouse=True)
def kept_solvers(idle_solvers: Idle) -> Iterator[None]:
    """Let solver processes be used again from test to test, those of the file's own fixtures among them."""
    idle_solvers.used = True
    yield
    idle_solvers.used = False


@pytest.fixture
def own_solvers(idle_solvers: Idle, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each solver process of a test start its own child, and end it."""
    monkeypatch.setattr(idle_solvers, "used", False)


@pytest.fixture(scope="module")
def warm() -> Iterator[SolverProcess]:
    """Return a process for many solves."""
    with SolverProcess() as process:
        yield process


@pytest.fixture
def always_warm(warm: SolverProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `outlay.solve` use the warm process where it is given none: for tests that are not about processes."""
    solve = outlay.solve

    def solved(*given: Any, **named: Any) -> outlay.Solution:
        return solve(*given, **{"process": warm, **named})

    monkeypatch.setattr(outlay, "solve", solved)


def stopped(**how: Any) -> outlay.Solution:
    """Solve what takes for ever until the time is over, which is once there are a plan and a bound."""
    clock, tell = SetClock(), how.pop("on_progress", lambda _: None)

    def told(state: Progress) -> None:
        tell(state)
        if state.objective is not None and math.isfinite(state.bound):
            clock.pass_(100.0)

    with SolverProcess(clock=clock) as process:
        return outlay.solve(parsed(hard_knapsack()), gap=0, time_limit=100, on_progress=told, process=process, **how)
