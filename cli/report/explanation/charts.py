"""The charts of an explanation: margins from certain to never, and limits as a tornado."""

from __future__ import annotations

from typing import Any

from outlay.cli.report.layout.style import (
    BLACK,
    BLUE,
    HAZE,
    INK,
    MIST,
    ORANGE,
    Figure,
    axis,
    hover,
    label,
    lanes,
    layout,
    plain,
)
from outlay.cli.views import words
from outlay.cli.views.explanation import interval, standing_words

#: Letters of a name beside a chart, on a wide screen and on a phone, where a name must leave room for its bar.
_LETTERS, _PHONE_LETTERS = 40, 16
_COLOURS = {"certain": BLACK, "funded": INK, "not funded": MIST, "never": HAZE, "not known": HAZE}


def margins_chart(rows: list[dict[str, Any]]) -> Figure | None:
    """Return the margin of each project as a bar with its interval, from certain to never; by its id on a phone."""
    if not rows:
        return None
    values = [row["margin"] or 0.0 for row in rows]
    trace = {
        "type": "bar", "orientation": "h", "y": list(range(len(rows))), "x": [plain(value) for value in values],
        "marker": {"color": [_COLOURS[row["standing"]] for row in rows]},
        "error_x": {
            "type": "data", "symmetric": False, "color": ORANGE, "thickness": 2, "width": 5,
            "array": [plain(_room(row["high"], row["margin"])) for row in rows],
            "arrayminus": [plain(_room(row["margin"], row["low"])) for row in rows],
        },
        "text": [_text(row) for row in rows], "textposition": "outside", "cliponaxis": False, "hoverinfo": "text",
        "hovertext": [_facts(row) for row in rows],
    }  # fmt: skip
    high = max(values) or 1.0
    figure = layout(
        70 + 22 * len(rows),
        showlegend=False,
        margin={"l": 10, "r": 24, "t": 6, "b": 40},
        xaxis=axis("loss if the plan is overruled", range=[min(0.0, *values), 1.3 * high], zeroline=True),
        yaxis=lanes([label(f"{row['project']} {row['name']}", _LETTERS) for row in rows]),
    )
    figure["meta"] = {"onPhone": {"yaxis.ticktext": [label(row["project"], _PHONE_LETTERS) for row in rows]}}
    return {"data": [trace], "layout": figure}


def _room(more: float | None, less: float | None) -> float | None:
    return None if more is None or less is None else max(0.0, more - less)


def _text(row: dict[str, Any]) -> str:
    if row["margin"] is None:
        return f"  {row['standing']}"
    return f"  {words.number(row['margin'])}{' (tie)' if row['tie'] else ''}"


def _facts(row: dict[str, Any]) -> str:
    facts = [
        ("standing", standing_words(row)), ("margin", words.number(row["margin"], 6)),
        ("proved", interval(row["low"], row["high"])), ("comes in", row["comes_in"]), ("goes", row["goes"]),
        ("why", row["reason"]),
    ]  # fmt: skip
    return hover(f"{row['project']} {row['name']}", [(name, value) for name, value in facts if value])


def tornado(rows: list[dict[str, Any]]) -> Figure | None:
    """Return gain and loss of each limit on both sides of today's plan, the widest first."""
    known = [row for row in rows if row["gain"] is not None or row["loss"] is not None]
    if not known:
        return None
    known.sort(key=lambda row: -((row["gain"] or 0.0) + (row["loss"] or 0.0)))
    traces = [_side(known, "gain", 1.0, BLUE), _side(known, "loss", -1.0, ORANGE)]
    values = [value for trace in traces for value in trace["x"]]
    low, high = min(0.0, *values), max(0.0, *values)
    space = 0.15 * (high - low or 1.0)
    figure = layout(
        80 + 26 * len(known),
        barmode="overlay",
        margin={"l": 10, "r": 24, "t": 6, "b": 40},
        xaxis=axis("change of objective", range=[low - space, high + space], zeroline=True, zerolinewidth=1.5),
        yaxis=lanes([label(row["limit"], _LETTERS) for row in known]),
    )
    figure["meta"] = {"onPhone": {"yaxis.ticktext": [label(row["limit"], _PHONE_LETTERS) for row in known]}}
    return {"data": traces, "layout": figure}


def _side(rows: list[dict[str, Any]], side: str, sign: float, colour: str) -> dict[str, Any]:
    values = [sign * (row[side] or 0.0) for row in rows]
    more, less = ("high", "low") if sign > 0 else ("low", "high")
    return {
        "type": "bar", "orientation": "h", "name": "a step wider" if sign > 0 else "a step tighter",
        "y": list(range(len(rows))), "x": [plain(value) for value in values], "marker": {"color": colour},
        "error_x": {
            "type": "data", "symmetric": False, "color": BLACK, "thickness": 1,
            "array": [plain(_apart(row, side, more)) for row in rows],
            "arrayminus": [plain(_apart(row, side, less)) for row in rows],
        },
        "hoverinfo": "text",
        "hovertext": [
            hover(row["limit"], [
                (side, row["loss_note"] if side == "loss" and row["loss_note"] else words.number(row[side], 6)),
                ("proved", interval(row[f"{side}_low"], row[f"{side}_high"])),
                ("comes in", row[f"{side}_in"]), ("goes", row[f"{side}_out"]),
            ])
            for row in rows
        ],
    }  # fmt: skip


def _apart(row: dict[str, Any], side: str, end: str) -> float:
    one, other = row[side], row[f"{side}_{end}"]
    return 0.0 if one is None or other is None else abs(one - other)
