r"""Cancelling: what was selected, before it was known which scenario comes true, may be given up in one.

Rule: a project is funded, or cancelled once, or neither. There are columns for it in the models of scenarios only.

Formula, with x = fund and c = cancelled, for each alternative and each period q of selection that is decided now::

    sum_{o in O_p} x_o + sum_{a in A_p, q} c_{a,q} <= 1

Beside it a cancellation stands in the rows of `selections` (pace), with selection_load, and in the metric `cost`,
with cancel_share x K x D(rate of cost, q m), and in nothing else. Which of them stand for a decision that was taken at
all is said by the rows that link scenarios (`outlay.models.ensemble`).

Why this form: the row holds that of `choice` within it, and with the links (a sum of both for one alternative and q is
the same in every scenario) a cancellation is whole wherever the rest is.

Size: one row a project that may be cancelled; a column for each alternative and period of selection decided now.

Source: Birge and Louveaux, Introduction to Stochastic Programming, 2nd ed., 2011, doi:10.1007/978-1-4614-0237-4
(simple recourse).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from outlay.models.arrays.rows import Entries, RowBlock, block
from outlay.models.case import Case

NAME = "cancelling"


def rows(case: Case) -> Iterator[RowBlock]:
    """Yield funded_or_cancelled."""
    rules, options = case.cancelling_rules, case.options
    if not rules.keys:
        return
    owner = case.alternatives.project[rules.alternative]
    projects = np.unique(owner)
    place = np.full(len(case.alternatives.projects), -1)
    place[projects] = np.arange(len(projects))
    entries = Entries()
    entries.add(place[owner], case.block("cancelled").columns, 1.0)
    own = place[options.project] >= 0
    entries.add(place[options.project[own]], case.block("fund").columns[own], 1.0)
    names = [case.alternatives.projects[number] for number in projects.tolist()]
    yield block(
        "funded_or_cancelled", NAME, names, entries, case.book.size, upper=1.0,
        sentence=lambda row: f"{names[row]} is funded or cancelled at most once",
    )  # fmt: skip
