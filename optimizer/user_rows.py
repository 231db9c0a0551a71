"""Rows that a user added to the Pyomo model, evaluated at an answer and reported apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyomo.core as pyo  # not pyomo.environ, which loads every solver and extension that there is
from pyomo.core.expr.numvalue import value

from outlay.optimizer.compiling import Compiled

TOLERANCE = 1e-6


def user_rows(model: Any, compiled: Compiled, point: np.ndarray | None) -> pd.DataFrame | None:
    """Return the user's rows with their values, or None if there are none.

    The model's variables are set to the answer. These rows are not part of the instance, so nobody checks them
    independently; `holds` is this evaluation's word only.
    """
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
    records = []
    for row in added:
        body, lower, upper = value(row.body), value(row.lower), value(row.upper)
        holds = (lower is None or body >= lower - TOLERANCE * max(1.0, abs(lower))) and (
            upper is None or body <= upper + TOLERANCE * max(1.0, abs(upper))
        )
        records.append({"row": row.name, "lower": lower, "value": body, "upper": upper, "holds": holds})
    return pd.DataFrame(records)
