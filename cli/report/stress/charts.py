"""The charts of a stress test: how each plan spreads, what becomes of its projects, and what it hangs on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from outlay.cli.report.layout.style import (
    BLACK,
    BLUE,
    ORANGE,
    PALE,
    SERIES,
    SKY,
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
from outlay.cli.views.stress import later_words, with_error

#: So many draws of a plan are drawn as points, spread over so much of its lane.
MOST_POINTS, LANE = 1_000, 0.32
_LINES = (("p5", "p95", 1.5), ("p25", "p75", 7.0))


def spread_chart(plans: list[dict[str, Any]], outcomes: list[dict[str, Any]], unit: str) -> Figure | None:
    """Return each plan as a lane: every draw a point, bars from 25 to 75 % and from 5 to 95 %, the mean a diamond."""
    known = [row for row in plans if row["mean"] is not None]
    if not known:
        return None
    traces: list[dict[str, Any]] = []
    for lane, row in enumerate(known):
        colour = SERIES[lane % len(SERIES)]
        own = [one for one in outcomes if one["plan"] == row["plan"] and one["objective"] is not None][:MOST_POINTS]
        traces.append({
            "type": "scatter", "mode": "markers", "showlegend": False, "hoverinfo": "text",
            "x": plains(one["objective"] for one in own),
            "y": [plain(lane + LANE * _jitter(place)) for place in range(len(own))],
            "marker": {"color": colour, "size": 5, "opacity": 0.35},
            "hovertext": [_draw_facts(one) for one in own],
        })  # fmt: skip
        for low, high, width in _LINES:
            traces.append({
                "type": "scatter", "mode": "lines", "showlegend": False, "hoverinfo": "skip",
                "x": plains((row[low], row[high])), "y": [lane, lane], "line": {"color": BLACK, "width": width},
            })  # fmt: skip
        traces.append({
            "type": "scatter", "mode": "markers", "showlegend": False, "hoverinfo": "text", "x": [plain(row["mean"])],
            "y": [lane],
            "marker": {"symbol": "diamond", "size": 12, "color": "#FFFFFF", "line": {"color": BLACK, "width": 2}},
            "hovertext": [_plan_facts(row)],
        })  # fmt: skip
    names = [label(row["plan"], 30) for row in known]
    figure = layout(
        90 + 90 * len(known),
        margin={"l": 10, "r": 24, "t": 6, "b": 40},
        xaxis=axis(f"objective{f', {label(unit)}' if unit else ''}", zeroline=True),
        yaxis=lanes(names),
    )  # fmt: skip
    return {"data": traces, "layout": figure}


def _jitter(place: int) -> float:
    """Return a number from -1 to 1 that spreads points evenly: the van der Corput sequence, in base 2."""
    found, share = 0.0, 1.0
    while place:
        share /= 2
        found += share * (place % 2)
        place //= 2
    return 2 * found - 1


def _draw_facts(row: dict[str, Any]) -> str:
    facts = [
        ("objective", words.number(row["objective"], 6)), ("scenario", row["scenario"] or ""),
        ("given up", row["cancelled"]), ("status", row["status"]),
    ]  # fmt: skip
    return hover(f"{row['plan']}, {row['draw']}", facts)


def _plan_facts(row: dict[str, Any]) -> str:
    facts = [
        ("mean", with_error(row["mean"], row["se"])), ("median", words.number(row["p50"])),
        ("5 to 95 %", f"{words.number(row['p5'])} to {words.number(row['p95'])}"),
        ("worst tenth", words.number(row["cvar10"])),
        *([("best of the plans", words.share(row["best"]))] if row["best"] is not None else []),
    ]  # fmt: skip
    return hover(row["plan"], facts)


def best_chart(plans: list[dict[str, Any]]) -> Figure | None:
    """Return how likely each plan is the best of them, or as good; None where there is one plan."""
    known = [row for row in plans if row["best"] is not None]
    if len(known) < 2:
        return None
    trace = {
        "type": "bar", "orientation": "h", "y": list(range(len(known))),
        "x": [plain(100 * row["best"]) for row in known],
        "marker": {"color": [SERIES[place % len(SERIES)] for place in range(len(known))]},
        "text": [f"  {words.share(row['best'])}" for row in known], "textposition": "outside", "cliponaxis": False,
        "hoverinfo": "text",
        "hovertext": [
            hover(row["plan"], [
                ("best, or as good", words.share(row["best"])), ("mean regret", words.number(row["regret"])),
                ("most", words.number(row["most_regret"])),
            ])
            for row in known
        ],
    }  # fmt: skip
    figure = layout(
        70 + 34 * len(known), showlegend=False, margin={"l": 10, "r": 40, "t": 6, "b": 40},
        xaxis=axis("share of the draws, %", range=[0, 112]),
        yaxis=lanes([label(row["plan"], 30) for row in known]),
    )  # fmt: skip
    return {"data": [trace], "layout": figure}


#: What becomes of a project, in the order in which it is drawn.
_FATES = (("built as planned", BLUE), ("built later", SKY), ("given up", ORANGE), ("not funded", PALE))


def projects_chart(rows: list[dict[str, Any]]) -> Figure | None:
    """Return what becomes of each project of a plan as shares of the draws."""
    known = [row for row in rows if row["built"] is not None]
    known.sort(key=lambda row: (-row["built"], row["later"] or 0.0, row["project"]))
    shares = [_fates(row) for row in known]
    return fates_chart(known, _FATES, shares, [_project_facts(row) for row in known], "share of the draws, %")


def _fates(row: dict[str, Any]) -> tuple[float, float, float, float]:
    later, cancelled = row["later"] or 0.0, row["cancelled"] or 0.0
    return row["built"] - later, later, cancelled, max(0.0, 1.0 - row["built"] - cancelled)


def _project_facts(row: dict[str, Any]) -> str:
    facts = [
        ("planned", row["planned"] or "not now"), ("built", words.share(row["built"])), ("later", later_words(row)),
        ("given up", words.share(row["cancelled"]) if row["cancelled"] else ""),
        ("scale where built", words.number(row["scale"], 3) if row["scale"] is not None else ""),
    ]  # fmt: skip
    return hover(f"{row['project']} {row['name']}", facts)


def tornado(rows: Sequence[dict[str, Any]], mean: float | None) -> Figure | None:
    """Return the mean objective in the lowest and the highest fifth of each factor, around the plan's mean."""
    known = [row for row in rows if row["low"] is not None and row["high"] is not None]
    if not known or mean is None:
        return None
    known.sort(key=lambda row: (-abs(row["swing"]), row["factor"]))
    traces = [
        {
            "type": "bar", "orientation": "h", "name": name, "y": list(range(len(known))), "base": plain(mean),
            "x": [plain(row[end] - mean) for row in known], "marker": {"color": colour}, "hoverinfo": "text",
            "hovertext": [_factor_facts(row) for row in known],
        }
        for end, name, colour in (("low", "lowest fifth of the factor", ORANGE), ("high", "highest fifth", BLUE))
    ]  # fmt: skip
    values = [row[end] for row in known for end in ("low", "high")]
    space = 0.12 * (max(values) - min(values) or abs(mean) or 1.0)
    figure = layout(
        96 + 26 * len(known), barmode="overlay", margin={"l": 10, "r": 24, "t": 30, "b": 40},
        xaxis=axis("mean objective", range=[min(*values, mean) - space, max(*values, mean) + space], zeroline=False),
        yaxis=lanes([label(row["factor"], 40) for row in known]),
    )  # fmt: skip
    return {"data": traces, "layout": figure}


def _factor_facts(row: dict[str, Any]) -> str:
    share = "" if row["index"] is None else f"{round(100 * row['index'])} %"
    error = f" ± {round(100 * row['index_se'])}" if share and row["index_se"] else ""
    facts = [
        ("what", row["title"]), ("lowest fifth", words.number(row["low"])),
        ("highest fifth", words.number(row["high"])),
        ("explains by itself", f"{share}{error}"),
    ]  # fmt: skip
    return hover(row["factor"], [(name, fact) for name, fact in facts if fact])
