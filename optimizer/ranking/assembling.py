"""From nested plans and the best plan of each level to the list, what it costs that it is one, and its tables."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence

import pandas as pd

from outlay.instances.instance import Instance
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.ensemble.members import Asked, Members, interval_of
from outlay.optimizer.ensemble.session import Together
from outlay.optimizer.ranking.ranking import LEVELS, PROJECTS, Ranking
from outlay.optimizer.tolerances import NOTHING
from outlay.optimizer.variation.limit import Limit
from outlay.optimizer.variation.varied_answer import VariedAnswer


def ranking_of(
    instance: Instance,
    limit: Limit,
    members: Members,
    found: Together,
    best: Mapping[str, VariedAnswer],
    *,
    asked: Asked,
    began: float,
) -> Ranking:
    """Return the ranking of nested plans, beside the best plan of each level."""
    runs = {
        name: members.solution(name, plan, found.worths[name], bound=best[name].bound, began=began, asked=asked)
        for name, plan in found.plans.items()
    }
    tables = {}
    if found.plans:
        tables = {"levels": _levels(members, runs, best), "projects": _projects(instance, runs, best)}
    scenarios = members.scenarios
    options = {
        "limit": limit.name,
        "levels": [one.name for one in scenarios],
        "weights": [one.probability for one in scenarios],
        "gap": asked.gap,
        "seed": asked.seed,
        "time_limit_s": asked.time_limit,
    }
    return Ranking(
        instance=instance,
        limit=limit.name,
        unit=limit.unit,
        status=found.status,
        stopped_by=found.limit,
        message=found.message,
        objective=found.objective,
        bound=found.bound,
        gap=found.gap,
        runs=runs,
        violations=tuple((name, one.sentence) for name, one in found.violations),
        tables=tables,
        options=options,
        times_s={"solver": found.seconds, "total": time.monotonic() - began},
    )


def _levels(members: Members, runs: Mapping[str, Solution], best: Mapping[str, VariedAnswer]) -> pd.DataFrame:
    rows, before = [], set[str]()
    for one in members.scenarios:
        run = runs[one.name]
        assert run.plan is not None
        assert run.objective is not None
        least, most = interval_of(best[one.name])
        if least <= run.objective + NOTHING * max(1.0, abs(run.objective)):
            least = run.objective  # the list is a plan for the level, too
        most = max(most, least)
        funded = {choice.project for choice in run.plan.choices}
        plan = best[one.name].plan
        lost = sorted({choice.project for choice in plan.choices} - funded) if plan is not None else []
        price = max(0.0, least - run.objective)
        rows.append(
            [float(one.name), one.probability, run.objective, least, most, price, most - run.objective, len(funded),
             "; ".join(sorted(funded - before)), "; ".join(lost)]
        )  # fmt: skip
        before = funded
    return pd.DataFrame(rows, columns=list(LEVELS))


def _projects(instance: Instance, runs: Mapping[str, Solution], best: Mapping[str, VariedAnswer]) -> pd.DataFrame:
    table = instance["projects"]
    names = dict(zip(table.texts("id"), table.texts("name"), strict=True))
    mark: dict[str, tuple[int, str, str]] = {}
    for place, (level, run) in enumerate(runs.items()):
        assert run.plan is not None
        for choice in run.plan.choices:
            mark.setdefault(choice.project, (place, level, choice.alternative))
    alone = {name: [level for level, found in best.items() if _holds(found, name)] for name in mark}
    order = sorted(mark, key=lambda name: (mark[name][0], -len(alone[name]), name))
    money = _commitments(runs)
    rows = [
        [place, name, names[name] or name, mark[name][2], float(mark[name][1]), money.get(name, math.nan),
         "; ".join(alone[name])]
        for place, name in enumerate(order, start=1)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(PROJECTS))


def _holds(found: VariedAnswer, project: str) -> bool:
    return found.plan is not None and any(choice.project == project for choice in found.plan.choices)


def _commitments(runs: Mapping[str, Solution]) -> dict[str, float]:
    """Return what each project asks for where it first comes in."""
    money: dict[str, float] = {}
    for run in runs.values():
        frame = run.tables.get("projects")
        if frame is None or not len(frame):
            continue
        for project, amount in _pairs(frame):
            money.setdefault(project, amount)
    return money


def _pairs(frame: pd.DataFrame) -> Sequence[tuple[str, float]]:
    funded = frame[frame["funded"]]
    return list(zip(funded["project"], funded["commitment"], strict=True))
