"""A priority list on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from outlay.cli.terminal.screen import Column, Page
from outlay.cli.terminal.solution.summary import show_title
from outlay.cli.terminal.together.proof import show_failed, show_proof
from outlay.cli.views import words
from outlay.cli.views.explanation import interval
from outlay.cli.views.labels import objective_unit

if TYPE_CHECKING:
    from outlay.optimizer.ranking.ranking import Ranking


def show_ranking(page: Page, ranking: Ranking) -> None:
    """Add the list with its marks, what nesting costs, and what is proved."""
    show_title(page, ranking.instance)
    if not ranking.verified:
        show_failed(page, ranking, "list")
        return
    _show_list(page, ranking)
    _show_levels(page, ranking)
    show_proof(page, ranking, "no nested list can have more, on the weighted mean of the levels, than")


def _show_list(page: Page, ranking: Ranking) -> None:
    page.heading(f"The list: fund down to the mark of the level of {ranking.limit} that comes true")
    rows = ranking.projects.to_dict("records")
    money = ranking.instance.settings.money_unit
    columns = [
        Column("#", right=True), Column("Id"), Column("Project", least=12, wrap=True), Column("Alternative"),
        Column(f"Commitment {money}".strip(), right=True), Column("From", right=True), Column("Mark"),
        Column("In the best plan of", least=16, wrap=True),
    ]  # fmt: skip
    marks: dict[float, int] = {}
    for place, row in enumerate(rows, start=1):
        marks[row["level"]] = place
    cells: list[list[object]] = []
    for place, row in enumerate(rows, start=1):
        name = "" if row["name"] == row["project"] else row["name"]
        level = words.number(row["level"])
        mark = f"up to {level}" if marks[row["level"]] == place else ""
        cells.append(
            [
                place,
                row["project"],
                name,
                row["alternative"],
                words.number(row["commitment"]),
                level,
                mark,
                row["best_at"],
            ]
        )
    page.table(columns, cells)
    if not rows:
        page.note("Nothing is funded at any level.")


def _show_levels(page: Page, ranking: Ranking) -> None:
    unit = objective_unit(ranking.instance)
    page.heading(f"What one list costs{f', {unit}' if unit else ''}")
    columns = [
        Column(f"{ranking.limit} {ranking.unit}".strip(), right=True), Column("Weight", right=True),
        Column("Projects", right=True), Column("The list", right=True), Column("Best alone", right=True),
        Column("Price", right=True), Column("Proved", right=True), Column("Only in the best plan", least=16, wrap=True),
    ]  # fmt: skip
    cells = [
        [words.number(row["level"]), words.share(row["weight"]), row["projects"], words.number(row["nested"], 6),
         words.number(row["best"], 6), words.number(row["price"]), interval(row["price"], row["price_at_most"]),
         row["lost"]]
        for row in ranking.levels.to_dict("records")
    ]  # fmt: skip
    page.table(columns, cells)
    page.note("Best alone: the best plan of the level by itself, without nesting. Price: what the list is worth less.")
