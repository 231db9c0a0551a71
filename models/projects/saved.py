"""Joint savings before any option: who saves what, and the loan that is left of each set of savings.

A loan pays interest on what is really spent, so that a saving lowers what is lent, and with it what each side receives
and what the lender tests. Free cash, content and credit stay those of K: what is built is the same. Money is not
linear in K (cover, recovery and shares change their course), so each set of savings has a loan of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from outlay.instances.instance import Instance
from outlay.models.arrays.cells import decimals
from outlay.models.projects.cashflows import CashModel
from outlay.models.projects.lender import lender_test


def saving_rows(instance: Instance) -> tuple[int, ...]:
    """Return the rows of ``dependencies`` that are joint savings."""
    rows = instance["dependencies"]
    kinds = zip(rows.raw("kind"), rows.texts("metric"), strict=True)
    return tuple(row for row, (kind, metric) in enumerate(kinds) if kind == "synergy" and metric == "commitment")


def most_saved(instance: Instance, project: str, alternative: str) -> Fraction:
    """Return the most that can be saved of an alternative, at the date of prices; not negative."""
    rows = instance["dependencies"]
    sides, bonus = rows.texts("project"), decimals(rows, "bonus")
    own = {project, f"{project}@{alternative}"}
    return -sum((Fraction(bonus[row] or 0) for row in saving_rows(instance) if sides[row] in own), Fraction(0))


@dataclass(frozen=True)
class SavedLoans:
    """The money of every alternative for each set of its savings, which is a number: bit k stands for its k-th saving.

    Attributes
    ----------
    cash
        The money without savings.
    tested
        Whether the lender's test holds.
    """

    cash: CashModel
    tested: bool

    @cached_property
    def _amounts(self) -> list[list[float]]:
        """What each saving of each alternative takes off K at the date of prices, in the order of the rows."""
        alternatives = self.cash.alternatives
        rows = alternatives.instance["dependencies"]
        sides, bonus = rows.texts("project"), rows.floats("bonus")
        savings = saving_rows(alternatives.instance)
        pairs = zip(alternatives.table.texts("project"), alternatives.names, strict=True)
        own = [{project, f"{project}@{name}"} for project, name in pairs]
        return [[-float(bonus[row]) for row in savings if sides[row] in names] for names in own]

    @property
    def numbers(self) -> range:
        """Every set of savings that some alternative may have, the empty one aside."""
        return range(1, 2 ** max(map(len, self._amounts), default=0))

    def with_set(self, number: int) -> CashModel:
        """Return the money of all alternatives less a set of savings; of those without such savings, less what is."""
        if number not in self._models:
            saved = [
                sum(amount for place, amount in enumerate(amounts) if number >> place & 1) for amounts in self._amounts
            ]
            self._models[number] = CashModel(self.cash.alternatives, self.cash.start, np.array(saved, dtype=float))
        return self._models[number]

    @cached_property
    def _models(self) -> dict[int, CashModel]:
        return {0: self.cash}

    def present_values(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Return (us_npv, japan_npv) with a set of savings, shape (alternatives, starts) each."""
        if number not in self._values:
            self._values[number] = self.with_set(number).present_values(self.cash.alternatives.instance.periods)
        return self._values[number]

    @cached_property
    def _values(self) -> dict[int, tuple[np.ndarray, np.ndarray]]:
        return {}

    def accepts(self, number: int) -> np.ndarray:
        """Return which alternatives the lender accepts at which starts with a set of savings."""
        if number not in self._verdicts:
            self._verdicts[number] = self._verdict(number)
        return self._verdicts[number]

    @cached_property
    def _verdicts(self) -> dict[int, np.ndarray]:
        return {}

    def _verdict(self, number: int) -> np.ndarray:
        values = self.present_values(number)[1]
        if not self.tested:
            return np.ones(values.shape, dtype=bool)
        decided = np.array([status in {"committed", "started"} for status in self.cash.alternatives.status], dtype=bool)
        passed = lender_test(self.with_set(number), values).passed
        return passed | decided[self.cash.alternatives.project][:, None]

    @cached_property
    def accepted(self) -> np.ndarray:
        """Which alternatives the lender accepts at which starts with some set of savings."""
        found = np.zeros((len(self._amounts), self.cash.alternatives.instance.periods), dtype=bool)
        for number in self.numbers:
            own = np.array([number < 2 ** len(amounts) for amounts in self._amounts], dtype=bool)
            found |= self.accepts(number) & own[:, None]
        return found

    def sets_of(self, alternative: int) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Yield each set of savings of an alternative, the empty one aside, with the places of its members."""
        count = len(self._amounts[alternative])
        for number in range(1, 2**count):
            yield number, tuple(place for place in range(count) if number >> place & 1)
