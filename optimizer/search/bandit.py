"""Choosing among ways to do something by how much each has gained so far."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Tried:
    """What came of a try: its gain, >= 0, and how long it took, each in any unit that is the same for all tries."""

    gain: float
    seconds: float


class Bandit:
    """Draws numbers with chances by success (Ropke and Pisinger 2006, doi:10.1287/trsc.1050.0135).

    Each gets time in proportion to the square of what it gains a second. Gains are rare and of very different size,
    so an estimate from few tries is drawn towards the average of all: as if each had been tried once more, and had
    gained that. A share `even` of the chances goes to all, the quicker one is, the more often. `choose` and
    `update` are the two calls of a selection scheme of ALNS (Wouda and Lan 2023, doi:10.21105/joss.05028).
    """

    def __init__(self, names: Sequence[str], generator: random.Random, *, even: float) -> None:
        self.names, self.random = list(names), generator
        self.even = even
        self.tries, self.gain, self.seconds = (np.zeros(len(self.names)) for _ in range(3))

    def add(self, name: str) -> None:
        """Add one more."""
        self.names.append(name)
        self.tries, self.gain, self.seconds = (np.append(each, 0.0) for each in (self.tries, self.gain, self.seconds))

    def chances(self) -> np.ndarray:
        """Return the chance of each number to be drawn."""
        mean_s = (self.seconds.sum() + 1.0) / (self.tries.sum() + 1.0)
        rate = (self.gain + mean_s * self.gain.sum() / (self.seconds.sum() + 1.0)) / (self.seconds + mean_s)
        pace = (self.tries + 1.0) / (self.seconds + mean_s)
        best = rate.max()
        good = (rate / best) ** 2 * pace if best > 0 else pace
        return (1.0 - self.even) * good / good.sum() + self.even * pace / pace.sum()

    def choose(self) -> int:
        """Return a number."""
        chance = np.cumsum(self.chances())
        return int(np.searchsorted(chance, self.random.random() * chance[-1]).clip(0, len(chance) - 1))

    def update(self, number: int, tried: Tried) -> None:
        """Take note of a try."""
        self.tries[number] += 1.0
        self.gain[number] += tried.gain
        self.seconds[number] += max(tried.seconds, 1e-3)
