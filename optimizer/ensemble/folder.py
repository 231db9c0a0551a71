"""The folder of several plans that belong together: what is said of them all, and a run file each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from outlay.instances.errors import InputError
from outlay.instances.formats.output import write_folder
from outlay.instances.values.text import did_you_mean
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.export.tables import spreadsheet_csv
from outlay.optimizer.record.run_document import run_text, to_run_document
from outlay.optimizer.record.run_file import load
from outlay.optimizer.status import OPTIMAL_GAP, Status
from outlay.optimizer.verify.plan import TOLERANCE

#: The folder of run files.
RUNS = "runs"


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


def load_runs(
    folder: Path, files: Mapping[str, str], marker: str, remedy: str, *, max_file_mb: float
) -> dict[str, Solution]:
    """Return the runs that a folder's marker names, each checked by itself.

    Raises
    ------
    InputError
        If a run file lies outside the folder, is missing or damaged.
    """
    found = {name: run_named(folder, name, files, marker=marker, remedy=remedy, what="run") for name in files}
    return {name: load(path, max_file_mb=max_file_mb) for name, path in found.items()}


def run_named(folder: Path, name: str, files: Mapping[str, str], *, marker: str, remedy: str, what: str) -> Path:
    """Return the path of a run's file; `what` says what a name stands for.

    Raises
    ------
    InputError
        If there is no run of that name, or its file lies outside the folder.
    """
    if name not in files:
        raise InputError.single(str(folder), f"there is no such {what}", did_you_mean(name, files), value=name)
    file = files[name]
    if Path(file).name != file or not file:
        raise InputError.single(marker, "a run lies outside the folder", remedy, column=f"runs.{name}", value=file)
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
