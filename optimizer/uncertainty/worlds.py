"""What each factor touches: the rows that its changes match in each scenario's world, and so its single draws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from outlay.instances.dictionary.sets import Change
from outlay.instances.errors import Fault, InputError
from outlay.instances.instance import Instance
from outlay.instances.sets.changes import Draft
from outlay.instances.uncertainty.parsing import each_column, factors_named
from outlay.instances.uncertainty.schema import WHERE, DrawnChange, Factor, Uncertainty
from outlay.instances.values.frozen import thawed
from outlay.instances.values.numbers import number_text
from outlay.instances.values.text import as_text

#: The only draw of a factor without `each`.
ALL = ""


@dataclass(frozen=True)
class Dimension:
    """One single draw: of a factor, or of a factor for one value of its column `each`.

    Attributes
    ----------
    factor, key
        The factor; the value of its column `each` as text, empty without one.
    value
        That value as the cell holds it.
    same
        Of each column of projects that a correlation names under `same`: what the project has there.
    """

    factor: str
    key: str = ALL
    value: Any = None
    same: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the draw is called: ``overrun/P04``."""
        return f"{self.factor}/{self.key}" if self.key else self.factor


@dataclass(frozen=True)
class World:
    """An instance in one scenario, and the rows that each change of each factor touches there.

    Attributes
    ----------
    scenario
        Its name; None where there are no scenarios.
    rows
        (factor, number of the change, key) to the rows in the file of its table.
    """

    scenario: str | None
    rows: Mapping[tuple[str, int, str], tuple[int, ...]]


def uncertainty_of(instance: Instance) -> Uncertainty:
    """Return what is uncertain about an instance."""
    return Uncertainty.model_validate(thawed(instance.uncertainty))


def worlds_of(instance: Instance, read: Uncertainty) -> tuple[list[World], list[Dimension]]:
    """Return the world of every scenario (one without any), and all single draws in the order of the file.

    Raises
    ------
    InputError
        With every change that names what there is not, or matches no row in any world; or a scenario whose constraint
        sets cannot be applied.
    """
    names: list[str | None] = [*read.scenarios] or [None]
    sets = {name: read.scenarios[name].sets if name is not None else "base" for name in names}
    faults: list[Fault] = []
    worlds: list[World] = []
    keys: dict[str, dict[str, Any]] = {name: {} for name in read.factors}
    missed: dict[tuple[str, int], list[Fault]] = {}
    for name in names:
        try:
            draft = Draft(instance.with_set(sets[name]))
        except InputError as error:
            faults.extend(_of_scenario(name, fault) for fault in error.faults)
            continue
        rows: dict[tuple[str, int, str], tuple[int, ...]] = {}
        for factor_name, factor in read.factors.items():
            for number, change in enumerate(factor.change):
                try:
                    found = _touched(draft, factor, change, f"factors.{factor_name}.change[{number + 1}]")
                except InputError as error:
                    missed.setdefault((factor_name, number), []).extend(error.faults)
                    continue
                for key, (value, touched) in found.items():
                    keys[factor_name].setdefault(key, value)
                    rows[factor_name, number, key] = touched
        worlds.append(World(name, rows))
    matched = {(factor, number) for world in worlds for factor, number, _ in world.rows}
    faults.extend(fault for at, some in missed.items() if at not in matched for fault in some)
    if faults:
        raise InputError(dict.fromkeys(faults))
    return worlds, list(_dimensions(instance, read, keys))


def _of_scenario(name: str | None, fault: Fault) -> Fault:
    place = "" if fault.row is None else f", row {fault.row}"
    where = f"{fault.where}{place}{'' if fault.column is None else f', {fault.column}'}"
    return Fault(WHERE, None, f"scenarios.{name}", fault.value, f"{where}: {fault.problem}", fault.remedy)


def _touched(draft: Draft, factor: Factor, change: DrawnChange, place: str) -> dict[str, tuple[Any, tuple[int, ...]]]:
    """Return key to (value, rows) of the rows that a change matches.

    Raises
    ------
    InputError
        If it names a column that is unknown or holds no numbers, or matches no row.
    """
    if change.table == "instance":
        return {ALL: (None, ())}
    try:
        rows = draft.matched(_trial(change), place)
    except InputError as error:
        trial, own = f"{place}.scale", f"{place}.{change.operation}"
        columns = [own if fault.column == trial else fault.column for fault in error.faults]
        raise InputError(
            [replace(fault, where=WHERE, column=column) for fault, column in zip(error.faults, columns, strict=True)]
        ) from None
    if not factor.each:
        return {ALL: (None, tuple(number for number, _ in rows))}
    column = each_column(change.table, factor.each)
    found: dict[str, tuple[Any, list[int]]] = {}
    for number, cells in rows:
        value = cells[column]
        found.setdefault(_key(value), (value, []))[1].append(number)
    return {key: (value, tuple(numbers)) for key, (value, numbers) in found.items()}


def _key(value: Any) -> str:
    if value is None or value == "":
        return "(blank)"
    return number_text(value) if isinstance(value, Decimal) else as_text(value)


def _trial(change: DrawnChange) -> Change:
    """Return a change of a constraint set that touches the same rows and columns: drawn values are arithmetic."""
    body: dict[str, Any] = {"table": change.table, "where": change.where}
    if change.slip is not None:
        return Change.model_validate({**body, "slip": {"months": 0}})
    return Change.model_validate({**body, "scale": dict.fromkeys(change.cells, Decimal(1))})


def exactly(value: Any) -> Any:
    """Return what to write in `where` so that it matches a cell and no other: text with signs of globs in brackets."""
    if not isinstance(value, str):
        return "" if value is None else value
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in value)


def _dimensions(instance: Instance, read: Uncertainty, keys: Mapping[str, Mapping[str, Any]]) -> Iterator[Dimension]:
    wanted = sorted({rule.same for rule in read.correlations if rule.same})
    projects = instance["projects"]
    known = {
        project: {column: projects.texts(column)[row] for column in wanted}
        for row, project in enumerate(projects.texts("id"))
    }
    for name, factor in read.factors.items():
        for key in sorted(keys[name]):
            same = known.get(key, {}) if factor.each == "project" else {}
            yield Dimension(name, key, keys[name][key], same)


def rank_matrix(read: Uncertainty, dimensions: list[Dimension]) -> tuple[list[tuple[int, int]], list[float]]:
    """Return the pairs of single draws that are correlated, and their rank correlations; the later rule of two wins."""
    found: dict[tuple[int, int], float] = {}
    places: dict[str, list[int]] = {}
    for place, dimension in enumerate(dimensions):
        places.setdefault(dimension.factor, []).append(place)
    for rule in read.correlations:
        groups = [factors_named(pattern, read.factors) for pattern in rule.between]
        if len(groups) == 1:
            pairs = [(one, other) for one in groups[0] for other in groups[0] if one <= other]
        else:
            pairs = [
                (one, other)
                for number, group in enumerate(groups)
                for one in group
                for later in groups[number + 1 :]
                for other in later
                if one != other
            ]
        for first, second in pairs:
            for here in places.get(first, ()):
                for there in places.get(second, ()):
                    sides = dimensions[here], dimensions[there]
                    if here != there and _joined(read, *sides, rule.same, within=len(groups) == 1):
                        found[min(here, there), max(here, there)] = float(rule.rank)
    return list(found), list(found.values())


def _joined(read: Uncertainty, one: Dimension, other: Dimension, same: str, *, within: bool) -> bool:
    """Return whether a rule between their factors, or within what it names, is about two single draws."""
    if same and (not one.same.get(same) or one.same.get(same) != other.same.get(same)):
        return False
    both = read.factors[one.factor].each, read.factors[other.factor].each
    if within or not both[0] or both[0] != both[1] or same:
        return True
    return one.key == other.key
