r"""Dependencies: requires, requires_any, requires_count, excludes, together; `logic` has the others.

Rule: a project is funded only if what it needs is funded, ready in time and not too long ago; alternatives exclude or
accompany each other.

Formula, with due_o = s_o (at start) or op_o (at operation) and ready_o = op_o + lag, for every due date t of the
dependent side J and the needed side I::

    requires       sum_{o in J, due_o <= t} x_o <= sum_{o in I, ready_o <= t} x_o
    requires_any   sum_{o in J, due_o <= t} x_o <= sum_{rows} sum_{o in I_row, ready_o <= t} x_o
    requires_count k sum_{o in J, due_o <= t} x_o <= sum_{rows} sum_{o in I_row, ready_o <= t} x_o
    greatest lag   sum_{o in J, due_o >= t} x_o <= sum_{o in I, op_o + max_lag >= t} x_o
    excludes       sum_{sides in a clique} sum_{o in side} x_o <= 1
    together       sum_{o in J} x_o = sum_{o in I} x_o

Why this form: by-period rows are the tight form of precedence in time-indexed models (no big-M); rows stand only at the
due dates of J, because between two of them the right side can only grow. Dates past the horizon count like any other.
With at = never all dates are the same, so that one row is left. Where the rows of a group differ in `at`, or have a
greatest lag, each combination of dates of J gets its row. Pairs that exclude
each other are merged into few large cliques greedily.

Where the rows of `requires` would be long in all, they stand on started-by columns (`outlay.models.options.started`):
two entries each, and a row that defines each column.

Size: one row a due date and requires; one a clique.

Source: Pritsker, Watters and Wolfe 1969 (above); Christofides, Alvarez-Valdes and Tamarit, European Journal of
Operational Research 29(3), 1987, doi:10.1016/0377-2217(87)90240-2, for the disaggregated rows.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

import numpy as np

from outlay.models.arrays.ending import look
from outlay.models.arrays.rows import Entries, Pairs, RowBlock, block
from outlay.models.case import Case
from outlay.models.families.logic import add_conditions, logic_rows
from outlay.models.options.needs import Need, any_groups
from outlay.models.options.started import Key, event_dates

NAME = "dependencies"


def rows(case: Case) -> Iterator[RowBlock]:
    """Yield the rows of what must come first and what not too late, not_both, both_or_none, and those of `logic`."""
    needs = case.needs
    requires = [need for need in needs if need.kind == "requires"]
    single = [need for need in requires if need.is_plain]
    if case.started.dates:
        yield _definitions(case)
        yield _started_rows(case, single)
    else:
        yield _timed_rows(case, "needed_project_first", [(need,) for need in single])
    yield _timed_rows(case, "needed_project_funded", [(need,) for need in requires if not need.is_plain])
    yield _latest_rows(case, [need for need in requires if need.max_lag is not None])
    yield _timed_rows(case, "one_of_needed_first", list(any_groups(needs).values()))
    yield _timed_rows(case, "enough_of_needed_first", list(any_groups(needs, "requires_count").values()))
    yield _exclusions(case, [need for need in needs if not need.when])
    yield _pairs(case, [need for need in needs if not need.when])
    yield from logic_rows(case, needs)


def _definitions(case: Case) -> RowBlock:
    """Return what each started-by column is: the one before it, and the options of its date."""
    options, started, book = case.options, case.started, case.book
    columns, fund = case.block("started").columns, case.block("fund").columns
    entries = Entries()
    number = np.arange(len(columns))
    entries.add(number, columns, 1.0)
    for (side, event), dates in started.dates.items():
        first = started.first[side, event]
        later = np.arange(first + 1, first + len(dates))
        entries.add(later, columns[later - 1], -1.0)
        place = np.searchsorted(dates, event_dates(options, side, event))
        entries.add(first + place, fund[options.of(side)], -1.0)
    keys = case.block("started").keys
    return block(
        "started_by", NAME, keys, entries, book.size, lower=0.0, upper=0.0,
        sentence=lambda row: f"whether {keys[row][0]} has reached its {keys[row][1]} by {_period(case, keys[row][2])}",
    )  # fmt: skip


def _started_rows(case: Case, needs: list[Need]) -> RowBlock:
    """Return the rows of `requires` on started-by columns, two entries each."""
    started, columns = case.started, case.block("started").columns
    own, other, row_of, due = [], [], [], []
    for first, second, ahead, lag, numbers in _alike(case, needs):
        dates = started.dates[first[0]] + ahead
        before = np.searchsorted(started.dates[second[0]], dates - lag, side="right") - 1
        ours, theirs = (np.array([started.first[side] for side in sides])[:, None] for sides in (first, second))
        own.append((ours + np.arange(len(dates))).ravel())
        other.append(np.where(before >= 0, theirs + before, -1).ravel())
        row_of.append(np.repeat(numbers, len(dates)))
        due.append(np.tile(dates, len(numbers)))
    order = np.argsort(np.concatenate(row_of), kind="stable")  # of a need date by date, the needs as they are given
    ours, theirs, place, date = (np.concatenate(parts)[order] for parts in (own, other, row_of, due))
    place, date = place.astype(np.int32), date.astype(np.int32)  # they are kept, and may be millions
    entries = Entries()
    row, known = np.arange(len(ours)), theirs >= 0
    entries.add(row, columns[ours], 1.0)
    entries.add(row[known], columns[theirs[known]], -1.0)
    keys = Pairs(np.array([need.row for need in needs], dtype=np.int32)[place], date)

    def sentence(row: int) -> str:
        need = needs[place[row]]
        return f"{need.project} needs {need.needs} by {_period(case, int(date[row]))}"

    return block("needed_project_first", NAME, keys, entries, case.book.size, upper=0.0, sentence=sentence)


def _alike(case: Case, needs: list[Need]) -> Iterator[tuple[list[Key], list[Key], int, int, np.ndarray]]:
    """Yield (sides, their needs, shift, lag, numbers) of needs whose sides have the same dates, and the same lag."""
    started = case.started
    days = {side: dates.tobytes() for side, dates in started.dates.items()}
    found: dict[tuple[bytes, bytes, int, int], list[tuple[Key, Key, int]]] = {}
    for number, need in enumerate(needs):
        first, ahead = started.at(need.project, need.at)
        second, behind = started.at(need.needs, "operation")
        kind = (days[first], days[second], ahead, need.lag + behind)
        found.setdefault(kind, []).append((first, second, number))
    for (_, _, ahead, lag), alike in found.items():
        first_sides, second_sides, numbers = (list(part) for part in zip(*alike, strict=True))
        yield first_sides, second_sides, ahead, lag, np.array(numbers)


def _period(case: Case, period: int) -> str:
    return case.instance.period_label(period)


def _timed_rows(case: Case, name: str, rules: list[tuple[Need, ...]]) -> RowBlock:
    options, fund = case.options, case.block("fund").columns
    entries = Entries()
    keys: list[Hashable] = []
    words: list[str] = []
    upper: list[float] = []
    for rule in rules:
        side, count = options.of(rule[0].project), rule[0].count
        windows = rule[0].kind != "requires" and any(need.max_lag is not None for need in rule)
        mixed = len({need.at for need in rule}) > 1 or windows
        dates = (
            np.stack([need.due(options, side) for need in rule]) if len(side) else np.zeros((len(rule), 0), dtype=int)
        )
        for due in _distinct(dates) if len(side) else []:
            at_date = (dates == due[:, None]).all(axis=0) if mixed else dates[0] <= due[0]
            row = len(keys)
            entries.add(np.full(int(at_date.sum()), row), fund[side[at_date]], float(count))
            upper.append(add_conditions(case, entries, row, rule[0].when, float(count)))
            for need, date in zip(rule, due, strict=True):
                other = options.of(need.needs)
                serves = need.ready(options, other) <= date
                ready = other[serves & (need.latest(options, other) >= date) if windows else serves]
                entries.add(np.full(len(ready), row), fund[ready], -1.0)
            keys.append((rule[0].row, *(int(date) for date in due)) if mixed else (rule[0].row, int(due[0])))
            words.append(_words(case, rule, int(due[0])))
    return block(
        name, NAME, keys, entries, case.book.size, upper=np.array(upper, dtype=float), sentence=lambda row: words[row]
    )


def _distinct(dates: np.ndarray) -> np.ndarray:
    """Return the different columns of dates, a row each; mostly there is one need, for which that is quick."""
    return np.unique(dates[0])[:, None] if len(dates) == 1 else np.unique(dates, axis=1).T


def _words(case: Case, rule: tuple[Need, ...], due: int) -> str:
    needed = f" {'or' if rule[0].count == 1 else 'and'} ".join(need.needs for need in rule)
    if rule[0].count > 1:
        needed = f"{rule[0].count} of {', '.join(need.needs for need in rule)}"
    by = "" if rule[0].at == "never" else f" by {_period(case, due)}"
    when = (
        f" when {' and '.join(rule[0].when)} {'is' if len(rule[0].when) == 1 else 'are'} funded" if rule[0].when else ""
    )
    return f"{rule[0].project} needs {needed}{by}{when}"


def _latest_rows(case: Case, needs: list[Need]) -> RowBlock:
    """Return the rows of greatest lags: who is due at t or later needs who serves until t or later."""
    options, fund = case.options, case.block("fund").columns
    entries, keys, upper = Entries(), list[tuple[int, int]](), list[float]()
    for need in needs:
        side, other = options.of(need.project), options.of(need.needs)
        due, latest = need.due(options, side), need.latest(options, other)
        for date in np.unique(due).tolist():
            row = len(keys)
            late, serves = side[due >= date], other[latest >= date]
            entries.add(np.full(len(late), row), fund[late], 1.0)
            entries.add(np.full(len(serves), row), fund[serves], -1.0)
            upper.append(add_conditions(case, entries, row, need.when, 1.0))
            keys.append((need.row, date))
    by_row = {need.row: need for need in needs}

    def sentence(row: int) -> str:
        need = by_row[keys[row][0]]
        return f"{need.project} comes not too late after {need.needs}, from {_period(case, keys[row][1])} on"

    return block(
        "needed_project_not_long_ago", NAME, keys, entries, case.book.size, upper=np.array(upper, dtype=float),
        sentence=sentence,
    )  # fmt: skip


def _exclusions(case: Case, needs: Sequence[Need]) -> RowBlock:
    pairs = {tuple(sorted((need.project, need.needs))) for need in needs if need.kind == "excludes"}
    cliques = edge_cliques({(first, second) for first, second in pairs})
    options, fund = case.options, case.block("fund").columns
    entries = Entries()
    for row, clique in enumerate(cliques):
        for side in clique:
            chosen = options.of(side)
            entries.add(np.full(len(chosen), row), fund[chosen], 1.0)
    return block(
        "not_both", NAME, cliques, entries, case.book.size, upper=1.0,
        sentence=lambda row: f"at most one of {', '.join(cliques[row])}",
    )  # fmt: skip


def edge_cliques(pairs: set[tuple[str, str]]) -> list[tuple[str, ...]]:
    """Return cliques that together cover every pair, each grown by whom most others of it could follow.

    So they are few and large: of 150 projects of which half of the pairs exclude each other, 1,174 instead of 1,999
    that are grown in the order of names, and the relaxation of a knapsack of them is worth 1,335 instead of 1,565.

    Examples
    --------
    >>> edge_cliques({("A", "B"), ("A", "C"), ("B", "C"), ("C", "D")})
    [('A', 'B', 'C'), ('C', 'D')]
    """
    names = sorted({side for pair in pairs for side in pair})
    number = {name: at for at, name in enumerate(names)}
    numbered = sorted((number[first], number[second]) for first, second in pairs)
    neighbours = [0] * len(names)  # a bit for each
    for first, second in numbered:
        neighbours[first] |= 1 << second
        neighbours[second] |= 1 << first
    uncovered = list(neighbours)
    cliques = []
    for first, second in numbered:
        look()
        if not uncovered[first] >> second & 1:
            continue
        clique = [first, second]
        common = neighbours[first] & neighbours[second]
        while common:
            joined = _sharing_most(common, neighbours)
            clique.append(joined)
            common &= neighbours[joined]
        together = sum(1 << member for member in clique)
        for member in clique:
            uncovered[member] &= ~together
        cliques.append(tuple(names[member] for member in sorted(clique)))
    return cliques


def _sharing_most(common: int, neighbours: Sequence[int]) -> int:
    """Return the first of those with the most neighbours among them; both as bits."""
    best, most, last, rest = -1, -1, common.bit_count() - 1, common
    while rest and most < last:
        at = (rest & -rest).bit_length() - 1
        rest &= rest - 1
        shared = (common & neighbours[at]).bit_count()
        if shared > most:
            best, most = at, shared
    return best


def _pairs(case: Case, needs: Sequence[Need]) -> RowBlock:
    options, fund = case.options, case.block("fund").columns
    together = [need for need in needs if need.kind == "together"]
    entries = Entries()
    for row, need in enumerate(together):
        for side, sign in ((need.project, 1.0), (need.needs, -1.0)):
            chosen = options.of(side)
            entries.add(np.full(len(chosen), row), fund[chosen], sign)
    return block(
        "both_or_none", NAME, [need.row for need in together], entries, case.book.size, lower=0.0, upper=0.0,
        sentence=lambda row: f"both or none of {together[row].project} and {together[row].needs}",
    )  # fmt: skip
