"""Dependencies, looked up for whole arrays of combinations at once.

A combination is one choice a project: 0 for none, k for the project's k-th option.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction

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

    def is_chosen(self, combinations: Combinations, option: Option) -> np.ndarray:
        """Return in which combinations this very option is funded."""
        p = self.position[option.project]
        return np.array([one is option for one in self.of[p]], dtype=bool)[combinations[:, p]]

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
        had[:, y] *= all_chosen(choices, combinations, row["when"])
        if "option" in row:
            had[:, y] *= choices.is_chosen(combinations, row["option"])
    return had


def dependencies_hold(instance: Instance, choices: Choices, combinations: Combinations) -> np.ndarray:
    """Return which combinations keep every dependency."""
    right = np.ones(len(combinations), dtype=bool)
    if not instance.is_on("dependencies"):
        return right
    groups: dict[tuple[str, str, str], list[Record]] = defaultdict(list)
    for row in records(instance, "dependencies"):
        first, second, kind = row["project"], row["needs"], row["kind"]
        idle = ~all_chosen(choices, combinations, row["when"])
        if kind in {"requires_any", "requires_count", "at_most"}:
            groups[kind, "" if kind == "at_most" else first, row["group"] or ""].append(row)
            continue
        one, other = (choices.chosen(combinations, side) for side in (first, second))
        if kind == "requires":
            right &= idle | ~one | served(instance, choices, combinations, row)
        elif kind == "excludes":
            right &= idle | ~(one & other)
        elif kind == "together":
            right &= idle | (one == other)
        elif kind == "same_year":
            right &= idle | ~(one & other) | same_year(instance, choices, combinations, row)
    for (kind, first, _), rows in groups.items():
        idle = ~all_chosen(choices, combinations, rows[0]["when"])
        if kind == "at_most":
            right &= idle | (number_funded(choices, combinations, rows) <= rows[0]["count"])
        else:
            serving = np.sum([served(instance, choices, combinations, row) for row in rows], axis=0)
            least = 1 if kind == "requires_any" else rows[0]["count"]
            right &= idle | ~choices.chosen(combinations, first) | (serving >= least)
    return right


def all_chosen(choices: Choices, combinations: Combinations, when: tuple[str, ...]) -> np.ndarray:
    """Return in which combinations every side of a condition is funded."""
    right = np.ones(len(combinations), dtype=bool)
    for side in when:
        right &= choices.chosen(combinations, side)
    return right


def number_funded(choices: Choices, combinations: Combinations, rows: list[Record]) -> np.ndarray:
    """Return how many different projects of a group are funded as it names them."""
    funded: dict[str, np.ndarray] = {}
    for side in {row[end] for row in rows for end in ("project", "needs")} - {None}:
        project = side.partition("@")[0]
        here = choices.chosen(combinations, side)
        funded[project] = funded.get(project, np.zeros(len(combinations), dtype=bool)) | here
    return np.sum(list(funded.values()), axis=0)


def same_year(instance: Instance, choices: Choices, combinations: Combinations, row: Record) -> np.ndarray:
    """Return in which combinations both sides begin in the same block of 12/m periods."""
    size = 12 // instance.months_per_period

    def year(option: Option) -> int:
        return (option.start if row["at"] == "start" else option.ready) // size

    return choices.related(combinations, row["project"], row["needs"], lambda a, b: year(a) == year(b))


def served(instance: Instance, choices: Choices, combinations: Combinations, row: Record) -> np.ndarray:
    """Return in which combinations the needed side is funded and ready in time for the depending one."""
    m, most = instance.months_per_period, row["max_lag_months"]
    lag = periods_of(row["lag_months"], m)
    if row["at"] == "never":
        return choices.chosen(combinations, row["needs"])

    def in_time(dependent: Option, needed: Option) -> bool:
        due = dependent.start if row["at"] == "start" else dependent.ready
        return needed.ready + lag <= due and (most is None or due <= needed.ready + math.floor(Fraction(most) / m))

    return choices.chosen(combinations, row["needs"]) & choices.related(
        combinations, row["project"], row["needs"], in_time
    )
