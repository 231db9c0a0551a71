"""What each neighbourhood and number of the search is worth: ``python -m tests.benchmarks.ablation [INSTANCE...]``.

The search alone, without a proof beside it, is run on each instance with several seeds: as it is, without one kind of
neighbourhood or one number (`OFF`), and with one number halved or doubled (a tuple: all of its numbers). What counts is
the gap of its plan to the best bound of all runs. A change is told beside the spread: the standard error of the mean
difference to the search as it is, over instances and seeds. A number whose changes lie within the spread earns nothing
and is to go. `screening` switches off many at once, which takes far fewer runs.

With ``--work`` each run solves so many sub-problems, which does not depend on how busy the machine is, and is fair to
kinds; numbers that make sub-problems larger look too good. With ``--seconds`` each run has that long: for a quiet
machine. ``-o`` writes the table that stands beside the registry of neighbourhoods.
"""

from __future__ import annotations

import math
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import click

from outlay.models.build import build
from outlay.optimizer.engine.settings import Settings
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.search.neighbourhoods.registry import CROSSING, NEIGHBOURHOODS
from outlay.optimizer.search.params import SearchParams
from outlay.optimizer.search.search import Search
from outlay.optimizer.session import Session
from outlay.optimizer.solver.deadline import Deadline
from outlay.optimizer.solver.process import SolverProcess
from tests.benchmarks.families import read

#: Two generated portfolios, and scheduling with optional projects.
INSTANCES = ("scale-60-2", "scale-100-1", "schedule-opt-30-1")
#: What numbers are where the search does without them: no limit, no chance, one instead of several, all alike.
OFF: Mapping[str, Any] = {
    "aside_share": 1.0,
    "sub_problems.most_share": 1.0,
    "sub_problems.reach": (1.0,),
    "diving.shares": (1.0,),
    "diving.times": 0.0,
    "diving.most_options": 10**9,
    "diving.step_shares": (0.1,),
    "diving.core_loss": 2.0,
    "diving.worse": 1.0,
    "diving.taken_back_twice": 10**9,
    "diving.most_left": 10**9,
    "probing.times": math.inf,
    "probing.dominant": (2.0,),
    "probing.cheap": 0.0,
    "probing.least_gain": 1e-12,
    "probing.most_tried": 10**9,
    "probing.most_at_once": 1,
    "probing.noise": 0.0,
    "patience.remembered": 10**9,
    "selecting.even": 1.0,
    "breeding.least_density": 0.0,
    "breeding.children": 100,
    "breeding.flipped": 1,
    "scheduling.least_share": 1e-9,
    "scheduling.noise": (0.1,),
    "scheduling.by_start": 0.0,
    "scheduling.by_place": 0.0,
    "scheduling.pulled": (1,),
    "scheduling.spread": (1.0,),
    "scheduling.justified": 0.0,
    "scheduling.inherited": 0.0,
    "scheduling.dear": (0.0,),
    "exchanging.longer": 1.0,
    "exchanging.priced": 0.0,
}
Change = Callable[[SearchParams], SearchParams]


@dataclass(frozen=True)
class Ran:
    """One run: the value of its plan and its bound, of the minimisation, and its sub-problems by kind and with gain."""

    value: float
    bound: float
    drawn: Mapping[str, int]
    gained: Mapping[str, int]


def changes() -> Iterator[tuple[str, str, Change]]:
    """Yield (what, how it is changed, the change): each kind and number off, and each number halved and doubled."""
    for kind in (*NEIGHBOURHOODS, CROSSING):
        yield f"kind {kind.name}", "off", _without(kind.name)
    for path in OFF:
        yield path, "off", _off(path)
    for path, value in numbers(SearchParams()):
        for word, factor in (("x 1/2", 0.5), ("x 2", 2.0)):
            if scaled(value, factor) != value:
                yield path, word, _times(path, factor)


def numbers(params: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (dotted name, value) of each number, or tuple of numbers, of parameters."""
    for each in fields(params):
        value = getattr(params, each.name)
        if is_dataclass(value):
            yield from numbers(value, f"{above}{each.name}.")
        elif value and not isinstance(value, str) and not (isinstance(value, tuple) and isinstance(value[0], str)):
            yield above + each.name, value


def scaled(value: Any, factor: float) -> Any:
    """Return a number, or each of a tuple, times a factor; whole ones stay whole and at least 1, shares at most 1."""
    if isinstance(value, tuple):
        return tuple(scaled(one, factor) for one in value)
    return (
        max(1, round(value * factor)) if isinstance(value, int) else min(1.0 if value < 1 else math.inf, value * factor)
    )


def changed(params: Any, path: str, change: Callable[[Any], Any]) -> Any:
    """Return parameters with the number of a dotted name changed."""
    name, _, rest = path.partition(".")
    inner = getattr(params, name)
    return replace(params, **{name: changed(inner, rest, change) if rest else change(inner)})


def _without(name: str) -> Change:
    def left_out(params: SearchParams) -> SearchParams:
        return replace(params, selecting=replace(params.selecting, without=(*params.selecting.without, name)))

    return left_out


def _times(path: str, factor: float) -> Change:
    return lambda params: changed(params, path, lambda value: scaled(value, factor))


def _off(path: str) -> Change:
    return lambda params: changed(params, path, lambda _: OFF[path])


class Bench:
    """Runs searches on instances that are compiled once."""

    def __init__(self, names: tuple[str, ...], seeds: int, work: int | None, seconds: float) -> None:
        self.sessions = {name: Session(build(read(name))) for name in names}
        self.seeds, self.work, self.seconds = range(1, seeds + 1), work, seconds

    def run(self, params: SearchParams) -> dict[tuple[str, int], Ran]:
        """Return the runs with some parameters, by instance and seed."""
        return {(name, seed): self.one(name, seed, params) for name in self.sessions for seed in self.seeds}

    def one(self, name: str, seed: int, params: SearchParams, deadline: Deadline | None = None) -> Ran:
        """Return the run on one instance with one seed, until a deadline."""
        session = self.sessions[name]
        plan = session.search_plan(seed=seed, sub_problems=self.work, params=replace(params, head_start_s=0.0))
        deadline = deadline or Deadline.after(None if self.work else self.seconds)
        options = Settings(seed=seed).options(retry=False)
        with SolverProcess() as process, process.until(deadline):
            search = Search(
                _first_level(session), plan, options, on_better=lambda _: None, process=process, deadline=deadline
            )
            search.run()
        if search.trouble:
            raise RuntimeError(f"{name}, seed {seed}: {search.trouble}")
        drawn: dict[str, int] = {}
        gained: dict[str, int] = {}
        for record in search.state.trace.sub_problems:
            drawn[record.kind] = drawn.get(record.kind, 0) + 1
            gained[record.kind] = gained.get(record.kind, 0) + (record.gain > 0)
        return Ran(*search.known(), drawn, gained)


def _first_level(session: Session) -> Problem:
    level = session.levels()[0]
    return replace(session.problem, cost=level.cost, offset=level.offset)


def gaps(runs: Mapping[tuple[str, int], Ran], bounds: Mapping[str, float]) -> dict[tuple[str, int], float]:
    """Return the gap of each run's plan to the best bound of its instance; 1 without a plan."""
    return {
        key: 1.0 if math.isnan(ran.value) else (ran.value - bounds[key[0]]) / abs(ran.value)
        for key, ran in runs.items()
    }


def difference(found: Mapping[Any, float], base: Mapping[Any, float]) -> tuple[float, float]:
    """Return the mean difference of gaps, run by run, and its standard error."""
    each = [found[key] - base[key] for key in base]
    error = statistics.stdev(each) / math.sqrt(len(each)) if len(each) > 1 else math.nan
    return statistics.fmean(each), error


def table(found: Mapping[tuple[str, str], tuple[float, float]], base: Mapping[tuple[str, int], Ran]) -> list[str]:
    """Return the lines of the table, in Markdown."""
    drawn, gained = (
        {name: sum(getattr(ran, part).get(name, 0) for ran in base.values()) for name in _names()}
        for part in ("drawn", "gained")
    )
    total = max(1, sum(drawn.values()))
    lines = ["| what | change | drawn % | improved % | gap, change in points | spread | verdict |"]
    lines.append("|---|---|---:|---:|---:|---:|---|")
    for (what, how), (mean, error) in found.items():
        name = what.removeprefix("kind ")
        shares = ["", ""]
        if name in drawn:
            shares = [f"{100 * drawn[name] / total:.0f}", f"{100 * gained[name] / max(1, drawn[name]):.0f}"]
        verdict = "within the spread" if not abs(mean) > 2.0 * error else "worse" if mean > 0 else "better"
        numbers_ = f"{100 * mean:+.3f} | {100 * error:.3f}"
        lines.append(f"| {what} | {how} | {shares[0]} | {shares[1]} | {numbers_} | {verdict} |")
    return lines


def _names() -> list[str]:
    return [kind.name for kind in (*NEIGHBOURHOODS, CROSSING)]


@click.command(help=__doc__)
@click.argument("names", nargs=-1, metavar="[INSTANCE]...")
@click.option("--seeds", default=3, show_default=True, help="so many, from 1")
@click.option("--work", type=int, help="sub-problems of each run")
@click.option("--seconds", default=30.0, show_default=True, help="limit of each run, without --work")
@click.option("--only", default="", help="beginning of the names of what is changed: kind, diving., ...")
@click.option(
    "--params",
    "numbers_file",
    type=click.Path(exists=True, dir_okay=False),
    help="TOML file of the numbers to begin with, instead of the usual ones",
)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="file for the table")
def main(
    *,
    names: tuple[str, ...],
    seeds: int,
    work: int | None,
    seconds: float,
    only: str,
    numbers_file: str | None,
    output: Path | None,
) -> None:
    """Run all and print the table."""
    bench = Bench(names or INSTANCES, seeds, work, seconds)
    wanted = [(what, how, change) for what, how, change in changes() if what.startswith(only)]
    usual = SearchParams() if numbers_file is None else SearchParams.from_toml(numbers_file)
    base = bench.run(usual)
    runs = {}
    for number, (what, how, change) in enumerate(wanted, 1):
        sys.stderr.write(f"{number} of {len(wanted)}: {what} {how}\n")
        runs[what, how] = bench.run(change(usual))
    bounds = {
        name: max(ran.bound for each in (base, *runs.values()) for (other, _), ran in each.items() if other == name)
        for name in bench.sessions
    }
    before = gaps(base, bounds)
    found = {key: difference(gaps(each, bounds), before) for key, each in runs.items()}
    limit = f"{work} sub-problems" if work else f"{seconds:g} s"
    lines = [f"{', '.join(bench.sessions)}; {seeds} seeds, {limit} each; gap as it is: "
             f"{100 * statistics.fmean(before.values()):.3f} %.", "", *table(found, base)]  # fmt: skip
    click.echo("\n".join(lines))
    if output is not None:
        output.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
