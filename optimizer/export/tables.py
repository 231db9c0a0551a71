"""An answer's tables for other programs: as CSV, as Parquet, with the columns that the user added to the projects."""

from __future__ import annotations

import csv
import importlib.util
import io
from pathlib import Path
from typing import Any

import pandas as pd

from outlay.instances.errors import InputError
from outlay.instances.formats.output import check_target, write_folder
from outlay.instances.given import check_type
from outlay.optimizer.answer.groups import with_own_columns
from outlay.optimizer.answer.solution import Solution

#: Forms in which tables are written.
FORMATS = ("csv", "parquet")


def export_tables(solution: Solution) -> dict[str, pd.DataFrame]:
    """Return every table of an answer by name, the project's own columns beside what was decided.

    Raises
    ------
    InputError
        If this is not an answer.
    InfeasibleError, SolverFailedError, NoPlanError, UnverifiedError
        If there is no plan, or none that may be shown.
    """
    check_type("export", solution, Solution, "give what outlay.solve or outlay.load returned")
    tables = {name: with_own_columns(solution.table(name), solution.instance) for name in solution.tables}
    unit = solution.instance.settings.money_unit
    tables["metrics"] = pd.DataFrame(
        [[name, amount] for name, amount in solution.metrics.items()], columns=["metric", "amount"]
    ).assign(money_unit=unit)
    if solution.stakeholders:
        rows = [[who, amount] for who, amount in solution.stakeholders.items()]
        tables["stakeholders"] = pd.DataFrame(rows, columns=["stakeholder", "weighted_sum"])
    return tables


def write_tables(solution: Solution, folder: str | Path, *, form: str = "csv") -> Path:
    """Write every table of an answer into a new folder, one file each; return its path.

    Parameters
    ----------
    solution
        An answer with a verified plan.
    folder
        A new folder.
    form
        ``csv`` (UTF-8 with a byte order mark, so that spreadsheet programs see it) or ``parquet``.

    Raises
    ------
    InputError
        If the form is unknown, what it needs is not installed, or the folder is there or cannot be written.
    InfeasibleError, SolverFailedError, NoPlanError, UnverifiedError
        If there is no plan, or none that may be shown.
    """
    check_form(form)
    tables = export_tables(solution)

    def fill(place: Path) -> None:
        for name, table in tables.items():
            if form == "csv":
                text = spreadsheet_csv(table)
                (place / f"{name}.csv").write_text(text, encoding="utf-8-sig", newline="")
            else:
                _typed(table).to_parquet(place / f"{name}.parquet", index=False)

    check_target(folder, folder=True)
    return write_folder(folder, fill)


def check_form(form: str) -> None:
    """Raise if tables cannot be written in a form.

    Raises
    ------
    InputError
        If it is unknown, or what it needs is not installed.
    """
    if form not in FORMATS:
        raise InputError.single("tables", "there is no such form", f"one of {', '.join(FORMATS)}", value=form)
    if form == "parquet" and importlib.util.find_spec("pyarrow") is None:
        raise InputError.single("tables", "Parquet needs pyarrow", "pip install 'outlay[parquet]', or take csv")


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose columns of mixed objects hold one type each, as Parquet wants them."""
    kept = table.copy()
    for name in kept.columns:
        if kept[name].dtype == object:
            found = {type(cell) for cell in kept[name] if cell is not None and cell == cell}  # noqa: PLR0124 - NaN
            if found <= {bool}:
                kept[name] = kept[name].astype("boolean")
            elif found <= {int}:
                kept[name] = kept[name].astype("Int64")
            elif found != {str}:
                kept[name] = [None if cell is None or cell != cell else str(cell) for cell in kept[name]]  # noqa: PLR0124
    return kept


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
