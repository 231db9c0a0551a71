"""Projects that must be funded and have no option: conflicts that are there before any model is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from outlay.instances.dictionary.approved import APPROVED_DATES
from outlay.instances.dictionary.projects import released
from outlay.instances.errors import NoOptionError
from outlay.instances.instance import Instance
from outlay.optimizer.explain.conflicts import Conflict


@dataclass(frozen=True)
class ConflictRow:
    """A rule of a conflict.

    Attributes
    ----------
    conflict
        Its number, from 1.
    rule, title
        The rule's name, and what it says in words.
    minimal
        Whether each rule of the conflict is proved to be needed.
    """

    conflict: int
    rule: str
    title: str
    minimal: bool


def conflict_rows(found: Sequence[Conflict]) -> list[ConflictRow]:
    """Return conflicts rule by rule."""
    return [
        ConflictRow(number, name, title, conflict.minimal)
        for number, conflict in enumerate(found, start=1)
        for name, title in conflict.rules
    ]


def without_option(error: NoOptionError) -> list[Conflict]:
    """Return a conflict for each project that must be funded and has no option, with its reasons."""
    return [Conflict(((f"must/{fault.value}", f"{fault.value}: {fault.problem}"),)) for fault in error.faults]


def without_forced(instance: Instance, projects: Sequence[str]) -> Instance:
    """Return an instance in which some projects are candidates: not forced, and nothing is decided of them."""
    gone = set(projects)
    applied = instance.settings.applied
    forced = [item for item in applied.force_in if item.partition("@")[0] not in gone]
    settings = instance.settings.model_copy(update={"applied": applied.model_copy(update={"force_in": tuple(forced)})})
    records = instance["projects"].records()
    rows = [{**record, **(released(record) if record["id"] in gone else {})} for record in records]
    approved = [
        {**record, **(dict.fromkeys(APPROVED_DATES, None) if record["project"] in gone else {})}
        for record in instance["approved"].records()
    ]
    changed = instance.replace(projects=rows, **({"approved": approved} if approved else {}))
    return replace(changed, settings=settings)
