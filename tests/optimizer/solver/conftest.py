"""Solver processes are what these tests are about: each starts its own."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module", autouse=True)
def kept_solvers() -> None:
    """Keep nothing."""
