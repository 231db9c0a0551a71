"""Metrics of a plan as linear forms: over all, over a group of projects, over periods of selection."""

from __future__ import annotations

from fractions import Fraction

from outlay.instances.instance import Instance
from tests.brute_force.reading import Record, exact, records
from tests.brute_force.system import Expression, System


class Metrics:
    """Builds the form of any metric; `costs` is filled by those who add columns that cost."""

    def __init__(self, instance: Instance, system: System) -> None:
        self.instance, self.system = instance, system
        self.projects = {row["id"]: row for row in records(instance, "projects")}
        self.synergies: list[Record] = [r for r in records(instance, "dependencies") if r["kind"] == "synergy"]
        #: (column, period, discounted cost of a unit)
        self.costs: list[tuple[int, int, Fraction]] = []

    def groups(self, by: str) -> list[str]:
        """Return every group that occurs among the projects."""
        return sorted({group for row in self.projects.values() for group in _groups_of(row, by)})

    def expression(self, metric: str, by: str | None, group: str | None, span: range | None = None) -> Expression:
        """Return the form of a metric.

        ``by`` None = the projects of all groups, and nothing that belongs to no project; ``span`` = only options
        selected in it (costs and draws: of its periods).
        """
        form = Expression()
        for o, option in enumerate(self.system.options):
            if metric == "draws" and (by in {None, "all"} or group in _groups_of(self.projects[option.project], by)):
                draws = [
                    amount
                    for (resource, t), amount in option.uses.items()
                    if resource == "draws" and (span is None or t in span)
                ]
                self.system.take(form, o, scaled=sum(draws, Fraction(0)))
            inside = span is None or option.selection in span
            if inside and (by in {None, "all"} or group in _groups_of(self.projects[option.project], by)):
                self.system.take(
                    form, o, scaled=option.metrics.get(metric, 0), fixed=option.fixed_metrics.get(metric, 0)
                )
        if by == "all" and span is None:
            for y, row in enumerate(self.synergies):
                if row["metric"] == metric:
                    form.synergies[y] += exact(row["bonus"])
        if by == "all" and metric == "cost":
            for column, period, amount in self.costs:
                if span is None or period in span:
                    form.columns[column] += amount
        return form

    def weighted(self, weights: dict[str, object]) -> Expression:
        """Return the form of a weighted sum of metrics over the whole plan."""
        form = Expression()
        for metric, weight in weights.items():
            form.add(self.expression(metric, "all", None), exact(weight))
        return form


def _groups_of(project: Record, by: str) -> list[str]:
    if by == "tag":
        return list(project["tags"])
    name = project["id" if by == "project" else by]
    return [] if name is None or name == "" else [name]
