"""From nested plans and the best plan of each level to the list, what it costs that it is one, and its tables."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from outlay.instances.instance import Instance
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.answer.tables import commitments_of
from outlay.optimizer.ensemble.members import Asked, Members, interval_of
from outlay.optimizer.ensemble.session import Together
from outlay.optimizer.ranking.ranking import LEVELS, PROJECTS, Ranking
from outlay.optimizer.status import Status
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
        tables = {"levels": _levels(members, runs, best), "projects": _projects(instance, members, runs, best)}
    scenarios = members.scenarios
    options = _options(limit.name, [one.name for one in scenarios], [one.probability for one in scenarios], asked)
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


def unmade(
    instance: Instance, limit: str, levels: Sequence[str], weights: Sequence[float], *, asked: Asked, began: float
) -> Ranking:
    """Return the answer where the time was over before there was a model of each level."""
    seconds = time.monotonic() - began
    message = (
        f"the time limit was over before the models of {len(levels)} levels were made, after {seconds:.1f} s, so "
        "nothing was solved"
    )
    return Ranking(
        instance=instance,
        limit=limit,
        unit="",
        status=Status.STOPPED,
        stopped_by="time",
        message=message,
        options=_options(limit, levels, weights, asked),
        times_s={"total": seconds},
    )


def _options(limit: str, levels: Sequence[str], weights: Sequence[float], asked: Asked) -> dict[str, Any]:
    """Return how it was asked."""
    return {
        "limit": limit,
        "levels": list(levels),
        "weights": list(weights),
        "gap": asked.gap,
        "seed": asked.seed,
        "time_limit_s": asked.time_limit,
    }


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


def _projects(
    instance: Instance, members: Members, runs: Mapping[str, Solution], best: Mapping[str, VariedAnswer]
) -> pd.DataFrame:
    table = instance["projects"]
    names = dict(zip(table.texts("id"), table.texts("name"), strict=True))
    mark: dict[str, tuple[int, str, str]] = {}
    for place, (level, run) in enumerate(runs.items()):
        assert run.plan is not None
        for choice in run.plan.choices:
            mark.setdefault(choice.project, (place, level, choice.alternative))
    alone = {name: [level for level, found in best.items() if _holds(found, name)] for name in mark}
    order = sorted(mark, key=lambda name: (mark[name][0], -len(alone[name]), name))
    money = _commitments(members, runs)
    rows = [
        [place, name, names[name] or name, mark[name][2], float(mark[name][1]), money.get(name, math.nan),
         "; ".join(alone[name])]
        for place, name in enumerate(order, start=1)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(PROJECTS))


def _holds(found: VariedAnswer, project: str) -> bool:
    return found.plan is not None and any(choice.project == project for choice in found.plan.choices)


def _commitments(members: Members, runs: Mapping[str, Solution]) -> dict[str, float]:
    """Return what each project asks for where it first comes in.

    Of the tables of a run nothing else is told, and to make them all takes longer than many a list does.
    """
    money: dict[str, float] = {}
    for name, run in runs.items():
        assert run.plan is not None
        money = {**commitments_of(members.over[name].case, run.plan), **money}
    return money
