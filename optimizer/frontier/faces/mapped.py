"""What is asked of a zone of which a map says what is open.

All that is open above the corner of a zone lies in a box. The best plan there for the sum of the objectives, each by
the length of the box, says how far all plans in it reach, and costs little. If that does not close most of it, the
question is for a plan in the box that beats all plans and mixtures; if there is none, the zone is closed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from outlay.optimizer.frontier.criteria.points import Found, Point
from outlay.optimizer.frontier.criteria.space import SHARE_OF_TOLERANCE, Space
from outlay.optimizer.frontier.faces.heights import Heights
from outlay.optimizer.frontier.faces.patches import Patches
from outlay.optimizer.variation.solving import Question

#: A sum that leaves more than this share of what is open in a zone was not worth it.
WORTH = 0.5


@dataclass(frozen=True)
class Asked:
    """What was asked of a zone: the box, in ranges, the normal of the sum or None, and the volume that was open."""

    box: tuple[np.ndarray, np.ndarray]
    normal: np.ndarray | None
    left: float


@dataclass
class Mapped:
    """Questions of zones by a map.

    Attributes
    ----------
    step
        What need not be beaten in each objective, shape (3,).
    hard
        Zones, by their corner, of which sums say little.
    """

    space: Space
    heights: Heights
    patches: Patches
    step: np.ndarray
    hard: set[tuple[float, ...]] = field(default_factory=set)
    _asked: dict[tuple[float, ...], Asked] = field(default_factory=dict)

    def see(self) -> None:
        """Draw into the map what has been reached since."""
        for patch in self.patches.by_choices.values():
            if not patch.drawn:
                self.heights.reach(patch.normals, patch.levels)
                patch.drawn = True

    def open(self, corners: np.ndarray) -> np.ndarray:
        """Return for each of some corners whether its zone is open, shape (corners,)."""
        return self.heights.is_open((corners + self.step * (1 + 1e-9)) / self.space.scale)

    def left(self, corner: np.ndarray) -> float:
        """Return the volume that is open of a zone, in ranges."""
        return self.heights.left((corner + self.step) / self.space.scale)

    def may_be_behind(self, point: Point) -> bool:
        """Return whether a plan may be as good as a point, and better in one objective by the tolerance."""
        return self.heights.may_be_behind(np.array(point.values) / self.space.scale)

    def question(self, name: str, corner: np.ndarray) -> Question:
        """Return what is to be asked of an open zone."""
        scale = self.space.scale
        low, high = self.heights.box((corner + self.step) / scale)
        floors, ceilings = (dict(enumerate((end * scale).tolist())) for end in (low, high))
        if tuple(corner) in self.hard:
            self._asked[tuple(corner)] = Asked((low, high), None, 0.0)
            groups = self.patches.groups(low * scale - self.step, self.step, self.heights)
            return self.space.above(name, floors, groups, ceilings=ceilings)
        normal = 1 / np.maximum(high - low, self.heights.within)
        normal /= normal.sum()
        self._asked[tuple(corner)] = Asked((low, high), normal, self.left(corner))
        weights = {at: part / float(scale[at]) for at, part in enumerate(normal.tolist())}
        enough = SHARE_OF_TOLERANCE * self.heights.within
        return self.space.weighted(name, weights, floors, enough=enough, ceilings=ceilings)

    def take(self, corner: np.ndarray, found: Found, *, new: bool) -> str:
        """Learn from the answer of a zone; return why it is not to be asked again, empty if it may be.

        `new` is whether the plan that was found adds to what is reached.
        """
        asked = self._asked.pop(tuple(corner))
        if asked.normal is None:
            if np.isneginf(found.bound):
                self.heights.close_in(asked.box)
                return "gap" if self.open(corner[None, :]).any() else ""
            return found.reason or ("" if new else "gap")
        if np.isneginf(found.bound):
            self.heights.close_in(asked.box)
        elif np.isfinite(found.bound):
            self.heights.lower_in(asked.box, asked.normal, found.bound)
        if self.left(corner) >= WORTH * asked.left:
            self.hard.add(tuple(corner))
        return ""
