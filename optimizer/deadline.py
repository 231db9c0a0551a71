"""When a solver process is asked to stop, and when it is killed."""

from __future__ import annotations

import time

#: Seconds that a solver may overrun its own limit before it is asked to stop, and then before it is killed.
PATIENCE_S = 3.0


class Deadline:
    """When to ask, and when to kill."""

    def __init__(self, time_limit_s: float | None, tick_s: float | None) -> None:
        self.began = time.monotonic()
        self.at = None if time_limit_s is None else self.began + time_limit_s + PATIENCE_S
        # A wait without end could not be interrupted on every platform.
        self.tick_s = 3600.0 if tick_s is None else tick_s
        self.asked = False

    def wait(self) -> float:
        """Return the seconds to wait for a message."""
        return self.tick_s if self.at is None else max(0.0, min(self.tick_s, self.at - time.monotonic()))

    def passed(self) -> bool:
        """Whether the time is over."""
        return self.at is not None and time.monotonic() >= self.at

    def elapsed(self) -> float:
        """Return the seconds since the request."""
        return time.monotonic() - self.began

    def stop_soon(self) -> None:
        """The solver has been asked to stop: give it a little time to answer."""
        self.asked = True
        self.at = time.monotonic() + PATIENCE_S
