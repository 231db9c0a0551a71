"""Public two-stage instances as our tables: stochastic server location, and design of a network.

SIPLIB's ``sslp_SERVERS_CLIENTS_N``: servers are decided now and are projects of the first period; each client that
turns up in a scenario must be served by one of them in the second, an alternative a server; what a server cannot do is
missing, at a price. A server that is given up costs as much as one that is built. Source: Ntaimo and Sen, Journal of
Global Optimization 33(3), 2005, doi:10.1007/s10898-004-6105-9.

``network-NODES-SCENARIOS-L-NUMBER``, of mpi-sppy's data: arcs are opened now, at a fixed cost, and are projects; what
flows through them later costs by the unit. An arc is two links, of which the first uses what the project supplies, its
capacity, and the second what can only be bought, at the price of the scenario.

These are read from the folder that ``OUTLAY_BENCHMARKS`` names.

``drawn-PROJECTS-SCENARIOS``: generated projects in worlds that were drawn: craft labour, money a year, and the cost of
each project. Everything is decided now; what no longer fits is given up.

``python -m tests.benchmarks.stochastic sslp_5_25_50 --seconds 300 --engine here`` solves one and prints a line;
``--engine highs`` is HiGHS alone, as it comes, on the extensive form.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import os
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import outlay
from outlay.instances.formats.parsing import parse_document
from outlay.instances.formats.writing import to_document
from outlay.instances.stages import Scenario, scenarios_of_sets
from outlay.models.ensemble import build_ensemble
from outlay.optimizer.ensemble.session import EnsembleSession
from tests.benchmarks.data import benchmarks_folder
from tests.benchmarks.peers import Task, Teller, highs

#: Published optima, to be minimised (SIPLIB; mpi-sppy's data).
OPTIMA = {
    "sslp_5_25_50": -121.60, "sslp_5_25_100": -127.37, "sslp_10_50_50": -364.64, "network-10-10-L-01": 88_557.3,
    "network-10-10-L-02": 108_122.7, "network-10-20-L-01": 116_823.8, "network-30-10-L-01": 86_584.8,
}  # fmt: skip


#: What is uncertain about generated projects.
UNCERTAIN = {
    "factors": {
        "craft-pool": {
            "distribution": "triangular", "low": 0.75, "mode": 1, "high": 1.1,
            "change": [{"table": "availability", "where": {"resource": "labour/*"}, "scale": {"amount": "@"}}],
        },
        "money": {
            "distribution": "uniform", "low": 0.8, "high": 1.1,
            "change": [{"table": "availability", "where": {"resource": "draws"}, "scale": {"amount": "@"}}],
        },
        "overrun": {
            "distribution": "lognormal", "mean": 1.15, "sd": 0.25, "low": 0.8, "high": 2, "each": "project",
            "change": [
                {"table": "alternatives", "where": {"project": "*"}, "scale": {"commitment": "@", "value": "@"}}
            ],
        },
    }
}  # fmt: skip


@dataclass(frozen=True)
class Core:
    """A core file of SMPS: coefficients by row and column, and right-hand sides."""

    objective: dict[str, float]
    rows: dict[str, dict[str, float]]
    rhs: dict[str, float]


def folder() -> Path:
    """Return where public two-stage instances are."""
    return benchmarks_folder() / "stochastic"


def read_core(text: str) -> Core:
    """Read the rows, columns and right-hand sides of a core file."""
    section, objective, rows, rhs = "", dict[str, float](), dict[str, dict[str, float]](), dict[str, float]()
    for line in text.splitlines():
        words = line.split()
        if not words or words[0].startswith("*"):
            continue
        if not line.startswith(" "):
            section = words[0]
        elif section == "ROWS" and words[0] != "N":
            rows[words[1]] = {}
        elif section == "COLUMNS" and "'MARKER'" not in words:
            for row, value in zip(words[1::2], words[2::2], strict=True):
                (objective if row == "obj" else rows[row])[words[0]] = float(value)
        elif section == "RHS":
            rhs |= dict(zip(words[1::2], map(float, words[2::2]), strict=True))
    return Core(objective, rows, rhs)


def read_scenarios(text: str) -> Iterator[tuple[str, float, dict[str, float]]]:
    """Yield name, probability and right-hand sides of each scenario of a stoch file."""
    name, probability, rhs = "", 0.0, dict[str, float]()
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["SC"]:
            if name:
                yield name, probability, rhs
            name, probability, rhs = words[1], float(words[3]), {}
        elif name and len(words) == 3:
            rhs[words[1]] = float(words[2])
    yield name, probability, rhs


def server_location(name: str, core: Core, scenarios: list[tuple[str, float, dict[str, float]]]) -> outlay.Instance:
    """Return a server location problem as tables, each scenario as a constraint set that says who turns up."""
    servers = sorted(
        (column for column in core.objective if column.startswith("x_") and column.count("_") == 1), key=_number
    )
    capacity = {server: _capacity(core, server) for server in servers}
    clients = {row: columns for row, columns in core.rows.items() if set(columns.values()) == {1.0}}
    demand = {column: -value for columns in core.rows.values() for column, value in columns.items()
              if column.startswith("y_") and value < 0}  # fmt: skip
    most = next(-core.rhs.get(row, 0.0) for row, columns in core.rows.items() if set(columns) == set(servers))
    projects: list[dict[str, Any]] = [
        {"id": server, "sector": "servers", "value": -core.objective[server], "commitment": core.objective[server],
         "cancel_share": 1, "latest_start": "2026-01", "servers": 1}
        for server in servers
    ]  # fmt: skip
    alternatives, requirements = [], []
    for server in servers:
        requirements.append({"project": server, "resource": server, "role": "supplies", "phase": "operation",
                             "amount": capacity[server]})  # fmt: skip
    for row, columns in clients.items():
        projects.append({"id": row, "sector": "clients", "earliest_start": "2027-01"})
        for column in columns:
            served = {"project": row, "alternative": f"x_{column.split('_')[2]}"}
            alternatives.append({**served, "value": -core.objective.get(column, 0.0)})
            if demand.get(column):
                requirements.append({**served, "resource": served["alternative"], "phase": "construction",
                                     "amount": demand[column]})  # fmt: skip
    penalty = max(core.objective.values())
    document = {
        "instance": {
            "name": name, "objective": {"value": 1, "cost": -1}, "stages": {"decide_by": "2026-01"},
            "calendar": {"start": "2026-01", "periods": 2, "months_per_period": 12},
            "metrics": {"servers": {"unit": ""}},
        },
        "projects": projects,
        "alternatives": alternatives,
        "requirements": requirements,
        "resources": [{"resource": server, "kind": "other", "penalty": penalty} for server in servers],
        "availability": [{"resource": server, "from": "2026-01", "amount": 0} for server in servers],
        "limits": [{"metric": "servers", "max": most}],
        "sets": {
            scenario: {
                "force_in": [row for row in clients if rhs.get(row, core.rhs.get(row, 0.0)) > 0.5],
                "force_out": [row for row in clients if rhs.get(row, core.rhs.get(row, 0.0)) < 0.5],
            }
            for scenario, _, rhs in scenarios
        },
    }  # fmt: skip
    return parse_document(document, source=name)


def _number(column: str) -> int:
    return int(column.split("_")[1])


def _capacity(core: Core, server: str) -> float:
    return next(columns[server] for columns in core.rows.values() if columns.get(server, 0.0) > 1.0)


@dataclass(frozen=True)
class Network:
    """A network to be designed: fixed cost by arc, and probability, cost by unit, capacity and surplus by scenario."""

    fixed: dict[tuple[int, int], float]
    scenarios: list[tuple[float, dict[tuple[int, int], float], dict[tuple[int, int], float], list[float]]]


def read_network(text: str) -> Network:
    """Read a network design problem; what a node sends out is more than what comes in by its surplus."""
    lines = [line.strip() for line in text.split("\n+\n", 1)[1].splitlines() if line.strip()]
    arcs = [at for at, there in _matrix(lines[3]).items() if there]
    fixed, shares = _matrix(lines[4]), _numbers(lines[6])
    scenarios = []
    for number, share in enumerate(shares):
        _, unit, capacity, surplus = lines[7 + 4 * number : 11 + 4 * number]
        scenarios.append((share, _matrix(unit), _matrix(capacity), _numbers(surplus)))
    return Network({at: fixed[at] for at in arcs}, scenarios)


def _numbers(line: str) -> list[float]:
    return [float(word) for word in line.split(",")]


def _matrix(line: str) -> dict[tuple[int, int], float]:
    rows = enumerate(line.split(";"))
    return {(at, to): amount for at, row in rows for to, amount in enumerate(_numbers(row))}


def network_design(name: str, network: Network, number: int) -> outlay.Instance:
    """Return a network design problem as tables, as it is in one of its scenarios."""
    _, unit, capacity, surplus = network.scenarios[number]
    names = {(at, to): f"{at}-{to}" for at, to in network.fixed}
    nodes = [f"node-{node}" for node in range(len(surplus))]
    supply = {node: max(0.0, amount) for node, amount in zip(nodes, surplus, strict=True)}
    kinds = [*nodes, *(f"{what}-{arc}" for what in ("open", "paid", "middle") for arc in names.values())]
    links = []
    for at, to in network.fixed:
        arc = names[at, to]
        links.append({"link": f"in-{arc}", "from_resource": nodes[at], "to_resource": f"middle-{arc}",
                      "capacity_resource": f"open-{arc}"})  # fmt: skip
        links.append({"link": f"out-{arc}", "from_resource": f"middle-{arc}", "to_resource": nodes[to],
                      "capacity_resource": f"paid-{arc}"})  # fmt: skip
    document = {
        "instance": {
            "name": name, "objective": {"value": 1, "cost": -1}, "stages": {"decide_by": "2026-01"},
            "calendar": {"start": "2026-01", "periods": 2, "months_per_period": 12},
        },
        "projects": [
            {"id": "demand", "status": "mandatory", "earliest_start": "2027-01"},
            *({"id": arc, "value": -network.fixed[at], "commitment": network.fixed[at], "cancel_share": 1,
               "latest_start": "2026-01"} for at, arc in names.items()),
        ],
        "requirements": [
            *({"project": "demand", "resource": node, "phase": "construction", "amount": -amount}
              for node, amount in zip(nodes, surplus, strict=True) if amount < 0),
            *({"project": arc, "resource": f"open-{arc}", "role": "supplies", "phase": "operation",
               "amount": capacity[at]} for at, arc in names.items()),
        ],
        "resources": [{"resource": kind, "kind": "other"} for kind in kinds],
        "availability": [
            {"resource": kind, "from": "2026-01", "amount": supply.get(kind, 0.0)} for kind in kinds
        ],
        "links": links,
        "imports": [
            {"resource": f"paid-{arc}", "from": "2026-01", "max_per_period": capacity[at], "premium_per_unit": unit[at]}
            for at, arc in names.items()
        ],
    }  # fmt: skip
    return parse_document(document, source=name)


def network(name: str) -> list[tuple[str, float, outlay.Instance]]:
    """Return the scenarios of a public network: name, probability and instance each."""
    known = read_network((folder() / f"{name}.dat").read_text(encoding="utf-8"))
    return [
        (f"world-{number}", scenario[0], network_design(name, known, number))
        for number, scenario in enumerate(known.scenarios)
    ]


def read(name: str) -> tuple[outlay.Instance, dict[str, float]]:
    """Return a public instance of server location, and the probability of each of its scenarios."""
    core = read_core((folder() / f"{name}.cor").read_text(encoding="utf-8"))
    scenarios = list(read_scenarios((folder() / f"{name}.sto").read_text(encoding="utf-8")))
    return server_location(name, core, scenarios), {scenario: share for scenario, share, _ in scenarios}


def drawn(projects: int, count: int) -> list[tuple[str, float, outlay.Instance]]:
    """Return worlds of generated projects: name, probability and instance each."""
    document = to_document(outlay.generate(projects, 1)) | {"uncertainty": UNCERTAIN}
    worlds = outlay.draw(parse_document(document, source=f"drawn-{projects}"), draws=count)
    return [(one.name, one.probability, one.instance) for one in worlds]


def scenarios_of(name: str) -> tuple[outlay.Instance, list[Scenario]]:
    """Return an instance, and its scenarios."""
    if name.startswith("sslp"):
        instance, shares = read(name)
        return instance, list(scenarios_of_sets(instance, list(shares), shares))
    kind, *numbers = name.split("-")
    found = network(name) if kind == "network" else drawn(*map(int, numbers))
    return found[0][2], [Scenario(*one) for one in found]


def solved(name: str, **options: Any) -> outlay.EnsembleSolution:
    """Return what is found for an instance."""
    instance, scenarios = scenarios_of(name)
    return outlay.solve_ensemble(instance, scenarios, **options)


def by_highs(name: str, *, seconds: float, threads: int, gap: float) -> tuple[float, float]:
    """Return what HiGHS alone finds on the extensive form, and its bound, in so many seconds of its own."""
    session = EnsembleSession(build_ensemble(*scenarios_of(name)))
    level, out = session.level(), io.StringIO()
    problem = replace(session.problem, cost=level.cost, offset=level.offset)
    highs.solve(Task(name, problem, seconds, gap, threads, 1), Teller(out))
    told = [line for line in map(json.loads, out.getvalue().splitlines()) if "value" in line]
    last = told[-1] if told else {"value": math.nan, "bound": math.nan}
    return last["value"] * level.unit, last["bound"] * level.unit


def main() -> None:
    """Solve one and print what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name", help=f"{', '.join(OPTIMA)}, or drawn-PROJECTS-SCENARIOS")
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--engine", choices=["here", "mpi-sppy", "highs"], default="here")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    began = time.monotonic()
    if asked.engine == "highs":
        best, bound = by_highs(asked.name, seconds=asked.seconds, threads=asked.jobs, gap=1e-4)
        said = f"{best:.6g}, bound {bound:.6g}"
    else:
        found = solved(asked.name, time_limit=asked.seconds, jobs=asked.jobs, engine=asked.engine, gap=1e-4)
        said = f"{found.objective}, bound {found.bound}, {found.status}, "
        said += "verified" if found.verified else "NOT VERIFIED"
    known = f" of {-OPTIMA[asked.name]} published" if asked.name in OPTIMA else ""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu, memory = sum(one.ru_utime + one.ru_stime for one in used), [one.ru_maxrss / 1e6 for one in used]
    sys.stdout.write(
        f"{asked.name} {asked.engine}: {said}{known}; {time.monotonic() - began:.0f} s, {cpu:.0f} s of CPU, "
        f"{memory[0]:.2f} GB here, {memory[1]:.2f} GB the largest child; load {os.getloadavg()[0]:.1f}\n"
    )


if __name__ == "__main__":
    main()
