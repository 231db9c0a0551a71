"""`Plan`: what is decided, in domain words, without any mathematics.

The model writes it, the verifier reads it, the run file keeps it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

#: The fields of a plan that hold amounts.
AMOUNTS = ("purchases", "flows", "imports", "payments", "shortfalls")


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

    Amounts that are not listed are zero. Floats are read exactly.
    """

    choices: tuple[Choice, ...] = ()
    purchases: Mapping[tuple[str, int], float] = field(default_factory=dict)
    flows: Mapping[tuple[str, int], float] = field(default_factory=dict)
    imports: Mapping[tuple[str, int], float] = field(default_factory=dict)
    payments: Mapping[tuple[str, str], float] = field(default_factory=dict)
    shortfalls: Mapping[tuple[str, int], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "choices", tuple(sorted(Choice(*choice) for choice in self.choices)))
        for name in AMOUNTS:
            amounts = dict(sorted(getattr(self, name).items()))
            object.__setattr__(self, name, MappingProxyType(amounts))

    def __reduce__(self) -> tuple[type[Plan], tuple[object, ...]]:
        return Plan, (self.choices, *(dict(getattr(self, name)) for name in AMOUNTS))

    def to_document(self) -> dict[str, Any]:
        """Return the plan as plain lists and dictionaries, for JSON."""
        document: dict[str, Any] = {"choices": [choice._asdict() for choice in self.choices]}
        for name in AMOUNTS:
            document[name] = [[*key, amount] for key, amount in getattr(self, name).items()]
        return document

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Plan:
        """Return the plan that `to_document` wrote.

        Raises
        ------
        KeyError, TypeError, ValueError
            If the document is not one that `to_document` can write.
        """
        amounts = {
            name: {(str(first), second): float(amount) for first, second, amount in document[name]} for name in AMOUNTS
        }
        return cls(choices=tuple(Choice(**choice) for choice in document["choices"]), **amounts)
