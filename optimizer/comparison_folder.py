"""The folder of a comparison: run files of finished cases, and at the end its tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from outlay.instances.errors import InputError
from outlay.instances.instance import Instance
from outlay.instances.output import replace_file
from outlay.instances.reading import MAX_FILE_MB
from outlay.instances.text import shown
from outlay.instances.writing import to_document
from outlay.optimizer.case_task import Request
from outlay.optimizer.comparison import TABLES, Comparison
from outlay.optimizer.plain import table_document
from outlay.optimizer.recheck import recheck
from outlay.optimizer.run_document import run_text
from outlay.optimizer.run_file import read_run_document, run_and_instance
from outlay.optimizer.run_schema import FORMAT as RUN_FORMAT

FORMAT = "outlay comparison 2"
MARKER = "comparison.json"


@dataclass(frozen=True)
class ComparisonFolder:
    """A folder that holds a comparison, finished or not.

    Attributes
    ----------
    path
        The folder.
    """

    path: Path

    @classmethod
    def open(cls, path: str | Path, *, force: bool = False) -> ComparisonFolder:
        """Return the folder, made ready: new, empty, or of an earlier comparison that is to be resumed.

        Raises
        ------
        InputError
            If it holds anything else (unless `force`), or cannot be written.
        """
        folder = cls(Path(path))
        try:
            if folder.path.exists() and not folder.path.is_dir():
                raise InputError.single(str(path), "this is not a folder", "choose another name")
            other = folder.path.exists() and any(folder.path.iterdir())
            if other and not (folder.path / MARKER).is_file() and not force:
                raise InputError.single(
                    str(path), "the folder holds something that is no comparison", "choose another, or use force"
                )
            (folder.path / "runs").mkdir(parents=True, exist_ok=True)
            if not (folder.path / MARKER).exists():
                replace_file(folder.path / MARKER, run_text({"format": FORMAT, "finished": False}))
        except OSError as error:
            raise InputError.single(
                str(path), f"it cannot be written ({error.strerror})", "choose another place"
            ) from error
        return folder

    def run_path(self, key: str) -> Path:
        """Return where the run file of a request stands."""
        return self.path / "runs" / f"{key}.json"

    def finished(self, request: Request) -> tuple[dict[str, Any] | None, str]:
        """Return (run document or None, why a file that is there does not count).

        A file counts if it is the answer to this request, and all that it says is verified from instance and plan.
        """
        path = self.run_path(request.key)
        if not path.exists():
            return None, ""
        try:
            document = read_run_document(path, MAX_FILE_MB)
            run, instance = run_and_instance(document, path.name)
        except InputError as error:
            return None, f"{path.name} cannot be read ({error})"
        if document["format"] != RUN_FORMAT or not _answers(run, instance, request):
            return None, f"{path.name} is not the run file of this case"
        if run["status"] not in _FINISHED:
            return None, ""  # a case that failed or ran out of time deserves another try
        false = recheck(run, instance).violations
        return (run, "") if not false else (None, f"{path.name} failed its verification ({shown(str(false[0]))})")

    def keep(self, key: str, document: Mapping[str, Any]) -> None:
        """Write the run file of a request, whole or not at all.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        path = self.run_path(key)
        try:
            replace_file(path, run_text({**document, "request": key}))
        except OSError as error:
            raise InputError.single(
                str(path), f"it cannot be written ({error.strerror})", "make room, or choose another folder"
            ) from error

    def write(self, comparison: Comparison) -> None:
        """Write ``comparison.json`` and a CSV of each table, made harmless for spreadsheets."""
        replace_file(self.path / MARKER, run_text(to_comparison_document(comparison)))
        for name in TABLES:
            table = comparison.table(name)
            target = self.path / f"{'comparison' if name == 'cases' else name}.csv"
            if table is not None:
                replace_file(target, spreadsheet_csv(table))
            else:
                target.unlink(missing_ok=True)


#: What need not be solved again.
_FINISHED = frozenset({"optimal", "within gap", "infeasible", "unbounded"})


def _answers(run: Mapping[str, Any], instance: Instance, request: Request) -> bool:
    """Whether a run is of the case that is asked for."""
    if run.get("request") != request.key or run["options"] != request.options or instance.digest != request.digest:
        return False
    extra = run.get("comparison")
    if extra is None or request.nearest:
        return extra is not None
    return bool(extra["own_plan"] == run["plan"] and not extra["nearest_proved"])  # nothing was looked for


def to_comparison_document(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison as plain data."""
    tables = {name: comparison.table(name) for name in TABLES}
    return {
        "format": FORMAT,
        "finished": True,
        "name": comparison.name,
        "title": comparison.title,
        "money_unit": comparison.money_unit,
        "reference": comparison.reference,
        "sets": list(comparison.sets),
        "files": dict(comparison.files),
        "tables": {name: None if table is None else table_document(table) for name, table in tables.items()},
        "instance": None if comparison.instance is None else to_document(comparison.instance),
    }


def spreadsheet_csv(table: pd.DataFrame) -> str:
    """Return a table as CSV in which no text cell can be taken for a formula.

    Examples
    --------
    >>> spreadsheet_csv(pd.DataFrame({"a": ["=1+1", "b"], "n": [-1.0, 2.0]})).splitlines()
    ['a,n', "'=1+1,-1.0", 'b,2.0']
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")  # so that a lone \r is quoted too
    writer.writerow([_harmless(name) for name in table.columns])
    for row in table.itertuples(index=False):
        writer.writerow([_harmless(cell) for cell in row])
    return buffer.getvalue()


def _harmless(cell: Any) -> Any:
    if isinstance(cell, str):
        return f"'{cell}" if cell.lstrip()[:1] in {"=", "+", "-", "@"} or cell[:1] in {"\t", "\r", "\n"} else cell
    return "" if cell is None or cell != cell else cell  # noqa: PLR0124 - NaN is not itself
