"""`build`: the Pyomo model of an instance, open to rules of the user's own."""

from __future__ import annotations

from typing import Any

import numpy as np

from outlay.instances.dictionary.names import IN_USE_PREFIX
from outlay.instances.given import check_instance
from outlay.instances.instance import Instance
from outlay.models.arrays.ending import look
from outlay.models.arrays.pausing import collection_paused
from outlay.models.arrays.rows import RowBlock
from outlay.models.case import Case
from outlay.models.families.limits import Amount, amount_of
from outlay.models.families.registry import rows_of
from outlay.models.modelling import LinearExpression, pyo


def build(instance: Instance, *, cancelling: bool = False) -> pyo.ConcreteModel:
    """Return the model of an instance.

    Parameters
    ----------
    instance
        A validated instance; apply constraint sets first (``instance.with_set``).
    cancelling
        Whether it is one of several scenarios: each period of selection is then an option of its own, and projects
        that are selected up to ``[stages] decide_by`` may be given up: ``cancelled[project, alternative, q]``.

    Returns
    -------
    ConcreteModel
        Variables (all non-negative): ``fund[o]`` binary; ``scale[o]`` for divisible options; ``buy[program, t]``,
        ``flow[link, t]``, ``import_[resource, t]``, ``pay[fund, o]``, ``shortfall[resource, t]``, ``both[row]``; where
        precedence would be long, ``started[side, event, t]`` (`outlay.models.options.started`); where sums to date
        would be, ``so_far[resource, t]``, at least what is used to date (`outlay.models.options.so_far`); with a
        plan that stands, ``always[0]``, which is 1.
        Constraints: one component a rule, named after it (``cap_not_exceeded``), each with the domain key of its row.
        ``objective`` maximises the first level of the instance's objective. Beside them:

        ``model.options``
            The options `o` stand for (`outlay.models.options.options.Options`; ``.frame()`` is a table of them).
        ``model.use[resource, t]``
            What funded projects use of a resource and its descendants in a period, as an expression (`Use`).
        ``model.case``
            Everything computed before the model.
        ``model.columns``
            All variables in the order of the columns of `row_blocks`.
        ``model.row_blocks``
            The rows of our own, with sentences in domain words.

    Raises
    ------
    InputError
        If a project that must be funded has no possible option.

    Examples
    --------
    Fund at most three projects of 2027 and later:

    ``late = [o for o in model.OPTIONS if model.options.start[o] >= 2]`` and then
    ``model.few_late = pyo.Constraint(expr=sum(model.fund[o] for o in late) <= 3)``
    """
    check_instance("build", instance)
    return build_case(Case(instance, cancelling))


class Use:
    """What projects use, as expressions: ``use[resource, t]`` for a resource and a period, 0 to T-1.

    That of a resource and its descendants, reviews and what the engine fills (`commitments`, `draws`, `selections`)
    included, in the resource's unit; what supplies, programs, imports and links add or take is not counted. Each is
    made when it is asked for.

    Examples
    --------
    >>> import outlay
    >>> model = build(outlay.read("tutorial"))
    >>> str(model.use["crew", 0])
    'fund[0] + fund[2] + fund[4] + fund[6]'
    """

    def __init__(self, case: Case, variables: list[Any]) -> None:
        self._case, self._variables = case, variables
        self._amounts: dict[str, Amount] = {}

    def __getitem__(self, key: tuple[str, int]) -> LinearExpression:
        """Return the use of a resource in a period.

        Raises
        ------
        KeyError
            With the resources, or the periods, that there are.
        """
        resource, period = key
        names = self._case.instance["resources"].texts("resource")
        if resource not in names:
            raise KeyError(f"there is no resource {resource!r}; known: {', '.join(names)}")
        if period not in range(self._case.instance.periods):
            raise KeyError(f"there is no period {period!r}; they are 0 to {self._case.instance.periods - 1}")
        if resource not in self._amounts:
            self._amounts[resource] = amount_of(self._case, IN_USE_PREFIX + resource)
        amount = self._amounts[resource]
        here = np.nonzero(amount.period == period)[0]
        used = [self._variables[column] for column in amount.column[here].tolist()]
        return LinearExpression(linear_coefs=amount.value[here].tolist(), linear_vars=used)


def build_case(case: Case, rows: tuple[RowBlock, ...] | None = None) -> pyo.ConcreteModel:
    """Return the model of a case, such as one with some of its options only (`Case.restricted`); `rows` if known."""
    with collection_paused():
        return _build(case, tuple(rows_of(case)) if rows is None else rows)


def _build(case: Case, rows: tuple[RowBlock, ...]) -> pyo.ConcreteModel:
    model = pyo.ConcreteModel(name=case.instance.name)
    model.case = case
    model.options = case.options
    variables = _add_variables(model, case)
    model.columns = variables
    model.use = Use(case, variables)
    model.row_blocks = rows
    for block in model.row_blocks:
        _add_rows(model, block, variables)
    _add_objective(model, case.weights(0), variables)
    return model


def _add_variables(model: Any, case: Case) -> list[Any]:
    """Add every block of columns and return the variables in column order."""
    model.OPTIONS = pyo.RangeSet(0, len(case.options) - 1)
    model.PERIODS = pyo.RangeSet(0, case.instance.periods - 1)
    model.nothing = pyo.Var(bounds=(0, 0))
    variables: list[Any] = []
    for name, block in case.book.blocks.items():
        look()
        domain = pyo.Binary if block.binary else pyo.NonNegativeReals
        if name == "fund":
            component = pyo.Var(model.OPTIONS, domain=domain)
        else:
            component = pyo.Var(pyo.Set(initialize=list(block.keys), ordered=True), domain=domain)
        model.add_component(name, component)
        data = list(component.values())
        if not block.binary:
            for variable, floor, ceiling in zip(data, block.lower.tolist(), block.upper.tolist(), strict=True):
                if np.isfinite(ceiling):
                    variable.setub(ceiling)
                if floor:
                    variable.setlb(floor)
        variables.extend(data)
    return variables


def _add_rows(model: Any, block: RowBlock, variables: list[Any]) -> None:
    matrix = block.matrix
    starts, columns, values = matrix.indptr.tolist(), matrix.indices.tolist(), matrix.data.tolist()
    lower = [None if bound == -np.inf else bound for bound in block.lower.tolist()]
    upper = [None if bound == np.inf else bound for bound in block.upper.tolist()]

    def rule(_: Any, number: int) -> Any:
        first, last = starts[number], starts[number + 1]
        if first == last:  # a least amount of nothing: no plan can hold it, and the solver shall prove that
            return model.nothing >= lower[number] if lower[number] is not None else model.nothing <= upper[number]
        expression = LinearExpression(
            linear_coefs=values[first:last], linear_vars=[variables[column] for column in columns[first:last]]
        )
        if lower[number] is not None and lower[number] == upper[number]:
            return expression == lower[number]
        return pyo.inequality(lower[number], expression, upper[number])

    constraint = pyo.Constraint(pyo.Any)
    model.add_component(block.name, constraint)
    for number, key in enumerate(block.keys):
        look()
        constraint[key] = rule(model, number)


def _add_objective(model: Any, weights: np.ndarray, variables: list[Any]) -> None:
    columns = np.nonzero(weights)[0]
    expression = LinearExpression(
        linear_coefs=weights[columns].tolist(), linear_vars=[variables[column] for column in columns.tolist()]
    )
    model.objective = pyo.Objective(expr=expression, sense=pyo.maximize)
    # What was built, to tell an objective that the user puts in its place.
    model.built_objective = (model.objective.expr, model.objective.sense)
