"""What flows back: cash to the owner and to the lender by year, for each funded project and for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outlay.cli.report.layout.style import BLACK, HAZE, INK, MIST, axis, label, layout, money, plain
from outlay.cli.views import words
from outlay.cli.views.labels import finance_of
from outlay.optimizer.answer.series import CashStream, cash_streams

if TYPE_CHECKING:
    from outlay.instances.dictionary.settings import Finance
    from outlay.models.case import Case
    from outlay.optimizer.answer.solution import Solution

#: So many projects can be chosen, those of the largest commitments.
MOST_PROJECTS = 60


def waterfalls(solution: Solution, case: Case) -> list[dict[str, Any]]:
    """Return a chart for the whole plan and one a project, as (title, data, layout); none where no loan is modelled."""
    streams = cash_streams(solution, case)
    if not streams:
        return []
    rows = {str(row["project"]): row for row in solution.finance.to_dict("records")}
    names = dict(zip(solution.projects["project"], solution.projects["name"], strict=True))
    unit, called = solution.instance.settings.money_unit, finance_of(solution.instance)
    whole = CashStream()
    titles: dict[str, str] = {}
    for project, stream in streams.items():
        whole.add(stream)
        name = str(names[project])
        titles[project] = name if name == project else f"{name} ({project})"
    largest = sorted(streams, key=lambda project: (-float(rows[project]["commitment"]), titles[project]))
    about = "not discounted; each year of operation under the year it begins in"
    return [
        _chart("All funded projects", about, whole, unit, called),
        *(
            _chart(titles[project], _facts(rows[project], unit, called), streams[project], unit, called)
            for project in largest[:MOST_PROJECTS]
        ),
    ]


def _facts(row: dict[Any, Any], unit: str, called: Finance) -> str:
    year = row["recovery_year"]
    back = f"balance back in year {year:.0f} of operation" if words.exists(year) else "balance never back"
    cover = f"debt service cover {words.number(row['dscr'], 3)}, " if words.exists(row["dscr"]) else ""
    return (
        f"{cover}{back}; net present value {money(row['us_npv'], unit, 3)} for {called.owner}, "
        f"{money(row['japan_npv'], unit, 3)} for {called.lender}"
    )


def _chart(title: str, about: str, stream: CashStream, unit: str, called: Finance) -> dict[str, Any]:
    traces = [
        _bars("lent while building", stream.drawn, -1, {"color": HAZE}),
        _bars(f"to {called.lender}", stream.lender, 1, {"color": MIST}),
        _bars(f"to {called.owner}", stream.owner, 1, {"color": INK}),
    ]
    figure = layout(
        360,
        barmode="relative",
        bargap=0.12,
        margin={"l": 52, "r": 16, "t": 66, "b": 30},
        title={
            "text": f"<b>{label(title, 70)}</b><br>{label(about, 160)}", "font": {"size": 12.5},
            "x": 0, "xanchor": "left", "xref": "paper", "yref": "container", "y": 1, "yanchor": "top",
            "pad": {"t": 10},
        },
        legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1.0, "yanchor": "bottom"},
        xaxis=axis(tickformat="d", showgrid=False),
        yaxis=axis(label(f"{unit} a year".strip())),
    )  # fmt: skip
    if stream.recovery is not None:
        figure |= _recovery_mark(stream.recovery)
    return {"title": title, "data": traces, "layout": figure}


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
