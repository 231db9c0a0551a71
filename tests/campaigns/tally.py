"""What a campaign counts, and when it ends."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Protocol


@dataclass
class Tally:
    """Cases tried and failed.

    Attributes
    ----------
    tried
        Cases by kind.
    failures
        (kind, how to repeat it and what was wrong), the smallest reproduction of each kind that failed first.
    """

    tried: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    smallest: dict[str, str] = field(default_factory=dict)

    def enter(self, kind: str, problem: str | None = None) -> None:
        """Count a case; `problem` says how to repeat it and what was wrong, None if nothing was."""
        self.tried[kind] += 1
        if problem is None:
            return
        self.failed[kind] += 1
        known = self.smallest.get(kind)
        if known is None or len(problem) < len(known):
            self.smallest[kind] = problem

    def lines(self) -> Iterator[str]:
        """Yield what is told at the end."""
        for kind in sorted(self.tried):
            yield f"{kind}: {self.tried[kind]:,} tried, {self.failed[kind]:,} failed"
        for kind, problem in sorted(self.smallest.items()):
            yield f"\n{kind}: {problem}"
        yield f"\nin all: {self.tried.total():,} tried, {self.failed.total():,} failed"


class Ending:
    """When a campaign ends: after so many seconds by a clock, or so many cases, whichever is first."""

    def __init__(
        self, *, seconds: float | None = None, cases: int | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock, self._cases = clock, cases
        self._at = None if seconds is None else clock() + seconds

    def reached(self, tally: Tally) -> bool:
        """Whether it is over."""
        enough = self._cases is not None and tally.tried.total() >= self._cases
        return enough or (self._at is not None and self._clock() >= self._at)


class Campaign(Protocol):
    """An attack, a file each: a module with these names."""

    NAME: str

    @staticmethod
    def run(ending: Ending, random: Random) -> Tally:
        """Try one case after another, each drawn from `random` alone, until the end; never raise for what fails."""
