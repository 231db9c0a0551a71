"""How a Pyomo model becomes arrays, and the way back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from outlay.instances.errors import InputError
from outlay.models.arrays.ending import EndedError, look
from outlay.models.modelling import LinearStandardFormCompiler, pyo, value
from outlay.optimizer.problem.problem import Problem


@dataclass(frozen=True)
class Compiled:
    """A Pyomo model as a `Problem`, with the way back.

    Attributes
    ----------
    problem
        The arrays; always a minimisation.
    sign
        -1 where the model maximises: the model's objective is ``sign * problem.value(x)``.
    variables
        The Pyomo variable of each column.
    constraints
        The Pyomo constraint of each row; one with two bounds has two rows.
    """

    problem: Problem
    sign: float
    variables: list[Any]
    constraints: list[Any]

    @cached_property
    def _place(self) -> dict[int, int]:
        return {id(variable): column for column, variable in enumerate(self.variables)}

    def values_of(self, component: Any, point: np.ndarray) -> np.ndarray:
        """Return the values of an indexed variable in its own order; fixed and unused variables included."""
        place = self._place
        return np.array([self._value(variable, place, point) for variable in component.values()], dtype=float)

    @staticmethod
    def _value(variable: Any, place: dict[int, int], point: np.ndarray) -> float:
        column = place.get(id(variable))
        if column is not None:
            return float(point[column])
        if variable.fixed:
            return float(value(variable))
        # A variable in no row and not in the objective: any value is as good, so the least one.
        return float(variable.lb) if variable.lb is not None else 0.0

    @cached_property
    def _rows(self) -> dict[int, list[int]]:
        rows: dict[int, list[int]] = {}
        for row, constraint in enumerate(self.constraints):
            rows.setdefault(id(constraint), []).append(row)
        return rows

    def rows_of(self, constraint: Any) -> list[int]:
        """Return the rows of a constraint; none where nothing in it was left to decide."""
        return self._rows.get(id(constraint), [])

    def columns_of(self, variables: list[Any]) -> np.ndarray:
        """Return the column of each variable, -1 for one that the problem does not have."""
        return np.array([self._place.get(id(variable), -1) for variable in variables], dtype=int)

    def constants_of(self, variables: list[Any]) -> np.ndarray:
        """Return the value of each variable that the problem lacks because it is decided, else 0.

        That is one that was fixed, or one with a single value that stands in no row and not in the objective.
        """
        values = np.zeros(len(variables))
        for at in np.nonzero(self.columns_of(variables) < 0)[0].tolist():
            variable = variables[at]
            if variable.fixed:
                values[at] = variable.value
            elif variable.lb is not None and variable.lb == variable.ub:
                values[at] = variable.lb
        return values


class _Looking:
    """A model of which nothing more is compiled once nobody waits for it: each row is a moment to `look`."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def component_data_objects(self, *kinds: Any, **how: Any) -> Iterator[Any]:
        """Yield what the model does."""
        for each in self._model.component_data_objects(*kinds, **how):
            look()
            yield each


def has_own_objective(model: Any) -> bool:
    """Return whether the user replaced the objective that `build` wrote."""
    active = next(model.component_data_objects(pyo.Objective, active=True))
    expression, sense = model.built_objective
    return active.expr is not expression or active.sense != sense


def compile_model(model: Any, *, also: Sequence[Any] = ()) -> Compiled:
    """Return the arrays of a linear Pyomo model with one active objective.

    Fixed variables are folded into right-hand sides, variables in no row vanish, and a row with two bounds becomes two.

    Parameters
    ----------
    also
        Variables that get a column even if they are in no row and not in the active objective (a later level of the
        objective may want them).

    Raises
    ------
    InputError
        If the model is not linear, has no single objective, or holds a row without variables that cannot be true.
    EndedError
        If nobody waits for it any more.
    """
    objectives = list(model.component_data_objects(pyo.Objective, active=True))
    if len(objectives) != 1:
        raise InputError.single(
            str(model.name), f"the model has {len(objectives)} active objectives", "deactivate all but one"
        )
    try:
        form = LinearStandardFormCompiler().write(_Looking(model), mixed_form=True)
    except EndedError:
        raise
    except Exception as error:
        raise InputError.single(
            str(model.name), f"the model cannot be compiled: {error}", "keep every added rule linear and able to hold"
        ) from error
    look()
    matrix = sparse.csc_array(form.A)
    kinds = np.array([row.bound_type for row in form.rows], dtype=int)
    rhs = np.asarray(form.rhs, dtype=float)
    maximise = objectives[0].sense == pyo.maximize
    cost = np.asarray(form.c.todense(), dtype=float).reshape(-1) if form.c.shape[0] else np.zeros(len(form.columns))
    offset = float(form.c_offset[0]) if len(form.c_offset) else 0.0
    present = {id(variable) for variable in form.columns}
    missing = [variable for variable in also if id(variable) not in present and not variable.fixed]
    matrix = sparse.csc_array(sparse.hstack([matrix, sparse.csc_array((matrix.shape[0], len(missing)))]))
    cost = np.concatenate([cost, np.zeros(len(missing))])
    variables = [*form.columns, *missing]
    lower, upper, integer = [], [], []
    for variable in variables:
        look()
        low, high = variable.bounds
        lower.append(-np.inf if low is None else low)
        upper.append(np.inf if high is None else high)
        integer.append(not variable.is_continuous())
    problem = Problem(
        cost,
        offset,
        np.array(lower, dtype=float),
        np.array(upper, dtype=float),
        np.array(integer, dtype=bool),
        matrix,
        np.where(kinds <= 0, rhs, -np.inf),
        np.where(kinds >= 0, rhs, np.inf),
    )
    return Compiled(problem, -1.0 if maximise else 1.0, variables, [row.constraint for row in form.rows])
