"""`Ranking`: a list that is right at every level, and what it costs that it is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from outlay.instances.instance import Instance
from outlay.optimizer.answer.documents import finite, table_document
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.ensemble.answer import check_told
from outlay.optimizer.ensemble.folder import write_runs
from outlay.optimizer.frames.tabled import Tabled
from outlay.optimizer.status import Status

FORMAT = "outlay ranking 1"
#: The file that tells the folder of a list.
MARKER = "ranking.json"
LEVELS = ("level", "weight", "nested", "best", "best_at_most", "price", "price_at_most", "projects", "new", "lost")
PROJECTS = ("rank", "project", "name", "alternative", "level", "commitment", "best_at")


@dataclass(frozen=True)
class Ranking(Tabled):
    """A list of projects with a mark for each level of a limit.

    Attributes
    ----------
    instance
        The instance, with its constraint sets applied.
    limit, unit
        The limit that is not known, and its unit.
    status, stopped_by, message
        What is proved of the list; which limit ended the solve (``time``, ``interrupt``, ...), or None; why it failed.
    objective, bound, gap
        The weighted mean of the levels' worths: that of the list, and what no nested list can exceed. None: none.
    runs
        The list up to the mark of each level, as the answer to it by itself, with what is proved of that level alone.
    violations
        What the plans, or their being nested, break: (level, sentence), the level empty for what is between them.
    tables
        ``levels`` and ``projects``.
    options, times_s
        How it was asked, and seconds.
    """

    instance: Instance
    limit: str
    unit: str
    status: Status
    stopped_by: str | None
    message: str
    objective: float | None
    bound: float | None
    gap: float | None
    runs: Mapping[str, Solution]
    violations: tuple[tuple[str, str], ...]
    tables: Mapping[str, pd.DataFrame]
    options: Mapping[str, Any]
    times_s: Mapping[str, float]

    def __repr__(self) -> str:
        """Return what it is in two lines."""
        head = f"<Ranking of {self.instance.name!r} by {self.limit}: {self.status}"
        if not self.runs:
            return f"{head}\n no list{f': {self.message}' if self.message else ''}>"
        checked = "verified" if self.verified else "NOT VERIFIED"
        return f"{head}\n {len(self.tables['projects'])} projects at {len(self.runs)} levels, {checked}>"

    @property
    def verified(self) -> bool:
        """Whether there is a list, each of its plans passed its verification, and they are nested."""
        return bool(self.runs) and not self.violations

    def table(self, name: str) -> pd.DataFrame:
        """Return a copy of a table by name.

        Raises
        ------
        InfeasibleError, NoPlanError
            If there is no list.
        UnverifiedError
            If it failed its verification.
        KeyError
            If there is no such table.
        """
        check_told(
            "list",
            "the list failed its",
            status=self.status,
            message=self.message,
            runs=self.runs,
            violations=self.violations,
        )
        return super().table(name)

    @property
    def levels(self) -> pd.DataFrame:
        """One row a level: worth of the list, of the best plan without nesting, and so the price of nesting.

        ``best`` to ``best_at_most`` is an interval, and so is ``price`` to ``price_at_most``. ``new`` are the projects
        that come in at the level, ``lost`` those of the best plan that the list does not hold there.
        """
        return self.table("levels")

    @property
    def projects(self) -> pd.DataFrame:
        """The list: one row a project that is funded at some level, in order, with the level from which it is.

        Within a level those first that the best plans of most levels hold, then by id; ``best_at`` names these levels.
        """
        return self.table("projects")

    def to_document(self) -> dict[str, Any]:
        """Return the ranking as plain data, for JSON; without what failed its verification."""
        shown_tables = self.tables if self.verified else {}
        return finite(
            {
                "format": FORMAT,
                "name": self.instance.name,
                "limit": self.limit,
                "unit": self.unit,
                "status": str(self.status),
                "stopped_by": self.stopped_by,
                "message": self.message,
                "objective": self.objective,
                "bound": self.bound,
                "gap": self.gap,
                "verified": self.verified,
                "violations": [list(one) for one in self.violations],
                **{name: table_document(table) for name, table in shown_tables.items()},
                "plans": {name: run.plan.to_document() for name, run in self.runs.items() if run.plan is not None},
                "options": dict(self.options),
                "times_s": dict(self.times_s),
            }
        )

    def save(self, path: str | Path) -> Path:
        """Write a new folder: ``ranking.json``, its tables as CSV, and a run file a level in ``runs``.

        Raises
        ------
        InputError
            If the folder exists and is not empty, or cannot be written.
        """
        return write_runs(path, MARKER, self.to_document(), self.tables if self.verified else {}, self.runs)
