"""Measure the product against other solvers: ``python -m tests.benchmarks INSTANCE-OR-FAMILY... [options]``.

Each instance is built and compiled once; then every peer solves exactly these arrays, one after the other in the same
run on the same cores, each in a process and session of its own. Every peer's plan goes through the product's verifier.
The families are the modules of `families`; any ``scale-PROJECTS-SEED`` and any folder of tables can be named too. A new
family is a module in `families`, a new peer one in `peers`. Needs the extra ``bench``.

``runs.csv`` has a line a peer and instance, ``traces.csv`` every change, ``gap.png`` the gap over time.
"""

from __future__ import annotations

import csv
import math
import sys
import time
from pathlib import Path
from typing import Any

import click
import numpy as np
from rich.console import Console
from rich.table import Table

import outlay
from outlay.models.plain import PlainModel, model_of
from outlay.optimizer.answer.plans import read_plan
from outlay.optimizer.problem.plain import CompiledRows, compile_rows
from outlay.optimizer.verify.plan import verify_plan
from tests.benchmarks.families import names_of, published, read
from tests.benchmarks.measure import LEAST_SHARE, Run, cores, gap, run
from tests.benchmarks.peers import NAN, Task, peers, solves
from tests.benchmarks.picture import draw

#: Seconds at which values are told.
MOMENTS = (10.0, 30.0, 60.0)


@click.command(help=__doc__.split("\n\n")[1].replace("\n", " "))
@click.argument("names", nargs=-1, required=True, metavar="INSTANCE...")
@click.option("--peers", "wanted", default=",".join(peers()), show_default=True, help="which, with commas")
@click.option("--seconds", default=60.0, show_default=True, help="limit of each solve")
@click.option("--gap", "target", default=1e-6, show_default=True, help="relative gap to stop at")
@click.option("--threads", default=cores(), show_default=True, help="of each peer that can use them")
@click.option("--seed", default=1, show_default=True)
@click.option(
    "--params",
    default=None,
    type=click.Path(exists=True, dir_okay=False, resolve_path=True),
    metavar="TOML",
    help="other numbers that steer our search (outlay.SearchParams)",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="folder for the CSVs and picture"
)
def main(
    names: tuple[str, ...],
    wanted: str,
    seconds: float,
    target: float,
    threads: int,
    seed: int,
    params: str | None,
    output: Path | None,
) -> None:
    """Run all and print a table an instance."""
    if params:
        outlay.SearchParams.from_toml(params)  # what is wrong with it is told before anything runs
    console, found = Console(width=200), {}
    lines: list[dict[str, Any]] = []
    for name in [one for word in names for one in names_of(word)]:
        begun = time.monotonic()
        instance = read(name)
        before = time.monotonic()
        model = model_of(instance)
        compiled = compile_rows(model, also=np.arange(0))
        build_s, read_s = time.monotonic() - before, before - begun
        task = Task(name, compiled.problem, seconds, target, threads, seed, params or "")
        found[name] = [run(peer, task, _ticker) for peer in wanted.split(",") if solves(peer, name)]
        for each in found[name]:
            _verify(each, model, compiled)
        sys.stderr.write("\n")
        facts = _facts(compiled, len(model.case.options), read_s, build_s)
        lines += [{"instance": name, **facts, **line} for line in _lines(name, found[name])]
        _show(console, name, facts, lines[-len(found[name]) :])
        for each in found[name]:
            if each.starved(threads):
                console.print(f"{each.peer}: got {each.cpu_s:.0f} CPU s, less than {LEAST_SHARE:.0%} of its cores")
        if output is not None:
            _write(output, lines, found)
            draw(found, output / "gap.png")


def _facts(compiled: CompiledRows, options: int, read_s: float, build_s: float) -> dict[str, Any]:
    rows, columns = compiled.problem.matrix.shape
    nonzeros = compiled.problem.matrix.nnz
    return {
        "options": options,
        "rows": rows,
        "columns": columns,
        "nonzeros": nonzeros,
        "read_s": round(read_s, 2),
        "build_s": round(build_s, 2),
        "build_us_per_nonzero": round(1e6 * build_s / max(nonzeros, 1), 2),
    }


def _verify(found: Run, model: PlainModel, compiled: CompiledRows) -> None:
    if found.point is not None:
        point = np.where(compiled.problem.integer, np.round(found.point), found.point)
        found.verified = verify_plan(model.case.instance, read_plan(model, compiled, point)).ok


def _lines(name: str, runs: list[Run]) -> list[dict[str, Any]]:
    """Return one line of figures a peer; gaps to its own bound, and to the best bound of all."""
    bounds = [one.at(math.inf)[1] for one in runs]
    best = min((bound for bound in bounds if not math.isnan(bound)), default=NAN)
    lines = []
    for one in runs:
        line: dict[str, Any] = {"peer": one.peer}
        for moment in (*MOMENTS, math.inf):
            when = "end" if math.isinf(moment) else f"{moment:g}s"
            value, bound = one.at(moment)
            line |= {f"value_{when}": value, f"bound_{when}": bound, f"gap_{when}": gap(value, bound)}
        value = line["value_end"]
        line |= {
            "gap_to_best_bound": gap(value, best),
            "time_to_1%": one.time_to(0.01, best),
            "time_to_0.1%": one.time_to(0.001, best),
            "published": NAN if published(name) is None else published(name),
            "load_s": one.load_s,
            "solve_s": one.total_s,
            "cpu_s": one.cpu_s,
            "peak_mb": one.peak_mb,
            "verified": one.verified,
            "error": one.error,
        }
        lines.append(line)
    return lines


SHOWN = {
    "peer": "",
    **{f"value_{when}": "value" for when in ("10s", "30s", "60s", "end")},
    "bound_end": "value",
    **{f"gap_{when}": "share" for when in ("10s", "30s", "60s", "end")},
    "gap_to_best_bound": "share",
    "time_to_1%": "seconds",
    "time_to_0.1%": "seconds",
    "load_s": "seconds",
    "solve_s": "seconds",
    "cpu_s": "seconds",
    "peak_mb": "whole",
    "verified": "",
}


def _show(console: Console, name: str, facts: dict[str, Any], lines: list[dict[str, Any]]) -> None:
    known = published(name)
    title = f"{name}: " + ", ".join(f"{key} {value:,}" for key, value in facts.items())
    table = Table(title=title + ("" if known is None else f", published {known:,}"), title_justify="left")
    for key in SHOWN:
        table.add_column(key.replace("_", " "), justify="left" if key == "peer" else "right")
    for line in lines:
        table.add_row(*(_text(line[key], kind) for key, kind in SHOWN.items()))
    console.print(table)
    for line in lines:
        if line["error"]:
            console.print(f"{line['peer']}: {line['error']}")


def _text(value: Any, kind: str) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "-"
    formats = {"value": "{:.7g}", "share": "{:.3%}", "seconds": "{:.1f}", "whole": "{:.0f}"}
    return formats.get(kind, "{}").format(value)


def _write(folder: Path, lines: list[dict[str, Any]], found: dict[str, list[Run]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "runs.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    with (folder / "traces.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["instance", "peer", "seconds", "value", "bound"])
        rows.writerows([name, one.peer, *entry] for name, runs in found.items() for one in runs for entry in one.trace)


def _ticker(line: str) -> None:
    """Show one line that is written over."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{line:<78}")


if __name__ == "__main__":
    main()
