"""``instance.toml``, ``sets.toml`` and ``uncertainty.toml`` as rows of a sheet: keys and values, and their way back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from outlay.instances.errors import Fault
from outlay.instances.formats.workbook.texts import (
    EMPTY_LIST,
    EMPTY_TABLE,
    EXACT_MARK,
    is_safe,
    parts_of_path,
    path_text,
    text_of_cell,
)
from outlay.instances.values.numbers import NotANumber, parse_number

Path = tuple[str | int, ...]

#: Tables of names of the user's own, which may hold dots that nobody writes in quotation marks.
_OPEN_SETTINGS = frozenset({"discount_rates", "objective"})
_OPEN_CHANGES = frozenset({"set", "scale", "add", "where", "append"})
_MOST_PLACES = 10_000


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield (path, value) of everything single in plain data, in order; empty lists and tables count as single."""
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list | tuple) and value:
        for place, item in enumerate(value):
            yield from leaves(item, (*path, place))
    elif isinstance(value, Mapping):
        yield path, EMPTY_TABLE
    elif isinstance(value, list | tuple):
        yield path, EMPTY_LIST
    else:
        yield path, value


def set_rows(sets: Mapping[str, Any]) -> Iterator[tuple[str, str | int, str, Any]]:
    """Yield (set, property or number of the change, key, value) of every row of the sheet ``sets``."""
    for name, body in sets.items():
        if not body:
            yield name, "", "", EMPTY_TABLE
            continue
        for path, value in leaves(body):
            if path[0] == "change" and len(path) > 1:
                yield name, int(path[1]) + 1, _change_key(path[2:]), value
            else:
                yield name, str(path[0]), path_text(path[1:]), value


def _change_key(path: Path) -> str:
    """Return a key of a change; the name of a column or of a key of instance.toml keeps its dots."""
    if len(path) > 1 and path[0] in _OPEN_CHANGES:
        plain = f"{path[0]}.{path[1]}"
        if isinstance(path[1], str) and len(path) == 2 and _own_name(parts_of_path(plain)) == path and is_safe(plain):
            return plain
    return path_text(path)


def _own_name(parts: Path | None) -> Path | None:
    """Return a path in which all after a table of the user's own names is one name, if it is text throughout."""
    if parts is None or len(parts) < 3 or parts[0] not in _OPEN_CHANGES | _OPEN_SETTINGS:
        return parts
    if all(isinstance(part, str) for part in parts):
        return (parts[0], ".".join(str(part) for part in parts[1:]))
    return parts


@dataclass
class Tree:
    """Plain data grown from paths, with the rows that they came from.

    Attributes
    ----------
    where
        The sheet, for faults.
    root
        What has grown.
    rows
        Row of each path.
    faults
        What cannot grow.
    """

    where: str
    root: dict[str, Any] = field(default_factory=dict)
    rows: dict[Path, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def add(self, path: Path, value: Any, row: int, *, key: str) -> None:
        """Put a value at a path; note why that cannot be."""
        if path in self.rows:
            self._fault(row, key, f"this stands already in row {self.rows[path]}", "delete one of the two")
            return
        self.rows[path] = row
        node: Any = self.root
        for part, following in zip(path, (*path[1:], None), strict=True):
            last = following is None
            made = value if last else ([] if isinstance(following, int) else {})
            if isinstance(part, int) and isinstance(node, list):
                if part > len(node) or part > _MOST_PLACES:
                    self._fault(row, key, f"place {part + 1} of a list that has {len(node)}", "count them from 1")
                    return
                if part == len(node):
                    node.append(made)
                elif last:
                    self._fault(row, key, "this place stands already", "delete one of the two")
                    return
                node = node[part]
            elif isinstance(part, str) and isinstance(node, dict):
                if last and part in node:
                    self._fault(row, key, "this has parts of its own in other rows", "delete one of the two")
                    return
                node = node.setdefault(part, made)
            else:
                self._fault(row, key, "another row makes this something else", "delete one of the two")
                return

    def _fault(self, row: int, key: str, problem: str, remedy: str) -> None:
        self.faults.append(Fault(self.where, row, "key", key, problem, remedy))


def settings_path(key: str) -> Path | None:
    """Return the path of a key of the sheet ``instance``; None if it is none."""
    return _own_name(parts_of_path(key.strip()))


def set_path(name: str, place: str, key: str) -> Path | None:
    """Return the path of a row of the sheet ``sets``; None if it is none."""
    if place.isdigit() and int(place):
        parts = _own_name(parts_of_path(key.strip()))
        return None if not parts else (name, "change", int(place) - 1, *parts)
    parts = parts_of_path(key.strip())
    return None if parts is None else (name, place, *parts) if place else (name, *parts)


def uncertainty_path(key: str) -> Path | None:
    """Return the path of a key of the sheet ``uncertainty``; None if it is none.

    What a change says of a key of instance.toml may have dots that nobody writes in quotation marks.
    """
    parts = parts_of_path(key.strip())
    if parts is None or len(parts) < 5 or parts[0] != "factors" or parts[2] != "change":
        return parts
    own = _own_name(parts[4:])
    return parts if own is None else (*parts[:4], *own)


def value_of(cell: Any) -> Any:
    """Return the value of a cell of a key: text as it was meant, an empty list or table for its sign."""
    if not isinstance(cell, str):
        return cell
    if cell.startswith(EXACT_MARK):
        try:
            return parse_number(cell.removeprefix(EXACT_MARK))
        except NotANumber:
            return cell
    if cell in {EMPTY_LIST, EMPTY_TABLE}:
        return [] if cell == EMPTY_LIST else {}
    return text_of_cell(cell)
