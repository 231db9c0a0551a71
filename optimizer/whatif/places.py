"""Where sessions are kept; this module loads nothing heavy, so that a page can be there before the engine is."""

from __future__ import annotations

from pathlib import Path

#: Files that tell the folder of a session, or of a comparison, from others.
TELLING = ("comparison.json", "session.json")


def is_session(path: str | Path) -> bool:
    """Return whether a path leads to the folder of a session or a comparison."""
    return any((Path(path) / name).is_file() for name in TELLING)


def default_folder(source: str) -> Path:
    """Return where the session of an instance or run is kept unless told otherwise: beside us, ``NAME-session``.

    Examples
    --------
    >>> default_folder("plans/harbour.xlsx").name
    'harbour-session'
    """
    return Path(f"{Path(source).resolve().stem or 'outlay'}-session")
