"""Work that looks for its end between its steps: it ends at each of these looks."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest

from outlay.models.arrays.ending import EndedError, ended_by


def ends_at_looks(work: Callable[[], object], *, more_than: int, every: bool = True) -> None:
    """Assert that work looks more often than that, and ends at every look (else: at the first, middle and last)."""
    looks = count()
    with ended_by(lambda: next(looks) < 0):
        work()
    whole = next(looks)
    assert whole > more_than
    for last in range(whole) if every else (0, whole // 2, whole - 1):
        looks = count()
        with pytest.raises(EndedError), ended_by(lambda looks=looks, last=last: next(looks) >= last):
            work()
        assert next(looks) == last + 1
