r"""Permits: the fast track; reviews that use an agency are rows of the agency, a resource of kind permit.

Rule: the options on the fast track of a permit, or of a pool of permits, are at most its slots in the whole plan.

Formula: ``sum_{o on the fast track of pool f} x_o <= slots_f``.

Why this form: slots are counted, not timed, so one packing row a pool says it all. Switched off, there is no review
time either, and no option is on a fast track.

Size: one row a permit with slots, or a pool.

Source: FAST-41 (Fixing America's Surface Transportation Act, 2015, title XLI), which covers a number of projects.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from outlay.models.arrays.rows import Entries, RowBlock, block
from outlay.models.case import Case

NAME = "permits"


def rows(case: Case) -> Iterator[RowBlock]:
    """Yield fast_track_slots_kept."""
    permits = case.instance["permits"]
    pools: dict[str, float] = {}
    pool_of: list[str] = []
    for name, pool, slots in zip(
        permits.texts("permit"),
        permits.raw("fast_track_pool"),
        permits.floats("fast_track_slots").tolist(),
        strict=True,
    ):
        key = f"permit {name}" if pool is None else f"pool {pool}"
        pool_of.append(key)
        pools[key] = float(np.fmin(pools.get(key, np.inf), slots))
    keys = sorted(pools)
    number = {key: row for row, key in enumerate(keys)}
    fast = np.nonzero(case.options.fast)[0]
    entries = Entries()
    row_of = np.array([number[key] for key in pool_of], dtype=int)
    entries.add(row_of[case.options.permit[fast]] if len(fast) else fast, case.block("fund").columns[fast], 1.0)
    yield block(
        "fast_track_slots_kept",
        NAME,
        keys,
        entries,
        case.book.size,
        upper=np.array([pools[key] for key in keys]),
        sentence=lambda row: f"fast-track slots of {keys[row]}",
    )
