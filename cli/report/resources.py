"""Scarce resources over time: what is used, what there is, and where more comes from. The scarcest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from outlay.cli.report.style import (
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

if TYPE_CHECKING:
    from outlay.models.case import Case
    from outlay.optimizer.answer.solution import Solution

#: So many charts are drawn.
MOST_CHARTS = 12
_NOTHING = 1e-9
#: Where more comes from: column, words, colour, pattern; stacked on the resource's own limit.
SOURCES = (
    ("supplied", "supplied by projects", HAZE, "."),
    ("imported", "imported", HAZE, "/"),
    ("bought", "bought (programmes)", HAZE, "x"),
    ("linked", "from links", HAZE, "-"),
    ("shortfall", "short (penalty paid)", WARNING, ""),
)
#: The resources of the money charts.
_SHOWN_ELSEWHERE = frozenset({"commitments", "draws"})


@dataclass(frozen=True)
class Used:
    """A resource that the plan uses.

    Attributes
    ----------
    name, unit
        The resource and its unit.
    about
        Where it is tightest, in words.
    rows
        Its rows of the table ``resources``.
    tight
        Use as a share of all there could be, by row.
    """

    name: str
    unit: str
    about: str
    rows: pd.DataFrame
    tight: np.ndarray


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
        As of `Used`.
    points
        The outline of the use, as SVG wants it; a share of 100 % is 4 from the top.
    short
        Whether more is used than there is.
    """

    name: str
    unit: str
    about: str
    points: str
    short: bool


def used_resources(solution: Solution, case: Case) -> list[Used]:
    """Return the resources that the plan uses, money aside, the scarcest first."""
    table = solution.resources
    table = table[table["on"].astype(bool) & ~table["resource"].isin(_SHOWN_ELSEWHERE)]
    binding = set(solution.table("binding")["resource"])
    ceilings = case.dated("imports", "max_per_period")
    ranked = []
    for name, rows in table.groupby("resource", sort=True):
        if rows["used"].abs().max() <= _NOTHING:
            continue
        tight = _tightness(rows, ceilings.get(str(name)))
        key = (-float(str(name) in binding), -round(float(tight.max()), 6), -round(float(tight.mean()), 6), str(name))
        about = _about(rows, tight, binds=str(name) in binding)
        ranked.append((key, Used(str(name), str(rows["unit"].iloc[0] or ""), about, rows, tight)))
    return [used for _, used in sorted(ranked, key=lambda item: item[0])]


def scarce_resources(solution: Solution, case: Case) -> tuple[list[Scarce], list[Spark]]:
    """Return the charts of the scarcest resources, and all that are used as a list."""
    used = used_resources(solution, case)
    charts = [Scarce(one.name, one.unit, one.about, resource_chart(solution, one)) for one in used[:MOST_CHARTS]]
    return charts, [_spark(solution, one) for one in used]


def _spark(solution: Solution, used: Used) -> Spark:
    periods = max(1, solution.instance.periods)
    block = (solution.instance.periods_per_year or 1) if used.rows["basis"].iloc[0] == "per_year" else 1
    places = ["0,20"]
    for period, share in zip(used.rows["period"].tolist(), used.tight.tolist(), strict=True):
        left, right = 100 * period / periods, 100 * min(periods, period + block) / periods
        height = 20 - 16 * min(1.25, share)
        places += [f"{left:.3g},{height:.3g}", f"{right:.3g},{height:.3g}"]
    short = bool(used.rows["shortfall"].max() > _NOTHING)
    return Spark(used.name, used.unit, used.about, " ".join([*places, "100,20"]), short)


def _out(rows: pd.DataFrame) -> np.ndarray:
    """Return what is sent on through links, by row."""
    return np.maximum(0.0, -rows["linked"].to_numpy(dtype=float))


def _added(rows: pd.DataFrame, column: str) -> np.ndarray:
    return np.maximum(0.0, rows[column].to_numpy(dtype=float))


def _tightness(rows: pd.DataFrame, ceiling: np.ndarray | None) -> np.ndarray:
    """Return use as a share of all there could be: limit, supply, links, purchases, and imports up to their ceiling."""
    used = rows["used"].to_numpy(dtype=float) + _out(rows)
    room = rows["limit"].to_numpy(dtype=float) + sum(_added(rows, name) for name in ("supplied", "bought", "linked"))
    if ceiling is not None:
        levels = np.cumsum(ceiling) if rows["basis"].iloc[0] == "cumulative" else ceiling
        room = room + np.nan_to_num(levels, nan=np.inf)[rows["period"].to_numpy(dtype=int)]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(used <= _NOTHING, 0.0, used / room)
    return np.nan_to_num(share, nan=0.0, posinf=10.0)


def _about(rows: pd.DataFrame, tight: np.ndarray, *, binds: bool) -> str:
    """Return where a resource is tightest, in words."""
    cumulative = rows["basis"].iloc[0] == "cumulative"
    at = int(np.argmax(np.round(tight, 6)))
    peak = float(tight[at])
    share = words.share(min(peak, 1.0)) if peak <= 1 + 1e-6 else "over 100 %"
    when = f"{'to ' if cumulative else 'in '}{rows.iloc[at]['label']}"
    full = int((tight >= 1 - 1e-3).sum())
    about = f"most used {when}: {share}"
    if binds:
        about = f"used up {f'in {full} periods' if full > 1 else when}"
    short = rows["shortfall"].to_numpy(dtype=float)
    if short.max() > _NOTHING:
        periods = words.count(int((short > _NOTHING).sum()), "period")
        about = f"short by up to {words.number(float(short.max()), 3)}, in {periods}"
    return about + (", cumulative" if cumulative else "")


def resource_chart(solution: Solution, resource: Used) -> Figure:
    """Return use against limit over time, with where more comes from."""
    clock, rows = Clock(solution.instance), resource.rows
    cumulative = rows["basis"].iloc[0] == "cumulative"
    block = (solution.instance.periods_per_year or 1) if rows["basis"].iloc[0] == "per_year" else 1
    width = clock.width * block
    starts = [clock.at(int(period)) for period in rows["period"]]
    used, out, own = rows["used"].to_numpy(dtype=float), _out(rows), rows["limit"].to_numpy(dtype=float)
    traces, top = [], own.copy()
    for column, name, colour, pattern in SOURCES:
        added = _added(rows, column)
        if added.max() > _NOTHING:
            traces.append(_bars(name, starts, width, added, colour, base=top.copy(), pattern=pattern, wide=True))
            top += added
    texts = [_facts(row) for row in rows.to_dict("records")]
    traces.append(_bars("used", starts, width * 0.62, used, INK, texts=texts))
    if out.max() > _NOTHING:
        traces.append(_bars("sent on", starts, width * 0.62, out, SLATE, base=used))
    traces.append(_limit_line(clock, starts, width, own))
    peak = max(float((used + out).max()), min(float(max(top.max(), own.max())), 2.5 * float((used + out).max())))
    figure = layout(
        190,
        barmode="overlay",
        bargap=0,
        showlegend=False,
        margin={"l": 44, "r": 8, "t": 6, "b": 24},
        xaxis=clock.axis(7, showgrid=False),
        yaxis=axis("", range=[0, 1.08 * peak], nticks=5, rangemode="tozero"),
    )
    if cumulative:
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
    facts += [(name, words.number(row[column])) for column, name, _, _ in SOURCES if abs(row[column]) > _NOTHING]
    facts += [("own limit", words.number(row["limit"])), ("left", words.number(row["slack"] + 0.0))]
    return hover(f"{label(row['label'])}", [*facts, ("unit", row["unit"] or "")])
