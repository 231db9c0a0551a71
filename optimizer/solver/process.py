"""The parent's side of a solver process: start it, hand it a problem, watch the clock, kill it if need be."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import numpy as np

from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.solver.deadline import CLOCK, NEVER, PATIENCE, Clock, Deadline, Patience, Verdict, Watch
from outlay.optimizer.solver.forking import in_child
from outlay.optimizer.solver.frames import BadFrameError
from outlay.optimizer.solver.memory import AT_ONCE, LARGE, give_back
from outlay.optimizer.solver.messages import Cancel, Offer, SolveRequest
from outlay.optimizer.solver.outcome import Outcome, Progress, take
from outlay.optimizer.solver.pipes import Inbox, collect, drop, post
from outlay.optimizer.solver.tasks.task import Task

#: How the solver process is started; -P keeps the user's folder out of its imports.
COMMAND = (sys.executable, "-P", "-m", "outlay.optimizer.solver.worker")

#: What comes of a request by a verdict of the watch, and the words for it.
_ENDS = {
    Verdict.GIVE_UP: ("kTimeLimit", "the time limit was over before the solver had started"),
    Verdict.KILL_UNSTARTED: ("hung", "the solver did not start within {start_up_s:g} s and was killed"),
    Verdict.KILL_SILENT: ("hung", "the solver gave no sign of life for {silence_s:g} s and was killed"),
    Verdict.KILL_STUCK: ("hung", "the solver did not stop when asked and was killed"),
    Verdict.KILL_BUSY: ("overran", ""),
}
#: What a process that was forked off says of a solver of its parent's.
_INHERITED = "the solver belongs to the process that this one was forked from"
#: Threads of linear algebra (NumPy's) in a solver process: more of them wait for each other where cores are busy, and
#: sum differently.
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"), "1")


@dataclass
class _Asked:
    """A request, and who wants to hear of it."""

    request: SolveRequest
    limit_s: float | None
    on_progress: Callable[[Progress], None] | None
    on_incumbent: Callable[[np.ndarray], None] | None


class SolverProcess:
    """One HiGHS process; use as a context manager, or `close` it.

    Attributes
    ----------
    deadline
        When whoever uses it must have the answers (`until`): nothing is begun afterwards, and what does not end is
        killed.
    """

    def __init__(
        self, command: Sequence[str] = COMMAND, *, clock: Clock = CLOCK, patience: Patience = PATIENCE
    ) -> None:
        self.command, self.clock, self.patience = tuple(command), clock, patience
        self.deadline = NEVER
        self._child: subprocess.Popen[bytes] | None = None
        self._ready = False  # whether it has said its first word
        self._inbox = Inbox()
        self._outbox: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._threads: tuple[threading.Thread, ...] = ()
        self._errors: Any = None
        self._requests = 0
        self._hurried = 0  # number of the request that is killed if it does not end
        self._lock = threading.RLock()  # starting and ending may meet, from two threads
        self.ended = False
        _ALL.add(self)

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

    @property
    def worked_s(self) -> float:
        """The CPU seconds that the process has worked, as it last told."""
        return self._inbox.worked_s

    @contextmanager
    def until(self, deadline: Deadline) -> Iterator[None]:
        """Let a deadline hold for everything that is asked of the process meanwhile."""
        before, self.deadline = self.deadline, deadline
        try:
            yield
        finally:
            self.deadline = before

    def start_early(self) -> None:
        """Start the process, if none runs, without waiting for it; what goes wrong is told by `solve`."""
        with contextlib.suppress(OSError):
            self._start()

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
        how: Task | None = None,
        basis: np.ndarray | None = None,
        proves: bool = True,
    ) -> Outcome:
        """Solve a problem; never raise for what the process does.

        With `on_incumbent`, called with each better point, the solver also takes points from `offer`. With `tick_s`,
        `on_progress` is called at least that often. With `approximate`, the point of an LP is returned even if it is
        not feasible to the tolerance. With `cuts`, which need presolve to be off, `on_progress` is told the cutting
        planes of the root as soon as it is done. With a `Dive`, only what it leaves open is solved, without start; the
        bound is that of the rest, and the status is ``kUnknown`` if it comes to nothing. With a `Probe`, the relaxation
        is solved under the bounds that it comes to. With a `Split`, nothing is solved but relaxations, to find where to
        divide the problem; ``kUnknown``: nowhere. All begin with a `basis` of the relaxation, if there is one. Without
        `proves` only its point counts. A KeyboardInterrupt asks the solver to stop and returns the best answer so far;
        a second one is passed on.
        """
        outcome = Outcome("crashed", message="the solver process was ended" if self.ended else "")
        if self.ended:
            return outcome
        if self.deadline.passed():
            return Outcome("kTimeLimit")
        self._requests += 1
        try:
            self._start()
        except OSError as error:
            outcome.message = f"the solver process cannot be started: {error}"
            self.close()
            return outcome
        request = SolveRequest(
            self._requests,
            problem,
            options,
            start,
            basis,
            how,
            takes_offers=on_incumbent is not None,
            approximate=approximate,
            tells_cuts=cuts,
            proves=proves,
        )
        if problem.matrix.nnz > LARGE:
            give_back()
        asked = _Asked(request, time_limit_s, on_progress, on_incumbent)
        watch = Watch(self.deadline, self.patience, self.clock, tick_s=tick_s)
        try:
            self._follow(outcome, asked, watch)
        except BaseException:
            self.close()  # it is at work on what nobody waits for any more
            raise
        # What ended without telling is charged what the clock says.
        self.deadline.spend(watch.elapsed() if outcome.worked_s is None else outcome.worked_s)
        if outcome.broken:
            outcome.message = outcome.message or ("" if outcome.status == "overran" else self._last_words())
            self.close()
        return outcome

    def _follow(self, outcome: Outcome, asked: _Asked, watch: Watch) -> None:
        """Follow a request until it is over.

        Raises
        ------
        KeyboardInterrupt
            If the user asks to stop for the second time.
        """
        done = False
        while not done:
            if self._hurried == self._requests:
                watch.ask()
            try:
                if self._ready and not watch.begun:
                    limit_s = watch.begin(asked.limit_s, worked_s=self._inbox.worked_s)
                    request = asked.request.limited(limit_s, work_s=self.deadline.work_left())
                    self._outbox.put(request.frame())
                done = self._step(outcome, asked, watch)
            except KeyboardInterrupt:
                if outcome.interrupted:
                    raise
                outcome.interrupted = True
                self.cancel()
                watch.ask()
                if not watch.begun:
                    outcome.status, done = "kInterrupt", True

    def _step(self, outcome: Outcome, asked: _Asked, watch: Watch) -> bool:
        """Handle one message, or its absence; return whether the request is over."""
        try:
            message = self.clock.receive(self._inbox, watch.wait_s())
        except queue.Empty:
            if watch.ticks() and asked.on_progress is not None:
                state = Progress(outcome.objective, outcome.bound, outcome.nodes, watch.elapsed(), outcome.cuts)
                asked.on_progress(state)
        else:
            if self._take(outcome, message, asked):
                return True
        verdict = watch.look(self._inbox.signs, worked_s=self._inbox.worked_s)
        if verdict == Verdict.ASK:
            self.cancel()
            watch.ask()
        elif verdict != Verdict.WAIT:
            outcome.status, words = _ENDS[verdict]
            outcome.message = words.format(**vars(self.patience))
            return True
        return False

    def _take(self, outcome: Outcome, message: dict[str, Any] | Exception | None, asked: _Asked) -> bool:
        """Take a message into the outcome; return whether the request is over."""
        if message is None or isinstance(message, Exception):
            outcome.status = "crashed" if message is None else "garbage"
            outcome.message = "" if message is None else str(message)
            return True
        before = outcome.point
        try:
            if message["kind"] == "ready":
                self._ready = True
                return False
            state = take(outcome, message, len(asked.request.problem.cost))
        except (LookupError, TypeError, ValueError, ArithmeticError) as error:
            outcome.status, outcome.message = "garbage", f"a message of the solver makes no sense: {error}"
            return True
        if state is not None and asked.on_progress is not None:
            asked.on_progress(state)
        if asked.on_incumbent is not None and outcome.point is not None and outcome.point is not before:
            asked.on_incumbent(outcome.point)
        return state is None

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
        self._errors = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - lives as long as the process
        self._inbox, self._outbox, self._ready = Inbox(), queue.Queue(), False
        with _launching:
            # Unbuffered: whoever is forked off can drop its ends of the pipes without a word (`_forget`).
            child = self._child = subprocess.Popen(
                self.command,
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                start_new_session=True,  # Ctrl-C is for us; we tell the child
                env={**os.environ, **ONE_THREAD, **AT_ONCE},
            )
        # A child that does not read must not make us wait, so a thread writes; another reads.
        self._threads = ()
        for task, stream in ((post, (child.stdin, self._outbox)), (collect, (child.stdout,))):
            thread = threading.Thread(target=task, args=(*stream, self._inbox), daemon=True)
            try:
                thread.start()
            except RuntimeError as error:  # there is no room for another one
                self._close()  # nobody would hear the child, and the next solve would wait for its first word
                raise OSError(str(error)) from error
            self._threads += (thread,)

    def _forget(self) -> None:
        """Leave the child to the process that we were forked from: its pipes, its end, and who waits for it."""
        child, self._child = self._child, None
        self._errors, self._threads, self._ready = None, (), False
        self._inbox, self._outbox, self._lock = Inbox(), queue.Queue(), threading.RLock()
        self._inbox.put(BadFrameError(_INHERITED))
        if child is not None:
            child.returncode = 0  # nothing that we do, or that is done when it is collected, can reach it
            for stream in (child.stdin, child.stdout):
                drop(stream)

    def offer(self, point: np.ndarray) -> None:
        """Hand a point to the solve in work; may be called from another thread."""
        self._outbox.put(Offer(self._requests, point).frame())

    def cancel(self) -> None:
        """Ask the solve in work to end with the best answer so far; may be called from another thread."""
        self._outbox.put(Cancel(self._requests).frame())

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


# -- forks -------------------------------------------------------------------------------------------------------------

_ALL: weakref.WeakSet[SolverProcess] = weakref.WeakSet()
#: Held while a solver is started, and by whoever forks: a child forked meanwhile would hold ends of pipes unknowingly.
_launching = threading.RLock()


def _before_fork() -> None:
    _launching.acquire()


def _after_fork_in_parent() -> None:
    _launching.release()


def _after_fork() -> None:
    global _launching  # noqa: PLW0603 - the old one stays held for ever
    _launching = threading.RLock()
    for process in list(_ALL):
        process._forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent)
    in_child(_after_fork)
