"""`Stress`: what became of plans in worlds that were drawn, frozen, with pandas tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

import pandas as pd

from outlay.instances.instance import Instance
from outlay.instances.plan import Plan
from outlay.optimizer.answer.documents import finite, table_document
from outlay.optimizer.frames.tabled import Tabled
from outlay.optimizer.uncertainty.draws import Draws

FORMAT = "outlay stress 1"
TABLES = ("plans", "metrics", "projects", "limits", "factors", "knowing", "outcomes", "failed", "draws")


@dataclass(frozen=True)
class Stress(Tabled):
    """Plans in the same worlds, side by side. In each world what is not decided now was decided anew, and verified.

    Attributes
    ----------
    instance
        What the worlds are worlds of.
    decided
        The plans by name.
    worlds
        The draws that were reached.
    tables
        By name; each is an attribute too (``stress.projects``):

        ``plans``: a row a plan: draws, failed (draws in which it is not carried out; the figures are over the others),
        unproved, of the objective mean, se (standard error), sd, min, p5 to p95, max, cvar10 (mean of the worst tenth);
        best (probability of being the best of the plans, or as good), regret (mean loss to the best), most_regret.
        ``metrics``: the same figures of every metric, with its unit; cvar10 is of the `tail` that is worse.
        ``projects``: a row a plan and project: planned start, probability of being built, cancelled, later, earlier,
        months later where it is (mean and most), mean scale where built.
        ``limits``: how likely each limit binds, and is broken if it is soft.
        ``factors``: a row a plan and single draw: first-order Sobol index with its standard error, and what the
        luckiest of these factors would show by chance (index_chance); mean objective in the lowest and in the highest
        fifth of its values, swing (their difference).
        ``knowing``: what it is worth to know a factor, or everything, before one of the plans is chosen; chance is what
        a factor that tells nothing would show.
        ``outcomes``: a row a draw and plan. ``failed``: draws in which a plan is not carried out, and why.
        ``draws``: a row a draw, a column a single draw.
    notes
        What the reader should know, in sentences.
    complete
        Whether every draw was answered; False after an interrupt.
    times_s
        Seconds: total, and of the solvers.
    """

    instance: Instance = field(repr=False)
    decided: Mapping[str, Plan] = field(repr=False)
    worlds: Draws
    tables: Mapping[str, pd.DataFrame] = field(repr=False)
    notes: tuple[str, ...] = ()
    complete: bool = True
    times_s: Mapping[str, float] = field(default_factory=dict)

    def __getattr__(self, name: str) -> pd.DataFrame:
        """Return a table by name.

        Raises
        ------
        AttributeError
            If there is none.
        """
        tables = self.__dict__.get("tables", {})
        if name not in tables:
            raise AttributeError(f"a Stress has no {name!r}; its tables: {', '.join(TABLES)}")
        found: pd.DataFrame = tables[name]
        return found

    def __repr__(self) -> str:
        """Return what it is in two lines."""
        names = ", ".join(list(self.decided)[:6])
        failed = int(self.tables["plans"]["failed"].sum())
        worst = f"{failed} failed" if failed else "none failed"
        return f"<Stress of {self.instance.name!r}: {names}\n {len(self.worlds)} draws, {worst}>"

    def _repr_html_(self) -> str:
        """Return it as a notebook shows it: its heading and its plans."""
        heading = escape(repr(self)[1:-1]).replace("\n", "<br>")
        return f"<p>{heading}</p>{self.tables['plans'].to_html(index=False, na_rep='', escape=True)}"

    def to_document(self) -> dict[str, Any]:
        """Return it as plain data, for JSON."""
        document = {
            "format": FORMAT,
            "complete": self.complete,
            "name": self.instance.name,
            "constraint_set": "+".join(self.instance.settings.applied.sets) or "base",
            "seed": self.worlds.seed,
            "notes": list(self.notes),
            "plans": {name: plan.to_document() for name, plan in self.decided.items()},
            "tables": {name: table_document(self.tables[name]) for name in TABLES},
            "times_s": dict(self.times_s),
        }
        found: dict[str, Any] = finite(document)
        return found
