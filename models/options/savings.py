"""Joint savings: what building two projects together takes off the commitment of one of them.

A row of ``dependencies`` of kind synergy with the metric commitment says that K of its project falls by the bonus (in
the prices of the project's start) if both sides, and all sides that are its condition, are funded. The saving reaches
whatever counts K by option: the cap when that project is selected, the draws by its draw weights, its funds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from outlay.models.arrays.ragged import Groups, group_by, join
from outlay.models.options.options import Options
from outlay.models.options.usage import draw_entries
from outlay.models.projects.saved import SavedLoans, saving_rows


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


@dataclass(frozen=True)
class SavedLending:
    """The loans of options that save, one entry an option and set of its savings that the lender accepts.

    Attributes
    ----------
    option, number
        The option, and the number of its set of savings (`SavedLoans`), shape (entries,) each.
    member, entry
        (place among `Savings`, entry here) of every saving of every set, shape (members,) each.
    values
        What (us_npv, japan_npv) are more than without savings, shape (entries,) each.
    dependent
        Options that the lender accepts with savings only.
    """

    option: np.ndarray
    number: np.ndarray
    member: np.ndarray
    entry: np.ndarray
    values: tuple[np.ndarray, np.ndarray]
    dependent: np.ndarray

    @property
    def keys(self) -> list[tuple[int, int]]:
        """(option, number of the set) of each entry."""
        return list(zip(self.option.tolist(), self.number.tolist(), strict=True))


def read_lending(savings: Savings, loans: SavedLoans | None) -> SavedLending:
    """Return the loans of what saves; none where no loan is modelled."""
    options, found, members = savings.options, list[tuple[int, int]](), list[tuple[int, int]]()
    us, japan, dependent = list[float](), list[float](), list[int]()
    for option in sorted(set(savings.option.tolist())) if loans is not None else ():
        assert loans is not None
        place, own = (int(options.alternative[option]), int(options.start[option])), savings.by_option.of(option)
        begun = bool(options.begun[option])
        base = _values(loans, 0, place, begun=begun)
        if not begun and not loans.accepts(0)[place]:
            dependent.append(option)
        for number, places in loans.sets_of(place[0]):
            if begun or loans.accepts(number)[place]:
                members += [(int(own[saving]), len(found)) for saving in places]
                found.append((option, number))
                to_us, to_japan = _values(loans, number, place, begun=begun)
                us.append(to_us - base[0])
                japan.append(to_japan - base[1])
    option_of, number_of = np.array(found, dtype=int).reshape(-1, 2).T
    member, entry = np.array(members, dtype=int).reshape(-1, 2).T
    values = np.array(us, dtype=float), np.array(japan, dtype=float)
    return SavedLending(option_of, number_of, member, entry, values, np.array(dependent, dtype=int))


def _values(loans: SavedLoans, number: int, place: tuple[int, int], *, begun: bool) -> tuple[float, float]:
    """Return (us_npv, japan_npv) of an alternative and start with a set of savings."""
    if begun:
        return loans.with_set(number).at(place[1]).still_to_come(*place)
    us, japan = loans.present_values(number)
    return float(us[place]), float(japan[place])
