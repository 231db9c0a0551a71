"""Open pits as MineLib has them: ``mine-BLOCKS-PERIODS-SEED``, of about so many blocks.

A pit whose walls slope, with ore bodies in it. Each block needs those above it; ore that is worth processing uses the
mill, which has room for nearly all of it, and waste nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from outlay.instances.formats.parsing import parse_document
from outlay.instances.instance import Instance

SIZES, SEEDS = ((1_000, 6), (13_000, 12)), (1, 2, 3)
#: Blocks above a block, as offsets in x and y by levels above it.
ABOVE = {
    1: [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)],
    2: [(-2, 0), (2, 0), (0, -2), (0, 2), (-2, -1), (2, 1), (1, -2), (-1, 2)],
}
#: By how many blocks each wall comes in with each level.
SLOPE = 0.9


def names() -> list[str]:
    """Return the family, the small ones first."""
    return [f"mine-{blocks}-{periods}-{seed}" for blocks, periods in SIZES for seed in SEEDS]


def read(name: str) -> Instance | None:
    """Return ``mine-BLOCKS-PERIODS-SEED``."""
    word, *numbers = name.split("-")
    if word != "mine" or len(numbers) != 3 or not all(number.isdigit() for number in numbers):
        return None
    return parse_document(_document(name, *map(int, numbers)), source=name)


def _document(name: str, blocks: int, periods: int, seed: int) -> dict[str, Any]:
    random = np.random.default_rng([blocks, periods, seed])
    place = _pit(blocks)
    at = np.array(list(place), dtype=float)
    size = at.max(axis=0) + 1.0
    grade = np.zeros(len(at))
    for _ in range(5):
        centre = size * random.uniform((0.25, 0.25, 0.3), (0.75, 0.75, 0.9))
        width = size * random.uniform((0.07, 0.08, 0.13), (0.17, 0.22, 0.31))
        grade += random.uniform(0.4, 1.2) * np.exp(-0.5 * (((at - centre) / width) ** 2).sum(axis=1))
    grade *= np.exp(random.normal(0.0, 0.35, len(at)))
    tons = random.uniform(15.0, 25.0, len(at)).round(3)
    milled = tons * (60.0 * grade - 9.0)
    value = (np.maximum(milled, 0.0) - 2.0 * tons).round(3)
    block = [f"b{number:05d}" for number in range(len(at))]
    return {
        "instance": {
            "name": name,
            "calendar": {"start": "2026-01", "periods": periods, "months_per_period": 12},
            "discount_rates": {"value": 0.15},
        },
        "projects": [{"id": one} for one in block],
        "cashflows": [
            {"project": one, "from_month": 0, "to_month": 12, "amount": amount, "metric": "value"}
            for one, amount in zip(block, value.tolist(), strict=True)
        ],
        "resources": [{"resource": "mill", "kind": "other"}],
        "availability": [
            {"resource": "mill", "from": "2026-01", "amount": round(0.95 * float(tons[milled > 0].sum()) / periods)}
        ],
        "requirements": [
            {"project": one, "resource": "mill", "phase": "construction", "amount": amount}
            for one, amount, worth in zip(block, tons.tolist(), (milled > 0).tolist(), strict=True)
            if worth
        ],
        "dependencies": [
            {"project": block[number], "needs": block[place[above]], "kind": "requires", "lag_months": -12}
            for (x, y, z), number in place.items()
            for up, offsets in ABOVE.items()
            for right, ahead in offsets
            if (above := (x + right, y + ahead, z - up)) in place
        ],
    }


def _pit(blocks: int) -> dict[tuple[int, int, int], int]:
    """Return the place of each block of a pit (x, y and how deep), numbered, of about so many."""
    scale = (blocks / 13_000.0) ** (1.0 / 3.0)
    wide, long, levels = (max(3, round(scale * side)) for side in (46, 36, 16))
    found: dict[tuple[int, int, int], int] = {}
    for z in range(levels):
        half = wide / 2.0 - SLOPE * z, long / 2.0 - SLOPE * z
        for y in range(long):
            for x in range(wide):
                if abs(x - (wide - 1) / 2.0) < half[0] and abs(y - (long - 1) / 2.0) < half[1]:
                    found[x, y, z] = len(found)
    return found
