"""Which cases of a test run by default, and which only before a change lands."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import pytest


def some(cases: Iterable[Any], by_default: int | Collection[Any]) -> list[Any]:
    """Return the cases of a test, marked `slow` but for the first few, or for those named."""
    return [
        pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=[] if runs else [pytest.mark.slow])
        for place, case in enumerate(cases)
        for runs in [place < by_default if isinstance(by_default, int) else case in by_default]
    ]


def some_named(cases: dict[str, Any], by_default: Collection[str]) -> list[Any]:
    """Return the cases of a test with their names as ids, marked `slow` but for those named."""
    unknown = set(by_default) - set(cases)
    assert not unknown, unknown
    return [
        pytest.param(case, id=name, marks=[] if name in by_default else [pytest.mark.slow])
        for name, case in cases.items()
    ]
