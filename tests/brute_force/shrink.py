"""Make a case smaller while what is odd about it stays."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from outlay.instances.errors import InputError
from outlay.instances.formats.writing import to_document
from tests.brute_force.generator import Case


def shrunk(case: Case, odd: Callable[[Case], bool], progress: Callable[[str], None] = lambda _: None) -> Case:
    """Return a case from which no table, row or cell can be dropped without it ceasing to be odd."""

    def still(candidate: Case) -> bool:
        try:
            return odd(candidate)
        except (InputError, KeyError, StopIteration):
            return False

    resolved = Case(plain(to_document(case.instance())))
    resolved.document.pop("sets", None)
    if still(resolved):
        case = resolved
    changed = True
    while changed:
        changed = False
        for path in list(_paths(case.document)):
            smaller = _without(case.document, path)
            if smaller is not None and still(candidate := Case(smaller, case.constraint_set)):
                case, changed = candidate, True
                progress(f"dropped {'/'.join(str(part) for part in path)}")
    return case


def plain(value: Any) -> Any:
    """Return a document with numbers as JSON writes them."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, bool | str | int | None):
        return value
    return int(value) if value == int(value) else float(value)


def _paths(document: dict[str, Any]) -> Iterator[tuple[str | int, ...]]:
    """Yield what could be dropped, large things first; rows from the last, so that earlier paths stay right."""
    tables = [name for name in document if name not in {"instance", "sets"}]
    yield from ((name,) for name in (*tables, "sets") if name in document)
    yield from ((name, row) for name in tables for row in reversed(range(len(document[name]))))
    yield from _settings_paths(document["instance"], ("instance",))
    for name in tables:
        for row in reversed(range(len(document[name]))):
            yield from ((name, row, column) for column in document[name][row])


def _settings_paths(settings: dict[str, Any], path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for key, value in settings.items():
        yield (*path, key)
        if isinstance(value, dict):
            yield from _settings_paths(value, (*path, key))


def _without(document: dict[str, Any], path: tuple[str | int, ...]) -> dict[str, Any] | None:
    """Return a copy without one thing; None where it is already gone."""
    smaller = copy.deepcopy(document)
    place: Any = smaller
    try:
        for part in path[:-1]:
            place = place[part]
        del place[path[-1]]
    except (KeyError, IndexError):
        return None
    if len(path) == 2 and path[0] != "instance" and not smaller[path[0]]:
        del smaller[path[0]]
    return smaller
