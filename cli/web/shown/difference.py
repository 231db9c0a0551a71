"""A case beside the reference: what came in, what went, what moved, money, limits, what is forced and what is a tie."""

from __future__ import annotations

from typing import Any

import numpy as np

from outlay.cli.report.comparison.maps import binding_map
from outlay.cli.report.comparison.tables import limits_grid, metrics_grid, records, sectors_grid
from outlay.cli.report.layout.grid import Grid, Heading, grid
from outlay.cli.report.layout.style import (
    BLUE,
    GREY,
    VERMILION,
    Clock,
    Figure,
    axis,
    fewer_years_on_paper,
    gap,
    label,
    layout,
    plains,
)
from outlay.cli.views import words
from outlay.cli.views.labels import objective_unit, point_line
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.compare.comparison import Comparison

_STATUS = {"optimal": "proved optimal", "within gap": "proved", "infeasible": "proved to have no plan"}


def difference_context(
    comparison: Comparison, case: str, changes: list[str], first: Solution, second: Solution
) -> dict[str, Any]:
    """Return what the template of a difference shows.

    Parameters
    ----------
    comparison
        Of the reference and the case.
    case
        Name of the case.
    changes
        The lines of its draft in words.
    first, second
        The reference's answer and the case's.
    """
    cases = {row["set"]: row for row in records(comparison.cases)}
    own, reference = cases[case], cases[comparison.reference]
    moves = records(comparison.changes)
    binding, _ = binding_map(comparison)
    unit = objective_unit(first.instance)
    same = case == comparison.reference
    return {
        "case": case,
        "reference": comparison.reference,
        "same": same,
        "changes": changes,
        "headline": _headline(own, reference, unit),
        "point": point_line(first.instance),
        "proof": [_proof(reference, unit), _proof(own, unit)],
        "has_plan": second.plan is not None,
        "came": _moves(moves, comparison, "in"),
        "went": _moves(moves, comparison, "out"),
        "changed": _changed(moves, comparison, case),
        "charts": [
            (title, figure)
            for name, title in (("commitments", "Committed so far"), ("draws", "Drawn while building"))
            if (figure := over_time(first, second, case, comparison.reference, name)) is not None
        ],
        "metrics": metrics_grid(comparison),
        "sectors": sectors_grid(comparison),
        "binding": binding,
        "limits": limits_grid(comparison),
        "forced": _forced(second),
        "ties": _ties(comparison, case),
    }


def _headline(own: dict[Any, Any], reference: dict[Any, Any], unit: str) -> str:
    if own["objective"] is None:
        return "No plan is possible" if own["status"] == "infeasible" else "There is no plan"
    figure = words.money(own["objective"], unit, 6)
    if own["other_objective"]:
        valued = own["by_reference"]
        less = f"; by {reference['set']}'s objective it is worth {words.money(valued, unit, 6)}" if valued else ""
        return f"The plan is worth {figure} by weights of its own{less}"
    if own["change"] is None or reference["objective"] is None:
        return f"The plan is worth {figure}; {reference['set']} has no plan"
    change, percent = float(own["change"]), own["change_percent"]
    if abs(change) <= 1e-6 * max(1.0, abs(float(reference["objective"]))):
        return f"As good as {reference['set']}: {figure}"
    share = "" if percent is None else f" ({words.number(abs(percent), 2)} %)"
    verb = "costs" if change < 0 else "brings"
    return f"It {verb} {words.money(abs(change), unit, 5)}{share}: {figure}, {reference['set']} " + words.money(
        reference["objective"], unit, 6
    )


def _proof(row: dict[Any, Any], unit: str) -> tuple[str, str, bool]:
    """Return (set, what is proved, whether it is)."""
    status = str(row["status"])
    if row["bound"] is None:
        return row["set"], _STATUS.get(status, status), status in _STATUS
    text = (
        f"{_STATUS.get(status, status)}, no plan can exceed {words.money(row['bound'], unit, 6)}, gap {gap(row['gap'])}"
    )
    return row["set"], text, status in _STATUS


def _moves(rows: list[dict[Any, Any]], comparison: Comparison, change: str) -> Grid:
    chosen = [row for row in rows if row["change"] == change]
    headings = [
        Heading("Project"), Heading("Name", wide=True), Heading("Sector"),
        Heading("Money", comparison.money_unit, right=True), *([Heading("Why", wide=True)] if change == "out" else []),
    ]  # fmt: skip
    return grid(headings, [
        [row["project"], row["name"], row["sector"] or "", words.number(abs(row["difference"])),
         *([row["why"]] if change == "out" else [])]
        for row in chosen
    ])  # fmt: skip


def _changed(rows: list[dict[Any, Any]], comparison: Comparison, case: str) -> Grid:
    """Return who is in both plans, but otherwise: another alternative, scale or start."""
    plans = comparison.plans
    before, after = (
        {row["project"]: row for row in records(plans[(plans["set"] == name) & plans["funded"].astype(bool)])}
        for name in (comparison.reference, case)
    )
    scaled = {row["project"] for row in rows}
    found = []
    for project, new in after.items():
        old = before.get(project)
        if old is not None and (project in scaled or old["start"] != new["start"]):
            found.append([project, new["name"], _stands(old), _stands(new)])
    return grid((Heading("Project"), Heading("Name", wide=True), Heading(comparison.reference), Heading(case)), found)


def _stands(row: dict[Any, Any]) -> str:
    share = "" if row["scale"] > 0.995 else f", {words.share(row['scale'])}"
    alternative = "" if row["alternative"] == "base" else f"{row['alternative']} "
    return f"{alternative}from {row['start_label']}{share}"


def _forced(solution: Solution) -> list[str]:
    applied = solution.instance.settings.applied
    return [f"{name} in" for name in applied.force_in] + [f"{name} out" for name in applied.force_out]


def _ties(comparison: Comparison, case: str) -> str:
    rows = [row for row in records(comparison.flips) if row["set"] == case]
    if not rows or case == comparison.reference:
        return ""
    row = rows[0]
    others = f"{words.count(row['changed_projects'], 'project')} funded in one plan and not in the other"
    sure = "" if row["proved"] else "; whether a nearer plan is as good was not proved in the time"
    tie = f"{words.count(row['ties'], 'other difference')} were only ties and are not shown" if row["ties"] else (
        "none of what differs is a mere tie" if row["proved"] else "what differs may partly be ties"
    )  # fmt: skip
    return f"Of all plans as good the one nearest to {comparison.reference} is shown: {others}; {tie}{sure}."


def over_time(first: Solution, second: Solution, case: str, reference: str, resource: str) -> Figure | None:
    """Return the use of a resource in both plans against its limit over time; None where neither has it."""
    lines = []
    clock = Clock(first.instance)
    for solution, name, colour, dash in ((first, reference, GREY, "dot"), (second, case, BLUE, "solid")):
        if solution.plan is None:
            continue
        rows = solution.table("resources")
        rows = rows[rows["resource"] == resource].sort_values("period")
        if not len(rows):
            continue
        used = rows["used"].astype(float).to_numpy()
        lines.append(_step(clock, rows["period"].tolist(), used, name, {"color": colour, "width": 3, "dash": dash}))
        if solution is second or second.plan is None:
            limit = np.where(rows["on"].astype(bool), rows["limit"].astype(float), np.nan)
            line = {"color": VERMILION, "width": 1.5, "dash": "dash"}
            lines.append(_step(clock, rows["period"].tolist(), limit, f"limit in {name}", line))
    if not lines:
        return None
    figure = layout(280, xaxis=clock.axis(8), yaxis=axis(first.instance.settings.money_unit, rangemode="tozero"))
    return {"data": lines, "layout": fewer_years_on_paper(figure)}


def _step(clock: Clock, periods: list[Any], values: Any, name: str, line: dict[str, Any]) -> dict[str, Any]:
    at = [clock.at(int(period)) for period in periods]
    return {
        "type": "scatter", "mode": "lines", "name": label(name, 30), "line": {**line, "shape": "hv"},
        "x": [*at, clock.end], "y": plains([*map(float, values), float(values[-1])]),
    }  # fmt: skip
