"""A repeatable search does what it did when its traces were stored: the same requests in the same order, the same plan.

A change that is to change nothing leaves them as they are. One that changes the search on purpose stores new ones:
OUTLAY_UPDATE_TRACES=1, after `python -m tests.benchmarks.traces` has shown what else it changes.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from outlay.instances.instance import Instance
from outlay.instances.samples.generating import generate
from tests.benchmarks.families.schedule import read as schedule
from tests.support.choosing import some
from tests.support.traces import trace_of

STORED = Path(__file__).with_name("traces.json")


def scheduled() -> Instance:
    made = schedule("schedule-opt-6-1")
    assert made is not None
    return made


#: By name: the instance, and its sub-problems.
CASES = {"generated": (lambda: generate(12, 3), 4), "scheduled": (scheduled, 3)}


def rough(trace: dict[str, Any]) -> dict[str, Any]:
    """Return a trace without last digits, in which machines may differ."""
    status, limit, objective, bound, message = trace["answer"]
    return {
        "requests": [[*line[:3], f"{float(line[3]):.7g}", line[4]] for line in trace["requests"]],
        "answer": [status, limit, f"{float(objective):.7g}", f"{float(bound):.7g}", message],
        "plan": trace["plan"],
    }


@pytest.mark.usefixtures("always_warm")
@pytest.mark.parametrize("name", some(CASES, {"generated"}))
def test_the_search_does_what_it_did(name: str) -> None:
    make, work = CASES[name]
    found = rough(trace_of(make(), work=work))
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    if os.environ.get("OUTLAY_UPDATE_TRACES"):
        stored |= {name: found}
        STORED.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    assert len(found["requests"]) > 4
    assert found == stored[name]
