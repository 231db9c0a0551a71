"""Whether a change of the code changes what the search does: ``python -m tests.benchmarks.traces FILE``.

Writes the traces of ``--effort repeat`` on twelve instances of four kinds into FILE, or, where they are there already,
compares with them: the same requests to the solver in the same order, the same points, bounds and plans. Record before
a change, compare after it. Both on one machine: another one may round otherwise.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import click

from tests.benchmarks.families import read
from tests.support.traces import trace_of

#: Instance and sub-problems, by kind: bundled, generated, knapsacks, schedules.
INSTANCES = {
    "scale-20-3": 6,
    "us-japan-550": 4,
    "schedule-opt-12-2": 2,
    "mknap1-7": 4,
    "mknapcb1-1": 3,
    "mknapcb1-7": 3,
    "scale-40-1": 8,
    "scale-60-2": 4,
    "schedule-8-1": 2,
    "scale-80-3": 3,
    "synergy-100-1": 2,
    "mknap2-5": 4,
}


@click.command(help=__doc__)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--only", multiple=True, help="instances, if not all")
def main(file: Path, only: tuple[str, ...]) -> None:
    """Record, or compare."""
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    other = 0
    for name in only or INSTANCES:
        begun = time.monotonic()
        found = json.loads(json.dumps(trace_of(read(name), work=INSTANCES[name])))
        word = "recorded" if name not in known else "the same" if known[name] == found else "OTHER"
        other += word == "OTHER"
        click.echo(f"{name:20} {len(found['requests']):4} requests {time.monotonic() - begun:6.1f} s  {word}")
        if word == "recorded":
            known[name] = found
            file.write_text(json.dumps(known, indent=1), encoding="utf-8")
        elif word == "OTHER":
            click.echo(_first_difference(known[name], found))
    sys.exit(1 if other else 0)


def _first_difference(known: dict[str, Any], found: dict[str, Any]) -> str:
    """Return where two traces part."""
    for number, (one, other) in enumerate(zip(known["requests"], found["requests"], strict=False)):
        if one != other:
            return f"  request {number}: {one}, now {other}"
    many = len(known["requests"]), len(found["requests"])
    return f"  {many[0]} requests, now {many[1]}: {known['answer']}, now {found['answer']}"


if __name__ == "__main__":
    main()
