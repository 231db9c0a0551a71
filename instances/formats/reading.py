"""Read an instance from a folder of TOML and CSV, from one JSON file, or from those that come with the package."""

from __future__ import annotations

import csv
import io
import os
import tomllib
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import simplejson

from outlay.instances.dictionary.tables import TABLES
from outlay.instances.errors import Fault, InputError
from outlay.instances.formats.bundled import bundled_folder, bundled_names
from outlay.instances.formats.files import MAX_FILE_MB, text_of_file
from outlay.instances.formats.parsing import parse_document, parse_instance
from outlay.instances.formats.raw_tables import RawTable
from outlay.instances.instance import Instance
from outlay.instances.values.text import Hints, shown

__all__ = ["MAX_FILE_MB", "read", "text_of_file"]

SETTINGS_FILE, SETS_FILE = "instance.toml", "sets.toml"

_Parsed = TypeVar("_Parsed")


def read(source: str | os.PathLike[str], *, max_file_mb: float = MAX_FILE_MB) -> Instance:
    """Return the instance of a bundled name, a folder or a JSON file.

    Parameters
    ----------
    source
        A bundled name (`outlay.instances.formats.bundled.bundled_names`), or a path. A text that is a bundled name
        is one, even where a folder of that name exists: write ``./name`` or give a `Path` for the folder.
    max_file_mb
        Files larger than this many megabytes are refused before they are read.

    Raises
    ------
    InputError
        With every fault of every file.
    """
    path = _path_of(source)
    name = shown(str(path))
    try:
        if path.is_dir():
            return _Folder(path, max_file_mb).read()
        there = path.exists() or path.is_symlink()
    except OSError as error:
        raise InputError.single(
            name, f"it cannot be read ({error.strerror})", "check it and its permissions"
        ) from error
    if not there:
        known = ", ".join(bundled_names())
        raise InputError.single(name, "there is no such instance", f"give a folder, a .json file or one of {known}")
    if path.suffix.lower() != ".json":
        raise InputError.single(name, "this is neither a folder nor a .json file", "give the instance's folder")
    text = text_of_file(path, path.name, max_file_mb)
    return parse_document(parse_text(path.name, text, json_document, "JSON"), source=path.name)


def _path_of(source: object) -> Path:
    if isinstance(source, str):
        folder = bundled_folder(source)
        if folder is not None:
            return folder
    text = os.fspath(source) if isinstance(source, str | os.PathLike) else None
    if not isinstance(text, str) or not text.strip():
        raise InputError.single("read", "this is not an instance", "give a folder or a .json file", value=source)
    return Path(text)


def json_document(text: str) -> Any:
    """Return JSON text as plain data with exact numbers.

    Raises
    ------
    ValueError, ArithmeticError, RecursionError
        If it is not valid JSON, or an object has a key twice.
    """
    return simplejson.loads(text, use_decimal=True, object_pairs_hook=_unique_keys)


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in found if names.count(name) > 1)
        raise ValueError(f"an object has the key '{shown(twice)}' twice")
    return found


def parse_text(name: str, text: str, parse: Callable[[str], _Parsed], form: str) -> _Parsed:
    """Return what a parser makes of a file's text.

    Raises
    ------
    InputError
        If the text is not of that form.
    """
    try:
        return parse(text)
    except RecursionError as error:
        raise InputError.single(name, f"this {form} is nested too deeply", "flatten it") from error
    except ArithmeticError as error:
        raise InputError.single(name, "a number is too large", "write it with fewer digits") from error
    except ValueError as error:
        problem = "a number is too large" if "set_int_max_str_digits" in str(error) else f"not valid {form}: {error}"
        raise InputError.single(name, problem, "correct it there") from error


class _Folder:
    """Reads one folder, collecting the faults of all files."""

    def __init__(self, path: Path, max_file_mb: float) -> None:
        self.path = path
        self.root = path.resolve()
        self.max_file_mb = max_file_mb
        self.faults: list[Fault] = []
        self.broken: list[str] = []

    def read(self) -> Instance:
        files = sorted(name for name in os.listdir(self.path) if not name.startswith("."))  # noqa: PTH208 - raises
        self._refuse_unknown(files)
        tables: dict[str, RawTable] = {}
        for name in TABLES:
            if f"{name}.csv" in files:
                self._collect(tables, name, f"{name}.csv", _csv_table, "CSV")
        parts: dict[str, Any] = {}
        for part, file in (("instance", SETTINGS_FILE), ("sets", SETS_FILE)):
            if file in files:
                self._collect(parts, part, file, _toml_document, "TOML")
        for part, file in (("instance", SETTINGS_FILE), ("projects", "projects.csv")):
            if file not in files:
                self.broken.append(part)
                self.faults.append(Fault(file, None, None, None, "the file is missing", f"add it to {self.path}"))
        return parse_instance(
            parts.get("instance"),
            tables,
            parts.get("sets"),
            source=str(self.path),
            faults=self.faults,
            unread=self.broken,
            toml_name=SETTINGS_FILE,
        )

    def _refuse_unknown(self, files: list[str]) -> None:
        """A misspelt file would be left out in silence otherwise."""
        known = [SETTINGS_FILE, SETS_FILE, *(f"{name}.csv" for name in TABLES)]
        hint = Hints(known)
        for name in files:
            if name not in known and Path(name).suffix.lower() in {".csv", ".toml"}:
                problem = "no table or file of an instance has this name"
                self.faults.append(Fault(name, None, None, None, problem, hint(name)))

    def _collect(
        self, parts: dict[str, _Parsed], part: str, name: str, parse: Callable[[str, str], _Parsed], form: str
    ) -> None:
        """Read one file into `parts`, or note what is wrong with it."""
        try:
            file = self.path / name
            if not file.resolve().is_relative_to(self.root):
                raise InputError.single(
                    name, "the file lies outside the instance's folder", "put a copy into the folder"
                )
            text = text_of_file(file, name, self.max_file_mb)
            parts[part] = parse_text(name, text, lambda text: parse(name, text), form)
        except InputError as error:
            self.broken.append(part)
            self.faults.extend(error.faults)
        except (OSError, RuntimeError) as error:  # RuntimeError: symbolic links in a circle
            self.broken.append(part)
            self.faults.append(Fault(name, None, None, None, f"the file cannot be read ({error})", "put a file here"))


def _toml_document(_: str, text: str) -> dict[str, Any]:
    return tomllib.loads(text, parse_float=Decimal)


def _csv_table(name: str, text: str) -> RawTable:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] = []
    rows: list[list[str]] = []
    numbers: list[int] = []
    last = 0
    try:
        for row in reader:
            if not header:
                header = [cell.strip() for cell in row] if any(cell.strip() for cell in row) else []
            elif any(cell.strip() for cell in row):
                rows.append(row)
                numbers.append(last + 1)
            last = reader.line_num
    except csv.Error as error:
        raise InputError.single(name, f"this is not valid CSV ({error})", "correct it", row=reader.line_num) from error
    faults = _header_faults(name, header)
    faults += [
        Fault(name, number, None, None, f"the row has {len(row)} cells, the header {len(header)}", "give each its cell")
        for number, row in zip(numbers, rows, strict=True)
        if len(row) != len(header)
    ]
    if faults:
        raise InputError(faults)
    columns = dict(zip(header, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(header, ())
    return RawTable(name, columns, columns.__getitem__, numbers)


def _header_faults(name: str, header: list[str]) -> list[Fault]:
    for sign, word in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and sign in header[0]:
            return [Fault(name, 1, None, None, f"the columns are separated by {word}", "save it with commas")]
    faults = [
        Fault(name, 1, None, None, f"column {place} of the header is blank", "name it or delete it")
        for place, cell in enumerate(header, start=1)
        if not cell
    ]
    faults += [
        Fault(name, 1, cell, None, "this column stands twice", "delete one")
        for cell, count in Counter(header).items()
        if cell and count > 1
    ]
    return faults
