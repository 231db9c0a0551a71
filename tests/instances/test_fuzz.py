"""Whatever is done to a valid instance, it is read, or refused with an `InputError` that can be shown."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlay.instances.dictionary.settings import Settings
from outlay.instances.dictionary.tables import TABLES
from outlay.instances.errors import InputError
from outlay.instances.formats.parsing import parse_document
from outlay.instances.formats.reading import read
from outlay.instances.formats.writing import write
from outlay.instances.instance import Instance
from tests.brute_force.generator import case_of
from tests.instances.support import parsed, small
from tests.support.examples import examples

often = examples(800)
sometimes = examples(200)


def _deep(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    return value


ODD: list[Any] = [None, "", " ", "x", "A", "B@large", "@", "2026-07", "2026-13", "9999-12", "0000-01", "1e999999", "*"]
ODD += [
    "a;b",
    "\0",
    "\ud800",
    "\x1b[2J",
    "=1+1",
    "true",
    "nan",
    "labour",
    "crew",
    "finance",
    "cost",
    "use:crew",
    "base",
]
ODD += [
    0,
    -1,
    1,
    2,
    1.5,
    1e300,
    10**5000,
    float("nan"),
    float("-inf"),
    True,
    False,
    Decimal("1E+999999999"),
    Decimal("sNaN"),
]
ODD += [Decimal("1E-40"), b"x", (1,), 1j, np.float64(2), np.array([1, 2]), object()]
#: Made anew for each use, as later accidents may change them.
MADE = [list, dict, set, lambda: [1], lambda: ["A", None], lambda: {"a": 1}, lambda: _deep(40), lambda: _deep(5000)]
odd = st.sampled_from(ODD) | st.sampled_from(MADE).map(lambda make: make())
names = st.sampled_from(
    [*TABLES, *Settings.model_fields, "sets", "instance", "x", "", "\ud800", "from", "project", "extends"]
)
names |= st.sampled_from(sorted({column.name for spec in TABLES.values() for column in spec.columns}))
names |= st.sampled_from(["table", "where", "set", "scale", "add", "append", "delete", "change", "disable", "title"])


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items if len(path) < 10 else ():
        yield from _places(item, (*path, key))


def _copied(value: Any, depth: int = 12) -> Any:
    """Return a copy as deep as accidents reach."""
    if depth and isinstance(value, dict):
        return {key: _copied(item, depth - 1) for key, item in value.items()}
    return [_copied(item, depth - 1) for item in value] if depth and isinstance(value, list) else value


def _mutate(document: Any, draw: st.DrawFn) -> None:
    places = list(_places(document))
    if not places:
        return
    *path, last = draw(st.sampled_from(places))
    part = document
    for key in path:
        part = part[key]
    kind = draw(st.sampled_from(["retype", "drop", "rename", "copy", "move"]))
    if kind == "drop":
        del part[last]
    elif kind == "rename" and isinstance(part, dict):
        part[draw(names)] = part.pop(last)
    elif kind == "copy" and isinstance(part, list):
        part.append(_copied(part[last]))
    elif kind == "move":
        other = draw(st.sampled_from(places))
        found = document
        for key in other:
            if not isinstance(found, dict | list) or (isinstance(found, dict) and key not in found):
                return
            found = found[key] if isinstance(found, dict) or key < len(found) else None
        part[last] = _copied(found)
    else:
        part[last] = draw(odd)


@st.composite
def garbled(draw: st.DrawFn) -> dict[str, Any]:
    """Return the small document after a few accidents."""
    document = small()
    for _ in range(draw(st.integers(1, 4))):
        _mutate(document, draw)
    return document


def check(instance: Instance) -> None:
    """Use an instance that was let through: everything that is derived from it must work."""
    assert len(instance.digest) == 64
    assert len(instance.alternatives) >= len(instance["projects"])
    assert instance.objective_levels
    assert isinstance(instance.known_metrics, tuple)
    assert instance.period_label(0)
    for name in instance["resources"].texts("resource"):
        assert instance.family_of(name)
    for name in instance.sets:
        try:
            assert instance.with_set(name).settings.applied.sets
        except InputError as error:
            show(error)


def show(error: InputError) -> None:
    assert error.faults
    for fault in error.faults:
        text = str(fault)
        text.encode()
        assert text.replace("\u00a0", "").isprintable()
        assert fault.problem
        assert fault.remedy


@often
@given(garbled())
def test_a_garbled_document_is_read_or_refused(document: dict[str, Any]) -> None:
    try:
        instance = parse_document(document, source="garbled")
    except InputError as error:
        show(error)
        return
    check(instance)
    with tempfile.TemporaryDirectory() as folder:
        assert read(write(instance, Path(folder) / "a")) == instance == read(write(instance, Path(folder) / "b.json"))


@pytest.mark.slow
@often
@given(garbled())
def test_garbled_sets_are_applied_or_refused(document: dict[str, Any]) -> None:
    try:
        instance = parse_document({**small(), "sets": document.get("sets")}, source="garbled")
    except InputError as error:
        show(error)
    else:
        check(instance)


@st.composite
def changes(draw: st.DrawFn) -> dict[str, Any]:
    """Return a change whose columns and values are drawn from everything."""
    table = draw(st.sampled_from([*TABLES, "instance"]))
    columns = [column.name for column in TABLES[table].columns] if table in TABLES else []
    keys = st.sampled_from(
        [*columns, "jobs", "x", "finance.waterfall", "calendar.periods", "metrics.jobs", "objective.value"]
    )
    values = st.sampled_from([value for value in ODD if isinstance(value, str | int | float | list | None)])
    change: dict[str, Any] = {"table": table}
    if draw(st.booleans()):
        change["where"] = draw(st.dictionaries(keys, values, max_size=2))
    operation = draw(st.sampled_from(["set", "scale", "add", "append", "delete"]))
    change[operation] = True if operation == "delete" else draw(st.dictionaries(keys, values, min_size=1, max_size=3))
    return change


@pytest.mark.slow
@often
@given(st.lists(changes(), min_size=1, max_size=3))
def test_any_change_is_applied_or_refused(found: list[dict[str, Any]]) -> None:
    try:
        instance = parse_document({**small(), "sets": {"s": {"change": found}}}, source="garbled")
        check(instance.with_set("s"))
    except InputError as error:
        show(error)


_FOLDER = tempfile.TemporaryDirectory()
_BYTES = {file.name: file.read_bytes() for file in write(parsed(small()), Path(_FOLDER.name) / "small").iterdir()}
_FOLDER.cleanup()


def faulty(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield copies in which one cell is blank, or one row missing."""
    for table, rows in document.items():
        for number, row in enumerate(rows if isinstance(rows, list) else ()):
            for column in row:
                made = _copied(document)
                made[table][number][column] = None
                yield made
            made = _copied(document)
            del made[table][number]
            yield made


@pytest.mark.parametrize("seed", [None, 100, 110])
def test_a_blank_cell_or_a_missing_row_is_read_or_refused(seed: int | None) -> None:
    for document in faulty(small() if seed is None else case_of(seed).document):
        try:
            check(parse_document(document, source="faulty"))
        except InputError as error:
            show(error)


@st.composite
def garbled_files(draw: st.DrawFn) -> dict[str, bytes]:
    """Return the files of the small instance with bytes cut, put in, doubled or swapped."""
    files = dict(_BYTES)
    for _ in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from(sorted(files)))
        data = files.pop(name)
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 40)))
        kind = draw(st.sampled_from(["cut", "put", "double", "drop", "rename", "end"]))
        put = draw(
            st.binary(max_size=6)
            | st.sampled_from([b'"', b",", b"\n", b"\r", b"\0", b"[", b"=", b"\xff\xfe", b"@", b"-", b"9" * 40])
        )
        if kind == "rename":
            files[draw(st.sampled_from(sorted(_BYTES)))] = data
        elif kind != "drop":
            middle = {"cut": b"", "put": put, "double": data[start:end] * 2, "end": b""}[kind]
            files[name] = data[:start] + middle + (b"" if kind == "end" else data[end:])
    return files


@pytest.mark.slow
@sometimes
@given(garbled_files())
def test_garbled_files_are_read_or_refused(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as name:
        for file, data in files.items():
            (Path(name) / file).write_bytes(data)
        try:
            instance = read(name)
        except InputError as error:
            show(error)
        else:
            check(instance)


@pytest.mark.slow
@sometimes
@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        for file in ("x.json", "instance.toml", "projects.csv", "sets.toml"):
            (Path(name) / file).write_bytes(data)
        for source in (Path(name), Path(name) / "x.json"):
            try:
                read(source)
            except InputError as error:
                show(error)
