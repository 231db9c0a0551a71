"""From what a search found to the tables of a `Frontier`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from outlay.instances.plan import Plan
from outlay.optimizer.frontier.boxes import Boxes
from outlay.optimizer.frontier.criteria.objectives import Objective
from outlay.optimizer.frontier.criteria.points import Point, efficient
from outlay.optimizer.frontier.criteria.space import Space
from outlay.optimizer.frontier.criteria.volume import reached_volume
from outlay.optimizer.frontier.faces.patches import Face, faces_of, mixture, volumes
from outlay.optimizer.frontier.zones import Zones
from outlay.optimizer.verify.plan import verify_plan

#: Points this close to a line, as a share of its ends' distance, are on it.
ON_LINE = 1e-5
#: Points closer than so many least differences may be told apart by rounding alone.
DOUBLE = 4.0

#: A value this close, as a share of it, to a number of so many digits is told as this number.
ROUND, ROUND_DIGITS = 1e-8, 6

#: Values of the two ends of each line.
Lines: TypeAlias = set[tuple[tuple[float, ...], tuple[float, ...]]]


@dataclass(frozen=True)
class Outcome:
    """What is known of a frontier: points in the order of the first objective, lines between them, what is open.

    `open` holds (low, high, reason); corners are shape (objectives,), all maximised. By `missing`, a share of each
    range, a plan may beat all that is known at most. Faces are of three objectives, and `certified` says that `within`
    does not rest on what is proved of each point.
    """

    points: list[Point]
    segments: list[tuple[int, int]]
    open: list[tuple[np.ndarray, np.ndarray, str]]
    within: bool
    reached: float
    most: float
    missing: float = 0.0
    faces: tuple[Face, ...] = ()
    certified: bool = False


def of_boxes(space: Space, boxes: Boxes) -> Outcome:
    """Return what the search of two objectives found.

    A point that a plan in an open box could beat by more than the tolerance is not said to be proved, unless it is on a
    line beyond which there is none.
    """
    ends = {point.values for line in boxes.segments for point in line}
    points = [_told(boxes, point, on_line=point.values in ends) for point in efficient(boxes.points, kept=ends)]
    lines = {(point.values, other.values) for point, other in boxes.segments if _mixture_holds(space, point, other)}
    open_ = [(np.array(box.low), np.array(box.high), box.reason or _why(space, boxes, box)) for box in boxes.left]
    for point, other in boxes.segments:
        if (point.values, other.values) not in lines:
            corners = np.array([point.values, other.values])
            open_.append((corners.min(axis=0), corners.max(axis=0), "a mixture of the two plans does not verify"))
    points = _without_between(_without_doubles(space, points, lines), lines)
    place = {point.values: at for at, point in enumerate(points)}
    segments = sorted((place[a], place[b]) for a, b in lines if a in place and b in place)
    open_.sort(key=lambda box: tuple(-box[1]))
    missing = max((float(((high - low) / space.range).min()) for low, high, _ in open_), default=0.0)
    missing = max([missing, *(share for share, _ in boxes.slivers)])
    within = missing <= space.tolerance
    if not (space.range > 0).all():
        return Outcome(points, segments, open_, within, 0.0, 0.0, missing)
    reached = reached_volume(np.array([point.values for point in points]), space.nadir)
    for a, b in segments:
        sides = np.abs(np.array(points[a].values) - points[b].values)
        reached += float(np.prod(sides)) / 2
    area = sum(float(np.prod(high - np.maximum(low, space.nadir))) for low, high, _ in open_)
    area += sum(more for _, more in boxes.slivers)
    return Outcome(points, segments, open_, within, reached, reached + area, missing)


def _told(boxes: Boxes, point: Point, *, on_line: bool) -> Point:
    """Return a point that is no longer said to be proved where a box is left in which a plan could dominate it.

    What could be better than it by no more than the tolerance, in one of the two, is told by the box alone. A plan that
    beats an end of a line by more than that in both would lie beyond the line, where there is none.
    """
    beyond = not on_line and any(boxes.could_beat(box, point) for box in boxes.left)
    return replace(point, proved=False) if beyond else point


def _why(space: Space, boxes: Boxes, box: Any) -> str:
    return "tolerance" if boxes.size(box) <= space.tolerance else "interrupted"


def of_zones(space: Space, zones: Zones) -> Outcome:
    """Return what the search of three objectives found."""
    points = zones.efficient()
    missing = zones.missing()
    if zones.patches is not None:
        return _of_patches(space, zones, points, missing)
    left = zones.left()
    reached = reached_volume(np.array([point.values for point in points]), space.nadir)
    share = left / (reached + left) if reached + left > 0 else 0.0
    within = share <= space.tolerance if space.tolerance > 0 else not len(zones.rest())
    reason = "tolerance" if within else "interrupted"
    return Outcome(points, [], _zone_rows(space, zones, zones.rest(), reason), within, reached, reached + left, missing)


def _of_patches(space: Space, zones: Zones, points: list[Point], missing: float) -> Outcome:
    """Return what was found where mixtures count: plans that are none, faces, and zones that are not done."""
    assert zones.patches is not None
    for patch in zones.patches.by_choices.values():
        patch.thin(zones.patches.scale)
    faces, fine = faces_of(space, zones.patches, points)
    open_ = _zone_rows(space, zones, zones.open(), "interrupted")
    reached, most = volumes(space, points, faces, missing)
    if open_:
        alone = reached_volume(np.array([point.values for point in points]), space.nadir)
        most = max(reached, alone + zones.left())
    if zones.mapped is not None:
        most = max(reached, min(most, zones.mapped.heights.volume()))
    within = fine and not open_
    return Outcome(
        points, [], open_, within, reached, most, missing if fine else np.inf, tuple(faces), certified=within
    )


def _zone_rows(
    space: Space, zones: Zones, corners: np.ndarray, reason: str
) -> list[tuple[np.ndarray, np.ndarray, str]]:
    return [
        (corner, space.ideal.copy(), zones.stuck.get(tuple(corner), reason))
        for corner in sorted(corners, key=tuple)
    ]  # fmt: skip


def _mixture_holds(space: Space, point: Point, other: Point) -> bool:
    """Return whether the plan half-way between two plans of the same choices verifies."""
    plan = mixture(point.plan, other.plan)
    if any(each.limit is not None for each in space.objectives):
        return True  # each end holds under its own stretch, and rows are linear in both
    verification = verify_plan(space.varied.over.instance_with({}), plan)
    return verification.ok


def _without_doubles(space: Space, points: list[Point], lines: Lines) -> list[Point]:
    """Return points without those that only rounding tells from the end of a line, which then ends at the other one."""
    far = np.array([0.25 if each.grain else DOUBLE for each in space.objectives]) * space.least
    kept = points[:1]
    for point in points[1:]:
        before = kept[-1]
        same = (np.abs(np.array(point.values) - before.values) <= far).all() and before.choices == point.choices
        ending = {line for line in lines if line[1] == before.values}
        starting = {line for line in lines if line[0] == point.values}
        if not same or (ending and starting):
            kept.append(point)
        elif ending:
            kept[-1] = point
            lines -= ending
            lines |= {(line[0], point.values) for line in ending}
        else:
            lines -= starting
            lines |= {(before.values, line[1]) for line in starting}
    return kept


def _without_between(points: list[Point], lines: Lines) -> list[Point]:
    """Return points without those inside a longer line, and join the two lines that meet there."""
    kept = list(points)
    at = 1
    while at + 1 < len(kept):
        a, b, c = kept[at - 1], kept[at], kept[at + 1]
        joined = (a.values, b.values) in lines and (b.values, c.values) in lines
        if joined and _between(a, b, c):
            lines -= {(a.values, b.values), (b.values, c.values)}
            lines.add((a.values, c.values))
            del kept[at]
        else:
            at += 1
    return kept


def _between(a: Point, b: Point, c: Point) -> bool:
    ends = np.array([a.values, c.values])
    share = (np.array(b.values) - ends.min(axis=0)) / np.ptp(ends, axis=0)
    return a.choices == c.choices and abs(float(share.sum()) - 1.0) <= ON_LINE


def tables_of(space: Space, outcome: Outcome) -> dict[str, pd.DataFrame]:
    """Return the tables of a frontier."""
    names = [each.name for each in space.objectives]
    points = pd.DataFrame(
        [
            [number, *_stated(space.objectives, point.values), point.proved, len(point.plan.choices),
             "; ".join(sorted(choice.project for choice in point.plan.choices))]
            for number, point in enumerate(outcome.points, start=1)
        ],
        columns=["point", *names, "proved", "count", "projects"],
    )  # fmt: skip
    segments = pd.DataFrame(
        [[a + 1, b + 1] for a, b in outcome.segments], columns=["from_point", "to_point"], dtype=int
    )  # fmt: skip
    return {
        "points": points,
        "segments": segments,
        "faces": faces_table(space.objectives, outcome),
        "open": open_table(space.objectives, outcome.open),
        "plans": plans_table(space, outcome.points),
        "projects": core_table(space, [point.plan for point in outcome.points]),
    }


def faces_table(objectives: Sequence[Objective], outcome: Outcome) -> pd.DataFrame:
    """Return a row a corner of each face; one that another plan beats is no point, and has no number."""
    place = {point.values: at for at, point in enumerate(outcome.points, start=1)}
    rows = [
        [number, place.get(corner.values), *_stated(objectives, corner.values)]
        for number, face in enumerate(outcome.faces, start=1)
        for corner in face.corners
    ]
    table = pd.DataFrame(rows, columns=["face", "point", *(each.name for each in objectives)], dtype=object)
    return table.astype({"face": "int64", **{each.name: "float64" for each in objectives}})


def open_table(objectives: Sequence[Objective], boxes: Sequence[tuple[np.ndarray, np.ndarray, str]]) -> pd.DataFrame:
    """Return what is open, its corners as the user counts: low is the smaller number."""
    rows = []
    for low, high, reason in boxes:
        row: list[object] = []
        for each, *ends in zip(objectives, low.tolist(), high.tolist(), strict=True):
            row += sorted(each.stated(end) for end in ends)
        rows.append([*row, reason])
    columns = [f"{each.name} {end}" for each in objectives for end in ("low", "high")]
    return pd.DataFrame(rows, columns=[*columns, "reason"])


def plans_table(space: Space, points: Sequence[Point]) -> pd.DataFrame:
    """Return a row a project that is funded at a point."""
    instance = space.varied.instance
    rows = [
        [number, choice.project, choice.alternative, choice.scale,
         instance.period_label(choice.selection), instance.period_label(choice.start)]
        for number, point in enumerate(points, start=1)
        for choice in sorted(point.plan.choices, key=lambda choice: choice.project)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["point", "project", "alternative", "scale", "selected", "start"])


def core_table(space: Space, plans: Sequence[Plan]) -> pd.DataFrame:
    """Return the core index of each project: the share of the plans that hold it, certain ones first."""
    table = space.varied.instance["projects"]
    held = [{choice.project for choice in plan.choices} for plan in plans]
    rows = []
    for project, name in zip(table.texts("id"), table.texts("name"), strict=True):
        count = sum(project in each for each in held)
        core = count / len(held) if held else 0.0
        standing = "core" if held and count == len(held) else "exterior" if not count else "borderline"
        rows.append([project, name, core, standing, count])
    rows.sort(key=lambda row: (-float(str(row[2])), str(row[0])))
    return pd.DataFrame(rows, columns=["project", "name", "core", "standing", "points"])


def sets_of(space: Space, points: Sequence[Point]) -> dict[str, dict[str, Any]]:
    """Return a constraint set for each point under which it is the best plan, where limits can say so."""
    first, *others = space.objectives
    found = {}
    for number, point in enumerate(points, start=1):
        changes = [dict(change) for change in point.body.get("change", ())]
        rows = []
        for each, value in zip(others, point.values[1:], strict=True):
            if each.limit is None:
                row = _limit(each, value)
                if row is None:
                    break
                rows.append(row)
        else:
            if rows:
                changes.append({"table": "limits", "append": rows})
            body: dict[str, Any] = {"title": f"Point {number} of the frontier"}
            body |= {"change": changes} if changes else {}
            own = {name: weight for name, weight in first.weights.items() if weight}
            if first.name != "objective":
                body["objective"] = {"cost": 0.0, **own}
            found[f"point-{number}"] = body
    return found


def _limit(objective: Objective, value: float) -> dict[str, Any] | None:
    """Return the row of ``limits`` that keeps an objective at a value, or None if there is no such row."""
    (metric, *more) = [name for name, weight in objective.weights.items() if weight]
    if more or abs(objective.weights[metric]) != 1.0 or objective.stated(value) < 0:
        return None
    side = "min" if objective.maximised else "max"
    return {"metric": metric, side: Decimal(repr(round(objective.stated(value), 9))).normalize()}


def _stated(objectives: Sequence[Objective], values: Sequence[float]) -> list[float]:
    return [
        each.stated(value if each.grain else as_round(value)) for each, value in zip(objectives, values, strict=True)
    ]


def as_round(value: float) -> float:
    """Return the round number that a value is but for what a solver may be off by, or else the value.

    Of a project whose scale is any share the solver says 0.4999999996 for a half, and the plan is worth as much.
    """
    near = float(f"{value:.{ROUND_DIGITS}g}")
    return near if abs(value - near) <= ROUND * abs(near) else value
