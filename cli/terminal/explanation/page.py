"""An explanation on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outlay.cli.terminal.screen import Column, Page
from outlay.cli.terminal.solution.summary import show_title
from outlay.cli.views import words
from outlay.cli.views.explanation import (
    amounts,
    change_sentences,
    conflict_groups,
    interval,
    legend,
    records,
    standing_words,
    step_words,
)

if TYPE_CHECKING:
    from outlay.optimizer.explain.explanation import Explanation

#: Characters of the longest bar of a margin.
BAR = 24


def show_explanation(page: Page, explanation: Explanation) -> None:
    """Add everything that was asked and answered."""
    show_title(page, explanation.instance)
    if explanation.objective is not None:
        bound = explanation.bound
        proved = "nothing is proved" if bound is None else f"no plan can have more than {words.number(bound, 6)}"
        page.fact("Today's plan", f"objective {words.number(explanation.objective, 6)}; {proved}")
    _show_margins(page, records(explanation.margins))
    _show_changes(page, explanation)
    _show_limits(page, records(explanation.limits))
    _show_curves(page, records(explanation.curves))
    _show_conflicts(page, explanation)
    for note in explanation.notes:
        page.line(f"{note[:1].upper()}{note[1:]}.", "bold")
    if not explanation.complete:
        page.line("Stopped by Ctrl-C: what was answered until then is shown.", "bold")
    times = explanation.times_s
    asked = words.count(int(times.get("questions", 0)), "question")
    page.fact("Time", f"{words.seconds(times.get('total'))} for {asked}")


def _show_margins(page: Page, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    page.heading("What each project is worth to the plan")
    largest = max([abs(row["margin"]) for row in rows if words.exists(row["margin"])], default=0.0)
    columns = [
        Column("Id"), Column("Project", least=12), Column("Standing"), Column("Margin", right=True),
        Column("Proved", right=True), Column(""), Column("Comes in", least=12, wrap=True),
        Column("Goes", least=12, wrap=True), Column("Why", least=16, wrap=True),
    ]  # fmt: skip
    page.table(columns, [_margin(row, largest) for row in rows])
    page.note(legend())


def _margin(row: dict[str, Any], largest: float) -> list[object]:
    share = max(0.0, row["margin"]) / largest if largest and words.exists(row["margin"]) else 0.0
    return [
        row["project"], row["name"], standing_words(row), amounts(row["margin"]),
        interval(row["low"], row["high"]), "█" * round(BAR * share), row["comes_in"], row["goes"], row["reason"],
    ]  # fmt: skip


def _show_changes(page: Page, explanation: Explanation) -> None:
    sentences = change_sentences(explanation)
    if not sentences:
        return
    page.heading("What would bring a project in: the least single changes")
    for project, texts in sentences.items():
        page.fact(project, "; ".join(texts))


def _show_limits(page: Page, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    page.heading(f"What limits are worth: {step_words(rows)} wider, and tighter")
    columns = [
        Column("Limit", least=16), Column("Gain", right=True), Column("Proved", right=True),
        Column("Then in; out", least=14, wrap=True),
        Column("Loss", right=True), Column("Proved", right=True), Column("Then in; out", least=14, wrap=True),
        Column("Price", right=True),
    ]  # fmt: skip
    page.table(columns, [_limit(row) for row in rows])
    page.note("Gain and loss are solved, each with its interval; the price is the linear relaxation's, an estimate.")


def _limit(row: dict[str, Any]) -> list[object]:
    return [
        row["limit"], amounts(row["gain"]), interval(row["gain_low"], row["gain_high"]), _who(row, "gain"),
        row["loss_note"] or amounts(row["loss"]), interval(row["loss_low"], row["loss_high"]), _who(row, "loss"),
        words.number(row["price"]),
    ]  # fmt: skip


def _who(row: dict[str, Any], side: str) -> str:
    sides = (("+", row[f"{side}_in"]), ("-", row[f"{side}_out"]))
    return " ".join(f"{sign}{name}" for sign, names in sides for name in names.split("; ") if name)


def _show_curves(page: Page, rows: list[dict[str, Any]]) -> None:
    columns = [
        Column("Stretch", right=True), Column("Objective", right=True), Column(""), Column("In", least=12, wrap=True),
        Column("Out", least=12, wrap=True), Column("Open", right=True),
    ]  # fmt: skip
    for limit in dict.fromkeys(row["limit"] for row in rows):
        own = [row for row in rows if row["limit"] == limit]
        page.heading(f"The best objective over how far {limit} is stretched")
        page.table(columns, [
            [f"{words.number(100 * row['stretch'])} %" if row["unit"] == "share" else words.number(row["stretch"], 6),
             words.number(row["objective"], 6), "┄" if row["line"] else "", row["comes_in"], row["goes"],
             amounts(row["open"]) if row["open"] else ""]
            for row in own
        ])  # fmt: skip
        if any(row["line"] for row in own):
            page.note("┄ between this breakpoint and the next one the curve is a straight line.")


def _show_conflicts(page: Page, explanation: Explanation) -> None:
    groups = conflict_groups(explanation)
    if groups:
        page.line("No plan is possible.", "bold red")
    for number, (titles, minimal) in groups.items():
        proved = "each of them is needed" if minimal else "perhaps not all of them are needed"
        page.heading(f"Conflict {number}: these cannot hold together ({proved})")
        for title in titles:
            page.line(f"  {title}")
    moves = records(explanation.repair)
    if moves:
        page.heading(f"The least repair: {words.count(len(moves), 'move')}")
        for move in moves:
            page.line(f"  {move['sentence']}")
        if explanation.plan is not None:
            funded = [choice.project for choice in explanation.plan.choices]
            page.note(f"It allows a plan that funds {words.listed(funded, 40) if funded else 'nothing'}.")
