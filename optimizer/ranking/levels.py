"""Levels of one limit as scenarios: the instance with each of them, written as a constraint set."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

from outlay.instances.errors import Fault, InputError
from outlay.instances.given import as_list, type_of
from outlay.instances.instance import Instance
from outlay.instances.stages import Scenario, check_scenarios, is_weight
from outlay.instances.values.frozen import thawed
from outlay.instances.values.numbers import number_text
from outlay.optimizer.variation.limit import Limit, decimal_of
from outlay.optimizer.variation.limits import Limits

#: Name of the constraint set that puts a limit to a level.
SET = "level"


def check_levels(levels: Sequence[Any]) -> tuple[Decimal, ...]:
    """Return levels as exact numbers.

    Raises
    ------
    InputError
        If there is none, one is no number or negative, or they do not rise; every fault at once.
    """
    if isinstance(levels, str):
        levels = levels.split(",")
    levels = as_list("rank", "levels", levels, "write numbers, as [100, 200, 300]")
    faults, found = list[Fault](), list[Decimal]()
    for level in levels:
        number = _number(level)
        if number is None:
            faults.append(_fault(level, "this is no level", "write numbers of 0 or more, as 100,200,300"))
        else:
            found.append(number)
    if not levels:
        faults.append(_fault(None, "there is no level", "name at least one, as 100,200,300"))
    for before, after in pairwise(found):
        if not faults and after <= before:
            problem = f"levels rise, but {number_text(after)} follows {number_text(before)}"
            faults.append(_fault(number_text(after), problem, "write each once, from the lowest to the highest"))
    if faults:
        raise InputError(faults)
    return tuple(found)


def _number(level: Any) -> Decimal | None:
    try:
        number = level if isinstance(level, Decimal) else Decimal(str(level).strip())
    except ArithmeticError:
        return None
    return number if number.is_finite() and number >= 0 and not isinstance(level, bool) else None


def _fault(value: Any, problem: str, remedy: str) -> Fault:
    return Fault("rank", None, "levels", None if value is None else str(value), problem, remedy)


def check_weights(weights: Sequence[float] | None, levels: Sequence[Decimal]) -> tuple[float, ...]:
    """Return the weight of each level, as shares of their sum; None: all alike.

    Raises
    ------
    InputError
        If there are not as many as levels, or one is not positive.
    """
    alike = [1.0] * len(levels)
    given = as_list("rank", "weights", alike if weights is None else weights, "give one for each level")
    if len(given) != len(levels):
        problem = f"there are {len(given)} weights for {len(levels)} levels"
        raise InputError.single("rank", problem, "give one for each level", column="weights")
    for weight in given:
        if not is_weight(weight):
            raise InputError.single(
                "rank", "a weight is not positive", "give more than 0", column="weights", value=weight
            )
    largest = float(max(given))
    shares = [float(weight) / largest for weight in given]  # so that no sum is too large
    total = math.fsum(shares)
    return tuple(share / total for share in shares)


def check_objective(instance: Instance) -> None:
    """Refuse an objective of several levels in strict order: what a list costs is told as the loss in one number.

    Raises
    ------
    InputError
        If the objective has several levels.
    """
    count = len(instance.objective_levels)
    if count > 1:
        problem = f"its objective has {count} levels in strict order, and what one list costs is told in one number"
        remedy = "name the level that counts: --objective METRIC=WEIGHT,... (objective={...} in Python)"
        raise InputError.single("rank", problem, remedy, column="objective", value=instance.name)


def limit_named(instance: Instance, name: str) -> Limit:
    """Return the limit whose levels are asked for.

    Raises
    ------
    InputError
        If there is none of the name, it has no level, or it is a least amount.
    """
    if not isinstance(name, str):
        problem = f"{type_of(name)} is no limit"
        raise InputError.single("rank", problem, "give its name, such as commitments", column="limit", value=name)
    from outlay.models.plain import model_of  # noqa: PLC0415 - a saved list is shown without the model

    limit = Limits(model_of(instance)).movable(name, units=True)
    if limit.least:
        problem = "this is a least amount, which does not grow like a budget"
        raise InputError.single(
            "rank", problem, "name a resource, a fund or a greatest amount", column="limit", value=name
        )
    return limit


def level_scenarios(
    instance: Instance, limit: Limit, levels: Sequence[Decimal], weights: Sequence[float]
) -> tuple[Scenario, ...]:
    """Return the instance with the limit at each level, named by the level.

    A limit whose levels differ by date is moved as a whole: its largest level becomes the one asked for, the others
    follow in proportion.

    Raises
    ------
    InputError
        If a changed instance is wrong.
    """
    found = []
    for level, weight in zip(levels, weights, strict=True):
        body = {"title": f"{limit.name} at {number_text(level)}", "change": level_changes(limit, level)}
        changed = replace(instance, sets={**thawed(instance.sets), SET: body}).with_set(SET)
        settings = changed.settings.model_copy(update={"applied": _without_set(changed)})
        found.append((number_text(level), weight, replace(changed, settings=settings, sets=instance.sets)))
    return check_scenarios(instance, found)


def _without_set(changed: Instance) -> Any:
    applied = changed.settings.applied
    return applied.model_copy(update={"sets": tuple(name for name in applied.sets if name != SET)})


def level_changes(limit: Limit, level: Decimal) -> list[dict[str, Any]]:
    """Return the changes of a constraint set that put a limit to a level."""
    present = {place.level for place in limit.places}
    changes = limit.changes(1.0, units=limit.by_units)
    if len(present) == 1:
        return [_set(change, level) for change in changes]
    factor = decimal_of(float(level) / max(present))
    return [{**change, "scale": dict.fromkeys(change["scale"], factor)} for change in changes]


def _set(change: Mapping[str, Any], level: Decimal) -> dict[str, Any]:
    """Return a change that moves columns as one that sets them."""
    rest = {key: value for key, value in change.items() if key not in {"scale", "add"}}
    if "append" in change:
        return {**rest, "append": [{**row, "amount": level} for row in change["append"]]}
    return {**rest, "set": dict.fromkeys(change.get("scale") or change["add"], level)}
