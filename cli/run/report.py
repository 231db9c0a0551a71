"""``outlay report``."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from outlay.cli import streams
from outlay.cli.loading import Loaded, load_run
from outlay.cli.report.layout.signed import Signed
from outlay.cli.report.write import (
    check_page,
    write_comparison_report,
    write_ensemble_report,
    write_ranking_report,
    write_verified_report,
)
from outlay.cli.run.show import refuse
from outlay.cli.run.together.showing import several_in
from outlay.cli.terminal.progress import Progress
from outlay.instances.errors import InputError
from outlay.instances.formats.files import is_folder
from outlay.instances.formats.output import check_target
from outlay.optimizer.compare.comparison import Comparison
from outlay.optimizer.compare.reading import load_comparison
from outlay.optimizer.ensemble.answer import EnsembleSolution
from outlay.optimizer.ranking.ranking import Ranking


def run(
    *,
    source: str,
    output: str,
    force: bool,
    author: str,
    date: str | None,
    max_file_mb: float,
    as_json: bool,
    **_: Any,
) -> int:
    """Write the report of a run file, or of a folder of several; none is believed in anything.

    Raises
    ------
    InputError
        If the source or the place of the page is wrong.
    NoPlanError, UnverifiedError
        If there is no plan for several scenarios, or it fails its verification.
    """
    check = check_target if _is_workbook(output) else check_page
    check(output, force=force)
    signed = Signed(author, _date_of(source) if date is None else date)
    with Progress("drawing the report"):
        several = several_in(source, max_file_mb)
        if several is not None:
            path = _write_several(several, output, force=force, signed=signed)
        elif is_folder(source):
            found = load_comparison(source)
            path = _write_comparison(found, output, force=force, signed=signed)
        else:
            loaded = load_run(source, max_file_mb)
            if not loaded.ok:
                return refuse(loaded, as_json=as_json)
            path = _write(loaded, output, force=force, signed=signed)
    if as_json:
        streams.write_json({"report": str(path), "bytes": path.stat().st_size})
    else:
        how = (
            "open it in a spreadsheet program" if _is_workbook(output) else "open it in a browser; it needs no network"
        )
        streams.write(f"{path} ({path.stat().st_size / 1e6:.1f} MB): {how}.\n")
    return 0


def _date_of(source: str) -> str:
    """Return the day on which a run or comparison was written; empty where that is not known."""
    try:
        return datetime.date.fromtimestamp(Path(source).stat().st_mtime).isoformat()
    except (OSError, OverflowError, ValueError):
        return ""


def _write_several(found: EnsembleSolution | Ranking, output: str, *, force: bool, signed: Signed) -> Path:
    if _is_workbook(output):
        remedy = "write an .html page; the folder has each table as CSV"
        raise InputError.single("report", "there is no workbook of several plans", remedy, value=output)
    if isinstance(found, Ranking):
        return write_ranking_report(found, output, force=force, signed=signed)
    return write_ensemble_report(found, output, force=force, signed=signed)


def _write_comparison(found: Comparison, output: str, *, force: bool, signed: Signed) -> Path:
    if _is_workbook(output):
        return found.to_excel(output, force=force)
    return write_comparison_report(found, output, force=force, signed=signed)


def _write(loaded: Loaded, output: str, *, force: bool, signed: Signed) -> Path:
    if not _is_workbook(output):
        return write_verified_report(loaded.solution, loaded.verification, output, force=force, signed=signed)
    # Workbooks need a library that pages do not.
    from outlay.optimizer.export.workbook import write_results  # noqa: PLC0415

    return write_results(loaded.solution, output, force=force)


def _is_workbook(output: str) -> bool:
    return output.lower().endswith(".xlsx")
