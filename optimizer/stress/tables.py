"""The tables of a stress test, from what became of each plan in each world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from outlay.instances.instance import Instance
from outlay.instances.plan import Choice, Plan
from outlay.optimizer.stress import statistics
from outlay.optimizer.stress.sensitivity import ends, first_order, largest_by_chance, value_of_knowing
from outlay.optimizer.stress.task import Outcome
from outlay.optimizer.tolerances import TIE
from outlay.optimizer.uncertainty.draws import SCENARIO, Draws

#: Metrics that are a burden by themselves, whatever weighs them.
_BURDENS = frozenset({"cost", "credit", "commitment"})


@dataclass(frozen=True)
class Sample:
    """Plans, worlds, and what became of each plan in each; worlds that were not reached are absent.

    Attributes
    ----------
    instance, plans, draws
        What was stressed, which plans by name, and in which worlds.
    outcomes
        (draw, plan) to what became of it.
    """

    instance: Instance
    plans: Mapping[str, Plan]
    draws: Draws
    outcomes: Mapping[tuple[str, str], Outcome]

    @cached_property
    def weights(self) -> np.ndarray:
        """Probability of each draw."""
        return np.array([one.probability for one in self.draws], dtype=float)

    @cached_property
    def payoffs(self) -> np.ndarray:
        """Objective of each plan in each draw, shape (draws, plans); NaN where it is not carried out."""
        found = np.full((len(self.draws), len(self.plans)), np.nan)
        for row, one in enumerate(self.draws):
            for column, plan in enumerate(self.plans):
                outcome = self.outcomes.get((one.name, plan))
                if outcome is not None and outcome.objective is not None:
                    found[row, column] = outcome.objective
        return found

    def held(self, plan: str) -> list[tuple[int, Outcome]]:
        """Return (number of the draw, outcome) where a plan was carried out."""
        found = ((row, self.outcomes.get((one.name, plan))) for row, one in enumerate(self.draws))
        return [(row, outcome) for row, outcome in found if outcome is not None and outcome.holds]

    @cached_property
    def factors(self) -> dict[str, np.ndarray]:
        """Values of each single draw, and of the scenario as its number, over the draws."""
        table = self.draws.values
        found = {one.name: table[one.name].to_numpy(dtype=float) for one in self.draws.dimensions}
        if SCENARIO in table.columns:
            names = list(self.draws.instance.uncertainty["scenarios"])
            found = {SCENARIO: np.array([names.index(name) for name in table[SCENARIO]], dtype=float), **found}
        return found


def tables_of(sample: Sample) -> dict[str, pd.DataFrame]:
    """Return every table."""
    return {
        "plans": plans_table(sample),
        "metrics": metrics_table(sample),
        "projects": projects_table(sample),
        "limits": limits_table(sample),
        "factors": factors_table(sample),
        "knowing": knowing_table(sample),
        "outcomes": outcomes_table(sample),
        "failed": failed_table(sample),
    }


def _figures(values: np.ndarray, weights: np.ndarray, *, enumerated: bool, tail: str = "lowest") -> dict[str, Any]:
    if not len(values):
        return {}
    sign = -1.0 if tail == "highest" else 1.0
    alone = len(values) < 2 and not enumerated  # one draw says nothing of how others would differ
    spread = np.nan if alone else statistics.deviation(values, weights)
    return {
        "mean": statistics.mean(values, weights),
        "se": 0.0 if enumerated else spread / np.sqrt(len(values)),
        "sd": spread,
        "min": float(values.min()),
        **{f"p{100 * level:g}": statistics.quantile(values, weights, level) for level in statistics.LEVELS},
        "max": float(values.max()),
        "cvar10": sign * statistics.cvar(sign * values, weights),
    }


FIGURES = ("mean", "se", "sd", "min", *(f"p{100 * level:g}" for level in statistics.LEVELS), "max", "cvar10")


def plans_table(sample: Sample) -> pd.DataFrame:
    """Return a row a plan: draws, failed, unproved, figures of the objective, best (probability) and regret."""
    enumerated = not sample.draws.dimensions
    top = np.nanmax(np.where(np.isnan(sample.payoffs), -np.inf, sample.payoffs), axis=1, initial=-np.inf)
    records = []
    for column, plan in enumerate(sample.plans):
        own = sample.payoffs[:, column]
        known = ~np.isnan(own)
        reached = [sample.outcomes.get((one.name, plan)) for one in sample.draws]
        record: dict[str, Any] = {
            "plan": plan,
            "draws": sum(outcome is not None for outcome in reached),
            "failed": sum(outcome is not None and not outcome.holds for outcome in reached),
            "unproved": sum(outcome is not None and outcome.holds and not outcome.status.proved for outcome in reached),
            **_figures(own[known], sample.weights[known], enumerated=enumerated),
        }
        if known.any() and len(sample.plans) > 1:
            lost = top[known] - own[known]
            as_good = lost <= TIE * np.maximum(1.0, np.abs(top[known]))
            asked = np.isfinite(top)
            record["best"] = float(sample.weights[known] @ as_good / sample.weights[asked].sum())
            record["regret"] = statistics.mean(lost, sample.weights[known])
            record["most_regret"] = float(lost.max())
        records.append(record)
    columns = ["plan", "draws", "failed", "unproved", *FIGURES, "best", "regret", "most_regret"]
    return pd.DataFrame(records, columns=columns)


def metrics_table(sample: Sample) -> pd.DataFrame:
    """Return a row a plan and metric: unit, figures; cvar10 is the mean of the worst tenth, of the `tail`."""
    weights = sample.instance.objective_levels[0].weights
    records = []
    for plan in sample.plans:
        held = sample.held(plan)
        at = sample.weights[[row for row, _ in held]] if held else np.zeros(0)
        for metric in held[0][1].metrics if held else ():
            values = np.array([outcome.metrics.get(metric, np.nan) for _, outcome in held])
            if np.isnan(values).any():
                continue
            burden = weights.get(metric, 0) < 0 or (metric in _BURDENS and metric not in weights)
            tail = "highest" if burden else "lowest"
            figures = _figures(values, at, enumerated=not sample.draws.dimensions, tail=tail)
            records.append(
                {"plan": plan, "metric": metric, "unit": sample.instance.metric_unit(metric), **figures, "tail": tail}
            )
    return pd.DataFrame(records, columns=["plan", "metric", "unit", *FIGURES, "tail"])


def projects_table(sample: Sample) -> pd.DataFrame:
    """Return a row a plan and project: what was planned, and how likely it is built, cancelled, later, by how much."""
    rows = sample.instance["projects"]
    names = dict(zip(rows.texts("id"), rows.texts("name"), strict=True))
    size = sample.instance.months_per_period
    records = []
    for plan, decided in sample.plans.items():
        held = sample.held(plan)
        at = sample.weights[[row for row, _ in held]] if held else np.zeros(0)
        planned = {choice.project: choice for choice in decided.choices}
        seen = [{choice.project: choice for choice in outcome.plan.choices} for _, outcome in held if outcome.plan]
        for project in sorted({*planned, *(name for each in seen for name in each)}):
            first = planned.get(project)
            cancelled = np.array([project in outcome.cancelled for _, outcome in held], dtype=bool)
            built = np.array([project in each for each in seen], dtype=bool) & ~cancelled
            moved = np.array([_moved(first, each.get(project)) * size for each in seen], dtype=float)
            scale = np.array([each[project].scale if project in each else 0.0 for each in seen], dtype=float)
            later, earlier = (moved > 0) & built, (moved < 0) & built
            records.append(
                {
                    "plan": plan,
                    "project": project,
                    "name": names.get(project) or project,
                    "alternative": first.alternative if first else "",
                    "planned": sample.instance.period_label(first.start) if first else "",
                    "built": _chance(built, at),
                    "cancelled": _chance(cancelled, at),
                    "later": _chance(later, at),
                    "later_months": _mean(moved, at, later),
                    "most_later_months": float(moved[later].max()) if later.any() else 0.0,
                    "earlier": _chance(earlier, at),
                    "scale": _mean(scale, at, built),
                }
            )
    columns = ["plan", "project", "name", "alternative", "planned", "built", "cancelled", "later", "later_months",
               "most_later_months", "earlier", "scale"]  # fmt: skip
    return pd.DataFrame(records, columns=columns)


def _moved(planned: Choice | None, found: Choice | None) -> int:
    return found.start - planned.start if planned is not None and found is not None else 0


def _chance(flags: np.ndarray, weights: np.ndarray) -> float | None:
    return float(weights @ flags / weights.sum()) if len(flags) else None


def _mean(values: np.ndarray, weights: np.ndarray, where: np.ndarray) -> float | None:
    return statistics.mean(values[where], weights[where]) if where.any() else None


def limits_table(sample: Sample) -> pd.DataFrame:
    """Return a row a plan and limit: how likely it binds, and, if it is soft, is broken; the likeliest first."""
    records: list[list[Any]] = []
    for plan in sample.plans:
        held = sample.held(plan)
        at = sample.weights[[row for row, _ in held]] if held else np.zeros(0)
        families = {limit: family for _, outcome in held for limit, family in outcome.binds}
        short = {name for _, outcome in held for name in outcome.short}
        for limit in sorted({*families, *short}):
            binds = np.array([any(limit == name for name, _ in outcome.binds) for _, outcome in held], dtype=bool)
            broken = np.array([limit in outcome.short for _, outcome in held], dtype=bool)
            family = families.get(limit) or sample.instance.family_of(limit)
            records.append([plan, limit, family, _chance(binds, at), _chance(broken, at)])
    records.sort(key=lambda row: (list(sample.plans).index(row[0]), -max(row[3], row[4]), row[1]))
    return pd.DataFrame(records, columns=["plan", "limit", "family", "binds", "broken"])


def factors_table(sample: Sample) -> pd.DataFrame:
    """Return a row a plan and single draw: first-order index and its error, means at both ends; the widest first."""
    titles = {
        name: str(body.get("title", "")) for name, body in sample.draws.instance.uncertainty.get("factors", {}).items()
    }
    records: list[list[Any]] = []
    for column, plan in enumerate(sample.plans):
        own = sample.payoffs[:, column]
        known = ~np.isnan(own)
        found: list[list[Any]] = []
        given = [values[known] for values in sample.factors.values()]
        chance = largest_by_chance(given, own[known], sample.weights[known]) if known.any() else 0.0
        for name, values in sample.factors.items() if known.any() else ():
            index = first_order(values[known], own[known], sample.weights[known])
            low, high = ends(values[known], own[known], sample.weights[known])
            title = titles.get(name.partition("/")[0], "")
            found.append([plan, name, title, index.share, index.error, chance, low, high, high - low])
        records += sorted(found, key=lambda row: (-abs(row[-1]), row[1]))
    return pd.DataFrame(
        records, columns=["plan", "factor", "title", "index", "index_se", "index_chance", "low", "high", "swing"]
    )


def knowing_table(sample: Sample) -> pd.DataFrame:
    """Return what knowing each factor first is worth over the plans, and everything; empty with one plan."""
    columns = ["factor", "title", "value", "chance"]
    whole = ~np.isnan(sample.payoffs).any(axis=1)
    if len(sample.plans) < 2 or not whole.any():
        return pd.DataFrame([], columns=columns)
    payoffs, weights = sample.payoffs[whole], sample.weights[whole]
    titles = sample.draws.instance.uncertainty.get("factors", {})
    best = float((weights / weights.sum() @ payoffs).max())
    every = float(weights / weights.sum() @ payoffs.max(axis=1)) - best
    records: list[list[Any]] = []
    for name, values in sample.factors.items():
        known = value_of_knowing(values[whole], payoffs, weights)
        title = str(titles.get(name.partition("/")[0], {}).get("title", ""))
        records.append([name, title, known.value, known.chance])
    records.sort(key=lambda row: (-row[2], row[0]))
    return pd.DataFrame(
        [["everything", "the world itself, before a plan is chosen", max(0.0, every), 0.0], *records], columns=columns
    )


def outcomes_table(sample: Sample) -> pd.DataFrame:
    """Return a row a draw and plan: status, objective, bound, cancelled, message, seconds."""
    records = []
    for one in sample.draws:
        for plan in sample.plans:
            found = sample.outcomes.get((one.name, plan))
            if found is not None:
                head = [one.name, one.probability, one.scenario, plan, str(found.status), found.objective, found.bound]
                records.append([*head, "; ".join(found.cancelled), found.message, found.solver_s])
    columns = ["draw", "probability", "scenario", "plan", "status", "objective", "bound", "cancelled", "message"]
    return pd.DataFrame(records, columns=[*columns, "solver_s"])


def failed_table(sample: Sample) -> pd.DataFrame:
    """Return the draws in which a plan is not carried out, and why."""
    table = outcomes_table(sample)
    names: Sequence[str] = ["draw", "plan", "status", "message"]
    failed = [not sample.outcomes[draw, plan].holds for draw, plan in zip(table["draw"], table["plan"], strict=True)]
    return table.loc[failed, list(names)].reset_index(drop=True)
