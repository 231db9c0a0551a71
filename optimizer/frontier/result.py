"""`Frontier`: efficient plans, what lies between them, and what may still."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from outlay.instances.instance import Instance
from outlay.instances.plan import Plan
from outlay.optimizer.frames.tabled import Tabled, sets_text
from outlay.optimizer.frontier.criteria.objectives import Objective

#: The tables of a frontier.
TABLES = ("points", "segments", "faces", "open", "plans", "projects")


@dataclass(frozen=True)
class Frontier(Tabled):
    """The trade-off between two or three objectives.

    Attributes
    ----------
    instance
        The instance, with its constraint sets applied.
    constraint_set
        Names of the sets that were applied; ``base`` for none.
    objectives
        What is traded off.
    tables
        Name to table; see `points` and so on.
    plan_of
        The plan of each point, by its number less 1.
    sets
        Name to body of a constraint set under which a point is the best plan, where one can say so.
    complete
        Whether it is proved that there is no other efficient point.
    within
        Whether what is open is within the tolerance, and every point is proved; where faces count, what proves the
        frontier as a whole is enough.
    tolerance
        Share of each objective's range that may stay open; of the hypervolume with three objectives that have steps.
    hypervolume, hypervolume_most
        What the points dominate above the worst values of the ends, and what all plans together can at most.
    interrupted
        Whether the user stopped it.
    notes
        What else is to be said.
    options
        How it was asked.
    times_s
        Seconds: ``total``, ``solver`` (summed over all questions); ``questions`` counts them.
    missing_by
        By which share of each objective's range (between the best value and the worst of the plans that are best for
        another objective) a plan may at most be better than every reported one, and than mixtures of lines and faces;
        in all objectives at once. None: it is not known.
    ranges
        The range of each objective; where all plans that are best for another one are alike in it, its size.
    """

    instance: Instance
    constraint_set: str
    objectives: tuple[Objective, ...]
    tables: Mapping[str, pd.DataFrame]
    plan_of: tuple[Plan, ...]
    sets: Mapping[str, Mapping[str, Any]]
    complete: bool
    within: bool
    tolerance: float
    hypervolume: float
    hypervolume_most: float
    interrupted: bool = False
    notes: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    times_s: Mapping[str, float] = field(default_factory=dict)
    missing_by: float | None = None
    ranges: tuple[float, ...] = ()

    def __repr__(self) -> str:
        """Return what it is in two lines."""
        names = ", ".join(each.name for each in self.objectives)
        how = "complete" if self.complete else "within the tolerance" if self.within else "open"
        count = len(self.tables["points"])
        between = len(self.tables["segments"]) + self.tables["faces"]["face"].nunique()
        parts = f"{count} points" + (f", {between} lines and faces between them" if between else "")
        return f"<Frontier of {self.instance.name!r}, set {self.constraint_set}: {names}\n {parts}, {how}>"

    @property
    def points(self) -> pd.DataFrame:
        """One row an efficient point: its number, a column an objective, whether it is proved, and the projects."""
        return self.table("points")

    @property
    def segments(self) -> pd.DataFrame:
        """One row a line of the frontier: every mixture of the two plans holds, and nothing lies beyond it."""
        return self.table("segments")

    @property
    def faces(self) -> pd.DataFrame:
        """One row a corner of a face between plans of the same choices: every mixture of its corners can be had.

        With three objectives. ``point`` is empty at a corner that another plan beats, although the face counts.
        """
        return self.table("faces")

    @property
    def open(self) -> pd.DataFrame:
        """One row a box (strictly between low and high) in which efficient points may still lie, and why."""
        return self.table("open")

    @property
    def plans(self) -> pd.DataFrame:
        """One row a project that is funded at a point: alternative, scale, dates."""
        return self.table("plans")

    @property
    def projects(self) -> pd.DataFrame:
        """One row a project: the share of efficient points that hold it (1 = core, 0 = exterior, else borderline)."""
        return self.table("projects")

    def plan(self, point: int) -> Plan:
        """Return the plan of a point by its number, from 1.

        Raises
        ------
        IndexError
            If there is no such point.
        """
        if not 1 <= point <= len(self.plan_of):
            raise IndexError(f"there is no point {point}; they are numbered from 1 to {len(self.plan_of)}")
        return self.plan_of[point - 1]

    @property
    def open_share(self) -> float:
        """Share of the hypervolume at most reachable that is open."""
        if self.hypervolume_most <= 0:
            return 0.0 if self.complete else 1.0
        return (self.hypervolume_most - self.hypervolume) / self.hypervolume_most

    @property
    def sets_toml(self) -> str:
        """The constraint sets of the points, to paste into ``sets.toml``."""
        return sets_text(self.sets)

    def to_document(self) -> dict[str, Any]:
        """Return the frontier as plain data, for JSON."""
        return {
            "instance": self.instance.name,
            "constraint_set": self.constraint_set,
            "objectives": [
                {
                    "name": each.name,
                    "title": each.title,
                    "unit": each.unit,
                    "maximised": each.maximised,
                    "limit": each.limit,
                    "units": each.units,
                }
                for each in self.objectives
            ],
            "complete": self.complete,
            "within_tolerance": self.within,
            "tolerance": self.tolerance,
            "missing_by": self.missing_by,
            "ranges": list(self.ranges),
            "hypervolume": self.hypervolume,
            "hypervolume_most": self.hypervolume_most,
            "interrupted": self.interrupted,
            "notes": list(self.notes),
            **self.rows(),
            "sets": {name: dict(body) for name, body in self.sets.items()},
            "options": dict(self.options),
            "times_s": dict(self.times_s),
        }
