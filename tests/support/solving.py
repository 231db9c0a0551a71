"""A solver process that stays warm over the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import outlay
from outlay.optimizer.solver.process import SolverProcess


@pytest.fixture(scope="module")
def warm() -> Iterator[SolverProcess]:
    """Return a process for many solves."""
    with SolverProcess() as process:
        yield process


@pytest.fixture
def always_warm(warm: SolverProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `outlay.solve` use the warm process where it is given none: for tests that are not about processes."""
    solve = outlay.solve

    def solved(*given: Any, **named: Any) -> outlay.Solution:
        return solve(*given, **{"process": warm, **named})

    monkeypatch.setattr(outlay, "solve", solved)
