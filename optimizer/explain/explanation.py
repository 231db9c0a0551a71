"""`Explanation`: why this plan, what would change it, and why nothing is possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

import pandas as pd

from outlay.instances.instance import Instance
from outlay.instances.plan import Plan
from outlay.optimizer.frames.tabled import Tabled, sets_text
from outlay.optimizer.status import Status

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

#: The tables of an explanation.
TABLES = ("margins", "changes", "limits", "curves", "conflicts", "repair")


@dataclass(frozen=True)
class Explanation(Tabled):
    """What was asked of an instance and its plan, and the answers.

    Attributes
    ----------
    instance
        The instance, with its constraint sets applied.
    constraint_set
        Names of the sets that were applied; ``base`` for none.
    status
        What is proved of today's plan; ``infeasible`` if no plan is possible.
    objective, bound
        Of today's plan, first level: its value and what no plan can exceed. None without a plan.
    plan
        Today's plan, or None.
    tables
        Name to table; see `margins` and so on.
    sets
        Name to body of every change that is proposed, as constraint sets.
    complete
        Whether everything that was asked was answered; False after an interrupt.
    notes
        What else is to be said.
    options
        How it was asked.
    times_s
        Seconds: ``total``, ``solver`` (summed over all questions), ``questions`` counts them.
    """

    instance: Instance
    constraint_set: str
    status: Status
    objective: float | None
    bound: float | None
    plan: Plan | None
    tables: Mapping[str, pd.DataFrame]
    sets: Mapping[str, Mapping[str, Any]]
    complete: bool = True
    notes: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    times_s: Mapping[str, float] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Return what it is in two lines."""
        head = f"<Explanation of {self.instance.name!r}, set {self.constraint_set}: {self.status}"
        rows = ", ".join(f"{len(table)} {name}" for name, table in self.tables.items() if len(table))
        return f"{head}\n {rows or 'no answers'}{'' if self.complete else ', not complete'}>"

    @property
    def margins(self) -> pd.DataFrame:
        """One row a project, from certain to never: margin with its interval, who comes in, who goes, why."""
        return self.table("margins")

    @property
    def changes(self) -> pd.DataFrame:
        """One row a project that lost and a limit, its own worth or a parameter: the least change that brings it in."""
        return self.table("changes")

    @property
    def limits(self) -> pd.DataFrame:
        """One row a limit: what a step wider brings and a step tighter costs, with intervals, and the price."""
        return self.table("limits")

    @property
    def curves(self) -> pd.DataFrame:
        """One row a breakpoint of the best objective over the stretch of a limit, for each limit that was asked for."""
        return self.table("curves")

    @property
    def conflicts(self) -> pd.DataFrame:
        """One row a rule of a conflict: rules that cannot hold together."""
        return self.table("conflicts")

    @property
    def repair(self) -> pd.DataFrame:
        """One row a move of the least repair."""
        return self.table("repair")

    @property
    def sets_toml(self) -> str:
        """Every change that is proposed, as constraint sets to paste into ``sets.toml``."""
        return sets_text(self.sets)

    def to_document(self) -> dict[str, Any]:
        """Return the explanation as plain data, for JSON."""
        return {
            "instance": self.instance.name,
            "constraint_set": self.constraint_set,
            "status": str(self.status),
            "objective": self.objective,
            "bound": self.bound,
            "complete": self.complete,
            "notes": list(self.notes),
            "plan": None if self.plan is None else self.plan.to_document(),
            **self.rows(),
            "sets": {name: dict(body) for name, body in self.sets.items()},
            "options": dict(self.options),
            "times_s": dict(self.times_s),
        }


def frame(kind: type[DataclassInstance], rows: Sequence[DataclassInstance]) -> pd.DataFrame:
    """Return records as a table with a column a field."""
    return pd.DataFrame([asdict(row) for row in rows], columns=[each.name for each in fields(kind)])
