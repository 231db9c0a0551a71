"""`frontier`: every efficient plan for two or three objectives, with a certificate of what may still be missing."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from outlay.instances.errors import InputError, NoPlanError
from outlay.instances.given import check_called, number_of
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.frontier.assembling import Outcome, of_boxes, of_zones, sets_of, tables_of
from outlay.optimizer.frontier.boxes import Boxes
from outlay.optimizer.frontier.criteria.objectives import parse_objectives
from outlay.optimizer.frontier.criteria.points import Point, efficient
from outlay.optimizer.frontier.criteria.space import Space
from outlay.optimizer.frontier.ends import Ends
from outlay.optimizer.frontier.faces.heights import Heights
from outlay.optimizer.frontier.faces.hull import Hull
from outlay.optimizer.frontier.folder import FrontierFolder
from outlay.optimizer.frontier.gaps import Gaps
from outlay.optimizer.frontier.result import Frontier
from outlay.optimizer.frontier.weights import Cells, Weights, objectives_of, weights_of
from outlay.optimizer.frontier.zones import Zones
from outlay.optimizer.sharing.interrupts import held_back
from outlay.optimizer.sharing.pool import CompareProgress, QuestionPool, question_pool
from outlay.optimizer.solve import check_arguments
from outlay.optimizer.variation.solving import kept
from outlay.optimizer.variation.vary import Variations, vary

#: Questions at a time on an executor whose size is not ours to know.
REMOTE_AT_ONCE = 32
#: What is said to whoever asks to stop once more while what was found is put together.
ASSEMBLING = "what was found is being put together and saved, which does not take long"
#: Share that may stay open unless it is said otherwise.
TOLERANCE = 1e-3


def frontier(
    source: Any,
    objectives: Sequence[str] = (),
    *,
    weights: str | None = None,
    order: Sequence[str] = (),
    constraint_set: str = "base",
    tolerance: float = TOLERANCE,
    jobs: int | None = None,
    executor: Executor | str | None = None,
    folder: str | Path | None = None,
    force: bool = False,
    gap: float | None = None,
    seed: int = 1,
    time_limit: float | None = None,
    on_progress: Callable[[CompareProgress], None] | None = None,
) -> Frontier:
    """Return every efficient plan for two or three objectives, and the region in which others may still lie.

    Parameters
    ----------
    source
        An instance, a solution (of whose instance it is), or a model from `outlay.build`.
    objectives
        Two or three of ``max:METRIC``, ``min:METRIC``, ``objective`` (the instance's own, its first level),
        ``@STAKEHOLDER``, and ``stretch:LIMIT`` (as little as possible).
    weights
        Instead of objectives: a stakeholder. Then the plans are returned that are best for some weights between ``low``
        and ``high`` of its rows in ``stakeholders``; each with such weights.
    order
        Of `weights`: texts such as ``us_npv>jobs``, the first weighs no less than the second.
    constraint_set
        Sets to apply first; only with an instance.
    tolerance
        What may stay open. With two objectives: a point that is missing is better than a reported one by at most this
        share of the objective's range, in one of the two. With three: no plan is better than all points and mixtures
        by more than this share of every range; if all three have steps, this share of the hypervolume. 0: nothing.
    jobs, executor
        As in `compare`; the result does not depend on them.
    folder
        Where answers and tables go; what is answered there is not asked again.
    force
        Write into a folder that holds other things.
    gap
        Relative gap of each question; None: so small that it does not matter beside the tolerance.
    seed, time_limit
        As in `outlay.solve`, for each question; every one uses one thread, and its seconds are of the solver's work
        (CPU time), at most three times as many by the clock.
    on_progress
        Called when a question is asked or answered.

    Raises
    ------
    InputError
        If an objective or an option is wrong, or an objective has no end.
    InfeasibleError
        If no plan is possible.
    NoPlanError
        If an end of the frontier was not found in time.

    Examples
    --------
    >>> import outlay
    >>> town = outlay.frontier(outlay.read("tutorial"), ["max:value", "min:commitment"])
    >>> town.complete, len(town.points), town.points["max:value"].max()
    (True, 8, 19.1)
    """
    settings = check_arguments(time_limit=time_limit, gap=0.0 if gap is None else gap, seed=seed, jobs=jobs)
    check_called("frontier", on_progress=on_progress)
    share = number_of(tolerance)
    if share is None or not 0 <= share < 1:
        raise InputError.single("frontier", "this is no share", "a tolerance from 0 to below 1", value=tolerance)
    began = time.monotonic()
    if isinstance(source, Solution):
        source = source.instance
    if isinstance(objectives, str):
        objectives = (objectives,)
    varied = vary(source, constraint_set=constraint_set)
    asked = settings.question_document()
    options = {key: item for key, item in asked.items() if key != "gap" or gap is not None}
    known = None if weights is None else _weights(varied, objectives, weights, order)
    if known is None:
        parsed = parse_objectives(varied.over, objectives)
        tolerance = share
    else:
        parsed, tolerance = objectives_of(varied.instance, known), 0.0
    space = Space(varied, parsed, options, tolerance, executor is not None)
    with ExitStack() as held, ExitStack() as stack:
        home = None
        if folder is not None:
            home = FrontierFolder.open(folder, _of(space, known), force=force)
        pool = stack.enter_context(question_pool(executor, jobs, on_progress=on_progress))
        stack.enter_context(kept(varied.key, varied.over))
        if home is not None:
            answers = home.answers
            pool.keep, pool.find = answers.keep, lambda question: answers.find(question, varied)
        at_once = pool_size(pool, jobs)

        def hold() -> None:
            held.enter_context(held_back(lambda: pool.note(ASSEMBLING)))

        if known is None:
            found = search(space, pool, at_once, began, hold)
        else:
            found = supported(space, known, pool, began, hold)
        if home is not None:
            home.write(found)
    return found


def pool_size(pool: QuestionPool, jobs: int | None) -> int:
    """Return how many questions a pool is handed at a time."""
    return (jobs or os.cpu_count() or 1) if pool.local else REMOTE_AT_ONCE


def _of(space: Space, known: Weights | None) -> dict[str, Any]:
    """Return what a frontier is of, as plain data."""
    of: dict[str, Any] = {"instance": space.varied.instance.digest, "objectives": [e.name for e in space.objectives]}
    if known is not None:
        of["weights"] = [
            known.stakeholder,
            known.low.tolist(),
            known.high.tolist(),
            [list(each) for each in known.order],
        ]
    return of


def _weights(varied: Variations, objectives: Sequence[str], stakeholder: str, order: Sequence[str]) -> Weights:
    if objectives:
        problem = "weights are of a stakeholder's metrics, and take no objectives"
        raise InputError.single("frontier", problem, "give one of the two", value=list(objectives))
    return weights_of(varied.instance, stakeholder, (order,) if isinstance(order, str) else order)


def supported(space: Space, known: Weights, pool: QuestionPool, began: float, hold: Callable[[], None]) -> Frontier:
    """Return the plans that are best for some weights, as far as they are found before an interrupt; see `search`.

    Raises
    ------
    InputError, InfeasibleError
        As `frontier`.
    NoPlanError
        If no plan was found in time.
    """
    cells = Cells(space, known)
    cells.work(pool)
    if not cells.points:
        if pool.interrupted:
            raise KeyboardInterrupt
        raise NoPlanError(f"frontier: no plan was found ({cells.unproved[0][1]}); give each question more time")
    hold()
    extreme = cells.extreme()
    points = [point for point, _ in extreme]
    outcome = Outcome(points, [], [], not cells.unproved, 0.0, 0.0)
    notes = [f"at {len(cells.unproved)} weights the best plan is not proved"] if cells.unproved else []
    found = assembled(space, outcome, pool, began, notes)
    table = found.points
    for at, metric in enumerate(known.metrics):
        table[f"weight {metric}"] = [float(weights[at]) for _, weights in extreme]
    complete = not cells.unproved and not pool.interrupted
    return replace(found, tables={**found.tables, "points": table}, sets=_sets(extreme, known), complete=complete)


def _sets(extreme: Sequence[tuple[Point, Any]], known: Weights) -> dict[str, dict[str, Any]]:
    """Return a constraint set for each plan with weights for which it is the best."""
    return {
        f"point-{number}": {
            "title": f"Weights for which plan {number} is the best",
            "objective": {"cost": 0.0, **dict(zip(known.metrics, weights.tolist(), strict=True))},
        }
        for number, (_, weights) in enumerate(extreme, start=1)
    }


def search(
    space: Space, pool: QuestionPool, at_once: int, began: float, hold: Callable[[], None] = lambda: None
) -> Frontier:
    """Return the frontier of a space, as far as it is found before an interrupt.

    `hold` is called as soon as nothing more is asked: what follows is short, and no second interrupt may lose it.

    Raises
    ------
    InputError, InfeasibleError, NoPlanError
        As `frontier`.
    """
    ends, notes = Ends(space), list[str]()
    points = ends.find(pool)
    outcome: Outcome
    if len(space.objectives) == 2:
        boxes = Boxes(space)
        boxes.begin(points[0], points[1])
        ends.beyond(boxes)
        zones = _filled(space, points, pool) if boxes.in_steps else None
        if zones is not None:
            boxes.resume(efficient(zones.points), zones.rest())
        pool.work(boxes, at_once)
        hold()
        outcome = of_boxes(space, boxes)
        if boxes.slivers:
            share = max(share for share, _ in boxes.slivers)
            notes.append(f"beside some lines a plan may be better by at most {share:.2g} of the ranges")
    else:
        zones = _filled(space, points, pool)
        if zones is None:
            zones = Zones(space)
            zones.begin(points)
        pool.unless_stopped(partial(_work, zones, pool))
        hold()
        outcome, notes = of_zones(space, zones), _cut(zones)
    return assembled(space, outcome, pool, began, notes)


def _filled(space: Space, points: list[Point], pool: QuestionPool) -> Zones | None:
    """Return zones of which most are closed in groups; None where that is not for these objectives or this problem."""
    zones = Zones(space)
    zones.begin(points)
    gaps = Gaps.between(space, zones)
    if gaps is None:
        return None
    gaps.fill(pool)
    return zones


def _cut(zones: Zones) -> list[str]:
    """Return what to say of objectives that can be as bad as one likes."""
    notes = []
    for at, far in (zones.patches.cut if zones.patches is not None else {}).items():
        each = zones.space.objectives[at]
        notes.append(f"{each.name} can be as bad as one likes; plans beyond {each.stated(far):.6g} were not looked for")
    return notes


def _work(zones: Zones, pool: QuestionPool) -> None:
    """Ask zones, a fixed number at a time, until what is open is within the tolerance."""
    space = zones.space
    if zones.patches is not None:
        worst = _worst(space, pool)
        zones.patches.bound(worst)
        if space.tolerance > 0 and (heights := Heights.over(space, zones.within, worst)) is not None:
            zones.map(heights)
            _enclose(zones, pool)
    while not pool.interrupted:
        _explore(zones, pool)
        if space.tolerance > 0 and zones.patches is None and zones.is_enough():
            return
        asked = zones.ask()
        if not asked and not _hold(zones, pool):
            return
        answers = pool.ask([question for _, question in asked.values()])
        for name, (corner, _) in asked.items():
            if name in answers:
                zones.take(corner, answers[name])


def _enclose(zones: Zones, pool: QuestionPool) -> None:
    """Ask for the best plans of weighted sums until no plan lies far beyond what is known."""
    hull = Hull(zones.space, zones.within)
    while not pool.interrupted:
        _explore(zones, pool)
        asked = {} if pool.interrupted else hull.ask(zones.points)
        if not asked:
            return
        answers = pool.ask([question for _, question in asked.values()])
        for name, (normal, _) in asked.items():
            if name in answers:
                found = zones.space.read(answers[name])
                hull.take(normal, found)
                zones.take_sum(normal, found)


def _explore(zones: Zones, pool: QuestionPool) -> None:
    """Find what the plans of the same choices reach together, until that is known of all plans."""
    if zones.patches is not None:
        while pool.unless_stopped(zones.explore):
            pass
        if zones.mapped is not None:
            zones.mapped.see()


def _hold(zones: Zones, pool: QuestionPool) -> bool:
    """Hold corners of faces against all plans; return whether there were any."""
    asked = zones.held()
    answers = pool.ask([question for _, question in asked.values()]) if asked else {}
    for name, (point, _) in asked.items():
        if name in answers:
            zones.take_held(point, answers[name])
    return bool(asked)


def _worst(space: Space, pool: QuestionPool) -> np.ndarray:
    """Return a value that no plan is worse than, for each objective; minus infinity: there is none."""
    asked = [space.worst(f"worst {each.name}", at) for at, each in enumerate(space.objectives)]
    answers = pool.ask(asked)
    found = [space.read(answers[one.name]).bound if one.name in answers else np.inf for one in asked]
    return np.array([-bound for bound in found])


def assembled(space: Space, outcome: Outcome, pool: QuestionPool, began: float, notes: Sequence[str] = ()) -> Frontier:
    """Return a frontier as the user gets it."""
    applied = space.varied.instance.settings.applied.sets
    sets = sets_of(space, outcome.points)
    return Frontier(
        space.varied.instance,
        "+".join(applied) or "base",
        space.objectives,
        tables_of(space, outcome),
        tuple(point.plan for point in outcome.points),
        {name: _extending(body, applied) for name, body in sets.items()},
        complete=not outcome.open and not outcome.missing and all(point.proved for point in outcome.points),
        within=outcome.within and (outcome.certified or all(point.proved for point in outcome.points)),
        missing_by=outcome.missing if np.isfinite(outcome.missing) else None,
        ranges=tuple(space.scale.tolist()),
        tolerance=space.tolerance,
        hypervolume=outcome.reached,
        hypervolume_most=outcome.most,
        interrupted=pool.interrupted,
        notes=tuple(notes),
        options=dict(space.options),
        times_s={"total": time.monotonic() - began, "solver": pool.solver_s, "questions": float(pool.done)},
    )


def _extending(body: Mapping[str, Any], applied: Sequence[str]) -> dict[str, Any]:
    """Return the body of a set that stands on the sets that were applied already."""
    return {**body, "extends": list(applied)} if applied else dict(body)
