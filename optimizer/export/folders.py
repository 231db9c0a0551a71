"""Folders in which answers to many questions are kept, so that nothing is asked twice, and at the end the tables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from outlay.instances.errors import InputError
from outlay.instances.formats.output import (
    as_path,
    check_target,
    is_temporary,
    make_folder,
    refusals_told,
    remove_temporaries,
    replace_file,
)
from outlay.optimizer.export.tables import spreadsheet_csv


def check_kept(path: str | Path, marker: str, what: str, *, force: bool) -> Path:
    """Return the path of a folder for answers after a look whether `kept_folder` would take it; nothing is changed.

    Raises
    ------
    InputError
        If it would not.
    """
    folder = as_path(path)
    with refusals_told(folder):
        if folder.exists():
            _refuse_others(folder, marker, what, force=force)
    check_target(folder / marker, force=True)
    return folder


def kept_folder(path: str | Path, marker: str, what: str, *, force: bool) -> Path:
    """Return a folder for answers: new, empty, or of earlier ones of its kind, which are taken up again.

    What a process that was killed has left half-written is cleared away.

    Parameters
    ----------
    marker
        Name of the file by which a folder of this kind is known.
    what
        What it holds, in words: ``frontier``.
    force
        Take it whatever it holds.

    Raises
    ------
    InputError
        If it holds anything else, or cannot be written.
    """
    folder = as_path(path)
    with refusals_told(folder):
        if folder.exists():
            _refuse_others(folder, marker, what, force=force)
        make_folder(folder)
        remove_temporaries(folder)
    return folder


def _refuse_others(folder: Path, marker: str, what: str, *, force: bool) -> None:
    """Raise if a path that is there is no folder, or holds something of another kind."""
    if not folder.is_dir():
        raise InputError.single(str(folder), "this is not a folder", "choose another name")
    theirs = any(not is_temporary(each.name) for each in folder.iterdir())
    if theirs and not (folder / marker).is_file() and not force:
        problem = f"the folder holds something that is no {what}"
        raise InputError.single(str(folder), problem, "choose another, or use force")


def write_kept(folder: Path, marker: str, tables: Mapping[str, pd.DataFrame], sets_toml: str, text: str) -> None:
    """Write tables as CSV, made harmless for spreadsheets, the sets as ``sets.toml``, and everything as JSON.

    An empty table has no file.

    Raises
    ------
    InputError
        If they cannot be written.
    """
    with refusals_told(folder):
        for name, table in tables.items():
            target = folder / f"{name}.csv"
            if len(table):
                replace_file(target, spreadsheet_csv(table))
            else:
                target.unlink(missing_ok=True)
        replace_file(folder / "sets.toml", sets_toml)
        replace_file(folder / marker, text + "\n")
