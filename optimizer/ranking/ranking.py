"""`Ranking`: a list that is right at every level, and what it costs that it is one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from outlay.optimizer.answer.documents import finite, table_document
from outlay.optimizer.together.plans import PlansTogether

FORMAT = "outlay ranking 1"
#: The file that tells the folder of a list.
MARKER = "ranking.json"
LEVELS = ("level", "weight", "nested", "best", "best_at_most", "price", "price_at_most", "projects", "new", "lost")
PROJECTS = ("rank", "project", "name", "alternative", "level", "commitment", "best_at")


@dataclass(frozen=True, kw_only=True)
class Ranking(PlansTogether):
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

    MARKER, CALLED, FAILED = MARKER, "list", "the list failed its"

    limit: str
    unit: str

    def __repr__(self) -> str:
        """Return what it is in two lines."""
        head = f"<Ranking of {self.instance.name!r} by {self.limit}: {self.status}"
        if not self.runs:
            return f"{head}\n no list{f': {self.message}' if self.message else ''}>"
        checked = "verified" if self.verified else "NOT VERIFIED"
        return f"{head}\n {len(self.tables['projects'])} projects at {len(self.runs)} levels, {checked}>"

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
        return finite(
            {
                "format": FORMAT,
                "name": self.instance.name,
                "limit": self.limit,
                "unit": self.unit,
                **self.said_of_all(),
                **{name: table_document(table) for name, table in self.shown_tables.items()},
                "plans": {name: run.plan.to_document() for name, run in self.runs.items() if run.plan is not None},
                "options": dict(self.options),
                "times_s": dict(self.times_s),
            }
        )
