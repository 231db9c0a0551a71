"""A map of what is open between what plans reach and what none can: over two objectives, the third as a height.

Two objectives are cut into cells. For each cell the map holds how high plans inside it can be, by half-spaces and by
corners above which there is nothing, and how high mixtures of known plans are that are within the tolerance in both.
Where the first is above the second by no more than the tolerance, no plan in the cell beats all that is known. Other
cells are open; where that is, and how much, costs some additions of arrays, whatever the number of plans.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from outlay.optimizer.frontier.criteria.space import Space

#: Cells of the tolerance, and of a side at most.
PARTS, MOST_CELLS = 2, 500
#: A part of a normal below this is none, and heights that differ by less are the same.
FLAT, NOTHING = 1e-9, 1e-9
#: The worst plans are this much above the lowest height.
MARGIN = 1e-6


@dataclass
class Heights:
    """The map; all numbers in ranges of the objectives.

    Attributes
    ----------
    space
        The objectives.
    within
        What need not be beaten.
    edges
        For the first two objectives, the lower edges of the cells, shape (cells,).
    lowest
        What all plans are higher than.
    most
        How high plans are at most in a cell, shape (cells, cells).
    asked
        The same of plans that beat all that is known.
    least
        How high what is known is that plans in a cell must beat, shape (cells, cells).
    """

    space: Space
    within: float
    edges: tuple[np.ndarray, np.ndarray]
    lowest: float
    most: np.ndarray = field(init=False)
    asked: np.ndarray = field(init=False)
    least: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        shape = (len(self.edges[0]), len(self.edges[1]))
        self.most = np.full(shape, float(self.space.ideal[2] / self.space.scale[2]))
        self.asked = self.most.copy()
        self.least = np.full(shape, -np.inf)

    @classmethod
    def over(cls, space: Space, within: float, worst: np.ndarray) -> Heights | None:
        """Return the map from the worst values of plans to the best ones; None where it would be too large."""
        size = within / PARTS
        low, high = worst[:2] / space.scale[:2], space.ideal[:2] / space.scale[:2]
        if not np.isfinite(worst).all() or (high - low > MOST_CELLS * size).any():
            return None
        first, second = (np.arange(a, b + 1e-9, size) for a, b in zip(low.tolist(), high.tolist(), strict=True))
        return cls(space, within, (first, second), float(worst[2] / space.scale[2]) - MARGIN)

    @property
    def size(self) -> float:
        """The length of a cell."""
        return self.within / PARTS

    @property
    def gaps(self) -> np.ndarray:
        """By how much a plan in a cell could beat all that is known beyond the tolerance, shape (cells, cells)."""
        some = self.asked > self.lowest  # elsewhere there is no plan
        return np.where(some, np.maximum(0.0, np.where(some, self.asked, 0.0) - self.within - self.least), 0.0)

    def missing(self) -> float:
        """Return by how much, in every objective, a plan may beat all that is known at most."""
        return self.within + float(self.gaps.max(initial=0.0))

    # -- facts -------------------------------------------------------------------------------------------------------

    def lower(self, normal: np.ndarray, level: float) -> None:
        """Learn that no plan's sum by a normal exceeds a level."""
        roof = self._plane(normal, level, *self.edges)
        self.most, self.asked = np.minimum(self.most, roof), np.minimum(self.asked, roof)

    def close(self, corner: np.ndarray) -> None:
        """Learn that there is no plan above a corner."""
        above = self._above(corner)
        for roof in (self.most, self.asked):
            roof[above] = np.minimum(roof[above], corner[2])

    def reach(self, normals: np.ndarray, levels: np.ndarray) -> None:
        """Learn that everything below some half-spaces is reached, or something better."""
        shift = self.size - self.within
        first, second = (edges + shift for edges in self.edges)
        floor = np.full(self.least.shape, np.inf)
        for normal, level in zip(normals, levels.tolist(), strict=True):
            floor = np.minimum(floor, self._plane(normal, level, first, second))
        self.least = np.maximum(self.least, floor)

    @staticmethod
    def _plane(normal: np.ndarray, level: float, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        left = level - normal[0] * first[:, None] - normal[1] * second[None, :]
        if normal[2] > FLAT:
            return np.asarray(left / normal[2])
        return np.where(left < 0, -np.inf, np.inf)

    # -- what is open ------------------------------------------------------------------------------------------------

    def _above(self, corner: np.ndarray) -> tuple[slice, slice]:
        """Return the cells in which all plans are above the first two parts of a corner."""
        return tuple(
            slice(int(np.searchsorted(edges, value, side="left")), None)
            for edges, value in zip(self.edges, corner.tolist(), strict=False)
        )  # type: ignore[return-value]

    def _touching(self, corner: np.ndarray) -> tuple[slice, slice]:
        """Return the cells in which a plan can be above the first two parts of a corner."""
        return tuple(
            slice(max(0, int(np.searchsorted(edges, value, side="right")) - 1), None)
            for edges, value in zip(self.edges, corner.tolist(), strict=False)
        )  # type: ignore[return-value]

    def is_open(self, corners: np.ndarray) -> np.ndarray:
        """Return for each of some corners whether a plan above it could beat all that is known, shape (corners,)."""
        roof = np.where(self.gaps > NOTHING, self.asked, -np.inf)
        roof = np.maximum.accumulate(np.maximum.accumulate(roof[::-1, ::-1], axis=0), axis=1)[::-1, ::-1]
        starts = [tuple(part.start for part in self._touching(corner)) for corner in corners]
        floors = np.maximum(corners[:, 2], self.lowest) + NOTHING
        return np.array([roof[at] > floor for at, floor in zip(starts, floors.tolist(), strict=True)], dtype=bool)

    def _open_above(self, corner: np.ndarray) -> tuple[tuple[slice, slice], np.ndarray]:
        """Return the cells that touch what is above a corner, and which of them are open there."""
        cells = self._touching(corner)
        return cells, (self.gaps[cells] > NOTHING) & (self.asked[cells] > max(corner[2], self.lowest) + NOTHING)

    def left(self, corner: np.ndarray) -> float:
        """Return the volume that is open above a corner."""
        cells, open_ = self._open_above(corner)
        floor = np.maximum(self.least[cells][open_] + self.within, max(corner[2], self.lowest))
        return float((self.asked[cells][open_] - floor).sum()) * self.size**2

    def box(self, corner: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the lower and the upper corner of what is open above a corner, along the edges of cells."""
        cells, open_ = self._open_above(corner)
        first, second = np.nonzero(open_)
        places = [self.edges[0][cells[0]][first], self.edges[1][cells[1]][second]]
        floor = np.maximum(self.least[cells][open_] + self.within, max(corner[2], self.lowest))
        low = np.array([*(place.min() for place in places), floor.min()])
        high = np.array([*(place.max() + self.size for place in places), self.asked[cells][open_].max()])
        return low, high

    def beyond(self, corner: np.ndarray, normals: np.ndarray) -> np.ndarray:
        """Return what sums of a plan above a corner that beats all that is known are at most, shape (normals,)."""
        cells, open_ = self._open_above(corner)
        first, second = np.nonzero(open_)
        ends = self.edges[0][cells[0]][first], self.edges[1][cells[1]][second]
        places = np.column_stack([ends[0] + self.size, ends[1] + self.size, self.asked[cells][open_]])
        return np.asarray((places @ normals.T).max(axis=0, initial=-np.inf))

    def lower_in(self, box: tuple[np.ndarray, np.ndarray], normal: np.ndarray, level: float) -> None:
        """Learn that no sum by a normal of a plan in a box along edges exceeds a level."""
        cells = self._inside(box)
        roof = self._plane(normal, level, self.edges[0][cells[0]], self.edges[1][cells[1]])
        self.asked[cells] = np.minimum(self.asked[cells], np.maximum(roof, box[0][2]))

    def close_in(self, box: tuple[np.ndarray, np.ndarray]) -> None:
        """Learn that no plan in a box along edges beats all that is known."""
        cells = self._inside(box)
        self.asked[cells] = np.minimum(self.asked[cells], box[0][2])

    def _inside(self, box: tuple[np.ndarray, np.ndarray]) -> tuple[slice, slice]:
        """Return the cells of a box along edges."""
        return tuple(
            slice(*np.searchsorted(edges, [low - self.size / 2, high - self.size / 2]).tolist())
            for edges, low, high in zip(self.edges, *box, strict=False)
        )  # type: ignore[return-value]

    def may_be_behind(self, values: np.ndarray) -> bool:
        """Return whether a plan as good as some values in all objectives can beat them in one by the tolerance."""
        cells = self._touching(values)
        able = self.most[cells] >= values[2] - NOTHING
        first, second = np.nonzero(able)
        ends = self.edges[0][cells[0]][first] + self.size, self.edges[1][cells[1]][second] + self.size
        best = [float(part.max(initial=-np.inf)) for part in (*ends, self.most[cells][able])]
        return bool((np.array(best) > values + self.within).any())

    def volume(self) -> float:
        """Return the volume above the worst ends of the frontier that plans reach at most, in the objectives' units."""
        low, high = self.space.nadir / self.space.scale, self.space.ideal / self.space.scale
        lengths = [
            np.clip(np.minimum(edges + self.size, high[at]) - np.maximum(edges, low[at]), 0.0, None)
            for at, edges in enumerate(self.edges)
        ]
        tall = np.maximum(0.0, self.most - low[2])
        return float(lengths[0] @ tall @ lengths[1]) * float(np.prod(self.space.scale))
