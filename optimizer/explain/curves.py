"""The whole curve of a limit: the best objective over how far the limit is stretched, by its breakpoints.

It is the frontier of the objective against the stretch (`outlay.optimizer.frontier`): every efficient plan, and what
may still lie between two of them.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from outlay.instances.errors import InfeasibleError, NoPlanError
from outlay.optimizer.explain.context import Context, exchanged
from outlay.optimizer.frontier.criteria.objectives import parse_objectives
from outlay.optimizer.frontier.criteria.space import Space
from outlay.optimizer.frontier.frontier import TOLERANCE, search
from outlay.optimizer.variation.variation import STRETCH


@dataclass(frozen=True)
class Breakpoint:
    """A point at which more of a limit brings another plan.

    Attributes
    ----------
    limit, stretch, unit
        The limit, and by how much it is stretched, as a ``share`` of its level or in its own unit.
    objective
        What the best plan is worth then.
    comes_in, goes
        Who comes in and who goes, against today's plan.
    line
        Whether between this breakpoint and the next one every mixture of the two plans can be had.
    open
        By how much the objective may be better before the next breakpoint: what is not searched any further.
    set
        The constraint set that stretches the limit; empty for today's level.
    """

    limit: str
    stretch: float
    unit: str
    objective: float
    comes_in: str
    goes: str
    line: bool
    open: float
    set: str


def curves(context: Context, limits: Sequence[str], at_once: int) -> list[Breakpoint]:
    """Return the curves of limits, each from today's level on; without those that an interrupt left open."""
    found: list[Breakpoint] = []
    for name in dict.fromkeys(limits):
        if not context.pool.interrupted:
            found += context.pool.unless_stopped(lambda: _curve(context, name, at_once)) or []  # noqa: B023
    return found


def _curve(context: Context, name: str, at_once: int) -> list[Breakpoint]:
    parsed = parse_objectives(context.over, ["objective", f"{STRETCH}{name}"])
    options = {key: value for key, value in context.options.items() if key != "gap"}
    space = Space(context.varied, parsed, options, TOLERANCE, context.remote)
    try:
        frontier = search(space, context.pool, at_once, time.monotonic())
    except (NoPlanError, InfeasibleError):
        return []
    lines = set(frontier.segments["to_point"].tolist())
    unit = parsed[1].unit or "units"
    found: list[Breakpoint] = []
    for row in reversed(list(frontier.points.itertuples(index=False))):
        number, value, move = int(row[0]), float(row[1]), float(row[2])
        comes_in, goes = exchanged(frontier.plan(number), context.today.plan)
        body = frontier.sets[f"point-{number}"]
        title = f"{name} stretched by {move:.6g}"
        set_ = context.propose(f"{name}-stretched-{len(found)}", body, title) if body.get("change") else ""
        inside = frontier.open[frontier.open[f"{parsed[1].name} low"] >= move - 1e-12]
        inside = inside[inside["objective low"] >= value - 1e-9]
        further = inside[inside[f"{parsed[1].name} low"] <= _next(frontier.points.iloc[:, 2].tolist(), move)]
        best = float((further["objective high"] - value).max()) if len(further) else 0.0
        found.append(Breakpoint(name, move, unit, value, comes_in, goes, number in lines, best, set_))
    return found


def _next(moves: Sequence[float], move: float) -> float:
    """Return the next larger move, or the move itself."""
    return min((each for each in moves if each > move), default=move)
