r"""Synergies: a bonus, once, if both projects are funded. Never off (`dependencies` off leaves them on).

Rule: the bonus counts exactly when both sides are funded.

Formula, with z = both and a, b the sums of ``fund`` over the sides: ``z <= a``, ``z <= b``, ``z >= a + b - 1``.

Why this form: the three rows are the convex hull of a product of two binaries, so z is integral when they are, whatever
the bonus's sign.

Size: three rows a synergy.

Source: McCormick, Mathematical Programming 10, 1976, doi:10.1007/BF01580665.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from outlay.models.arrays.rows import Entries, RowBlock, block
from outlay.models.case import Case

NAME = "synergies"


def rows(case: Case) -> Iterator[RowBlock]:
    """Yield bonus_needs_first, bonus_needs_second and bonus_if_both."""
    table, options = case.instance["dependencies"], case.options
    fund, both = case.block("fund").columns, case.block("both").columns
    sides = [(table.texts("project")[row], table.texts("needs")[row]) for row in case.synergies]
    for name, shares, sign in (
        ("bonus_needs_first", (1.0, 0.0), 1.0),
        ("bonus_needs_second", (0.0, 1.0), 1.0),
        ("bonus_if_both", (1.0, 1.0), -1.0),
    ):
        entries = Entries()
        for row, pair in enumerate(sides):
            entries.add(np.array([row]), both[row], sign)
            for side, share in zip(pair, shares, strict=True):
                chosen = options.of(side)
                entries.add(np.full(len(chosen), row), fund[chosen], -sign * share)
        yield block(
            name, NAME, case.synergies, entries, case.book.size, upper=0.0 if sign > 0 else 1.0,
            sentence=lambda row: f"the synergy of {' and '.join(sides[row])}",
        )  # fmt: skip
