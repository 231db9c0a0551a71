"""Read a run file for showing: whatever it says is verified again, its tables computed anew from the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from outlay.optimizer.record.recheck import AS_RECORDED, OWN_OBJECTIVE, USER_ROWS_AS_RECORDED
from outlay.optimizer.record.run_file import load_checked

if TYPE_CHECKING:
    from outlay.models.case import Case
    from outlay.optimizer.answer.solution import Solution
    from outlay.optimizer.verify.report import Verification


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
    solution, found = load_checked(path, max_file_mb=max_file_mb)
    return Loaded(solution, found.verification, found.case)


def as_recorded(solution: Solution) -> list[str]:
    """Return what a run file says that cannot be checked, in words."""
    return [
        *([OWN_OBJECTIVE] if solution.own_objective else []),
        *AS_RECORDED,
        *([USER_ROWS_AS_RECORDED] if solution.user_rows is not None else []),
    ]
