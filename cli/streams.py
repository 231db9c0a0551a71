"""Standard output and standard error: every character leaves through here.

A reader that goes away (``| head``) ends the writing, not the command: what is asked of it is done, and its exit code
stands. Characters that the terminal's encoding lacks are written out.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from typing import Any, TextIO

from outlay.instances.errors import InputError
from outlay.instances.values.plain import plain
from outlay.instances.values.text import shown

#: What stands for our own signs where the encoding is not Unicode.
_PLAIN_SIGNS = str.maketrans({"–": "-", "…": "...", "─": "-", "·": "-", "—": "-", "≥": ">=", "’": "'"})
_NOT_ASCII = re.compile(r"[^\x00-\x7e]")


def prepare() -> None:
    """Make both streams write out what their encoding cannot hold, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def is_unicode(stream: TextIO | None) -> bool:
    """Return whether a stream can hold every character."""
    return (getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "").startswith("utf")


def write(text: str) -> None:
    """Write text to standard output.

    Raises
    ------
    InputError
        If it cannot be written, on a full disk say.
    """
    try:
        _write(sys.stdout, text)
    except OSError as error:
        problem, remedy = f"it cannot be written ({error.strerror or error})", "make room, or send it elsewhere"
        raise InputError.single("standard output", problem, remedy) from error


def write_csv(text: str) -> None:
    """Write a table as CSV to standard output: as it is to a file or a pipe, without terminal escapes to a screen.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    if sys.stdout is not None and sys.stdout.isatty():
        text = "".join(f"{shown(line, len(line))}\n" for line in text.splitlines())
    write(text)


def write_error(text: str) -> None:
    """Write text to standard error; where that is impossible, there is nobody to tell."""
    with contextlib.suppress(OSError):
        _write(sys.stderr, text)


def _write(stream: TextIO | None, text: str) -> None:
    if stream is None:  # closed by the shell
        return
    try:
        stream.write(text if is_unicode(stream) else text.translate(_PLAIN_SIGNS))
        stream.flush()
    except OSError as error:
        _silence(stream)
        if not isinstance(error, BrokenPipeError):
            raise


def _silence(stream: TextIO) -> None:
    """Send whatever else is written to a stream nowhere, also what its buffer still holds at exit."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def flush() -> None:
    """Flush both streams; a reader that went away is no error.

    Raises
    ------
    InputError
        If standard output cannot be written.
    """
    write_error("")
    write("")


# -- JSON --------------------------------------------------------------------------------------------------------


def write_json(document: Any) -> None:
    """Write one JSON document to standard output: ASCII only, null for numbers that do not exist."""
    write_json_text(json.dumps(plain(document, decimals=False), indent=1, allow_nan=False) + "\n")


def write_json_text(text: str) -> None:
    """Write JSON text to standard output with every character beyond ASCII escaped.

    In JSON such characters stand in strings only, where an escape means the same; and none can act on a terminal.
    """
    write(_NOT_ASCII.sub(_escaped, text))


def _escaped(match: re.Match[str]) -> str:
    return json.dumps(match.group())[1:-1] if match.group() != "\x7f" else "\\u007f"
