"""Frontiers beside the loop that people write today: ``python -m tests.benchmarks.frontier 2kp50 [--jobs 2]``.

The rival is the epsilon-constraint method in plain Python over Pyomo's ``highs``: two profits, whole numbers, so that
the second one is a small part of the objective and its floor rises by 1 from one solve to the next. Both must find the
published efficient vectors. Assignments have no rival here: their vectors are found by trying every permutation.
"""

from __future__ import annotations

import sys
import time

import click
import pyomo.environ as pyo

import outlay
from tests.benchmarks.families import assignments, trade_offs

#: Where an instance comes from, by its name.
FAMILIES = {name: family for family in (trade_offs, assignments) for name in family.NAMES}


def rival(name: str) -> tuple[set[tuple[float, ...]], float, int]:
    """Return the vectors that the loop finds, its seconds, and its number of solves."""
    instance = trade_offs.read(name)
    assert instance is not None
    began = time.perf_counter()
    projects, rows = instance["projects"], instance["requirements"].records()
    profits = [projects.floats(metric) for metric in ("value", "profit2")]
    model = pyo.ConcreteModel()
    ids = projects.texts("id")
    model.x = pyo.Var(ids, domain=pyo.Binary)
    use: dict[str, list[object]] = {}
    for row in rows:
        use.setdefault(str(row["resource"]), []).append(float(str(row["amount"])) * model.x[row["project"]])
    amounts = dict(
        zip(instance["availability"].texts("resource"), instance["availability"].floats("amount"), strict=True)
    )
    model.limit = pyo.Constraint(list(use), rule=lambda _, resource: sum(use[resource]) <= amounts[resource])
    first, second = (sum(p * model.x[i] for p, i in zip(each, ids, strict=True)) for each in profits)
    model.floor = pyo.Param(mutable=True, initialize=0.0)
    model.kept = pyo.Constraint(expr=second >= model.floor)
    model.best = pyo.Objective(expr=first + second / (sum(profits[1]) + 1), sense=pyo.maximize)
    solver = pyo.SolverFactory("highs", options={"mip_rel_gap": 0.0})
    found: set[tuple[float, ...]] = set()
    solves = 0
    while True:
        solves += 1
        result = solver.solve(model, load_solutions=False)
        if result.solver.termination_condition != pyo.TerminationCondition.optimal:
            break
        model.solutions.load_from(result)
        point = (float(round(pyo.value(first))), float(round(pyo.value(second))))
        found.add(point)
        model.floor = point[1] + 1
    return found, time.perf_counter() - began, solves


def ours(name: str, jobs: int) -> tuple[outlay.Frontier, float]:
    """Return our frontier and its seconds, reading and compiling included; modules are loaded, as the rival's are."""
    family = FAMILIES[name]
    frontier = outlay.frontier
    began = time.perf_counter()
    found = frontier(family.read(name), family.objectives(name), tolerance=0, jobs=jobs)
    return found, time.perf_counter() - began


def vectors(frontier: outlay.Frontier) -> set[tuple[float, ...]]:
    """Return the points of a frontier."""
    names = [each.name for each in frontier.objectives]
    return {tuple(row) for row in frontier.points[names].to_numpy(dtype=float).tolist()}


@click.command()
@click.argument("names", nargs=-1, required=True, type=click.Choice(list(FAMILIES)))
@click.option("--jobs", type=click.IntRange(1), default=2, show_default=True)
def main(names: tuple[str, ...], jobs: int) -> None:
    """Measure both, and say whether they found what is published."""
    right = True
    for name in names:
        published = FAMILIES[name].efficient(name)
        frontier, seconds = ours(name, jobs)
        right &= frontier.complete and vectors(frontier) == published
        times = frontier.times_s
        line = f"{name}: published {len(published)}; ours {len(frontier.points)}, complete {frontier.complete}, "
        line += f"{times['questions']:.0f} questions, {times['solver']:.1f} s of the solver, {seconds:.1f} s"
        click.echo(line)
        if name in trade_offs.NAMES and len(trade_offs.objectives(name)) == 2:
            found, seconds, solves = rival(name)
            click.echo(f"{name}: rival {len(found)}, same {found == published}, {solves} solves, {seconds:.1f} s")
    sys.exit(0 if right else 1)


if __name__ == "__main__":
    main()
