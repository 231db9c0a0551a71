"""The solver processes of a pool's threads, one a thread, kept from task to task; and whose turn it is to build."""

from __future__ import annotations

import threading
import weakref
from concurrent.futures import Future, wait
from typing import TypeVar

from outlay.optimizer.sharing.helping import Bench
from outlay.optimizer.solver.forking import in_child
from outlay.optimizer.solver.process import SolverProcess

# A process that is forked off gets locks that nobody holds, and solvers of its own (`_after_fork`).
#: Building in Python gains nothing from threads, and Pyomo's writers are not made for them.
_BUILDING = threading.Lock()
_local = threading.local()
#: Seconds between looks for somebody to help.
LOOK_S = 1.0

Result = TypeVar("Result")


def building() -> threading.Lock:
    """Return the lock that whoever builds a model holds."""
    return _BUILDING


def _after_fork() -> None:
    global _BUILDING, _local
    _BUILDING, _local = threading.Lock(), threading.local()
    for pool in list(_POOLS):
        pool.forget()


def solver_process() -> SolverProcess:
    """Return the solver process of the calling thread, started by need; it is kept from task to task."""
    if not hasattr(_local, "process") or _local.process.ended:
        _local.process = SolverProcess()
        if hasattr(_local, "pool"):
            _local.pool.add(_local.process)
    process: SolverProcess = _local.process
    return process


def helpers() -> Bench | None:
    """Return who may help the calling thread; None where it is none of a pool of ours."""
    pool: Pool | None = getattr(_local, "pool", None)
    return None if pool is None else pool.bench


def result_of(future: Future[Result]) -> Result:
    """Return what a future comes to; meanwhile the calling thread, if it is one of a pool of ours, helps others."""
    bench = helpers()
    while bench is not None and not future.done():
        race = bench.wanting()
        if race is None:
            wait([future], LOOK_S)
        else:
            race.help(solver_process())
    return future.result()


class Pool:
    """The solver processes of a pool of threads, to be ended together, and who helps whom."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self._lock = threading.Lock()
        self._processes: list[SolverProcess] = []
        self._ended = False
        _POOLS.add(self)

    def forget(self) -> None:
        """Leave the processes to whom we were forked from."""
        self._lock, self._processes, self._ended = threading.Lock(), [], True

    def join(self) -> None:
        """Make the calling thread one of the pool."""
        _local.pool = self

    def add(self, process: SolverProcess) -> None:
        """Take a process into the pool; if that has ended already, so does the process."""
        with self._lock:
            self._processes.append(process)
            ended = self._ended
        if ended:
            process.end()

    def end(self) -> None:
        """End every process, now and later."""
        with self._lock:
            self._ended = True
            processes = list(self._processes)
        for process in processes:
            process.end()


_POOLS: weakref.WeakSet[Pool] = weakref.WeakSet()
in_child(_after_fork)
