"""Knapsacks with two and three objectives: 2kp50, 2kp100, 3kp40, each with its published efficient vectors.

As published with PolySCIP's and AUGMECON's test sets: ``a.csv`` weights, ``b.csv`` capacities, ``c.csv`` profits,
``pareto_sols.csv`` the vectors. The first profit is the value of a project, the others are metrics.
"""

from __future__ import annotations

import csv
from pathlib import Path

from outlay.instances.formats.parsing import parse_document
from outlay.instances.instance import Instance
from tests.benchmarks.data import benchmarks_folder
from tests.support.documents import knapsack

NAMES = ("2kp50", "3kp40", "2kp100")


def names() -> list[str]:
    """Return the instances, the quickest first."""
    return list(NAMES)


def read(name: str) -> Instance | None:
    """Return an instance by name; its objectives are `objectives`."""
    if name not in NAMES:
        return None
    profits = _rows(name, "c")
    limits = [row[0] for row in _rows(name, "b")]
    document = knapsack(profits[0], _rows(name, "a"), limits)
    document["instance"]["metrics"] = {metric: {} for metric in _metrics(profits)}
    for metric, row in zip(_metrics(profits), profits[1:], strict=True):
        for project, profit in zip(document["projects"], row, strict=True):
            project[metric] = profit
    return parse_document(document, source=name)


def objectives(name: str) -> list[str]:
    """Return what the instance is published for."""
    return ["max:value", *(f"max:{metric}" for metric in _metrics(_rows(name, "c")))]


def efficient(name: str) -> set[tuple[float, ...]]:
    """Return the published efficient vectors."""
    return {tuple(row) for row in _rows(name, "pareto_sols")}


def _metrics(profits: list[list[float]]) -> list[str]:
    return [f"profit{number}" for number in range(2, len(profits) + 1)]


def _rows(name: str, file: str) -> list[list[float]]:
    path: Path = benchmarks_folder() / "frontier" / name / f"{file}.csv"
    with path.open(encoding="utf-8", newline="") as text:
        return [[float(cell) for cell in row[1:]] for row in list(csv.reader(text))[1:]]
