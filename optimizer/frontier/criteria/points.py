"""A plan in the space of the objectives, and what an answer says there; all maximised."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from outlay.instances.plan import Plan
from outlay.optimizer.frontier.criteria.volume import nondominated
from outlay.optimizer.status import Status


@dataclass(frozen=True)
class Point:
    """A plan in the space of the objectives.

    Attributes
    ----------
    values
        One an objective, maximised, as the verifier recomputed them.
    plan, body
        The plan, and the constraint set under which it holds (limits that were stretched); empty for the base.
    proved
        Whether no plan is better in one objective, by more than the tolerance, and as good in the others; of two
        objectives, by more than the tolerance in both.
    """

    values: tuple[float, ...]
    plan: Plan = field(compare=False)
    body: Mapping[str, Any] = field(default_factory=dict, compare=False)
    proved: bool = True

    @property
    def choices(self) -> tuple[tuple[object, ...], ...]:
        """What it decides of what is discrete."""
        return tuple(sorted((c.project, c.alternative, c.fast_track, c.selection, c.start) for c in self.plan.choices))


def efficient(points: Sequence[Point], kept: Container[tuple[float, ...]] = ()) -> list[Point]:
    """Return the points that no other one dominates, and those to be kept, the best of the first objective first."""
    best = nondominated([point.values for point in points])
    return sorted(
        (point for point, keep in zip(points, best, strict=True) if keep or point.values in kept),
        key=lambda p: p.values,
        reverse=True,
    )


@dataclass(frozen=True)
class Found:
    """What an answer says.

    Attributes
    ----------
    point
        The verified plan, or None.
    bound
        What the first objective that was asked for cannot exceed; infinity if nothing is proved, minus infinity if
        there is no plan.
    reason
        Why it is not proved; empty if it is.
    status
        As of the answer.
    """

    point: Point | None
    bound: float
    reason: str
    status: Status
