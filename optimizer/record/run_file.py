"""The run file: one JSON that holds an answer whole, so that it can be shown and verified anywhere."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import simplejson

from outlay.instances.errors import InputError
from outlay.instances.formats.kinds import refuse_as_run
from outlay.instances.formats.output import write_file
from outlay.instances.formats.parsing import parse_document
from outlay.instances.formats.reading import MAX_FILE_MB, parse_text, text_of_file
from outlay.instances.given import type_of
from outlay.instances.instance import Instance
from outlay.instances.plan import Plan
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.answer.user_rows import user_rows_table
from outlay.optimizer.record.claims import dates_of, levels_of
from outlay.optimizer.record.recheck import Rechecked, recheck
from outlay.optimizer.record.run_document import run_text, to_run_document
from outlay.optimizer.record.run_schema import FORMAT, REMEDY, checked_run
from outlay.optimizer.status import Status

__all__ = ["FORMAT", "load", "load_checked", "run_text", "save_solution", "to_run_document"]


def save_solution(solution: Solution, path: str | Path, *, force: bool = False) -> Path:
    """Write the run file, whole or not at all; see `Solution.save`.

    Raises
    ------
    InputError
        If the file exists and `force` is not set, or cannot be written.
    """
    return write_file(path, run_text(to_run_document(solution)), force=force)


def load(path: str | Path, *, max_file_mb: float = MAX_FILE_MB) -> Solution:
    """Return the solution of a run file, checked again from its instance and plan.

    The file is believed in nothing. `Solution.verification` is what is found now, and names each claim of the file
    that is false; the tables are computed from the plan, and where anything is false, `UnverifiedError` is raised for
    them.
    What only the solver can know, such as the bound, is as recorded (`outlay.optimizer.record.recorded.AS_RECORDED`).

    Raises
    ------
    InputError
        If the file is missing, no run file, damaged, or its instance is not the one it was solved for.
    """
    return load_checked(path, max_file_mb=max_file_mb)[0]


def load_checked(path: str | Path, *, max_file_mb: float = MAX_FILE_MB) -> tuple[Solution, Rechecked]:
    """Return the solution of a run file as `load` does, and what was found when it was checked again.

    Raises
    ------
    InputError
        As `load`.
    """
    try:
        target = Path(path)
    except TypeError:
        raise InputError.single("load", f"{type_of(path)} is no path", "give that of a run file") from None
    document = read_run_document(target, max_file_mb)
    run, instance = run_and_instance(document, target.name)
    found = recheck(run, instance, older=document["format"] != FORMAT)
    return _solution(run, instance, found), found


def read_run_document(path: Path, max_file_mb: float) -> dict[str, Any]:
    """Return what stands in a run file, decimals exact and nothing checked.

    Raises
    ------
    InputError
        If it cannot be read or is not a JSON object.
    """
    refuse_as_run(path)
    text = text_of_file(path, path.name, max_file_mb)
    try:
        document = parse_text(path.name, text, partial(simplejson.loads, use_decimal=True), "JSON")
    except InputError as error:
        problem = error.faults[0].problem
        raise InputError.single(path.name, problem, "give a file that `solve -o` wrote") from error
    if isinstance(document, dict) and "format" not in document and isinstance(document.get("instance"), dict):
        remedy = f"solve it first: outlay solve {path.name} -o run.json"
        raise InputError.single(path.name, "this is an instance, not a run", remedy)
    if not isinstance(document, dict):
        raise InputError.single(path.name, "this is not a run file", "give a file that `solve -o` wrote")
    return document


def run_and_instance(document: dict[str, Any], name: str) -> tuple[dict[str, Any], Instance]:
    """Return a run document without its instance, its types checked, and the instance that it was solved for.

    Raises
    ------
    InputError
        With the place of each value that is of a wrong type, or if the instance is wrong or another one.
    """
    run = checked_run(document, name)
    if "instance" not in document:
        raise InputError.single(name, "the instance is missing", REMEDY, column="instance")
    instance = parse_document(document["instance"], source=name)
    if instance.digest != run["hash"]:
        raise InputError.single(
            name, "the instance in it is not the one that was solved (its hash differs)", REMEDY, column="hash"
        )
    return run, instance


def _solution(run: dict[str, Any], instance: Instance, found: Rechecked) -> Solution:
    same = ("constraint_set", "limit", "message", "objective", "bound", "gap", "own_objective")
    rest = ("metrics", "stakeholders", "times_s", "sizes", "options", "versions")
    return Solution(
        instance=instance,
        status=Status(run["status"]),
        levels=levels_of(run),
        dates=dates_of(run),
        plan=None if run["plan"] is None else Plan.from_document(run["plan"]),
        tables=found.tables,
        reasons=found.reasons,
        verification=found.verification,
        trace=tuple(tuple(step) for step in run["trace"]),
        user_rows=None if run["user_rows"] is None else user_rows_table(run["user_rows"]["rows"]),
        **{name: run[name] for name in (*same, *rest)},
    )
