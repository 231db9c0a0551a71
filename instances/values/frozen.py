"""Plain data that cannot be changed, and copies of it that can."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any


def frozen(value: Any) -> Any:
    """Return plain data that cannot be changed: lists as tuples, dictionaries as read-only views of copies."""
    if isinstance(value, Mapping):
        return MappingProxyType({key: frozen(item) for key, item in value.items()})
    return tuple(frozen(item) for item in value) if isinstance(value, list | tuple) else value


def thawed(value: Any) -> Any:
    """Return a copy of it that can be changed: dictionaries and lists.

    Examples
    --------
    >>> thawed(MappingProxyType({"extends": ("a", "b")}))
    {'extends': ['a', 'b']}
    """
    if isinstance(value, Mapping):
        return {key: thawed(item) for key, item in value.items()}
    return [thawed(item) for item in value] if isinstance(value, list | tuple) else value
