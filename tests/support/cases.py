"""Small instances with right answers: computed by brute force in fractions, by hand or by an independent model."""

from __future__ import annotations

import csv
from pathlib import Path

CASES = Path(__file__).parent.parent / "cases"


def expected(*names: str) -> list[tuple[str, str, str]]:
    """Return (case, constraint set, right answer) of the named cases."""
    with (CASES / "expected.csv").open(encoding="utf-8") as file:
        return [(row["case"], row["set"], row["expected"]) for row in csv.DictReader(file) if row["case"] in names]
