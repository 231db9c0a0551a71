"""Scarce resources over time: what is used, what there is, and where more comes from. The scarcest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from outlay.cli.report.layout.style import (
    BLACK,
    HAZE,
    INK,
    SLATE,
    WARNING,
    Clock,
    Figure,
    axis,
    fewer_years_on_paper,
    hover,
    label,
    layout,
    plain,
    striped,
)
from outlay.cli.views import words
from outlay.optimizer.answer.series import Used, sent_on, used_resources
from outlay.optimizer.tolerances import NOTHING

if TYPE_CHECKING:
    from outlay.models.case import Case
    from outlay.optimizer.answer.solution import Solution

#: So many charts are drawn.
MOST_CHARTS = 12
#: Where more comes from: column, words, colour, pattern; stacked on the resource's own limit.
SOURCES = (
    ("supplied", "supplied by projects", HAZE, "."),
    ("imported", "imported", HAZE, "/"),
    ("bought", "bought (programmes)", HAZE, "x"),
    ("linked", "from links", HAZE, "-"),
    ("shortfall", "short (penalty paid)", WARNING, ""),
)


@dataclass(frozen=True)
class Scarce:
    """A chart of a resource, with its name, unit, and where it is tightest, in words."""

    name: str
    unit: str
    about: str
    figure: Figure


@dataclass(frozen=True)
class Spark:
    """A resource as a line of a list: share used over time as points of a small picture, 100 wide and 20 high.

    Attributes
    ----------
    name, unit, about
        The resource, its unit, and where it is tightest.
    points
        Of the polygon, which begins and ends at the foot; the line of 100 % lies at a height of 16.
    short
        Whether there is too little of it.
    """

    name: str
    unit: str
    about: str
    points: str
    short: bool


def scarce_resources(solution: Solution, case: Case) -> tuple[list[Scarce], list[Spark]]:
    """Return the charts of the scarcest resources, and all that are used as a list."""
    used = used_resources(solution, case)
    title = solution.instance.resource_title
    charts = [
        Scarce(title(one.name), one.unit, _about(one), resource_chart(solution, one)) for one in used[:MOST_CHARTS]
    ]
    return charts, [_spark(solution, one) for one in used]


def _spark(solution: Solution, used: Used) -> Spark:
    periods = max(1, solution.instance.periods)
    block = (solution.instance.periods_per_year or 1) if used.rows["basis"].iloc[0] == "per_year" else 1
    places = ["0,20"]
    for period, share in zip(used.rows["period"].tolist(), used.tightness.tolist(), strict=True):
        left, right = 100 * period / periods, 100 * min(periods, period + block) / periods
        height = 20 - 16 * min(1.25, share)
        places += [f"{left:.3g},{height:.3g}", f"{right:.3g},{height:.3g}"]
    return Spark(
        solution.instance.resource_title(used.name),
        used.unit,
        _about(used),
        " ".join([*places, "100,20"]),
        used.short[1] > 0,
    )


def _about(one: Used) -> str:
    """Return where a resource is tightest, in words."""
    (place, peak), full, (short, periods) = one.peak, one.full, one.short
    share = words.share(min(peak, 1.0)) if peak <= 1 + 1e-6 else "over 100 %"
    when = f"{'to ' if one.cumulative else 'in '}{place}"
    about = f"most used {when}: {share}"
    if one.binds:
        about = f"used up {f'in {full} periods' if full > 1 else when}"
    if periods:
        about = f"short by up to {words.number(short, 3)}, in {words.count(periods, 'period')}"
    return about + (", cumulative" if one.cumulative else "")


def resource_chart(solution: Solution, resource: Used) -> Figure:
    """Return use against limit over time, with where more comes from."""
    clock, rows = Clock(solution.instance), resource.rows
    block = (solution.instance.periods_per_year or 1) if rows["basis"].iloc[0] == "per_year" else 1
    width = clock.width * block
    starts = [clock.at(int(period)) for period in rows["period"]]
    used, out, own = rows["used"].to_numpy(dtype=float), sent_on(rows), rows["limit"].to_numpy(dtype=float)
    traces, top, how = [], own, {column: drawn for column, *drawn in SOURCES}
    for column, more, base in resource.stacked(list(how)):
        name, colour, pattern = how[column]
        traces.append(_bars(name, starts, width, more, colour, base=base, pattern=pattern, wide=True))
        top = base + more
    texts = [_facts(row) for row in rows.to_dict("records")]
    traces.append(_bars("used", starts, width * 0.62, used, INK, texts=texts))
    if out.max() > NOTHING:
        traces.append(_bars("sent on", starts, width * 0.62, out, SLATE, base=used))
    traces.append(_limit_line(clock, starts, width, own))
    peak = max(resource.most, min(float(max(top.max(), own.max())), 2.5 * resource.most))
    figure = layout(
        190,
        barmode="overlay",
        bargap=0,
        showlegend=False,
        margin={"l": 44, "r": 8, "t": 6, "b": 24},
        xaxis=clock.axis(7, showgrid=False),
        yaxis=axis("", range=[0, 1.08 * peak], nticks=5, rangemode="tozero"),
    )
    if resource.cumulative:
        figure["plot_bgcolor"] = "#FAFBFC"
    return {"data": traces, "layout": fewer_years_on_paper(figure)}


def _bars(
    name: str, starts: list[float], width: float, amounts: np.ndarray, colour: str, *,
    base: np.ndarray | None = None, pattern: str = "", texts: list[str] | None = None, wide: bool = False,
) -> dict[str, Any]:  # fmt: skip
    full = max(width, 1e-6)
    marker: dict[str, Any] = {"color": colour, "line": {"width": 0}}
    if pattern:
        marker |= {"pattern": {**striped(pattern), "fgcolor": SLATE, "fgopacity": 1.0}}
    step = float(np.diff(starts).min()) if len(starts) > 1 else full
    centre = (full if wide else step) / 2
    trace = {
        "type": "bar",
        "name": name,
        "x": [round(start + centre, 6) for start in starts],
        "y": [plain(amount) for amount in amounts.tolist()],
        "width": round(full, 6),
        "marker": marker,
        "hoverinfo": "skip" if texts is None else "text",
    }
    if base is not None:
        trace["base"] = [plain(amount) for amount in base.tolist()]
    return trace if texts is None else trace | {"hovertext": texts}


def _limit_line(clock: Clock, starts: list[float], width: float, own: np.ndarray) -> dict[str, Any]:
    """Return the own limit as steps; a gap where there is none."""
    x: list[float | None] = []
    y: list[float | None] = []
    for place, (start, level) in enumerate(zip(starts, own.tolist(), strict=True)):
        if place and start > starts[place - 1] + width + 1e-6:
            x.append(None)
            y.append(None)
        x += [start, round(start + width, 6)]
        y += [plain(level), plain(level)]
    line = {"color": BLACK, "width": 2}
    return {"type": "scatter", "mode": "lines", "name": "limit", "x": x, "y": y, "line": line, "hoverinfo": "skip"}


def _facts(row: dict[Any, Any]) -> str:
    facts: list[tuple[str, object]] = [("used", words.number(row["used"]))]
    facts += [(name, words.number(row[column])) for column, name, _, _ in SOURCES if abs(row[column]) > NOTHING]
    facts += [("own limit", words.number(row["limit"])), ("left", words.number(row["slack"] + 0.0))]
    return hover(f"{label(row['label'])}", [*facts, ("unit", row["unit"] or "")])
