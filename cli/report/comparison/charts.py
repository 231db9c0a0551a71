"""The bar charts of a comparison: objective by set, and what each family of constraints costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from outlay.cli.report.comparison.maps import set_label
from outlay.cli.report.layout.style import (
    BLACK,
    BLUE,
    GREY,
    LINE,
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

if TYPE_CHECKING:
    from outlay.optimizer.compare.comparison import Comparison

_RANGE = (("loss", "loss"), ("at least", "low"), ("at most", "high"))

Row = dict[Any, Any]


def objective_chart(comparison: Comparison) -> Figure | None:
    """Return the change of the objective to the reference, set by set, the best first, up to what the bound allows."""
    table = comparison.cases
    known = table[table["objective"].notna()]
    if known.empty:
        return None
    rows = [_as_compared(comparison, row) for row in known.to_dict("records")]
    relative = all(words.exists(row["change"]) for row in rows)
    rows.sort(key=lambda row: (-float(row["objective"]), str(row["set"])))
    values = [float(row["change"] if relative else row["objective"]) for row in rows]
    room = [
        max(0.0, float(row["bound"]) - float(row["objective"])) if words.exists(row["bound"]) else 0.0 for row in rows
    ]
    least = 0.01 * (max(0.0, *values) - min(0.0, *values))  # shorter whiskers than that only blur the bar's end
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": list(range(len(rows))),
        "x": [plain(value) for value in values],
        "marker": {"color": [_bar_colour(comparison, row, value) for row, value in zip(rows, values, strict=True)]},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [plain(more if more > least else 0.0) for more in room],
            "color": BLACK,
            "thickness": 1,
        },
        "text": [_bar_text(row) for row in rows],
        "textposition": "outside",
        "cliponaxis": False,
        "hoverinfo": "text",
        "hovertext": [_case_facts(row) for row in rows],
    }
    low, high = min(0.0, *values), max(0.0, *values)
    space = 0.2 * (high - low or 1.0)
    title = f"change of the objective to {label(comparison.reference, 40)}" if relative else "objective"
    figure = layout(
        70 + 24 * len(rows),
        showlegend=False,
        margin={"l": 10, "r": 24, "t": 6, "b": 40},
        xaxis=axis(title, range=[low - (space if low < 0 else 0), high + space], zeroline=True, zerolinewidth=1.5),
        yaxis=lanes([set_label(comparison, row["set"]) for row in rows]),
    )
    return {"data": [trace], "layout": figure}


def _as_compared(comparison: Comparison, row: Row) -> Row:
    """Return a case with the objective that it can be compared by: that of the reference."""
    if not row["other_objective"]:
        return row
    cases = comparison.cases
    base = cases.loc[cases["set"] == comparison.reference, "objective"].iloc[0]
    valued = {"objective": row["by_reference"], "bound": None, "change_percent": row["by_reference_percent"]}
    change = None if base is None or not words.exists(base) else row["by_reference"] - base
    return {**row, **valued, "change": change, "title": f"{row['title']} (by {comparison.reference}'s objective)"}


def _bar_colour(comparison: Comparison, row: Row, value: float) -> str:
    if row["set"] == comparison.reference:
        return BLACK
    return BLUE if value > 0 else ORANGE if value < 0 else GREY


def _bar_text(row: Row) -> str:
    percent = row["change_percent"]
    more = f" ({percent:+.1f} %)" if words.exists(percent) and abs(percent) >= 0.05 else ""
    return f"{words.number(row['objective'])}{more}".replace("-", "−")


def _case_facts(row: Row) -> str:
    facts: list[tuple[str, object]] = [
        ("objective", words.number(row["objective"], 6)),
        ("bound", words.number(row["bound"], 6)),
        ("status", row["status"]),
        ("funded", words.number(row["funded"])),
    ]
    return hover(row["title"] or row["set"], facts)


def attribution_chart(table: pd.DataFrame, reference: str) -> Figure:
    """Return what each family of constraints costs (its Shapley value), with the range that the gaps leave."""
    rows = table.to_dict("records")
    rows.sort(key=lambda row: (-float(row["loss"]), str(row["family"])))
    losses = [float(row["loss"]) for row in rows]
    trace = {
        "type": "bar", "orientation": "h", "y": list(range(len(rows))), "x": [plain(loss) for loss in losses],
        "marker": {"color": ORANGE, "line": {"color": LINE, "width": 0}},
        "error_x": {
            "type": "data", "symmetric": False, "color": BLACK, "thickness": 1.5,
            "array": [plain(max(0.0, row["high"] - row["loss"])) for row in rows],
            "arrayminus": [plain(max(0.0, row["loss"] - row["low"])) for row in rows],
        },
        "text": [f"  {words.number(row['loss'])} ({words.share(row['share'])})" for row in rows],
        "textposition": "outside", "cliponaxis": False, "hoverinfo": "text",
        "hovertext": [
            hover(row["family"], [(name, words.number(row[key], 6)) for name, key in _RANGE]) for row in rows
        ],
    }  # fmt: skip
    low, high = min(0.0, *losses), max(0.0, *losses)
    figure = layout(
        64 + 30 * len(rows),
        showlegend=False,
        margin={"l": 10, "r": 24, "t": 6, "b": 40},
        xaxis=axis(f"loss of objective in {label(reference, 40)}", range=[low * 1.25, 1.25 * high or 1], zeroline=True),
        yaxis=lanes([label(row["family"], 36) for row in rows]),
    )
    return {"data": [trace], "layout": figure}
