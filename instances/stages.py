"""What is decided now, before it is known which scenario comes true (``[stages] decide_by``)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from outlay.instances.errors import Fault, InputError
from outlay.instances.given import as_list, number_of
from outlay.instances.instance import Instance
from outlay.instances.plan import Plan, Selection

#: Probabilities add up to 1 within this.
SUM_TOLERANCE = 1e-9


class Linking(StrEnum):
    """How the plans of scenarios hang together.

    here-and-now: what is selected up to decide_by is the same in all. nested: what is funded in one is funded, with
    the same alternative, in each later one.
    """

    NOW = "here-and-now"
    NESTED = "nested"


class Scenario(NamedTuple):
    """One of several worlds.

    Attributes
    ----------
    name
        What it is called; different from all others.
    probability
        Its weight; those of all scenarios add up to 1.
    instance
        The instance that holds in it.
    """

    name: str
    probability: float
    instance: Instance


def selected_now(instance: Instance, plan: Plan) -> tuple[Selection, ...]:
    """Return the here-and-now part of a plan: what it selects up to the period of decide_by, funded or cancelled.

    A committed project was selected before the calendar and counts as selected in period 0.

    Examples
    --------
    >>> from outlay.instances.formats.parsing import parse_document
    >>> from outlay.instances.plan import Choice
    >>> instance = parse_document({
    ...     "instance": {"name": "two", "stages": {"decide_by": "2026-06"},
    ...                  "calendar": {"start": "2026-01", "periods": 2, "months_per_period": 12}},
    ...     "projects": [{"id": "A"}, {"id": "B"}],
    ... }, source="example")
    >>> plan = Plan(choices=(Choice("A", "base", False, 0, 1, 1.0), Choice("B", "base", False, 1, 1, 1.0)))
    >>> selected_now(instance, plan)
    (Selection(project='A', alternative='base', period=0),)
    """
    return tuple(one for one in plan.selections if one.period <= instance.decide_by_period)


def as_scenarios(
    instance: Instance, scenarios: Iterable[Scenario | tuple[str, float, Instance] | str]
) -> tuple[Scenario, ...]:
    """Return scenarios given as such or as names of constraint sets of an instance, which are equally likely then.

    What has a name, a probability and an instance, such as a draw, is a scenario too.

    Raises
    ------
    InputError
        If it is no instance, or as `check_scenarios` and `scenarios_of_sets`.
    """
    if not isinstance(instance, Instance):
        remedy = "give what outlay.read returned"
        raise InputError.single("scenarios", "this is no instance", remedy, value=instance)
    given = listed(scenarios)
    if given and all(isinstance(one, str) for one in given):
        return scenarios_of_sets(instance, [str(one) for one in given])
    return check_scenarios(instance, [_named(one) for one in given])


def listed(scenarios: Any) -> list[Any]:
    """Return scenarios as a list; text is names of constraint sets with commas between them.

    Raises
    ------
    InputError
        If there is no order in them, or they are names with weights, which belong into `probabilities`.
    """
    if isinstance(scenarios, str):
        return scenarios.split(",")
    if isinstance(scenarios, Mapping):
        remedy = "give the names here, and the weights as `probabilities`"
        raise InputError.single("scenarios", "this is a dictionary", remedy)
    if isinstance(scenarios, Instance) or not isinstance(scenarios, Iterable):
        raise _no_scenarios()
    return list(scenarios)


def _no_scenarios() -> InputError:
    remedy = "give (name, probability, instance) each, or names of constraint sets"
    return InputError.single("scenarios", "these are no scenarios", remedy)


def _named(one: Any) -> Any:
    fields = Scenario._fields
    return Scenario(*(getattr(one, name) for name in fields)) if all(hasattr(one, name) for name in fields) else one


def check_scenarios(
    instance: Instance, scenarios: Iterable[Scenario | tuple[str, float, Instance]]
) -> tuple[Scenario, ...]:
    """Return the scenarios, if they make sense together.

    Raises
    ------
    InputError
        With every fault: no scenario, a name twice, probabilities that are negative or do not add up to 1 within 1e-9,
        instances with other projects, alternatives or calendars, or with several levels of the objective.
    """
    try:
        found = tuple(Scenario(*one) for one in scenarios)
    except TypeError:
        found = None
    if found is None or not all(isinstance(one.name, str) and isinstance(one.instance, Instance) for one in found):
        raise _no_scenarios()
    faults = list(_faults(instance, found))
    if faults:
        raise InputError(faults)
    return tuple(one._replace(probability=float(one.probability)) for one in found)


def _fault(value: str | None, problem: str, remedy: str) -> Fault:
    return Fault("scenarios", None, None, value, problem, remedy)


def _faults(instance: Instance, scenarios: Sequence[Scenario]) -> Iterator[Fault]:
    if not scenarios:
        yield _fault(None, "there is no scenario", "name at least one")
        return
    yield from _name_faults([one.name for one in scenarios])
    yield from _share_faults(scenarios)
    for one in scenarios:
        for problem in _differences(instance, one.instance):
            yield _fault(one.name, f"{problem} than {instance.name}", "change amounts and dates only")
        if len(one.instance.objective_levels) > 1:
            problem = "its objective has several levels; risk, regret and the worth of knowing are told of one"
            yield _fault(one.name, problem, "give one objective: --objective METRIC=WEIGHT,...")


def _name_faults(names: Sequence[str]) -> Iterator[Fault]:
    for name in dict.fromkeys(names):
        if not name or names.count(name) > 1:
            yield _fault(name, "a scenario needs a name of its own", "name each one differently")


def _share_faults(scenarios: Sequence[Scenario]) -> Iterator[Fault]:
    wrong = [one for one in scenarios if not is_weight(one.probability)]
    for one in wrong:
        yield _fault(one.name, f"its probability is {one.probability}", "give more than 0, or leave it out")
    if not wrong:
        total = math.fsum(one.probability for one in scenarios)
        if abs(total - 1.0) > SUM_TOLERANCE:
            yield _fault(None, f"the probabilities add up to {total:.12g}, not to 1", "correct them")


def _differences(first: Instance, other: Instance) -> Iterator[str]:
    if other is first:
        return
    columns = ("project", "alternative")
    if list(zip(*map(first.alternatives.texts, columns), strict=True)) != list(
        zip(*map(other.alternatives.texts, columns), strict=True)
    ):
        yield "it has other projects or alternatives"
    calendars = [
        (one.settings.calendar.start, one.periods, one.months_per_period, one.decide_by_period)
        for one in (first, other)
    ]
    if calendars[0] != calendars[1]:
        yield "it has another calendar, or decides until another period,"


def scenarios_of_sets(
    instance: Instance, names: Sequence[str], probabilities: Mapping[str, float] | None = None
) -> tuple[Scenario, ...]:
    """Return constraint sets as scenarios: ``a+b`` from left to right, ``base`` for the instance as it is.

    Parameters
    ----------
    probabilities
        By name, as weights: they are divided by their sum. None: all alike.

    Raises
    ------
    InputError
        If a set is unknown or named twice, or a weight is missing, unknown or not positive; every fault at once.
    """
    names = as_list("scenarios", "names", names, "give a list of names of sets")
    if not isinstance(probabilities, Mapping | None):
        raise InputError.single("scenarios", "the weights are no dictionary", "give them by name")
    weights = dict.fromkeys(names, 1.0) if probabilities is None else dict(probabilities)
    faults, instances = list[Fault](), dict[str, Instance]()
    faults.extend(_name_faults([name for name in names if name]))
    for name in dict.fromkeys([*names, *weights]):
        if name not in names or name not in weights:
            problem = "it has a weight, but is no scenario" if name in weights else "it has no weight"
            faults.append(Fault("scenarios", None, None, name, problem, "give one weight for each scenario"))
        elif not is_weight(weights[name]):
            faults.append(Fault("scenarios", None, None, name, f"its weight is {weights[name]}", "give more than 0"))
    for name in dict.fromkeys(names):
        try:
            instances[name] = instance.with_set(name)
        except InputError as error:
            faults.extend(error.faults)
    if faults:
        raise InputError(faults)
    largest = float(max(weights[name] for name in names))
    shares = {name: float(weights[name]) / largest for name in names}  # so that no sum is too large
    total = math.fsum(shares.values())
    return check_scenarios(instance, ((name, shares[name] / total, instances[name]) for name in names))


def is_weight(value: object) -> bool:
    """Return whether something is a positive number that is finite."""
    number = number_of(value)
    return number is not None and 0 < number < math.inf
