"""Dependencies, looked up for whole arrays of combinations at once.

A combination is one choice a project: 0 for none, k for the project's k-th option.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import numpy as np

from outlay.instances.instance import Instance
from tests.brute_force.options import Option
from tests.brute_force.reading import Record, periods_of, records

Combinations = np.ndarray
"""Of shape (combinations, projects)."""


class Choices:
    """Projects in a fixed order, each with its options after None."""

    def __init__(self, by_project: dict[str, list[Option]]) -> None:
        self.position = {project: p for p, project in enumerate(by_project)}
        self.of = [[None, *options] for options in by_project.values()]

    def chosen(self, combinations: Combinations, side: str) -> np.ndarray:
        """Return in which combinations a side, id or id@alternative, is funded."""
        project, _, alternative = side.partition("@")
        p = self.position[project]
        right = [o is not None and alternative in {"", o.alternative} for o in self.of[p]]
        return np.array(right, dtype=bool)[combinations[:, p]]

    def related(
        self, combinations: Combinations, first: str, second: str, holds: Callable[[Option, Option], bool]
    ) -> np.ndarray:
        """Return in which combinations both projects are funded with options between which a relation holds."""
        a, b = self.position[first.partition("@")[0]], self.position[second.partition("@")[0]]
        table = np.array([[bool(x and y and holds(x, y)) for y in self.of[b]] for x in self.of[a]], dtype=bool)
        return table[combinations[:, a], combinations[:, b]]


def synergies_had(choices: Choices, combinations: Combinations, rows: list[Record]) -> np.ndarray:
    """Return which synergies each combination has: shape (combinations, synergies), 0 or 1."""
    had = np.zeros((len(combinations), len(rows)))
    for y, row in enumerate(rows):
        had[:, y] = choices.chosen(combinations, row["project"]) & choices.chosen(combinations, row["needs"])
    return had


def dependencies_hold(instance: Instance, choices: Choices, combinations: Combinations) -> np.ndarray:
    """Return which combinations keep every dependency."""
    right = np.ones(len(combinations), dtype=bool)
    if not instance.is_on("dependencies"):
        return right
    groups: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for row in records(instance, "dependencies"):
        first, second, kind = row["project"], row["needs"], row["kind"]
        depends = choices.chosen(combinations, first)
        if kind == "requires":
            right &= ~depends | served(instance, choices, combinations, row)
        elif kind == "excludes":
            right &= ~(depends & choices.chosen(combinations, second))
        elif kind == "together":
            right &= depends == choices.chosen(combinations, second)
        elif kind == "requires_any":
            groups[first, row["group"] or ""].append(row)
    for (first, _), rows in groups.items():
        any_serves = np.any([served(instance, choices, combinations, row) for row in rows], axis=0)
        right &= ~choices.chosen(combinations, first) | any_serves
    return right


def served(instance: Instance, choices: Choices, combinations: Combinations, row: Record) -> np.ndarray:
    """Return in which combinations the needed side is funded and ready in time for the depending one."""
    lag = periods_of(row["lag_months"], instance.months_per_period)

    def in_time(dependent: Option, needed: Option) -> bool:
        return needed.ready + lag <= (dependent.start if row["at"] == "start" else dependent.ready)

    return choices.chosen(combinations, row["needs"]) & choices.related(
        combinations, row["project"], row["needs"], in_time
    )
