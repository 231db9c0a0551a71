"""A frontier in the words that terminal and report share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from outlay.cli.views import words
from outlay.cli.views.explanation import records

if TYPE_CHECKING:
    from outlay.optimizer.frontier.criteria.objectives import Objective
    from outlay.optimizer.frontier.result import Frontier

#: Projects that are named at a point where all others of the frontier are told apart by what changes.
MOST_CHANGES = 8


def headings(frontier: Frontier) -> list[str]:
    """Return a heading for each objective."""
    return [heading(each) for each in frontier.objectives]


def heading(objective: Objective) -> str:
    """Return what an objective is, with its unit."""
    way = "most" if objective.maximised else "least"
    title = objective.title if objective.name in {"objective"} or objective.limit else f"{way} {objective.title}"
    unit = "share" if objective.limit and not objective.units else objective.unit
    return f"{title}, {unit}" if unit else title


def verdict(frontier: Frontier) -> str:
    """Return what is proved, in a sentence."""
    points = words.count(len(frontier.points), "efficient plan")
    lines = f" and {words.count(len(frontier.segments), 'line')} between them" if len(frontier.segments) else ""
    if len(frontier.faces):
        lines = f" and {words.count(frontier.faces['face'].nunique(), 'face')} between them"
    if frontier.complete:
        return f"{points}{lines}; complete: there is no other one"
    if frontier.interrupted:
        return f"{points}{lines} so far; stopped before the rest was searched"
    if frontier.within and frontier.missing_by is not None and not len(frontier.open):
        share = words.gap(frontier.missing_by)
        return f"{points}{lines}; complete to {share}: no plan beats them by more of every objective's range"
    boxes = words.count(len(frontier.open), "box", "boxes")
    if frontier.within:
        return f"{points}{lines}; what else there is lies in {boxes}, within the tolerance"
    return f"{points}{lines}; {boxes} stay open, larger than the tolerance"


def volume_words(frontier: Frontier) -> str:
    """Return what part of the hypervolume is reached; empty where it says nothing."""
    if frontier.hypervolume_most <= 0:
        return ""
    share = words.gap(frontier.open_share)
    return f"{words.number(frontier.hypervolume, 6)} reached; {share} of what all plans together can at most is open"


def point_rows(frontier: Frontier) -> list[dict[str, Any]]:
    """Return the points, each with what comes in and what goes against the one before; of the first all projects."""
    rows = records(frontier.points)
    before: set[str] = set()
    for place, row in enumerate(rows):
        own = {choice.project for choice in frontier.plan_of[place].choices}
        row["in"] = sorted(own - before) if place else sorted(own)
        row["out"] = sorted(before - own) if place else []
        row["marginal"] = _marginal(frontier, rows, place)
        before = own
    return rows


def _marginal(frontier: Frontier, rows: list[dict[str, Any]], place: int) -> float | None:
    """Return what of the first objective is given up for 1 of the second, from the point before."""
    if not place or len(frontier.objectives) != 2:
        return None
    first, second = (each.name for each in frontier.objectives)
    less = abs(rows[place - 1][first] - rows[place][first])
    more = abs(rows[place][second] - rows[place - 1][second])
    return less / more if more > 0 else None


def change_words(row: dict[str, Any], place: int) -> str:
    """Return who is in at a point: all at the first, then what changes."""
    if not place:
        return words.listed(row["in"], MOST_CHANGES) or "nothing"
    parts = [f"+{name}" for name in row["in"]] + [f"−{name}" for name in row["out"]]
    return words.listed(parts, MOST_CHANGES) or "other dates or scales"


def held(frontier: Frontier) -> np.ndarray:
    """Return the scale at which each project is funded at each point, shape (projects, points); 0: it is not."""
    place = {project: row for row, project in enumerate(frontier.tables["projects"]["project"])}
    scales = np.zeros((len(place), len(frontier.plan_of)))
    for at, plan in enumerate(frontier.plan_of):
        for choice in plan.choices:
            scales[place[choice.project], at] = choice.scale
    return scales
