"""A solution as the plain data of its run file."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from outlay.instances.formats.writing import document_text, to_document
from outlay.optimizer.answer.documents import finite, table_document
from outlay.optimizer.record.run_schema import FORMAT

if TYPE_CHECKING:
    from outlay.optimizer.answer.solution import Solution

_LEVEL_FIELDS = ("weights", "limit", "objective", "bound", "gap", "nodes", "seconds", "final", "size")


def to_run_document(solution: Solution) -> dict[str, Any]:
    """Return everything about a solution as plain data; numbers that do not exist are null."""
    return {**claims_of(solution), "instance": to_document(solution.instance)}


def claims_of(solution: Solution) -> dict[str, Any]:
    """Return the run document of a solution without its instance: all that is said of an answer to it."""
    return {
        "format": FORMAT,
        "name": solution.instance.name,
        "constraint_set": solution.constraint_set,
        "hash": solution.instance.digest,
        "status": str(solution.status),
        "limit": solution.limit,
        "message": solution.message,
        "objective": solution.objective,
        "bound": solution.bound,
        "gap": solution.gap,
        "own_objective": solution.own_objective,
        "levels": [
            {**{name: getattr(level, name) for name in _LEVEL_FIELDS}, "status": str(level.status)}
            for level in solution.levels
        ],
        "dates": None if solution.dates is None else {**asdict(solution.dates), "found": str(solution.dates.found)},
        "metrics": dict(solution.metrics),
        "stakeholders": dict(solution.stakeholders),
        "plan": None if solution.plan is None else solution.plan.to_document(),
        "verification": None if solution.verification is None else solution.verification.to_document(),
        "tables": {name: table_document(table) for name, table in solution.tables.items()},
        "user_rows": None if solution.user_rows is None else table_document(solution.user_rows),
        "trace": [list(step) for step in solution.trace],
        "times_s": dict(solution.times_s),
        "sizes": dict(solution.sizes),
        "options": dict(solution.options),
        "versions": dict(solution.versions),
    }


def run_text(document: dict[str, Any]) -> str:
    """Return a run document as JSON text."""
    return document_text(finite(document))
