"""The way from a problem to a smaller one and, for points, back: steps that are put one after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

import numpy as np

from outlay.optimizer.presolve.aggregation import Aggregated
from outlay.optimizer.presolve.reduction import Reduction
from outlay.optimizer.presolve.restriction import Restriction
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.problem.scaling import Scaling
from outlay.optimizer.problem.spaces import FullPoint, GroupedPoint, PartPoint, ReducedPoint, SolverPoint

Original = TypeVar("Original", bound=np.ndarray)
Reduced = TypeVar("Reduced", bound=np.ndarray)
Further = TypeVar("Further", bound=np.ndarray)


@dataclass(frozen=True)
class Step(Generic[Original, Reduced]):
    """A step of presolve, or several.

    Attributes
    ----------
    problem
        What it leads to.
    inwards, outwards
        The way there and back for points, as arrays.
    """

    problem: Problem
    inwards: Callable[[np.ndarray], np.ndarray]
    outwards: Callable[[np.ndarray], np.ndarray]

    def to_reduced(self, point: Original) -> Reduced:
        """Return a point of the problem that it comes from, or one that is no worse, as one of what it leads to."""
        return cast(Reduced, self.inwards(point))

    def to_original(self, point: Reduced) -> Original:
        """Return a point of what it leads to as one of the problem that it comes from."""
        return cast(Original, self.outwards(point))

    def then(self, step: Step[Reduced, Further]) -> Step[Original, Further]:
        """Return this step and another one after it, as one."""
        return Step(
            step.problem,
            lambda point: step.inwards(self.inwards(point)),
            lambda point: self.outwards(step.outwards(point)),
        )


def grouping(found: Aggregated) -> Step[FullPoint, GroupedPoint]:
    """Return the step that adds a column for each group of options; see `aggregation`."""
    return Step(found.problem, found.extend, found.shorten)


def units(found: Scaling) -> Step[GroupedPoint, SolverPoint]:
    """Return the step to units that floating-point numbers can hold; see `scaling`."""
    return Step(found.problem, found.there, found.back)


def reduction(found: Reduction) -> Step[SolverPoint, ReducedPoint]:
    """Return the step that leaves out the columns that no best plan needs; see `reduction`."""
    return Step(found.problem, found.part, found.whole)


def restriction(found: Restriction) -> Step[Original, PartPoint]:
    """Return the step that leaves out columns that are fixed; see `restriction`."""
    return Step(found.problem, found.part, found.whole)
