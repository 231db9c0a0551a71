"""A box between two known points of two objectives, and the line that the plans of one of them may make through it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from outlay.optimizer.frontier.criteria.points import Point


@dataclass(frozen=True)
class Box:
    """Where efficient points may still lie: strictly between `low` and `high` in both objectives.

    Attributes
    ----------
    low, high
        The corners, one number an objective.
    first, second
        The known points at its ends: the better one in the first objective, and the better one in the second.
    half
        Whether its upper half is done already.
    crossed
        Whether the line between its corners is known not to be the frontier.
    anchor
        Which of its ends (0: the first) is followed into the box, along the plans that decide the same; None: neither.
    far
        The plan at the other end of the line from there, as far as it is known.
    corners
        How many corners were passed on the way back to it.
    straight
        Whether all between the two is known to lie on the line.
    reason
        Why it is not searched any further; empty if it is.
    """

    low: tuple[float, float]
    high: tuple[float, float]
    first: Point = field(compare=False)
    second: Point = field(compare=False)
    half: bool = False
    crossed: bool = False
    anchor: int | None = None
    far: Point | None = field(default=None, compare=False)
    corners: int = 0
    straight: bool = False
    reason: str = ""

    @property
    def sides(self) -> np.ndarray:
        """Its length in each objective, shape (2,)."""
        return np.array(self.high) - np.array(self.low)

    @property
    def followed(self) -> Point:
        """The end that is followed."""
        return self.second if self.anchor else self.first

    @property
    def line(self) -> Line | None:
        """The line that may be the frontier: between its ends, or from the end that is followed."""
        if self.anchor is not None:
            if self.far is None:
                return None
            return Line(self.far, self.second) if self.anchor else Line(self.first, self.far)
        same = not self.half and not self.crossed and self.first.choices == self.second.choices
        return Line(self.first, self.second) if same else None


@dataclass(frozen=True)
class Line:
    """The line between two plans that decide the same; `first` is the better one in the first objective."""

    first: Point
    second: Point

    @property
    def low(self) -> np.ndarray:
        """What every point of it is at least, shape (2,)."""
        return np.array([self.second.values[0], self.first.values[1]])

    @property
    def sides(self) -> np.ndarray:
        """Its length in each objective, shape (2,)."""
        return np.array([self.first.values[0], self.second.values[1]]) - self.low

    @property
    def across(self) -> dict[int, float]:
        """The weights under which all of it is worth the same."""
        return {at: 1.0 / float(side) for at, side in enumerate(self.sides)}

    def beyond(self, worth: float) -> float:
        """Return by how much a weighted sum is more than that of the line."""
        return worth - float(self.low @ (1 / self.sides)) - 1.0

    def passed(self, point: Point) -> float:
        """Return by how much a plan inside its box lies beyond it; 0 if it does not, or lies outside."""
        share = (np.array(point.values) - self.low) / self.sides
        return max(0.0, float(share.sum()) - 1.0) if (share > 0).all() else 0.0
