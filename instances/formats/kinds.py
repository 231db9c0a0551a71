"""What stands at a path, told where something else is wanted: an instance, a run, a comparison, a page."""

from __future__ import annotations

import os.path
from pathlib import Path

from outlay.instances.errors import InputError
from outlay.instances.formats.bundled import bundled_names
from outlay.instances.values.text import shown

#: How the names of workbooks end.
WORKBOOK_ENDINGS = (".xlsx", ".xlsm")
#: The file by which a folder that was written is known, and what it is.
_MARKERS = {
    "comparison.json": "a comparison",
    "explanation.json": "an explanation",
    "frontier.json": "a frontier",
    "stress.json": "a stress test",
}


def refuse_as_instance(path: Path) -> None:
    """Raise if a path leads to an answer, where an instance is wanted.

    Raises
    ------
    InputError
        With what stands there and the command that reads it.
    """
    if not os.path.exists(path):  # noqa: PTH110 - of a name that cannot be, Path.exists raises
        return
    told, name = written_folder(path), shown(str(path))
    if told is not None:
        remedy = "give the instance's folder"
        if told == "a comparison":
            remedy = f"outlay show {name} SET shows it, outlay report {name} -o page.html draws it; or {remedy}"
        raise InputError.single(name, f"this is {told}, not an instance", remedy)
    if path.suffix.lower() in {".html", ".htm"} and path.is_file():
        raise InputError.single(name, "this is a page of a report, not an instance", "give the instance's folder")


def refuse_as_run(path: Path, *, wanted: str = "a run") -> None:
    """Raise if a path leads to an instance, a comparison or a workbook, where a run file is wanted.

    Raises
    ------
    InputError
        With what stands there and the command that helps.
    """
    name = shown(str(path))
    solve_it = f"solve it first: outlay solve {name} -o run.json"
    if not os.path.exists(path):  # noqa: PTH110 - of a name that cannot be, Path.exists raises
        if str(path) in bundled_names():
            raise InputError.single(name, f"this is a bundled instance, not {wanted}", solve_it)
        if _is_nowhere(path):
            raise InputError.single(name, "there is no such file", "write a run: outlay solve INSTANCE -o run.json")
        return
    told = written_folder(path)
    if (path / "instance.toml").is_file() or (path / "projects.csv").is_file():
        raise InputError.single(name, f"this is an instance, not {wanted}", solve_it)
    if told == "a comparison":
        raise InputError.single(
            name, "this is a comparison, not a run", f"outlay show {name} SET, or a file of its runs"
        )
    if told is not None:
        raise InputError.single(name, f"this is {told}, not {wanted}", "give a file that `solve -o` wrote")
    if path.suffix.lower() in WORKBOOK_ENDINGS and path.is_file():
        raise InputError.single(name, f"this is a workbook, not {wanted}", f"if it is an instance, {solve_it}")
    if path.suffix.lower() in {".html", ".htm"} and path.is_file():
        raise InputError.single(name, f"this is a page of a report, not {wanted}", "give a file that `solve -o` wrote")


def _is_nowhere(path: Path) -> bool:
    """Return whether there is nothing at a path, not even what may not be looked at."""
    try:
        os.lstat(path)
    except FileNotFoundError:
        return True
    except (OSError, ValueError):  # ValueError: a name that no file can have
        return False
    return False


def written_folder(path: Path) -> str | None:
    """Return what a folder that another command wrote holds, in words, or None."""
    return next((told for marker, told in _MARKERS.items() if (path / marker).is_file()), None)
