"""Read a run file for showing: whatever it says is verified again, its tables computed anew from the plan."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from outlay.instances.formats.reading import read
from outlay.instances.sets.what_if import with_what_if
from outlay.optimizer.answer.solution import unverified
from outlay.optimizer.record.recorded import AS_RECORDED, OWN_OBJECTIVE, USER_ROWS_AS_RECORDED

if TYPE_CHECKING:
    from outlay.cli.options import WhatIf
    from outlay.instances.instance import Instance
    from outlay.instances.plan import Plan
    from outlay.models.case import Case
    from outlay.optimizer.answer.solution import Solution
    from outlay.optimizer.verify.report import Verification

_RUN_FILE = re.compile(rb'\s*\{\s*"format"\s*:')


class Loaded(NamedTuple):
    """A run: the solution, what its verification found just now, and its case.

    The verification is None where there is no plan and nothing false is said of that.
    """

    solution: Solution
    verification: Verification | None
    case: Case

    @property
    def ok(self) -> bool:
        """Whether all that can be checked holds."""
        return self.verification is None or self.verification.ok


def load_run(path: str, max_file_mb: float) -> Loaded:
    """Return a run whose tables follow from its plan, whatever stands in the file.

    Raises
    ------
    InputError
        If the file is no run file, or is damaged.
    """
    from outlay.optimizer.record.run_file import load_checked  # noqa: PLC0415 - what reads no run needs no schema of one

    solution, found = load_checked(path, max_file_mb=max_file_mb)
    return Loaded(solution, found.verification, found.case)


def read_or_load(path: str, max_file_mb: float) -> tuple[Instance, Plan | None]:
    """Return an instance, or the resolved one of a run file with its plan, which was verified just now.

    Raises
    ------
    InputError
        If it is neither.
    UnverifiedError
        If it is a run file in which something is false.
    """
    if not _is_run_file(path):
        return read(path, max_file_mb=max_file_mb), None
    loaded = load_run(path, max_file_mb)
    if not loaded.ok:
        raise unverified(loaded.verification)
    return loaded.solution.instance, loaded.solution.plan


def _is_run_file(path: str) -> bool:
    """Return whether a path leads to a JSON file that begins as run files do."""
    place = Path(path)
    try:
        if place.suffix.lower() != ".json" or not place.is_file():
            return False
        with place.open("rb") as file:
            return _RUN_FILE.match(file.read(200)) is not None
    except (OSError, ValueError):
        return False


def with_asked(instance: Instance, constraint_set: str, asked: WhatIf) -> tuple[Instance, str]:
    """Return the instance and the sets to apply, with what the command line asks as one more set.

    Raises
    ------
    InputError
        If what is asked is malformed.
    """
    changed, name = with_what_if(instance, force_in=asked.force_in, force_out=asked.force_out, changes=asked.changes)
    if name is None:
        return instance, constraint_set
    return changed, name if constraint_set == "base" else f"{constraint_set}+{name}"


def as_recorded(solution: Solution) -> list[str]:
    """Return what a run file says that cannot be checked, in words."""
    return [
        *([OWN_OBJECTIVE] if solution.own_objective else []),
        *AS_RECORDED,
        *([USER_ROWS_AS_RECORDED] if solution.user_rows is not None else []),
    ]
