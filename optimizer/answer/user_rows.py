"""Rows that a user added to the Pyomo model, evaluated at an answer and reported apart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from outlay.models.arrays.frames import data_frame

if TYPE_CHECKING:
    import pandas as pd

    from outlay.optimizer.problem.compiling import Compiled
    from outlay.optimizer.problem.plain import CompiledRows

#: A row is broken when it is missed by more than this share of its own size.
TOLERANCE = 1e-6
COLUMNS = ("row", "lower", "value", "upper", "holds")
_TYPES = {"row": object, "lower": float, "value": float, "upper": float, "holds": bool}


def user_rows(model: Any, compiled: Compiled | CompiledRows, point: np.ndarray | None) -> pd.DataFrame | None:
    """Return the user's rows with their values, or None if there are none.

    The model's variables are set to the answer. These rows are not part of the instance, so nobody checks them
    independently; `holds` is this evaluation's word only. A limit that a row does not have is NaN.
    """
    from outlay.models.plain import PlainModel  # noqa: PLC0415 - a saved answer is read without the model

    if isinstance(model, PlainModel):
        return None
    from outlay.models.modelling import pyo  # noqa: PLC0415

    own = {block.name for block in model.row_blocks}
    added = [
        row
        for row in model.component_data_objects(pyo.Constraint, active=True)
        if row.parent_component().name not in own
    ]
    if not added or point is None:
        return None
    for variable, amount in zip(compiled.variables, point.tolist(), strict=True):
        variable.set_value(amount, skip_validation=True)
    for variable in model.component_data_objects(pyo.Var):
        if variable.value is None:
            variable.set_value(0.0, skip_validation=True)
    return user_rows_table([_record(row) for row in added])


def _record(row: Any) -> list[Any]:
    from outlay.models.modelling import generate_standard_repn, value  # noqa: PLC0415

    lower, body, upper = (_amount(expression) for expression in (row.lower, row.body, row.upper))
    terms = generate_standard_repn(row.body)
    amounts = zip(terms.linear_coefs, terms.linear_vars, strict=True)
    largest = max((abs(coefficient * value(variable)) for coefficient, variable in amounts), default=0.0)
    return [row.name, lower, body, upper, row_holds(lower, body, upper, size=largest)]


def user_rows_table(rows: list[list[Any]]) -> pd.DataFrame:
    """Return the table of rows given as `COLUMNS`; a limit that is not there, None or NaN, becomes NaN."""
    return data_frame(rows, columns=list(COLUMNS)).astype(_TYPES)


def row_holds(lower: float, body: float, upper: float, *, size: float = 0.0) -> bool:
    """Whether a row keeps its limits (NaN: none), to `TOLERANCE` of its largest amount: a limit, what it has, a term.

    Examples
    --------
    >>> row_holds(math.nan, 1.05e-7, 1e-7), row_holds(math.nan, 5.000001, 5.0), row_holds(3.0, 3.0, math.nan)
    (False, True, True)
    >>> row_holds(math.nan, 1e-9, 0.0), row_holds(math.nan, 1e-9, 0.0, size=4.0)  # a difference of two amounts
    (False, True)
    """
    slack = TOLERANCE * max(size, *(abs(amount) for amount in (lower, body, upper) if not math.isnan(amount)))
    return not (lower - body > slack or body - upper > slack)  # neither, where there is no limit


def _amount(expression: Any) -> float:
    from outlay.models.modelling import value  # noqa: PLC0415

    amount = value(expression)
    return math.nan if amount is None else float(amount)
