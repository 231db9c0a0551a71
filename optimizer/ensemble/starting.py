"""The values of the columns that only an ensemble has, for plans that are known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from outlay.instances.plan import Plan
from outlay.models.risk import Risk


def auxiliary_values(model: Any, plans: Mapping[str, Plan], worths: Mapping[str, float]) -> list[tuple[Any, float]]:
    """Return (variable, value) of what links scenarios and measures their risk.

    `now` is what the first scenario's plan selects; the threshold of CVaR is the worth at which the share 1 - a of the
    worst outcomes is full.
    """
    found = [(model.worth[name], worth) for name, worth in worths.items()]
    if model.component("now") is not None:
        selected = set(plans[model.scenarios[0].name].selections)
        found += [(variable, float(key in selected)) for key, variable in model.now.items()]
    if model.component("threshold") is not None:
        threshold = threshold_of(model.risk, {one.name: one.probability for one in model.scenarios}, worths)
        found.append((model.threshold, threshold))
        found += [(model.below[name], max(0.0, threshold - worth)) for name, worth in worths.items()]
    if model.component("least") is not None:
        found.append((model.least, _least(model, worths)))
    return found


def threshold_of(risk: Risk, probability: Mapping[str, float], worths: Mapping[str, float]) -> float:
    """Return the worth at which the share of the worst outcomes is full."""
    mass, ordered = 0.0, sorted(worths.items(), key=lambda item: item[1])
    for name, worth in ordered:
        mass += probability[name]
        if mass >= 1 - risk.level - 1e-12:
            return worth
    return ordered[-1][1]


def _least(model: Any, worths: Mapping[str, float]) -> float:
    """Return the greatest value of `least` that its rows allow."""
    return min(worth - model.ideal.get(name, 0.0) for name, worth in worths.items())
