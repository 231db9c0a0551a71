"""Commitments and draws over time, by sector, against the cap and the call limit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from outlay.cli.report.layout.style import (
    BLACK,
    GREY,
    MIST,
    Clock,
    Figure,
    axis,
    fewer_years_on_paper,
    hover,
    label,
    layout,
    money,
    plain,
    series_style,
)
from outlay.cli.report.solution.sectors import sector_places
from outlay.optimizer.answer.series import blocked, by_sector, committed, counted_beside, drawn

if TYPE_CHECKING:
    from outlay.models.case import Case
    from outlay.optimizer.answer.solution import Solution

Series = Mapping[str, np.ndarray]

#: So many sectors have a colour of their own.
_MOST_SECTORS = 10
#: What the others are called.
_OTHERS = "other sectors"


def commitments(solution: Solution) -> Figure | None:
    """Return commitments summed up over time against the cap; None where nothing is committed."""
    series = by_sector(solution, committed(solution), most=_MOST_SECTORS, rest=_OTHERS)
    summed = {name: np.cumsum(amounts) for name, amounts in series.items()}
    return _chart(solution, summed, "commitments", cumulative=True)


def draws(solution: Solution, case: Case) -> Figure | None:
    """Return what is drawn while building, in the blocks of the call limit (years), against it."""
    series = by_sector(solution, drawn(solution, case), most=_MOST_SECTORS, rest=_OTHERS)
    cumulative = _basis(solution, "draws") == "cumulative"
    summed = {name: np.cumsum(amounts) for name, amounts in series.items()} if cumulative else series
    return _chart(solution, summed, "draws", cumulative=cumulative)


def _rows(solution: Solution, resource: str) -> pd.DataFrame:
    table = solution.resources
    return table[(table["resource"] == resource) & table["on"].astype(bool)]


def _basis(solution: Solution, resource: str) -> str:
    rows = _rows(solution, resource)
    return str(rows["basis"].iloc[0]) if len(rows) else ""


def _chart(solution: Solution, sectors: Series, resource: str, *, cumulative: bool) -> Figure | None:
    rows = _rows(solution, resource)
    if not sectors:
        return None
    clock, unit = Clock(solution.instance), solution.instance.settings.money_unit
    block = _block(solution, rows) if not cumulative else 1
    series = blocked(sectors, block)
    rest = counted_beside(series, rows, block)
    if rest is not None:
        series["programmes"] = rest
    starts = [clock.at(period) for period in range(0, solution.instance.periods, block)]
    named = solution.instance.period_label if block == 1 else solution.instance.year_label
    labels = [named(period) for period in range(0, solution.instance.periods, block)]
    width = clock.width * block
    colours = sector_places(solution)
    markers = {name: series_style(colours[name]) if name in colours else {"color": MIST} for name in series}
    traces = [
        _bars(name or "no sector", amounts, markers[name], starts, labels, width=width, unit=unit, gap=not cumulative)
        for name, amounts in series.items()
    ]
    peak = float(np.sum(list(series.values()), axis=0).max())
    limit = _limit(rows, clock, block, name="cap" if resource == "commitments" else "limit", unit=unit)
    if limit:
        traces.append(limit)
        peak = max([peak, *(level for level in limit["y"] if level is not None and level <= 3 * peak)])
    figure = layout(
        330,
        barmode="stack",
        bargap=0,
        margin={"l": 52, "r": 12, "t": 40, "b": 30},
        xaxis=clock.axis(10, showline=True),
        yaxis=axis(label(unit), range=[0, 1.08 * peak]),
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": 12}},
    )
    return {"data": traces, "layout": fewer_years_on_paper(figure)}


def _block(solution: Solution, rows: pd.DataFrame) -> int:
    """Return how many periods one bar stands for: those of a row of the limit, a year where there is none."""
    per_year = solution.instance.periods_per_year or 1
    return 1 if len(rows) and rows["basis"].iloc[0] != "per_year" else per_year


def _bars(
    name: str,
    amounts: np.ndarray,
    marker: dict[str, Any],
    starts: list[float],
    labels: list[str],
    *,
    width: float,
    unit: str,
    gap: bool,
) -> dict[str, Any]:
    share = 0.84 if gap else 1.0
    if not gap:
        marker["line"] = {"width": 0}
    return {
        "type": "bar",
        "name": label(name, 30),
        "x": [round(start + width / 2, 6) for start in starts],
        "y": [plain(amount) for amount in amounts.tolist()],
        "width": round(width * share, 6),
        "marker": marker,
        "hoverinfo": "text",
        "hovertext": [
            hover(name, [("from", when), ("amount", money(amount, unit))])
            for when, amount in zip(labels, amounts.tolist(), strict=True)
        ],
    }  # fmt: skip


def _limit(rows: pd.DataFrame, clock: Clock, block: int, *, name: str, unit: str) -> dict[str, Any] | None:
    if not len(rows):
        return None
    levels = {int(period): float(limit) for period, limit in zip(rows["period"], rows["limit"], strict=True)}
    periods = range(0, clock.instance.periods, block)
    amounts = [plain(levels.get(period)) for period in periods]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "line": {"color": BLACK, "width": 2.5, "shape": "hv"},
        "x": [*(clock.at(period) for period in periods), clock.end],
        "y": [*amounts, amounts[-1]],
        "hoverinfo": "text",
        "hovertext": [f"{name}: {label(money(amount, unit))}" for amount in [*amounts, amounts[-1]]],
        "marker": {"color": GREY},
    }
