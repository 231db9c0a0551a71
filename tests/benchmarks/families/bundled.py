"""The product's own instances, and any other instance by its path."""

from __future__ import annotations

from pathlib import Path

import outlay
from outlay.instances.instance import Instance

NAMES = ("us-japan-550",)


def names() -> list[str]:
    """Return the bundled instances that are worth measuring."""
    return list(NAMES)


def read(name: str) -> Instance | None:
    """Return a bundled instance by name, or any instance by its path."""
    return outlay.read(name) if name in NAMES or Path(name).exists() else None
