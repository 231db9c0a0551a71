"""Rows whose numbers are of too different sizes for doubles: no unit that a solver could count them in cures that.

A solver's tolerance is a share of the largest amount of a row. An amount below `SMALLEST` of it may be missed without
being noticed: a cap on reactors and paper clips, both in dollars.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from scipy import sparse

from outlay.models.case import Case
from outlay.models.families.registry import rows_of

#: An amount below this share of the largest one in its row is lost beside it.
SMALLEST = 1e-9


class WideRow(NamedTuple):
    """A row in which some amounts are lost beside others.

    Attributes
    ----------
    what
        The row in domain words; of several rows of one rule that are alike, the first.
    rows
        How many rows of its rule are so.
    least, largest
        The smallest and the largest size of an amount in it, in the row's unit.
    """

    what: str
    rows: int
    least: float
    largest: float


def wide_rows(case: Case) -> Iterator[WideRow]:
    """Yield, for each rule and level of the objective, its worst row with an amount below `SMALLEST` of the largest.

    Only what projects add counts; payments, flows and the like are counted in units of their own.
    """
    whole = np.zeros(case.book.size, dtype=bool)
    for name in ("fund", "scale", "both", "started"):
        whole[case.block(name).columns] = True
    for block in rows_of(case):
        yield from _worst(block.matrix[:, whole], block.sentence)
    for level in range(len(case.instance.objective_levels)):
        yield from _worst(sparse.csr_array(case.weights(level)[None, whole]), lambda _: "the objective")


def _worst(matrix: sparse.csr_array, sentence: Callable[[int], str]) -> Iterator[WideRow]:
    sizes, size = np.diff(matrix.indptr), np.abs(matrix.data)
    row = np.repeat(np.arange(len(sizes)), sizes)
    largest, least = np.zeros(len(sizes)), np.full(len(sizes), np.inf)
    np.maximum.at(largest, row[size > 0], size[size > 0])
    np.minimum.at(least, row[size > 0], size[size > 0])
    wide = np.nonzero(least < SMALLEST * largest)[0]
    if len(wide):
        worst = int(wide[np.argmin(least[wide] / largest[wide])])
        yield WideRow(sentence(worst), len(wide), float(least[worst]), float(largest[worst]))
