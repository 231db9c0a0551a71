"""Sectors: each has one colour on a whole page, and a bar says how the money is split."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outlay.cli.report.layout.style import Figure, axis, hover, label, layout, money, plain, series_style, totals
from outlay.cli.views import words

if TYPE_CHECKING:
    from outlay.optimizer.answer.solution import Solution

_NOTHING = 1e-9


def sector_places(solution: Solution) -> dict[str, int]:
    """Return the place of each funded sector in the palette: the largest commitment first."""
    table = solution.projects
    funded = table[table["funded"]]
    names = funded["sector"].fillna("").astype(str)
    sums = totals(zip(names, funded["commitment"].astype(float), strict=True))
    return {name: place for place, name in enumerate(sums)}


def sector_bar(solution: Solution) -> Figure | None:
    """Return how the committed money is split by sector, as one bar; None for a single sector or no money."""
    rows = {str(row["sector"] or ""): row for row in solution.table("sectors").to_dict("records")}
    places = sector_places(solution)
    shown = [name for name in places if rows.get(name, {}).get("commitment", 0.0) > _NOTHING]
    if len(shown) < 2:
        return None
    unit = solution.instance.settings.money_unit
    traces = [_part(rows[name], name, places[name], unit) for name in shown]
    figure = layout(
        112,
        barmode="stack",
        margin={"l": 2, "r": 2, "t": 46, "b": 4},
        xaxis=axis(visible=False, range=[0, 1]),
        yaxis=axis(visible=False),
        legend={"orientation": "h", "x": 0, "y": 1.06, "yanchor": "bottom", "traceorder": "normal"},
    )
    return {"data": traces, "layout": figure}


def _part(row: dict[Any, Any], name: str, place: int, unit: str) -> dict[str, Any]:
    share, amount = float(row["share"]), money(row["commitment"], unit)
    facts = [
        ("committed", amount),
        ("share", words.share(share)),
        ("funded", f"{row['funded']} of {row['candidates']}"),
    ]
    return {
        "type": "bar",
        "orientation": "h",
        "name": f"{label(name or 'no sector', 24)} {words.share(share)}",
        "y": [""],
        "x": [plain(share)],
        "marker": series_style(place),
        "text": [amount if share > 0.06 else ""],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "textfont": {"size": 13},
        "hoverinfo": "text",
        "hovertext": [hover(name or "no sector", facts)],
    }
