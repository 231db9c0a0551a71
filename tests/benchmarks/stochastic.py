"""Public two-stage instances as our tables: stochastic server location (SIPLIB's ``sslp_SERVERS_CLIENTS_N``).

Servers are decided now and are projects of the first period; each client that turns up in a scenario must be served by
one of them in the second, an alternative a server; what a server cannot do is missing, at a price. A server that is
given up costs as much as one that is built. Source: Ntaimo and Sen, Journal of Global Optimization 33(3), 2005,
doi:10.1007/s10898-004-6105-9; read from the folder that ``OUTLAY_BENCHMARKS`` names.

``python -m tests.benchmarks.stochastic sslp_5_25_50 --seconds 300 --engine here`` solves one and prints a line.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import outlay
from outlay.instances.formats.parsing import parse_document
from tests.benchmarks.data import benchmarks_folder

#: Published optima, to be minimised (SIPLIB).
OPTIMA = {"sslp_5_25_50": -121.60, "sslp_5_25_100": -127.37, "sslp_10_50_50": -364.64}


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


def read(name: str) -> tuple[outlay.Instance, dict[str, float]]:
    """Return a public instance, and the probability of each of its scenarios."""
    core = read_core((folder() / f"{name}.cor").read_text(encoding="utf-8"))
    scenarios = list(read_scenarios((folder() / f"{name}.sto").read_text(encoding="utf-8")))
    return server_location(name, core, scenarios), {scenario: share for scenario, share, _ in scenarios}


def main() -> None:
    """Solve one and print what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=OPTIMA)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--engine", default="here")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    instance, shares = read(asked.name)
    began = time.monotonic()
    found = outlay.solve_ensemble(
        instance, list(shares), probabilities=shares, time_limit=asked.seconds, jobs=asked.jobs, engine=asked.engine,
        gap=1e-4,
    )  # fmt: skip
    memory = (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss,
    )
    best, published = found.objective, -OPTIMA[asked.name]
    sys.stdout.write(
        f"{asked.name} {asked.engine}: {best} of {published} published, bound {found.bound}, {found.status}, "
        f"{'verified' if found.verified else 'NOT VERIFIED'}, {time.monotonic() - began:.0f} s, "
        f"{memory[0] / 1e6:.2f} GB here, {memory[1] / 1e6:.2f} GB the largest child; load {os.getloadavg()[0]:.1f}\n"
    )


if __name__ == "__main__":
    main()
