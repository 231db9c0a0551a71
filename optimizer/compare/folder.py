"""The folder of a comparison: run files of finished cases, and at the end its tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from outlay.instances.errors import InputError
from outlay.instances.formats.output import (
    as_path,
    check_target,
    make_folder,
    refusals_told,
    remove_temporaries,
    replace_file,
    replace_files,
)
from outlay.instances.formats.reading import MAX_FILE_MB
from outlay.instances.formats.writing import to_document
from outlay.instances.instance import Instance
from outlay.instances.values.text import shown
from outlay.optimizer.answer.documents import table_document
from outlay.optimizer.answer.reason import to_documents
from outlay.optimizer.compare.comparison import TABLES, Comparison
from outlay.optimizer.compare.lock import give_sign_of_life, hold
from outlay.optimizer.export.tables import spreadsheet_csv
from outlay.optimizer.record.recheck import recheck
from outlay.optimizer.record.run_document import run_text
from outlay.optimizer.record.run_file import read_run_document, run_and_instance
from outlay.optimizer.record.run_schema import FORMAT as RUN_FORMAT

if TYPE_CHECKING:
    from outlay.optimizer.compare.task import Request

FORMAT = "outlay comparison 3"
MARKER = "comparison.json"
LOCK = ".comparison.lock"
#: What our own files begin with that a process may leave behind before the folder has its marker.
_OWN = ".comparison"
_UNFINISHED: dict[str, Any] = {"format": FORMAT, "finished": False}


@dataclass
class ComparisonFolder:
    """A folder that holds a comparison, finished or not.

    Attributes
    ----------
    path
        The folder.
    """

    path: Path
    _is_held: bool = field(default=False, init=False, repr=False, compare=False)

    @classmethod
    def open(cls, path: str | Path, *, force: bool = False) -> ComparisonFolder:
        """Return the folder: new, empty, or of an earlier comparison that is to be resumed.

        Raises
        ------
        NoRoomError
            If there is no room for it.
        InputError
            If it holds anything else (unless `force`), or cannot be written.
        """
        folder = cls(as_path(path))
        with refusals_told(folder.path):
            if folder.path.exists() and not folder.path.is_dir():
                raise InputError.single(str(path), "this is not a folder", "choose another name")
            make_folder(folder.path)
            others = [file for file in folder.path.iterdir() if not file.name.startswith(_OWN)]
            if others and not (folder.path / MARKER).is_file() and not force:
                raise InputError.single(
                    str(path), "the folder holds something that is no comparison", "choose another, or use force"
                )
        return folder

    @contextmanager
    def held(self) -> Iterator[str]:
        """Hold the folder, so that nobody else writes there, and make it ready for run files.

        Yields what to tell the user about an earlier owner that has gone, or nothing.

        Raises
        ------
        NoRoomError
            If there is no room to begin with.
        InputError
            If another process holds it, or nothing can be written there.
        """
        with hold(self.path / LOCK) as note:
            self._make_ready()
            self._is_held = True
            try:
                yield note
            finally:
                self._is_held = False

    def _make_ready(self) -> None:
        marker, runs = self.path / MARKER, self.path / "runs"
        with refusals_told(self.path):
            remove_temporaries(self.path)
            check_target(marker, force=True)
            if not marker.exists():
                replace_file(marker, run_text(_UNFINISHED))
            runs.mkdir(exist_ok=True)
            remove_temporaries(runs)
            check_target(runs / "new")

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
        found = recheck(run, instance)
        if found.violations:
            return None, f"{path.name} failed its verification ({shown(str(found.violations[0]))})"
        run["comparison"]["reasons"] = to_documents(found.reasons)
        # A case that failed or ran out of time deserves another try.
        return (run if run["status"] in _FINISHED else None), ""

    def keep(self, key: str, document: Mapping[str, Any]) -> None:
        """Write the run file of a request, whole or not at all.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        path = self.run_path(key)
        # Why projects are left out follows from instance and plan, and is found again whenever the file is read.
        extra = {name: item for name, item in (document["comparison"] or {}).items() if name != "reasons"} or None
        with refusals_told(path):
            replace_file(path, run_text({**document, "comparison": extra, "request": key}))
        give_sign_of_life(self.path / LOCK)

    def write(self, comparison: Comparison) -> None:
        """Write ``comparison.json`` and a CSV of each table, made harmless for spreadsheets.

        There is room for all of them, or nothing is changed. While old and new ones stand side by side,
        ``comparison.json`` says that the comparison is not finished.

        Raises
        ------
        InputError
            If they cannot be written, or another process holds the folder.
        """
        if not self._is_held:
            with self.held():
                return self.write(comparison)
        steps = []
        for name in TABLES:
            table = comparison.table(name)
            file = self.path / f"{'comparison' if name == 'cases' else name}.csv"
            steps.append((file, None if table is None else spreadsheet_csv(table)))
        marker, finished = self.path / MARKER, run_text(to_comparison_document(comparison))
        with refusals_told(self.path):
            replace_files([(marker, run_text(_UNFINISHED)), *steps, (marker, finished)])
        return None


#: What need not be solved again.
_FINISHED = frozenset({"optimal", "within gap", "infeasible", "unbounded"})


def _answers(run: Mapping[str, Any], instance: Instance, request: Request) -> bool:
    """Whether a run is of the case that is asked for."""
    if run.get("request") != request.key or run["options"] != request.options or instance.digest != request.digest:
        return False
    extra = run.get("comparison")
    if extra is None or request.nearest:
        return extra is not None
    own, plan = extra["own_plan"], run["plan"]
    if extra["nearest_proved"]:
        return False  # nothing was to be looked for
    return bool(own == plan or (request.reference is None and _chosen(own) == _chosen(plan)))  # dates may be earlier


def _chosen(plan: Mapping[str, Any] | None) -> list[tuple[str, str]] | None:
    """Return what a plan funds, whenever that begins."""
    return None if plan is None else sorted((choice["project"], choice["alternative"]) for choice in plan["choices"])


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
