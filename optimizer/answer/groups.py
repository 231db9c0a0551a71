"""What people ask of a plan next: by sector and region, by fund and year, what to do when, what lies past the end."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from outlay.instances.dictionary.projects import PROJECTS
from outlay.instances.instance import Instance
from outlay.instances.plan import Plan
from outlay.instances.table import cell_text
from outlay.models.arrays.frames import data_frame
from outlay.models.case import Case
from outlay.models.options.options import Options
from outlay.models.options.usage import compute_usage, draw_entries
from outlay.optimizer.answer.plans import money_of, option_of, share_of
from outlay.optimizer.tolerances import NOTHING, REAL_SHARE
from outlay.optimizer.verify.plan import contributions

if TYPE_CHECKING:
    import pandas as pd

#: What a year past the calendar is called.
AFTER = "after the calendar"
#: And one before it, of projects that are under way.
BEFORE = "before the calendar"


def group_tables(case: Case, plan: Plan, projects: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return `sectors`, `regions`, `funds`, `years`, `todo`, `beyond` and `contributions`."""
    spending = _Spending(case, plan)
    return {
        "sectors": group_table(case, plan, projects, "sector"),
        "regions": group_table(case, plan, projects, "region"),
        "funds": spending.funds_table(),
        "years": spending.years_table(),
        "todo": todo_table(case, plan, projects),
        "beyond": spending.beyond_table(),
        "contributions": contributions_table(case, plan),
    }


def group_table(case: Case, plan: Plan, projects: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return one row a sector or region: candidates, funded, commitment, share of it, value, contribution."""
    number, steps = case.alternatives.number, case.alternatives.steps
    value = {
        choice.project: float(steps.amount("value", number[choice.project, choice.alternative], Fraction(choice.scale)))
        for choice in plan.choices
    }
    whole = math.fsum(projects["commitment"].fillna(0.0))
    records = []
    for name, rows in projects.groupby(by, sort=True):
        spent = math.fsum(rows["commitment"].fillna(0.0))
        records.append(
            [
                str(name),
                len(rows),
                int(rows["funded"].sum()),
                spent,
                spent / whole if whole else 0.0,
                math.fsum(value.get(project, 0.0) for project in rows["project"]),
                math.fsum(rows["contribution"].fillna(0.0)),
            ]
        )
    columns = [by, "candidates", "funded", "commitment", "share", "value", "contribution"]
    return data_frame(records, columns=columns)


#: Kinds of contributions in the order of their table.
_KINDS = ("project", "saving", "synergy", "program", "link", "import", "shortfall", "cancellation", "change")


def contributions_table(case: Case, plan: Plan) -> pd.DataFrame:
    """Return what adds to the first level of the objective: kind, id, name, amount; the amounts add up to it."""
    projects = case.instance["projects"]
    names = dict(zip(projects.texts("id"), projects.texts("name"), strict=True))
    parts = sorted(contributions(case.instance, plan), key=lambda part: (_KINDS.index(part.kind), part.name))
    records = [[part.kind, part.name, names.get(part.name, ""), float(part.amount)] for part in parts]
    return data_frame(records, columns=["kind", "id", "name", "amount"])


def todo_table(case: Case, plan: Plan, projects: pd.DataFrame) -> pd.DataFrame:
    """Return what has to happen when, by date: period, when, what, id, name, amount, unit."""
    label, money = case.instance.period_label, case.instance.settings.money_unit
    names = dict(zip(projects["project"], projects["name"], strict=True))
    resources = case.instance["resources"]
    unit_of = dict(zip(resources.texts("resource"), resources.texts("unit"), strict=True))
    programs = case.instance["programs"]
    bought = dict(zip(programs.texts("program"), programs.texts("resource"), strict=True))
    steps: list[tuple[int, int, str, str, str, float | None, str]] = []
    for choice in plan.choices:
        option = option_of(case, choice)
        if option is None:
            continue
        name = str(names.get(choice.project, choice.project))
        amount = money_of(case, option, choice)
        review = int(case.options.review[option])
        status = case.alternatives.status[int(case.options.project[option])]
        if status not in {"committed", "started"}:
            steps.append((choice.selection, 0, "select", choice.project, name, amount, money))
        if review:
            track = "begin the review, on the fast track" if choice.fast_track else "begin the review"
            steps.append((choice.start - review, 1, track, choice.project, name, None, ""))
        operation = int(case.options.operation[option])
        steps.append((choice.start, 2, "begin to build", choice.project, name, None, ""))
        steps.append((operation, 3, "begin to operate", choice.project, name, None, ""))
    for program, period, amount in _first_real(plan.purchases):
        unit = unit_of.get(bought.get(program, ""), "")
        steps.append((period, 4, "buy", program, bought.get(program, ""), amount, unit))
    for resource, period, amount in _first_real(plan.imports):
        steps.append((period, 5, "import", resource, "", amount, unit_of.get(resource, "")))
    records = [
        [period, label(period), what, key, name, amount, unit]
        for period, _, what, key, name, amount, unit in sorted(steps, key=lambda step: step[:4])
        if period >= 0  # what lies before the calendar is done
    ]
    return data_frame(records, columns=["period", "when", "what", "id", "name", "amount", "unit"])


def _first_real(amounts: Any) -> Iterator[tuple[str, int, float]]:
    """Yield (name, period, amount) without what is nothing beside the largest of its name."""
    largest: dict[str, float] = {}
    for (name, _), amount in amounts.items():
        largest[name] = max(largest.get(name, 0.0), amount)
    for (name, period), amount in sorted(amounts.items()):
        if amount > REAL_SHARE * largest[name]:
            yield name, period, amount


class _Spending:
    """When the money of a plan is drawn, also past the calendar."""

    def __init__(self, case: Case, plan: Plan) -> None:
        self.case, self.plan = case, plan
        known = [(choice, option) for choice in plan.choices if (option := option_of(case, choice)) is not None]
        known.sort(key=lambda pair: pair[1])
        wanted = np.zeros(len(case.options), dtype=bool)
        wanted[[option for _, option in known]] = True
        self.options: Options = case.options.keep(wanted, ())
        self.scale = np.array([share_of(case, choice) for choice, _ in known], dtype=float)
        self.project = [choice.project for choice, _ in known]
        owner, self.period, weight = draw_entries(self.options)
        self.owner, self.weight = owner, weight
        self.money = np.array([money_of(case, option, choice) for choice, option in known], dtype=float)
        self.amount = self.money[owner] * weight
        self.size = case.instance.periods_per_year or 1

    def _year(self, period: int) -> str:
        """Return the year that a period lies in, by its first month; what lies past the calendar together."""
        instance = self.case.instance
        if period >= instance.periods:
            return AFTER
        if period < 0:
            return BEFORE
        if self.size == 1:
            return instance.period_label(period)
        month = instance.month_of(period // self.size * self.size)
        return month[:4] if month.endswith("-01") else month

    def _years(self) -> list[str]:
        return list(dict.fromkeys(self._year(period) for period in range(0, self.case.instance.periods, self.size)))

    def funds_table(self) -> pd.DataFrame:
        """Return who pays how much in which year: fund, year, amount, in money."""
        number = {project: place for place, project in enumerate(self.project)}
        paid: dict[tuple[str, str], float] = {}
        first = np.searchsorted(self.owner, np.arange(len(self.project) + 1))
        for (fund, project), amount in self.plan.payments.items():
            if project not in number:
                continue
            at = slice(first[number[project]], first[number[project] + 1])
            for period, weight in zip(self.period[at].tolist(), self.weight[at].tolist(), strict=True):
                key = (fund, self._year(period))
                paid[key] = paid.get(key, 0.0) + amount * weight
        order = {year: place for place, year in enumerate([BEFORE, *self._years(), AFTER])}
        records = [[fund, year, amount] for (fund, year), amount in paid.items()]
        records.sort(key=lambda record: (record[0], order[record[1]]))  # type: ignore[index]
        return data_frame(records, columns=["fund", "year", "amount"])

    def years_table(self) -> pd.DataFrame:
        """Return what falls into each year: selected, commitment, started, completed, draws."""
        events = {name: dict.fromkeys([BEFORE, *self._years(), AFTER], 0.0) for name in _YEAR_COLUMNS}
        options = self.options
        for place, money in enumerate(self.money.tolist()):
            for name, period, amount in (
                ("selected", int(options.selection[place]), 1.0),
                ("commitment", int(options.selection[place]), money),
                ("started", int(options.start[place]), 1.0),
                ("completed", int(options.operation[place]), 1.0),
            ):
                events[name][self._year(period)] += amount
        for period, amount in zip(self.period.tolist(), self.amount.tolist(), strict=True):
            events["draws"][self._year(period)] += amount
        records = [
            [year, *(kind(events[name][year]) for name, kind in _YEAR_COLUMNS.items())]
            for year in [BEFORE, *self._years(), AFTER]
        ]
        for place in (-1, 0):
            if not any(records[place][1:]):
                records.pop(place)
        return data_frame(records, columns=["year", *_YEAR_COLUMNS])

    def beyond_table(self) -> pd.DataFrame:
        """Return what building takes after the calendar, where nothing limits it: what, unit, in all, beyond."""
        instance = self.case.instance
        end = max([instance.periods, *self.options.operation.tolist()])
        late, ahead = self.period >= instance.periods, self.period >= 0
        rows: list[list[Any]] = [
            ["draws", instance.settings.money_unit, math.fsum(self.amount[ahead]), math.fsum(self.amount[late])]
        ]
        if end > instance.periods:
            rows += self._use_beyond(end)
        found = [row for row in rows if row[-1] > NOTHING * max(1.0, row[-2])]
        return data_frame(found, columns=["what", "unit", "amount", "beyond"])

    def _use_beyond(self, end: int) -> Iterator[list[Any]]:
        """Yield what is used of each limited resource while building, in all and after the calendar."""
        usage = compute_usage(self.options, periods=end)
        building = usage.period < self.options.operation[usage.option]
        scale = np.where(usage.scaled, self.scale[usage.option], 1.0)
        resources = self.case.instance["resources"]
        for number, name in enumerate(resources.texts("resource")):
            limited = bool(len(self.case.row_periods(name)))
            wanted = (usage.resource == number) & building & (usage.amount > 0)
            if name not in {"draws", "commitments", "selections"} and limited and wanted.any():
                late = wanted & (usage.period >= self.case.instance.periods)
                used = usage.amount * scale
                unit = self.case.instance.metric_unit(f"use:{name}")
                yield [name, unit, math.fsum(used[wanted]), math.fsum(used[late])]


_YEAR_COLUMNS: dict[str, type] = {
    "selected": int, "commitment": float, "started": int, "completed": int, "draws": float,
}  # fmt: skip


def with_own_columns(table: pd.DataFrame, instance: Instance) -> pd.DataFrame:
    """Return a table of projects with the columns that the user added to ``projects``; any other as it is."""
    projects = instance["projects"]
    own = [
        name
        for name in projects.cells
        if PROJECTS.column(name) is None and name not in instance.settings.metrics and name not in table.columns
    ]
    if "project" not in table.columns or not own:
        return table
    ids = projects.texts("id")
    for name in own:
        known = dict(zip(ids, map(cell_text, projects.raw(name)), strict=True))
        table = table.assign(**{name: [known.get(str(project), "") for project in table["project"]]})
    return table
