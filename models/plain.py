"""The model that an instance is solved by: columns and rows of its case as arrays, of which nothing is made anew.

It is what `outlay.models.build.build` returns, for whoever adds no rules: without Pyomo's objects, of which each entry
takes a kilobyte, and which would only be compiled to these arrays again.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

from outlay.instances.instance import Instance
from outlay.models.arrays.pausing import collection_paused
from outlay.models.arrays.rows import RowBlock
from outlay.models.case import Case
from outlay.models.families.registry import rows_of


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


def is_pyomo_model(source: Any) -> bool:
    """Whether something is a model of Pyomo's; where nobody has loaded that, nothing is."""
    pyomo = sys.modules.get("pyomo.core")
    return pyomo is not None and isinstance(source, pyomo.ConcreteModel)


def model_of(instance: Instance) -> PlainModel:
    """Return the model of an instance that nobody adds rules to.

    Raises
    ------
    InputError
        If a project that must be funded has no possible option.
    """
    return plain_of(Case(instance))


def plain_of(case: Case) -> PlainModel:
    """Return the model of a case as arrays.

    Raises
    ------
    InputError
        If a project that must be funded has no possible option.
    """
    with collection_paused():
        return PlainModel(case, tuple(rows_of(case)))
