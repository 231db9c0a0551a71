"""Draws on the terminal: what each factor came to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from outlay.cli.terminal.screen import Column, Page
from outlay.cli.terminal.solution.summary import show_title
from outlay.cli.views import words

if TYPE_CHECKING:
    from outlay.optimizer.uncertainty.draws import Draws

#: So many single draws are shown; the CSV has all.
MOST_SHOWN = 60


def show_draws(page: Page, drawn: Draws) -> None:
    """Add a table of what was drawn, a row a single draw, and the scenarios with their shares."""
    show_title(page, drawn.instance)
    single = words.count(len(drawn.dimensions), "uncertain number")
    page.fact("Drawn", f"{words.count(len(drawn), 'world')} of {single}, seed {drawn.seed}; all of them are valid")
    rows = drawn.factors.to_dict("records")
    if rows:
        page.heading("What the factors came to")
        columns = [
            Column("Factor", least=14), Column("Distribution", least=8, wrap=True), Column("Mean", right=True),
            Column("Sd", right=True), Column("10 %", right=True), Column("Median", right=True),
            Column("90 %", right=True),
        ]  # fmt: skip
        page.table(columns, [
            [f"{row['factor']}/{row['key']}" if row["key"] else row["factor"], row["distribution"],
             *(words.number(row[name], 3) for name in ("mean", "sd", "p10", "p50", "p90"))]
            for row in rows[:MOST_SHOWN]
        ])  # fmt: skip
        if len(rows) > MOST_SHOWN:
            page.note(f"and {len(rows) - MOST_SHOWN} more: --csv has every one")
    _show_scenarios(page, drawn)
    for note in drawn.notes:
        page.line(note, "bold")


def _show_scenarios(page: Page, drawn: Draws) -> None:
    shares: dict[str, float] = {}
    for one in drawn:
        if one.scenario is not None:
            shares[one.scenario] = shares.get(one.scenario, 0.0) + one.probability
    if shares:
        page.heading("Scenarios")
        for name, share in shares.items():
            title = str(drawn.instance.uncertainty["scenarios"][name].get("title", ""))
            page.fact(name, f"{words.share(share)} of what was drawn{f': {title}' if title else ''}")
