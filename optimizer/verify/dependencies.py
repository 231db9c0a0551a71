"""The ties between projects: are they respected, in time too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial

from outlay.optimizer.verify import words
from outlay.optimizer.verify.exact import exact, exact_or_none
from outlay.optimizer.verify.reading import Reading, Record
from outlay.optimizer.verify.report import Ledger
from outlay.optimizer.verify.schedule import Funded

FAMILY = "dependencies"
#: Kinds whose rows are checked in groups.
GROUPED = frozenset({"requires_any", "requires_count", "at_most"})


class Sides:
    """Looks up which funded option a side of a dependency, id or id@alternative, stands for."""

    def __init__(self, funded: Sequence[Funded]) -> None:
        self._by_project = {option.project: option for option in reversed(funded)}
        self._by_side: dict[object, Funded | None] = {}

    def option(self, side: object) -> Funded | None:
        """Return the funded option of a side, or None if it is not funded (so)."""
        if side not in self._by_side:
            self._by_side[side] = self._found(side)
        return self._by_side[side]

    def _found(self, side: object) -> Funded | None:
        project, _, alternative = str(side).partition("@")
        option = self._by_project.get(project)
        return None if option is None or (alternative and option.alternative != alternative) else option

    def all_funded(self, when: object) -> bool:
        """Return whether all sides of a condition are funded; a blank one holds."""
        return all(self.option(side) is not None for side in when) if isinstance(when, tuple) else True


def check_dependencies(reading: Reading, funded: Sequence[Funded], ledger: Ledger) -> None:
    """Check every row of `dependencies` but the synergies, which only add to metrics; idle ones hold."""
    if not reading.instance.is_on(FAMILY):
        return
    sides = Sides(funded)
    groups: dict[tuple[str, str, str], list[Record]] = {}
    for row in reading.records("dependencies"):
        kind = str(row["kind"])
        if not sides.all_funded(row["when"]):
            ledger.check(FAMILY, kind, partial(_where, row)).holds(True, "")
        elif kind in GROUPED:
            project = "" if kind == "at_most" else str(row["project"])
            groups.setdefault((kind, project, str(row["group"] or "")), []).append(row)
        elif kind != "synergy":
            _check_pair(reading, row, sides, ledger)
    for (kind, _, _), rows in groups.items():
        if kind == "at_most":
            _check_at_most(rows, sides, ledger)
        else:
            _check_enough(reading, rows, sides, ledger)


def _check_pair(reading: Reading, row: Record, sides: Sides, ledger: Ledger) -> None:
    """Check a row that stands alone."""
    if row["kind"] == "requires":
        _check_requires(reading, row, sides, ledger)
    elif row["kind"] == "excludes":
        _check_excludes(row, sides, ledger)
    elif row["kind"] == "together":
        _check_together(row, sides, ledger)
    else:
        _check_same_year(reading, row, sides, ledger)


def _check_requires(reading: Reading, row: Record, sides: Sides, ledger: Ledger) -> None:
    where = partial(_where, row)
    dependent, needed = sides.option(row["project"]), sides.option(row["needs"])
    if dependent is None:
        ledger.check(FAMILY, "requires", where).holds(True, "")
        return
    lacking = partial(_lacking, row)
    if ledger.check(FAMILY, "requires", where).holds(needed is not None, lacking) and needed is not None:
        if row["at"] == "never":
            return
        ready, due = _ready(reading, row, needed), _due(row, dependent)
        ledger.check(FAMILY, "the required project is ready in time", where).holds(
            ready <= due, lambda: _late(reading, row, ready, due), found=ready, limit=due
        )
        _check_latest(reading, row, (dependent, needed), ledger)


def _check_latest(reading: Reading, row: Record, pair: tuple[Funded, Funded], ledger: Ledger) -> None:
    latest, due = _latest(reading, row, pair[1]), _due(row, pair[0])
    if latest is not None:
        verb = "begins operation" if row["at"] == "operation" else "starts"
        text = (
            f"{words.name(row['project'])} {verb} in {reading.label(due)}, but at most "
            f"{words.number(exact(row['max_lag_months']))} months after {words.name(row['needs'])} operates, which is "
            f"{reading.label(latest)}"
        )
        check = ledger.check(FAMILY, "the required project is not ready too early", partial(_where, row))
        check.holds(due <= latest, text, found=due, limit=latest)


def _ready(reading: Reading, row: Record, needed: Funded) -> int:
    """Return the first period in which a needed project is ready: op + ceil(lag / m)."""
    return needed.operation + reading.periods_up(row["lag_months"])


def _due(row: Record, dependent: Funded) -> int:
    """Return the period by which a needed project must be ready."""
    return dependent.operation if row["at"] == "operation" else dependent.start


def _lacking(row: Record) -> str:
    return f"{words.name(row['project'])} is funded, but {words.name(row['needs'])}, which it requires, is not"


def _late(reading: Reading, row: Record, ready: int, due: int) -> str:
    verb = "begins operation" if row["at"] == "operation" else "starts"
    return (
        f"{words.name(row['project'])} {verb} in {reading.instance.period_label(due)}, but {words.name(row['needs'])}, "
        f"which it requires, is ready for it only in {reading.instance.period_label(ready)}"
    )


def _latest(reading: Reading, row: Record, needed: Funded) -> int | None:
    """Return the last period in which a needed project serves: op + floor(max_lag / m)."""
    most = exact_or_none(row["max_lag_months"])
    return None if most is None else needed.operation + reading.periods_down(most)


def _is_met(reading: Reading, row: Record, dependent: Funded, sides: Sides) -> bool:
    """Return whether the needed side of a row is funded and ready in time, neither too late nor too early."""
    needed = sides.option(row["needs"])
    if needed is None or row["at"] == "never":
        return needed is not None
    due, latest = _due(row, dependent), _latest(reading, row, needed)
    return _ready(reading, row, needed) <= due and (latest is None or due <= latest)


def _check_enough(reading: Reading, rows: Sequence[Record], sides: Sides, ledger: Ledger) -> None:
    """Check a group of rows of one project, of which one, or a count, must be met."""
    kind, project, group = str(rows[0]["kind"]), words.name(rows[0]["project"]), rows[0]["group"]
    dependent = sides.option(rows[0]["project"])
    least = 1 if kind == "requires_any" else int(exact(rows[0]["count"]))
    met = 0 if dependent is None else sum(_is_met(reading, row, dependent, sides) for row in rows)
    names = ", ".join(words.name(row["needs"]) for row in rows)
    text = (
        f"{project} is funded, but none of {names} is funded and ready in time, and it requires one"
        if least == 1
        else f"{project} is funded, but {met} of {names} are funded and ready in time, and it requires {least}"
    )
    where = f"{project} -> {words.name(group)}" if group else project
    ledger.check(FAMILY, kind, where).holds(dependent is None or met >= least, text)


def _check_at_most(rows: Sequence[Record], sides: Sides, ledger: Ledger) -> None:
    """Check that of all projects that a group names no more than its count are funded."""
    named = sorted({str(row[side]) for row in rows for side in ("project", "needs") if row[side] is not None})
    funded = sorted({option.project for option in map(sides.option, named) if option is not None})
    most = int(exact(rows[0]["count"]))
    text = (
        f"{', '.join(map(words.name, funded))} are funded, at most {most} of {', '.join(map(words.name, named))} may be"
    )
    where = words.name(rows[0]["group"]) if rows[0]["group"] else ", ".join(map(words.name, named))
    ledger.check(FAMILY, "at_most", where).holds(len(funded) <= most, text)


def _check_same_year(reading: Reading, row: Record, sides: Sides, ledger: Ledger) -> None:
    """Check that two projects begin in the same year, where both are funded."""
    pair = sides.option(row["project"]), sides.option(row["needs"])
    text, same = "", True
    if pair[0] is not None and pair[1] is not None:
        size = reading.instance.periods_per_year or 1
        first, second = (_due(row, option) for option in (pair[0], pair[1]))
        same = first // size == second // size
        verb = "begin operation" if row["at"] == "operation" else "start"
        text = (
            f"{words.name(row['project'])} and {words.name(row['needs'])} {verb} in {reading.label(first)} and "
            f"{reading.label(second)}, which is not the same year"
        )
    ledger.check(FAMILY, "same_year", partial(_where, row)).holds(same, text)


def _check_excludes(row: Record, sides: Sides, ledger: Ledger) -> None:
    both = sides.option(row["project"]) is not None and sides.option(row["needs"]) is not None
    text = f"{words.name(row['project'])} and {words.name(row['needs'])} exclude each other, but both are funded"
    ledger.check(FAMILY, "excludes", partial(_where, row)).holds(not both, text)


def _check_together(row: Record, sides: Sides, ledger: Ledger) -> None:
    names = (row["project"], row["needs"])
    funded = [sides.option(side) is not None for side in names]
    one, other = names if funded[0] else reversed(names)
    text = f"{words.name(one)} is funded without {words.name(other)}, but they go together"
    ledger.check(FAMILY, "together", partial(_where, row)).holds(funded[0] == funded[1], text)


def _where(row: Record) -> str:
    return words.name(row["project"]) + ("" if row["needs"] is None else f" -> {words.name(row['needs'])}")


def with_savings(reading: Reading, funded: Sequence[Funded]) -> tuple[Funded, ...]:
    """Return the funded options, each with what is saved because others are funded too."""
    sides = Sides(funded)
    saved: dict[str, Fraction] = {}
    for row in reading.synergies:
        if row["metric"] != "commitment":
            continue
        who, other = sides.option(row["project"]), sides.option(row["needs"])
        if who is not None and other is not None and sides.all_funded(row["when"]):
            saved[who.project] = saved.get(who.project, Fraction(0)) - exact(row["bonus"])
    return tuple(replace(option, saved=saved.get(option.project, Fraction(0))) for option in funded)


def synergy_bonuses(reading: Reading, funded: Sequence[Funded]) -> Mapping[str, Fraction]:
    """Return the sum of bonuses earned in each metric; each once if both its sides are funded, at any scale."""
    earned: dict[str, Fraction] = {}
    for metric, bonus, _ in bonuses_earned(reading, funded):
        earned[metric] = earned.get(metric, Fraction(0)) + bonus
    return earned


def bonuses_earned(reading: Reading, funded: Sequence[Funded]) -> Iterator[tuple[str, Fraction, str]]:
    """Yield each bonus that is earned: its metric, its amount, and who earns it."""
    sides = Sides(funded)
    for row in reading.synergies:
        earned = sides.option(row["project"]) is not None and sides.option(row["needs"]) is not None
        if row["metric"] != "commitment" and earned and sides.all_funded(row["when"]):
            yield str(row["metric"]), exact(row["bonus"]), f"{row['project']} + {row['needs']}"
