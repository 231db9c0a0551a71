"""The picture of the supply chain: curves from suppliers to resources to users, funded and unfunded told apart.

Hovering over a node shows its own connections; ``layout.meta`` tells the page's script where they lie in the traces.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from outlay.cli.report.layout.style import BLACK, GREY, INK, MIST, SLATE, Figure, axis, hover, label, layout, money
from outlay.cli.report.solution.chain import LEFT, MIDDLE, RIGHT, TIES, Chain, Node, arrange, read_chain
from outlay.models.supply.graph import PROJECT, RESOURCE

if TYPE_CHECKING:
    from outlay.optimizer.answer.solution import Solution

_POINTS = 9
#: What the axis spans, so that the labels fit beside the columns.
_SCREEN, _PAPER = [-0.72, 2.72], [-2.0, 4.0]


def supply_chain(solution: Solution) -> tuple[Figure | None, int]:
    """Return the picture, and how many nodes it leaves out; None where no project supplies or depends on anything."""
    chain = read_chain(solution)
    if all(kind == "uses" for kind in chain.edges.values()):
        return None, 0
    places = arrange(chain)
    rows = max(len(nodes) for nodes in chain.columns().values())
    paths, curves = _curves(chain, places)
    nodes = _nodes(solution, chain, places)
    highlight = {
        "type": "scatter", "mode": "lines", "x": [None], "y": [None], "hoverinfo": "skip", "showlegend": False,
        "line": {"color": BLACK, "width": 2.5},
    }  # fmt: skip
    figure = layout(
        126 + 22 * max(rows, 6),
        margin={"l": 8, "r": 8, "t": 76, "b": 8},
        xaxis=axis(range=_SCREEN, visible=False),
        yaxis=axis(range=[-0.03, 1.03], visible=False),
        meta={
            "highlight": len(curves),
            "paths": paths,
            "onPaper": {"xaxis.range": _PAPER},
            "onScreen": {"xaxis.range": _SCREEN},
        },
        annotations=[
            {"x": x, "y": 1.03, "yanchor": "bottom", "showarrow": False, "text": f"<b>{text}</b>", "font": {"size": 12}}
            for x, text in ((0, "who supplies"), (1, "what"), (2, "who uses it"))
        ],
        legend={"orientation": "h", "x": 0, "yref": "container", "y": 1, "yanchor": "top"},
    )
    return {"data": [*curves, highlight, *nodes], "layout": figure}, chain.left_out


def _curves(
    chain: Chain, places: dict[Node, tuple[float, float]]
) -> tuple[dict[str, list[list[int]]], list[dict[str, Any]]]:
    """Return, by node, where its edges lie in the traces; and the traces, one a style."""
    styles = {
        "supplies": ("supplies", {"color": INK, "width": 1.6}),
        "uses": ("uses", {"color": MIST, "width": 1}),
        "off": ("of a project not funded", {"color": "#C9CED4", "width": 0.8, "dash": "dot"}),
        "link": ("link between resources", {"color": GREY, "width": 1.2, "dash": "dash"}),
        "tie": ("requires, excludes, goes with", {"color": SLATE, "width": 1.4, "dash": "dot"}),
    }
    lines: dict[str, tuple[list[float | None], list[float | None]]] = {name: ([], []) for name in styles}
    ends: dict[str, list[tuple[Node, Node, int]]] = {name: [] for name in styles}
    for (source, target), kind in sorted(chain.edges.items()):
        style = _style(chain, source, target, kind)
        x, y = lines[style]
        ends[style].append((source, target, len(x)))
        for px, py in _curve(places[source], places[target]):
            x.append(px)
            y.append(py)
        x.append(None)
        y.append(None)
    drawn = [name for name in ("off", "uses", "supplies", "link", "tie") if lines[name][0]]
    paths: dict[str, list[list[int]]] = defaultdict(list)
    traces = []
    for number, name in enumerate(drawn):
        for source, target, first in ends[name]:
            for node in (source, target):
                paths[node[1]].append([number, first, _POINTS])
        words_of, line = styles[name]
        x, y = lines[name]
        traces.append(
            {"type": "scatter", "mode": "lines", "x": x, "y": y, "name": words_of, "line": line, "hoverinfo": "skip"}
        )
    return dict(sorted(paths.items())), traces


def _style(chain: Chain, source: Node, target: Node, kind: str) -> str:
    projects = [node[1] for node in (source, target) if node[1].startswith(PROJECT)]
    if kind in TIES:
        return "tie"
    if any(name.removeprefix(PROJECT) not in chain.funded for name in projects):
        return "off"
    return kind


def _curve(source: tuple[float, float], target: tuple[float, float]) -> list[tuple[float, float]]:
    """Return points of a curve: level at both ends between columns, a bow beside the column within one."""
    (x0, y0), (x1, y1) = source, target
    points = []
    for step in range(_POINTS):
        t = step / (_POINTS - 1)
        if x0 == x1:
            depth = min(0.16, 0.04 + 0.25 * abs(y1 - y0))
            x, y = x0 - depth * 4 * t * (1 - t), y0 + (y1 - y0) * t
        else:
            x, y = x0 + (x1 - x0) * t, y0 + (y1 - y0) * t * t * (3 - 2 * t)
        points.append((round(x, 4), round(y, 4)))
    return points


def _nodes(solution: Solution, chain: Chain, places: dict[Node, tuple[float, float]]) -> list[dict[str, Any]]:
    scarce = set(solution.table("binding")["resource"])
    groups: dict[str, list[Node]] = {"funded": [], "not funded": [], "resource": [], "resource, used up": []}
    for node in sorted(places):
        name = node[1]
        if name.startswith(RESOURCE):
            groups["resource, used up" if name.removeprefix(RESOURCE) in scarce else "resource"].append(node)
        else:
            groups["funded" if name.removeprefix(PROJECT) in chain.funded else "not funded"].append(node)
    markers = {
        "funded": {"symbol": "circle", "size": 11, "color": INK},
        "not funded": {"symbol": "x-thin", "size": 9, "color": GREY, "line": {"color": "#57606A", "width": 2}},
        "resource": {"symbol": "square", "size": 10, "color": MIST},
        "resource, used up": {
            "symbol": "diamond",
            "size": 13,
            "color": "#FFFFFF",
            "line": {"color": BLACK, "width": 2},
        },
    }
    position = {LEFT: "middle left", MIDDLE: "top center", RIGHT: "middle right"}
    unit = solution.instance.settings.money_unit
    return [
        {
            "type": "scatter",
            "mode": "markers+text",
            "name": name,
            "x": [places[node][0] for node in nodes],
            "y": [places[node][1] for node in nodes],
            "text": [f"  {label(chain.facts[node[1]]['title'], 46)}  " for node in nodes],
            "textposition": [position[node[0]] for node in nodes],
            "textfont": {"size": 12, "color": "#57606A" if name == "not funded" else BLACK},
            "marker": markers[name],
            "customdata": [node[1] for node in nodes],
            "hoverinfo": "text",
            "hovertext": [_facts(chain, node, name, unit) for node in nodes],
            "cliponaxis": False,
        }
        for name, nodes in groups.items()
        if nodes
    ]


def _facts(chain: Chain, node: Node, state: str, unit: str) -> str:
    facts = chain.facts[node[1]]
    into = [source for source, target in sorted(chain.edges) if target == node]
    out = [target for source, target in sorted(chain.edges) if source == node]
    named = [
        (words_of, ", ".join(dict.fromkeys(str(chain.facts[other[1]]["title"]) for other in others)))
        for words_of, others in (("from", into), ("to", out))
    ]
    if node[1].startswith(RESOURCE):
        return hover(facts["title"], [("kind", facts["resource_kind"]), ("unit", facts["unit"] or ""), *named])
    amount = money(facts["commitment"], unit)
    about = [("state", state), ("sector", facts["sector"] or ""), ("largest commitment", amount)]
    return hover(f"{facts['title']} ({node[1].removeprefix(PROJECT)})", [*about, *named])
