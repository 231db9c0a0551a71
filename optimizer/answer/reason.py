"""Why a project is not in the plan, as data: what kind of reason it is, and the limits and rules behind it.

`recorded` is the sentence of a reason that tables and run files hold. Everything else that is shown of one is made of
the data, in `cli/views`; nothing reads the sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from outlay.instances.values.numbers import decimal_text
from outlay.models.options.options import Dropped

#: How many broken limits the recorded sentence names.
MOST_NAMED = 3


class Kind(StrEnum):
    """What kind of reason it is.

    Members
    -------
    NEVER
        The project has no option: rules that hold before any solving took each of them.
    WORTHLESS
        None of its options adds anything to the objective.
    CROWDED
        Beside this plan its option that comes nearest would break limits or rules.
    DISPLACED
        Its option would break nothing by itself; what it would import, buy or be paid from costs as much.
    """

    NEVER = "never available"
    WORTHLESS = "not worth it"
    CROWDED = "crowded out"
    DISPLACED = "displaced"


@dataclass(frozen=True)
class Limit:
    """A row of the model as a person knows it.

    Attributes
    ----------
    family
        Name of the constraint family.
    name
        Of the resource or fund, or the limit in words; the same in every period. Empty for a rule that limits no
        amount.
    period
        Number of the period that it is about, or None: none, or the whole plan.
    words
        The row in domain words, with its period.
    """

    family: str
    name: str
    period: int | None
    words: str


@dataclass(frozen=True)
class Broken:
    """A limit that an option would break beside the plan.

    Attributes
    ----------
    limit
        Which.
    excess
        By how much, in the unit of the limit; None for a rule that limits no amount.
    """

    limit: Limit
    excess: float | None


@dataclass(frozen=True)
class Reason:
    """Why a project is not in the plan.

    Attributes
    ----------
    kind
        What kind of reason it is.
    worth
        What the project's option that comes nearest would add to the objective; 0 where it was never available.
    start, when
        The period in which that option starts: its number, and as people write it. None and empty where there is none.
    broken
        What it would break beside the plan, the worst first.
    dropped
        Where it was never available: what took most of each alternative.
    """

    kind: Kind
    worth: float = 0.0
    start: int | None = None
    when: str = ""
    broken: tuple[Broken, ...] = ()
    dropped: tuple[Dropped, ...] = ()

    @property
    def limits(self) -> tuple[str, ...]:
        """Names of the limits that it would exceed, whatever the period."""
        return tuple(dict.fromkeys(each.limit.name for each in self.broken if each.limit.name))


def unavailable_words(reason: Reason) -> str:
    """Return the rules that left a project without an option, with their figures."""
    return _for_each(reason.dropped, [item.reason for item in reason.dropped])


def unavailable_figures(reason: Reason) -> str:
    """Return their figures alone, where what stands beside them says which rule it is."""
    return _for_each(reason.dropped, [item.what for item in reason.dropped])


def _for_each(dropped: Sequence[Dropped], texts: Sequence[str]) -> str:
    if len(set(texts)) == 1:
        return texts[0]
    return "; ".join(f"{item.alternative} {text}" for item, text in zip(dropped, texts, strict=True))


def recorded(reason: Reason) -> str:
    """Return a reason as tables and run files record it."""
    if reason.kind == Kind.NEVER:
        return f"never available: {unavailable_words(reason)}"
    value = decimal_text(reason.worth)
    if reason.kind == Kind.WORTHLESS:
        return f"available, but not worth it: its best option would add {value} to the objective"
    if reason.kind == Kind.DISPLACED:
        return (
            f"available and worth {value} by itself (start {reason.when}), but not beside this plan: what it "
            "would import, buy or be paid from costs as much, or is not to be had for it"
        )
    named = "; ".join(map(_broken_words, reason.broken[:MOST_NAMED])) + ("; ..." if reason.broken[MOST_NAMED:] else "")
    return f"worth {value}, but crowded out: beside this plan (start {reason.when}) it would break {named}"


def _broken_words(broken: Broken) -> str:
    return broken.limit.words if broken.excess is None else f"{broken.limit.words} (by {decimal_text(broken.excess)})"


def to_documents(reasons: Mapping[str, Reason]) -> dict[str, dict[str, Any]]:
    """Return reasons by project as plain data."""
    return {project: to_document(reason) for project, reason in reasons.items()}


def from_documents(documents: Mapping[str, Mapping[str, Any]]) -> dict[str, Reason]:
    """Return the reasons by project that plain data tells."""
    return {project: from_document(document) for project, document in documents.items()}


def to_document(reason: Reason) -> dict[str, Any]:
    """Return a reason as plain data."""
    return {
        "kind": str(reason.kind),
        "worth": reason.worth,
        "start": reason.start,
        "when": reason.when,
        "broken": [[*vars(each.limit).values(), each.excess] for each in reason.broken],
        "dropped": [[*vars(item).values()] for item in reason.dropped],
    }


def from_document(document: Mapping[str, Any]) -> Reason:
    """Return the reason that plain data tells."""
    return Reason(
        Kind(document["kind"]),
        float(document["worth"]),
        document["start"],
        document["when"],
        tuple(Broken(Limit(*limit), excess) for *limit, excess in document["broken"]),
        tuple(Dropped(*item) for item in document["dropped"]),
    )
