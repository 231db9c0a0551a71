"""Read a run file for showing: its plan verified again, its tables computed anew from the plan."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from outlay.models.case import Case
from outlay.models.families import rows_of
from outlay.optimizer.recheck import verify
from outlay.optimizer.run_file import load
from outlay.optimizer.tables import compute_tables

if TYPE_CHECKING:
    from outlay.optimizer.solution import Solution
    from outlay.optimizer.verify_report import Verification


class Loaded(NamedTuple):
    """A run: the solution, what its verification found just now (None without a plan), and its case."""

    solution: Solution
    verification: Verification | None
    case: Case


def load_run(path: str, max_file_mb: float) -> Loaded:
    """Return a run whose tables follow from its plan, whatever stands in the file.

    Raises
    ------
    InputError
        If the file is no run file, or is damaged.
    """
    solution = load(path, max_file_mb=max_file_mb)
    case = Case(solution.instance)
    if solution.plan is None:
        return Loaded(solution, None, case)
    verification = verify(solution)
    if verification.ok:
        tables = compute_tables(case, tuple(rows_of(case)), solution.plan)
        metrics = {name: float(amount) for name, amount in verification.metrics.items()}
        stakeholders = {name: float(amount) for name, amount in verification.stakeholders.items()}
        solution = replace(solution, tables=tables, metrics=metrics, stakeholders=stakeholders)
    return Loaded(replace(solution, verification=verification), verification, case)
