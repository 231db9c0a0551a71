"""The campaigns, by name; adding one is a file and a word here."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

NAMES: tuple[str, ...] = ("brute", "disk", "fork", "fuzz", "kill", "questions", "tamper")


def campaign(name: str) -> ModuleType:
    """Return the module of a campaign: its `NAME`, and its `run`."""
    return import_module(f"tests.campaigns.{name}")
