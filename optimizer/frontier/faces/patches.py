"""What the plans of the same choices reach together: every mixture of two of them is a plan, too.

Plans that decide the same of all that is discrete reach, with everything that is worse, a polyhedron in the space of
the objectives. Its corners are plans: the plan best in the direction across a face of the corners that are known either
lies beyond the face, and is a new corner, or proves the face (`reach`). A plan that is no worse than a mixture lies
above no face; so one that is better than all lies above one face of each polyhedron, which is what a zone is asked for.

Sources: Benson, An outer approximation algorithm for generating all efficient extreme points in the outcome set of a
multiple objective linear programming problem, Journal of Global Optimization 13, 1998, doi:10.1023/A:1008215702611
(polyhedra in the space of the objectives); Sylva and Crema, A method for finding the set of non-dominated vectors for
multiple objective integer linear programs, EJOR 158, 2004, doi:10.1016/S0377-2217(03)00255-8 (one of several rows).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import combinations, product
from math import comb
from typing import Any, TypeAlias

import numpy as np
from scipy.spatial import ConvexHull, QhullError

from outlay.instances.plan import AMOUNTS, Choice, Plan
from outlay.optimizer.frontier.criteria.points import Point
from outlay.optimizer.frontier.criteria.space import Groups, Space
from outlay.optimizer.frontier.criteria.volume import reached_volume
from outlay.optimizer.frontier.faces.heights import Heights
from outlay.optimizer.frontier.faces.reach import Reach
from outlay.optimizer.verify.plan import verify_plan

#: A corner lies beyond a face by more than this share of the objectives' ranges.
BEYOND = 2e-6
#: Of what mixtures need not be beaten by, this share may lie beyond a face.
SHARE_OF_FACES = 0.1
#: Faces of one polyhedron that are tried; what else there is, the zones find.
MOST_TRIED = 200
#: How far below its corners a polyhedron is drawn, in ranges.
DEPTH = 10.0
#: Small triangles into which faces are cut to measure them, together about; and parts of a side at least.
TRIANGLES, LEAST_PARTS = 20_000, 4
#: So many ranges below the ends of the frontier is far away.
FAR = 30.0
#: Parts of a normal below this are rounding.
FLAT = 1e-7

#: What the plans of a point have in common.
Choices: TypeAlias = tuple[tuple[object, ...], ...]


@dataclass
class Patch:
    """The plans of the same choices, and what they reach together.

    Attributes
    ----------
    points
        Its corners as far as they are known, and other plans of it.
    tried
        Normals of faces whose best plan is known.
    explored
        Whether nothing more is looked for, whatever was tried.
    normals, levels
        Faces, in ranges of the objectives: what is reached lies below all of them. Shape (faces, 3) and (faces,).
    drawn
        Whether they are in the map of what is open.
    """

    points: list[Point]
    tried: set[tuple[float, ...]] = field(default_factory=set)
    explored: bool = False
    normals: np.ndarray = field(default_factory=lambda: np.eye(3))
    levels: np.ndarray = field(default_factory=lambda: np.zeros(3))
    drawn: bool = False

    def refresh(self, scale: np.ndarray) -> None:
        """Compute the faces anew; `scale` is the range of each objective."""
        self.drawn = False
        corners = np.array([point.values for point in self.points]) / scale
        below = corners.min(axis=0) - DEPTH
        shadows = [np.where(mask, below, corner) for corner in corners for mask in product((False, True), repeat=3)]
        try:
            equations = ConvexHull(np.unique(np.array(shadows), axis=0)).equations
        except QhullError:  # too flat: what its first plan reaches alone is right, too
            self.normals, self.levels = np.eye(3), corners[0]
            return
        normals = np.where(np.abs(equations[:, :3]) < FLAT, 0.0, equations[:, :3])
        normals = normals[(normals >= 0).all(axis=1) & normals.any(axis=1)]
        normals = np.vstack([np.eye(3), normals / normals.sum(axis=1, keepdims=True)])
        self.normals = np.unique(np.round(normals, 7), axis=0)
        self.levels = (corners @ self.normals.T).max(axis=0)

    def holds(self, values: np.ndarray, by: float) -> bool:
        """Return whether something that is reached is better than values, in ranges, in every objective."""
        return bool((self.normals @ values < self.levels - by).all())

    def thin(self, scale: np.ndarray) -> list[Point]:
        """Leave out, and return, the plans that are mixtures of the others."""
        gone = []
        for point in list(self.points):
            others = Patch([other for other in self.points if other is not point])
            if len(self.points) > 1:
                others.refresh(scale)
                if (others.normals @ (np.array(point.values) / scale) <= others.levels + BEYOND).all():
                    gone.append(point)
                    self.points = others.points
        if gone:
            self.refresh(scale)
        return gone

    def faces(self, scale: np.ndarray) -> list[tuple[int, ...]]:
        """Return the corners of each face, by place; without faces that are part of another one."""
        corners = np.array([point.values for point in self.points]) / scale
        on = np.abs(corners @ self.normals.T - self.levels) <= BEYOND
        found = {tuple(np.nonzero(face)[0].tolist()) for face in on.T if face.sum() > 1}
        return sorted(one for one in found if not any(set(one) < set(other) for other in found))


@dataclass
class Patches:
    """All plans that are known, by what they decide.

    Attributes
    ----------
    within
        A mixture need not be beaten by less than this, in ranges.
    worst
        What no plan is worse than, shape (3,).
    cut
        Of an objective that can be as bad as one likes: what plans that are worse than are not looked for.
    """

    space: Space
    within: float
    by_choices: dict[Choices, Patch] = field(default_factory=dict)
    worst: np.ndarray = field(default_factory=lambda: np.full(3, -np.inf))
    cut: dict[int, float] = field(default_factory=dict)

    @property
    def scale(self) -> np.ndarray:
        """What counts as 1 in each objective, shape (3,)."""
        return self.space.scale

    def bound(self, worst: np.ndarray) -> None:
        """Take what no plan is worse than; minus infinity: it can be as bad as one likes, so that is cut far away."""
        far = self.space.nadir - FAR * self.scale
        self.worst = np.where(np.isfinite(worst), worst, far)
        self.cut = {at: float(far[at]) for at in np.nonzero(~np.isfinite(worst))[0].tolist()}

    def add(self, point: Point, *, explored: bool = False) -> bool:
        """Take a plan; return whether it reaches what was not reached by those of the same choices.

        `explored`: if it is the first of them, no others are looked for.
        """
        values = np.array(point.values) / self.scale
        patch = self.by_choices.get(point.choices)
        if patch is None:
            patch = self.by_choices[point.choices] = Patch([point], explored=explored)
        elif (patch.normals @ values <= patch.levels + BEYOND).all():
            return False
        else:
            patch.points.append(point)
        patch.refresh(self.scale)
        return True

    # -- questions ---------------------------------------------------------------------------------------------------

    def mixed(self) -> set[tuple[float, ...]]:
        """Return the values of the plans that are mixtures of others of the same choices."""
        patches = [Patch(list(patch.points)) for patch in self.by_choices.values() if len(patch.points) > 1]
        return {point.values for patch in patches for point in patch.thin(self.scale)}

    def explore(self) -> list[Point] | None:
        """Return the new corners of what the plans of some choices reach; None if all of it is known."""
        for patch in self.by_choices.values():
            if patch.explored or len(patch.tried) >= MOST_TRIED:
                continue
            if any(tuple(each) not in patch.tried for each in patch.normals.tolist()):
                return self._explored(patch)
        return None

    def _explored(self, patch: Patch) -> list[Point]:
        """Follow the faces of what is reached, as far as something lies beyond that is worth it."""
        reach, found = Reach(self.space, patch.points[0]), list[Point]()
        while len(patch.tried) < MOST_TRIED:
            left = [normal for normal in patch.normals if tuple(normal.tolist()) not in patch.tried]
            if not left:
                break
            patch.tried.add(tuple(left[0].tolist()))
            level = patch.levels[(patch.normals == left[0]).all(axis=1)].max()
            reached = reach.best(left[0], level + self.beyond)
            point = None if reached is None else reach.plan(reached)
            if point is not None and self.add(point):
                found.append(point)
        return found

    @property
    def beyond(self) -> float:
        """What may lie beyond a face and is not worth a corner of its own, in ranges."""
        return max(BEYOND, SHARE_OF_FACES * self.within)

    def groups(self, corner: np.ndarray, by: np.ndarray, heights: Heights | None = None) -> Groups:
        """Return rows, one of each group to keep, for plans above a corner and beyond all mixtures, by so much.

        Rows that no plan can keep are left out, by the map of what is open.
        """
        low, by = np.where(np.isfinite(corner), corner, self.worst) / self.scale, by / self.scale
        groups = []
        for patch in self.by_choices.values():
            if not patch.holds(np.where(np.isfinite(corner), corner, -1e9) / self.scale, self.within / 2):
                continue
            least = patch.levels + patch.normals @ by
            able = np.ones(len(least), dtype=bool)
            if heights is not None:
                able = heights.beyond(corner / self.scale + by, patch.normals) >= least
            group = []
            for normal, level in zip(patch.normals[able], least[able].tolist(), strict=True):
                weights = self.space.sum_of({at: normal[at] / self.scale[at] for at in range(3) if normal[at]})
                group.append((weights, level, max(0.0, level - float(normal @ low))))
            groups.append(tuple(group))
        return tuple(groups)


@dataclass(frozen=True)
class Face:
    """Plans of the same choices; every mixture of them can be had.

    Attributes
    ----------
    corners
        The plans, at least two.
    """

    corners: tuple[Point, ...]

    @property
    def values(self) -> np.ndarray:
        """The corners, shape (corners, 3)."""
        return np.array([point.values for point in self.corners])


def faces_of(space: Space, patches: Patches, points: Sequence[Point]) -> tuple[list[Face], bool]:
    """Return the faces that no point dominates as a whole, and whether a mixture of each verifies."""
    values = np.array([point.values for point in points])
    found, fine = [], True
    for patch in patches.by_choices.values():
        for places in patch.faces(patches.scale):
            face = Face(tuple(patch.points[at] for at in places))
            best = face.values.max(axis=0) + space.least / 4
            if (values >= best).all(axis=1).any():
                continue
            if _holds(space, face):
                found.append(face)
            else:
                fine = False
    return sorted(found, key=lambda face: face.values.tolist(), reverse=True), fine


def _holds(space: Space, face: Face) -> bool:
    if any(each.limit is not None for each in space.objectives):
        return True  # each corner holds under its own stretch, and rows are linear in both
    plan = reduce(mixture, (point.plan for point in face.corners))
    return verify_plan(space.varied.over.instance_with({}), plan).ok


def volumes(space: Space, points: Sequence[Point], faces: Sequence[Face], by: float) -> tuple[float, float]:
    """Return the volume of points and mixtures, and what it is at most if no plan is better by more than a share."""
    values = [np.array([point.values for point in points])]
    inner, outer = list(values), list(values)
    whole = sum(comb(len(face.corners), 3) for face in faces)
    parts = max(LEAST_PARTS, int(np.sqrt(TRIANGLES / max(whole, 1) / 2)))
    for face in faces:
        for part in _parts(face.values, parts):
            inner.append(part)
            outer.append(part.max(axis=0, keepdims=True))
    reached = reached_volume(np.vstack(inner), space.nadir)
    if not by:
        return reached, reached
    most = np.minimum(np.vstack(outer) + by * space.scale, space.ideal)
    return reached, max(reached, reached_volume(most, space.nadir))


def _parts(corners: np.ndarray, parts: int) -> Iterator[np.ndarray]:
    """Yield the corners of small parts that cover a face."""
    if len(corners) == 2:
        cuts = np.linspace(corners[0], corners[1], parts + 1)
        yield from (cuts[at : at + 2] for at in range(parts))
        return
    for triple in combinations(range(len(corners)), 3):
        a, b, c = corners[list(triple)]
        side, other = (b - a) / parts, (c - a) / parts
        for i in range(parts):
            for j in range(parts - i):
                base = a + i * side + j * other
                yield np.array([base, base + side, base + other])
                if i + j < parts - 1:
                    yield np.array([base + side, base + other, base + side + other])


def mixture(plan: Plan, other: Plan) -> Plan:
    """Return the plan half-way between two plans of the same choices."""
    scale = {choice.project: choice.scale for choice in other.choices}
    choices: list[Choice] = [
        choice._replace(scale=(choice.scale + scale[choice.project]) / 2) for choice in plan.choices
    ]
    amounts: dict[str, Any] = {}
    for name in AMOUNTS:
        one, two = getattr(plan, name), getattr(other, name)
        amounts[name] = {key: (one.get(key, 0.0) + two.get(key, 0.0)) / 2 for key in {**one, **two}}
    return Plan(choices=tuple(choices), **amounts)
