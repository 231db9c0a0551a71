"""Data that JSON can hold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any


def plain(value: Any, *, decimals: bool = True) -> Any:
    """Return data as mappings with texts as keys, lists, text and numbers; NaN and infinity become None.

    Scalars of NumPy become Python's, tuples and sets lists; with `decimals` decimals stay, otherwise they become
    whole numbers or floats.

    Examples
    --------
    >>> plain({1: (2.5, float("nan"), Decimal("3"))}, decimals=False)
    {'1': [2.5, None, 3]}
    """
    if isinstance(value, Mapping):
        return {str(key): plain(item, decimals=decimals) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item, decimals=decimals) for item in value]
    if isinstance(value, Decimal) and not decimals:
        return int(value) if value == value.to_integral_value() else float(value)
    if hasattr(value, "item"):  # a scalar of NumPy
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
