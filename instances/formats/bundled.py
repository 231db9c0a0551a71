"""The instances that come with the package."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parents[1] / "bundled-data"


def bundled_names() -> tuple[str, ...]:
    """Return the names of the bundled instances, sorted."""
    return tuple(sorted(file.parent.name for file in _FOLDER.glob("*/instance.toml")))


def bundled_folder(name: str) -> Path | None:
    """Return the folder of a bundled instance, or None if the name is not one."""
    return _FOLDER / name if name in bundled_names() else None
