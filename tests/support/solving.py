"""A solver process that stays warm over the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from outlay.optimizer.process import SolverProcess


@pytest.fixture(scope="module")
def warm() -> Iterator[SolverProcess]:
    """Return a process for many solves; import it into a module to use it there."""
    with SolverProcess() as process:
        yield process
