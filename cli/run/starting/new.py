"""``outlay new``."""

from __future__ import annotations

from typing import Any

from outlay.cli import streams
from outlay.cli.terminal.progress import Progress
from outlay.cli.terminal.screen import Page
from outlay.instances.formats.output import check_target
from outlay.instances.formats.reading import read
from outlay.instances.formats.writing import write


def run(*, folder: str, source: str, max_file_mb: float, as_json: bool, **_: Any) -> int:
    """Write a copy of an instance."""
    check_target(folder, folder=True)
    with Progress("copying"):
        target = write(read(source, max_file_mb=max_file_mb), folder)
    files = sorted(file.name for file in target.iterdir()) if target.is_dir() else [target.name]
    if as_json:
        streams.write_json({"folder": str(target), "from": source, "files": files})
        return 0
    page = Page()
    page.line(f"{target} is a copy of {source}: {', '.join(files)}")
    page.line(f"Edit it, then: outlay check {target}; outlay solve {target}", "dim")
    page.show()
    return 0
