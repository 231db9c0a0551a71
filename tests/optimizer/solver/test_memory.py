"""What nobody uses goes back to the system."""

from __future__ import annotations

import sys
from pathlib import Path

from outlay.optimizer.solver.memory import give_back


def held_mb() -> float:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096 / 2**20


def test_freed_memory_goes_back() -> None:
    blocks = [bytes(64 * 1024) for _ in range(1_600)]
    last = blocks[-1]
    del blocks[:-1]
    before = held_mb()
    give_back()
    if sys.platform == "linux":
        assert held_mb() < before - 50.0
    assert not any(last)
