"""What every campaign shares: cases are tried until time or number is up, and what failed is made small and told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Generic, Protocol, TypeVar

Case = TypeVar("Case")

#: So many failures are told one by one.
MOST_TOLD = 20


class Campaign(Protocol[Case]):
    """An attack on one promise: cases without end, and what is wrong with one.

    Attributes
    ----------
    name
        What it is called on the command line.
    """

    name: str

    def cases(self, random: Random) -> Iterator[Case]:
        """Yield cases, each drawn from `random` alone; as many as are asked for."""
        ...

    def fault(self, case: Case) -> str | None:
        """Return how a promise was broken in a case, in a sentence; None where all was kept."""
        ...

    def smaller(self, case: Case) -> Iterator[Case]:
        """Yield cases smaller than one that failed, to look for the smallest; none where it cannot be made smaller."""
        ...

    def told(self, case: Case) -> str:
        """Return a case so that a reader can do it again by hand."""
        ...


@dataclass
class Until:
    """When a campaign ends: after so many seconds or so many cases, whatever comes first.

    Attributes
    ----------
    seconds, cases
        None: no limit of this kind.
    clock
        Seconds of a clock; begins when the object is made.
    """

    seconds: float | None = None
    cases: int | None = None
    clock: Callable[[], float] = time.monotonic
    began: float = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.clock()

    def over(self, tried: int) -> bool:
        """Return whether enough was tried."""
        if self.cases is not None and tried >= self.cases:
            return True
        return self.seconds is not None and self.clock() - self.began >= self.seconds


@dataclass
class Tally(Generic[Case]):
    """What a campaign found.

    Attributes
    ----------
    tried
        Number of cases.
    failures
        Each case that broke a promise, and how.
    smallest
        The smallest case found that breaks a promise, in words; None where none does.
    """

    tried: int = 0
    failures: list[tuple[Case, str]] = field(default_factory=list)
    smallest: str | None = None

    @property
    def failed(self) -> int:
        """Number of cases that broke a promise."""
        return len(self.failures)


def run(campaign: Campaign[Case], random: Random, until: Until) -> Tally[Case]:
    """Try cases until time or number is up; what failed first is made as small as it can be."""
    tally: Tally[Case] = Tally()
    cases = campaign.cases(random)
    while not until.over(tally.tried):
        case = next(cases, None)
        if case is None:
            break
        tally.tried += 1
        found = campaign.fault(case)
        if found is not None:
            tally.failures.append((case, found))
    if tally.failures:
        case, found = smallest(campaign, *tally.failures[0])
        tally.smallest = f"{found}\n{campaign.told(case)}"
    return tally


def smallest(campaign: Campaign[Case], case: Case, found: str) -> tuple[Case, str]:
    """Return a case of which nothing smaller breaks a promise, and how it does."""
    begun = True
    while begun:
        begun = False
        for candidate in campaign.smaller(case):
            fault = campaign.fault(candidate)
            if fault is not None:
                case, found, begun = candidate, fault, True
                break
    return case, found


def report(name: str, seed: int, tally: Tally[Case], told: Callable[[Case], str]) -> str:
    """Return the figures of a campaign as text."""
    lines = [f"{name}, seed {seed}: {tally.tried:,} tried, {tally.failed:,} failed"]
    for case, found in tally.failures[:MOST_TOLD]:
        lines.append(f"  {found}: {told(case)}")
    if tally.failed > MOST_TOLD:
        lines.append(f"  ... and {tally.failed - MOST_TOLD:,} more")
    if tally.smallest is not None:
        lines.append(f"smallest: {tally.smallest}")
    return "\n".join(lines)
