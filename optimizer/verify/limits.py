"""The limits on metrics: over all or by group, in total or by period of selection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import NamedTuple, TypeAlias

from outlay.instances.dictionary.names import IN_USE_PREFIX, SPENDING, counts_when_used
from outlay.optimizer.verify import words
from outlay.optimizer.verify.exact import ZERO, exact, exact_or_none, exact_sum
from outlay.optimizer.verify.metrics import Scores
from outlay.optimizer.verify.reading import Reading, Record
from outlay.optimizer.verify.report import Ledger
from outlay.optimizer.verify.schedule import Funded
from outlay.optimizer.verify.use import uses

FAMILY = "limits"
#: The one group of `by = all`.
EVERYTHING = ""
MONEY_METRICS = frozenset({SPENDING, "commitment", "us_npv", "japan_npv", "japan_content", "credit", "cost"})


@dataclass(frozen=True)
class Times:
    """When a limit is checked: once, or for each period or year of selection.

    Attributes
    ----------
    blocks
        The periods of each time; a single block of all periods for the whole plan.
    whole_plan
        Whether there is only the whole plan.
    last_bound
        Last time that must reach a minimum of what is selected: the one that holds `last_selection`.
    """

    blocks: Sequence[range]
    whole_plan: bool
    last_bound: int

    def of(self, period: int) -> int | None:
        """Return the number of the time that a period belongs to; None for a period outside the calendar."""
        if self.whole_plan:
            return 0
        inside = 0 <= period < self.blocks[-1].stop
        return period // len(self.blocks[0]) if inside else None


#: Share of the largest amount of a metric below which one is what rounding left of 0: along a step it may cross 0.
NOTHING = Fraction(1, 10**6)
#: The amounts that a metric is the sum of.
Parts: TypeAlias = Sequence[Fraction]


def check_limits(reading: Reading, scores: Scores, ledger: Ledger) -> None:
    """Check every row of `limits`: a condition for each of its groups and times, for its `min` and its `max`."""
    if reading.instance.is_on(FAMILY):
        for row in reading.records("limits"):
            _check_row(reading, row, scores, ledger)


def amounts_by_group(reading: Reading, row: Record, scores: Scores, time: int = 0) -> dict[str, Fraction]:
    """Return what a row of `limits` on absolute amounts counts in all or in one of its times, by its groups."""
    by = str(row["by"])
    parts = _parts(reading, scores, str(row["metric"]), by, _times(reading, row["every"]), of_no_project=by == "all")
    return {group: exact_sum(parts.get((group, time), ())) for group in _groups(reading, row)}


def _check_row(reading: Reading, row: Record, scores: Scores, ledger: Ledger) -> None:
    times, groups, by = _times(reading, row["every"]), _groups(reading, row), str(row["by"])
    metric, of_no_project = str(row["metric"]), by == "all"
    found = _parts(reading, scores, metric, by, times, of_no_project=of_no_project)
    if row["basis"] == "share" and row["of"] is not None:
        wholes = _parts(reading, scores, str(row["of"]), by, times, of_no_project=of_no_project)
    elif row["basis"] == "share":
        totals = _parts(reading, scores, metric, "all", times, of_no_project=of_no_project)
        wholes = {(group, time): total for (_, time), total in totals.items() for group in groups}
    else:
        wholes = {}
    _check_growth(reading, row, found, times, ledger)
    nothing = NOTHING * max(_largest(scores, str(name)) for name in (metric, row["of"] or metric))
    for group in groups:
        for time in range(len(times.blocks)):
            whole = wholes.get((group, time), ()) if row["basis"] == "share" else None
            place = Place(reading, row, group, times, time)
            _check_place(place, found.get((group, time), ()), whole, ledger, least_size=nothing)


def _largest(scores: Scores, metric: str) -> Fraction:
    """Return the largest amount of a metric that something funded has, at its scale or in the tables."""
    amounts = [amount for metrics in scores.options.values() if (amount := metrics.get(metric)) is not None]
    cells = [exact(option.row[metric]) for option in scores.options if option.row.get(metric) is not None]
    return max(map(abs, (*amounts, *cells)), default=ZERO)


def _check_growth(
    reading: Reading, row: Record, found: Mapping[tuple[str, int], Parts], times: Times, ledger: Ledger
) -> None:
    """Check each period or year against the one before: at most (1 + share) times as much, and so much more."""
    if row["max_growth_share"] is None and row["max_growth"] is None:
        return
    factor, more = 1 + exact(row["max_growth_share"]), exact(row["max_growth"])
    begins = exact_or_none(row["growth_from"])
    for group in _groups(reading, row):
        before: Parts | None = None if begins is None else (begins,)
        for time in range(len(times.blocks)):
            now, place = found.get((group, time), ()), Place(reading, row, group, times, time)
            if before is not None:
                amount, was = exact_sum(now), exact_sum(before)
                text = partial(_grown, place, amount, was, factor * was + more)
                size = max(map(abs, (*now, *before)), default=ZERO)
                ledger.check(FAMILY, "greatest growth", place.words()).at_most(
                    amount, factor * was + more, text, size=size
                )
            before = now


def _grown(place: Place, found: Fraction, before: Fraction, most: Fraction) -> str:
    unit = _unit(place.reading, str(place.row["metric"]))
    return (
        f"{place.words()} is {words.amount(found, unit)}, after {words.amount(before, unit)} at most "
        f"{words.amount(most, unit)} is allowed"
    )


def _times(reading: Reading, every: object) -> Times:
    if every == "total":
        return Times((range(reading.periods),), True, 0)
    blocks = reading.years if every == "year" else tuple(range(t, t + 1) for t in range(reading.periods))
    return Times(blocks, False, reading.instance.last_selection_period // len(blocks[0]))


def _groups(reading: Reading, row: Record) -> list[str]:
    """Return the groups that a limit is checked for: the one it names, or each that some project belongs to."""
    if row["by"] == "all":
        return [EVERYTHING]
    if row["group"] is not None:
        return [str(row["group"])]
    return sorted({group for project in reading.projects.values() for group in _groups_of(project, str(row["by"]))})


def _groups_of(project: Record, by: str) -> tuple[str, ...]:
    """Return the groups of one project; a blank sector, region or company is no group."""
    if by == "all":
        return (EVERYTHING,)
    if by == "tag":
        tags = project["tags"]
        return tuple(sorted(set(tags))) if isinstance(tags, tuple) else ()
    cell = project["id" if by == "project" else by]
    return () if cell is None else (str(cell),)


def _parts(
    reading: Reading, scores: Scores, metric: str, by: str, times: Times, *, of_no_project: bool
) -> Mapping[tuple[str, int], Parts]:
    """Return a metric by (group, time): a project's at its selection, `cost` at its period, bonuses in all only.

    What belongs to no project (`cost`, what programs are worth, bonuses) counts only if that is asked for.

    `draws` counts in the periods in which it is drawn, `in_use:RESOURCE` in those in which it is used.
    """
    if metric in scores.changes:
        return _changes(reading, scores.changes[metric], by)
    parts: dict[tuple[str, int], list[Fraction]] = {}
    for option, metrics in scores.options.items():
        dated = _dated(reading, option, metric, metrics, times)
        for period, amount in dated:
            time = times.of(period)
            if time is not None and amount is not None:
                for group in _groups_of(option.project_row, by):
                    parts.setdefault((group, time), []).append(amount)
    if of_no_project and times.whole_plan and metric in scores.bonuses:
        parts.setdefault((EVERYTHING, 0), []).append(scores.bonuses[metric])
    if of_no_project:
        for period, amount in enumerate(scores.dated.get(metric, ())):
            time = times.of(period)
            if amount and time is not None:
                parts.setdefault((EVERYTHING, time), []).append(amount)
    return parts


def _changes(reading: Reading, changes: Mapping[str, Fraction], by: str) -> Mapping[tuple[str, int], Parts]:
    """Return what changes of the plan that stands, by group, in all."""
    parts: dict[tuple[str, int], list[Fraction]] = {}
    for project, amount in changes.items():
        for group in _groups_of(reading.projects[project], by):
            parts.setdefault((group, 0), []).append(amount)
    return parts


def _dated(
    reading: Reading, option: Funded, metric: str, metrics: Mapping[str, Fraction], times: Times
) -> list[tuple[int, Fraction | None]]:
    """Return what an option adds to a metric, with the periods in which that counts."""
    if metric == SPENDING:
        return _draws(option, times)
    if metric.startswith(IN_USE_PREFIX):
        wider = metric.removeprefix(IN_USE_PREFIX)
        return [(when, used) for what, when, used in uses(reading, option) if wider in reading.lineage.get(what, ())]
    return [(option.selection, metrics.get(metric))]


def _draws(option: Funded, times: Times) -> list[tuple[int, Fraction | None]]:
    """Return what an option draws, period by period of building inside the calendar."""
    last = times.blocks[-1].stop
    periods = range(max(option.start, 0), min(option.operation, last))
    return [(period, option.commitment * option.draw_weights[period - option.start]) for period in periods]


class Place(NamedTuple):
    """One group and time of a limit."""

    reading: Reading
    row: Record
    group: str
    times: Times
    time: int

    def words(self) -> str:
        """Return the metric, group and time in words."""
        of_group = "" if self.row["by"] == "all" else f" of {self.row['by']} {words.name(self.group)}"
        block = self.times.blocks[self.time]
        metric = self.row["metric"]
        when = " in " if metric == "cost" or counts_when_used(metric) else " selected in "
        when = "" if self.times.whole_plan else f"{when}{self.reading.label(block.start)}"
        if not self.times.whole_plan and len(block) > 1:
            when += f" to {self.reading.label(block.stop - 1)}"
        return f"{words.name(self.row['metric'])}{of_group}{when}"


def _check_place(place: Place, parts: Parts, wholes: Parts | None, ledger: Ledger, *, least_size: Fraction) -> None:
    least, most = exact_or_none(place.row["min"]), exact_or_none(place.row["max"])
    found, whole = exact_sum(parts), None if wholes is None else exact_sum(wholes)
    size = max(map(abs, (*parts, *(wholes or ()), least_size)))
    factor, name = Fraction(1) if whole is None else whole, place.words()
    if least is not None and (counts_when_used(place.row["metric"]) or place.time <= place.times.last_bound):
        text = partial(_missed, place, found, "no less than", least, whole)
        ledger.check(FAMILY, "least amount", name).at_least(found, least * factor, text, size=size)
    if most is not None:
        text = partial(_missed, place, found, "at most", most, whole)
        ledger.check(FAMILY, "greatest amount", name).at_most(found, most * factor, text, size=size)


def _missed(place: Place, found: Fraction, word: str, bound: Fraction, whole: Fraction | None) -> str:
    amount = words.amount(found, _unit(place.reading, str(place.row["metric"])))
    limit = words.number(bound if whole is None else bound * whole)
    share = "" if whole is None else f" ({words.number(bound)} of {words.number(whole)}, {_of_what(place.row)})"
    return f"{place.words()} is {amount}, {word} {limit} is allowed{share}"


def _of_what(row: Record) -> str:
    of = row["of"]
    return f"the {words.name(row['metric'])} of all projects" if of is None else f"the {words.name(of)} there"


def _unit(reading: Reading, metric: str) -> str:
    declared = reading.settings.metrics.get(metric)
    if declared is not None:
        return declared.unit
    return reading.settings.money_unit if metric in MONEY_METRICS else ""
