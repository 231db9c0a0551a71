"""The run file: one JSON that holds an answer whole, so that it can be shown and verified anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import simplejson

from outlay.instances.errors import InputError
from outlay.instances.output import write_file
from outlay.instances.parsing import parse_document
from outlay.instances.plan import Plan
from outlay.instances.reading import MAX_FILE_MB, text_of_file
from outlay.instances.writing import document_text, to_document
from outlay.optimizer.plain import finite, floats, plain_table, table_document
from outlay.optimizer.solution import Solution
from outlay.optimizer.status import LevelResult, Status
from outlay.optimizer.verify_report import Verification

FORMAT = "outlay run 1"


def to_run_document(solution: Solution) -> dict[str, Any]:
    """Return everything about a solution as plain data; numbers that do not exist are null."""
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
        "levels": [
            {**{name: getattr(level, name) for name in _LEVEL_FIELDS}, "status": str(level.status)}
            for level in solution.levels
        ],
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
        "instance": to_document(solution.instance),
    }


_LEVEL_FIELDS = ("weights", "limit", "objective", "bound", "gap", "nodes", "seconds", "final", "size")


def run_text(document: dict[str, Any]) -> str:
    """Return a run document as JSON text."""
    return document_text(finite(document))


def save_solution(solution: Solution, path: str | Path, *, force: bool = False) -> Path:
    """Write the run file, whole or not at all; see `Solution.save`."""
    return write_file(path, run_text(to_run_document(solution)), force=force)


def load(path: str | Path, *, max_file_mb: float = MAX_FILE_MB) -> Solution:
    """Return the solution of a run file.

    Raises
    ------
    InputError
        If the file is missing, no run file, damaged, or its instance is not the one it was solved for.
    """
    target = Path(path)
    text = text_of_file(target, target.name, max_file_mb)
    try:
        document = simplejson.loads(text, use_decimal=True)
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise InputError.single(
            target.name, f"this is not valid JSON: {error}", "give a file that `solve -o` wrote"
        ) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise InputError.single(target.name, "this is not a run file", "give a file that `solve -o` wrote")
    try:
        return _from_document(document, target.name)
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise InputError.single(target.name, f"the run file is damaged ({error!r})", "solve again") from error


def check_run_document(document: dict[str, Any]) -> dict[str, Any]:
    """Return a run document without its instance, with floats for numbers, after checking that it is whole.

    Raises
    ------
    TypeError, KeyError, ValueError, AttributeError
        At the first number that is none, and the first thing that is missing.
    """
    plain: dict[str, Any] = floats({key: value for key, value in document.items() if key != "instance"})
    _check_numbers(plain)
    Status(plain["status"])
    if plain["plan"] is not None:
        Plan.from_document(plain["plan"])
    if plain["verification"] is not None:
        Verification.from_document(plain["verification"])
    return plain


def _check_numbers(plain: dict[str, Any]) -> None:
    levels = [{name: level[name] for name in _LEVEL_FIELDS} for level in plain["levels"]]
    numbers = [plain[name] for name in ("objective", "bound", "gap")]
    numbers += [
        level[name] for level in levels for name in ("objective", "bound", "gap", "final", "nodes", "seconds", "size")
    ]
    for name in ("metrics", "stakeholders", "times_s", "sizes"):
        numbers += list(plain[name].values())
    numbers += [number for step in plain["trace"] for number in step]
    for number in numbers:
        if number is not None and (isinstance(number, bool) or not isinstance(number, int | float)):
            raise TypeError(f"{number!r} is not a number")
    for table in plain["tables"].values():
        if any(len(row) != len(table["columns"]) for row in table["rows"]):
            raise TypeError("a table has rows of another length than its header")


def _from_document(document: dict[str, Any], name: str) -> Solution:
    instance = parse_document(document["instance"], source=name)
    if instance.digest != document["hash"]:
        raise InputError.single(
            name, "the instance in it is not the one that was solved (its hash differs)", "solve again"
        )
    plain = check_run_document(document)
    return Solution(
        instance=instance,
        constraint_set=str(plain["constraint_set"]),
        status=Status(plain["status"]),
        limit=plain["limit"],
        message=str(plain["message"]),
        objective=plain["objective"],
        bound=plain["bound"],
        gap=plain["gap"],
        levels=tuple(LevelResult(**{**level, "status": Status(level["status"])}) for level in plain["levels"]),
        plan=None if plain["plan"] is None else Plan.from_document(plain["plan"]),
        metrics=plain["metrics"],
        stakeholders=plain["stakeholders"],
        tables={key: plain_table(table) for key, table in plain["tables"].items()},
        verification=None if plain["verification"] is None else Verification.from_document(plain["verification"]),
        trace=tuple(tuple(step) for step in plain["trace"]),
        times_s=plain["times_s"],
        sizes=plain["sizes"],
        options=plain["options"],
        versions=plain["versions"],
        user_rows=None if plain["user_rows"] is None else plain_table(plain["user_rows"]),
    )
