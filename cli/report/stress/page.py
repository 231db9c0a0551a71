"""Everything that the template of a stress test shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outlay.cli.report.layout.grid import Cell, Grid, Heading, grid
from outlay.cli.report.stress.charts import best_chart, projects_chart, spread_chart, tornado
from outlay.cli.views import words
from outlay.cli.views.stress import chance_words, firm_words, headline, later_words, records, telling, with_error

if TYPE_CHECKING:
    from outlay.optimizer.stress.result import Stress

#: So many factors and limits of a plan are shown; the CSV tables have all.
MOST_FACTORS, MOST_LIMITS = 20, 15


def stress_context(stress: Stress) -> dict[str, Any]:
    """Return what the template shows."""
    plans = records(stress.tables["plans"])
    weights = stress.instance.objective_levels[0].weights
    unit = stress.instance.metric_unit(next(iter(weights))) if len({*weights} - {"cost"}) == 1 else ""
    return {
        "title": stress.instance.settings.title or stress.instance.name,
        "name": stress.instance.name,
        "constraint_set": "+".join(stress.instance.settings.applied.sets) or "base",
        "tried": headline(stress),
        "complete": stress.complete,
        "unproved": int(stress.tables["plans"]["unproved"].sum()),
        "notes": list(stress.notes),
        "spread": spread_chart(plans, records(stress.tables["outcomes"]), unit),
        "plans_grid": _plans_grid(plans),
        "best": best_chart(plans),
        "plans": [_plan(stress, row) for row in plans],
        "knowing_grid": _knowing_grid(records(stress.tables["knowing"])),
        "failed_grid": _failed_grid(records(stress.tables["failed"])),
        "factors_grid": _drawn_grid(stress),
    }


def _plan(stress: Stress, row: dict[str, Any]) -> dict[str, Any]:
    name = row["plan"]
    projects, factors, limits = (
        [one for one in records(stress.tables[table]) if one["plan"] == name]
        for table in ("projects", "factors", "limits")
    )
    shown = telling(factors, MOST_FACTORS)
    text = firm_words(projects) if projects else ""
    return {
        "name": name,
        "firm": f"{text[:1].upper()}{text[1:]}." if text else "",
        "projects": projects_chart(projects),
        "projects_grid": _projects_grid(projects),
        "tornado": tornado(shown, row["mean"]),
        "factors_grid": _factors_grid(shown),
        "factors_left_out": len(factors) - len(shown),
        "chance": chance_words(factors),
        "limits_grid": _limits_grid(limits[:MOST_LIMITS]),
    }


def _plans_grid(rows: list[dict[str, Any]]) -> Grid:
    several = len(rows) > 1
    headings = [
        Heading("Plan"), Heading("Mean", right=True), Heading("5 %", right=True), Heading("25 %", right=True),
        Heading("Median", right=True), Heading("75 %", right=True), Heading("95 %", right=True),
        Heading("Worst tenth", "mean, CVaR", right=True),
        *([Heading("Best", right=True), Heading("Regret", right=True)] if several else []),
        Heading("Failed", right=True),
    ]  # fmt: skip
    return grid(headings, [
        [row["plan"], with_error(row["mean"], row["se"]),
         *(words.number(row[key]) for key in ("p5", "p25", "p50", "p75", "p95", "cvar10")),
         *([words.share(row["best"]), words.number(row["regret"], 3)] if several else []),
         f"{row['failed']} of {row['draws']}"]
        for row in rows
    ])  # fmt: skip


def _projects_grid(rows: list[dict[str, Any]]) -> Grid:
    headings = [
        Heading("Id"), Heading("Project", wide=True), Heading("Planned"), Heading("Built", right=True),
        Heading("Given up", right=True), Heading("Later"), Heading("At most", "months later", right=True),
        Heading("Scale", right=True),
    ]  # fmt: skip
    return grid(headings, [
        [row["project"], row["name"], row["planned"] or "not now",
         Cell(words.share(row["built"]), bar=row["built"] or 0.0),
         words.share(row["cancelled"]) if row["cancelled"] else "", later_words(row),
         words.number(row["most_later_months"]) if row["later"] else "",
         words.number(row["scale"], 3) if row["scale"] is not None else ""]
        for row in rows
    ])  # fmt: skip


def _factors_grid(rows: list[dict[str, Any]]) -> Grid:
    headings = [
        Heading("Factor"), Heading("What", wide=True), Heading("Explains", "by itself", right=True),
        Heading("Low fifth", right=True), Heading("High fifth", right=True), Heading("Swing", right=True),
    ]  # fmt: skip
    return grid(headings, [
        [row["factor"], row["title"], Cell(_explains(row), bar=row["index"] or 0.0), words.number(row["low"]),
         words.number(row["high"]), words.number(row["swing"], 3)]
        for row in rows
    ])  # fmt: skip


def _explains(row: dict[str, Any]) -> str:
    if row["index"] is None:
        return words.NOTHING
    return f"{round(100 * row['index'])} %" + (f" ± {round(100 * row['index_se'])}" if row["index_se"] else "")


def _limits_grid(rows: list[dict[str, Any]]) -> Grid:
    headings = [
        Heading("Limit", wide=True),
        Heading("Family"),
        Heading("Binds", right=True),
        Heading("Broken", right=True),
    ]
    return grid(headings, [
        [row["limit"], row["family"], Cell(words.share(row["binds"]), bar=row["binds"] or 0.0),
         words.share(row["broken"]) if row["broken"] else ""]
        for row in rows
    ])  # fmt: skip


def _knowing_grid(rows: list[dict[str, Any]]) -> Grid:
    headings = [
        Heading("To know"), Heading("What", wide=True), Heading("Adds", "to the mean", right=True),
        Heading("Chance alone", right=True),
    ]  # fmt: skip
    return grid(headings, [
        [row["factor"], row["title"], words.number(row["value"], 3),
         words.number(row["chance"], 3) if row["chance"] else ""]
        for row in rows
    ])  # fmt: skip


def _failed_grid(rows: list[dict[str, Any]]) -> Grid:
    headings = [Heading("Draw"), Heading("Plan"), Heading("Status"), Heading("Why", wide=True)]
    return grid(headings, [[row["draw"], row["plan"], row["status"], row["message"]] for row in rows])


def _drawn_grid(stress: Stress) -> Grid:
    headings = [
        Heading("Factor"), Heading("What", wide=True), Heading("Distribution"), Heading("Mean", right=True),
        Heading("10 %", right=True), Heading("Median", right=True), Heading("90 %", right=True),
    ]  # fmt: skip
    return grid(headings, [
        [f"{row['factor']}/{row['key']}" if row["key"] else row["factor"], row["title"], row["distribution"],
         *(words.number(row[key], 3) for key in ("mean", "p10", "p50", "p90"))]
        for row in records(stress.worlds.factors)
    ])  # fmt: skip
