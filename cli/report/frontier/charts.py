"""The charts of a frontier: the picture with what is open shaded, and the projects as a strip along it."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from outlay.cli.report.layout.style import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    PALE,
    SKY,
    VERMILION,
    Figure,
    axis,
    hover,
    label,
    layout,
    plain,
    plains,
)
from outlay.cli.views import words
from outlay.cli.views.explanation import records
from outlay.cli.views.frontier import change_words, heading, held, point_rows

if TYPE_CHECKING:
    from outlay.optimizer.frontier.criteria.objectives import Objective
    from outlay.optimizer.frontier.result import Frontier

#: Open boxes that are drawn one by one; of more the largest.
MOST_BOXES = 400
#: How dark a zone of three objectives is, of which many lie over each other.
ZONE_OPACITY = 0.08
#: Room around the points, as a share of their range.
ROOM = 0.05


def pictures(frontier: Frontier) -> list[tuple[str, Figure]]:
    """Return a picture for each pair of objectives: (id, figure)."""
    count = len(frontier.objectives)
    if not len(frontier.points) or count < 2:
        return []
    return [(f"frontier-chart-{a}-{b}", _picture(frontier, a, b)) for a, b in combinations(range(count), 2)]


def _picture(frontier: Frontier, first: int, second: int) -> Figure:
    """Return the points with one objective over another one; the first is upright."""
    upright, across = frontier.objectives[first], frontier.objectives[second]
    rows = point_rows(frontier)
    x, y = ([row[each.name] for row in rows] for each in (across, upright))
    ends = _ranges(frontier, (across, upright))
    two = len(frontier.objectives) == 2
    traces: list[dict[str, Any]] = []
    if two:
        traces += [_steps(x, y, across), *_lines(frontier, x, y)]
    else:
        traces += _faces(frontier, across, upright)
    marker: dict[str, Any] = {
        "size": 9 if len(rows) < 60 else 6, "line": {"width": 1, "color": "#FFFFFF"},
        "color": [BLUE if row["proved"] else VERMILION for row in rows],
    }  # fmt: skip
    traces.append({
        "type": "scatter", "mode": "markers", "name": "efficient plans", "x": plains(x), "y": plains(y),
        "marker": marker, "hoverinfo": "text", "hovertext": [_facts(frontier, row, at) for at, row in enumerate(rows)],
    })  # fmt: skip
    figure = layout(
        420 if two else 320,
        showlegend=False,
        shapes=_boxes(frontier, across, upright, ends, opacity=0.35 if two else ZONE_OPACITY),
        xaxis=axis(label(heading(across)), range=ends[0], zeroline=False),
        yaxis=axis(label(heading(upright)), range=ends[1], zeroline=False),
    )
    return {"data": traces, "layout": figure}


def _ranges(frontier: Frontier, objectives: tuple[Objective, Objective]) -> list[list[float]]:
    """Return where the axes end: around points and what is open of finite size."""
    found = []
    for each in objectives:
        values = frontier.points[each.name].to_numpy(dtype=float)
        boxes = frontier.open[[f"{each.name} low", f"{each.name} high"]].to_numpy(dtype=float).ravel()
        values = np.append(values, boxes[np.isfinite(boxes)] if len(objectives) == len(frontier.objectives) else [])
        room = ROOM * (float(np.ptp(values)) or abs(float(values[0])) or 1.0)
        found.append([float(values.min()) - room, float(values.max()) + room])
    return found


def _steps(x: list[float], y: list[float], across: Objective) -> dict[str, Any]:
    """Return the line along which nothing is better: the budget curve with its steps."""
    shape = "vh" if not across.maximised else "hv"
    order = sorted(range(len(x)), key=lambda at: x[at])
    return {
        "type": "scatter", "mode": "lines", "name": "best value", "hoverinfo": "skip",
        "x": plains(x[at] for at in order), "y": plains(y[at] for at in order),
        "line": {"shape": "hv" if shape == "vh" else "vh", "color": SKY, "width": 1.5},
    }  # fmt: skip


def _lines(frontier: Frontier, x: list[float], y: list[float]) -> list[dict[str, Any]]:
    """Return the lines between plans of the same choices."""
    traces: list[dict[str, Any]] = []
    for a, b in frontier.segments.to_numpy().tolist():
        traces.append({
            "type": "scatter", "mode": "lines", "name": "mixtures", "hoverinfo": "skip",
            "x": plains([x[a - 1], x[b - 1]]), "y": plains([y[a - 1], y[b - 1]]), "line": {"color": BLUE, "width": 3},
        })  # fmt: skip
    return traces


def _faces(frontier: Frontier, across: Objective, upright: Objective) -> list[dict[str, Any]]:
    """Return the faces between plans of the same choices: lines between their corners."""
    traces: list[dict[str, Any]] = []
    for _, face in frontier.faces.groupby("face"):
        x, y = (plains(face[each.name].tolist()) for each in (across, upright))
        pairs = list(combinations(range(len(face)), 2))
        traces.append({
            "type": "scatter", "mode": "lines", "name": "mixtures", "hoverinfo": "skip",
            "x": [value for a, b in pairs for value in (x[a], x[b], None)],
            "y": [value for a, b in pairs for value in (y[a], y[b], None)],
            "line": {"color": SKY, "width": 1.5},
        })  # fmt: skip
    return traces


def _boxes(
    frontier: Frontier, across: Objective, upright: Objective, ends: list[list[float]], *, opacity: float
) -> list[dict[str, Any]]:
    """Return what is open as shaded boxes; of three objectives their shadows, the darker the more lie there."""
    rows = records(frontier.open)

    def end(row: dict[str, Any], name: str, side: str, inside: list[float]) -> float:
        value = row[f"{name} {side}"]
        return min(max(value, inside[0]), inside[1]) if value is not None else inside[0 if side == "low" else 1]

    shapes = []
    for row in rows[:MOST_BOXES]:
        shapes.append({
            "type": "rect", "layer": "below", "fillcolor": ORANGE, "opacity": opacity,
            "line": {"width": 0.5, "color": GREY},
            "x0": plain(end(row, across.name, "low", ends[0])), "x1": plain(end(row, across.name, "high", ends[0])),
            "y0": plain(end(row, upright.name, "low", ends[1])), "y1": plain(end(row, upright.name, "high", ends[1])),
        })  # fmt: skip
    return shapes


def _facts(frontier: Frontier, row: dict[str, Any], place: int) -> str:
    facts: list[tuple[str, object]] = [
        (label(heading(each)), words.number(row[each.name], 6)) for each in frontier.objectives
    ]
    facts.append(("plan", row["projects"].replace("; ", ", ") or "nothing"))
    if place:
        facts.append(("against the one before", change_words(row, place)))
    if not row["proved"]:
        facts.append(("proof", "not proved to be efficient"))
    return hover(f"Point {row['point']}", facts)


def strip(frontier: Frontier) -> Figure | None:
    """Return which projects each point funds, as a strip along the frontier; the most frequent project is on top."""
    scales = held(frontier)
    if not scales.size:
        return None
    table = records(frontier.projects)
    numbers = frontier.points["point"].tolist()
    texts = [
        [
            hover(f"{row['project']} {row['name']}", [
                ("point", str(number)),
                ("funded", "no" if not scale else "yes" if scale == 1 else f"{words.share(scale)} of it"),
                ("in", f"{words.share(row['core'])} of these plans"),
            ])
            for number, scale in zip(numbers, scales[at].tolist(), strict=True)
        ]
        for at, row in enumerate(table)
    ]  # fmt: skip
    trace = {
        "type": "heatmap", "x": numbers, "y": list(range(len(table))), "z": [plains(row) for row in scales.tolist()],
        "zmin": 0, "zmax": 1, "colorscale": [[0, PALE], [1, BLUE]], "showscale": False, "xgap": 1, "ygap": 1,
        "hoverinfo": "text", "hovertext": texts,
    }  # fmt: skip
    figure = layout(
        90 + 18 * len(table),
        margin={"l": 10, "r": 16, "t": 6, "b": 40},
        xaxis=axis("point of the frontier", showgrid=False, zeroline=False),
        yaxis=axis(
            range=[len(table) - 0.5, -0.5], tickvals=list(range(len(table))), showgrid=False, zeroline=False,
            ticktext=[label(f"{row['project']} {row['name']}  {words.share(row['core'])}", 48) for row in table],
            ticklabelstandoff=6, tickfont={"color": BLACK},
        ),
    )  # fmt: skip
    return {"data": [trace], "layout": figure}
