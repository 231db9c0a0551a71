"""Between the columns of a model and a `Plan` in domain words, both ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from outlay.instances.plan import AMOUNTS, Choice, Plan, Selection
from outlay.models.case import Case
from outlay.models.families.resources import resource_rows
from outlay.models.projects.cashflows import CashModel

if TYPE_CHECKING:
    from outlay.optimizer.problem.compiling import Compiled
    from outlay.optimizer.problem.plain import CompiledRows

#: Which block of columns holds each kind of amount.
BLOCK_OF = dict(zip(AMOUNTS, ("buy", "flow", "import_", "pay", "shortfall"), strict=True))


def read_plan(model: Any, compiled: Compiled | CompiledRows, point: np.ndarray) -> Plan:
    """Return the plan that a point of the compiled problem stands for."""
    case: Case = model.case
    values = {name: compiled.values_of(model.component(name), point) for name in case.book.blocks}
    options = case.options
    chosen = np.nonzero(values["fund"] > 0.5)[0]
    scale = dict(zip(case.block("scale").keys, values["scale"].tolist(), strict=True))
    choices = [_choice(case, int(option), scale) for option in chosen]
    amounts = {}
    for kind, name in BLOCK_OF.items():
        pairs = zip(case.block(name).keys, values[name].tolist(), strict=True)
        amounts[kind] = {key: amount for key, amount in pairs if amount > 0}
    projects = case.alternatives.projects
    funded = set(chosen.tolist())
    amounts["payments"] = {
        (fund, projects[options.project[option]]): amount
        for (fund, option), amount in amounts["payments"].items()
        if option in funded
    }
    given_up = zip(case.cancelling_rules.keys, values["cancelled"].tolist(), strict=True)
    cancelled = tuple(Selection(*key) for key, amount in given_up if amount > 0.5)
    return Plan(choices=tuple(choices), cancelled=cancelled, **amounts)


def _choice(case: Case, option: int, scale: dict[Any, float]) -> Choice:
    options, alternatives = case.options, case.alternatives
    number = int(options.alternative[option])
    least = float(alternatives.min_scale[number])
    return Choice(
        alternatives.projects[options.project[option]],
        alternatives.names[number],
        bool(options.fast[option]),
        int(options.selection[option]),
        int(options.start[option]),
        alternatives.scale_of(number, min(1.0, max(least, scale.get(option, 1.0)))),
    )


def share_of(case: Case, choice: Choice) -> float:
    """Return the scale of a choice as the model's columns count it: a share of its alternative, or of its step."""
    number = case.alternatives.number[choice.project, choice.alternative]
    return case.alternatives.column_of(number, choice.scale)


def money_of(case: Case, option: int, choice: Choice) -> float:
    """Return the commitment of a choice, joint savings aside, money."""
    least = float(case.options.least_commitment[option])
    return least + (float(case.options.commitment[option]) - least) * share_of(case, choice)


def option_of(case: Case, choice: Choice) -> int | None:
    """Return the option that a choice stands for, or None if it is not (or no longer) one.

    A choice whose selection period is not an option of its own (where only the latest is kept) maps to the same start.
    """
    options, number = case.options, case.alternatives.number.get((choice.project, choice.alternative))
    if number is None:
        return None
    found = options.by_alternative.of(number)
    found = found[(options.start[found] == choice.start) & (options.fast[found] == choice.fast_track)]
    if not len(found):
        return None
    same = found[options.selection[found] == choice.selection]
    return int(same[0] if len(same) else found[-1])


def plan_columns(case: Case, plan: Plan) -> np.ndarray:
    """Return a plan as values of the model's columns; what it names and the model lacks is left out."""
    point = np.zeros(case.book.size)
    full, scale = case.funded_in_full, case.scale_column
    option_of_project: dict[str, int] = {}
    for choice in plan.choices:
        option = option_of(case, choice)
        if option is not None:
            point[full.indices[full.indptr[option] : full.indptr[option + 1]]] = 1.0
            point[scale[option]] = share_of(case, choice)
            option_of_project[choice.project] = option
    for kind, name in BLOCK_OF.items():
        block = case.block(name)
        place = {key: block.first + number for number, key in enumerate(block.keys)}
        for (first, second), amount in getattr(plan, kind).items():
            key = (first, option_of_project.get(second, -1)) if kind == "payments" else (first, second)
            if key in place:
                point[place[key]] = amount
    given_up = dict(zip(case.cancelling_rules.keys, case.block("cancelled").columns.tolist(), strict=True))
    point[[given_up[one] for one in plan.cancelled if one in given_up]] = 1.0
    funded = set(option_of_project)
    table = case.instance["dependencies"]
    for row, column in zip(case.synergies, case.block("both").columns, strict=True):
        sides = (table.texts("project")[row], table.texts("needs")[row], *(table.column("when")[row] or ()))  # type: ignore[misc]
        point[column] = float(all(_has(case, str(side), funded, option_of_project) for side in sides))
    chosen = set(option_of_project.values())
    for (row, option), column in zip(case.savings.keys, case.block("saved").columns, strict=True):
        sides = (table.texts("needs")[row], *(table.column("when")[row] or ()))  # type: ignore[misc]
        met = option in chosen and all(_has(case, str(side), funded, option_of_project) for side in sides)
        point[column] = float(met)
    _fill_lent(case, point)
    point[case.block("always").columns] = 1.0
    _fill_carried(case, point)
    for name, columns in case.so_far.columns.items():
        point[columns] = sum(resource_rows(case, name).amounts(point).values())
    return point


def _fill_lent(case: Case, point: np.ndarray) -> None:
    """Write into a point which loan each funded option that saves has: that of the set of its savings."""
    for column, (option, number) in zip(case.block("lent").columns, case.lending.keys, strict=True):
        point[column] = float(number == _savings_had(case, option, point))


def _savings_had(case: Case, option: int, point: np.ndarray) -> int:
    """Return the number of the set of savings that an option has (`SavedLoans`); 0: none."""
    own = case.block("saved").columns[case.savings.by_option.of(option)]
    return sum(1 << place for place, had in enumerate(point[own] > 0.5) if had)


def cash_of(case: Case, option: int, point: np.ndarray) -> CashModel | None:
    """Return the money of an option with the joint savings that it has; None where no loan is modelled."""
    number = _savings_had(case, option, point)
    cash = case.cash if case.saved_loans is None else case.saved_loans.with_set(number)
    return None if cash is None else cash.at(int(case.options.start[option]))


def values_of(case: Case, option: int, share: float, point: np.ndarray) -> tuple[float, float]:
    """Return (us_npv, japan_npv) of an option at a share of itself, with the joint savings that it has."""
    own = case.lending.option == option
    had = point[case.block("lent").columns[own]]
    sides = (case.metric("us_npv"), case.metric("japan_npv"))
    us, japan = (
        float(side.fixed[option] + side.scaled[option] * share + had @ more[own])
        for side, more in zip(sides, case.lending.values, strict=True)
    )
    return us, japan


def _fill_carried(case: Case, point: np.ndarray) -> None:
    """Write into a point what each block of a resource passes on at most."""
    block = case.block("carried")
    for name, carry in case.carry_overs.items():
        rows = resource_rows(case, name)
        net = np.sum(list(rows.amounts(point).values()), axis=0)
        carried = dict(zip(rows.periods.tolist(), carry.greatest(rows.limits, net, rows.follows).tolist(), strict=True))
        for (resource, period), column in zip(block.keys, block.columns, strict=True):
            if resource == name:
                point[column] = carried[period]


def _has(case: Case, side: str, funded: set[str], option_of_project: dict[str, int]) -> bool:
    project = side.partition("@")[0]
    return project in funded and option_of_project[project] in set(case.options.of(side).tolist())


def plan_point(model: Any, compiled: Compiled | CompiledRows, plan: Plan) -> np.ndarray:
    """Return a plan as a point of the compiled problem, to start from."""
    return spread(compiled, model.columns, plan_columns(model.case, plan))


def spread(compiled: Compiled | CompiledRows, variables: Any, values: np.ndarray, *, absent: float = 0.0) -> np.ndarray:
    """Return values of the model's columns as values of the compiled problem's; `absent` for what the model lacks."""
    point = np.full(len(compiled.variables), absent, dtype=values.dtype)
    columns = compiled.columns_of(variables)
    point[columns[columns >= 0]] = values[columns >= 0]
    return point
