"""Assignments with two and three objectives, as in the literature: every agent one task, every task one agent.

Profits are whole numbers from 1 to 20, drawn alike for all objectives, as usual for such instances, none of which is
copied. Names are ``2ap9-1``: objectives, agents and seed. An agent is a project that must be funded, with an
alternative a task, and a task is a resource of which there is one. The efficient vectors are found by trying every
permutation.
"""

from __future__ import annotations

import re
from itertools import permutations
from random import Random

import moocore
import numpy as np

from outlay.instances.formats.parsing import parse_document
from outlay.instances.instance import Instance

#: More agents have too many permutations.
MOST_AGENTS = 9
NAMES = ("2ap8-1", "2ap9-1", "3ap6-1", "3ap7-1")


def names() -> list[str]:
    """Return the instances, the quickest first."""
    return list(NAMES)


def profits(name: str) -> np.ndarray:
    """Return what an agent at a task is worth, shape (objectives, agents, tasks).

    Raises
    ------
    ValueError
        If it is no name, or has too many agents.
    """
    told = re.fullmatch(r"([23])ap(\d+)-(\d+)", name)
    if told is None or not 1 < int(told[2]) <= MOST_AGENTS:
        raise ValueError(f"{name!r}: write OBJECTIVESapAGENTS-SEED, of at most {MOST_AGENTS} agents")
    objectives, agents, seed = map(int, told.groups())
    dice = Random(f"assignment {objectives} {agents} {seed}")
    drawn = [dice.randint(1, 20) for _ in range(objectives * agents * agents)]
    return np.array(drawn, dtype=float).reshape(objectives, agents, agents)


def read(name: str) -> Instance | None:
    """Return an instance by name; None if it is none of these."""
    if re.fullmatch(r"[23]ap\d+-\d+", name) is None:
        return None
    worth = profits(name)
    count = worth.shape[1]
    columns = ["value", *(f"profit{number}" for number in range(2, len(worth) + 1))]
    document = {
        "instance": {
            "name": name,
            "calendar": {"start": "2026-01", "periods": 1, "months_per_period": 12},
            "metrics": {column: {} for column in columns[1:]},
        },
        "projects": [{"id": f"agent{i}", "status": "mandatory"} for i in range(count)],
        "alternatives": [
            {"project": f"agent{i}", "alternative": f"task{j}"}
            | dict(zip(columns, worth[:, i, j].tolist(), strict=True))
            for i in range(count)
            for j in range(count)
        ],
        "resources": [{"resource": f"task{j}", "kind": "other", "basis": "cumulative"} for j in range(count)],
        "availability": [{"resource": f"task{j}", "from": "2026-01", "amount": 1} for j in range(count)],
        "requirements": [
            {"project": f"agent{i}", "alternative": f"task{j}", "resource": f"task{j}", "amount": 1,
             "phase": "construction"}
            for i in range(count)
            for j in range(count)
        ],
    }  # fmt: skip
    return parse_document(document, source=name)


def objectives(name: str) -> list[str]:
    """Return what is maximised."""
    return ["max:value", *(f"max:profit{number}" for number in range(2, len(profits(name)) + 1))]


def efficient(name: str) -> set[tuple[float, ...]]:
    """Return the efficient vectors, by trying every permutation."""
    worth = profits(name)
    agents = np.arange(worth.shape[1])
    every = np.array(list(permutations(agents.tolist())))
    vectors = np.unique(worth[:, agents, every].sum(axis=2).T, axis=0)
    return {tuple(row) for row in vectors[moocore.is_nondominated(vectors, maximise=True)].tolist()}
