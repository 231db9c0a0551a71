"""Read the folder of plans for several scenarios back, believing nothing in it.

Every run file is checked as any other is (`outlay.optimizer.record`). What is said of them together (the measure of
risk, what is decided now, the tables) must follow from them. As recorded, for nobody can repeat it: bounds, candidates,
values of information as far as they rest on bounds, times and messages.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from typing import Any, Literal

from outlay.instances.errors import InputError
from outlay.instances.formats.output import as_path
from outlay.instances.formats.reading import MAX_FILE_MB
from outlay.instances.instance import Instance
from outlay.instances.stages import Linking, Scenario, check_scenarios
from outlay.models.risk import parse_risk
from outlay.optimizer.answer.documents import finite, plain_table, table_document
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.ensemble.answer import (
    MARKER,
    EnsembleSolution,
    Interval,
    project_table,
    scenario_table,
)
from outlay.optimizer.record.recheck import table_differences
from outlay.optimizer.record.run_schema import SelectionPart, TablePart
from outlay.optimizer.status import Status
from outlay.optimizer.together.folder import Kind, broken_rules, false_figures
from outlay.optimizer.together.plans import TogetherPart
from outlay.optimizer.verify.linking import verify_linking

#: What the instance as it is is called among scenarios.
BASE = "base"
REMEDY = "solve again: outlay solve INSTANCE --scenarios ... -o FOLDER"
Pair = list[float | None]
#: Tables that nobody can repeat from the plans.
AS_RECORDED = ("candidates", "factors", "replications")


class EnsemblePart(TogetherPart):
    """What ``ensemble.json`` holds."""

    format: Literal["outlay ensemble 1"]
    risk: str
    scenarios: dict[str, float]
    best: dict[str, Pair]
    ideal: dict[str, float]
    values: dict[str, Pair]
    selected: list[SelectionPart]
    tables: dict[Literal["scenarios", "projects", "candidates", "factors", "replications"], TablePart]
    options: dict[str, float | int | str | None]
    sizes: dict[str, int]


ENSEMBLE = Kind(MARKER, EnsemblePart, member="scenario", command="solve --scenarios", remedy=REMEDY)


def load_ensemble(path: str | Path, *, max_file_mb: float = MAX_FILE_MB) -> EnsembleSolution:
    """Return what `EnsembleSolution.save` wrote, verified again.

    `violations` is what is found now: of each plan, of what links them, and every claim of the folder that is false.

    Raises
    ------
    InputError
        If the folder or a file in it is missing, no such folder, or damaged.
    """
    path = as_path(path, "load_ensemble")
    document = ENSEMBLE.said(path, max_file_mb)
    runs = ENSEMBLE.runs_of(path, document["runs"], max_file_mb=max_file_mb)
    return _Reading(document, runs).solution(Path(path))


class _Reading:
    """A document whose types are right, and its runs, each checked by itself."""

    def __init__(self, document: Mapping[str, Any], runs: Mapping[str, Solution]) -> None:
        self.document, self.runs = document, runs
        self.best = {name: _interval(pair, -math.inf) for name, pair in document["best"].items()}
        if runs and list(runs) != list(document["scenarios"]):
            raise InputError.single(MARKER, "the runs are not those of the scenarios", REMEDY, column="runs")

    def solution(self, folder: Path) -> EnsembleSolution:
        """Return the solution, with everything that is false as a violation."""
        said, runs = self.document, self.runs
        false = broken_rules(runs)
        tables = {}
        if runs and not false:
            first = next(iter(runs.values())).instance
            tables = {
                "scenarios": scenario_table(said["scenarios"], runs, self.best),
                "projects": project_table(first, said["scenarios"], runs),
            }
            false += [("", sentence) for sentence in self._false(tables)]
            tables |= {name: plain_table(said["tables"][name]) for name in AS_RECORDED if name in said["tables"]}
        if not runs:
            raise InputError.single(str(folder), "no plan was found when it was written", REMEDY)
        kept = ("risk", "scenarios", "stopped_by", "message", "objective", "bound", "gap", "ideal")
        return EnsembleSolution(
            instance=_told_of(runs),
            exemplary=BASE not in runs,
            status=Status(said["status"]),
            runs=runs,
            best=self.best,
            values={name: _interval(pair, math.inf) for name, pair in said["values"].items()},
            violations=tuple(false),
            tables=tables if not false else {},
            **{name: said[name] for name in (*kept, "options", "times_s", "sizes")},
        )

    def _false(self, tables: Mapping[str, Any]) -> Iterator[str]:
        """Yield each thing that is said of the plans together and does not follow from them."""
        said, runs = self.document, self.runs
        scenarios = [Scenario(name, said["scenarios"][name], run.instance) for name, run in runs.items()]
        try:
            check_scenarios(scenarios[0].instance, scenarios)
        except InputError as error:
            yield str(error)
            return
        members = [(name, run.instance, run.plan) for name, run in runs.items() if run.plan is not None]
        yield from (one.sentence for one in verify_linking(members, Linking.NOW))
        worth = self._worth(scenarios)
        yield from false_figures(said, worth)
        for name, table in tables.items():
            recorded = said["tables"].get(name)
            if recorded is None:
                yield f"the table {name} is missing"
                continue
            due = finite(table_document(table))
            yield from (one.sentence for one in table_differences(recorded, due, f"tables.{name}"))

    def _worth(self, scenarios: list[Scenario]) -> float:
        risk, said = parse_risk(self.document["risk"]), self.document
        worths = [float(self.runs[one.name].objective or 0.0) for one in scenarios]
        ideal = None
        if risk.kind == "regret":
            if any(one.name not in said["ideal"] for one in scenarios):
                raise InputError.single(MARKER, "what the regret is held against is missing", REMEDY, column="ideal")
            ideal = [said["ideal"][one.name] for one in scenarios]
        return risk.value(worths, [one.probability for one in scenarios], ideal)


def _told_of(runs: Mapping[str, Solution]) -> Instance:
    """Return the instance as it is, if it is a scenario; else the first one's, with the sets that all of them have."""
    if BASE in runs:
        return runs[BASE].instance
    instance = next(iter(runs.values())).instance
    every = [_sets_before(name, run.instance.settings.applied.sets) for name, run in runs.items()]
    common = tuple(names[0] for names in takewhile(lambda names: len(set(names)) == 1, zip(*every, strict=False)))
    applied = instance.settings.applied.model_copy(update={"sets": common})
    return replace(instance, settings=instance.settings.model_copy(update={"applied": applied}))


def _sets_before(name: str, applied: tuple[str, ...]) -> tuple[str, ...]:
    """Return the constraint sets that were applied before those that a scenario is called after."""
    own = tuple(part.strip() for part in name.split("+"))
    return applied[: -len(own)] if applied[-len(own) :] == own else applied


def _interval(pair: Pair, unknown: float) -> Interval:
    """Return (least, at most); what JSON could not hold is infinite."""
    low, high = pair
    return (unknown if low is None else low, math.inf if high is None else high)
