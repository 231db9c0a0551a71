"""What all charts of a report share: colours, safe labels, plain numbers, the time axis.

Charts are plain dictionaries of Plotly's JSON (``data`` and ``layout``), so that nothing but ``plotly.js`` itself is
needed to draw them. Colours are those of Okabe and Ito, which people with any kind of colour blindness tell apart
(Okabe and Ito, Color Universal Design, 2008, https://jfly.uni-koeln.de/color/). On a page a colour means one thing:
hues are sectors, greys are everything that is not one, and the warning colour is what is short or too late.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from outlay.cli.views import words
from outlay.instances.instance import Instance
from outlay.instances.values.numbers import month_number
from outlay.instances.values.text import shown

Figure: TypeAlias = dict[str, Any]

BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, PURPLE, YELLOW, BLACK = "#56B4E9", "#CC79A7", "#F0E442", "#1B1F24"
GREY, PALE, LINE = "#8A929B", "#ECEFF2", "#D5DAE0"
#: From dark to light, for what is no sector: four steps that are told apart in print too.
INK, SLATE, MIST, HAZE = "#3D4854", "#6E7A87", "#A9B3BD", "#DCE1E6"
#: What is short, late or broken, and nothing else.
WARNING = VERMILION
#: For sectors, in this order; from the seventh on with a pattern.
SERIES = (BLUE, ORANGE, GREEN, PURPLE, SKY, YELLOW)
PATTERNS = ("", "/", ".", "x", "-")

_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
_PREFIXES = "$€£¥₩₹"


def label(text: object, longest: int = 60) -> str:
    """Return text from data as Plotly may show it: on one line, with nothing that could be read as its HTML.

    Examples
    --------
    >>> label("<b>R&D</b>")
    '&lt;b&gt;R&amp;D&lt;/b&gt;'
    """
    return html.escape(shown(str(text), longest), quote=False)


def plain(value: float | None) -> float | None:
    """Return a number to six significant digits, which no eye can tell from the exact one; None for no number."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.6g}") + 0.0


def plains(values: Iterable[float | None]) -> list[float | None]:
    """Return numbers to six significant digits."""
    return [plain(value) for value in values]


def money(value: float | None, unit: str, digits: int = 4) -> str:
    """Return an amount of money as people write it.

    Examples
    --------
    >>> money(318.354, "$B"), money(12.0, "EUR m"), money(None, "$B")
    ('$318.4B', '12 EUR m', '–')
    """
    text = words.number(value, digits)
    if text == words.NOTHING or not unit:
        return text
    if unit[0] in _PREFIXES:
        sign, size = ("−", text[1:]) if text.startswith("-") else ("", text)
        return f"{sign}{unit[0]}{size}{unit[1:]}"
    return f"{text} {unit}"


def gap(value: float | None) -> str:
    """Return a gap as a percentage; one that rounding alone explains as zero.

    Examples
    --------
    >>> gap(1e-9), gap(0.00012), gap(None)
    ('0 %', '0.012 %', '–')
    """
    if value is None or not math.isfinite(value):
        return words.NOTHING
    return "0 %" if value < 1e-8 else words.gap(value)


def layout(height: int, **more: Any) -> dict[str, Any]:
    """Return the layout that every chart starts from."""
    return {
        "height": height,
        "autosize": True,
        "margin": {"l": 56, "r": 16, "t": 12, "b": 34},
        "font": {"family": _FONT, "size": 12, "color": BLACK},
        "paper_bgcolor": "#FFFFFF",
        "plot_bgcolor": "#FFFFFF",
        "hovermode": "closest",
        "hoverlabel": {"align": "left", "bgcolor": "#FFFFFF", "font": {"color": BLACK}, "namelength": -1},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom"},
        "dragmode": False,
        **more,
    }


def fewer_years_on_paper(figure: dict[str, Any]) -> dict[str, Any]:
    """Return a layout whose axis of years has half as many labels when printed, where charts are narrower."""
    step = figure["xaxis"].get("dtick")
    if step is not None:
        figure["meta"] = {"onPaper": {"xaxis.dtick": 2 * step}, "onScreen": {"xaxis.dtick": step}}
    return figure


def axis(title: str = "", **more: Any) -> dict[str, Any]:
    """Return a quiet axis; `title` must be safe."""
    named = {"title": {"text": title, "font": {"size": 12, "color": "#57606A"}, "standoff": 8}} if title else {}
    return {
        **named,
        "gridcolor": PALE,
        "linecolor": LINE,
        "zerolinecolor": LINE,
        "fixedrange": True,
        "automargin": True,
        **more,
    }


#: Above a chart, in the order of its bars or points.
LEGEND_ABOVE = {"orientation": "h", "x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom", "traceorder": "normal"}


def lanes(labels: Sequence[str]) -> dict[str, Any]:
    """Return the axis of a chart that has a lane for each label, from the top down; labels must be safe."""
    return axis(
        range=[len(labels) - 0.4, -0.6], tickvals=list(range(len(labels))), ticktext=list(labels), showgrid=False,
        zeroline=False, ticklabelstandoff=6,
    )  # fmt: skip


def fates_chart(
    rows: Sequence[Mapping[str, Any]],
    fates: Sequence[tuple[str, str]],
    shares: Sequence[Sequence[float]],
    facts: Sequence[str],
    title: str,
) -> Figure | None:
    """Return what becomes of each project as shares of the cases; None without a project.

    Parameters
    ----------
    rows
        The projects, with ``project`` and ``name``, from the top down.
    fates
        (name, colour) of what can become of a project, in the order in which it is drawn; what becomes of none is left
        out.
    shares
        By project, the share of each fate, from 0 to 1.
    facts
        By project, its hover text.
    title
        What the shares are, in percent.
    """
    if not rows:
        return None
    traces = [
        {
            "type": "bar", "orientation": "h", "name": name, "y": list(range(len(rows))),
            "x": [plain(100 * share[place]) for share in shares],
            "marker": {"color": colour, "line": {"width": 0.5, "color": GREY if colour == PALE else "#FFFFFF"}},
            "hoverinfo": "text", "hovertext": list(facts),
        }
        for place, (name, colour) in enumerate(fates)
        if any(share[place] > 1e-9 for share in shares)
    ]  # fmt: skip
    figure = layout(
        110 + 24 * len(rows), barmode="stack", legend=LEGEND_ABOVE, margin={"l": 10, "r": 24, "t": 30, "b": 40},
        xaxis=axis(title, range=[0, 100]),
        yaxis=lanes([label(f"{row['project']} {row['name']}", 40) for row in rows]),
    )  # fmt: skip
    return {"data": traces, "layout": figure}


def hover(title: object, facts: Sequence[tuple[str, object]]) -> str:
    """Return a hover text: a bold title and labelled facts, all made safe."""
    lines = [f"<b>{label(title, 80)}</b>", *(f"{name}: {label(fact, 90)}" for name, fact in facts if fact != "")]
    return "<br>".join(lines)


def series_style(place: int) -> dict[str, Any]:
    """Return the marker of the n-th series: a colour, and a pattern once the colours are used up."""
    pattern = PATTERNS[min(place // len(SERIES), len(PATTERNS) - 1)]
    marker: dict[str, Any] = {"color": SERIES[place % len(SERIES)], "line": {"width": 0.5, "color": "#FFFFFF"}}
    return marker | ({"pattern": striped(pattern)} if pattern else {})


def striped(shape: str, solidity: float = 0.25) -> dict[str, Any]:
    """Return a pattern of white on the marker's own colour, so that bars are told apart without colour too."""
    return {
        "shape": shape,
        "fillmode": "overlay",
        "fgcolor": "#FFFFFF",
        "fgopacity": 0.9,
        "size": 6,
        "solidity": solidity,
    }


@dataclass(frozen=True)
class Clock:
    """Where the periods of an instance lie on an axis of years."""

    instance: Instance

    @property
    def width(self) -> float:
        """Length of a period, years."""
        return self.instance.months_per_period / 12

    @property
    def end(self) -> float:
        """End of the calendar, years."""
        return self.at(self.instance.periods)

    def at(self, period: float) -> float:
        """Return the beginning of a period, which may lie outside the calendar, in years."""
        start = month_number(self.instance.settings.calendar.start)
        return round((start + period * self.instance.months_per_period) / 12, 6)

    def axis(self, most: int = 16, *, room: float = 0.0, **more: Any) -> dict[str, Any]:
        """Return the axis: years where the calendar is long, the periods by name where it is short.

        `most` is the number of labels that fit; `room` is kept free at the left, as a share of the calendar.
        """
        first, last = self.at(0), self.end
        given = axis(range=[first - room * (last - first), last], **more)
        if last - first >= 4 and self._fiscal:
            return given | self._fiscal_ticks(most)
        if last - first >= 4:
            step = _nice_step((last - first) / most)
            return given | {"tick0": math.ceil(first), "dtick": step, "tickformat": "d"}
        step = max(1, math.ceil(self.instance.periods / min(most, 10)))
        places = range(0, self.instance.periods, step)
        return given | {
            "tickvals": [self.at(place) + self.width / 2 for place in places],
            "ticktext": [self.instance.period_label(place) for place in places],
        }

    @property
    def _fiscal(self) -> bool:
        """Whether years have names of their own."""
        return self.instance.settings.calendar.label is not None and self.instance.periods_per_year is not None

    def _fiscal_ticks(self, most: int) -> dict[str, Any]:
        """Return ticks where fiscal years begin, named as everywhere else."""
        per_year = self.instance.periods_per_year or 1
        years = -(-self.instance.periods // per_year)
        places = range(0, self.instance.periods, per_year * _nice_step(years / most))
        return {
            "tickvals": [self.at(place) for place in places],
            "ticktext": [label(self.instance.year_label(place), 12) for place in places],
        }


def _nice_step(least: float) -> int:
    size = 1
    while True:
        for factor in (1, 2, 5):
            if size * factor >= least:
                return size * factor
        size *= 10


def totals(pairs: Iterable[tuple[str, float]]) -> Mapping[str, float]:
    """Return the sums by key, largest first, ties by name."""
    sums: dict[str, float] = {}
    for key, amount in pairs:
        sums[key] = sums.get(key, 0.0) + amount
    return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))
