r"""Synergies: a bonus, once, if both projects are funded. Never off (`dependencies` off leaves them on).

Rule: the bonus counts exactly when both sides, and all sides that are its condition, are funded.

Formula, with z = both and a, b the sums of ``fund`` over the sides: ``z <= a``, ``z <= b``, ``z >= a + b - 1``; with
conditions W also ``z <= x_w`` for each, and ``z >= a + b + sum_{w in W} x_w - 1 - |W|``.

Why this form: the rows are the convex hull of a product of two binaries, so z is integral when they are, whatever
the bonus's sign.

Size: three rows a synergy, one a condition.

Source: McCormick, Mathematical Programming 10, 1976, doi:10.1007/BF01580665.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from outlay.instances.dictionary.vocabulary import Cell
from outlay.models.arrays.rows import Entries, RowBlock, block
from outlay.models.case import Case
from outlay.models.families.logic import add_conditions

NAME = "synergies"


def rows(case: Case) -> Iterator[RowBlock]:
    """Yield bonus_needs_first, bonus_needs_second, bonus_if_both and bonus_needs_condition."""
    table, options = case.instance["dependencies"], case.options
    fund, both = case.block("fund").columns, case.block("both").columns
    sides = [(table.texts("project")[row], table.texts("needs")[row]) for row in case.synergies]
    when = [table.column("when")[row] or () for row in case.synergies]
    for name, shares, sign in (
        ("bonus_needs_first", (1.0, 0.0), 1.0),
        ("bonus_needs_second", (0.0, 1.0), 1.0),
        ("bonus_if_both", (1.0, 1.0), -1.0),
    ):
        entries, upper = Entries(), np.full(len(sides), 0.0 if sign > 0 else 1.0)
        for row, pair in enumerate(sides):
            entries.add(np.array([row]), both[row], sign)
            if sign < 0:
                upper[row] += add_conditions(case, entries, row, when[row], 1.0)  # type: ignore[arg-type]
            for side, share in zip(pair, shares, strict=True):
                chosen = options.of(side)
                entries.add(np.full(len(chosen), row), fund[chosen], -sign * share)
        yield block(
            name, NAME, case.synergies, entries, case.book.size, upper=upper,
            sentence=lambda row: f"the synergy of {' and '.join(sides[row])}",
        )  # fmt: skip
    yield _conditions(case, when)


def _conditions(case: Case, when: Sequence[Cell]) -> RowBlock:
    """Return a row for each side on whose funding a bonus depends."""
    entries, keys = Entries(), list[tuple[int, str]]()
    fund, both = case.block("fund").columns, case.block("both").columns
    for place, sides in enumerate(when):
        for side in sides or ():  # type: ignore[union-attr]
            chosen = case.options.of(str(side))
            entries.add(np.array([len(keys)]), both[place], 1.0)
            entries.add(np.full(len(chosen), len(keys)), fund[chosen], -1.0)
            keys.append((case.synergies[place], str(side)))
    return block(
        "bonus_needs_condition", NAME, keys, entries, case.book.size, upper=0.0,
        sentence=lambda row: f"a synergy when {keys[row][1]} is funded",
    )  # fmt: skip
