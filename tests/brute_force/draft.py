"""What the parts of the generator share: random draws, and the document they write into."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random
from typing import Any, TypeVar

T = TypeVar("T")
Number = int | float


class Draw:
    """Random draws in the words of the generator."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def chance(self, probability: float) -> bool:
        """Return True with that probability."""
        return self.random.random() < probability

    def whole(self, low: int, high: int) -> int:
        """Return a whole number in [low, high]."""
        return self.random.randint(low, high)

    def number(self, low: float, high: float, digits: int = 1) -> Number:
        """Return a decimal with few digits, a whole one now and then."""
        number = round(self.random.uniform(low, high), 0 if self.chance(0.3) and high - low > 2 else digits)
        return int(number) if number == int(number) else number

    def pick(self, items: Sequence[T]) -> T:
        """Return one of the items."""
        return items[self.random.randrange(len(items))]

    def weighted(self, weights: dict[T, float]) -> T:
        """Return one of the keys, in proportion to its weight."""
        return self.random.choices(list(weights), list(weights.values()))[0]

    def some(self, items: Sequence[T], low: int, high: int) -> list[T]:
        """Return between low and high different items, as far as there are so many."""
        size = min(len(items), self.whole(low, max(low, high)))
        return self.random.sample(list(items), size)


@dataclass
class Draft:
    """A document in the making.

    ``T`` periods of ``m`` months; ``finance`` whether a loan is modelled; ``alternatives`` their names by project;
    ``metrics`` the names that may be weighed and limited, with a rough total each;
    ``peaks`` the rough use of each resource in its busiest period.
    """

    draw: Draw
    document: dict[str, Any]
    T: int
    m: int
    start: int
    finance: bool = False
    alternatives: dict[str, list[str]] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)
    peaks: dict[str, float] = field(default_factory=dict)

    @property
    def has_years(self) -> bool:
        return 12 % self.m == 0

    @property
    def projects(self) -> list[dict[str, Any]]:
        return list(self.document["projects"])

    @property
    def ids(self) -> list[str]:
        return [project["id"] for project in self.projects]

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of a table so far; write into it by `add`."""
        return list(self.document.get(table, []))

    def add(self, table: str, **cells: Any) -> dict[str, Any]:
        """Add a row, leaving out cells that are None, and return it."""
        row = {name.rstrip("_"): cell for name, cell in cells.items() if cell is not None}
        self.document.setdefault(table, []).append(row)
        return row

    def maybe(self, probability: float, value: T) -> T | None:
        """Return the value with that probability, else None."""
        return value if self.draw.chance(probability) else None

    def month(self, period: int, shift: int = 0) -> str:
        """Return the first month of a period, shifted by months."""
        number = self.start + period * self.m + shift
        return f"{number // 12:04d}-{number % 12 + 1:02d}"

    def date(self, first: int, last: int) -> str:
        """Return a month from which the periods first..last begin; not always the first month of a period."""
        return self.month(self.draw.whole(first, last), -self.draw.whole(0, self.m - 1) if self.draw.chance(0.3) else 0)

    def cells(self, project: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the merged cells of each alternative of a project."""
        rows = [row for row in self.rows("alternatives") if row["project"] == project["id"]]
        return [{**project, **{k: v for k, v in row.items() if v is not None}} for row in rows] or [project]

    def largest(self, project: dict[str, Any], column: str) -> float:
        """Return the largest number in a column over a project's alternatives."""
        return max(float(cells.get(column) or 0) for cells in self.cells(project))

    def building(self, project: dict[str, Any]) -> int:
        """Return the longest building time of a project, in periods."""
        return max(map(self.length, self.cells(project)))

    def length(self, cells: dict[str, Any]) -> int:
        """Return the building time of merged cells, in periods."""
        return math.ceil(Fraction(str(cells.get("construction_months") or self.m)) / self.m)

    def choice(self, project: str, probability: float = 0.35) -> str:
        """Return id, or id@alternative with that probability."""
        name = self.draw.pick(self.alternatives[project])
        return f"{project}@{name}" if self.draw.chance(probability) else project
