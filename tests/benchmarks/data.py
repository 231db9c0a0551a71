"""Where the public benchmark data lies."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]


def benchmarks_folder() -> Path:
    """Return where the data should be; it may not exist."""
    return Path(os.environ.get("OUTLAY_BENCHMARKS", str(ROOT.parent / "shared" / "benchmarks")))
