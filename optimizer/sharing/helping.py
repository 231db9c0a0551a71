"""Idle threads of a pool help others whose solves take long, while no question waits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from outlay.optimizer.engine.racing import Race


class Bench:
    """The solves of a pool's threads that may be helped."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._races: list[Race] = []

    @contextmanager
    def offered(self, race: Race) -> Iterator[None]:
        """Let a solve be helped meanwhile."""
        with self._lock:
            self._races.append(race)
        try:
            yield
        finally:
            with self._lock:
                self._races.remove(race)

    def wanting(self) -> Race | None:
        """Return the solve to help next: one with the fewest helpers, of these the oldest; None: none wants help."""
        with self._lock:
            return min((race for race in self._races if race.wants_help), key=lambda race: race.helped, default=None)

    def recall(self) -> None:
        """End all help: there is something else to do."""
        with self._lock:
            races = list(self._races)
        for race in races:
            race.let_go()
