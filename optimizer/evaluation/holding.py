"""Models that are held to somebody's plan: as it is, as near to it as the rules bend, or as near as the rules allow.

They are made as a user's own models are, from `outlay.models.build.build`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from outlay.instances.dictionary.projects import UNDER_WAY_COLUMNS
from outlay.instances.errors import InputError
from outlay.instances.formats.parsing import parse_document
from outlay.instances.formats.writing import to_document
from outlay.instances.instance import Instance
from outlay.instances.plan import Plan
from outlay.models.arrays.rows import RowBlock
from outlay.models.build import build
from outlay.models.case import Case
from outlay.models.modelling import LinearExpression, pyo
from outlay.optimizer.answer.distance import distance_weights
from outlay.optimizer.evaluation.wishes import Wish

#: Rules that make options and columns what they are; to bend them would say nothing.
_RIGID = frozenset({"choice", "synergies"})


def options_of(case: Case, wish: Wish) -> np.ndarray:
    """Return the options that are what a row of a plan wants, in rising order; none if it cannot be had."""
    number = case.alternatives.number.get((wish.project, wish.alternative))
    if number is None:
        return np.zeros(0, dtype=int)
    found = case.options.by_alternative.of(number)
    right = np.ones(len(found), dtype=bool)
    for asked, column in ((wish.start, case.options.start), (wish.fast_track, case.options.fast)):
        if asked is not None:
            right &= column[found] == asked
    if wish.selection is not None and len(np.unique(case.options.selection[found[right]])) > 1:
        right &= case.options.selection[found] == wish.selection  # where only the latest is kept, any other is as good
    least, whole = float(case.alternatives.least_scale[number]), float(case.alternatives.full_scale[number])
    if not least <= wish.scale <= whole:
        right &= False
    return found[right]


def held(instance: Instance, wishes: Sequence[Wish], *, bending: bool) -> tuple[Any, dict[str, np.ndarray]]:
    """Return a model in which a plan is funded, and nothing else, with the options of each project.

    Parameters
    ----------
    bending
        Whether its rules may be missed, by as little of their size in all as possible.
    """
    model = build(instance)
    case: Case = model.case
    options = {wish.project: options_of(case, wish) for wish in wishes}
    kept = np.concatenate([np.zeros(0, dtype=int), *options.values()])
    for option in sorted(set(range(len(case.options))) - set(kept.tolist())):
        model.fund[option].setub(0)
    model.funded_as_planned = pyo.Constraint(pyo.Any)
    model.scale_as_planned = pyo.Constraint(pyo.Any)
    for wish in wishes:
        found = options[wish.project].tolist()
        if found:
            model.funded_as_planned[wish.project] = sum(model.fund[option] for option in found) == 1
            divisible = [option for option in found if case.options.divisible[option]]
            if divisible:
                share = case.alternatives.column_of(int(case.options.alternative[divisible[0]]), wish.scale)
                model.scale_as_planned[wish.project] = sum(model.scale[option] for option in divisible) == share
    if bending:
        _bend(model)
    return model, options


def loosened(instance: Instance, projects: Sequence[str]) -> Instance:
    """Return the instance in which some projects may start whenever it is wanted: no dates, no review, no test.

    What no option stands for can then be paid, supplied and counted; the rules that it breaks are told by the verifier,
    from the instance as it is.
    """
    if not projects:
        return instance
    document, freed = to_document(instance), set(projects)
    for row in document["projects"]:
        if row["id"] in freed:
            decided = (column.name for column in UNDER_WAY_COLUMNS)
            for name in ("earliest_start", "latest_start", "permit", "review_remaining_months", *decided):
                row.pop(name, None)
            row["status"] = "committed"
    for row in document.get("alternatives", ()):
        if row["project"] in freed:
            row.pop("permit", None)
    applied = document["instance"].get("applied", {})
    for key in ("force_in", "force_out"):
        applied[key] = [item for item in applied.get(key, ()) if item.partition("@")[0] not in freed]
    document["instance"]["applied"] = applied
    try:
        freed_instance = parse_document(document, source="loosened")
        _ = Case(freed_instance).options
    except InputError:  # other rules hold it still: then nothing is decided for it
        return instance
    return freed_instance


def _bend(model: Any) -> None:
    """Let every rule but those of choosing be missed, at a price by its size, and minimise that alone."""
    model.one_option_a_project.deactivate()  # those that are not planned, though they must be, are told by the verifier
    blocks = [block for block in model.row_blocks if block.family not in _RIGID and not block.defines]
    model.MISSED = pyo.RangeSet(0, sum(len(block.keys) for block in blocks) - 1)
    model.missed = pyo.Var(model.MISSED, domain=pyo.NonNegativeReals)
    price: list[float] = []
    for block in blocks:
        _bend_rows(model, block, price)
    model.objective.deactivate()
    variables = [model.missed[number] for number in range(len(price))]
    least = LinearExpression(linear_coefs=price, linear_vars=variables)
    model.least_missed = pyo.Objective(expr=least, sense=pyo.minimize)


def _bend_rows(model: Any, block: RowBlock, price: list[float]) -> None:
    component, matrix = model.component(block.name), block.matrix
    largest = abs(matrix).max(axis=1).toarray().ravel() if matrix.nnz else np.zeros(len(block.keys))
    for number, key in enumerate(block.keys):
        row, slack = component[key], model.missed[len(price)]
        lower, upper = float(block.lower[number]), float(block.upper[number])
        bounds = [abs(bound) for bound in (lower, upper) if np.isfinite(bound)]
        price.append(1.0 / max(1e-9, float(largest[number]), *bounds))
        body = row.body
        if np.isfinite(lower) and np.isfinite(upper):
            # Either side may be missed: two rows of one slack.
            row.set_value(body - slack <= upper)
            model.funded_as_planned[block.name, key] = body + slack >= lower
        elif np.isfinite(upper):
            row.set_value(body - slack <= upper)
        else:
            row.set_value(body + slack >= lower)


def near(instance: Instance, plan: Plan, wishes: Sequence[Wish]) -> Any:
    """Return a model of the instance with the distance to a plan as its objective.

    Fewest changed projects, then fewest changed starts, then scales that are as wanted.
    """
    model = build(instance)
    distance = _distance(model, plan, wishes)
    model.objective.deactivate()
    model.nearest = pyo.Objective(expr=distance, sense=pyo.minimize)
    return model


def best_within(instance: Instance, plan: Plan, wishes: Sequence[Wish], most: float) -> Any:
    """Return a model of the instance whose plans are no farther from a plan than `most`."""
    model = build(instance)
    model.no_farther = pyo.Constraint(expr=_distance(model, plan, wishes) <= most)
    return model


def _distance(model: Any, plan: Plan, wishes: Sequence[Wish]) -> Any:
    case: Case = model.case
    weights = distance_weights(case, plan)
    wanted: Mapping[tuple[str, str], float] = {(wish.project, wish.alternative): wish.scale for wish in wishes}
    share = 0.5 / (1 + len(wishes))  # all scales together weigh less than one start
    for (project, name), scale in wanted.items():
        number = case.alternatives.number.get((project, name))
        if number is None:
            continue
        for option in case.options.by_alternative.of(number).tolist():
            if case.options.divisible[option]:
                least = float(case.alternatives.min_scale[number])
                most = case.alternatives.column_of(number, scale)
                model.scale[option].setub(max(least, min(1.0, most)))
                weights[int(case.scale_column[option])] -= share
    columns = np.nonzero(weights)[0]
    return LinearExpression(
        linear_coefs=weights[columns].tolist(), linear_vars=[model.columns[column] for column in columns.tolist()]
    )
