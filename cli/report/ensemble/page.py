"""Everything that the page of a plan for several scenarios shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outlay.cli.report.ensemble.charts import MOST_DRAWN, projects_chart, worth_chart
from outlay.cli.report.layout.grid import Cell, Grid, Heading, grid
from outlay.cli.views import words
from outlay.cli.views.ensemble import (
    BOUND_BY,
    MEANINGS,
    best_words,
    gap_words,
    kept_words,
    risk_words,
    span,
    value_words,
)
from outlay.cli.views.explanation import interval
from outlay.cli.views.labels import objective_unit
from outlay.cli.views.stress import records
from outlay.optimizer.status import Status

if TYPE_CHECKING:
    from outlay.optimizer.ensemble.answer import EnsembleSolution

#: So many scenarios stand side by side; the run files have all.
MOST_COLUMNS = 12


def ensemble_context(found: EnsembleSolution) -> dict[str, Any]:
    """Return what the template shows of verified plans."""
    instance, unit = found.instance, objective_unit(found.instance)
    projects, outcomes = records(found.projects), records(found.outcomes)
    tables = found.tables
    return {
        "title": instance.settings.title or instance.name,
        "name": instance.name,
        "unit": unit,
        "scenarios": words.count(len(found.scenarios), "scenario"),
        "risk": risk_words(found.risk),
        "proof": _proof(found, unit),
        "proved": found.status.proved,
        "conditions": sum(sum(run.verification.checks.values()) for run in found.runs.values() if run.verification),
        "until": instance.period_label(instance.decide_by_period),
        "now_grid": _projects_grid([row for row in projects if row["decided"] == "now"]),
        "later_grid": _projects_grid([row for row in projects if row["decided"] == "later"]),
        "fates": projects_chart(projects),
        "worth": worth_chart(outcomes, unit),
        "undrawn": max(0, len(outcomes) - MOST_DRAWN),
        "outcomes_grid": _outcomes_grid(outcomes),
        "matrix_grid": _matrix_grid(found, projects),
        "unmatched": max(0, len(found.scenarios) - MOST_COLUMNS),
        "values": [
            {"name": name, "value": value_words(low, high), "meaning": MEANINGS[name]}
            for name, (low, high) in found.values.items()
            if name in MEANINGS
        ],
        "sampled": gap_words(found),
        "factors_grid": _factors_grid(records(tables["factors"]) if "factors" in tables else []),
        "candidates_grid": _candidates_grid(records(tables["candidates"]) if "candidates" in tables else []),
    }


def _proof(found: EnsembleSolution, unit: str) -> list[str]:
    worth = words.money(found.objective, unit, 6)
    if found.status == Status.OPTIMAL:
        told = [f"{worth}: proved, no decision is better."]
    elif found.bound is None:
        told = [f"{worth}. Nothing is proved of what other decisions can have."]
    else:
        bound = words.money(found.bound, unit, 6)
        told = [f"{worth}; no decision can have more than {bound} (gap {words.gap(found.gap)})."]
    if found.options.get("engine") == "mpi-sppy" and found.bound is not None:
        told.append(BOUND_BY[found.options.get("bound_by")])
    return told


def _projects_grid(rows: list[dict[str, Any]]) -> Grid:
    headings = [
        Heading("Id"), Heading("Project", wide=True), Heading("Alternative"), Heading("Selected"),
        Heading("Built", right=True), Heading("Given up", right=True), Heading("Starts"),
    ]  # fmt: skip
    return grid(headings, [
        [row["project"], row["name"], row["alternative"], span(row["selected"], row["selected_latest"]),
         Cell(words.share(row["built"]), bar=row["built"]),
         words.share(row["cancelled"]) if row["cancelled"] else "", span(row["starts"], row["starts_latest"])]
        for row in rows
    ])  # fmt: skip


def _outcomes_grid(rows: list[dict[str, Any]]) -> Grid:
    headings = [
        Heading("Scenario"), Heading("Probability", right=True), Heading("Worth", right=True),
        Heading("Best", "if it were known", right=True), Heading("Regret", right=True), Heading("Projects", right=True),
        Heading("Given up", wide=True),
    ]  # fmt: skip
    return grid(headings, [
        [row["scenario"], words.share(row["probability"]), words.number(row["worth"], 6),
         best_words(row["best"], row["best_at_most"]),
         best_words(row["regret"], row["regret_at_most"], 4), str(row["projects"]), row["given_up"]]
        for row in rows
    ])  # fmt: skip


def _matrix_grid(found: EnsembleSolution, projects: list[dict[str, Any]]) -> Grid:
    """Return when each project starts in each of the first scenarios, or that it is given up there."""
    names = list(found.scenarios)[:MOST_COLUMNS]
    fates = {name: _fates(found, name) for name in names}
    keys = list(dict.fromkeys((row["project"], row["alternative"]) for row in projects))
    titles = {row["project"]: row["name"] for row in projects}
    headings = [Heading("Id"), Heading("Project", wide=True), Heading("Alternative"), *map(Heading, names)]
    return grid(headings, [
        [project, titles[project], alternative, *(fates[name].get((project, alternative), "") for name in names)]
        for project, alternative in keys
    ])  # fmt: skip


def _fates(found: EnsembleSolution, name: str) -> dict[tuple[str, str], str]:
    plan, label = found.runs[name].plan, found.instance.period_label
    if plan is None:
        return {}
    given_up = {(one.project, one.alternative): "given up" for one in plan.cancelled}
    return given_up | {(one.project, one.alternative): label(one.start) for one in plan.choices}


def _factors_grid(rows: list[dict[str, Any]]) -> Grid:
    headings = [Heading("Factor", wide=True), Heading("Value", right=True), Heading("Proved", right=True)]
    return grid(headings, [
        [row["factor"], words.number(row["value"]), interval(row["value"], row["value_at_most"])] for row in rows
    ])  # fmt: skip


def _candidates_grid(rows: list[dict[str, Any]]) -> Grid:
    headings = [Heading("Taken from", wide=True), Heading("Worth in all", right=True),
                Heading("Decides now", wide=True)]  # fmt: skip
    return grid(headings, [[row["candidate"], kept_words(row["worth"]), row["selected"]] for row in rows])
