"""Joint savings: what building two projects together takes off the commitment of one of them.

A row of ``dependencies`` of kind synergy with the metric commitment says that K of its project falls by the bonus (in
the prices of the project's start) if both sides, and all sides that are its condition, are funded. The saving reaches
whatever counts K by option: the cap when that project is selected, the draws by its draw weights, its funds.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from outlay.instances.instance import Instance
from outlay.models.arrays.cells import decimals
from outlay.models.arrays.ragged import Groups, group_by, join
from outlay.models.options.options import Options
from outlay.models.options.usage import draw_entries


@dataclass(frozen=True)
class Savings:
    """The savings of an instance, one entry an option that may have one.

    Attributes
    ----------
    options
        The options of the instance.
    rules
        Rows of ``dependencies`` that are savings.
    rule, option
        Place among `rules`, and option, of each entry; shape (entries,).
    amount
        What is added to K, money; negative.
    """

    options: Options
    rules: tuple[int, ...]
    rule: np.ndarray
    option: np.ndarray
    amount: np.ndarray

    def __len__(self) -> int:
        return len(self.option)

    @property
    def keys(self) -> list[tuple[int, int]]:
        """(row of ``dependencies``, option) of each entry."""
        return [
            (self.rules[rule], option) for rule, option in zip(self.rule.tolist(), self.option.tolist(), strict=True)
        ]

    @cached_property
    def by_option(self) -> Groups:
        """Entries grouped by option."""
        return group_by(self.option, len(self.options))

    @cached_property
    def draws(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(entry, period, amount) of each saving as it is drawn, inside the calendar."""
        option, period, weight = draw_entries(self.options)
        inside = (period >= 0) & (period < self.options.instance.periods) & (weight > 0)
        option, period, weight = option[inside], period[inside], weight[inside]
        drawn, entry = join(option, self.by_option)
        return entry, period[drawn], self.amount[entry] * weight[drawn]

    def of_resource(self, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return (entry, period, amount) of what is saved of `commitments` or `draws`."""
        if name == "commitments":
            selection = self.options.selection[self.option]
            inside = np.nonzero(selection >= 0)[0]
            return inside, selection[inside], self.amount[inside]
        return self.draws


def saving_rows(instance: Instance) -> tuple[int, ...]:
    """Return the rows of ``dependencies`` that are joint savings."""
    rows = instance["dependencies"]
    kinds = zip(rows.raw("kind"), rows.texts("metric"), strict=True)
    return tuple(row for row, (kind, metric) in enumerate(kinds) if kind == "synergy" and metric == "commitment")


def read_savings(options: Options) -> Savings:
    """Return the savings of an instance."""
    instance = options.instance
    rules = saving_rows(instance)
    sides = [options.of(instance["dependencies"].texts("project")[row]) for row in rules]
    empty = np.zeros(0, dtype=int)
    option = np.concatenate([empty, *sides])
    rule = np.repeat(np.arange(len(rules)), [len(side) for side in sides]) if rules else empty
    bonus = instance["dependencies"].floats("bonus")[list(rules)][rule] if rules else np.zeros(0)
    factors = options.alternatives.price_factors(options.alternative[option], options.start[option])
    if factors is not None:
        bonus = bonus * factors
    return Savings(options, rules, rule, option, bonus)


def most_saved(instance: Instance, project: str, alternative: str) -> Fraction:
    """Return the most that can be saved of an alternative, at the date of prices; not negative."""
    rows = instance["dependencies"]
    sides, bonus = rows.texts("project"), decimals(rows, "bonus")
    own = {project, f"{project}@{alternative}"}
    return -sum((Fraction(bonus[row] or 0) for row in saving_rows(instance) if sides[row] in own), Fraction(0))
