"""What a frontier is drawn against: metrics, the instance's objective, stakeholders, and limits that are stretched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, lcm
from types import MappingProxyType

import numpy as np

from outlay.instances.errors import Fault, InputError
from outlay.instances.values.text import did_you_mean
from outlay.optimizer.variation.variable import Variable
from outlay.optimizer.variation.variation import STRETCH

#: Largest denominator that coefficients may have in common and still be counted in whole steps.
MOST_DENOMINATOR = 1000
#: Of a continuous objective, this share of its largest amount is the least difference that counts.
LEAST_DIFFERENCE = 2e-6
#: The same of a move, which is rounded up to six digits.
LEAST_MOVE = 2e-5


@dataclass(frozen=True)
class Objective:
    """One objective of a frontier; inside it is maximised.

    Attributes
    ----------
    name
        As it was asked for: ``max:us_npv``, ``min:commitment``, ``objective``, ``@METI``, ``stretch:draws``.
    title, unit
        What it is, in words, and the unit of its value.
    weights
        Metric to weight, as of `Variation`; their sum is maximised.
    sign
        1: its value is that sum; -1: it is minus that sum.
    limit
        The limit that is stretched, or None.
    units
        Whether that is by units, not by a share of its level.
    grain
        All its values are whole multiples of this; 0: it has no such steps.
    """

    name: str
    title: str
    unit: str
    weights: Mapping[str, float]
    sign: float = 1.0
    limit: str | None = None
    units: bool = False
    grain: float = field(default=0.0, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", MappingProxyType(dict(self.weights)))

    def __reduce__(self) -> tuple[object, ...]:
        parts = (self.name, self.title, self.unit, dict(self.weights), self.sign, self.limit, self.units, self.grain)
        return Objective, parts

    @property
    def maximised(self) -> bool:
        """Whether a larger value is better."""
        return self.sign > 0

    def value(self, metrics: Mapping[str, float], moves: Mapping[str, float]) -> float:
        """Return what is maximised, of a plan with these metrics and these moves of limits."""
        if self.limit is not None:
            return -moves.get(self.limit, 0.0)
        return sum(weight * metrics.get(name, 0.0) for name, weight in self.weights.items() if weight)

    def stated(self, value: float) -> float:
        """Return a value as the user counts it."""
        return self.sign * value + 0.0


def parse_objectives(over: Variable, given: Sequence[str]) -> tuple[Objective, ...]:
    """Return the objectives that texts stand for.

    Raises
    ------
    InputError
        With every fault: too few or too many, unknown names, the same twice, metrics that no project has.
    """
    faults: list[Fault] = []
    if not 2 <= len(given) <= 3:
        problem = f"a frontier has two or three objectives, not {len(given)}"
        faults += InputError.single("frontier", problem, "name them as in max:us_npv, min:commitment").faults
    found = []
    for text in given:
        try:
            found.append(parse_objective(over, text))
        except InputError as error:
            faults += error.faults
    faults += _alike(over, found)
    if faults:
        raise InputError(faults)
    return tuple(found)


def parse_objective(over: Variable, text: object) -> Objective:
    """Return the objective that a text stands for.

    Raises
    ------
    InputError
        If it stands for none, or for one that is always 0.
    """
    if not isinstance(text, str):
        raise _wrong("an objective is a text", "write max:us_npv", text)
    if text.startswith(STRETCH):
        return _stretch(over, text)
    instance = over.case.instance
    if text == "objective":
        if over.session.has_own_objective:
            raise _wrong("the model has an objective of its own, which no verifier knows", "name metrics", text)
        weights = {name: float(weight) for name, weight in instance.objective_levels[0].weights.items()}
        return _measured(over, Objective(text, "objective", _unit(over, weights), {"cost": 0.0, **weights}))
    if text.startswith("@"):
        weights = {name: float(weight) for name, weight in instance.weights_of(text[1:]).items()}
        if not weights:
            people = {f"@{who}": None for who in instance["stakeholders"].texts("stakeholder")}
            raise _wrong("there is no such stakeholder", did_you_mean(text, people), text)
        return _measured(over, Objective(text, f"what {text[1:]} weighs", "", {"cost": 0.0, **weights}))
    return _metric(over, text)


def _metric(over: Variable, text: str) -> Objective:
    instance = over.case.instance
    way, colon, metric = text.partition(":")
    known = instance.known_metrics
    if text in known:
        raise _wrong("it is not said whether more or less of it is better", f"write max:{text} or min:{text}", text)
    if not colon or way not in {"max", "min"}:
        every = ["objective", *(f"max:{name}" for name in known)]
        raise _wrong("this is no objective", f"max:METRIC, min:METRIC, {did_you_mean(text, every)}", text)
    if metric not in known:
        raise _wrong("there is no such metric", did_you_mean(metric, known), text)
    sign = 1.0 if way == "max" else -1.0
    return _measured(
        over, Objective(text, metric, instance.metric_unit(metric), {"cost": 0.0, metric: sign}, sign=sign)
    )


def _stretch(over: Variable, text: str) -> Objective:
    name = text.removeprefix(STRETCH)
    units = over.limits[name].by_units
    limit = over.limits.movable(name, units=units)
    if limit.is_share:
        problem = "how far a share is moved is multiplied by the plan, and is no objective of a frontier"
        raise _wrong(problem, "take what is counted as an objective, max:METRIC or min:METRIC", name)
    unit = limit.unit if units else "share"
    return Objective(text, f"stretch of {name}", unit, {text: -1.0}, sign=-1.0, limit=name, units=units)


def _measured(over: Variable, objective: Objective) -> Objective:
    """Return an objective with its grain.

    Raises
    ------
    InputError
        If it is 0 whatever the plan.
    """
    coefficients = over.case.weighted(dict(objective.weights))
    used = np.nonzero(coefficients)[0]
    if not len(used):
        raise _wrong("no project has any of it", "name a metric that differs between plans", objective.name)
    compiled, columns = over.session.compiled, over.model.columns
    place = compiled.columns_of(columns)[used]
    # What the problem lacks is decided: it counts as whole where it is 0.
    whole = np.where(place >= 0, compiled.problem.integer[place], compiled.constants_of(columns)[used] == 0)
    grain = grain_of(coefficients[used]) if whole.all() else 0.0
    return Objective(
        objective.name, objective.title, objective.unit, objective.weights, objective.sign, grain=grain
    )  # fmt: skip


def grain_of(coefficients: np.ndarray) -> float:
    """Return the largest number of which all are whole multiples, or 0 if there is none worth using.

    Examples
    --------
    >>> grain_of(np.array([13.5, 9.0, 8.6])), grain_of(np.array([0.1234567, 1.0])), grain_of(np.array([4.0, 6.0]))
    (0.1, 0.0, 2.0)
    """
    fractions = [Fraction(each).limit_denominator(MOST_DENOMINATOR) for each in np.abs(coefficients).tolist()]
    close = np.array([float(each) for each in fractions])
    if not np.allclose(close, np.abs(coefficients), rtol=1e-13, atol=0.0):
        return 0.0
    below = lcm(*(each.denominator for each in fractions))
    above = gcd(*(int(each * below) for each in fractions))
    grain = above / below
    return grain if below <= MOST_DENOMINATOR and grain > 1e-5 * close.sum() * LEAST_DIFFERENCE else 0.0


def _alike(over: Variable, found: Sequence[Objective]) -> list[Fault]:
    """Return faults of objectives that are another one, or its opposite."""
    faults: list[Fault] = []
    for at, one in enumerate(found):
        for other in found[:at]:
            if one.limit is not None or other.limit is not None:
                same = one.limit == other.limit
            else:
                first, second = (over.case.weighted(dict(each.weights)) for each in (one, other))
                size = float(np.linalg.norm(first) * np.linalg.norm(second))
                same = abs(float(first @ second)) > size * (1 - 1e-12)
            if same:
                problem = f"it weighs the same as {other.name}"
                faults += _wrong(problem, "name objectives that differ", one.name).faults
    return faults


def _unit(over: Variable, weights: Mapping[str, float]) -> str:
    units = {over.case.instance.metric_unit(name) for name, weight in weights.items() if weight and name != "cost"}
    return units.pop() if len(units) == 1 else ""


def _wrong(problem: str, remedy: str, value: object) -> InputError:
    return InputError.single("frontier", problem, remedy, column="objective", value=value)
