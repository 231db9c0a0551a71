"""Save a draft as a constraint set of an instance's folder: what ``sets.toml`` says already stays as it is written."""

from __future__ import annotations

import tomllib
from pathlib import Path

from outlay.instances.drafts.draft import DraftSet, applied
from outlay.instances.errors import InputError
from outlay.instances.formats.files import MAX_FILE_MB, text_of_file
from outlay.instances.formats.output import write_file
from outlay.instances.formats.reading import SETS_FILE, read


def save_draft(folder: str | Path, draft: DraftSet) -> Path:
    """Append a draft to the ``sets.toml`` of an instance's folder; return its path.

    The folder is read again first, and must hold the instance with the draft when it is done: nothing that is wrong is
    written.

    Raises
    ------
    InputError
        If the folder holds a set of this name, the set does not fit what the folder now holds, or it cannot be written.
    """
    path = Path(folder) / SETS_FILE
    instance = read(Path(folder))
    if draft.name in instance.sets:
        raise InputError.single(str(path), "there is a set of this name already", "give the draft another name",
                                value=draft.name)  # fmt: skip
    applied(instance, draft)
    old = text_of_file(path, path.name, MAX_FILE_MB) if path.exists() else ""
    gap = "" if not old else "\n" if old.endswith("\n") else "\n\n"
    text = f"{old}{gap}{draft.toml}"
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError.single(str(path), f"the set cannot be added ({error})", "download it and add it") from error
    return write_file(path, text, force=True)
