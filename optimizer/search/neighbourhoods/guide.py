"""What plan, structure and relaxation say about each project: what the kinds of neighbourhoods choose by."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from random import Random
from typing import Protocol

import numpy as np
from scipy import sparse

from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.problem.structure import Structure, row_owner
from outlay.optimizer.relaxation.relaxation import Relaxation

#: A row with a smaller price than this has none.
LEAST_PRICE = 1e-9
#: How much being undecided in the relaxation counts beside what a project loses, and what any project counts.
UNDECIDED, ANY = 0.3, 0.01


@dataclass(frozen=True)
class Guide:
    """A relaxation of a problem, read by project.

    Attributes
    ----------
    problem, structure, relaxation
        The problem, whose columns are whose, and the relaxation.
    rows
        The problem's matrix by rows.
    random
        Draws; shared by all guides of a search.
    """

    problem: Problem
    structure: Structure
    relaxation: Relaxation
    rows: sparse.csr_array
    random: Random = field(repr=False)

    @cached_property
    def inside(self) -> np.ndarray:
        """Columns that decide about one project, shape (columns,)."""
        return (self.structure.project >= 0) & ~self.structure.derived

    @cached_property
    def owner(self) -> np.ndarray:
        """The project of each column inside."""
        return self.structure.project[self.inside]

    @cached_property
    def unit(self) -> float:
        """What one funded project is worth."""
        return self.relaxation.unit(self.inside)

    @cached_property
    def undecided(self) -> np.ndarray:
        """How undecided the relaxation is about each project, shape (projects,)."""
        return self.by_project(np.minimum(self.relaxation.point, 1.0 - self.relaxation.point))

    @cached_property
    def nearest(self) -> np.ndarray:
        """How close each project's second thoughts are: 1 where an option costs nothing, 0 far away."""
        cost = np.full(self.structure.projects, np.inf)
        np.minimum.at(cost, self.owner, np.abs(self.relaxation.reduced_cost[self.inside]) / self.unit)
        return np.exp(-10.0 * cost)

    @cached_property
    def _choices(self) -> tuple[np.ndarray, np.ndarray]:
        """The priced rows that hold columns of one project only (its choice among options), and the project."""
        owner = row_owner(self.rows, self.structure.project)
        own = np.nonzero((owner >= 0) & (np.abs(self.relaxation.row_dual) > LEAST_PRICE))[0]
        return own, owner[own]

    def by_project(self, amount: np.ndarray) -> np.ndarray:
        """Return the sum of an amount a column by project, at least 0."""
        return np.maximum(0.0, np.bincount(self.owner, weights=amount[self.inside], minlength=self.structure.projects))

    def difference(self, plan: np.ndarray) -> np.ndarray:
        """Return how differently plan and relaxation decide about each project."""
        return self.by_project(np.abs(plan - self.relaxation.point))

    def merit(self, plan: np.ndarray) -> np.ndarray:
        """Return what each project loses by the relaxation's prices, and how undecided the relaxation is about it.

        It loses by the options taken or left out, and, where none is taken, by the choice itself.
        """
        price, (rows, owner) = self.relaxation.reduced_cost, self._choices
        loss = np.maximum(price, 0.0) * plan + np.maximum(-price, 0.0) * (1.0 - plan)
        dual = self.relaxation.row_dual[rows]
        limit = np.where(dual < 0, self.problem.row_upper[rows], self.problem.row_lower[rows])
        missed = np.where(np.isfinite(limit), dual * (self.rows[rows] @ plan - limit), 0.0)
        missed = np.bincount(owner, weights=np.maximum(missed, 0.0), minlength=self.structure.projects)
        return (self.by_project(loss) + missed) / self.unit + UNDECIDED * self.undecided + ANY

    def sample(self, score: np.ndarray, wanted: int) -> np.ndarray:
        """Return a mask of projects drawn without replacement with chances by score (Efraimidis and Spirakis 2006)."""
        keys = np.array([self.random.random() for _ in range(len(score))])
        with np.errstate(divide="ignore"):
            keys = np.log(keys) / np.maximum(score, 1e-12)
        chosen = np.zeros(len(score), dtype=bool)
        chosen[np.argsort(-keys, kind="stable")[:wanted]] = True
        return chosen


class Kind(Protocol):
    """A kind of neighbourhood; none keeps anything between two draws."""

    @property
    def name(self) -> str:
        """Its name, in traces and tables."""

    def fits(self, structure: Structure) -> bool:
        """Whether it can say anything about such a problem."""

    def projects(self, guide: Guide, plan: np.ndarray, other: np.ndarray, wanted: int) -> np.ndarray:
        """Return a mask of about so many projects that may be decided anew, shape (projects,).

        Parameters
        ----------
        plan
            The plan to improve, shape (columns,).
        other
            For kinds that cross two plans, the other one; else `plan`.
        """
