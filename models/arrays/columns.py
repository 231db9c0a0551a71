"""The variables of the model as numbered columns, block after block.

``fund[o]`` binary; ``scale[o]`` for divisible options; ``buy[program, t]``, ``flow[link, t]``, ``import_[resource,
t]``, ``pay[fund, o]``, ``shortfall[resource, t]``, ``both[synergy]``, ``started[side, event, t]`` and
``so_far[resource, t]`` continuous; ``always[0]`` is 1 (`outlay.models.options.changes`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Block:
    """Variables of one name.

    Attributes
    ----------
    name
        Name of the Pyomo component.
    keys
        Index of each variable, in column order.
    lower, upper
        Bounds; infinity: none.
    binary
        Whether they are binary.
    first
        Column of the first one.
    """

    name: str
    keys: Sequence[Any]
    lower: np.ndarray
    upper: np.ndarray
    binary: bool
    first: int

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def columns(self) -> np.ndarray:
        """Column numbers of the block."""
        return self.first + np.arange(len(self.keys))

    def of(self, names: Iterable[str]) -> tuple[np.ndarray, np.ndarray, list[str]]:
        """Return the columns of some names, in their order, with the period and the name of each.

        Of a block with keys (name, period). What it takes depends on these names, not on how many there are in all.
        """
        found = sorted((at, period, name) for name in names for at, period in self._places.get(name, ()))
        at, period = (np.array([one[side] for one in found], dtype=int) for side in (0, 1))
        return self.first + at, period, [name for _, _, name in found]

    @cached_property
    def _places(self) -> dict[str, list[tuple[int, int]]]:
        """(place, period) of the columns of each name."""
        found: dict[str, list[tuple[int, int]]] = {}
        for at, (name, period) in enumerate(self.keys):
            found.setdefault(name, []).append((at, period))
        return found


class ColumnBook:
    """Hands out columns, block by block."""

    def __init__(self) -> None:
        self.blocks: dict[str, Block] = {}
        self.size = 0

    def add(
        self,
        name: str,
        keys: Sequence[Any],
        upper: np.ndarray | float = np.inf,
        *,
        lower: float = 0.0,
        binary: bool = False,
    ) -> Block:
        """Add a block of non-negative variables and return it."""
        size = len(keys)
        ceiling = np.broadcast_to(np.asarray(upper, dtype=float), (size,)).copy()
        block = Block(name, keys, np.full(size, lower), ceiling, binary, self.size)
        self.blocks[name] = block
        self.size += size
        return block
