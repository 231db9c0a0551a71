"""``outlay new``."""

from __future__ import annotations

from typing import Any

from outlay.cli import streams
from outlay.cli.terminal.progress import Progress
from outlay.cli.terminal.screen import Page
from outlay.instances.errors import InputError
from outlay.instances.formats.kinds import WORKBOOK_ENDINGS
from outlay.instances.formats.output import check_target
from outlay.instances.formats.reading import read
from outlay.instances.formats.writing import write
from outlay.instances.samples.blank import EXAMPLES, write_blank


def run(*, folder: str, source: str | None, blank: bool, max_file_mb: float, as_json: bool, **_: Any) -> int:
    """Write a copy of an instance, or a blank one.

    Raises
    ------
    InputError
        If there is no such instance, or the place is taken or cannot be written.
    """
    check_target(folder, folder=True)
    if blank:
        return _blank(folder, source, as_json=as_json)
    source = source or "tutorial"
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


def _blank(folder: str, source: str | None, *, as_json: bool) -> int:
    if source is not None:
        raise InputError.single("new", "a blank instance is a copy of nothing", "leave out --from or --blank")
    if folder.lower().endswith((".json", *WORKBOOK_ENDINGS)):
        raise InputError.single(folder, "a blank instance is a folder", "choose a name without an ending")
    target = write_blank(folder)
    if as_json:
        streams.write_json(
            {"folder": str(target), "from": None, "files": sorted(file.name for file in target.iterdir())}
        )
        return 0
    page = Page()
    page.line(f"{target} is blank: instance.toml, sets.toml and a table each of {', '.join(EXAMPLES)}")
    page.line("The row that begins with # in each table is an example; tables that you do not need can be deleted.")
    page.line(
        f"Fill in projects.csv first, then: outlay check {target}; outlay schema projects tells every column", "dim"
    )
    page.show()
    return 0
