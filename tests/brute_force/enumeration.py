"""An instance spelled out: options, rows, and every combination that keeps the discrete rules."""

from __future__ import annotations

import math

import numpy as np

from outlay.instances.instance import Instance
from tests.brute_force.effects import options as all_options
from tests.brute_force.metrics import Metrics
from tests.brute_force.options import Option, must_be_funded
from tests.brute_force.reading import exact, records
from tests.brute_force.resources import Resources, add_fast_track_slots
from tests.brute_force.rows import add_funds, add_limits
from tests.brute_force.rules import Choices, dependencies_hold
from tests.brute_force.system import Arrays, System


class Enumeration:
    """An instance spelled out: options, rows, and every combination that keeps the discrete rules."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        system = System(all_options(instance))
        metrics = Metrics(instance, system)
        Resources(instance, system, metrics).add()
        add_fast_track_slots(instance, system)
        add_funds(instance, system)
        add_limits(instance, system, metrics)
        self.levels = [metrics.weighted(dict(level.weights)) for level in instance.objective_levels]
        self.tolerances = [exact(level.tolerance) for level in instance.objective_levels]
        self.system, self.synergies = system, metrics.synergies
        self.choices, self.numbers = self._choices()

    def _choices(self) -> tuple[Choices, list[np.ndarray]]:
        """Return the options of each project without twins, and their numbers in the system (-1 = none)."""
        arrays, ids = Arrays(self.system, len(self.synergies)), [r["id"] for r in records(self.instance, "projects")]
        found: dict[str, dict[object, int]] = {project: {} for project in ids}
        for o, option in enumerate(self.system.options):
            found[option.project].setdefault(self._signature(arrays, o, option), o)
        numbers = [np.array([-1, *twins.values()], dtype=int) for twins in found.values()]
        by_project = {project: [self.system.options[o] for o in twins.values()] for project, twins in found.items()}
        return Choices(by_project), numbers

    def _signature(self, arrays: Arrays, o: int, option: Option) -> object:
        """Return what tells an option from another of its project in any rule, row or metric."""
        owned = np.flatnonzero(arrays.column_owner == o)
        common = arrays.row_owner < 0
        objective = [(form.options.get(o, 0), *(form.columns.get(c, 0) for c in owned)) for form in self.levels]
        return (
            option.alternative,
            option.start,
            arrays.constants[common, o].tobytes(),
            arrays.coefficients[np.ix_(common, owned)].tobytes(),
            str(objective),
        )

    def count(self) -> int:
        """Return the product over projects of (number of options + 1)."""
        return math.prod(len(numbers) for numbers in self.numbers)

    def forced_without_options(self) -> tuple[str, ...]:
        """Return the projects that must be funded but cannot be."""
        forced = must_be_funded(self.instance)
        return tuple(
            project
            for project, numbers in zip(self.choices.position, self.numbers, strict=True)
            if project in forced and len(numbers) == 1
        )

    def combination_of(self, funded: dict[str, int]) -> np.ndarray:
        """Return one combination, as an array of shape (1, projects), from the option funded of each project.

        An option that has a twin stands for it: dependencies look at alternative and start only.
        """
        choice = []
        for project, p in self.choices.position.items():
            option = self.system.options[funded[project]] if project in funded else None
            alike = [k for k, other in enumerate(self.choices.of[p]) if _like(option, other)]
            same = [k for k in alike if self.choices.of[p][k] is option]
            choice.append([*same, *alike][0])
        return np.array([choice])

    def combinations(self) -> np.ndarray:
        """Return every combination that funds what must be funded and keeps the dependencies."""
        forced = must_be_funded(self.instance)
        ranges = [
            np.arange(project in forced, len(numbers))
            for project, numbers in zip(self.choices.position, self.numbers, strict=True)
        ]
        grid = np.stack(np.meshgrid(*ranges, indexing="ij"), axis=-1).reshape(-1, len(ranges))
        return grid[dependencies_hold(self.instance, self.choices, grid)]


def _like(option: Option | None, other: Option | None) -> bool:
    if option is None or other is None:
        return option is other
    return (option.alternative, option.start) == (other.alternative, other.start)
