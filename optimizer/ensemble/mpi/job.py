"""What the processes of mpi-sppy are asked: a folder that all of them can read, and what they write into it.

``job.json`` says what to do, ``scenario-0000.json`` and so on what each scenario is; a process reads those that it
solves. Into the folder go ``plan.json``, what is selected now in the best plan so far, and ``bound.json``, what is said
to be proved. Each is replaced whole, so that it can be read at any moment.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from outlay.instances.formats.reading import read
from outlay.instances.formats.writing import document_text, to_document
from outlay.instances.plan import Selection
from outlay.instances.stages import Scenario
from outlay.models.risk import Risk

#: Share by which bounds of the threshold are wider than what was computed.
ROUNDING = 1e-6
JOB, PLAN, BOUND = "job.json", "plan.json", "bound.json"


@dataclass(frozen=True)
class Job:
    """What mpi-sppy is to solve.

    Attributes
    ----------
    names, probabilities
        Of the scenarios.
    open, shut
        What can be decided now in all scenarios alike, and what in none (`outlay.models.stages.Shared`).
    weight, tail, ideal
        What is maximised: ``(1 - weight)`` times the mean and ``weight`` times the mean of the worst share `tail` of
        the outcomes, each less its scenario's `ideal`.
    threshold
        (least, greatest) that the threshold of the tail can be in a best plan; None: not known.
    gap, seed, time_limit_s
        Of the whole.
    """

    names: tuple[str, ...]
    probabilities: tuple[float, ...]
    open: tuple[Selection, ...]
    shut: tuple[Selection, ...]
    weight: float
    tail: float
    ideal: tuple[float, ...]
    threshold: tuple[float | None, float | None]
    gap: float
    seed: int
    time_limit_s: float | None

    def save(self, folder: Path, scenarios: Sequence[Scenario]) -> None:
        """Write the job and its scenarios into a folder."""
        for place, one in enumerate(scenarios):
            _scenario_file(folder, place).write_text(document_text(to_document(one.instance)), encoding="utf-8")
        replace_file(folder / JOB, asdict(self))

    def scenario(self, folder: Path, place: int) -> Scenario:
        """Read one of the scenarios."""
        return Scenario(self.names[place], self.probabilities[place], read(_scenario_file(folder, place)))


def load_job(folder: Path) -> Job:
    """Read a job."""
    said: dict[str, Any] = read_file(folder / JOB) or {}
    selections = {name: tuple(Selection(*one) for one in said[name]) for name in ("open", "shut")}
    lists = {name: tuple(said[name]) for name in ("names", "probabilities", "ideal", "threshold")}
    return Job(**{**said, **lists, **selections})


def shape(risk: Risk, probabilities: Sequence[float]) -> tuple[float, float]:
    """Return the weight of the tail and its share for a measure of risk.

    The worst of finitely many outcomes is the mean of a worst share that holds one of them: a tail that keeps a
    solution for every threshold, where a row for each scenario would not.

    Examples
    --------
    >>> shape(Risk("worst"), [0.5, 0.25, 0.25]), shape(Risk("cvar", 0.75, 0.5), [0.5, 0.5])
    ((1.0, 0.25), (0.5, 0.25))
    """
    if risk.kind == "cvar":
        return risk.weight, 1 - risk.level
    return (0.0, 1.0) if risk.kind == "expected" else (1.0, min(probabilities))


def threshold_bounds(weight: float, known: float, most: Mapping[str, float], probabilities: Mapping[str, float]) -> Any:
    """Return (least, greatest) of the threshold in a plan that is no worse than one that is known.

    Parameters
    ----------
    known
        What some plan is worth by the measure; -infinity: there is none.
    most
        What each scenario can be worth at most, less its ideal.

    The worth of a plan is at most ``(1 - weight) mean + weight threshold``; the threshold is one of the outcomes.

    Examples
    --------
    >>> low, high = threshold_bounds(0.5, 8.0, {"a": 10.0, "b": 12.0}, {"a": 0.5, "b": 0.5})
    >>> round(low, 3), round(high, 3)
    (5.0, 12.0)
    """
    if weight <= 0:
        return None, None
    mean = sum(probabilities[name] * most[name] for name in most)
    low, high = (known - (1 - weight) * mean) / weight, max(most.values())
    room = [ROUNDING * max(1.0, abs(end)) for end in (low, high)]
    return low - room[0] if math.isfinite(low) else None, high + room[1] if math.isfinite(high) else None


def replace_file(path: Path, document: Any) -> None:
    """Write a file that is read by others, whole or not at all."""
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(document), encoding="utf-8")
    beside.replace(path)


def read_file(path: Path) -> Any:
    """Return what a file holds, None where there is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def _scenario_file(folder: Path, place: int) -> Path:
    return folder / f"scenario-{place:04d}.json"
