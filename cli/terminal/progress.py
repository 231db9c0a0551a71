"""Progress of anything longer than a second, on standard error: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import math
import os
import shutil
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from outlay.cli import streams
from outlay.cli.views.words import gap, number, seconds
from outlay.instances.values.text import shown
from outlay.optimizer.solver.deadline import CLOCK, Clock

if TYPE_CHECKING:
    from outlay.optimizer.sharing.pool import CompareProgress

QUIET_S = 1.0
LIVE_EVERY_S = 0.25
PLAIN_EVERY_S = 5.0
_LONGEST = 2000


class State(Protocol):
    """What a running solve tells: incumbent and bound (NaN if none), nodes."""

    @property
    def objective(self) -> float:
        """Objective of the best plan so far."""

    @property
    def bound(self) -> float:
        """What no plan can exceed."""

    @property
    def nodes(self) -> int:
        """Branch-and-bound nodes."""


class Progress:
    """Shows that work goes on; use as a context manager.

    A thread of its own writes, so that the clock runs on while the solver or the reading of tables is silent.
    """

    def __init__(self, what: str, clock: Clock | None = None) -> None:
        self.what, self._clock = what, clock or CLOCK
        self.state: State | None = None
        self._began = self._clock.now()
        self._live = sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._stop = threading.Event()
        self._written = False
        self._thread = threading.Thread(target=self._write_on, daemon=True)

    def __enter__(self) -> Progress:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(timeout=1.0)
        if self._live and self._written:
            streams.write_error("\r\x1b[K")

    def update(self, state: State) -> None:
        """Take the newest state of a solve."""
        self.state = state

    def now(self, what: str) -> None:
        """Tell what is being done from here on."""
        self.what, self.state = what, None

    def telling(self, words: Callable[[CompareProgress], str]) -> Callable[[CompareProgress], None]:
        """Return what tells of many questions in some words, and of what happens meanwhile in lines of their own."""

        def told(state: CompareProgress) -> None:
            self.now(words(state))
            if state.note:
                streams.write_error(f"outlay: {shown(state.note, _LONGEST)}\n")

        return told

    def _write_on(self) -> None:
        pause = QUIET_S
        while not self._clock.happened(self._stop, pause):
            pause = LIVE_EVERY_S if self._live else PLAIN_EVERY_S
            self._written = True
            try:
                streams.write_error(self._text())
            except (OSError, ValueError):
                return

    def _text(self) -> str:
        line = f"{seconds(self._clock.now() - self._began)}  {shown(describe(self.what, self.state), _LONGEST)}"
        if not self._live:
            return f"outlay: {line}\n"
        width = shutil.get_terminal_size((100, 24)).columns
        return f"\r{line[: width - 1]}\x1b[K"


def describe(what: str, state: State | None) -> str:
    """Return the state of work in a line."""
    if state is None:
        return f"{what} ..."
    best, bound = state.objective, state.bound
    parts = [what, f"best {number(best, 6)}" if math.isfinite(best) else "no plan yet"]
    if math.isfinite(bound):
        parts.append(f"at most {number(bound, 6)}")
    if math.isfinite(best) and math.isfinite(bound):
        parts.append(f"gap {gap(abs(bound - best) / max(abs(best), 1e-6))}")
    if state.nodes > 0:
        parts.append(f"{state.nodes:,} nodes")
    return "  ".join(parts)
