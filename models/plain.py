"""The model of an instance that nobody adds rules to: its columns and rows as arrays, without Pyomo's objects.

`build` makes a Pyomo model of the same columns and rows, which takes several times as long and as much memory.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outlay.instances.instance import Instance
from outlay.models.arrays.rows import RowBlock
from outlay.models.case import Case
from outlay.models.families.registry import rows_of
from outlay.models.modelling import PauseGC


@dataclass(frozen=True, eq=False)
class PlainModel:
    """Columns and rows of a case.

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


def plain_model(instance: Instance) -> PlainModel:
    """Return the model of an instance as arrays.

    Raises
    ------
    InputError
        If a project that must be funded has no possible option.
    """
    case = Case(instance)
    with PauseGC():  # of a million rows, garbage collection takes two thirds of the time
        return PlainModel(case, tuple(rows_of(case)))
