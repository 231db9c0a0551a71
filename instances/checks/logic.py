"""Checks of the logic of dependencies: counts, conditions and groups, lags that leave room."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from outlay.instances.checks.scope import Scope
from outlay.instances.dictionary.vocabulary import Cell
from outlay.instances.errors import Fault
from outlay.instances.values.numbers import EXACT

#: Kinds that have a count, kinds that wait, and kinds whose rows come in groups.
COUNTED = frozenset({"requires_count", "at_most"})
WAITING = frozenset({"requires", "requires_any", "requires_count"})
GROUPED = frozenset({"requires_any", "requires_count", "at_most"})
#: Savings of one alternative with a loan: 2^6 loans of each option.
MOST_SAVINGS = 6


def _group_of(record: dict[str, Cell]) -> tuple[str, str, str]:
    """Return what the rows of one group share: the kind, the project (but in at_most), and the group's name."""
    kind, project = str(record["kind"]), str(record["project"] or "")
    return kind, "" if kind == "at_most" else project, str(record["group"] or "")


def counts(scope: Scope) -> Iterator[Fault]:
    """Yield counts that are missing, idle or larger than their group."""
    records = list(scope.instance["dependencies"].records())
    sizes: dict[tuple[str, str, str], int] = {}
    for record in records:
        sizes[_group_of(record)] = sizes.get(_group_of(record), 0) + 1
    for row, record in enumerate(records):
        kind, count = record["kind"], record["count"]
        if kind in COUNTED and count is None:
            yield scope.fault("dependencies", row, "count", f"{kind} needs a count", "say how many")
        if kind not in COUNTED and count is not None:
            remedy = "leave it blank, or use requires_count or at_most"
            yield scope.fault("dependencies", row, "count", f"{kind} has no count", remedy)
        if kind == "requires_count" and isinstance(count, int) and count > sizes[_group_of(record)]:
            problem = f"its group has only {sizes[_group_of(record)]} rows"
            yield scope.fault("dependencies", row, "count", problem, "use a lower count, or add rows")


def groups(scope: Scope) -> Iterator[Fault]:
    """Yield rows of a group that disagree about its count or its conditions."""
    first: dict[tuple[str, str, str], dict[str, Cell]] = {}
    for row, record in enumerate(scope.instance["dependencies"].records()):
        if record["kind"] in GROUPED:
            other = first.setdefault(_group_of(record), record)
            for column in ("count", "when"):
                if record[column] != other[column]:
                    problem = "another row of the group says otherwise"
                    yield scope.fault("dependencies", row, column, problem, "write the same in all rows of the group")


def lags(scope: Scope) -> Iterator[Fault]:
    """Yield lags of rows that wait for nothing, and pairs of lags between which no period lies."""
    size = scope.instance.months_per_period
    rows = scope.instance["dependencies"]
    for row, (record, lag) in enumerate(zip(rows.records(), rows.raw("lag_months"), strict=True)):
        greatest, kind = record["max_lag_months"], record["kind"]
        for column, cell in (("lag_months", lag), ("max_lag_months", greatest)):
            if record["at"] == "never" and cell:
                problem = "with at = never nothing waits"
                yield scope.fault("dependencies", row, column, problem, "leave it blank, or say at what")
        if greatest is not None and kind is not None and kind not in WAITING:
            problem = f"{kind} says nothing about when"
            yield scope.fault("dependencies", row, "max_lag_months", problem, "leave it blank")
        if kind == "same_year" and record["at"] == "never":
            yield scope.fault("dependencies", row, "at", "a year is about a date", "use start or operation")
        if isinstance(greatest, Decimal) and kind in WAITING:
            least = math.ceil(Fraction(lag if isinstance(lag, Decimal) else 0) / size)
            if least > math.floor(Fraction(greatest) / size):
                problem = f"no whole number of periods of {size} months lies between lag_months and it"
                yield scope.fault("dependencies", row, "max_lag_months", problem, "use a longer one")


def savings(scope: Scope) -> Iterator[Fault]:
    """Yield joint savings that are none, too many for a loan, of a share of a project, or that exceed K."""
    saved: dict[tuple[str, str], Decimal] = {}
    count: Counter[tuple[str, str]] = Counter()
    cells = {(str(row["project"]), str(row["alternative"])): row for row in scope.instance.alternatives.records()}
    for row, record in enumerate(scope.instance["dependencies"].records()):
        bonus = record["bonus"]
        if record["kind"] != "synergy" or record["metric"] != "commitment" or not isinstance(bonus, Decimal):
            continue
        if bonus >= 0:
            problem = "on commitment a bonus is a saving"
            yield scope.fault("dependencies", row, "bonus", problem, "write it as a negative number")
        else:
            yield from _too_much_saved(scope, row, record, cells, saved)
            yield from _too_many_savings(scope, row, record, cells, count)


def _too_many_savings(
    scope: Scope,
    row: int,
    record: dict[str, Cell],
    cells: dict[tuple[str, str], dict[str, Cell]],
    count: Counter[tuple[str, str]],
) -> Iterator[Fault]:
    """Yield the first saving too many of an alternative whose loan is computed for each set of its savings."""
    project, _, name = str(record["project"]).partition("@")
    for key in cells if scope.instance.settings.finance is not None else ():
        if key[0] == project and name in {"", key[1]}:
            count[key] += 1
            if count[key] == MOST_SAVINGS + 1:
                problem = f"with [finance] each set of savings has a loan of its own: {'@'.join(key)} may have at most "
                problem += f"{MOST_SAVINGS} savings"
                yield scope.fault("dependencies", row, "project", problem, "join several of them into one")


def _too_much_saved(
    scope: Scope,
    row: int,
    record: dict[str, Cell],
    cells: dict[tuple[str, str], dict[str, Cell]],
    saved: dict[tuple[str, str], Decimal],
) -> Iterator[Fault]:
    """Yield what one saving takes off too much of an alternative, adding to what earlier ones take off."""
    project, _, name = str(record["project"]).partition("@")
    for key, own in cells.items():
        if key[0] != project or name not in {"", key[1]}:
            continue
        commitment, bonus = own["commitment"], record["bonus"]
        saved[key] = EXACT.subtract(saved.get(key, Decimal(0)), bonus if isinstance(bonus, Decimal) else Decimal(0))
        if isinstance(commitment, Decimal) and saved[key] > commitment:
            problem = f"savings of {saved[key]} in all exceed the commitment of {'@'.join(key)}, {commitment}"
            yield scope.fault("dependencies", row, "bonus", problem, "save less")
        elif own["min_scale"] != 1 or own["to_scale"] is not None:
            problem = f"{'@'.join(key)} may be built in part, which saves no certain amount"
            yield scope.fault("dependencies", row, "project", problem, "let its min_scale be 1, or name another metric")
