"""The model that an instance is solved by: Pyomo's, or, where its objects would take gigabytes, the same as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outlay.instances.instance import Instance
from outlay.models.arrays.rows import RowBlock
from outlay.models.build import build_case
from outlay.models.case import Case
from outlay.models.families.registry import rows_of
from outlay.models.modelling import PauseGC, pyo

#: A Pyomo model takes about a kilobyte an entry of its rows, so that one of more entries than this has no room beside a
#: search on a common machine.
MOST_ENTRIES = 1_000_000


@dataclass(frozen=True, eq=False)
class PlainModel:
    """Columns and rows of a case, without Pyomo's objects.

    Attributes
    ----------
    case
        Everything computed before the model.
    row_blocks
        The rows, with sentences in domain words.
    """

    case: Case
    row_blocks: tuple[RowBlock, ...]

    @property
    def columns(self) -> np.ndarray:
        """The columns, by number."""
        return np.arange(self.case.book.size)

    def component(self, name: str) -> np.ndarray:
        """Return the columns of a block."""
        return self.case.block(name).columns


def model_of(instance: Instance) -> pyo.ConcreteModel | PlainModel:
    """Return the model of an instance that nobody adds rules to.

    It is what `outlay.models.build.build` returns, unless its rows have more than `MOST_ENTRIES` entries.

    Raises
    ------
    InputError
        If a project that must be funded has no possible option.
    """
    plain = plain_of(Case(instance))
    if sum(block.matrix.nnz for block in plain.row_blocks) > MOST_ENTRIES:
        return plain
    return build_case(plain.case, plain.row_blocks)


def plain_of(case: Case) -> PlainModel:
    """Return the model of a case as arrays.

    Raises
    ------
    InputError
        If a project that must be funded has no possible option.
    """
    with PauseGC():  # of a million rows, garbage collection takes two thirds of the time
        return PlainModel(case, tuple(rows_of(case)))
