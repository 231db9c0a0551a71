"""``outlay report``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from outlay.cli import streams
from outlay.cli.loading import Loaded, load_run
from outlay.cli.report.write import write_comparison_report, write_verified_report
from outlay.cli.run.show import refuse
from outlay.cli.terminal.progress import Progress
from outlay.instances.errors import InputError
from outlay.instances.formats.files import is_folder
from outlay.instances.formats.output import check_target
from outlay.optimizer.compare.reading import load_comparison


def run(*, source: str, output: str, force: bool, max_file_mb: float, as_json: bool, **_: Any) -> int:
    """Write the report of a run file, or of the folder of a comparison; neither is believed in anything.

    Raises
    ------
    InputError
        If the source or the place of the page is wrong.
    """
    check_target(output, force=force)
    with Progress("drawing the report"):
        if is_folder(source):
            if _is_workbook(output):
                remedy = "its tables are CSV files in the folder; or name an .html file"
                raise InputError.single(source, "the workbook of a comparison is not written", remedy)
            path = write_comparison_report(load_comparison(source), output, force=force)
        else:
            loaded = load_run(source, max_file_mb)
            if not loaded.ok:
                return refuse(loaded, as_json=as_json)
            path = _write(loaded, output, force=force)
    if as_json:
        streams.write_json({"report": str(path), "bytes": path.stat().st_size})
    else:
        how = (
            "open it in a spreadsheet program" if _is_workbook(output) else "open it in a browser; it needs no network"
        )
        streams.write(f"{path} ({path.stat().st_size / 1e6:.1f} MB): {how}.\n")
    return 0


def _write(loaded: Loaded, output: str, *, force: bool) -> Path:
    if not _is_workbook(output):
        return write_verified_report(loaded.solution, loaded.verification, output, force=force)
    # Workbooks need a library that pages do not.
    from outlay.optimizer.export.workbook import write_results  # noqa: PLC0415

    return write_results(loaded.solution, output, force=force)


def _is_workbook(output: str) -> bool:
    return output.lower().endswith(".xlsx")
