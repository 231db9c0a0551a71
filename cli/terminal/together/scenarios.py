"""A plan for several scenarios on the terminal."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from outlay.cli.terminal.screen import Column, Page
from outlay.cli.terminal.solution.summary import show_title
from outlay.cli.terminal.together.proof import show_failed, show_proof
from outlay.cli.views import words
from outlay.cli.views.ensemble import MEANINGS, best_words, gap_words, kept_words, risk_words, span, value_words
from outlay.cli.views.explanation import interval
from outlay.cli.views.labels import objective_unit

if TYPE_CHECKING:
    from outlay.optimizer.ensemble.answer import EnsembleSolution

#: So many scenarios and candidates are listed.
MOST_LISTED = 40


def show_scenarios(page: Page, found: EnsembleSolution) -> None:
    """Add what is decided now, what follows in each scenario, what it is worth to know, and what is proved."""
    show_title(page, found.instance)
    if not found.verified:
        show_failed(page, found, "plan for all scenarios")
        return
    page.fact("Scenarios", f"{words.count(len(found.scenarios), 'scenario')}; what is best: {risk_words(found.risk)}")
    _show_projects(page, found)
    _show_outcomes(page, found)
    show_knowing(page, found)
    _show_candidates(page, found)
    show_proof(page, found, "no decision can have more than")


def _show_projects(page: Page, found: EnsembleSolution) -> None:
    rows = found.projects.to_dict("records")
    columns = [
        Column("Id"), Column("Project", least=12, wrap=True), Column("Alternative"), Column("Selected"),
        Column("Built", right=True), Column("Given up", right=True), Column("Starts"),
    ]  # fmt: skip
    until = found.instance.period_label(found.instance.decide_by_period)
    for when, heading in (("now", f"Decided now (selections up to {until}, the same in every scenario)"),
                          ("later", "Decided later, where it suits")):  # fmt: skip
        chosen = [row for row in rows if row["decided"] == when]
        if chosen:
            page.heading(heading)
            page.table(columns, [_project(row) for row in chosen])
        elif when == "now":
            page.heading(heading)
            page.note("Nothing is selected now.")
    page.note("Built, given up: the probability of it. What is given up costs its cancel_share and brings nothing.")


def _project(row: Mapping[Any, Any]) -> list[object]:
    name = "" if row["name"] == row["project"] else row["name"]
    return [
        row["project"], name, row["alternative"], span(row["selected"], row["selected_latest"]),
        words.share(row["built"]), words.share(row["cancelled"]) if row["cancelled"] else "",
        span(row["starts"], row["starts_latest"]),
    ]  # fmt: skip


def _show_outcomes(page: Page, found: EnsembleSolution) -> None:
    unit = objective_unit(found.instance)
    page.heading(f"What follows in each scenario{f', {unit}' if unit else ''}")
    columns = [
        Column("Scenario", least=12, wrap=True), Column("Probability", right=True), Column("Worth", right=True),
        Column("Best, if it were known", right=True), Column("Regret", right=True), Column("Projects", right=True),
        Column("Given up", least=12, wrap=True),
    ]  # fmt: skip
    rows = found.outcomes.to_dict("records")
    page.table(
        columns,
        [
            [row["scenario"], words.share(row["probability"]), words.number(row["worth"], 6),
             best_words(row["best"], row["best_at_most"]),
             best_words(row["regret"], row["regret_at_most"], 4), row["projects"], row["given_up"]]
            for row in rows[:MOST_LISTED]
        ],
    )  # fmt: skip
    if len(rows) > MOST_LISTED:
        page.note(f"... and {len(rows) - MOST_LISTED} more (-o keeps them all).")


def show_knowing(page: Page, found: EnsembleSolution) -> None:
    """Add what it is worth to plan for all scenarios and to know more, and how the plan does on fresh draws."""
    _show_values(page, found)
    _show_factors(page, found)


def _show_values(page: Page, found: EnsembleSolution) -> None:
    page.heading("What it is worth")
    for name, (low, high) in found.values.items():
        if name not in MEANINGS:
            continue
        text = value_words(low, high)
        page.fact(f"{name[:1].upper()}{name[1:]}", text if math.isinf(low) else f"{text}: {MEANINGS[name]}")
    if gap_words(found):
        page.fact("Out-of-sample gap", gap_words(found))


def _show_factors(page: Page, found: EnsembleSolution) -> None:
    if "factors" not in found.tables:
        return
    page.heading("What it would be worth to know one factor first")
    rows = found.table("factors").to_dict("records")
    cells = [[row["factor"], words.number(row["value"]), interval(row["value"], row["value_at_most"])] for row in rows]
    columns = [Column("Factor", least=16, wrap=True), Column("Value", right=True), Column("Proved", right=True)]
    page.table(columns, cells[:MOST_LISTED])
    page.note("Over the decisions that were tried, in bins of the factor; of few scenarios it is too large.")


def _show_candidates(page: Page, found: EnsembleSolution) -> None:
    rows = found.table("candidates").to_dict("records")
    if not rows:
        return
    page.heading("Decisions that were tried in all scenarios")
    columns = [Column("Taken from", least=16, wrap=True), Column("Worth in all", right=True),
               Column("Decides now", least=20, wrap=True)]  # fmt: skip
    page.table(
        columns,
        [[row["candidate"], kept_words(row["worth"]), row["selected"]] for row in rows[:MOST_LISTED]],
    )
