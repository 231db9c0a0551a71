"""The plan as a Gantt chart by sector: selection, waiting, permit review, building, operation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from outlay.cli.report.layout.style import (
    BLACK,
    HAZE,
    INK,
    MIST,
    SLATE,
    Clock,
    Figure,
    axis,
    fewer_years_on_paper,
    hover,
    label,
    layout,
    money,
    series_style,
    striped,
    totals,
)
from outlay.cli.report.solution.sectors import sector_places
from outlay.cli.views import words

if TYPE_CHECKING:
    from outlay.optimizer.answer.solution import Solution

Row = Mapping[str, Any]

#: So many projects are drawn; those of the largest commitments first.
MOST_BARS = 120
_ROW_PIXELS, _PHONE_PIXELS = 23, 46


def gantt(solution: Solution) -> tuple[Figure | None, int]:
    """Return the chart (None without a funded project) and how many funded projects it leaves out."""
    rows = _rows(solution)
    if not rows:
        return None, 0
    kept = sorted(rows, key=lambda row: (-row["commitment"], row["project"]))[:MOST_BARS]
    places, ticks = _places(kept)
    clock = Clock(solution.instance)
    traces = [_waits(clock, places), *_phases(solution, clock, places), _selections(clock, places)]
    height = 104 + _ROW_PIXELS * (len(ticks) + 1)
    line, note = _deadline(solution, clock)
    figure = layout(
        height,
        barmode="overlay",
        margin={"l": 10, "r": 16, "t": 64, "b": 26},
        xaxis=clock.axis(room=0.016, side="top"),
        yaxis=axis(
            range=[len(ticks) - 0.4, -0.6], tickvals=[place for place, _ in ticks],
            ticktext=[text for _, text in ticks], showgrid=False, zeroline=False, tickfont={"size": 12},
            ticklabelstandoff=6,
        ),
        legend={"orientation": "h", "x": 0, "yref": "container", "y": 1, "yanchor": "top"},
        shapes=[*_stripes(solution, places), *line],
        annotations=note,
    )  # fmt: skip
    fewer_years_on_paper(figure)
    figure["meta"] = {**figure.get("meta", {}), **_on_phone(ticks, note)}
    return {"data": traces, "layout": figure}, len(rows) - len(kept)


def _stripes(solution: Solution, places: list[tuple[int, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return a stripe in the colour of its sector at the left of each project; none where there is one sector."""
    colours = sector_places(solution)
    if len(colours) < 2:
        return []
    return [
        {
            "type": "rect", "xref": "paper", "x0": 0, "x1": 0.007, "yref": "y", "y0": place - 0.5, "y1": place + 0.5,
            "fillcolor": series_style(colours[str(row["sector"] or "")])["color"], "line": {"width": 0},
        }
        for place, row in places
    ]  # fmt: skip


def _on_phone(ticks: list[tuple[int, str]], note: list[dict[str, Any]]) -> dict[str, Any]:
    """Return how the chart changes where it is narrow: each name above its bar, a label every few years."""
    names = [
        {
            "xref": "paper", "x": 0.02, "xanchor": "left", "yref": "y", "y": place - 0.32, "yanchor": "bottom",
            "text": text, "showarrow": False, "font": {"size": 12},
        }
        for place, text in ticks
    ]  # fmt: skip
    phone = {
        "yaxis.showticklabels": False,
        "annotations": [*note, *names],
        "xaxis.nticks": 4,
        "xaxis.dtick": None,
        "xaxis.tickangle": 0,
        "margin.l": 2,
        "margin.r": 2,
        "margin.t": 96,
    }
    return {"onPhone": {**phone, "height": 130 + _PHONE_PIXELS * (len(ticks) + 1)}}


def _rows(solution: Solution) -> list[dict[str, Any]]:
    projects = {row["project"]: row for row in solution.projects.to_dict("records")}
    return [
        {str(key): item for key, item in {**projects[row["project"]], **row}.items()}
        for row in solution.timeline.to_dict("records")
    ]


def _places(rows: list[dict[str, Any]]) -> tuple[list[tuple[int, dict[str, Any]]], list[tuple[int, str]]]:
    """Return each project's row number, and the labels: sectors by commitment, projects by start."""
    sectors = totals((str(row["sector"] or ""), float(row["commitment"])) for row in rows)
    places: list[tuple[int, dict[str, Any]]] = []
    ticks: list[tuple[int, str]] = []
    decimals = words.places_for(float(row["commitment"]) for row in rows)
    for sector in sectors:
        own = [row for row in rows if str(row["sector"] or "") == sector]
        if list(sectors) != [""]:
            ticks.append((len(ticks), f"<b>{label(sector or 'no sector', 40)}</b>"))
        for row in sorted(own, key=lambda row: (row["start"], row["selection"], row["project"])):
            places.append((len(ticks), row))
            amount = words.fixed(float(row["commitment"]), decimals)
            ticks.append((len(ticks), f"{label(row['name'], 44)}  <b>{amount}</b>"))
    return places, ticks


def _phases(solution: Solution, clock: Clock, places: list[tuple[int, dict[str, Any]]]) -> list[dict[str, Any]]:
    phases: list[tuple[str, str, str, dict[str, Any]]] = [
        ("permit review", "review", "start", {"color": MIST, "pattern": striped("/", 0.35)}),
        ("building", "start", "operation", {"color": INK}),
        ("operating", "operation", "end", {"color": HAZE}),
    ]
    unit, last = solution.instance.settings.money_unit, solution.instance.periods
    traces = []
    for name, begin, finish, marker in phases:
        bars = [(place, row) for place, row in places if row[begin] < min(row[finish], last)]
        starts = [clock.at(row[begin]) for _, row in bars]
        ends = [clock.at(min(row[finish], last)) for _, row in bars]
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": name,
                "y": [place for place, _ in bars],
                "base": starts,
                "x": [round(end - start, 6) for start, end in zip(starts, ends, strict=True)],
                "width": 0.42 if begin == "review" else 0.66,
                "marker": marker,
                "customdata": [str(row["project"]) for _, row in bars],
                "hoverinfo": "text",
                "hovertext": [_facts(solution, row, unit) for _, row in bars],
                **(_scales(bars) if name == "building" else {}),
            }
        )
    return traces


def _scales(bars: list[tuple[int, dict[str, Any]]]) -> dict[str, Any]:
    """Return the scale as text in the bar of each project that is not built whole."""
    texts = [words.share(row["scale"]) if row["scale"] < 1 - 1e-6 else "" for _, row in bars]
    if not any(texts):
        return {}
    return {
        "text": texts, "textposition": "inside", "insidetextanchor": "middle", "textangle": 0,
        "constraintext": "none", "textfont": {"size": 12, "color": "#FFFFFF"},
    }  # fmt: skip


def _facts(solution: Solution, row: Row, unit: str) -> str:
    when = solution.instance.period_label
    reviewed = row["start"] - row["review"]
    track = " (fast track)" if row["fast_track"] else ""
    return hover(
        f"{row['name']} ({row['project']})",
        [
            ("alternative", f"{row['alternative']}, {words.share(row['scale'])} of its scale"),
            ("commitment", money(row["commitment"], unit)),
            ("selected", row["selected"]),
            ("permit review", f"from {when(row['review'])}{track}" if reviewed else ""),
            ("builds from", when(row["start"])),
            ("operates from", when(row["operation"])),
        ],
    )


def _waits(clock: Clock, places: list[tuple[int, dict[str, Any]]]) -> dict[str, Any]:
    waiting = [(place, row) for place, row in places if row["selection"] < row["start"]]
    return {
        "type": "bar",
        "orientation": "h",
        "name": "from selection to start",
        "y": [place for place, _ in waiting],
        "base": [clock.at(row["selection"]) for _, row in waiting],
        "x": [round(clock.at(row["start"]) - clock.at(row["selection"]), 6) for _, row in waiting],
        "width": 0.1,
        "marker": {"color": SLATE},
        "hoverinfo": "skip",
    }


def _selections(clock: Clock, places: list[tuple[int, dict[str, Any]]]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "selected",
        "x": [clock.at(row["selection"]) for _, row in places],
        "y": [place for place, _ in places],
        "marker": {"symbol": "diamond", "size": 9, "color": BLACK, "line": {"color": "#FFFFFF", "width": 1}},
        "cliponaxis": False,
        "hoverinfo": "text",
        "hovertext": [hover(row["name"], [("selected", row["selected"])]) for _, row in places],
    }


def _deadline(solution: Solution, clock: Clock) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return line and note after the last period of selection, where the calendar names one."""
    last = solution.instance.last_selection_period
    if solution.instance.settings.calendar.last_selection is None or not 0 <= last < solution.instance.periods:
        return [], []
    x = clock.at(last + 1)
    line = {"type": "line", "x0": x, "x1": x, "yref": "paper", "y0": 0, "y1": 1}
    line["line"] = {"color": BLACK, "width": 1.5, "dash": "dash"}
    note = {
        "x": x, "xanchor": "center", "yref": "paper", "y": 0, "yanchor": "top", "showarrow": False,
        "text": f"last selection: {label(solution.instance.period_label(last))}", "font": {"color": BLACK, "size": 12},
    }  # fmt: skip
    return [line], [note]
