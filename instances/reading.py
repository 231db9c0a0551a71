"""Read an instance from a folder of TOML and CSV, from one JSON file, or from those that come with the package."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import simplejson

from outlay.instances.bundled import bundled_folder, bundled_names
from outlay.instances.dictionary import TABLES
from outlay.instances.errors import Fault, InputError
from outlay.instances.instance import Instance
from outlay.instances.parsing import RawTable, parse_document, parse_instance
from outlay.instances.text import did_you_mean

#: Largest file that is read, in megabytes, unless the caller allows more.
MAX_FILE_MB = 100.0

_Parsed = TypeVar("_Parsed")


def read(source: str | Path, *, max_file_mb: float = MAX_FILE_MB) -> Instance:
    """Return the instance of a bundled name, a folder or a JSON file.

    Parameters
    ----------
    source
        A bundled name (`outlay.instances.bundled_names`), or a path. A bundled name wins; write ``./name`` for a folder
        of that name.
    max_file_mb
        Files larger than this many megabytes are refused before they are read.

    Raises
    ------
    InputError
        With every fault of every file.
    """
    folder = bundled_folder(str(source))
    path = Path(source) if folder is None else folder
    if not path.exists():
        names = bundled_names()
        raise InputError.single(
            str(source), "there is no such instance", f"give a folder, a .json file or one of {', '.join(names)}"
        )
    if path.is_dir():
        return _Folder(path, max_file_mb).read()
    if path.suffix.lower() != ".json":
        raise InputError.single(str(path), "this is neither a folder nor a .json file", "give the instance's folder")
    text = text_of_file(path, path.name, max_file_mb)
    document = _parse_text(path.name, lambda: simplejson.loads(text, use_decimal=True), "JSON")
    return parse_document(document, source=path.name)


def text_of_file(path: Path, name: str, max_file_mb: float) -> str:
    """Return a text file's content; refuse what is missing, too large, empty or not UTF-8.

    Raises
    ------
    InputError
        With the file's `name`.
    """
    try:
        if not path.is_file():
            raise InputError.single(name, "this is not a file", "put a regular file here")
        size = path.stat().st_size
        if size > max_file_mb * 1e6:
            raise InputError.single(
                name,
                f"the file has {size / 1e6:.1f} MB, more than the limit of {max_file_mb:g} MB",
                "split the instance, or raise the limit (max_file_mb, --max-file-mb)",
            )
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        where = f"byte {error.start} is not UTF-8"
        raise InputError.single(name, f"the file is not UTF-8 text ({where})", "save it as UTF-8") from error
    except OSError as error:
        raise InputError.single(name, f"the file cannot be read ({error.strerror})", "check its permissions") from error
    if not text.strip():
        raise InputError.single(name, "the file is empty", "write a header or delete the file")
    return text


def _parse_text(name: str, parse: Callable[[], _Parsed], form: str) -> _Parsed:
    try:
        return parse()
    except RecursionError as error:
        raise InputError.single(name, f"this {form} is nested too deeply", "flatten it") from error
    except (ValueError, ArithmeticError) as error:
        raise InputError.single(name, f"this is not valid {form}: {error}", "correct it there") from error


class _Folder:
    """Reads one folder, collecting the faults of all files."""

    def __init__(self, path: Path, max_file_mb: float) -> None:
        self.path = path
        self.root = path.resolve()
        self.max_file_mb = max_file_mb
        self.faults: list[Fault] = []

    def read(self) -> Instance:
        tables: dict[str, RawTable] = {}
        for file in sorted(self.path.glob("*.csv")):
            if file.stem not in TABLES:
                hint = did_you_mean(file.stem, TABLES)
                self.faults.append(Fault(file.name, None, None, None, "this table is unknown", hint))
                continue
            table = self._collect(file.name, lambda text, name=file.name: _csv_table(name, text))  # type: ignore[misc]
            if table is not None:
                tables[file.stem] = table
        settings = self._toml("instance.toml", required=True)
        sets = self._toml("sets.toml", required=False)
        if settings is None or ("projects" not in tables and not (self.path / "projects.csv").exists()):
            self._require("projects.csv")
            if settings is None:
                raise InputError(self.faults)
        return parse_instance(
            settings, tables, sets or {}, source=str(self.path), faults=self.faults, toml_name="instance.toml"
        )

    def _require(self, name: str) -> None:
        if not (self.path / name).exists():
            self.faults.append(Fault(name, None, None, None, "the file is missing", f"add it to {self.path}"))

    def _toml(self, name: str, *, required: bool) -> dict[str, Any] | None:
        if not (self.path / name).exists() and not (self.path / name).is_symlink():
            if required:
                self._require(name)
            return None
        return self._collect(name, lambda text: tomllib.loads(text, parse_float=Decimal), form="TOML")

    def _collect(self, name: str, parse: Callable[[str], _Parsed], form: str = "CSV") -> _Parsed | None:
        file = self.path / name
        try:
            if not file.resolve().is_relative_to(self.root):
                raise InputError.single(
                    name, "the file lies outside the instance's folder", "put a copy of it into the folder"
                )
            text = text_of_file(file, name, self.max_file_mb)
            return _parse_text(name, lambda: parse(text), form)
        except InputError as error:
            self.faults.extend(error.faults)
        except (OSError, RuntimeError) as error:
            self.faults.append(Fault(name, None, None, None, f"the file cannot be read ({error})", "put a file here"))
        return None


def _csv_table(name: str, text: str) -> RawTable:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[str]] = []
    numbers: list[int] = []
    try:
        header = [cell.strip() for cell in next(reader)]
        last = reader.line_num
        for row in reader:
            if any(cell.strip() for cell in row):
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
    columns = dict(zip(header, zip(*rows, strict=True), strict=True)) if rows else {cell: () for cell in header}
    return RawTable(name, columns, numbers)


def _header_faults(name: str, header: list[str]) -> list[Fault]:
    faults = [
        Fault(name, 1, None, None, f"column {place} of the header is blank", "name it or delete it")
        for place, cell in enumerate(header, start=1)
        if not cell
    ]
    faults += [
        Fault(name, 1, cell, None, "this column stands twice", "delete one")
        for cell in sorted({cell for cell in header if cell and header.count(cell) > 1})
    ]
    return faults
