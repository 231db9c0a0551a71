"""Why a project is not in the plan, in few words: from the reason as data, never from its sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from outlay.instances.values.numbers import decimal_text
from outlay.optimizer.answer.reason import Broken, Kind, Reason, unavailable_figures

if TYPE_CHECKING:
    from outlay.instances.instance import Instance
    from outlay.optimizer.answer.solution import Solution

#: So many broken limits are named in few words.
MOST_NAMED = 3


def short(reason: Reason, instance: Instance | None = None) -> str:
    """Return a reason in few words; with the instance, what is limited to the end of its calendar is limited in all.

    Examples
    --------
    >>> from outlay.optimizer.answer.reason import Broken, Kind, Limit, Reason
    >>> draws = Limit("draws", "draws", 0, "draws in 2026H1")
    >>> short(Reason(Kind.CROWDED, 5.592, 0, "2026H1", (Broken(draws, 2.833),)))
    'worth 5.592; from 2026H1 it would exceed draws in 2026H1 by 2.833'
    """
    worth = decimal_text(reason.worth)
    if reason.kind == Kind.NEVER:
        return f"never available: {unavailable_figures(reason)}"
    if reason.kind == Kind.WORTHLESS:
        return f"not worth it: its best option would add {worth} to the objective"
    if reason.kind == Kind.DISPLACED:
        return f"worth {worth} by itself, but what it needs or displaces is worth as much, or within the gap"
    named = ", ".join(_exceeded(each, instance) for each in reason.broken[:MOST_NAMED])
    named += ", ..." if len(reason.broken) > MOST_NAMED else ""
    verb = "break" if reason.broken[0].excess is None else "exceed"
    return f"worth {worth}; from {reason.when} it would {verb} {named}"


def _exceeded(broken: Broken, instance: Instance | None) -> str:
    limit = broken.limit
    # To date, up to the end of the calendar, is in all.
    to_the_end = instance is not None and limit.period == instance.periods - 1
    in_all = instance is not None and to_the_end and is_cumulative(instance, limit.name)
    text = instance.resource_title(limit.name) if instance is not None and in_all else limit.words
    return text if broken.excess is None else f"{text} by {decimal_text(broken.excess)}"


def is_cumulative(instance: Instance, resource: str) -> bool:
    """Return whether a limit is on what is used of a resource to date."""
    rows = instance["resources"]
    number = rows.index.get((resource,))
    return number is not None and rows.texts("basis")[number] == "cumulative"


def never_available(solution: Solution) -> set[str]:
    """Return the projects that have no option."""
    return {project for project, reason in solution.reasons.items() if reason.kind == Kind.NEVER}
