"""What comparing the flagship's constraint sets costs; run as ``python -m tests.benchmarks.compare_flagship PART``.

``ratio``
    All sets (or ``--sets a,b``) with ``jobs=2``, then, afterwards in the same run, a plain loop over the same sets that
    builds the Pyomo model anew and calls Pyomo's own ``highs`` for each: same gap, one thread. Goal: at most a third of
    the loop's wall time. The loop is the first such a user would write: one case at a time, no nearest plan, no
    verification, no tables.
``overhead``
    What a case costs beyond HiGHS's own seconds in a warm pool. Goal: at most 15 % of them, or 0.2 s. Told both of the
    seconds of the case's own solve, and of these and those of the nearest plan.
``memory``
    Peak memory of the parent with 20 and with 200 generated sets (``--few``, ``--many``), and so what a set adds to it,
    against the size of a set's result.

Each part runs in a process of its own, so that none inherits the memory of another.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import outlay
from outlay.instances.instance import Instance
from outlay.optimizer.compare.comparison import TABLES, Comparison
from outlay.optimizer.sharing.pool import CompareProgress

NAME = "us-japan-550"
GAP = 1e-4
#: What the scaled resources of the generated sets are multiplied by.
LEAST, MOST = 0.8, 1.2


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one part, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=[*PARTS, "all"], nargs="?", default="all")
    parser.add_argument("--sets", default="", help="names, with commas; default: base and all of the flagship's sets")
    parser.add_argument("--gap", type=float, default=GAP, help="relative gap of ratio and overhead")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--few", type=int, default=20, help="generated sets of the small comparison")
    parser.add_argument("--many", type=int, default=200, help="generated sets of the large comparison")
    parser.add_argument("--loose", type=float, default=0.05, help="relative gap of the generated sets")
    parser.add_argument("--count", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.part != "all":
        PARTS[options.part](options)
        return
    for part in ("ratio", "overhead", "memory"):
        given = list(sys.argv[1:] if arguments is None else arguments)
        rest = [word for word in given if word != "all"]
        subprocess.run([sys.executable, "-m", "tests.benchmarks.compare_flagship", part, *rest], check=True)


def ratio(options: argparse.Namespace) -> None:
    """Print the wall time of `compare` and of a plain loop over Pyomo's own interface."""
    instance = outlay.read(NAME)
    sets = _sets(instance, options)
    tell(f"ratio: {len(sets)} sets, gap {options.gap:g}; first compare with {options.jobs} jobs, then the plain loop")
    comparison, ours_s = timed(
        lambda: outlay.compare(instance, sets, jobs=options.jobs, gap=options.gap, on_progress=ticker())
    )
    tell(f"compare: {ours_s:.1f} s")
    theirs: dict[str, float | None] = {}
    loop_s = 0.0
    for name in sets:
        theirs[name], seconds = timed(lambda name=name: plain_solve(instance, name, options.gap))
        loop_s += seconds
        tell(f"  plain {name}: {seconds:.1f} s")
    wrong = [
        f"{line.set}: {line.objective} against {theirs[line.set]}"
        for line in comparison.cases.itertuples()
        if not agree(line.objective, theirs[line.set], options.gap)
    ]
    tell(f"plain loop: {loop_s:.1f} s; compare takes {ours_s / loop_s:.2f} of it (goal: at most 0.33)")
    tell("the objectives agree within the gaps" if not wrong else f"the objectives differ: {'; '.join(wrong)}")


def plain_solve(instance: Instance, name: str, gap: float) -> float | None:
    """Build the model anew and solve it as Pyomo does; return the objective, or None without a plan."""
    import pyomo.environ as pyo

    model = outlay.build(instance.with_set(name))
    options = {"mip_rel_gap": gap, "threads": 1}
    found = pyo.SolverFactory("highs").solve(model, options=options, load_solutions=False)
    if found.solver.termination_condition != pyo.TerminationCondition.optimal:
        return None
    # The sense is known: `build` maximises, so the plan found is the lower bound.
    return float(found.problem.lower_bound)


def agree(ours: float | None, theirs: float | None, gap: float) -> bool:
    """Return whether two objectives are the same but for their gaps."""
    blank = [value is None or value != value for value in (ours, theirs)]  # noqa: PLR0124 - NaN
    if any(blank):
        return all(blank)
    assert ours is not None
    assert theirs is not None
    return abs(ours - theirs) <= 2 * gap * max(abs(ours), abs(theirs), 1e-6) + 1e-6


def overhead(options: argparse.Namespace) -> None:
    """Print what each case costs beyond HiGHS's own seconds in a warm pool."""
    instance = outlay.read(NAME)
    sets = _sets(instance, options)
    tell(f"overhead: {len(sets)} sets one after the other, gap {options.gap:g}; the first one warms the pool")
    with tempfile.TemporaryDirectory() as folder:
        comparison = outlay.compare(
            instance, sets, jobs=1, gap=options.gap, folder=Path(folder) / "out", on_progress=ticker()
        )
        runs = {
            name: json.loads((Path(folder) / "out" / "runs" / file).read_text(encoding="utf-8"))
            for name, file in comparison.files.items()
        }
    over = []
    tell("  set, seconds: total, HiGHS's own solve, nearest plan, rest; rest / own solve, / both; parts of the rest")
    for name in sets[1:]:
        times = runs[name]["times_s"]
        solver_s = sum(level["seconds"] for level in runs[name]["levels"])
        # The nearest plan is work that a plain solve does not do, and is HiGHS's own time but for handing it over.
        near_s = times.get("nearest", 0.0)
        rest_s = times["total"] - solver_s - near_s
        parts = {key: round(value, 3) for key, value in times.items() if key not in {"total", "nearest"}}
        parts["around the solver"] = round(times["solve"] - solver_s, 3)
        over.append((rest_s, rest_s / solver_s, rest_s / (solver_s + near_s)))
        tell(
            f"  {name}: {times['total']:.2f}, {solver_s:.2f}, {near_s:.2f}, {rest_s:.2f}; "
            f"{over[-1][1]:.0%}, {over[-1][2]:.0%}; {parts}"
        )
    for words, place in (("its own solve", 1), ("both solves", 2)):
        meet = sum(line[place] <= 0.15 or line[0] <= 0.2 for line in over)
        share = statistics.median(line[place] for line in over)
        tell(f"median {share:.0%} of {words}; {meet} of {len(over)} meet the goal of 15 % or 0.2 s")
    tell(f"median {statistics.median(line[0] for line in over):.2f} s")


def memory(options: argparse.Namespace) -> None:
    """Print the peak memory of few and of many generated sets, each in a process of its own."""
    found = {}
    for count in (options.few, options.many):
        command = [sys.executable, "-m", "tests.benchmarks.compare_flagship", "peak", "--count", str(count)]
        command += ["--loose", str(options.loose), "--jobs", str(options.jobs)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        found[count] = json.loads(done.stdout)
        one = found[count]
        tell(
            f"memory: {count} sets in {one['seconds']:.0f} s: peak {one['peak_mb']:.0f} MB "
            f"({one['start_mb']:.0f} MB before), tables of {one['tables_mb']:.1f} MB, "
            f"run files of {one['files_mb']:.1f} MB, statuses {one['statuses']}"
        )
    few, many = found[options.few], found[options.many]
    sets = options.many - options.few
    tell(
        f"a set adds {1000 * (many['peak_mb'] - few['peak_mb']) / sets:.0f} kB to the peak; "
        f"its tables take {1000 * (many['tables_mb'] - few['tables_mb']) / sets:.0f} kB, "
        f"its run file {1000 * many['files_mb'] / options.many:.0f} kB"
    )


def peak(options: argparse.Namespace) -> None:
    """Compare so many generated sets and print figures as JSON; a part of `memory`."""
    instance = generated(outlay.read(NAME), options.count)
    before = peak_mb()
    with tempfile.TemporaryDirectory() as folder:
        comparison, seconds = timed(
            lambda: outlay.compare(
                instance,
                ["base", *(name for name in instance.sets if name.startswith("generated-"))],
                jobs=options.jobs,
                gap=options.loose,
                folder=Path(folder) / "out",
                on_progress=ticker(),
            )
        )
        files = sum(path.stat().st_size for path in (Path(folder) / "out" / "runs").iterdir())
    figures = {
        "seconds": seconds,
        "start_mb": before,
        "peak_mb": peak_mb(),
        "tables_mb": tables_mb(comparison),
        "files_mb": files / 1e6,
        "statuses": comparison.cases["status"].value_counts().to_dict(),
    }
    sys.stdout.write(json.dumps(figures) + "\n")


def generated(instance: Instance, count: int) -> Instance:
    """Return the instance with so many sets, each of which scales what there is of one resource."""
    table = instance["availability"]
    limited = zip(table.texts("resource"), table.raw("amount"), strict=True)
    resources = sorted({name for name, amount in limited if amount is not None})
    sets: dict[str, Any] = {}
    for number in range(count):
        name = resources[number % len(resources)]
        factor = LEAST + (MOST - LEAST) * (number // len(resources) + 1) / (count // len(resources) + 2)
        sets[f"generated-{number:03d}"] = {
            "title": f"{name} times {factor:.3f}",
            "change": [{"table": "availability", "where": {"resource": name}, "scale": {"amount": round(factor, 6)}}],
        }
    return instance.replace(sets=sets)


def tables_mb(comparison: Comparison) -> float:
    """Return what the tables of a comparison take, in MB."""
    tables = (comparison.table(name) for name in TABLES)
    return sum(int(table.memory_usage(deep=True).sum()) for table in tables if table is not None) / 1e6


def peak_mb() -> float:
    """Return the most memory that this process has held, in MB (solvers are processes of their own)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def _sets(instance: Instance, options: argparse.Namespace) -> list[str]:
    return options.sets.split(",") if options.sets else ["base", *instance.sets]


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """Return what work returns, and its wall time in seconds."""
    begun = time.monotonic()
    result = work()
    return result, time.monotonic() - begun


def ticker() -> Callable[[CompareProgress], None]:
    """Return a progress callback that counts cases on standard error."""

    def tell_progress(state: CompareProgress) -> None:
        sys.stderr.write(f"\r{state.done}/{state.total} {state.note}   " + ("\n" if state.done == state.total else ""))

    return tell_progress


def tell(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


PARTS: dict[str, Callable[[argparse.Namespace], None]] = {
    "ratio": ratio,
    "overhead": overhead,
    "memory": memory,
    "peak": peak,
}

if __name__ == "__main__":
    main()
