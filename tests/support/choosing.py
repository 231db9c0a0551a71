"""Which cases of a test run by default, and which only before a change lands."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import pytest


def some(
    cases: Iterable[Any], by_default: int | Collection[Any], before_a_change: int | Collection[Any] | None = None
) -> list[Any]:
    """Return the cases of a test, marked `slow` but for the first few, or for those named.

    Parameters
    ----------
    cases
        The cases; a tuple holds the values of several parameters.
    by_default
        How many, from the first, run by default, or which.
    before_a_change
        Likewise, how many or which run before a change lands; those after them run nightly. None: all.
    """
    return [
        pytest.param(
            *(case if isinstance(case, tuple) else (case,)), marks=_marks(place, case, by_default, before_a_change)
        )
        for place, case in enumerate(cases)
    ]


def _marks(
    place: int, case: Any, by_default: int | Collection[Any], before_a_change: int | Collection[Any] | None
) -> list[pytest.MarkDecorator]:
    def runs(some_of_them: int | Collection[Any]) -> bool:
        return place < some_of_them if isinstance(some_of_them, int) else case in some_of_them

    if runs(by_default):
        return []
    return [pytest.mark.slow if before_a_change is None or runs(before_a_change) else pytest.mark.nightly]


def some_named(cases: dict[str, Any], by_default: Collection[str]) -> list[Any]:
    """Return the cases of a test with their names as ids, marked `slow` but for those named."""
    unknown = set(by_default) - set(cases)
    assert not unknown, unknown
    return [
        pytest.param(case, id=name, marks=[] if name in by_default else [pytest.mark.slow])
        for name, case in cases.items()
    ]
