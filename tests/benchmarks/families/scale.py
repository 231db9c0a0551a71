"""Generated instances of rising size: ``scale-PROJECTS-SEED``, as ``outlay generate`` writes them."""

from __future__ import annotations

from outlay.instances.instance import Instance
from outlay.instances.samples.generating import generate

SIZES = (100, 300, 1_000, 3_000, 10_000)
SEEDS = (1, 2, 3)


def names() -> list[str]:
    """Return the family, the small ones first."""
    return [f"scale-{size}-{seed}" for size in SIZES for seed in SEEDS]


def read(name: str) -> Instance | None:
    """Return ``scale-PROJECTS-SEED``."""
    first, *numbers = name.split("-")
    return generate(*map(int, numbers)) if first == "scale" and len(numbers) == 2 else None
