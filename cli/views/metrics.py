"""The objective in words."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from outlay.cli.views import words
from outlay.cli.views.labels import can_cost, metric_name

if TYPE_CHECKING:
    from outlay.instances.instance import Instance


def objective_text(instance: Instance) -> str:
    """Return the objective as a person would write it, level by level."""
    levels = []
    for level in instance.objective_levels:
        terms = [
            weighed(metric_name(instance, name), weight)
            for name, weight in sorted(level.weights.items(), key=_order)
            if weight and (name != "cost" or can_cost(instance))
        ]
        levels.append(" ".join(terms).removeprefix("+ ") or "nothing")
    text = "; then ".join(levels)
    given = instance.settings.objective
    return f"{text} (weights of {given.removeprefix('@')})" if isinstance(given, str) else text


def _order(item: tuple[str, Decimal]) -> tuple[bool, bool, str]:
    return item[1] < 0, item[0] == "cost", item[0]


def weighed(name: str, weight: Decimal) -> str:
    """Return a metric with its sign and weight: "+ 2 jobs"."""
    size = abs(weight)
    factor = "" if size == 1 else f"{words.number(float(size), 6)} "
    return f"{'-' if weight < 0 else '+'} {factor}{name}"
