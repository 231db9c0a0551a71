"""A small change to a compiled model, as data."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from outlay.instances.errors import InputError
from outlay.instances.given import number_of
from outlay.instances.plan import Selection

#: What the name of a limit follows where its move is weighed.
STRETCH = "stretch:"


@dataclass(frozen=True)
class Variation:
    """What is asked of a model that is otherwise as it was compiled.

    Attributes
    ----------
    force_in, force_out
        Projects that must, or must not, be funded: id, id@alternative or id@alternative@YYYY-MM.
    level
        Limit to move by so much: by a share of its own level (0.1: a tenth more, -0.1: a tenth less), or by units.
    stretch
        Limits that may be moved, by as little as possible: without an `objective` the sum of the moves is minimised.
    units
        Which of the limits in `level` and `stretch` are moved by units, not by a share of their level.
    at_least
        The first level of the instance's objective must be worth at least this; None: whatever it is.
    objective
        Metric to weight, maximised instead of the instance's objective; None: the instance's first level, or the moves.
        ``stretch:LIMIT`` weighs the move of a limit of `stretch`.
    then
        Further objectives, each maximised among the plans that are best for those before it.
    floors
        (weights, least): rows that keep a weighted sum, as of `objective`, at least so large.
    goals
        (weights, base, step): before the objectives the largest t is looked for with each sum at least base + t step.
    either
        Groups of (weights, least, lack): of each at least one sum is at least so large; no plan lacks more than `lack`.
    one_of
        Groups of (weights, least) as of `floors`: of at least one group every sum is so large.
    decided
        A plan, as a document, of which all that is discrete is kept; None: whatever is best.
    count_first
        Whether as few limits as possible are moved before the sum of the moves is minimised.
    release
        Projects that must be funded but may be let go, each counted as one move.
    give_way
        Limits on shares that may give way, as far as a plan needs, each counted as one move; with `count_first` only.
        Where as few moves do without them none does.
    without
        Names of rules (`outlay.optimizer.variation.rules`) that are left out.
    selected
        What was selected up to ``[stages] decide_by``, and nothing else was: kept, funded or cancelled. For models of
        scenarios (``build(instance, cancelling=True)``); no constraint set says it. None: whatever is best.
    title
        What it asks, in a line.
    """

    force_in: tuple[str, ...] = ()
    force_out: tuple[str, ...] = ()
    level: Mapping[str, float] = field(default_factory=dict)
    stretch: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    at_least: float | None = None
    objective: Mapping[str, float] | None = None
    then: tuple[Mapping[str, float], ...] = ()
    floors: tuple[tuple[Mapping[str, float], float], ...] = ()
    goals: tuple[tuple[Mapping[str, float], float, float], ...] = ()
    either: tuple[tuple[tuple[Mapping[str, float], float, float], ...], ...] = ()
    one_of: tuple[tuple[tuple[Mapping[str, float], float], ...], ...] = ()
    decided: Mapping[str, Any] | None = None
    count_first: bool = False
    release: tuple[str, ...] = ()
    give_way: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    selected: tuple[Selection, ...] | None = None
    title: str = ""

    def __post_init__(self) -> None:
        for name in ("force_in", "force_out", "stretch", "units", "release", "give_way", "without"):
            object.__setattr__(self, name, _names(getattr(self, name), name))
        if self.selected is not None:
            object.__setattr__(self, "selected", _selections(self.selected))
        object.__setattr__(self, "level", MappingProxyType(_numbers(self.level, "level")))
        if self.at_least is not None:
            object.__setattr__(self, "at_least", _number(self.at_least, "at_least"))
        if self.objective is not None:
            object.__setattr__(self, "objective", MappingProxyType(_numbers(self.objective, "objective")))
        for name in ("then", "floors", "goals"):
            object.__setattr__(self, name, tuple(_with_weights(each, name) for each in getattr(self, name)))
        for name in ("either", "one_of"):
            groups = tuple(tuple(_with_weights(one, name) for one in group) for group in getattr(self, name))
            object.__setattr__(self, name, groups)
        both = sorted(set(self.level) & set(self.stretch))
        if both:
            raise _wrong("this limit is both moved and stretched", "do one of the two", "stretch", ", ".join(both))

    def __reduce__(self) -> tuple[Any, ...]:
        return Variation.from_document, (self.to_document(),)

    def to_document(self) -> dict[str, Any]:
        """Return the variation as plain data, for JSON."""
        document: dict[str, Any] = {
            name: _plain(value) for name, value in vars(self).items() if isinstance(value, tuple)
        }
        document |= {"level": dict(self.level), "at_least": self.at_least, "count_first": self.count_first}
        if self.decided is not None:
            document["decided"] = dict(self.decided)
        return document | {
            "objective": None if self.objective is None else dict(self.objective),
            "title": self.title,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Variation:
        """Return the variation that `to_document` wrote."""
        return cls(**document)


def check_together(given: Variation) -> None:
    """Refuse what does not go together, and moves that are weighed and not made.

    Raises
    ------
    InputError
        If there is such a thing.
    """
    if given.objective is None and (given.then or given.goals):
        raise InputError.single("vary", "there is no first objective", "give `objective` too", column="objective")
    if given.count_first and (given.objective is not None or given.floors):
        raise InputError.single("vary", "moves are counted before nothing else", "leave one out", column="objective")
    sums: list[Mapping[str, float]] = [*given.then, given.objective or {}]
    sums += [*(weights for weights, _ in given.floors), *(weights for weights, *_ in given.goals)]
    sums += [weights for group in given.one_of for weights, _ in group]
    names = {name.removeprefix(STRETCH) for each in sums for name in each if name.startswith(STRETCH)}
    for name in sorted(names - set(given.stretch)):
        raise InputError.single("vary", "this limit is weighed and not stretched", "name it in `stretch`", value=name)


def _with_weights(given: Any, column: str) -> Any:
    """Return weights, or a tuple of weights and numbers, that nobody can change."""
    if not isinstance(given, Mapping) and not isinstance(given, list | tuple):
        raise _wrong("these are no weights", 'write {"value": 1.0}, with a number behind it', column, given)
    if isinstance(given, Mapping):
        return MappingProxyType(_numbers(given, column))
    weights, *numbers = given
    return (MappingProxyType(_numbers(weights, column)), *_numbers(dict(enumerate(numbers)), column).values())


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return dict(value) if isinstance(value, Mapping) else value


def _names(given: Any, column: str) -> tuple[str, ...]:
    if isinstance(given, str):
        given = (given,)
    if not isinstance(given, Iterable):
        raise _wrong("these are no names", "give a list of names", column, given)
    names = tuple(given)
    if not all(isinstance(name, str) for name in names):
        raise _wrong("a name is not a text", "give a list of names", column, names)
    return names


def _selections(given: Any) -> tuple[Selection, ...]:
    try:
        found = tuple(sorted(Selection(*one) for one in given))
    except TypeError:
        raise _wrong("these are no selections", "give (project, alternative, period) each", "selected", given) from None
    twice = sorted({one.project for one in found if sum(other.project == one.project for other in found) > 1})
    if twice:
        raise _wrong("a project is selected twice", "name each once", "selected", ", ".join(twice))
    return found


def _numbers(given: Any, column: str) -> dict[str, float]:
    if not isinstance(given, Mapping):
        raise _wrong("this is no mapping from names to numbers", 'write {"draws": 0.1}', column, given)
    numbers = {str(name): number_of(value) for name, value in given.items()}
    found = {name: number for name, number in numbers.items() if number is not None}
    if len(found) < len(numbers):
        raise _wrong("there is something that is not a number", 'write {"draws": 0.1}', column, dict(given))
    if not all(math.isfinite(value) for value in found.values()):
        raise _wrong("there is a number that is not finite", "correct it", column, dict(given))
    return found


def _number(given: Any, column: str) -> float:
    number = number_of(given)
    if number is None or not math.isfinite(number):
        raise _wrong("this is no finite number", "write one, such as 19.1", column, given)
    return number


def _wrong(problem: str, remedy: str, column: str, value: Any) -> InputError:
    return InputError.single("vary", problem, remedy, column=column, value=value)
