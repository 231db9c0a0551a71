"""Files from outside: what is no plain, readable, reasonably small file is refused before it is parsed."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import BinaryIO

from outlay.instances.errors import InputError

#: Largest file that is read, in megabytes, unless the caller allows more.
MAX_FILE_MB = 100.0
#: Bytes beyond ASCII that a Western European text in Windows-1252 is made of: letters, quotation marks, dashes, signs.
_WESTERN = frozenset((*range(0xC0, 0xFF), *"€‚„…Š‹ŒŽ‘’“”•–—™š›œžŸ\xa0¡£¥§©ª«®°±²³´µ·¹º»¼½¾¿".encode("cp1252")))
#: A space that does not break, in the middle of signs beyond ASCII: people write it beside numbers.
_LONE_SPACE = re.compile(rb"(?<![\x00-\x7f])\xa0(?![\x00-\x7f])")
#: What to do about an empty file that is no table, by its suffix.
_EMPTY = {".toml": "write its keys, or delete the file", ".json": "write it again, or delete the file"}


def text_of_file(path: Path, name: str, max_file_mb: float, *, western: bool = False) -> str:
    """Return a text file's content; refuse what is missing, no regular file, too large, empty or not UTF-8.

    Parameters
    ----------
    path, name
        The file, and what to call it in error messages.
    max_file_mb
        Files larger than this many megabytes are refused before they are read.
    western
        Whether a file that is not UTF-8 may be Windows-1252 (of which Latin-1 is a part), as spreadsheet programs save
        it, if all its signs are then letters and usual marks.

    Raises
    ------
    InputError
        With the file's `name`.
    """
    data = bytes_of_file(path, name, max_file_mb)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        legacy = _western_text(data) if western else None
        if legacy is None:
            row = data.count(b"\n", 0, error.start) + 1
            problem = f"the file is not UTF-8 text (byte {error.start} is wrong)"
            raise InputError.single(name, problem, "save it as UTF-8", row=row) from error
        text = legacy
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        raise InputError.single(name, "the file holds NUL, so it is no UTF-8 text", "save it as UTF-8", row=row)
    if not text.strip():
        raise InputError.single(
            name, "the file is empty", _EMPTY.get(path.suffix, "write a header, or delete the file")
        )
    return text


def _western_text(data: bytes) -> str | None:
    """Return bytes read as Windows-1252, or None if they hold what people do not write."""
    if any(byte > 0x7F and byte not in _WESTERN for byte in set(data)) or b"\0" in data or _LONE_SPACE.search(data):
        return None
    return data.decode("cp1252")


def bytes_of_file(path: Path, name: str, max_file_mb: float) -> bytes:
    """Return a file's content; refuse what is missing, no regular file or too large.

    Parameters
    ----------
    path, name, max_file_mb
        As in `text_of_file`.

    Raises
    ------
    InputError
        With the file's `name`.
    """
    if isinstance(max_file_mb, bool) or not isinstance(max_file_mb, int | float) or not max_file_mb > 0:
        raise InputError.single("max_file_mb", "this is no size", "give megabytes, more than 0", value=max_file_mb)
    try:
        return _bytes_of_file(path, name, max_file_mb)
    except FileNotFoundError:
        raise InputError.single(name, "the file is missing", "add it") from None
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = getattr(error, "strerror", None) or error
        raise InputError.single(name, f"the file cannot be read ({reason})", "check it and its permissions") from error


def is_folder(path: str | Path) -> bool:
    """Return whether a path from outside leads to a folder; False where nothing is.

    Raises
    ------
    InputError
        If it may not be looked at, or no file can have this name.
    """
    try:
        return Path(path).is_dir()
    except OSError as error:
        problem = f"it cannot be read ({error.strerror or error})"
        raise InputError.single(str(path), problem, "check it and its permissions") from error


def _bytes_of_file(path: Path, name: str, max_file_mb: float) -> bytes:
    if not path.is_file():
        if not path.exists() and not path.is_symlink():
            raise FileNotFoundError
        raise InputError.single(name, "this is not a regular file", "put a file here")
    # A pipe put here in the meantime must not make us wait, hence non-blocking and a second look.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise InputError.single(name, "this is not a regular file", "put a file here")
        if status.st_size <= max_file_mb * 1e6:
            data = _read_up_to(file, max_file_mb * 1e6, status.st_size)
            if len(data) <= max_file_mb * 1e6:
                return data
        size = max(status.st_size, int(max_file_mb * 1e6) + 1) / 1e6
        raise InputError.single(
            name,
            f"the file has {size:.1f} MB or more, the limit is {max_file_mb:g} MB",
            "split the instance, or raise the limit (max_file_mb, --max-file-mb)",
        )


def _read_up_to(file: BinaryIO, most: float, size: int) -> bytes:
    """Return what a file holds, or the beginning of it that is more than `most`.

    The size may lie (files of the kernel's have none), and room for the most that is allowed is asked for only where a
    file has as much.
    """
    data = file.read(size + 1)
    while len(data) <= most and (more := file.read(_PIECE)):
        data += more
    return data


#: Bytes that are read at a time of a file that has more than it says.
_PIECE = 2**20
