"""The folder of several plans that belong together: what is said of them all, and a run file each."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import pandas as pd

from outlay.instances.errors import InputError
from outlay.instances.formats.output import write_folder
from outlay.instances.formats.reading import MAX_FILE_MB
from outlay.instances.values.text import did_you_mean
from outlay.optimizer.answer.documents import floats
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.export.tables import spreadsheet_csv
from outlay.optimizer.record.run_document import run_text, to_run_document
from outlay.optimizer.record.run_file import load, read_run_document
from outlay.optimizer.record.run_schema import Part, checked_part
from outlay.optimizer.status import OPTIMAL_GAP, Status
from outlay.optimizer.verify.plan import TOLERANCE

#: The folder of run files.
RUNS = "runs"


@dataclass(frozen=True)
class Kind:
    """A kind of folder of several plans.

    Attributes
    ----------
    marker
        The file by which it is known, which tells of all plans.
    part
        What that file holds; its field ``format`` says which version.
    member
        What a name of a run stands for.
    command
        What writes such a folder.
    remedy
        How a damaged one is written again.
    """

    marker: str
    part: type[Part]
    member: str
    command: str
    remedy: str

    def is_in(self, path: str | Path) -> bool:
        """Whether this is such a folder."""
        return os.path.isfile(os.path.join(path, self.marker))  # noqa: PTH113, PTH118 - names that cannot be are no file

    def said(self, path: str | Path, max_file_mb: float) -> dict[str, Any]:
        """Return what the folder says of its plans, in its form but not believed.

        Raises
        ------
        InputError
            If this is no such folder, or it is damaged.
        """
        if not self.is_in(path):
            raise InputError.single(
                str(path), f"there is no {self.marker} in it", f"give a folder that {self.command} -o wrote"
            )
        document = floats(read_run_document(Path(path) / self.marker, max_file_mb))
        if document.get("format") not in get_args(self.part.model_fields["format"].annotation):
            raise InputError.single(self.marker, f"this is not what {self.command} wrote", self.remedy)
        checked_part(self.part, document, self.marker, remedy=self.remedy)
        return document

    def run_of(self, path: str | Path, name: str, *, max_file_mb: float = MAX_FILE_MB) -> Path:
        """Return the run file of a name.

        Raises
        ------
        InputError
            If this is no such folder, it is damaged, or has no such run.
        """
        files = self.said(path, max_file_mb)["runs"]
        return _run_named(Path(path), name, files, self, what=self.member)

    def runs_of(self, path: str | Path, files: Mapping[str, str], *, max_file_mb: float) -> dict[str, Solution]:
        """Return the runs that the folder names, each checked by itself.

        Raises
        ------
        InputError
            If a run file lies outside the folder, is missing or damaged.
        """
        found = {name: _run_named(Path(path), name, files, self, what="run") for name in files}
        return {name: load(file, max_file_mb=max_file_mb) for name, file in found.items()}


def write_runs(
    path: str | Path,
    marker: str,
    document: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    runs: Mapping[str, Solution],
) -> Path:
    """Write a new folder, whole or not at all, and return its path.

    The marker gets ``"runs"``: name to file of each run.

    Raises
    ------
    InputError
        If the folder exists and is not empty, or cannot be written.
    """
    files = file_names(list(runs))

    def fill(folder: Path) -> None:
        (folder / RUNS).mkdir()
        for name, run in runs.items():
            (folder / RUNS / files[name]).write_text(run_text(to_run_document(run)), encoding="utf-8")
        for name, table in tables.items():
            (folder / f"{name}.csv").write_text(spreadsheet_csv(table), encoding="utf-8")
        text = run_text({**document, "runs": files})
        (folder / marker).write_text(text, encoding="utf-8")

    return write_folder(path, fill)


def _run_named(folder: Path, name: str, files: Mapping[str, str], kind: Kind, *, what: str) -> Path:
    if name not in files:
        raise InputError.single(str(folder), f"there is no such {what}", did_you_mean(name, files), value=name)
    file = files[name]
    if Path(file).name != file or not file:
        told = "a run lies outside the folder"
        raise InputError.single(kind.marker, told, kind.remedy, column=f"runs.{name}", value=file)
    return folder / RUNS / file


def broken_rules(runs: Mapping[str, Solution]) -> list[tuple[str, str]]:
    """Return what verifying each run by itself found false: the run, and the sentence."""
    return [
        (name, one.sentence)
        for name, run in runs.items()
        if run.verification is not None
        for one in run.verification.violations
    ]


def false_figures(said: Mapping[str, Any], worth: float) -> Iterator[str]:
    """Yield what a document says of its objective, bound and status that does not follow from what the plans are worth.

    The bound itself nobody can repeat.
    """
    size = float(TOLERANCE) * max(1.0, abs(worth))
    if said["objective"] is None or abs(said["objective"] - worth) > size:
        yield f"objective is recorded as {said['objective']}, it is {worth}"
    elif said["bound"] is not None and said["bound"] < worth - size:
        yield f"the bound {said['bound']} is below what the plans are worth, {worth}"
    status = Status(said["status"])
    most = OPTIMAL_GAP if status == Status.OPTIMAL else max(OPTIMAL_GAP, float(said["options"].get("gap") or 0))
    if status.proved and (said["gap"] is None or said["gap"] > most * (1 + 1e-6)):
        yield f"the status is {status}, but the gap is {said['gap']}"


def file_names(names: list[str]) -> dict[str, str]:
    """Return a file name for each name, readable and different whatever the names are.

    Examples
    --------
    >>> file_names(["base", "a+b", "A+B", "../x"])
    {'base': '01-base.json', 'a+b': '02-a+b.json', 'A+B': '03-A+B.json', '../x': '04-x.json'}
    """
    width = max(2, len(str(len(names))))
    plain = {name: re.sub(r"[^\w+.-]+", "-", name).strip("-.")[:60] or "run" for name in names}
    return {name: f"{place:0{width}d}-{plain[name]}.json" for place, name in enumerate(names, start=1)}
