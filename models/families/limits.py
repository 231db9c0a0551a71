r"""Limits: least and greatest amounts of any metric.

Rule: a metric, summed over a group of projects (and over the plan, a period or a year), stays within bounds, which are
amounts or shares of another metric of the group, or of the metric's own total. In a period or a year counts what is
selected then, but of `draws` what is drawn then, of `in_use:RESOURCE` what is used then, and of `cost` what falls then.

Formula, with M the metric of the group, S what it is a share of, and M_0 `growth_from`::

    min <= M <= max;   share: M - max S <= 0,  M - min S >= 0
    M_t - (1 + max_growth_share) M_{t-1} <= max_growth

where M is ``sum_{o in group, q_o in span} metric_o y_o``, and with the draw weights w for draws
``sum_{o in group} sum_{t in span} K_o w_{o,t} y_o``.

Why this form: shares are multiplied out, so the rows are linear and no division by an empty portfolio can occur.
Synergy bonuses, `cost` and what programs are worth belong to no project and count only over all; a least amount a
period or year of what counts at selection holds up to the period of last_selection, after which nothing can be
selected.

Size: one row a limit, group and period, two where both bounds of a share are given, and one more where growth is
limited.

Source: the policy rows of Stummer and Heidenberger, IEEE Transactions on Engineering Management 50(2), 2003,
doi:10.1109/TEM.2003.810819.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from outlay.instances.dictionary.approved import CHANGE_METRICS
from outlay.instances.dictionary.names import IN_USE_PREFIX, SPENDING, counts_when_used
from outlay.models.arrays.residue import without_residue
from outlay.models.arrays.rows import Entries, RowBlock, block
from outlay.models.case import Case
from outlay.models.metrics import lent_of_metric, program_value, saved_of_metric
from outlay.models.options.usage import draw_entries

NAME = "limits"


@dataclass(frozen=True)
class Amount:
    """A metric as coefficients, each with a project number (-1: none) and a period (-1: none)."""

    column: np.ndarray
    value: np.ndarray
    project: np.ndarray
    period: np.ndarray


def rows(case: Case) -> Iterator[RowBlock]:
    """Yield metric_within_limit."""
    entries = Entries()
    keys: list[Hashable] = []
    words: list[str] = []
    names: list[str] = []
    bounds: list[tuple[float, float]] = []
    for number, record in enumerate(case.instance["limits"].records()):
        for key, low, high, (name, sentence), terms in _Limit(case, number, record).rows():
            for column, value in terms:
                entries.add(np.full(len(column), len(keys)), column, value)
            keys.append(key)
            words.append(sentence)
            names.append(name)
            bounds.append((low, high))
    limits = np.array(bounds, dtype=float).reshape(-1, 2)
    yield block(
        "metric_within_limit", NAME, keys, entries, case.book.size, lower=limits[:, 0], upper=limits[:, 1],
        sentence=lambda row: words[row], limit=lambda row: names[row],
    )  # fmt: skip


#: Last part of the key of a row that limits growth.
GROWTH = "growth"


@dataclass(frozen=True)
class LimitLevel:
    """A limit at a plan: what it is about and when, how much there is, and its bounds (infinity: none).

    A share is told as a share: `found` and the bounds are between 0 and 1.
    """

    words: str
    when: str
    unit: str
    found: float
    low: float
    high: float


def limit_levels(case: Case, point: np.ndarray) -> Iterator[LimitLevel]:
    """Yield every limit, group and period with the amount that a point has."""
    for number, record in enumerate(case.instance["limits"].records()):
        yield from _Limit(case, number, record).levels(point)


@dataclass(frozen=True)
class ShareRow:
    """A row of a share: what counts, and what it is a share of, as columns and their amounts."""

    counted: tuple[np.ndarray, np.ndarray]
    whole: tuple[np.ndarray, np.ndarray]

    def coefficients(self, level: float, size: int) -> np.ndarray:
        """Return what counts less a share of the whole, over so many columns."""
        found, without_signs = np.zeros(size), np.zeros(size)
        for column, amount in (self.counted, (self.whole[0], -level * self.whole[1])):
            np.add.at(found, column, amount)
            np.add.at(without_signs, column, np.abs(amount))
        return without_residue(found, without_signs)


def share_rows(case: Case, number: int, side: str) -> dict[Hashable, ShareRow]:
    """Return the rows of the ``min`` or ``max`` of a row of ``limits`` that is a share, by their keys in the model."""
    record = list(case.instance["limits"].records())[number]
    return _Limit(case, number, record).shares(side)


#: Columns and their amounts.
Terms = tuple[np.ndarray, np.ndarray]
#: Group, first and last period, coefficients, and those of the period or year before.
Step = tuple[str, int, int | None, Terms, Terms]
#: Key, bounds, (name of the limit, sentence of the row), terms.
Row = tuple[Hashable, float, float, tuple[str, str], list[Terms]]


class _Limit:
    """One row of ``limits``."""

    def __init__(self, case: Case, number: int, record: dict[str, Any]) -> None:
        self.case, self.number, self.record = case, number, record
        self.low = -np.inf if record["min"] is None else float(record["min"])
        self.high = np.inf if record["max"] is None else float(record["max"])
        self.bounded = record["min"] is not None or record["max"] is not None
        self.grows = record["max_growth_share"] is not None or record["max_growth"] is not None
        self.factor, self.most_growth = 1.0 + float(record["max_growth_share"] or 0), float(record["max_growth"] or 0)

    def rows(self) -> Iterator[Row]:
        share = self.record["basis"] == "share"
        yield from self._growth_rows(amount_of(self.case, str(self.record["metric"])))
        for group, first, last, what, of in self._amounts():
            low, high = self._bounds(first, last)
            key, words = (
                (self.number, group, first),
                (self._name(group, first, last), self._words(group, first, last)),
            )
            if not share:
                yield key, low, high, words, [what]
                continue
            if np.isfinite(high):
                yield (*key, "max"), -np.inf, 0.0, words, [what, (of[0], -high * of[1])]
            if np.isfinite(low):
                yield (*key, "min"), 0.0, np.inf, words, [what, (of[0], -low * of[1])]

    def shares(self, side: str) -> dict[Hashable, ShareRow]:
        """Return the rows of one side of a share by their keys, also those in which nothing stands at its level."""
        return {
            (self.number, group, first, side): ShareRow(what, of)
            for group, first, last, what, of in self._amounts()
            if np.isfinite(self._bounds(first, last)[side == "max"])
        }

    def _bounds(self, first: int, last: int | None) -> tuple[float, float]:
        """Return (least, greatest) in a span; nothing is asked for after the last selection."""
        dated = not counts_when_used(self.record["metric"])
        if last is not None and dated and first > self.case.instance.last_selection_period:
            return -np.inf, self.high
        return self.low, self.high

    def _amounts(self) -> Iterator[tuple[str, int, int | None, Terms, Terms]]:
        """Yield (group, first, last period, what counts, what it is a share of if it is a share)."""
        amount = amount_of(self.case, str(self.record["metric"]))
        of = self.record["of"]
        base = amount_of(self.case, str(of)) if of else amount
        for group, members in self._groups() if self.bounded else ():
            for first, last in self._spans():
                what = self._selected(amount, members, first, last)
                whole = self._selected(base, members if of else None, first, last, projects=members is not None)
                yield group, first, last, what, whole

    def _growth_rows(self, amount: Amount) -> Iterator[Row]:
        """Yield the rows that hold each period or year against the one before."""
        for group, first, last, what, before in self._steps(amount):
            words = f"growth of {self._name(group, first, last)}", f"growth of {self._words(group, first, last)}"
            start = 0.0 if first else float(self.record["growth_from"])
            bound = self.most_growth + self.factor * start
            terms = [what, (before[0], -self.factor * before[1])]
            yield (self.number, group, first, GROWTH), -np.inf, bound, words, terms

    def _steps(self, amount: Amount) -> Iterator[Step]:
        """Yield (group, first, last, terms, terms before) of what may grow so much only; none where growth is free."""
        if not self.grows:
            return
        for group, members in self._groups():
            before = np.zeros(0, dtype=int), np.zeros(0)
            for first, last in self._spans():
                what = self._selected(amount, members, first, last)
                if first or self.record["growth_from"] is not None:
                    yield group, first, last, what, before
                before = what

    def levels(self, point: np.ndarray) -> Iterator[LimitLevel]:
        """Yield the limit in each group and period."""
        yield from self._growth_levels(point)
        if not self.bounded:
            return
        share, of, instance = self.record["basis"] == "share", self.record["of"], self.case.instance
        metric = str(self.record["metric"])
        amount = amount_of(self.case, metric)
        base = amount_of(self.case, str(of)) if of else amount
        for group, members in self._groups():
            for first, last in self._spans():
                column, value = self._selected(amount, members, first, last)
                found = float(value @ point[column])
                if share:
                    whole = self._selected(base, members if of else None, first, last, projects=members is not None)
                    total = float(whole[1] @ point[whole[0]])
                    found = found / total if total else 0.0
                dated = metric != "cost" and not counts_when_used(metric)
                late = last is not None and dated and first > instance.last_selection_period
                label = instance.period_label(first)
                when = "in all" if last is None else f"selected in {label}" if dated else f"in {label}"
                unit = "share" if share else instance.metric_unit(metric)
                yield LimitLevel(
                    self._words(group, 0, None), when, unit, found, -np.inf if late else self.low, self.high
                )

    def _growth_levels(self, point: np.ndarray) -> Iterator[LimitLevel]:
        """Yield by how much there is more than before, and by how much there may be."""
        metric, instance = str(self.record["metric"]), self.case.instance
        for group, first, _, what, before in self._steps(amount_of(self.case, metric)):
            start = float(before[1] @ point[before[0]]) if first else float(self.record["growth_from"])
            found = float(what[1] @ point[what[0]]) - start
            most = self.most_growth + (self.factor - 1.0) * start
            words, when = f"growth of {self._words(group, 0, None)}", f"in {instance.period_label(first)}"
            yield LimitLevel(words, when, instance.metric_unit(metric), found, -np.inf, most)

    def _groups(self) -> Iterator[tuple[str, np.ndarray | None]]:
        """Yield (group, which projects belong to it); None stands for all and for what belongs to none."""
        by, wanted = str(self.record["by"]), self.record["group"]
        projects = self.case.instance["projects"]
        if by == "all":
            yield "all", None
            return
        if by == "tag":
            cells: list[Any] = list(projects.column("tags"))
        else:
            cells = [(name,) if name else () for name in projects.texts("id" if by == "project" else by)]
        names = [str(wanted)] if wanted is not None else sorted({name for cell in cells for name in cell})
        for name in names:
            yield name, np.array([name in cell for cell in cells], dtype=bool)

    def _spans(self) -> Iterator[tuple[int, int | None]]:
        """Yield (first, last period) of each row; (0, None) for the whole plan."""
        every, instance = self.record["every"], self.case.instance
        if every == "total":
            yield 0, None
            return
        size = 1 if every == "period" else instance.periods_per_year or 1
        for first in range(0, instance.periods, size):
            yield first, min(first + size, instance.periods) - 1

    def _selected(
        self, amount: Amount, members: np.ndarray | None, first: int, last: int | None, *, projects: bool = False
    ) -> tuple[np.ndarray, np.ndarray]:
        keep = np.ones(len(amount.column), dtype=bool)
        if members is not None:
            keep &= np.append(members, False)[amount.project]
        elif projects:
            keep &= amount.project >= 0
        if last is not None:
            keep &= (amount.period >= first) & (amount.period <= last)
        return amount.column[keep], amount.value[keep]

    def _name(self, group: str, first: int, last: int | None) -> str:
        """Return the words without the date of selection, which are the same in every period."""
        metric = self.record["metric"]
        dated = metric == "cost" or counts_when_used(metric)
        return self._words(group, first, last) if dated else self._words(group, 0, None)

    def _words(self, group: str, first: int, last: int | None) -> str:
        metric, of = self.record["metric"], self.record["of"]
        what = f"{metric} as a share of {of or 'its total'}" if self.record["basis"] == "share" else str(metric)
        where = "" if group == "all" else f" of {self.record['by']} {group}"
        if last is None:
            return what + where
        label = self.case.instance.period_label
        when = label(first) if last == first else f"{label(first)} to {label(last)}"
        dated = metric == "cost" or counts_when_used(metric)
        return f"{what}{where} in {when}" if dated else f"{what}{where} selected in {when}"


def amount_of(case: Case, metric: str) -> Amount:
    """Return a metric as coefficients over all columns, with whose and when they count."""
    options = case.options
    if metric == "cost":
        periods = np.full(case.book.size, -1)
        for name in ("buy", "flow", "import_", "shortfall"):
            dated = case.block(name)
            periods[dated.columns] = [period for _, period in dated.keys]
        periods[case.block("cancelled").columns] = case.cancelling_rules.selection
        column = np.nonzero(case.cost)[0]
        return Amount(column, case.cost[column], np.full(len(column), -1), periods[column])
    if metric == SPENDING:
        option, period, weight = draw_entries(options)
        inside = (period >= 0) & (period < case.instance.periods) & (options.commitment[option] > 0)
        option, period, weight = option[inside], period[inside], weight[inside]
        least = options.least_commitment[option] * weight
        amount, fund = options.commitment[option] * weight - least, case.block("fund").columns[option]
        entry, when, saved = case.savings.draws
        return Amount(
            np.concatenate([case.scale_column[option], fund, case.block("saved").columns[entry]]),
            np.concatenate([amount, least, saved]),
            np.concatenate(
                [options.project[option], options.project[option], options.project[case.savings.option[entry]]]
            ),
            np.concatenate([period, period, when]),
        )
    if metric in CHANGE_METRICS:
        return _changes(case, metric)
    if metric.startswith(IN_USE_PREFIX):
        return _in_use(case, metric.removeprefix(IN_USE_PREFIX))
    terms = case.metric(metric)
    parts = []
    for value, columns in ((terms.scaled, case.scale_column), (terms.fixed, case.block("fund").columns)):
        chosen = np.nonzero(value)[0]
        parts.append((columns[chosen], value[chosen], options.project[chosen], options.selection[chosen]))
    saved, own = saved_of_metric(case, metric), case.savings.option
    parts.append((case.block("saved").columns, saved, options.project[own], options.selection[own]))
    lent, own = lent_of_metric(case, metric), case.lending.option
    parts.append((case.block("lent").columns, lent, options.project[own], options.selection[own]))
    if metric == "value":
        bought, worth = case.block("buy"), program_value(case)
        when = np.array([period for _, period in bought.keys], dtype=int)
        parts.append((bought.columns, worth, np.full(len(worth), -1), when))
    bonus = [
        (at, amount)
        for at, (name, amount) in zip(case.block("both").columns, case.synergy_bonus, strict=True)
        if name == metric
    ]
    if bonus:
        column, value = (np.array(cells) for cells in zip(*bonus, strict=True))
        parts.append((column, value, np.full(len(column), -1), np.full(len(column), -1)))
    return Amount(*(np.concatenate(cells) for cells in zip(*parts, strict=True)))


def _in_use(case: Case, resource: str) -> Amount:
    """Return what is used of a resource and its descendants, each amount in its period."""
    usage, names, savings = case.usage, case.instance["resources"].texts("resource"), case.savings
    tree = case.resource_tree[names.index(resource)]
    entries = np.concatenate([usage.by_resource.of(one) for one in tree])
    entries = entries[usage.amount[entries] > 0]
    option = usage.option[entries]
    column = np.where(usage.scaled[entries], case.scale_column[option], case.block("fund").columns[option])
    parts = [(column, usage.amount[entries], case.options.project[option], usage.period[entries])]
    for name in sorted({"commitments", "draws"} & {names[row] for row in tree}):
        entry, period, amount = savings.of_resource(name)
        owner = case.options.project[savings.option[entry]]
        parts.append((case.block("saved").columns[entry], amount, owner, period))
    return Amount(*(np.concatenate(cells) for cells in zip(*parts, strict=True)))


def _changes(case: Case, metric: str) -> Amount:
    """Return what changes of the plan that stands; a constant stands on the column that is always 1."""
    changes, options = case.changes(metric), case.options
    option, project = np.nonzero(changes.option)[0], np.nonzero(changes.constant)[0]
    return Amount(
        np.concatenate([case.block("fund").columns[option], np.repeat(case.block("always").columns, len(project))]),
        np.concatenate([changes.option[option], changes.constant[project]]),
        np.concatenate([options.project[option], project]),
        np.full(len(option) + len(project), -1),
    )
