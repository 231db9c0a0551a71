"""Families of instances: one module each, found by its place here.

A module has ``names()``, every name it knows (in the order of a whole run), and ``read(name)``, which returns the
instance, or None if the name is not of this family. Names that `names` does not list may be read too. It may have
``published(name)``: the published value, or None.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from types import ModuleType

from outlay.instances.instance import Instance


def families() -> dict[str, ModuleType]:
    """Return the families by name."""
    found = sorted(info.name for info in pkgutil.iter_modules(__path__))
    return {name: importlib.import_module(f"{__name__}.{name}") for name in found}


def names_of(word: str) -> Sequence[str]:
    """Return the instances that a family's name stands for, or the word itself."""
    family = families().get(word)
    return family.names() if family else [word]


def read(name: str) -> Instance:
    """Return an instance by name.

    Raises
    ------
    ValueError
        If no family knows it.
    """
    for family in families().values():
        instance: Instance | None = family.read(name)
        if instance is not None:
            return instance
    raise ValueError(f"no family of instances knows {name}; families: {', '.join(families())}")


def published(name: str) -> float | None:
    """Return the published value of an instance, or None."""
    for family in families().values():
        value: float | None = family.published(name) if hasattr(family, "published") else None
        if value is not None:
            return value
    return None
