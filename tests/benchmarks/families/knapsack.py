"""OR-Library's multidimensional knapsacks: ``FILE-NUMBER``, as ``mknapcb1-7``; items are projects of one period."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from outlay.instances.formats.parsing import parse_document
from outlay.instances.instance import Instance
from tests.benchmarks.data import benchmarks_folder
from tests.support.documents import Document, knapsack

FILES = ("mknapcb1", "mknapcb2")


class Knapsack(NamedTuple):
    """A multidimensional 0/1 knapsack.

    Attributes
    ----------
    profits
        One an item.
    weights
        One row a resource, one entry an item.
    capacities
        One a resource.
    optimum
        As the file states it; 0: unknown.
    """

    name: str
    profits: list[float]
    weights: list[list[float]]
    capacities: list[float]
    optimum: float

    def document(self) -> Document:
        """Return it as an instance of one period: items are projects, capacities are resources."""
        return knapsack(self.profits, self.weights, self.capacities)


def names() -> list[str]:
    """Return the problems of Chu and Beasley's first two files; ``mknap1-1`` and ``mknap2-1`` can be read too."""
    return [f"{file}-{number}" for file in FILES for number in range(1, 31)]


def read(name: str) -> Instance | None:
    """Return ``FILE-NUMBER``, numbers from 1."""
    file, _, number = name.partition("-")
    if not file.startswith("mknap") or not number.isdecimal():
        return None
    text = (benchmarks_folder() / "knapsack" / f"{file}.txt").read_text(encoding="utf-8")
    problems = list((read_mknap2 if file == "mknap2" else read_mknap1)(text))
    return parse_document(problems[int(number) - 1].document(), source=name)


def published(name: str) -> float | None:
    """Return the published value, proved or best known."""
    file, _, number = name.partition("-")
    return _values().get((f"{file}.txt", int(number))) if number.isdecimal() else None


@cache
def _values() -> dict[tuple[str, int], float]:
    folder = benchmarks_folder()
    if not folder.is_dir():
        return {}
    return {(row["file"], int(row["index"])): float(row["published"]) for row in _reference(folder)}


def _reference(folder: Path) -> list[dict[str, str]]:
    with (folder / "knapsack" / "reference.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_mknap1(text: str) -> Iterator[Knapsack]:
    """Yield the problems of mknap1, mknapcb1, ...: K, then n, m, optimum, profits, m rows of weights, capacities."""
    numbers = _numbers(text)
    for number in range(1, int(next(numbers)) + 1):
        n, m, optimum = int(next(numbers)), int(next(numbers)), next(numbers)
        profits = _take(numbers, n)
        weights = [_take(numbers, n) for _ in range(m)]
        yield Knapsack(str(number), profits, weights, _take(numbers, m), optimum)


def read_mknap2(text: str) -> Iterator[Knapsack]:
    """Yield the problems of mknap2: ``problem NAME.DAT``, m, n, profits, capacities, m rows of weights, optimum."""
    parts: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["problem"] and len(words) == 2:
            parts.append((words[1].removesuffix(".DAT"), []))
        elif parts and not line.lstrip().startswith("+"):
            parts[-1][1].append(line)
    for name, lines in parts:
        numbers = _numbers("\n".join(lines))
        m, n = int(next(numbers)), int(next(numbers))
        profits, capacities = _take(numbers, n), _take(numbers, m)
        weights = [_take(numbers, n) for _ in range(m)]
        yield Knapsack(name, profits, weights, capacities, next(numbers))


def published_optima(folder: Path) -> dict[tuple[str, int], tuple[str, float]]:
    """Return (name, published value) by (file, index from 1) of the problems that are proved optimal."""
    return {
        (row["file"], int(row["index"])): (row["name"], float(row["published"]))
        for row in _reference(folder)
        if row["status"] == "optimal"
    }


def _numbers(text: str) -> Iterator[float]:
    """Yield numbers until the first word that is none."""
    for word in text.split():
        try:
            yield float(word)
        except ValueError:
            return


def _take(numbers: Iterator[float], count: int) -> list[float]:
    return [next(numbers) for _ in range(count)]
