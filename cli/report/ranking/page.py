"""Everything that the page of a priority list shows: the list with its marks, and what it costs to have one list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outlay.cli.report.layout.grid import Cell, Grid, Heading, grid
from outlay.cli.report.layout.style import BLACK, BLUE, ORANGE, PALE, Figure, axis, hover, label, layout, plains
from outlay.cli.views import words
from outlay.cli.views.explanation import interval, records
from outlay.cli.views.labels import objective_unit
from outlay.optimizer.status import Status

if TYPE_CHECKING:
    from outlay.optimizer.ranking.ranking import Ranking

_LEGEND = {"orientation": "h", "x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom", "traceorder": "normal"}


def ranking_context(ranking: Ranking) -> dict[str, Any]:
    """Return what the template shows of a verified list."""
    levels, projects = records(ranking.levels), records(ranking.projects)
    unit = objective_unit(ranking.instance)
    return {
        "title": ranking.instance.settings.title or ranking.instance.name,
        "name": ranking.instance.name,
        "limit": ranking.limit,
        "proof": _proof(ranking, unit),
        "proved": ranking.status.proved,
        "levels": words.count(len(levels), "level"),
        "strip": _strip(projects, levels, ranking),
        "worth": _worth(levels, ranking, unit),
        "list_grid": _list_grid(projects, ranking),
        "levels_grid": _levels_grid(levels, ranking, unit),
    }


def _proof(ranking: Ranking, unit: str) -> str:
    worth = words.money(ranking.objective, unit, 6)
    told = f"{worth} on the weighted mean of the levels"
    if ranking.status == Status.OPTIMAL:
        return f"{told}: proved, no nested list has more."
    if ranking.bound is None:
        return f"{told}. Nothing is proved of what other lists can have."
    bound = words.money(ranking.bound, unit, 6)
    return f"{told}; no nested list can have more than {bound} (gap {words.gap(ranking.gap)})."


def _strip(projects: list[dict[str, Any]], levels: list[dict[str, Any]], ranking: Ranking) -> Figure | None:
    """Return the list as a strip: from which level each project is funded, and where the best plan alone holds it."""
    if not projects:
        return None
    marks = [row["level"] for row in levels]
    names = [f"{words.number(mark)} {ranking.unit}".strip() for mark in marks]
    rows, texts, alone = [], [], []
    for place, row in enumerate(projects):
        best = {float(text) for text in row["best_at"].split("; ") if text}
        rows.append([1 if mark >= row["level"] else 0 for mark in marks])
        alone += [(at, place) for at, mark in enumerate(marks) if mark in best]
        texts.append([
            hover(f"{row['project']} {row['name']}", [
                ("level", name), ("on the list", "funded" if mark >= row["level"] else "not yet"),
                ("best plan of the level alone", "holds it" if mark in best else "does without"),
            ])
            for mark, name in zip(marks, names, strict=True)
        ])  # fmt: skip
    traces: list[dict[str, Any]] = [
        {
            "type": "heatmap", "x": list(range(len(marks))), "y": list(range(len(rows))), "z": rows, "zmin": 0,
            "zmax": 1, "colorscale": [[0, PALE], [1, BLUE]], "showscale": False, "xgap": 1, "ygap": 1,
            "hoverinfo": "text", "hovertext": texts,
        },
        {
            "type": "scatter", "mode": "markers", "name": "in the best plan of the level alone", "hoverinfo": "skip",
            "x": [at for at, _ in alone], "y": [place for _, place in alone], "showlegend": True,
            "marker": {"color": ORANGE, "size": 8, "line": {"width": 1, "color": "#FFFFFF"}},
        },
    ]  # fmt: skip
    figure = layout(
        110 + 18 * len(rows), legend=_LEGEND, margin={"l": 10, "r": 16, "t": 30, "b": 40},
        xaxis=axis(label(ranking.limit), tickvals=list(range(len(marks))), ticktext=[label(name) for name in names],
                   showgrid=False, zeroline=False),
        yaxis=axis(
            range=[len(rows) - 0.5, -0.5], tickvals=list(range(len(rows))), showgrid=False, zeroline=False,
            ticktext=[label(f"{row['rank']}. {row['name']}", 40) for row in projects], ticklabelstandoff=6,
            tickfont={"color": BLACK},
        ),
    )  # fmt: skip
    return {"data": traces, "layout": figure}


def _worth(levels: list[dict[str, Any]], ranking: Ranking, unit: str) -> Figure:
    """Return what the list and the best plan alone are worth over the levels."""
    marks = plains(row["level"] for row in levels)
    texts = [
        hover(f"{ranking.limit} {words.number(row['level'])}", [
            ("the list", words.number(row["nested"], 6)), ("best alone", words.number(row["best"], 6)),
            ("price of one list", interval(row["price"], row["price_at_most"])),
        ])
        for row in levels
    ]  # fmt: skip
    traces = [
        {
            "type": "scatter", "mode": "lines+markers", "name": name,
            "x": marks, "y": plains(row[key] for row in levels),
            "line": {"color": colour, "dash": dash}, "marker": {"size": 8}, "hoverinfo": "text", "hovertext": texts,
        }
        for key, name, colour, dash in (("best", "best alone", ORANGE, "dot"), ("nested", "the list", BLUE, "solid"))
    ]  # fmt: skip
    figure = layout(
        320, legend=_LEGEND, xaxis=axis(label(f"{ranking.limit}{f', {ranking.unit}' if ranking.unit else ''}")),
        yaxis=axis(f"worth{f', {label(unit)}' if unit else ''}"),
    )  # fmt: skip
    return {"data": traces, "layout": figure}


def _list_grid(projects: list[dict[str, Any]], ranking: Ranking) -> Grid:
    last = {row["level"]: row["rank"] for row in projects}
    headings = [
        Heading("#", right=True), Heading("Id"), Heading("Project", wide=True), Heading("Alternative"),
        Heading("Commitment", ranking.instance.settings.money_unit, right=True),
        Heading("From", ranking.unit, right=True), Heading("Mark"), Heading("In the best plan of", wide=True),
    ]  # fmt: skip
    return grid(headings, [
        [str(row["rank"]), row["project"], row["name"], row["alternative"], words.number(row["commitment"]),
         words.number(row["level"]),
         Cell(f"up to {words.number(row['level'])}") if last[row["level"]] == row["rank"] else "", row["best_at"]]
        for row in projects
    ])  # fmt: skip


def _levels_grid(levels: list[dict[str, Any]], ranking: Ranking, unit: str) -> Grid:
    headings = [
        Heading(ranking.limit, ranking.unit, right=True), Heading("Weight", right=True),
        Heading("Projects", right=True),
        Heading("The list", unit, right=True), Heading("Best alone", unit, right=True), Heading("Price", right=True),
        Heading("Proved", right=True), Heading("New", wide=True), Heading("Only in the best plan", wide=True),
    ]  # fmt: skip
    return grid(headings, [
        [words.number(row["level"]), words.share(row["weight"]), str(row["projects"]), words.number(row["nested"], 6),
         words.number(row["best"], 6), words.number(row["price"]), interval(row["price"], row["price_at_most"]),
         row["new"], row["lost"]]
        for row in levels
    ])  # fmt: skip
