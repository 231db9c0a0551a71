"""What the engine returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

import numpy as np

from outlay.optimizer.status import LevelResult

#: The space in which an answer's point lies.
Point = TypeVar("Point", bound=np.ndarray)
Other = TypeVar("Other", bound=np.ndarray)


@dataclass
class Answer(Generic[Point]):
    """What the engine returns: the point (or None) and the levels that led to it.

    Attributes
    ----------
    point
        Values of the columns, integers integral: of the problem that was solved or, once read back, of the compiled
        one.
    broken
        Whether the last point breaks rows of its own problem, and so is none.
    levels
        One result a level that was solved.
    message
        Why it failed, if it did.
    trace
        (seconds, objective, bound) of the first level's improvements, as maximised.
    """

    point: Point | None
    levels: list[LevelResult]
    message: str = ""
    broken: bool = False
    trace: list[tuple[float, float, float | None]] = field(default_factory=list)

    def at(self, point: Other | None, levels: list[LevelResult] | None = None) -> Answer[Other]:
        """Return the answer with another point, perhaps of another space, and other results of levels."""
        return Answer(point, self.levels if levels is None else levels, self.message, self.broken, self.trace)
