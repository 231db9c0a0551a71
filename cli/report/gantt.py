"""The plan as a Gantt chart by sector: selection, waiting, permit review, building, operation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from outlay.cli.report.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    VERMILION,
    Clock,
    Figure,
    axis,
    fewer_years_on_paper,
    hover,
    label,
    layout,
    money,
    striped,
    totals,
)
from outlay.cli.views import words

if TYPE_CHECKING:
    from outlay.optimizer.answer.solution import Solution

Row = Mapping[str, Any]

#: So many projects are drawn; those of the largest commitments first.
MOST_BARS = 120
_ROW_PIXELS = 23


def gantt(solution: Solution) -> tuple[Figure | None, int]:
    """Return the chart (None without a funded project) and how many funded projects it leaves out."""
    rows = _rows(solution)
    if not rows:
        return None, 0
    kept = sorted(rows, key=lambda row: (-row["commitment"], row["project"]))[:MOST_BARS]
    places, ticks = _places(kept)
    clock = Clock(solution.instance)
    traces = [_waits(clock, places), *_phases(solution, clock, places), _selections(clock, places)]
    height = 84 + _ROW_PIXELS * (len(ticks) + 1)
    figure = layout(
        height,
        barmode="overlay",
        margin={"l": 10, "r": 16, "t": 52, "b": 30},
        xaxis=clock.axis(room=0.012),
        yaxis=axis(
            range=[len(ticks) - 0.4, -0.6], tickvals=[place for place, _ in ticks],
            ticktext=[text for _, text in ticks], showgrid=False, zeroline=False, tickfont={"size": 11.5},
            ticklabelstandoff=6,
        ),
        legend={"orientation": "h", "x": 0, "yref": "container", "y": 1, "yanchor": "top"},
        **_deadline(solution, clock),
    )  # fmt: skip
    return {"data": traces, "layout": fewer_years_on_paper(figure)}, len(rows) - len(kept)


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
        ("permit review", "review", "start", {"color": ORANGE, "pattern": striped("/", 0.35)}),
        ("building", "start", "operation", {"color": BLUE}),
        ("operating", "operation", "end", {"color": GREEN, "opacity": 0.55}),
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
            }
        )
    return traces


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
        "marker": {"color": GREY},
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


def _deadline(solution: Solution, clock: Clock) -> dict[str, Any]:
    """Return the line after the last period in which a project can be selected, where the calendar names one."""
    last = solution.instance.last_selection_period
    if solution.instance.settings.calendar.last_selection is None or not 0 <= last < solution.instance.periods:
        return {}
    x = clock.at(last + 1)
    line = {"type": "line", "x0": x, "x1": x, "yref": "paper", "y0": 0, "y1": 1}
    line["line"] = {"color": VERMILION, "width": 1.5, "dash": "dash"}
    note = {
        "x": x, "xanchor": "center", "yref": "paper", "y": 1, "yanchor": "bottom", "showarrow": False,
        "text": f"last selection: {solution.instance.period_label(last)}", "font": {"color": VERMILION, "size": 11},
    }  # fmt: skip
    return {"shapes": [line], "annotations": [note]}
