"""How long things may take: one deadline for all that is asked, and how patient we are with a solver process.

All time is read from a `Clock`, so that tests can put another one in its place.
"""

from __future__ import annotations

import math
import queue
import threading
import time
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TypeVar

Message = TypeVar("Message")


class Clock:
    """The time, and waiting for something until it is over."""

    def now(self) -> float:
        """Return the seconds since some fixed moment; the time that the machine sleeps need not count."""
        return time.monotonic()

    def receive(self, inbox: queue.Queue[Message], seconds: float) -> Message:
        """Return the next message.

        Raises
        ------
        queue.Empty
            If none comes within so many seconds.
        """
        return inbox.get(timeout=seconds)

    def happened(self, event: threading.Event, seconds: float) -> bool:
        """Wait for an event; return whether it came within so many seconds."""
        return event.wait(seconds)


CLOCK = Clock()

#: A solver that has not ended at the deadline is asked to once this share of the limit, or so many seconds, have
#: passed, and killed once as much has passed again.
OVERRUN_SHARE, LEAST_OVERRUN_S = 0.02, 0.75
#: A limit of work is over after so many times its seconds of the clock, however little was worked.
MOST_WAIT = 3.0


@dataclass
class Budget:
    """Seconds of work, the CPU time of solver processes, that are left of a limit."""

    left_s: float


@dataclass(frozen=True)
class Deadline:
    """When an answer is due: one for everything that is done for it, retries included.

    Attributes
    ----------
    at
        When, by the clock; infinity: there is no limit.
    limit_s
        Seconds that there were in all.
    budget
        The work that is left, if that is limited too; then what is answered hardly depends on how busy the machine is.
    """

    at: float = math.inf
    limit_s: float = math.inf
    clock: Clock = CLOCK
    budget: Budget | None = None

    @classmethod
    def after(cls, limit_s: float | None, clock: Clock = CLOCK) -> Deadline:
        """Return the deadline so many seconds from now; None: no limit."""
        return cls(clock=clock) if limit_s is None else cls(clock.now() + limit_s, limit_s, clock)

    @classmethod
    def working(cls, limit_s: float | None, clock: Clock = CLOCK) -> Deadline:
        """Return the deadline after so many seconds of the solver's work; None: no limit."""
        if limit_s is None:
            return cls(clock=clock)
        wait_s = MOST_WAIT * limit_s
        return cls(clock.now() + wait_s, wait_s, clock, Budget(limit_s))

    def within(self, seconds: float) -> Deadline:
        """Return the earlier one of this deadline and of so many seconds from now."""
        return replace(self, at=min(self.at, self.clock.now() + seconds))

    def work_left(self) -> float | None:
        """Return the seconds of work that are left; None: no limit."""
        return None if self.budget is None else self.budget.left_s

    def spend(self, seconds: float) -> None:
        """So many seconds were worked."""
        if self.budget is not None:
            self.budget.left_s -= seconds

    def left(self) -> float | None:
        """Return the seconds left, less than none once it has passed; None: no limit."""
        return None if self.at == math.inf else self.at - self.clock.now()

    def passed(self) -> bool:
        """Whether it has passed; nothing that may take long is begun afterwards."""
        return self.clock.now() >= self.at or (self.budget is not None and self.budget.left_s <= 0)

    @property
    def overrun_s(self) -> float:
        """Seconds from the deadline until a solver is asked to stop, and from then until it is killed."""
        return LEAST_OVERRUN_S if self.limit_s == math.inf else max(LEAST_OVERRUN_S, OVERRUN_SHARE * self.limit_s)


NEVER = Deadline()

#: A solver process gives a sign of life so often, whatever it is at, once it has started.
BEAT_S = 1.0
#: Seconds of the clock that count as one look at most: while we sleep (the machine is suspended, Ctrl-Z), nobody's
#: patience runs out.
LONGEST_LOOK_S = 2.0


@dataclass(frozen=True)
class Patience:
    """Seconds that a solver process gets.

    Attributes
    ----------
    start_up_s
        From its start to its first word.
    silence_s
        Without any sign of life, before it counts as hung.
    overrun_s
        Past a limit of its own until it is asked to stop, and from then until it is killed; the deadline of all may
        come earlier.
    stuck_s
        One that is killed because the time is over, and was silent for as long, counts as hung, else as busy.
    """

    start_up_s: float = 60.0
    silence_s: float = 60.0
    overrun_s: float = 3.0
    stuck_s: float = 3.0 * BEAT_S


PATIENCE = Patience()


class Verdict(Enum):
    """What to do about a solver process."""

    WAIT = auto()
    ASK = auto()  # it to stop
    GIVE_UP = auto()  # the time is over before it has begun
    KILL_UNSTARTED = auto()
    KILL_SILENT = auto()
    KILL_STUCK = auto()  # overdue, and silent of late
    KILL_BUSY = auto()  # overdue, and alive


class Watch:
    """Follows one request to a solver process.

    Attributes
    ----------
    begun
        Whether the process has started and has the request.
    """

    def __init__(self, deadline: Deadline, patience: Patience, clock: Clock, *, tick_s: float | None) -> None:
        self.deadline, self.patience, self.clock = deadline, patience, clock
        self.begun = False
        self._began = self._looked = self._told = clock.now()
        self._awake = 0.0  # seconds that we were awake
        self._own = math.inf  # when the request's own limit is over
        self._most_work = math.inf  # what the process has worked when it is overdue, in seconds of its life
        self._asked: float | None = None  # when it was asked to stop, in seconds awake
        self._signs, self._sign_at = 0, 0.0
        self._tick_s = math.inf if tick_s is None else tick_s

    def begin(self, limit_s: float | None, *, worked_s: float = 0.0) -> float | None:
        """The request goes out now, to a process that has worked so long; return the seconds that it gets."""
        self.begun, self._sign_at = True, self._awake
        work_s = self.deadline.work_left()
        if work_s is not None:
            told_late_s = BEAT_S  # what it had worked by now may be told with its next beat only
            self._most_work = worked_s + told_late_s + work_s + max(LEAST_OVERRUN_S, OVERRUN_SHARE * work_s)
        left = self.deadline.left()
        limit = min(math.inf if limit_s is None else limit_s, math.inf if left is None else left)
        self._own = self.clock.now() + limit
        return None if limit == math.inf else limit

    def elapsed(self) -> float:
        """Return the seconds since the watch began."""
        return self.clock.now() - self._began

    def ask(self) -> None:
        """It has been asked to stop: give it a little time to answer."""
        if self._asked is None:
            self._asked = self._awake

    def wait_s(self) -> float:
        """Return the seconds to wait for a message."""
        now = self.clock.now()
        ends = [BEAT_S, self._told + self._tick_s - now, self.deadline.at - now]
        if self.begun:
            overdue = self.deadline.at + self.deadline.overrun_s
            ends[2] = min(self._own + self.patience.overrun_s, overdue) - now
            if self._asked is not None:
                overdue += self.deadline.overrun_s
                ends[2] = min(self._asked + self.patience.overrun_s - self._awake, max(overdue - now, 0.01))
        return max(0.01, min(ends))

    def ticks(self) -> bool:
        """Whether it is time to tell of the progress."""
        now = self.clock.now()
        if now < self._told + self._tick_s:
            return False
        self._told = now
        return True

    def look(self, signs: int, *, worked_s: float = 0.0) -> Verdict:
        """Return what to do, now that there were so many signs of life and so many seconds of work."""
        now = self.clock.now()
        self._awake += min(now - self._looked, LONGEST_LOOK_S)
        self._looked = now
        if signs != self._signs:
            self._signs, self._sign_at = signs, self._awake
        return self._of_the_begun(now, worked_s) if self.begun else self._of_the_unstarted()

    def _of_the_unstarted(self) -> Verdict:
        if self.deadline.passed():
            return Verdict.GIVE_UP
        return Verdict.KILL_UNSTARTED if self._awake >= self.patience.start_up_s else Verdict.WAIT

    def _of_the_begun(self, now: float, worked_s: float) -> Verdict:
        if self._awake - self._sign_at >= self.patience.silence_s:
            return Verdict.KILL_SILENT
        over, least = self.deadline.at, self.deadline.overrun_s
        if self._asked is None:
            late = now >= self._own + self.patience.overrun_s or now >= over + least or worked_s >= self._most_work
            return Verdict.ASK if late else Verdict.WAIT
        waited = self._awake - self._asked
        if waited >= self.patience.overrun_s or (waited >= least and now >= over + 2.0 * least):
            stuck = self._awake - self._sign_at >= self.patience.stuck_s
            return Verdict.KILL_STUCK if stuck else Verdict.KILL_BUSY
        return Verdict.WAIT
