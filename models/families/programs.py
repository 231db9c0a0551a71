r"""Programs: capacity that can be bought in advance.

Rule: no more than max_total units of a program are bought in all, and no less than min_per_period in any period.

Formula: ``sum_t buy_{p,t} <= max_total_p``; ``buy_{p,t} >= min_per_period_p``; ``max_per_period`` is a bound of the
variable.

Why this form: bought units and their cost stand in the rows of the resource families (there, once they have arrived);
the total needs a row of its own. The least amount is a row too, so that nothing bought is a point that searches may
begin with.

Size: one row a program with max_total, one a period and program with min_per_period.

Source: capacity expansion in its simplest form, Luss, Operations Research 30(5), 1982, doi:10.1287/opre.30.5.907.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from outlay.models.arrays.rows import Entries, RowBlock, block
from outlay.models.case import Case

NAME = "programs"


def rows(case: Case) -> Iterator[RowBlock]:
    """Yield program_total_kept and program_kept_up."""
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
    yield _kept_up(case)


def _kept_up(case: Case) -> RowBlock:
    programs, bought = case.instance["programs"], case.block("buy")
    amounts = dict(zip(programs.texts("program"), programs.floats("min_per_period").tolist(), strict=True))
    least = np.array([amounts[name] for name, _ in bought.keys], dtype=float)
    at = np.nonzero(least > 0)[0].tolist()
    entries = Entries()
    entries.add(np.arange(len(at)), bought.columns[at], 1.0)
    keys, label = [bought.keys[place] for place in at], case.instance.period_label
    return block(
        "program_kept_up", NAME, keys, entries, case.book.size, lower=least[at],
        sentence=lambda row: f"units of {keys[row][0]} bought in {label(keys[row][1])}",
    )  # fmt: skip
