"""Which numbers of the search matter, all in one experiment: ``python -m tests.benchmarks.screening RUNS INSTANCE...``.

To change one number at a time (`ablation`) takes as many runs again for each; here every run switches off a quarter of
all kinds of neighbourhoods and numbers at once, drawn by chance (`OFF` says what a number is without itself). What one
of them does is then fitted over all runs, ``rank = a + sum_j b_j x_j`` by least squares, with x_j = 1 where j is off:
b_j is what it costs to be without j, in ranks (a randomised factorial experiment with main effects; Plackett and Burman
1946, doi:10.1093/biomet/33.4.305). Ranks are those among an instance's runs, 0 the best and 100 the worst, so that hard
instances weigh as much as easy ones, and a run without any plan is but the last.

A run is one search alone, for so many seconds of the solver's work, which hardly depend on how busy the machine is.
Each is a line of the file RUNS, written as soon as it is done: what is broken off goes on, and more runs are added by
more of ``--runs``. Run number N draws the same changes wherever it is run.

What lies within twice its standard error says nothing, and one in twenty lies outside by chance alone.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

from outlay.optimizer.search.params import SearchParams
from outlay.optimizer.solver.deadline import Deadline
from tests.benchmarks.ablation import Bench, changes

#: Chance of each to be off.
CHANCE = 0.25
#: What switches off each kind and number.
SWITCHES = {what: change for what, how, change in changes() if how == "off"}


@dataclass(frozen=True)
class Made:
    """A run: its number and instance, what was off, and the value of its plan, minimised."""

    number: int
    instance: str
    off: tuple[str, ...]
    value: float

    def line(self) -> str:
        """Return the line of the file."""
        told = None if math.isnan(self.value) else self.value
        return json.dumps({"run": self.number, "instance": self.instance, "off": self.off, "value": told})

    @classmethod
    def read(cls, line: str) -> Made:
        """Return what a line of the file tells."""
        told = json.loads(line)
        value = math.nan if told["value"] is None else told["value"]
        return cls(told["run"], told["instance"], tuple(told["off"]), value)


def screened(only: Sequence[str] = ()) -> list[str]:
    """Return the names of what may be off: of all, or of those that begin like one of some words."""
    return [name for name in SWITCHES if not only or name.startswith(tuple(only))]


def draw(number: int, names: Sequence[str]) -> tuple[str, ...]:
    """Return what is off in a run."""
    chance = np.random.default_rng(number).random(len(names))
    return tuple(name for name, each in zip(names, chance, strict=True) if each < CHANCE)


def without(off: Sequence[str]) -> SearchParams:
    """Return the numbers with some off."""
    params = SearchParams()
    for name in off:
        params = SWITCHES[name](params)
    return params


def ranks(runs: Sequence[Made]) -> np.ndarray:
    """Return the rank of each run among those of its instance, from 0, the best, to 100; equal ones share theirs."""
    found = np.zeros(len(runs))
    instances = np.array([run.instance for run in runs])
    values = np.array([math.inf if math.isnan(run.value) else run.value for run in runs])
    for instance in np.unique(instances):
        own = values[instances == instance]
        ordered = np.sort(own)
        below = np.searchsorted(ordered, own, "left") + np.searchsorted(ordered, own, "right") - 1
        found[instances == instance] = 50.0 * below / max(1, len(own) - 1)
    return found


def effects(runs: Sequence[Made]) -> dict[str, tuple[float, float, int]]:
    """Return (ranks that it costs to be without it, its error, runs without it) of each; empty where runs are few."""
    names = sorted({name for run in runs for name in run.off})
    off = np.array([[name in run.off for name in names] for run in runs], dtype=float).reshape(len(runs), len(names))
    freedom = len(runs) - len(names) - 1
    if freedom < 1:
        return {}
    design = np.column_stack([np.ones(len(runs)), off])
    inverse = np.linalg.pinv(design.T @ design)
    found = inverse @ design.T @ ranks(runs)
    variance = float(((ranks(runs) - design @ found) ** 2).sum()) / freedom
    errors = np.sqrt(variance * np.diag(inverse))
    return {
        name: (float(found[at]), float(errors[at]), int(off[:, at - 1].sum())) for at, name in enumerate(names, start=1)
    }


def table(runs: Sequence[Made]) -> list[str]:
    """Return the table in Markdown, what is missed most first."""
    lines = ["| without | runs | ranks worse | error | verdict |", "|---|---:|---:|---:|---|"]
    for name, (cost, error, count) in sorted(effects(runs).items(), key=lambda each: -each[1][0]):
        verdict = "within the spread" if not abs(cost) > 2.0 * error else "missed" if cost > 0 else "better without"
        lines.append(f"| {name} | {count} | {cost:+.1f} | {error:.1f} | {verdict} |")
    return lines


def make(names: Sequence[str], numbers: Iterable[int], seconds: float, what: Sequence[str]) -> Iterable[Made]:
    """Yield the runs of some numbers, on the instances in turn."""
    bench = Bench(tuple(names), 1, None, seconds)
    for number in numbers:
        name, off = names[number % len(names)], draw(number, what)
        ran = bench.one(name, number, without(off), Deadline.working(seconds))
        yield Made(number, name, off, ran.value)


@click.command(help=__doc__)
@click.argument("path", metavar="RUNS", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("names", nargs=-1, metavar="[INSTANCE]...")
@click.option("--runs", default=0, show_default=True, help="so many in all; the table alone if they are there")
@click.option("--seconds", default=12.0, show_default=True, help="of the solver's work, each run")
@click.option("--only", multiple=True, help="beginning of the names of what may be off: kind, diving., ...")
def main(*, path: Path, names: tuple[str, ...], runs: int, seconds: float, only: tuple[str, ...]) -> None:
    """Make what runs are missing, and print the table of all."""
    known = [Made.read(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    missing = sorted(set(range(runs)) - {run.number for run in known})
    if missing:
        with path.open("a", encoding="utf-8") as file:
            for made in make(names, missing, seconds, screened(only)):
                file.write(made.line() + "\n")
                file.flush()
                known.append(made)
                sys.stderr.write(f"{len(known)} of {runs}: {made.instance} {made.value:g}\n")
    click.echo("\n".join(table(known)))


if __name__ == "__main__":
    main()
