"""Metrics and stakeholders of a plan."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from outlay.cli.terminal.screen import Column, Page
from outlay.cli.views import words
from outlay.cli.views.labels import metric_label, metric_name, metrics_in_use
from outlay.cli.views.metrics import weighed

if TYPE_CHECKING:
    from outlay.optimizer.answer.solution import Solution


def key_metrics(solution: Solution) -> list[str]:
    """Return the metrics of the summary: those that the instance uses."""
    return metrics_in_use(solution.instance, solution.metrics)


def show_metrics(page: Page, solution: Solution, names: Iterable[str]) -> None:
    """Add metrics with their units and weights."""
    instance = solution.instance
    weights = instance.objective_levels[0].weights
    page.table(
        [
            Column("Metric", least=12),
            Column("", least=12),
            Column("Amount", right=True),
            Column("Unit", least=8),
            Column("Weight", right=True),
        ],
        [
            [
                metric_name(instance, name),
                metric_label(instance, name),
                words.number(solution.metrics[name], 5),
                instance.metric_unit(name),
                words.number(float(weights[name]), 6) if weights.get(name) else "",
            ]
            for name in names
        ],
    )


def show_stakeholders(page: Page, solution: Solution) -> None:
    """Add the weighted sum of each stakeholder."""
    if not solution.stakeholders:
        page.note("The instance names no stakeholders.")
        return
    rows = solution.instance["stakeholders"]
    weights: dict[str, list[str]] = {}
    for who, metric, weight in zip(rows.texts("stakeholder"), rows.texts("metric"), rows.raw("weight"), strict=True):
        assert isinstance(weight, Decimal)
        weights.setdefault(who, []).append(weighed(metric, weight))
    page.table(
        [Column("Stakeholder", least=12), Column("Sum", right=True), Column("Of", wrap=True, least=20)],
        [
            [who, words.number(amount, 5), " ".join(weights.get(who, [])).removeprefix("+ ")]
            for who, amount in solution.stakeholders.items()
        ],
    )
