"""The parent's side of a solver process: start it, hand it a problem, watch the clock, kill it if need be."""

from __future__ import annotations

import contextlib
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import fields
from types import TracebackType
from typing import Any

import numpy as np

from outlay.optimizer.deadline import Deadline
from outlay.optimizer.diving import Dive
from outlay.optimizer.frames import BadFrameError, read_frame, write_frame
from outlay.optimizer.outcome import Outcome, Progress, take
from outlay.optimizer.probing import Probe
from outlay.optimizer.problem import Problem
from outlay.optimizer.splitting import Split

#: How the solver process is started; -P keeps the user's folder out of its imports.
COMMAND = (sys.executable, "-P", "-m", "outlay.optimizer.worker")
#: Seconds that a solver gets to start before it counts as hung.
START_UP_S = 60.0


class SolverProcess:
    """One HiGHS process; use as a context manager, or `close` it."""

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        self.command = tuple(command)
        self._child: subprocess.Popen[bytes] | None = None
        self._inbox: queue.Queue[dict[str, Any] | Exception | None] = queue.Queue()
        self._outbox: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._threads: tuple[threading.Thread, ...] = ()
        self._errors: Any = None
        self._requests = 0
        self._hurried = 0  # number of the request that is killed if it does not end
        self._lock = threading.RLock()  # starting and ending may meet, from two threads
        self.ended = False

    def __enter__(self) -> SolverProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def __del__(self) -> None:
        # May run in any thread at any moment, so it takes no lock and waits for no thread: the two threads of a killed
        # child end and close their streams by themselves.
        with contextlib.suppress(Exception):
            if self._child is not None:
                self._outbox.put(None)
                self._child.kill()
                self._child.wait(timeout=1.0)
            if self._errors is not None:
                self._errors.close()

    def end(self) -> None:
        """Close for good: no later `solve` starts a new process. May be called from another thread."""
        self.ended = True
        self.close()

    def close(self) -> None:
        """End the process, by force if it does not end by itself."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        child, self._child = self._child, None
        errors, self._errors = self._errors, None
        if errors is not None:
            errors.close()
        if child is None:
            return
        self._outbox.put(None)
        with contextlib.suppress(OSError):
            child.kill()
        child.wait()
        for thread in self._threads:
            thread.join(timeout=1.0)
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def solve(
        self,
        problem: Problem,
        *,
        options: dict[str, Any],
        time_limit_s: float | None,
        start: np.ndarray | None = None,
        on_progress: Callable[[Progress], None] | None = None,
        on_incumbent: Callable[[np.ndarray], None] | None = None,
        tick_s: float | None = None,
        approximate: bool = False,
        cuts: bool = False,
        how: Dive | Probe | Split | None = None,
        basis: np.ndarray | None = None,
    ) -> Outcome:
        """Solve a problem; never raise for what the process does.

        With `on_incumbent`, called with each better point, the solver also takes points from `offer`. With `tick_s`,
        `on_progress` is called at least that often. With `approximate`, the point of an LP is returned even if it is
        not feasible to the tolerance. With `cuts`, which need presolve to be off, `on_progress` is told the cutting
        planes of the root as soon as it is done. With a `Dive`, only what it leaves open is solved, without start; the
        bound is that of the rest, and the status is ``kUnknown`` if it comes to nothing. With a `Probe`, the relaxation
        is solved under the bounds that it comes to. With a `Split`, nothing is solved but relaxations, to find where to
        divide the problem; ``kUnknown``: nowhere. All begin with a `basis` of the relaxation, if there is one. A
        KeyboardInterrupt asks the solver to stop and returns the best answer so far; a second one is passed on.
        """
        outcome = Outcome("crashed", message="the solver process was ended" if self.ended else "")
        if self.ended:
            return outcome
        try:
            self._start()
            self._requests += 1
            request = _request(problem, options, time_limit_s, start) | _way(how, basis)
            flags = {"takes_offers": on_incumbent is not None, "approximate": approximate, "tells_cuts": cuts}
            self._outbox.put({**request, **flags, "number": self._requests})
        except OSError as error:
            outcome.message = f"the solver process cannot be started: {error}"
            self.close()
            return outcome
        deadline = Deadline(time_limit_s, tick_s)
        while True:
            if self._hurried == self._requests and not deadline.asked:
                deadline.stop_soon()
            try:
                point = outcome.point
                done = self._step(outcome, len(problem.cost), deadline, on_progress)
                if on_incumbent is not None and outcome.point is not None and outcome.point is not point:
                    on_incumbent(outcome.point)
            except KeyboardInterrupt:
                if outcome.interrupted:
                    self.close()
                    raise
                outcome.interrupted = True
                deadline.stop_soon()
                self.cancel()
                continue
            if done:
                break
        if outcome.broken:
            outcome.message = outcome.message or self._last_words()
            self.close()
        return outcome

    def _step(
        self, outcome: Outcome, size: int, deadline: Deadline, on_progress: Callable[[Progress], None] | None
    ) -> bool:
        """Handle one message or a passing deadline; return whether the request is over."""
        try:
            message = self._inbox.get(timeout=deadline.wait())
        except queue.Empty:
            if deadline.passed():
                return self._overdue(outcome, deadline)
            if on_progress is not None:
                state = Progress(outcome.objective, outcome.bound, outcome.nodes, deadline.elapsed(), outcome.cuts)
                on_progress(state)
            return False
        if message is None or isinstance(message, Exception):
            outcome.status = "crashed" if message is None else "garbage"
            outcome.message = "" if message is None else str(message)
            return True
        try:
            return take(outcome, message, size, on_progress)
        except (KeyError, TypeError, ValueError) as error:
            outcome.status, outcome.message = "garbage", f"a message of the solver makes no sense: {error}"
            return True

    def _overdue(self, outcome: Outcome, deadline: Deadline) -> bool:
        if deadline.asked:
            outcome.status = "hung"
            outcome.message = "the solver did not stop when asked and was killed"
            return True
        self.cancel()
        deadline.stop_soon()
        return False

    def _start(self) -> None:
        """Start a process if none runs.

        Raises
        ------
        OSError
            If it cannot be started, or if another thread has just ended this for good.
        """
        with self._lock:
            if self.ended:
                raise OSError("it was ended")
            if self._child is None or self._child.poll() is not None:
                self._launch()

    def _launch(self) -> None:
        self._close()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        self._inbox = queue.Queue()
        child = self._child = subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            start_new_session=True,  # Ctrl-C is for us; we tell the child
        )
        self._outbox = queue.Queue()
        # A child that does not read must not make us wait, so a thread writes; another reads.
        self._threads = (
            threading.Thread(target=_post, args=(child.stdin, self._outbox), daemon=True),
            threading.Thread(target=_collect, args=(child.stdout, self._inbox), daemon=True),
        )
        for thread in self._threads:
            thread.start()

    def offer(self, point: np.ndarray) -> None:
        """Hand a point to the solve in work; may be called from another thread."""
        self._outbox.put({"kind": "offer", "number": self._requests, "point": point})

    def cancel(self) -> None:
        """Ask the solve in work to end with the best answer so far; may be called from another thread."""
        self._outbox.put({"kind": "cancel", "number": self._requests})

    def end_soon(self) -> None:
        """Ask the solve in work to end, and kill the process if it does not: an LP in work may not listen for long.

        For an `on_progress`, or where ticks let the solve notice.
        """
        self._hurried = self._requests
        self.cancel()

    def _last_words(self) -> str:
        child = self._child
        code = None if child is None else child.poll()
        if child is not None and code is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = child.wait(timeout=1.0)
        lines: list[str] = []
        with contextlib.suppress(AttributeError, ValueError):  # closed by another thread meanwhile
            self._errors.seek(0)
            lines = self._errors.read()[-2000:].decode(errors="replace").strip().splitlines()
        ended = f"the solver process ended with code {code}" if code is not None else "the solver process was killed"
        return ended + (f": {lines[-1]}" if lines else "")


def _request(
    problem: Problem, options: dict[str, Any], time_limit_s: float | None, start: np.ndarray | None
) -> dict[str, Any]:
    request: dict[str, Any] = {"kind": "solve", "options": dict(options), **problem.arrays()}
    if time_limit_s is not None:
        request["options"]["time_limit"] = max(min(time_limit_s, options.get("time_limit", np.inf)), 1e-3)
    if start is not None:
        request["start"] = start
    return request


def _way(how: Dive | Probe | Split | None, basis: np.ndarray | None) -> dict[str, Any]:
    """Return what a request says of how to begin; arrays travel at the top level only."""
    begin = {} if basis is None else {"basis": basis}
    if how is None:
        return begin
    return begin | {"how": type(how).__name__} | {f"how_{each.name}": getattr(how, each.name) for each in fields(how)}


def _post(stream: Any, outbox: queue.Queue[dict[str, Any] | None]) -> None:
    """Write messages until there are no more or the child is gone."""
    with contextlib.suppress(OSError, ValueError), stream:
        while (message := outbox.get()) is not None:
            write_frame(stream, message)


def _collect(stream: Any, inbox: queue.Queue[dict[str, Any] | Exception | None]) -> None:
    with contextlib.suppress(OSError, ValueError), stream:
        while True:
            try:
                message = read_frame(stream)
            except (BadFrameError, OSError, ValueError, MemoryError) as error:
                inbox.put(error if isinstance(error, BadFrameError) else None)
                return
            inbox.put(message)
            if message is None:
                return
