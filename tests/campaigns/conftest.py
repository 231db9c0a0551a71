"""Solver processes are killed and forked here: each case starts its own."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def kept_solvers() -> None:
    """Keep nothing."""
