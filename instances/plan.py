"""`Plan`: what is decided, in domain words, without any mathematics.

The model writes it, the verifier reads it, the run file keeps it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from outlay.instances.values.text import as_text

#: The fields of a plan that hold amounts.
AMOUNTS = ("purchases", "flows", "imports", "payments", "shortfalls")
#: Whole numbers beyond this one are no periods; they are not even the same for every reader of JSON.
_LARGEST_WHOLE = 2**53


class Choice(NamedTuple):
    """One funded project.

    Attributes
    ----------
    project, alternative
        Ids.
    fast_track
        Whether its permit takes the fast track.
    selection, start
        Period of selection (q) and of the start of building (s).
    scale
        Share of the alternative that is funded, in [min_scale, 1].
    """

    project: str
    alternative: str
    fast_track: bool
    selection: int
    start: int
    scale: float


class Selection(NamedTuple):
    """What is decided of a project when it is selected.

    Attributes
    ----------
    project, alternative
        Ids.
    period
        Period of selection (q).
    """

    project: str
    alternative: str
    period: int


@dataclass(frozen=True)
class Plan:
    """The decisions of an answer.

    Attributes
    ----------
    choices
        One a funded project, sorted by project.
    purchases
        (program, period) -> units bought.
    flows
        (link, period) -> units that leave ``from_resource``.
    imports
        (resource, period) -> units.
    payments
        (fund, project) -> money.
    shortfalls
        (resource, period of the row) -> units missing; the row of a year block stands under its first period.
    cancelled
        Projects that were selected and are given up, sorted; only in plans for one of several scenarios.

    Amounts that are not listed are zero. Floats are read exactly.
    """

    choices: tuple[Choice, ...] = ()
    purchases: Mapping[tuple[str, int], float] = field(default_factory=dict)
    flows: Mapping[tuple[str, int], float] = field(default_factory=dict)
    imports: Mapping[tuple[str, int], float] = field(default_factory=dict)
    payments: Mapping[tuple[str, str], float] = field(default_factory=dict)
    shortfalls: Mapping[tuple[str, int], float] = field(default_factory=dict)
    cancelled: tuple[Selection, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "choices", tuple(sorted(Choice(*choice) for choice in self.choices)))
        object.__setattr__(self, "cancelled", tuple(sorted(Selection(*one) for one in self.cancelled)))
        for name in AMOUNTS:
            amounts = dict(sorted(getattr(self, name).items()))
            object.__setattr__(self, name, MappingProxyType(amounts))

    def __reduce__(self) -> tuple[type[Plan], tuple[object, ...]]:
        return Plan, (self.choices, *(dict(getattr(self, name)) for name in AMOUNTS), self.cancelled)

    @property
    def selections(self) -> tuple[Selection, ...]:
        """What was selected, funded or cancelled, sorted."""
        funded = [Selection(choice.project, choice.alternative, choice.selection) for choice in self.choices]
        return tuple(sorted([*funded, *self.cancelled]))

    def to_document(self) -> dict[str, Any]:
        """Return the plan as plain lists and dictionaries, for JSON; `cancelled` only where something is."""
        document: dict[str, Any] = {"choices": [choice._asdict() for choice in self.choices]}
        for name in AMOUNTS:
            document[name] = [[*key, amount] for key, amount in getattr(self, name).items()]
        if self.cancelled:
            document["cancelled"] = [one._asdict() for one in self.cancelled]
        return document

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Plan:
        """Return the plan that `to_document` wrote.

        Nothing is converted: what has another type than `to_document` writes is refused, so that no reader takes it for
        something else than another one does.

        Raises
        ------
        TypeError, ValueError
            If the document is not one that `to_document` can write; the message names what is wrong.
        """
        _check_keys(document, ("choices", *AMOUNTS), "the plan", optional=("cancelled",))
        choices = [_choice(given, f"choice {place}") for place, given in enumerate(_list(document, "choices"), start=1)]
        given_up = _list(document, "cancelled") if "cancelled" in document else ()
        cancelled = tuple(
            _selection(given, f"cancelled, entry {place}") for place, given in enumerate(given_up, start=1)
        )
        amounts = {name: _amounts(document, name) for name in AMOUNTS}
        return cls(choices=tuple(choices), cancelled=cancelled, **amounts)


def _choice(given: Any, where: str) -> Choice:
    _check_keys(given, Choice._fields, where)
    where += f" (project {as_text(given['project'])})"
    return Choice(
        project=_text(given["project"], f"project of {where}"),
        alternative=_text(given["alternative"], f"alternative of {where}"),
        fast_track=_truth(given["fast_track"], f"fast_track of {where}"),
        selection=_whole(given["selection"], f"selection of {where}"),
        start=_whole(given["start"], f"start of {where}"),
        scale=_number(given["scale"], f"scale of {where}"),
    )


def _selection(given: Any, where: str) -> Selection:
    _check_keys(given, Selection._fields, where)
    return Selection(
        project=_text(given["project"], f"project of {where}"),
        alternative=_text(given["alternative"], f"alternative of {where}"),
        period=_whole(given["period"], f"period of {where}"),
    )


def _amounts(document: Mapping[str, Any], name: str) -> dict[tuple[str, Any], float]:
    found: dict[tuple[str, Any], float] = {}
    for place, given in enumerate(_list(document, name), start=1):
        where = f"{name}, entry {place}"
        if not isinstance(given, list | tuple) or len(given) != 3:
            raise _wrong(where, given, "a list of two keys and an amount")
        first = _text(given[0], f"first key of {where}")
        read_second = _text if name == "payments" else _whole
        key = (first, read_second(given[1], f"second key of {where}"))
        if key in found:
            raise ValueError(f"{where}: {as_text(key)} stands twice")
        found[key] = _number(given[2], f"amount of {where}")
    return found


def _check_keys(given: Any, names: Sequence[str], where: str, *, optional: Sequence[str] = ()) -> None:
    if not isinstance(given, Mapping):
        raise _wrong(where, given, "an object with named fields")
    for name in names:
        if name not in given:
            raise ValueError(f"{where} lacks {name}")
    for name in given:
        if name not in names and name not in optional:
            raise ValueError(f"{where} has an unknown field {as_text(name)}")


def _list(document: Mapping[str, Any], name: str) -> Sequence[Any]:
    given = document[name]
    if not isinstance(given, list | tuple):
        raise _wrong(name, given, "a list")
    return given


def _text(given: Any, where: str) -> str:
    if not isinstance(given, str):
        raise _wrong(where, given, "text")
    return given


def _truth(given: Any, where: str) -> bool:
    if not isinstance(given, bool):
        raise _wrong(where, given, "true or false")
    return given


def _whole(given: Any, where: str) -> int:
    if isinstance(given, bool) or not isinstance(given, int):
        raise _wrong(where, given, "a whole number")
    if abs(given) > _LARGEST_WHOLE:
        raise ValueError(f"{where} is {as_text(given)[:80]}, which is no period")
    return given


def _number(given: Any, where: str) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise _wrong(where, given, "a number")
    try:
        number = float(given)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"{where} is {as_text(given)[:80]}, which is no finite number")
    return number


def _wrong(where: str, given: Any, right: str) -> TypeError:
    found = "null" if given is None else f"{as_text(given)[:80]} ({type(given).__name__})"
    return TypeError(f"{where} is {found}, but should be {right}")
