r"""Programs: capacity that can be bought in advance.

Rule: no more than max_total units of a program are bought in all.

Formula: ``sum_t buy_{p,t} <= max_total_p``; ``max_per_period`` is a bound of the variable.

Why this form: bought units and their cost stand in the rows of the resource families (there, once they have arrived);
only the total needs a row of its own.

Size: one row a program with max_total.

Source: capacity expansion in its simplest form, Luss, Operations Research 30(5), 1982, doi:10.1287/opre.30.5.907.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from outlay.models.arrays.rows import Entries, RowBlock, block
from outlay.models.case import Case

NAME = "programs"


def rows(case: Case) -> Iterator[RowBlock]:
    """Yield program_total_kept."""
    programs = case.instance["programs"]
    names = programs.texts("program")
    number = {name: row for row, name in enumerate(names)}
    bought = case.block("buy")
    entries = Entries()
    entries.add(np.array([number[name] for name, _ in bought.keys], dtype=int), bought.columns, 1.0)
    most = programs.floats("max_total")
    yield block(
        "program_total_kept",
        NAME,
        names,
        entries,
        case.book.size,
        upper=np.where(np.isnan(most), np.inf, most),
        sentence=lambda row: f"units of {names[row]} bought in all",
    )
