"""Everything that the template of an explanation shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outlay.cli.report.explanation.charts import margins_chart, tornado
from outlay.cli.report.layout.grid import Grid, Heading, grid
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


def explanation_context(explanation: Explanation) -> dict[str, Any]:
    """Return what the template shows."""
    margins, limits = records(explanation.margins), records(explanation.limits)
    return {
        "title": explanation.instance.settings.title or explanation.instance.name,
        "name": explanation.instance.name,
        "constraint_set": explanation.constraint_set,
        "proof": _proof(explanation),
        "complete": explanation.complete,
        "notes": [f"{note[:1].upper()}{note[1:]}." for note in explanation.notes],
        "margins": margins_chart(margins),
        "margins_grid": _margins_grid(margins),
        "legend": legend(),
        "changes": list(change_sentences(explanation).items()),
        "limits": tornado(limits),
        "limits_grid": _limits_grid(limits),
        "curves": _curves(records(explanation.curves)),
        "step": step_words(limits) if limits else "",
        "conflicts": [(number, titles, minimal) for number, (titles, minimal) in conflict_groups(explanation).items()],
        "repair": [row["sentence"] for row in records(explanation.repair)],
        "sets_lines": explanation.sets_toml.splitlines(),
    }


def _proof(explanation: Explanation) -> str:
    if explanation.objective is None:
        return "No plan is possible." if len(explanation.conflicts) else "There is no plan."
    bound = explanation.bound
    least = "" if bound is None else f"; no plan can have more than {words.number(bound, 6)}"
    return f"Today's plan has objective {words.number(explanation.objective, 6)}{least}."


def _margins_grid(rows: list[dict[str, Any]]) -> Grid:
    headings = [
        Heading("Id"), Heading("Project"), Heading("Standing"), Heading("Margin", right=True),
        Heading("Proved", right=True), Heading("Comes in", wide=True), Heading("Goes", wide=True),
        Heading("Why", wide=True),
    ]  # fmt: skip
    return grid(headings, [
        [row["project"], row["name"], standing_words(row), amounts(row["margin"]), interval(row["low"], row["high"]),
         row["comes_in"], row["goes"], row["reason"]]
        for row in rows
    ])  # fmt: skip


def _limits_grid(rows: list[dict[str, Any]]) -> Grid:
    headings = [
        Heading("Limit"), Heading("Gain", right=True), Heading("Proved", right=True), Heading("In", wide=True),
        Heading("Out", wide=True), Heading("Loss", right=True), Heading("Proved", right=True), Heading("In", wide=True),
        Heading("Out", wide=True), Heading("Price", "an estimate", right=True),
    ]  # fmt: skip
    return grid(headings, [
        [row["limit"], amounts(row["gain"]), interval(row["gain_low"], row["gain_high"]), row["gain_in"],
         row["gain_out"], row["loss_note"] or amounts(row["loss"]), interval(row["loss_low"], row["loss_high"]),
         row["loss_in"],
         row["loss_out"], words.number(row["price"])]
        for row in rows
    ])  # fmt: skip


def _curves(rows: list[dict[str, Any]]) -> list[tuple[str, Grid]]:
    """Return (limit, breakpoints) of each curve."""
    headings = [
        Heading("Stretch", right=True), Heading("Objective", right=True), Heading("In", wide=True),
        Heading("Out", wide=True), Heading("Line to the next"), Heading("Open", right=True),
    ]  # fmt: skip
    found = []
    for limit in dict.fromkeys(str(row["limit"]) for row in rows):
        lines = [
            [words.share(row["stretch"]) if row["unit"] == "share" else words.number(row["stretch"], 6),
             words.number(row["objective"], 6), row["comes_in"], row["goes"], "yes" if row["line"] else "",
             amounts(row["open"]) if row["open"] else ""]
            for row in rows if row["limit"] == limit
        ]  # fmt: skip
        found.append((limit, grid(headings, lines)))
    return found
