"""The charts of a plan for several scenarios: what each is worth beside its own best, and what becomes of projects."""

from __future__ import annotations

from typing import Any

from outlay.cli.report.layout.style import (
    BLUE,
    GREY,
    LEGEND_ABOVE,
    ORANGE,
    PALE,
    Figure,
    axis,
    fates_chart,
    hover,
    label,
    lanes,
    layout,
    plain,
    plains,
)
from outlay.cli.views import words
from outlay.cli.views.ensemble import best_words, span

#: So many scenarios are drawn, the least worth first; the table has all.
MOST_DRAWN = 60
_FATES = (("built", BLUE), ("given up", ORANGE), ("not funded", PALE))


def worth_chart(rows: list[dict[str, Any]], unit: str) -> Figure | None:
    """Return each scenario as a line from what its plan is worth to its own best, the least worth first."""
    known = sorted(rows, key=lambda row: (row["worth"], row["scenario"]))[:MOST_DRAWN]
    if not known:
        return None
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter", "mode": "lines", "showlegend": False, "hoverinfo": "skip",
            "x": [value for row in known for value in (plain(row["worth"]), plain(row["best"]), None)],
            "y": [value for lane in range(len(known)) for value in (lane, lane, None)],
            "line": {"color": GREY, "width": 2},
        }
    ]  # fmt: skip
    for key, name, colour, symbol in (
        ("best", "best, if it were known", ORANGE, "line-ns-open"),
        ("worth", "with what is decided now", BLUE, "circle"),
    ):
        traces.append({
            "type": "scatter", "mode": "markers", "name": name, "x": plains(row[key] for row in known),
            "y": list(range(len(known))), "marker": {"color": colour, "size": 11, "symbol": symbol},
            "hoverinfo": "text", "hovertext": [_scenario_facts(row) for row in known],
        })  # fmt: skip
    figure = layout(
        110 + 24 * len(known), legend=LEGEND_ABOVE, margin={"l": 10, "r": 24, "t": 30, "b": 40},
        xaxis=axis(f"worth{f', {label(unit)}' if unit else ''}"),
        yaxis=lanes([label(row["scenario"], 40) for row in known]),
    )  # fmt: skip
    return {"data": traces, "layout": figure}


def _scenario_facts(row: dict[str, Any]) -> str:
    facts = [
        ("probability", words.share(row["probability"])), ("worth", words.number(row["worth"], 6)),
        ("best, if it were known", best_words(row["best"], row["best_at_most"])),
        ("regret", words.number(row["regret"])), ("given up", row["given_up"]),
    ]  # fmt: skip
    return hover(row["scenario"], [(name, fact) for name, fact in facts if fact])


def projects_chart(rows: list[dict[str, Any]]) -> Figure | None:
    """Return how likely each project is built or given up, over the scenarios."""
    known = sorted(rows, key=lambda row: (row["decided"] != "now", -row["built"], row["project"], row["alternative"]))
    shares = [(row["built"], row["cancelled"], max(0.0, 1.0 - row["built"] - row["cancelled"])) for row in known]
    return fates_chart(known, _FATES, shares, [_project_facts(row) for row in known], "probability, %")


def _project_facts(row: dict[str, Any]) -> str:
    facts = [
        ("alternative", row["alternative"]), ("decided", row["decided"]),
        ("selected", span(row["selected"], row["selected_latest"])), ("built", words.share(row["built"])),
        ("given up", words.share(row["cancelled"]) if row["cancelled"] else ""),
        ("starts", span(row["starts"], row["starts_latest"])),
    ]  # fmt: skip
    return hover(f"{row['project']} {row['name']}", [(name, fact) for name, fact in facts if fact])
