r"""Logic among projects: conditions, at_most, same_year. Part of the family `dependencies`.

Rule: of a group at most k projects are funded; two projects begin in the same year, if both are funded; and any rule
may hold only when other projects are funded.

Formula, for a row a x <= b that holds only when the sides W are funded, with x_w the sum of ``fund`` over a side w and
M the most by which the row could be broken::

    a x + M sum_{w in W} x_w <= b + M |W|
    at_most      sum_{o of the group} x_o <= k                                  (M = size of the group - k)
    same_year    sum_{o in J, year_o = Y} x_o + sum_{o in I, year_o != Y} x_o <= 1     for every year Y of J (M = 1)

Why this form: M is the least that makes the row idle (1 for pairs, the count of a group), and without conditions the
rows are the clique rows of the conflicts.

Size: one row a condition and rule, a group, a year of J.

Source: Williams, Model Building in Mathematical Programming, 5th ed., 2013, chapter 9.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from outlay.models.arrays.rows import Entries, RowBlock, block
from outlay.models.case import Case
from outlay.models.options.needs import Need

NAME = "dependencies"


def add_conditions(case: Case, entries: Entries, row: int, when: Sequence[str], weight: float) -> float:
    """Add to a row the sides that must be funded for it to hold; return by how much its right side rises."""
    for side in when:
        _add_side(case, entries, row, case.options.of(side), weight)
    return weight * len(when)


def logic_rows(case: Case, needs: Sequence[Need]) -> Iterator[RowBlock]:
    """Yield not_both_when, both_or_none_when, at_most_so_many and same_year."""
    yield _exclusions(case, [need for need in needs if need.kind == "excludes" and need.when])
    yield _pairs(case, [need for need in needs if need.kind == "together" and need.when])
    yield _at_most(case, [need for need in needs if need.kind == "at_most"])
    yield _same_year(case, [need for need in needs if need.kind == "same_year"])


def _exclusions(case: Case, needs: list[Need]) -> RowBlock:
    entries, upper = Entries(), []
    for row, need in enumerate(needs):
        _add_side(case, entries, row, case.options.of(need.project), 1.0)
        _add_side(case, entries, row, case.options.of(need.needs), 1.0)
        upper.append(1.0 + add_conditions(case, entries, row, need.when, 1.0))
    return block(
        "not_both_when", NAME, [need.row for need in needs], entries, case.book.size, upper=_array(upper),
        sentence=lambda row: f"not both {needs[row].project} and {needs[row].needs}{_when(needs[row])}",
    )  # fmt: skip


def _pairs(case: Case, needs: list[Need]) -> RowBlock:
    """Return two rows a pair: neither without the other."""
    entries, keys, upper = Entries(), list[tuple[int, str]](), list[float]()
    for need in needs:
        for one, other in ((need.project, need.needs), (need.needs, need.project)):
            row = len(keys)
            _add_side(case, entries, row, case.options.of(one), 1.0)
            _add_side(case, entries, row, case.options.of(other), -1.0)
            upper.append(add_conditions(case, entries, row, need.when, 1.0))
            keys.append((need.row, one))
    by_row = {need.row: need for need in needs}
    return block(
        "both_or_none_when", NAME, keys, entries, case.book.size, upper=_array(upper),
        sentence=lambda row: f"both or none of {by_row[keys[row][0]].project} and {by_row[keys[row][0]].needs}"
        f"{_when(by_row[keys[row][0]])}",
    )  # fmt: skip


def _at_most(case: Case, needs: list[Need]) -> RowBlock:
    groups: dict[str, list[Need]] = {}
    for need in needs:
        groups.setdefault(need.group, []).append(need)
    entries, upper, words = Entries(), list[float](), list[str]()
    for row, rules in enumerate(groups.values()):
        sides = sorted({side for need in rules for side in (need.project, need.needs) if side})
        members = np.unique(np.concatenate([case.options.of(side) for side in sides]))
        count, size = rules[0].count, len({side.partition("@")[0] for side in sides})
        _add_side(case, entries, row, members, 1.0)
        upper.append(count + add_conditions(case, entries, row, rules[0].when, float(max(0, size - count))))
        words.append(f"at most {count} of {', '.join(sides)}{_when(rules[0])}")
    return block(
        "at_most_so_many", NAME, list(groups), entries, case.book.size, upper=_array(upper),
        sentence=lambda row: words[row],
    )  # fmt: skip


def _same_year(case: Case, needs: list[Need]) -> RowBlock:
    options, size = case.options, case.instance.periods_per_year or 1
    entries, keys, upper, words = Entries(), list[tuple[int, int]](), list[float](), list[str]()
    for need in needs:
        side, other = options.of(need.project), options.of(need.needs)
        own, others = need.due(options, side) // size, need.due(options, other) // size
        for year in np.unique(own).tolist():
            row = len(keys)
            _add_side(case, entries, row, side[own == year], 1.0)
            _add_side(case, entries, row, other[others != year], 1.0)
            upper.append(1.0 + add_conditions(case, entries, row, need.when, 1.0))
            keys.append((need.row, year))
            label = case.instance.year_label(year * size)
            words.append(f"{need.project} in the same year as {need.needs} ({label}){_when(need)}")
    return block("same_year", NAME, keys, entries, case.book.size, upper=_array(upper), sentence=lambda row: words[row])


def _add_side(case: Case, entries: Entries, row: int, chosen: np.ndarray, sign: float) -> None:
    entries.add(np.full(len(chosen), row), case.block("fund").first + chosen, sign)  # not all columns, for every row


def _array(upper: list[float]) -> np.ndarray:
    return np.array(upper, dtype=float)


def _when(need: Need) -> str:
    return f", when {' and '.join(need.when)} {'is' if len(need.when) == 1 else 'are'} funded" if need.when else ""
