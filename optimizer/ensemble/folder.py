"""The folder of several plans that belong together: what is said of them all, and a run file each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from outlay.instances.formats.output import write_folder
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.export.tables import spreadsheet_csv
from outlay.optimizer.record.run_document import run_text, to_run_document

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
