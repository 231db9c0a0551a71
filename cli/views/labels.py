"""What metrics, their units and the two sides of a loan are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from outlay.cli.views import words
from outlay.instances.dictionary.names import BUILT_IN_METRICS, METRICS, USE_PREFIX, aliases_of
from outlay.instances.dictionary.settings import Finance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from outlay.instances.instance import Instance

_NEUTRAL = Finance()
_LABELS = {
    "value": "value",
    "commitment": "committed",
    "strategic": "score x commitment",
    "credit": "public tax credits",
    "count": "projects funded",
    "cost": "programs, premiums, penalties",
}


def finance_of(instance: Instance) -> Finance:
    """Return what the sides of the loan are called; the neutral names where none is modelled."""
    return instance.settings.finance or _NEUTRAL


def metric_label(instance: Instance, metric: str) -> str:
    """Return what a metric is called; empty where its name says it."""
    called = finance_of(instance)
    own = {
        "us_npv": f"net present value, {called.owner}",
        "japan_npv": f"net present value, {called.lender}",
        "japan_content": called.content,
    }
    return {**_LABELS, **own}.get(metric, "") if metric in BUILT_IN_METRICS else ""


def metric_name(instance: Instance, metric: str) -> str:
    """Return a metric's name: the neutral one, where the instance has no names of its own for the two sides."""
    called = finance_of(instance)
    neutral = (called.owner, called.lender) == (_NEUTRAL.owner, _NEUTRAL.lender)
    return (aliases_of(metric, METRICS) if neutral else None) or metric


def metrics_in_use(instance: Instance, metrics: Mapping[str, float], *, use: bool = False) -> list[str]:
    """Return the metrics that the instance uses: weighed, limited, or not zero; `use` with those of resources."""
    weighed = {name for level in instance.objective_levels for name, weight in level.weights.items() if weight}
    weighed -= set() if can_cost(instance) else {"cost"}
    weighed |= {str(name) for name in instance["stakeholders"].raw("metric") if name}
    weighed |= {str(name) for column in ("metric", "of") for name in instance["limits"].raw(column) if name}
    return [
        name
        for name, amount in metrics.items()
        if (name in weighed or amount) and (use or not name.startswith(USE_PREFIX) or name in weighed)
    ]


def can_cost(instance: Instance) -> bool:
    """Return whether anything in an instance can give the metric `cost` a value."""
    priced = (*instance["resources"].raw("penalty"), *instance["links"].raw("cost_per_unit"))
    return bool(len(instance["programs"]) or len(instance["imports"]) or any(priced))


def objective_unit(instance: Instance) -> str:
    """Return the unit of the first level of the objective: that of all its metrics, or points."""
    units = {instance.metric_unit(name) for name in _weighed(instance)}
    return units.pop() if len(units) == 1 and _alike(instance) else "points"


def point_line(instance: Instance) -> str:
    """Return what a point of the objective is; empty where it has a unit."""
    if objective_unit(instance) != "points":
        return ""
    weights = instance.objective_levels[0].weights
    parts = []
    for name in _weighed(instance):
        amount = words.number(1 / abs(float(weights[name])))
        unit, what = instance.metric_unit(name), metric_name(instance, name)
        parts.append(f"{amount} {unit} of {what}" if unit else f"{amount} of {what}")
    return f"1 point = {', or '.join(parts)}" if parts else ""


def _weighed(instance: Instance) -> list[str]:
    weights = instance.objective_levels[0].weights
    return [name for name, weight in weights.items() if weight and (name != "cost" or can_cost(instance))]


def _alike(instance: Instance) -> bool:
    """Return whether the metrics of the objective are summed as they are: all weights are 1 or -1."""
    return all(abs(instance.objective_levels[0].weights[name]) == 1 for name in _weighed(instance))
