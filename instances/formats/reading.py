"""Read an instance from a folder of TOML and CSV, one JSON file, one workbook, or those that come with the package."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import simplejson

from outlay.instances.dictionary.tables import TABLES
from outlay.instances.errors import Fault, InputError
from outlay.instances.formats.bundled import bundled_folder, bundled_names
from outlay.instances.formats.csv_tables import csv_table
from outlay.instances.formats.files import MAX_FILE_MB, text_of_file
from outlay.instances.formats.kinds import WORKBOOK_ENDINGS, refuse_as_instance
from outlay.instances.formats.parsing import parse_document, parse_instance
from outlay.instances.formats.raw_tables import RawTable
from outlay.instances.instance import Instance
from outlay.instances.values.text import Hints, shown

__all__ = ["MAX_FILE_MB", "WORKBOOK_ENDINGS", "read", "text_of_file"]

SETTINGS_FILE, SETS_FILE, UNCERTAINTY_FILE = "instance.toml", "sets.toml", "uncertainty.toml"

_Parsed = TypeVar("_Parsed")


def read(source: str | os.PathLike[str], *, max_file_mb: float = MAX_FILE_MB) -> Instance:
    """Return the instance of a bundled name, a folder, a JSON file or a workbook.

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
        refuse_as_instance(path)
        if path.is_dir():
            return _Folder(path, max_file_mb).read()
        there = path.exists() or path.is_symlink()
    except OSError as error:
        raise InputError.single(
            name, f"it cannot be read ({error.strerror})", "check it and its permissions"
        ) from error
    if not there:
        known = ", ".join(bundled_names())
        raise InputError.single(
            name, "there is no such instance", f"give a folder, a .json file, a workbook or one of {known}"
        )
    if path.suffix.lower() in WORKBOOK_ENDINGS:
        return _read_workbook(path, max_file_mb)
    if path.suffix.lower() != ".json":
        problem = "this is neither a folder nor a .json file nor an .xlsx workbook"
        raise InputError.single(name, problem, "give the instance's folder")
    text = text_of_file(path, path.name, max_file_mb)
    return parse_document(parse_text(path.name, text, json_document, "JSON"), source=path.name)


def _read_workbook(path: Path, max_file_mb: float) -> Instance:
    """Return the instance of a workbook; faults name sheet and cell."""
    # openpyxl is needed for workbooks alone.
    from outlay.instances.formats.workbook.reading import raw_workbook  # noqa: PLC0415

    book = raw_workbook(path, path.name, max_file_mb)
    try:
        return parse_instance(
            book.settings,
            book.tables,
            book.sets,
            book.uncertainty,
            source=path.name,
            faults=book.faults,
            unread=book.unread,
        )
    except InputError as error:
        raise InputError(map(book.with_cell, error.faults)) from None


def _path_of(source: object) -> Path:
    if isinstance(source, str):
        folder = bundled_folder(source)
        if folder is not None:
            return folder
    text = os.fspath(source) if isinstance(source, str | os.PathLike) else None
    if not isinstance(text, str) or not text.strip():
        raise InputError.single(
            "read", "this is not an instance", "give a folder, a .json file or a workbook", value=source
        )
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
                self._collect(tables, name, f"{name}.csv", self._csv_table, "CSV")
        parts: dict[str, Any] = {}
        for part, file in (("instance", SETTINGS_FILE), ("sets", SETS_FILE), ("uncertainty", UNCERTAINTY_FILE)):
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
            parts.get("uncertainty"),
            source=str(self.path),
            faults=self.faults,
            unread=self.broken,
            toml_name=SETTINGS_FILE,
        )

    def _refuse_unknown(self, files: list[str]) -> None:
        """A misspelt file would be left out in silence otherwise."""
        known = [SETTINGS_FILE, SETS_FILE, UNCERTAINTY_FILE, *(f"{name}.csv" for name in TABLES)]
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
            text = text_of_file(file, name, self.max_file_mb, western=form == "CSV")
            parts[part] = parse_text(name, text, lambda text: parse(name, text), form)
        except InputError as error:
            self.broken.append(part)
            self.faults.extend(error.faults)
        except (OSError, RuntimeError) as error:  # RuntimeError: symbolic links in a circle
            self.broken.append(part)
            self.faults.append(Fault(name, None, None, None, f"the file cannot be read ({error})", "put a file here"))

    def _csv_table(self, name: str, text: str) -> RawTable:
        table, faults = csv_table(name, text)
        self.faults.extend(faults)
        return table


def _toml_document(_: str, text: str) -> dict[str, Any]:
    return tomllib.loads(text, parse_float=Decimal)
