"""Stop a solve from another thread: what waits for the solver hears of it as if the user had pressed Ctrl-C."""

from __future__ import annotations

import queue
import threading
import time

from outlay.optimizer.solver.deadline import Clock, Message

#: Seconds after which whoever waits looks whether it is to stop.
LOOK_S = 0.1


class StoppableClock(Clock):
    """A clock whose waiting can be interrupted from another thread; the solve keeps its best plan."""

    def __init__(self) -> None:
        self._stop = threading.Event()

    def stop(self) -> None:
        """Interrupt the next waiting, or the one in work."""
        self._stop.set()

    def forget(self) -> None:
        """Let what was asked for last be forgotten: the work that it was for is over."""
        self._stop.clear()

    @property
    def asked(self) -> bool:
        """Whether a stop is asked for that nobody has heard yet."""
        return self._stop.is_set()

    def receive(self, inbox: queue.Queue[Message], seconds: float) -> Message:
        """Return the next message.

        Raises
        ------
        queue.Empty
            If none comes within so many seconds.
        KeyboardInterrupt
            Once for each `stop`.
        """
        until = time.monotonic() + seconds
        while True:
            self.interrupt_if_asked()
            left = until - time.monotonic()
            try:
                return inbox.get(timeout=max(0.0, min(left, LOOK_S)))
            except queue.Empty:
                if left <= LOOK_S:
                    raise

    def interrupt_if_asked(self) -> None:
        """Do nothing, unless a stop is asked for.

        Raises
        ------
        KeyboardInterrupt
            Once for each `stop`.
        """
        if self._stop.is_set():
            self._stop.clear()
            raise KeyboardInterrupt
