"""Numbers that steer the engine: frozen dataclasses whose fields know their range, and how they are read."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import field, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

from outlay.instances.errors import Fault, InputError
from outlay.instances.values.text import did_you_mean

Numbers = TypeVar("Numbers")


def _number(default: Any, least: float, most: float = math.inf) -> Any:
    return field(default=default, metadata={"least": least, "most": most})


def a_count(default: Any) -> Any:
    """Return a field that holds a whole number, or several, >= 1."""
    return _number(default, 1)


def a_share(default: Any) -> Any:
    """Return a field that holds a share, or several, 0 to 1."""
    return _number(default, 0.0, 1.0)


def some_seconds(default: Any) -> Any:
    """Return a field that holds seconds, >= 0."""
    return _number(default, 0.0)


def a_factor(default: Any) -> Any:
    """Return a field that holds a factor, or several, >= 0."""
    return _number(default, 0.0)


def names(*known: str) -> Any:
    """Return a field that holds some of these names; none unless told otherwise."""
    return field(default=(), metadata={"known": known})


def read_numbers(kind: type[Numbers], path: str | Path) -> Numbers:
    """Return numbers from a TOML file that holds those that differ, in a table for each group.

    Parameters
    ----------
    kind
        A frozen dataclass of fields made by `a_count` and so on, and of such dataclasses.

    Raises
    ------
    InputError
        With every name that is not known and every value out of its range; or if the file cannot be read.
    """
    file = str(path)
    try:
        document = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError.single(file, f"this file cannot be read ({error})", "give a TOML file") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError.single(file, f"this is no TOML ({error})", "correct it") from error
    faults: list[Fault] = []
    made = _made(kind, document, file, "", faults)
    if faults:
        raise InputError(faults)
    return made


def _made(kind: type[Numbers], document: Mapping[str, Any], file: str, above: str, faults: list[Fault]) -> Numbers:
    """Return the numbers of a group; what is wrong is added to the faults, and as usual."""
    usual, known = kind(), {each.name: each for each in fields(kind)}  # type: ignore[arg-type]
    given: dict[str, Any] = {}
    for name, value in document.items():
        place = f"{above}{name}"
        if name not in known:
            faults.append(Fault(file, None, place, str(value), "there is no such number", did_you_mean(name, known)))
            continue
        before = getattr(usual, name)
        if is_dataclass(before):
            if isinstance(value, Mapping):
                given[name] = _made(type(before), value, file, f"{place}.", faults)
            else:
                faults.append(Fault(file, None, place, str(value), "this is a group of numbers", f"write [{place}]"))
            continue
        wrong = list(_faults(before, value, known[name].metadata))
        faults.extend(Fault(file, None, place, str(value), problem, remedy) for problem, remedy in wrong)
        if not wrong:
            given[name] = tuple(value) if isinstance(before, tuple) else type(before)(value)
    return kind(**given)


def _faults(before: Any, value: Any, limits: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (what is wrong with a value, what would be right), beside the usual one."""
    if isinstance(before, tuple):
        if not isinstance(value, list) or ("least" in limits and len(value) != len(before)):
            yield "this is no list of the right length", f"give {len(before) or 'some'}, in square brackets"
            return
        parts, whole = value, all(isinstance(one, int) for one in before)
    else:
        parts, whole = [value], isinstance(before, int)
    for part in parts:
        if "known" in limits:
            if part not in limits["known"]:
                yield "there is no such name", did_you_mean(str(part), limits["known"])
        elif isinstance(part, bool) or not isinstance(part, int if whole else int | float):
            yield "this is no whole number" if whole else "this is no number", f"such as {before}"
        elif not limits["least"] <= part <= limits["most"] or not math.isfinite(part):
            most = f" to {limits['most']:g}" if math.isfinite(limits["most"]) else " or more"
            yield "this is out of range", f"{limits['least']:g}{most}"


def unlimited(kind: type[Any], above: str = "") -> Iterator[str]:
    """Yield the dotted names of fields of numbers that have no range."""
    for each in fields(kind):
        usual = getattr(kind(), each.name)
        if is_dataclass(usual):
            yield from unlimited(type(usual), f"{above}{each.name}.")
        elif not each.metadata:
            yield f"{above}{each.name}"


def differing(numbers: Any, above: str = "") -> dict[str, Any]:
    """Return what differs from the usual numbers, by dotted name, as JSON holds it."""
    usual, found = type(numbers)(), dict[str, Any]()
    for each in fields(numbers):
        value, before = getattr(numbers, each.name), getattr(usual, each.name)
        if is_dataclass(value):
            found |= differing(value, f"{above}{each.name}.")
        elif value != before:
            found[f"{above}{each.name}"] = list(value) if isinstance(value, tuple) else value
    return found
