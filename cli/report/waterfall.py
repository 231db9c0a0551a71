"""What flows back: cash to the owner and to the lender by year, for each funded project and for all of them."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from outlay.cli.report.style import BLACK, HAZE, INK, MIST, Clock, axis, label, layout, money, plain
from outlay.cli.views import words
from outlay.cli.views.labels import finance_of
from outlay.instances.plan import Choice

if TYPE_CHECKING:
    from outlay.instances.dictionary.settings import Finance
    from outlay.models.case import Case
    from outlay.models.projects.cashflows import CashModel
    from outlay.optimizer.answer.solution import Solution

#: So many projects can be chosen, those of the largest commitments.
MOST_PROJECTS = 60


@dataclass
class Stream:
    """Money by calendar year.

    Attributes
    ----------
    title
        Whose it is.
    drawn, us, japan
        Year to amount, money, not discounted: lent while building; cash to each side.
    recovery
        Calendar year in which the balance is back, or None.
    facts
        What else to say, in a line.
    """

    title: str
    drawn: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    us: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    japan: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    recovery: int | None = None
    facts: str = ""

    def add(self, other: Stream) -> None:
        """Add another stream to this one."""
        for own, more in ((self.drawn, other.drawn), (self.us, other.us), (self.japan, other.japan)):
            for year, amount in more.items():
                own[year] += amount


def waterfalls(solution: Solution, case: Case) -> list[dict[str, Any]]:
    """Return a chart for the whole plan and one a project, as (title, data, layout); none where no loan is modelled."""
    cash, plan = case.cash, solution.plan
    if cash is None or plan is None or not plan.choices:
        return []
    rows = {str(row["project"]): row for row in solution.finance.to_dict("records")}
    names = dict(zip(solution.projects["project"], solution.projects["name"], strict=True))
    unit = solution.instance.settings.money_unit
    whole = Stream("All funded projects", facts="not discounted; each year of operation under the year it begins in")
    streams: list[tuple[float, Stream]] = []
    for choice in plan.choices:
        stream = _stream(solution, cash.at(choice.start), choice)
        row = rows[choice.project]
        name = str(names[choice.project])
        stream.title = name if name == choice.project else f"{name} ({choice.project})"
        stream.facts = _facts(row, unit, finance_of(solution.instance))
        whole.add(stream)
        streams.append((float(row["commitment"]), stream))
    streams.sort(key=lambda item: (-item[0], item[1].title))
    called = finance_of(solution.instance)
    return [_chart(stream, unit, called) for stream in (whole, *(one for _, one in streams[:MOST_PROJECTS]))]


def _stream(solution: Solution, cash: CashModel, choice: Choice) -> Stream:
    alternatives, clock = cash.alternatives, Clock(solution.instance)
    number = alternatives.number[choice.project, choice.alternative]
    stream = Stream("")
    scale = choice.scale / float(alternatives.full_scale[number])
    weights = alternatives.draw_weights[number].tolist()
    for k, weight in enumerate(weights):
        year = math.floor(clock.at(choice.start + k) + 1e-6)
        stream.drawn[year] += float(cash.commitment[number]) * scale * weight
    opening = clock.at(choice.start + len(weights))
    for place in range(int(cash.lives[number])):
        year = math.floor(opening + place + 1e-6)
        stream.us[year] += float(cash.money.us[number, place]) * scale
        stream.japan[year] += float(cash.money.japan[number, place]) * scale
    back = float(cash.money.recovery_year[number])
    if math.isfinite(back):
        stream.recovery = math.floor(opening + back - 1 + 1e-6)
    return stream


def _facts(row: dict[Any, Any], unit: str, called: Finance) -> str:
    year = row["recovery_year"]
    back = f"balance back in year {year:.0f} of operation" if words.exists(year) else "balance never back"
    cover = f"debt service cover {words.number(row['dscr'], 3)}, " if words.exists(row["dscr"]) else ""
    return (
        f"{cover}{back}; net present value {money(row['us_npv'], unit, 3)} for {called.owner}, "
        f"{money(row['japan_npv'], unit, 3)} for {called.lender}"
    )


def _chart(stream: Stream, unit: str, called: Finance) -> dict[str, Any]:
    traces = [
        _bars("lent while building", stream.drawn, -1, {"color": HAZE}),
        _bars(f"to {called.lender}", stream.japan, 1, {"color": MIST}),
        _bars(f"to {called.owner}", stream.us, 1, {"color": INK}),
    ]
    figure = layout(
        360,
        barmode="relative",
        bargap=0.12,
        margin={"l": 52, "r": 16, "t": 66, "b": 30},
        title={
            "text": f"<b>{label(stream.title, 70)}</b><br>{label(stream.facts, 160)}", "font": {"size": 12.5},
            "x": 0, "xanchor": "left", "xref": "paper", "yref": "container", "y": 1, "yanchor": "top",
            "pad": {"t": 10},
        },
        legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1.0, "yanchor": "bottom"},
        xaxis=axis(tickformat="d", showgrid=False),
        yaxis=axis(label(f"{unit} a year".strip())),
    )  # fmt: skip
    if stream.recovery is not None:
        figure |= _recovery_mark(stream.recovery)
    return {"title": stream.title, "data": traces, "layout": figure}


def _bars(name: str, amounts: dict[int, float], sign: int, marker: dict[str, Any]) -> dict[str, Any]:
    years = sorted(amounts)
    return {
        "type": "bar",
        "name": name,
        "x": years,
        "y": [plain(sign * amounts[year]) for year in years],
        "marker": marker,
        "hovertemplate": f"%{{x}}, {name}: %{{y:.4~g}}<extra></extra>",
    }


def _recovery_mark(year: int) -> dict[str, Any]:
    x = year + 0.5
    line = {"type": "line", "x0": x, "x1": x, "yref": "paper", "y0": 0, "y1": 0.96}
    line["line"] = {"color": BLACK, "width": 1.5, "dash": "dot"}
    note = {
        "x": x, "xanchor": "left", "yref": "paper", "y": 0.96, "yanchor": "top", "showarrow": False,
        "text": f" balance back: {year}", "font": {"size": 12}, "bgcolor": "rgba(255,255,255,0.8)",
    }  # fmt: skip
    return {"shapes": [line], "annotations": [note]}
