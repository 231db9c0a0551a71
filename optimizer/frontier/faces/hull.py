"""What no plan lies beyond: half-spaces, from the best plans of weighted sums of three objectives.

The best plan of a weighted sum says of the whole space how far plans reach in one direction. Sums are taken across the
faces of the convex hull of all plans that are known, those first beyond which most may lie, until little does. Between
the plans that are best for some sum, others may be efficient; how far they stay behind the hull is not known here.

Source: Klamroth, Tind and Wiecek, Unbiased approximation in multicriteria optimization, Mathematical Methods of
Operations Research 56, 2002, doi:10.1007/s001860200217 (outer and inner approximation by turns).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.spatial import HalfspaceIntersection, QhullError

from outlay.optimizer.frontier.criteria.points import Found, Point
from outlay.optimizer.frontier.criteria.space import SHARE_OF_TOLERANCE, Space
from outlay.optimizer.frontier.faces.patches import Patch
from outlay.optimizer.variation.solving import Question

#: Sums that are asked for at a time, whatever the number of jobs.
AT_A_TIME = 4
#: Of what need not be beaten, this share may lie beyond a face and is not looked for.
LEFT = 0.3


@dataclass
class Hull:
    """Half-spaces in which all plans lie.

    Attributes
    ----------
    within
        What need not be beaten, in ranges of the objectives.
    normals, levels
        No plan's sum by a normal, in ranges, is more than its level; shapes (half-spaces, 3) and (half-spaces,).
    """

    space: Space
    within: float
    normals: np.ndarray = field(default_factory=lambda: np.eye(3))
    levels: np.ndarray = field(init=False)
    _asked: set[tuple[float, ...]] = field(default_factory=set)
    _round: int = 0

    def __post_init__(self) -> None:
        self.levels = self.space.ideal / self.space.scale

    def most(self, normals: np.ndarray, inside: np.ndarray) -> np.ndarray:
        """Return what sums, in ranges, cannot exceed, shape (normals,); `inside`, shape (3,), is below all plans."""
        low = np.column_stack([-np.eye(3), inside - 1.0])
        rows = np.vstack([np.column_stack([self.normals, -self.levels]), low])
        try:
            corners = HalfspaceIntersection(rows, inside).intersections
        except QhullError:  # too flat: nothing is known
            return np.full(len(normals), np.inf)
        return np.asarray((normals @ corners.T).max(axis=1))

    def ask(self, points: Sequence[Point]) -> dict[str, tuple[np.ndarray, Question]]:
        """Return questions across the faces of the known plans beyond which most may lie; none if that is little."""
        known = Patch(list(points))
        known.refresh(self.space.scale)
        values = np.array([point.values for point in points]) / self.space.scale
        more = self.most(known.normals, values.min(axis=0) - 1.0) - known.levels
        faces = [
            (far, normal)
            for far, normal in zip(more.tolist(), known.normals, strict=True)
            if far > LEFT * self.within and (normal > 0).sum() > 1 and tuple(normal) not in self._asked
        ]
        faces.sort(key=lambda each: (-each[0], *each[1]))
        self._round += 1
        asked = {}
        for number, (_, normal) in enumerate(faces[:AT_A_TIME], start=1):
            self._asked.add(tuple(normal))
            name = f"sum {self._round}.{number}"
            weights = {at: part / self.space.scale[at] for at, part in enumerate(normal.tolist()) if part}
            start = points[int(np.argmax(values @ normal))]
            enough = SHARE_OF_TOLERANCE * self.within
            asked[name] = normal, self.space.weighted(name, weights, {}, start, enough=enough)
        return asked

    def take(self, normal: np.ndarray, found: Found) -> None:
        """Learn from the answer to a sum."""
        if np.isfinite(found.bound):
            self.normals = np.vstack([self.normals, normal])
            self.levels = np.append(self.levels, found.bound)
