"""Clocks for tests: what counts is what happened before what, never how busy the machine is."""

from __future__ import annotations

import queue
import threading
import time
from typing import Any

from outlay.optimizer.solver.deadline import Clock, Message

#: After so many seconds of real time without anything, a test has failed.
LONGEST_S = 300.0


class StillClock(Clock):
    """A clock that stands still: whoever waits, waits for what comes."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        return self.seconds

    def receive(self, inbox: queue.Queue[Message], seconds: float) -> Message:
        return inbox.get(timeout=LONGEST_S)

    def happened(self, event: threading.Event, seconds: float) -> bool:
        return event.wait(LONGEST_S)


class LeapingClock(StillClock):
    """A clock that stands still until a fake solver has said that it `hang`s, and then leaps from wait to wait.

    So patience runs out at once, but never before the solver is where the test wants it. With `at_once` it leaps from
    the beginning, for solvers that never say anything.
    """

    def __init__(self, *, at_once: bool = False) -> None:
        super().__init__()
        self.at_once = at_once
        self._hanging: Any = None  # the inbox of the solver that hangs

    def receive(self, inbox: queue.Queue[Message], seconds: float) -> Message:
        ends = time.monotonic() + LONGEST_S
        while True:
            try:
                message: Any = inbox.get(timeout=0.01)
            except queue.Empty:
                if self.at_once or self._hanging is inbox:
                    self.seconds += seconds
                    raise
                assert time.monotonic() < ends, "nothing came"
                continue
            if isinstance(message, dict) and message.get("hangs"):
                self._hanging = inbox
            return message


class SetClock(StillClock):
    """A clock that the test sets."""

    def pass_(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds
