"""`PlansTogether`: what one plan for several scenarios and one list for several levels have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

from outlay.instances.errors import InfeasibleError, NoPlanError, UnverifiedError
from outlay.instances.instance import Instance
from outlay.instances.values.text import shown
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.frames.tabled import Tabled
from outlay.optimizer.record.run_schema import Limit, Part, StatusName
from outlay.optimizer.status import Status
from outlay.optimizer.together.folder import write_runs


@dataclass(frozen=True, kw_only=True)
class PlansTogether(Tabled, ABC):
    """Several plans that belong together, with what is proved of the whole.

    Attributes
    ----------
    instance
        The instance that they are about.
    status, stopped_by, message
        What is proved of the whole; which limit ended the solve (``time``, ``interrupt``, ...), or None; why it failed.
    objective, bound, gap
        Of the whole, maximised. None: none.
    runs
        Name to the answer by itself, with what is proved of that one alone.
    violations
        What the plans, or what links them, break: (name, sentence), the name empty for what links them.
    tables
        Name to table.
    options, times_s
        How it was asked, and seconds.
    """

    #: The file that tells the folder of them, and what they are called in an error.
    MARKER: ClassVar[str]
    CALLED: ClassVar[str]
    FAILED: ClassVar[str]

    instance: Instance
    status: Status
    stopped_by: str | None
    message: str
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    runs: Mapping[str, Solution] = field(default_factory=dict)
    violations: tuple[tuple[str, str], ...] = ()
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    times_s: Mapping[str, float] = field(default_factory=dict)

    @property
    def verified(self) -> bool:
        """Whether there are plans, each passed its verification, and what links them holds."""
        return bool(self.runs) and not self.violations

    def table(self, name: str) -> pd.DataFrame:
        """Return a copy of a table by name.

        Raises
        ------
        InfeasibleError, NoPlanError
            If there is no plan.
        UnverifiedError
            If they failed their verification.
        KeyError
            If there is no such table.
        """
        if not self.runs:
            if self.status in {Status.INFEASIBLE, Status.UNBOUNDED}:
                raise InfeasibleError(f"there is no {self.CALLED}: {self.message or self.status}")
            why = self.message or "none was found in time"
            raise NoPlanError(f"there is no {self.CALLED} ({why}); raise the time limit")
        if self.violations:
            raise UnverifiedError(f"{self.FAILED} verification ({shown(self.violations[0][1])}); solve again")
        return super().table(name)

    @property
    def shown_tables(self) -> Mapping[str, pd.DataFrame]:
        """The tables; none of what failed its verification."""
        return self.tables if self.verified else {}

    def said_of_all(self) -> dict[str, Any]:
        """Return what is proved and checked of the whole as plain data."""
        return {
            "status": str(self.status),
            "stopped_by": self.stopped_by,
            "message": self.message,
            "objective": self.objective,
            "bound": self.bound,
            "gap": self.gap,
            "verified": self.verified,
            "violations": [list(one) for one in self.violations],
        }

    @abstractmethod
    def to_document(self) -> dict[str, Any]:
        """Return everything but the runs as plain data, for JSON; no table of what failed its verification."""

    def save(self, path: str | Path) -> Path:
        """Write a new folder: a file that tells of all plans, its tables as CSV, and a run file each in ``runs``.

        `outlay.load_ensemble` or `outlay.load_ranking` reads it, and verifies everything again.

        Raises
        ------
        InputError
            If the folder exists and is not empty, or cannot be written.
        """
        return write_runs(path, self.MARKER, self.to_document(), self.shown_tables, self.runs)


class TogetherPart(Part):
    """What the file that tells of all plans holds, whatever links them."""

    name: str
    status: StatusName
    stopped_by: Limit | None
    message: str
    objective: float | None
    bound: float | None
    gap: float | None
    verified: bool
    violations: list[list[str]]
    times_s: dict[str, float]
    runs: dict[str, str]
