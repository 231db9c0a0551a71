"""Solver processes are killed and forked here: each case starts its own, and none of another test may be alive."""

from __future__ import annotations

import pytest

from tests.support.solving import Idle


@pytest.fixture(autouse=True)
def kept_solvers(idle_solvers: Idle) -> None:
    """Keep nothing, and end what was kept: a campaign tells the solvers that are left behind by those that live."""
    idle_solvers.close()
