"""The ties between projects: are they respected, in time too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from outlay.optimizer.verify import words
from outlay.optimizer.verify.exact import exact
from outlay.optimizer.verify.reading import Reading, Record
from outlay.optimizer.verify.report import Ledger
from outlay.optimizer.verify.schedule import Funded

FAMILY = "dependencies"


class Sides:
    """Looks up which funded option a side of a dependency, id or id@alternative, stands for."""

    def __init__(self, funded: Sequence[Funded]) -> None:
        self._by_project = {option.project: option for option in reversed(funded)}

    def option(self, side: object) -> Funded | None:
        """Return the funded option of a side, or None if it is not funded (so)."""
        project, _, alternative = str(side).partition("@")
        option = self._by_project.get(project)
        return None if option is None or (alternative and option.alternative != alternative) else option


def check_dependencies(reading: Reading, funded: Sequence[Funded], ledger: Ledger) -> None:
    """Check every row of `dependencies` but the synergies, which only add to metrics."""
    if not reading.instance.is_on(FAMILY):
        return
    sides = Sides(funded)
    groups: dict[tuple[str, str], list[Record]] = {}
    for row in reading.records("dependencies"):
        if row["kind"] == "requires":
            _check_requires(reading, row, sides, ledger)
        elif row["kind"] == "requires_any":
            groups.setdefault((str(row["project"]), str(row["group"] or "")), []).append(row)
        elif row["kind"] == "excludes":
            _check_excludes(row, sides, ledger)
        elif row["kind"] == "together":
            _check_together(row, sides, ledger)
    for rows in groups.values():
        _check_requires_any(reading, rows, sides, ledger)


def _check_requires(reading: Reading, row: Record, sides: Sides, ledger: Ledger) -> None:
    where = _where(row)
    dependent, needed = sides.option(row["project"]), sides.option(row["needs"])
    if dependent is None:
        ledger.check(FAMILY, "requires", where).holds(True, "")
        return
    text = f"{words.name(row['project'])} is funded, but {words.name(row['needs'])}, which it requires, is not"
    if ledger.check(FAMILY, "requires", where).holds(needed is not None, text) and needed is not None:
        ready, due = _ready(reading, row, needed), _due(row, dependent)
        ledger.check(FAMILY, "the required project is ready in time", where).holds(
            ready <= due, lambda: _late(reading, row, ready, due), found=Fraction(ready), limit=Fraction(due)
        )


def _ready(reading: Reading, row: Record, needed: Funded) -> int:
    """Return the first period in which a needed project is ready: op + ceil(lag / m)."""
    return needed.operation + reading.periods_up(exact(row["lag_months"]))


def _due(row: Record, dependent: Funded) -> int:
    """Return the period by which a needed project must be ready."""
    return dependent.operation if row["at"] == "operation" else dependent.start


def _late(reading: Reading, row: Record, ready: int, due: int) -> str:
    verb = "begins operation" if row["at"] == "operation" else "starts"
    return (
        f"{words.name(row['project'])} {verb} in {reading.instance.period_label(due)}, but {words.name(row['needs'])}, "
        f"which it requires, is ready for it only in {reading.instance.period_label(ready)}"
    )


def _check_requires_any(reading: Reading, rows: Sequence[Record], sides: Sides, ledger: Ledger) -> None:
    """Check a group of rows of one project, of which at least one must be met."""
    project, group = words.name(rows[0]["project"]), rows[0]["group"]
    dependent = sides.option(rows[0]["project"])

    def is_met(row: Record) -> bool:
        needed = sides.option(row["needs"])
        return dependent is not None and needed is not None and _ready(reading, row, needed) <= _due(row, dependent)

    names = ", ".join(words.name(row["needs"]) for row in rows)
    text = f"{project} is funded, but none of {names} is funded and ready in time, and it requires one"
    where = f"{project} -> {words.name(group)}" if group else project
    ledger.check(FAMILY, "requires_any", where).holds(dependent is None or any(map(is_met, rows)), text)


def _check_excludes(row: Record, sides: Sides, ledger: Ledger) -> None:
    both = sides.option(row["project"]) is not None and sides.option(row["needs"]) is not None
    text = f"{words.name(row['project'])} and {words.name(row['needs'])} exclude each other, but both are funded"
    ledger.check(FAMILY, "excludes", _where(row)).holds(not both, text)


def _check_together(row: Record, sides: Sides, ledger: Ledger) -> None:
    names = (row["project"], row["needs"])
    funded = [sides.option(side) is not None for side in names]
    one, other = names if funded[0] else reversed(names)
    text = f"{words.name(one)} is funded without {words.name(other)}, but they go together"
    ledger.check(FAMILY, "together", _where(row)).holds(funded[0] == funded[1], text)


def _where(row: Record) -> str:
    return f"{words.name(row['project'])} -> {words.name(row['needs'])}"


def synergy_bonuses(reading: Reading, funded: Sequence[Funded]) -> Mapping[str, Fraction]:
    """Return the sum of bonuses earned in each metric; each once if both its sides are funded, at any scale."""
    sides = Sides(funded)
    earned: dict[str, Fraction] = {}
    for metric, bonus in _bonuses(reading, sides):
        earned[metric] = earned.get(metric, Fraction(0)) + bonus
    return earned


def _bonuses(reading: Reading, sides: Sides) -> Iterator[tuple[str, Fraction]]:
    for row in reading.records("dependencies"):
        earned = sides.option(row["project"]) is not None and sides.option(row["needs"]) is not None
        if row["kind"] == "synergy" and earned:
            yield str(row["metric"]), exact(row["bonus"])
