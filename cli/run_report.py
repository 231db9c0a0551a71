"""``outlay report``."""

from __future__ import annotations

from typing import Any

from outlay.cli import streams
from outlay.cli.progress import Progress
from outlay.cli.report import write_comparison_report, write_report
from outlay.instances.files import is_folder
from outlay.instances.output import check_target
from outlay.optimizer.comparison_folder import load_comparison
from outlay.optimizer.run_file import load


def run(*, source: str, output: str, force: bool, max_file_mb: float, as_json: bool, **_: Any) -> int:
    """Write the report of a run file, or of the folder of a comparison."""
    check_target(output, force=force)
    with Progress("drawing the report"):
        if is_folder(source):
            path = write_comparison_report(load_comparison(source), output, force=force)
        else:
            path = write_report(load(source, max_file_mb=max_file_mb), output, force=force)
    if as_json:
        streams.write_json({"report": str(path), "bytes": path.stat().st_size})
    else:
        streams.write(f"{path} ({path.stat().st_size / 1e6:.1f} MB): open it in a browser; it needs no network.\n")
    return 0
