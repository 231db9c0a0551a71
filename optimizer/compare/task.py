"""One case of a comparison as a task for any executor: a request in, a lean result and a run file's text out.

Requests and results are plain data, so they travel to threads, processes and other machines alike. The solver process
is kept from task to task, one a thread.
"""

from __future__ import annotations

import hashlib
import threading
import time
import weakref
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import simplejson

from outlay.instances.formats.parsing import parse_document
from outlay.instances.formats.writing import document_text, to_document
from outlay.instances.instance import Instance
from outlay.instances.plan import Plan
from outlay.models.plain import plain_model
from outlay.optimizer.answer.reason import to_documents
from outlay.optimizer.record.run_file import run_text, to_run_document
from outlay.optimizer.session import Session
from outlay.optimizer.settings import SolveSettings
from outlay.optimizer.solve import make_solution, versions
from outlay.optimizer.solver.forking import in_child
from outlay.optimizer.solver.outcome import Progress
from outlay.optimizer.solver.process import SolverProcess

# A process that is forked off gets locks that nobody holds, and solvers of its own (`_after_fork`).
#: Building in Python gains nothing from threads, and Pyomo's writers are not made for them.
_BUILDING = threading.Lock()
_local = threading.local()


@dataclass(frozen=True)
class Request:
    """One case to solve.

    Attributes
    ----------
    name
        What to call it.
    instance
        The resolved instance as JSON text, without its constraint sets, compressed by zlib.
    reference
        Plan to be nearest to, and to start from, as a document; None for the reference case itself.
    nearest
        Whether to look for the nearest plan as good.
    options
        gap, seed, time_limit_s.
    """

    name: str
    instance: bytes
    reference: dict[str, Any] | None = None
    nearest: bool = True
    options: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """The digest of the instance (`Instance.digest`)."""
        return hashlib.sha256(zlib.decompress(self.instance)).hexdigest()

    @cached_property
    def key(self) -> str:
        """SHA-256 of everything that the answer depends on; names the run file."""
        whole = simplejson.dumps(
            [
                zlib.decompress(self.instance).decode(),
                self.reference,
                self.nearest,
                self.options,
                versions()["outlay"],
                versions()["highspy"],
            ],
            sort_keys=True,
        )
        return hashlib.sha256(whole.encode()).hexdigest()


def make_request(
    name: str, instance: Instance, *, reference: Plan | None, nearest: bool, options: dict[str, Any]
) -> Request:
    """Return the request of a case."""
    # What other sets say changes nothing about this case, and must not make it be solved again.
    lean = replace(instance, sets={}, uncertainty={})
    return Request(
        name,
        zlib.compress(document_text(to_document(lean), compact=True).encode()),
        None if reference is None else reference.to_document(),
        nearest and reference is not None,
        options,
    )


def solve_case(
    request: Request,
    engine: SolverProcess | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> str:
    """Solve a case and return the text of its run file; what the nearest plan changed stands under ``comparison``.

    One time limit holds for all of it: the nearest plan is looked for in what is left. The solver is that of the thread
    unless one is given. `on_progress` hears of the solve, objective and bound as they are maximised.

    The solver's crashes and hangs are retried and reported in the run file; anything else raises.
    """
    engine = engine or solver_process()
    engine.start_early()
    with _BUILDING:
        began = time.monotonic()  # waiting for another case's turn does not count
        settings = SolveSettings.of_question(request.options)
        deadline = settings.deadline(engine.clock)
        text = zlib.decompress(request.instance).decode()
        instance = parse_document(simplejson.loads(text, use_decimal=True), source=request.name)
        built = time.monotonic()
        session = Session(plain_model(instance))
    times = {"read": built - began, "build": time.monotonic() - built}
    reference = None if request.reference is None else Plan.from_document(request.reference)
    checked = session.solve(
        engine,
        settings.engine(),
        deadline=session.before_dates(deadline),
        start=reference,
        on_progress=None if on_progress is None else _maximised(on_progress),
    )
    own = checked.plan
    if request.nearest and reference is not None and checked.verification is not None and checked.verification.ok:
        checked = session.nearest(engine, settings.engine(deadline), checked, reference)
    if request.nearest or request.reference is None:
        checked = session.earliest(engine, settings.engine(deadline), checked, reference=reference)
    with _BUILDING:
        solution = make_solution(session, checked, times_s=times, began=began, options=request.options)
        document = to_run_document(solution)
    document["comparison"] = {
        "own_plan": None if own is None else own.to_document(),
        "nearest_proved": checked.proved_nearest,
        "reasons": to_documents(solution.reasons),
    }
    return run_text(document)


def building() -> threading.Lock:
    """Return the lock that whoever builds a model holds."""
    return _BUILDING


def _maximised(on_progress: Callable[[Progress], None]) -> Callable[[Progress], None]:
    return lambda state: on_progress(Progress(-state.objective, -state.bound, state.nodes, state.seconds))


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


class Pool:
    """The solver processes of a pool of threads, to be ended together."""

    def __init__(self) -> None:
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
