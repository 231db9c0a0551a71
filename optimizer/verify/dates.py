"""How late the dates of a plan are: what is made small where the objective leaves them open."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from outlay.optimizer.verify.exact import ONE, ZERO, exact, exact_sum
from outlay.optimizer.verify.schedule import Funded

#: What a project without commitment weighs, as a share of the largest.
LEAST_WEIGHT = Fraction(1, 1000)


def lateness(funded: Sequence[Funded]) -> Fraction:
    """Return the sum of commitment in full x (selection + start + operation), in money x periods.

    A project without commitment counts with a thousandth of the largest, with 1 where there is none at all.
    """
    weights = [exact(option.row["commitment"]) * option.prices for option in funded]
    largest = max(weights, default=ZERO)
    least = LEAST_WEIGHT * largest or ONE
    return exact_sum(
        (weight or least) * (option.selection + option.start + option.operation)
        for weight, option in zip(weights, funded, strict=True)
    )
