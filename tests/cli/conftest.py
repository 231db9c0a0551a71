"""What all tests of commands share."""

from __future__ import annotations

import pytest

from outlay.cli.terminal import progress


@pytest.fixture(autouse=True)
def _silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """No command that runs in this process takes so long that it tells of its progress, however busy the machine is."""
    monkeypatch.setattr(progress, "QUIET_S", 3600.0)
