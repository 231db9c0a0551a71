"""A frontier on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from outlay.cli.terminal.screen import Column, Page
from outlay.cli.terminal.solution.summary import show_title
from outlay.cli.views import words
from outlay.cli.views.explanation import records
from outlay.cli.views.frontier import change_words, headings, point_rows, verdict, volume_words

if TYPE_CHECKING:
    from outlay.optimizer.frontier.result import Frontier

#: Boxes that are named one by one.
MOST_BOXES = 10


def show_frontier(page: Page, frontier: Frontier) -> None:
    """Add what was found, and what is open."""
    show_title(page, frontier.instance)
    page.fact("Frontier", verdict(frontier))
    volume = volume_words(frontier)
    if volume:
        page.fact("Hypervolume", volume)
    _show_points(page, frontier)
    _show_open(page, frontier)
    _show_core(page, frontier)
    for note in frontier.notes:
        page.line(f"{note[:1].upper()}{note[1:]}.", "bold")
    if frontier.interrupted:
        page.line("Stopped by Ctrl-C: what was found until then is shown.", "bold")
    asked = words.count(int(frontier.times_s.get("questions", 0)), "question")
    page.fact("Time", f"{words.seconds(frontier.times_s.get('total'))} for {asked}")


def _show_points(page: Page, frontier: Frontier) -> None:
    rows = point_rows(frontier)
    if not rows:
        return
    page.heading("Efficient plans, the best of the first objective first")
    names = [each.name for each in frontier.objectives]
    starts = set(frontier.segments["from_point"].tolist())
    priced = len(names) == 2
    columns = [Column("Point", right=True), *(Column(text, right=True, least=8) for text in headings(frontier))]
    columns += [Column("Rate", right=True)] if priced else []
    columns += [Column("Plan, then changes", least=20, wrap=True), Column("")]
    table = []
    for place, row in enumerate(rows):
        mark = "┄" if row["point"] in starts else ""
        cells: list[object] = [f"{row['point']}{mark}", *(words.number(row[name], 6) for name in names)]
        cells += [words.number(row["marginal"]) if row["marginal"] is not None else ""] if priced else []
        table.append([*cells, change_words(row, place), "" if row["proved"] else "not proved"])
    page.table(columns, table)
    if priced:
        page.note("Rate: what of the first objective the last unit of the second costs, from the point above.")
    if starts:
        page.note("┄ every mixture of this plan and the next one can be had, and nothing lies beyond the line.")


def _show_open(page: Page, frontier: Frontier) -> None:
    rows = records(frontier.open)
    if not rows:
        return
    page.heading("Where more may lie")
    columns = [*(Column(text, right=True, least=10) for text in headings(frontier)), Column("Why", least=10, wrap=True)]
    names = [each.name for each in frontier.objectives]
    table = [
        [*(_between(row[f"{name} low"], row[f"{name} high"]) for name in names), row["reason"]]
        for row in rows[:MOST_BOXES]
    ]
    page.table(columns, table)
    if len(rows) > MOST_BOXES:
        page.note(f"and {len(rows) - MOST_BOXES} more; --json or -o has them all.")


def _between(low: float, high: float) -> str:
    """Return the two ends of a box; one without an end is told as above or below."""
    if not words.exists(low):
        return f"below {words.number(high)}"
    if not words.exists(high):
        return f"above {words.number(low)}"
    return f"{words.number(low)} to {words.number(high)}"


def _show_core(page: Page, frontier: Frontier) -> None:
    rows = records(frontier.projects)
    if not rows or not len(frontier.points):
        return
    page.heading("Share of these plans that hold each project")
    for standing in ("core", "borderline", "exterior"):
        own = [row for row in rows if row["standing"] == standing]
        if own:
            texts = [
                row["project"] + ("" if standing != "borderline" else f" {words.share(row['core'])}") for row in own
            ]
            page.fact(_STANDINGS[standing], words.listed(texts, 24))


_STANDINGS = {"core": "In all", "borderline": "In some", "exterior": "In none"}
