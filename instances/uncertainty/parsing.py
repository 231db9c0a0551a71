"""From ``uncertainty.toml`` as it was found to plain data that is well formed, with every fault on the way."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from outlay.instances.dictionary.model_faults import (
    keys_within,
    may_be,
    model_faults,
    plain_data,
    standing_at,
)
from outlay.instances.dictionary.names import KEYS
from outlay.instances.dictionary.settings import Settings
from outlay.instances.dictionary.tables import TABLES
from outlay.instances.errors import Fault
from outlay.instances.uncertainty.schema import PARAMETERS, WHERE, DrawnChange, Factor, Uncertainty
from outlay.instances.values.numbers import number_text
from outlay.instances.values.text import did_you_mean

#: Probabilities add up to 1 within this.
SUM_TOLERANCE = Decimal("1e-9")
#: Stands for a factor that is refused by itself, where what else is said of it is looked at.
_STAND_IN = {
    "distribution": "uniform", "low": 0, "high": 1, "each": "project",
    "change": [{"table": "projects", "scale": {"value": "@"}}],
}  # fmt: skip
_LETTERS = frozenset("*?[]+,@/\n")


def parse_uncertainty(given: Any, sets: Mapping[str, Any] | None, found: list[Fault]) -> dict[str, Any]:
    """Return what is uncertain as plain data with exact numbers; empty where nothing is said.

    What is wrong with its shapes, names, distributions, correlations and probabilities is added to `found`. Whether the
    changes match rows depends on the constraint sets that are applied, and is found when values are drawn.

    Parameters
    ----------
    sets
        The constraint sets that scenarios may name; None where they could not be read.
    """
    if given is None:
        return {}
    before = len(found)
    plain = plain_data(given, WHERE, found)
    if len(found) > before:
        return {}
    if not isinstance(plain, dict):
        problem = "this is not a table with factors, correlations and scenarios"
        found.append(Fault(WHERE, None, None, None, problem, "write [factors.NAME] sections"))
        return {}
    plain = _without_nulls(plain)
    try:
        read = Uncertainty.model_validate(plain)
    except ValidationError as error:
        found.extend(model_faults(error, Uncertainty, WHERE))
        found.extend(_faults_beside(plain, error, sets))
        return {}
    found.extend(faults_of(read, sets))
    return plain


def faults_of(read: Uncertainty, sets: Mapping[str, Any] | None) -> list[Fault]:
    """Return what is wrong with it as far as no table is needed to see it."""
    return [
        *_name_faults(read),
        *(fault for name, factor in read.factors.items() for fault in _factor_faults(f"factors.{name}", factor)),
        *_correlation_faults(read),
        *_scenario_faults(read, sets),
    ]


def _faults_beside(plain: Mapping[str, Any], error: ValidationError, sets: Mapping[str, Any] | None) -> list[Fault]:
    """Return what is wrong beside the parts that are refused by themselves."""
    rest: dict[str, Any] = {name: part.copy() if hasattr(part, "copy") else part for name, part in plain.items()}
    whole = True
    for item in error.errors(include_url=False):
        match item["loc"]:
            case ("factors", str(name), *_):
                rest["factors"][name] = _STAND_IN
            case ("correlations", int(number), *_):
                rest.get("correlations", [])[number:] = []
            case ("scenarios", str(name), *_):
                rest["scenarios"].pop(name, None)
                whole = False
            case (str(name), *_):
                rest.pop(name, None)
                if name == "factors":
                    rest.pop("correlations", None)  # they are about what is left out
    try:
        read = Uncertainty.model_validate(rest)
    except ValidationError:  # nothing more can be told until these are corrected
        return []
    return [fault for fault in faults_of(read, sets) if whole or fault.column != "scenarios"]


def factors_named(pattern: str, names: Mapping[str, Factor]) -> list[str]:
    """Return the factors that a name, or a glob, stands for, in the order of the file."""
    if pattern in names:
        return [pattern]
    return [name for name in names if fnmatch.fnmatchcase(name, pattern)]


def _fault(place: str, value: object, problem: str, remedy: str) -> Fault:
    text = number_text(value) if isinstance(value, Decimal) else None if value is None else str(value)
    return Fault(WHERE, None, place, text, problem, remedy)


def _name_faults(read: Uncertainty) -> Iterator[Fault]:
    for kind in ("factors", "scenarios"):
        for name in getattr(read, kind):
            if not name or name != name.strip() or _LETTERS & set(name):
                problem = "a name is not blank, holds none of * ? [ ] + , @ / and has no white space at its ends"
                yield _fault(f"{kind}.{name}", None, problem, "rename it")
    for name in ("draw", "probability"):
        if name in read.factors:
            problem = "the table of draws has a column of this name"
            yield _fault(f"factors.{name}", None, problem, "rename the factor")
    if "scenario" in read.factors and read.scenarios:
        yield _fault("factors.scenario", None, "scenario names the draw among the scenarios", "rename the factor")


# -- factors -----------------------------------------------------------------------------------------------------------


def _factor_faults(place: str, factor: Factor) -> Iterator[Fault]:
    needed, allowed = PARAMETERS[factor.distribution]
    lacking = False
    for name in ("low", "mode", "high", "mean", "sd", "values", "probabilities"):
        given = getattr(factor, name)
        if given is None and name in needed:
            lacking = True
            yield _fault(f"{place}.{name}", None, f"a {factor.distribution} distribution needs it", "add it")
        elif given is not None and name not in (*needed, *allowed):
            known = ", ".join((*needed, *allowed))
            problem = f"a {factor.distribution} distribution has no {name}"
            yield _fault(f"{place}.{name}", None, problem, f"it has {known}; delete it")
    if not lacking:
        yield from _parameter_faults(place, factor)
    for number, change in enumerate(factor.change, start=1):
        yield from _change_faults(f"{place}.change[{number}]", factor, change)
    if not any(change.given and change.draws for change in factor.change):
        yield _fault(f"{place}.change", None, "the drawn value stands nowhere", 'write "@" where it goes')


def _parameter_faults(place: str, factor: Factor) -> Iterator[Fault]:
    low, mode, high = factor.low, factor.mode, factor.high
    if low is not None and high is not None and low > high:
        yield _fault(f"{place}.low", low, f"this is more than high ({number_text(high)})", "low is at most high")
    elif mode is not None and low is not None and high is not None and not low <= mode <= high:
        problem = f"the mode lies outside {number_text(low)} to {number_text(high)}"
        yield _fault(f"{place}.mode", mode, problem, "low <= mode <= high")
    if factor.distribution in {"normal", "lognormal"} and low is not None and low == high:
        yield _fault(f"{place}.low", low, "low and high leave one value", "use discrete, or widen them")
    if factor.distribution == "lognormal":
        if factor.mean is not None and factor.mean <= 0:
            yield _fault(f"{place}.mean", factor.mean, "the mean of a lognormal is positive", "correct it")
        if high is not None and high <= 0:
            yield _fault(f"{place}.high", high, "a lognormal value is positive", "correct it")
    if factor.sd == 0 and factor.mean is not None and (_less(factor.mean, low) or _less(high, factor.mean)):
        yield _fault(f"{place}.mean", factor.mean, "sd = 0 and the mean lies outside low and high", "correct it")
    if factor.values is not None and factor.probabilities is not None:
        if len(factor.values) != len(factor.probabilities):
            problem = f"there are {len(factor.values)} values and {len(factor.probabilities)} probabilities"
            yield _fault(f"{place}.probabilities", None, problem, "give each value one")
        else:
            yield from _sum_faults(f"{place}.probabilities", factor.probabilities)


def _less(one: Decimal | None, other: Decimal | None) -> bool:
    return one is not None and other is not None and one < other


def _sum_faults(place: str, probabilities: tuple[Decimal, ...]) -> Iterator[Fault]:
    total = sum(probabilities, Decimal(0))
    if abs(total - 1) > SUM_TOLERANCE:
        yield _fault(place, total, "the probabilities do not add up to 1", "correct them")


def _change_faults(place: str, factor: Factor, change: DrawnChange) -> Iterator[Fault]:
    given = change.given
    if len(given) != 1:
        problem = f"this change has {len(given)} operations"
        yield _fault(place, None, problem, "give one of set, scale, add, slip")
        return
    if change.table == "instance" and change.where:
        yield _fault(f"{place}.where", None, "the table instance has no rows", "delete where")
    yield from _slip_faults(place, factor, change)
    if change.slip is None:
        yield from _cell_faults(f"{place}.{change.operation}", change)
    if factor.each:
        yield from _each_faults(place, factor, change)


def _cell_faults(place: str, change: DrawnChange) -> Iterator[Fault]:
    """Yield what holds no number, and keys of ``instance.toml`` that there are not."""
    for name in change.cells:
        if change.table == "instance":
            known = standing_at(Settings, _path(name))
            if not known:
                yield _fault(place, name, "instance.toml has no such key", _key_beside(name))
            elif not any(may_be(there, int, Decimal) for there in known):
                yield _fault(place, name, "a drawn value is a number, and this key holds none", "choose another key")
            continue
        column = TABLES[change.table].column(name)
        if column is not None and column.kind not in {"number", "whole"}:
            problem = "a drawn value is a number, and this column holds none"
            yield _fault(place, name, problem, "choose a column of numbers")


def _path(name: str) -> list[str]:
    """Return the keys of ``instance.toml`` that lead to one, as they are held."""
    first, *rest = name.split(".")
    return [first, *(KEYS.get(key, key) for key in rest)] if first == "finance" else [first, *rest]


def _key_beside(name: str) -> str:
    """Return the key of ``instance.toml`` that was perhaps meant."""
    *path, last = _path(name)
    beside = [key for there in standing_at(Settings, path) for key in keys_within(there)]
    return did_you_mean(last, beside) if beside else did_you_mean(path[0], keys_within(Settings))


def _slip_faults(place: str, factor: Factor, change: DrawnChange) -> Iterator[Fault]:
    if change.slip is not None:
        if change.table != "projects":
            yield _fault(f"{place}.table", change.table, "slip moves the dates of projects", 'write "projects"')
        if factor.decimals != 0:
            yield _fault(f"{place}.slip", None, "months are whole numbers", "add decimals = 0 to the factor")
        if isinstance(change.slip.months, str) and "/" in change.slip.months:
            yield _fault(f"{place}.slip.months", change.slip.months, "months are whole numbers", 'write "@"')


def _each_faults(place: str, factor: Factor, change: DrawnChange) -> Iterator[Fault]:
    if change.table == "instance":
        problem = "each draws for rows, and the table instance has none"
        yield _fault(f"{place}.table", change.table, problem, "make it a factor of its own")
        return
    column = TABLES[change.table].column(each_column(change.table, factor.each))
    if column is None:
        known = [column.name for column in TABLES[change.table].columns]
        problem = f"{change.table} has no column {factor.each}, for whose values each draws"
        yield _fault(f"{place}.table", change.table, problem, did_you_mean(factor.each, known))
    elif column.kind == "list":
        yield _fault(f"{place}.each", factor.each, "each takes a column of single values", "choose another")


def each_column(table: str, each: str) -> str:
    """Return the column of a table for whose values a factor draws: of projects, `id` where it says `project`."""
    return "id" if table == "projects" and each == "project" else each


# -- correlations and scenarios ----------------------------------------------------------------------------------------


def _correlation_faults(read: Uncertainty) -> Iterator[Fault]:
    seen: dict[tuple[frozenset[str], str], int] = {}
    for number, rule in enumerate(read.correlations, start=1):
        place = f"correlations[{number}].between"
        named = [factors_named(pattern, read.factors) for pattern in rule.between]
        for pattern, names in zip(rule.between, named, strict=True):
            if not names:
                yield _fault(place, pattern, "there is no such factor", did_you_mean(pattern, read.factors))
        if not all(named):
            continue
        if len(set(rule.between)) < len(rule.between):
            yield _fault(place, ", ".join(rule.between), "a factor stands twice", "name it once")
        alone = len(rule.between) == 1 and len(named[0]) == 1
        if alone and not read.factors[named[0][0]].each:
            problem = "a factor with one draw has nothing to be correlated with"
            yield _fault(place, rule.between[0], problem, "name another factor, or give it each")
        key = (frozenset(rule.between), rule.same)
        if key in seen:
            yield _fault(place, ", ".join(rule.between), f"correlations[{seen[key]}] says it already", "keep one")
        seen.setdefault(key, number)
        yield from _same_faults(f"correlations[{number}].same", rule.same, read, named)


def _same_faults(place: str, same: str, read: Uncertainty, named: list[list[str]]) -> Iterator[Fault]:
    if not same:
        return
    columns = [column.name for column in TABLES["projects"].columns]
    if same not in columns:
        yield _fault(place, same, "projects have no such column", did_you_mean(same, columns))
    for name in dict.fromkeys(name for names in named for name in names):
        if read.factors[name].each != "project":
            yield _fault(place, same, f"{name} does not draw for each project", 'give it each = "project"')


def _scenario_faults(read: Uncertainty, sets: Mapping[str, Any] | None) -> Iterator[Fault]:
    for name, scenario in read.scenarios.items():
        for part in scenario.sets.split("+"):
            if sets is not None and part.strip() not in sets and part.strip() != "base":
                hint = did_you_mean(part.strip(), [*sets, "base"])
                yield _fault(f"scenarios.{name}.sets", part.strip(), "there is no such constraint set", hint)
    if read.scenarios:
        yield from _sum_faults("scenarios", tuple(scenario.probability for scenario in read.scenarios.values()))


def _without_nulls(value: Any, *, cells: bool = False) -> Any:
    """Return data without keys that hold null, which TOML cannot write; a cell of `where` or `set` is blank instead."""
    if isinstance(value, dict):
        return {
            key: "" if item is None else _without_nulls(item, cells=key in {"where", "set"})
            for key, item in value.items()
            if item is not None or cells
        }
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value
