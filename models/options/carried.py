"""Carry-over: what a budget of a period or year leaves is there in the next one.

Of resources with a basis per_period or per_year, up to ``carry_over_share`` of what is left, at most
``carry_over_max``, moves to the next block; with ``carry_over_once`` only what the block itself had. On its way it
earns ``carry_over_interest``. Carrying less never helps, so the amounts follow from the plan.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outlay.instances.instance import Instance
from outlay.models.arrays.cells import decimals
from outlay.models.arrays.discount import growth


@dataclass(frozen=True)
class CarryOver:
    """The rule of one resource.

    Attributes
    ----------
    share
        Share of what is left that moves on.
    most
        Most that moves on, in the resource's unit; infinity: no limit.
    once
        Whether what came from the block before moves on no more.
    growth
        How much a unit that moves on is in the next block, at least 1.
    """

    share: float
    most: float
    once: bool
    growth: float = 1.0

    def ceilings(self, limits: np.ndarray) -> np.ndarray:
        """Return the most that each block can pass on, whatever is used; shape (blocks,)."""
        own = self.share * limits if self.once else np.full(len(limits), np.inf)
        return np.minimum(own, self.most)

    def greatest(self, limits: np.ndarray, net: np.ndarray, follows: np.ndarray) -> np.ndarray:
        """Return what each block passes on, before interest.

        Parameters
        ----------
        limits, net
            Level and net use of each block, shape (blocks,).
        follows
            Whether the block before has a limit too, so that it passes on.

        Examples
        --------
        Of 10 a year 4 and then 12 are used; half of what is left stays:

        >>> rule = CarryOver(0.5, float("inf"), once=False)
        >>> rule.greatest(np.array([10.0, 10.0]), np.array([4.0, 12.0]), np.array([False, True])).tolist()
        [3.0, 0.5]
        """
        ceilings, before, found = self.ceilings(limits), 0.0, np.zeros(len(limits))
        for place in range(len(limits)):
            left = limits[place] - net[place] + (self.growth * before if follows[place] else 0.0)
            found[place] = before = max(0.0, min(float(ceilings[place]), self.share * left))
        return found


def carry_overs(instance: Instance) -> dict[str, CarryOver]:
    """Return the rule of each resource that carries over."""
    rows = instance["resources"]
    most = rows.floats("carry_over_max")
    limits, shares = np.where(np.isnan(most), np.inf, most).tolist(), rows.floats("carry_over_share").tolist()
    months = [12 if basis == "per_year" else instance.months_per_period for basis in rows.texts("basis")]
    factors = [growth(*cell) for cell in zip(decimals(rows, "carry_over_interest"), months, strict=True)]
    columns = zip(rows.texts("resource"), shares, limits, rows.column("carry_over_once"), factors, strict=True)
    return {
        name: CarryOver(share, limit, bool(once), factor) for name, share, limit, once, factor in columns if share > 0
    }
