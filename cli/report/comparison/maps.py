"""The heat maps of a comparison: plans and used-up limits, by set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from outlay.cli.report.layout.style import BLUE, INK, MIST, Figure, axis, hover, label, layout

if TYPE_CHECKING:
    from outlay.optimizer.compare.comparison import Comparison

#: So many rows and columns have room in a heat map, and so many columns leave room for text.
MOST_ROWS, MOST_COLUMNS, MOST_WITH_TEXT = 120, 60, 20
_PALE = "#F1F3F5"
#: Kinds of cell of the plan's heat map: not funded, as in the reference, changed, only here, only in the reference.
CELLS = (_PALE, INK, MIST, BLUE, "#F7D9C8")
_OUT, _SAME, _OTHER, _ADDED, _DROPPED = range(5)
_ROLE_ORDER = {"core": 0, "borderline": 1, "out": 2}

Row = dict[Any, Any]


def plan_map(comparison: Comparison) -> tuple[Figure | None, int]:
    """Return the plans as a heat map, projects by sets, and how many projects it leaves out."""
    frequency = comparison.frequency.to_dict("records")
    if not frequency:
        return None, 0
    frequency.sort(
        key=lambda row: (_ROLE_ORDER.get(row["role"], 3), -row["funded_in"], str(row["sector"]), str(row["project"]))
    )
    # What differs is worth most: where room is short, borderline projects stay.
    kept = {row["project"] for row in sorted(frequency, key=lambda row: row["role"] != "borderline")[:MOST_ROWS]}
    rows = [row for row in frequency if row["project"] in kept]
    sets = comparison.sets[:MOST_COLUMNS]
    plans = {(row["set"], row["project"]): row for row in comparison.plans.to_dict("records")}
    words_of = comparison.plan_matrix.set_index("project")
    kinds, texts, hovers = [], [], []
    for row in rows:
        base = plans.get((comparison.reference, row["project"]))
        line = [_cell(plans.get((one, row["project"])), base) for one in sets]
        kinds.append([kind for kind, _ in line])
        texts.append([text for _, text in line])
        hovers.append([_cell_facts(words_of, row, one) for one in sets])
    steps = len(CELLS)
    scale = [[edge / steps, colour] for place, colour in enumerate(CELLS) for edge in (place, place + 1)]
    trace = {
        "type": "heatmap", "x": list(range(len(sets))), "y": list(range(len(rows))), "z": kinds,
        "zmin": -0.5, "zmax": steps - 0.5, "colorscale": scale, "showscale": False, "xgap": 1.5, "ygap": 1.5,
        "hoverinfo": "text", "hovertext": hovers,
    }  # fmt: skip
    if len(sets) <= MOST_WITH_TEXT:
        trace |= {"text": texts, "texttemplate": "%{text}", "textfont": {"size": 12}}
    names = [f"{label(row['name'], 44)}" for row in rows]
    return {"data": [trace], "layout": _map_layout(comparison, sets, names)}, len(frequency) - len(rows)


def _cell(row: Row | None, base: Row | None) -> tuple[int | None, str]:
    """Return the kind and the text of a cell; None where the set has no plan."""
    if row is None:
        return None, ""
    was = base is not None and bool(base["funded"])
    if not row["funded"]:
        return (_DROPPED, "✕") if was else (_OUT, "")
    text = label(row["start_label"], 12)
    if not was or base is None:
        return _ADDED, text
    same = (
        all(row[name] == base[name] for name in ("alternative", "start")) and abs(row["scale"] - base["scale"]) < 1e-6
    )
    return (_SAME if same else _OTHER), text


def _cell_facts(matrix: pd.DataFrame, row: Row, one: str) -> str:
    text = matrix.at[row["project"], one] if row["project"] in matrix.index else ""
    return hover(row["name"], [(label(one, 40), text or "not funded")])


def _map_layout(comparison: Comparison, sets: tuple[str, ...], names: list[str]) -> dict[str, Any]:
    longest = max((len(label(one, 30)) for one in sets), default=0)
    slanted = len(sets) > 6
    return layout(
        40 + (int(4.6 * longest) if slanted else 20) + 21 * len(names),
        margin={"l": 10, "r": 60 if slanted else 10, "t": 20 + (int(4.6 * longest) if slanted else 10), "b": 8},
        xaxis=axis(
            side="top", tickvals=list(range(len(sets))), ticktext=[set_label(comparison, one) for one in sets],
            tickangle=-45 if slanted else 0, showgrid=False, zeroline=False, tickfont={"size": 12},
        ),
        yaxis=axis(
            range=[len(names) - 0.5, -0.5], tickvals=list(range(len(names))), ticktext=names, showgrid=False,
            zeroline=False, tickfont={"size": 12}, ticklabelstandoff=4,
        ),
    )  # fmt: skip


def binding_map(comparison: Comparison) -> tuple[Figure | None, int]:
    """Return which limit is used up in which set as a heat map, and how many limits it leaves out."""
    table = comparison.binding
    if table.empty:
        return None, 0
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for row in table.to_dict("records"):
        key = (str(row["family"]), str(row["resource"] or row["what"]))
        found.setdefault(key, {}).setdefault(str(row["set"]), []).append(str(row["what"]))
    ranked = sorted(found, key=lambda key: (-len(found[key]), key))[: MOST_ROWS // 3]
    ranked.sort(key=lambda key: (key[0], -len(found[key]), key[1]))
    sets = comparison.sets[:MOST_COLUMNS]
    kinds = [[1 if one in found[key] else 0 for one in sets] for key in ranked]
    hovers = [
        [hover(key[1], [(label(one, 40), "; ".join(found[key].get(one, ["not used up"])))]) for one in sets]
        for key in ranked
    ]
    trace = {
        "type": "heatmap", "x": list(range(len(sets))), "y": list(range(len(ranked))), "z": kinds, "zmin": 0, "zmax": 1,
        "colorscale": [[0, _PALE], [0.5, _PALE], [0.5, INK], [1, INK]], "showscale": False,
        "xgap": 1.5, "ygap": 1.5, "hoverinfo": "text", "hovertext": hovers,
    }  # fmt: skip
    if len(sets) <= MOST_WITH_TEXT:
        trace |= {"text": [["■" if kind else "" for kind in line] for line in kinds], "texttemplate": "%{text}"}
    names = [f"{label(family)}: {label(what, 50)}" for family, what in ranked]
    return {"data": [trace], "layout": _map_layout(comparison, sets, names)}, len(found) - len(ranked)


def set_label(comparison: Comparison, name: object) -> str:
    """Return a set's name as a label; the reference is bold."""
    text = label(name, 36)
    return f"<b>{text}</b>" if name == comparison.reference else text
