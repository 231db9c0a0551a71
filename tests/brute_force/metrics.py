"""Metrics of a plan as linear forms: over all, over a group of projects, over periods of selection."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

from outlay.instances.instance import Instance
from tests.brute_force.effects import chosen_key, sets_of_savings
from tests.brute_force.options import Option
from tests.brute_force.reading import Record, exact, period_that_holds, records, with_ancestors
from tests.brute_force.system import Expression, System


class Metrics:
    """Builds the form of any metric; `costs` is filled by those who add columns that cost."""

    def __init__(self, instance: Instance, system: System) -> None:
        self.instance, self.system = instance, system
        self.projects = {row["id"]: row for row in records(instance, "projects")}
        rows = [r for r in records(instance, "dependencies") if r["kind"] == "synergy"]
        bonuses, savings = ([r for r in rows if (r["metric"] == "commitment") is saves] for saves in (False, True))
        #: What can be had: the bonuses, then a saving for each option whose commitment it lowers.
        self.synergies: list[Record] = [*bonuses]
        for row in savings:
            project, _, alternative = row["project"].partition("@")
            for o, option in enumerate(system.options):
                if option.project == project and alternative in {"", option.alternative}:
                    system.savings.append((len(self.synergies), o, exact(row["bonus"]) * option.price))
                    self.synergies.append({**row, "option": option})
        #: What loans add to a metric: (place among the synergies, option, present values), by set of savings.
        self.lent: list[tuple[int, int, dict[str, Fraction]]] = []
        self._add_loans()
        #: (column, period, discounted cost of a unit)
        self.costs: list[tuple[int, int, Fraction]] = []
        #: (column, period, discounted value of a unit)
        self.worth: list[tuple[int, int, Fraction]] = []
        #: A column that is 1, where something needs one.
        self.one: int | None = None

    def _add_loans(self) -> None:
        """Add, for each set of savings, what it changes beside its own parts; forbid what the lender refuses."""
        for o, option in enumerate(self.system.options):
            refused, row = {(): Fraction(not option.lent[()][1])} if option.lent else {}, Expression()
            row.options[o] = refused.get((), Fraction(0))
            changed = {(): option.lent[()][0]} if option.lent else {}
            for chosen in sets_of_savings(option)[1:] if option.lent else ():
                key = chosen_key(chosen)
                values, accepted = option.lent[key]
                parts = [chosen_key(part) for count in range(len(chosen)) for part in combinations(chosen, count)]
                changed[key] = {side: values[side] - sum(changed[part][side] for part in parts) for side in values}
                refused[key] = Fraction(not accepted) - sum(refused[part] for part in parts)
                others = [side for row in chosen for side in (row["needs"], *row["when"])]
                self.lent.append((len(self.synergies), o, changed[key]))
                row.synergies[len(self.synergies)] += refused[key]
                self.synergies.append({**chosen[0], "when": tuple(others), "metric": "", "option": option})
            if any(refused.values()):
                self.system.at_most(("lender", o), row, 0)

    def groups(self, by: str) -> list[str]:
        """Return every group that occurs among the projects."""
        return sorted({group for row in self.projects.values() for group in _groups_of(row, by)})

    def expression(self, metric: str, by: str | None, group: str | None, span: range | None = None) -> Expression:
        """Return the form of a metric.

        ``by`` None = the projects of all groups, and nothing that belongs to no project; ``span`` = only options
        selected in it (costs and draws: of its periods).
        """
        if metric in {"changed_projects", "changed_starts", "change_cost"}:
            return self._changes(metric, by, group)
        form = Expression()
        for o, option in enumerate(self.system.options):
            if metric == "draws" and (by in {None, "all"} or group in _groups_of(self.projects[option.project], by)):
                self.system.take_commitment(form, o, _drawn(self.instance, option, span))
            if metric.startswith("in_use:") and self._counted(option, by, group):
                self._take_use(form, o, metric.removeprefix("in_use:"), span)
            inside = span is None or option.selection in span
            if inside and (by in {None, "all"} or group in _groups_of(self.projects[option.project], by)):
                self.system.take(
                    form, o, scaled=option.metrics.get(metric, 0), fixed=option.fixed_metrics.get(metric, 0)
                )
                self._take_savings(form, o, metric)
        if by == "all":
            self._take_others(form, metric, span)
        return form

    def _counted(self, option: Option, by: str | None, group: str | None) -> bool:
        return by in {None, "all"} or group in _groups_of(self.projects[option.project], by)

    def _take_use(self, form: Expression, o: int, resource: str, span: range | None) -> None:
        """Add what option o uses of a resource and what is part of it, in the periods of a span."""
        option, lineage = self.system.options[o], with_ancestors(self.instance)
        span = range(self.instance.periods) if span is None else span
        for book, name in ((option.uses, "scaled"), (option.fixed_uses, "fixed")):
            for (used, period), amount in book.items():
                if resource in lineage.get(used, ()) and period in span:
                    self.system.take(form, o, **{name: amount})
        for place, owner, amount in self.system.savings:
            if owner == o and resource in lineage.get("commitments", ()) and option.selection in span:
                form.synergies[place] += amount
            if owner == o and resource in lineage.get("draws", ()):
                form.synergies[place] += amount * _drawn(self.instance, option, span)

    def _take_others(self, form: Expression, metric: str, span: range | None) -> None:
        """Add what belongs to no project."""
        for y, row in enumerate(self.synergies if span is None else ()):
            if row["metric"] == metric and "option" not in row:
                form.synergies[y] += exact(row["bonus"])
        for column, period, amount in {"cost": self.costs, "value": self.worth}.get(metric, ()):
            if span is None or period in span:
                form.columns[column] += amount

    def _changes(self, metric: str, by: str | None, group: str | None) -> Expression:
        """Return what differs from the plan that stands, project by project; a column that is 1 holds constants."""
        if self.one is None:
            self.one = self.system.column(("one",), 1, Fraction(1))
        form = Expression()
        rows = {row["project"]: row for row in records(self.instance, "approved")}
        wanted = {p for p, cells in self.projects.items() if by in {None, "all"} or group in _groups_of(cells, by)}
        for o, option in enumerate(self.system.options):
            if option.project in wanted:
                form.options[o] += self._change(metric, rows.get(option.project), option)
        if metric != "changed_starts":
            dropped = [rows[project] for project in wanted if project in rows]
            form.columns[self.one] += sum((self._dropped(metric, row) for row in dropped), Fraction(0))
        return form

    def _dropped(self, metric: str, row: Record) -> Fraction:
        """Return what it counts not to fund an approved project."""
        return Fraction(1) if metric == "changed_projects" else exact(row["change_cost"])

    def _change(self, metric: str, row: Record | None, option: Option) -> Fraction:
        """Return what funding an option adds to a metric of changes, beside the constant."""
        if row is None:
            return Fraction(metric == "changed_projects")
        if metric == "changed_starts":
            start = period_that_holds(self.instance, row["start"]) if row["start"] else option.start
            return Fraction(abs(option.start - start))
        return -self._dropped(metric, row) if row["alternative"] in {None, option.alternative} else Fraction(0)

    def _take_savings(self, form: Expression, o: int, metric: str) -> None:
        """Add what option o saves of its commitment, or of the use that comes from it."""
        for place, owner, values in self.lent:
            if owner == o:
                form.synergies[place] += values.get(metric, Fraction(0))
        times = Fraction(metric == "commitment")
        for resource, line in with_ancestors(self.instance).items() if metric.startswith("use:") else ():
            if metric.removeprefix("use:") in line and resource in {"commitments", "draws"}:
                option = self.system.options[o]
                here = Fraction(option.selection >= 0)
                times += here if resource == "commitments" else _drawn(self.instance, option, None)
        for place, owner, amount in self.system.savings:
            if owner == o and times:
                form.synergies[place] += amount * times

    def weighted(self, weights: dict[str, object]) -> Expression:
        """Return the form of a weighted sum of metrics over the whole plan."""
        form = Expression()
        for metric, weight in weights.items():
            form.add(self.expression(metric, "all", None), exact(weight))
        return form


def _drawn(instance: Instance, option: Option, span: range | None) -> Fraction:
    """Return the share of an option's commitment that is drawn in a span inside the calendar."""
    span = range(instance.periods) if span is None else span
    return sum((w for k, w in enumerate(option.of.draw_weights) if option.start + k in span), Fraction(0))


def _groups_of(project: Record, by: str) -> list[str]:
    if by == "tag":
        return list(project["tags"])
    name = project["id" if by == "project" else by]
    return [] if name is None or name == "" else [name]
