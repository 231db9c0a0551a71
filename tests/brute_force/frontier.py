"""Whatever `frontier` claims of a small instance, held against trying every combination.

No reported point is dominated: nothing enumerated is better in one objective and as good in the others. None is
missing: above every combination of the reported values of all objectives but the first, the best that the enumeration
finds is weakly dominated by a reported point or line, or lies in a box that is said to be open. With objectives that
have steps this is all efficient vectors, no more and no fewer. ``python -m tests.brute_force.frontier FIRST COUNT``
tries many seeds.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import product
from random import Random
from typing import Any

import numpy as np
from scipy.optimize import linprog

import outlay
from outlay.instances.errors import InfeasibleError, InputError
from outlay.instances.instance import Instance
from outlay.instances.values.frozen import thawed
from outlay.optimizer.frontier.criteria.objectives import (
    LEAST_DIFFERENCE,
    Objective,
    parse_objective,
    parse_objectives,
)
from outlay.optimizer.variation.variable import Variable
from tests.brute_force.enumeration import Enumeration
from tests.brute_force.enumerator import best
from tests.brute_force.explaining import applied
from tests.brute_force.generator import Case, case_of
from tests.brute_force.search import Search, Unbounded

#: Values agree within this share of the largest one.
CLOSE = 1e-5
#: Where a little more of one objective costs much of another, only what is not worse by this share dominates.
SAME = 1e-8
#: What was best is kept within this share, which is as much as linear programs err by.
KEPT = 1e-7
#: Points, and combinations of levels, that are tried at most; of more some are drawn.
MOST_LEVELS = 60


def objectives_for(case: Case, number: int, dice: Random) -> list[str]:
    """Return objectives that an instance can be asked for, drawn."""
    instance = case.instance()
    over: Variable = outlay.vary(instance).over
    more = ["objective", *(f"max:{name}" for name in instance.known_metrics)]
    more += [f"@{who}" for who in sorted(set(instance["stakeholders"].texts("stakeholder")))]
    less = [f"min:{name}" for name in instance.known_metrics]
    dice.shuffle(more)
    dice.shuffle(less)
    words = [*more[:1], *less[: len(less) // 2], *more[1:], *less[len(less) // 2 :]]
    chosen: list[str] = []
    for word in words:
        try:
            parse_objective(over, word)
            if chosen:
                parse_objectives(over, [*chosen, word])
        except InputError:
            continue
        chosen.append(word)
        if len(chosen) == number:
            break
    return chosen


def with_objectives(instance: Instance, objectives: tuple[Objective, ...]) -> Instance:
    """Return an instance whose levels are the objectives."""
    levels = [{"weights": {"cost": 0, **each.weights}} for each in objectives]
    return replace(instance, sets={**thawed(instance.sets), "asked": {"objective": levels}}).with_set("asked")


class Oracle:
    """The enumeration of an instance, asked for the best of its first level with floors of the others."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance

    def best(self, floors: list[float]) -> list[float] | None:
        """Return what the levels are worth where the first is best and later ones keep floors; None if nothing does."""
        enumeration = Enumeration(self.instance)
        search = Search(enumeration)
        for form, floor in zip(enumeration.levels[1:], floors, strict=True):
            if np.isfinite(floor):
                search.require(form, floor)
        values: list[float] = []
        for form in enumeration.levels:
            found = search.maximise(form)
            if found is None:
                return None
            values.append(found[0])
            search.require(form, found[0] - KEPT * max(1.0, abs(found[0])))
        return values


def problems(case: Case, number: int, seed: int) -> list[str]:
    """Return what is wrong with a frontier of a case; nothing for objectives that have no best value."""
    instance = case.instance()
    if best(instance).status == "infeasible":
        return _infeasible(instance)
    try:
        objectives = objectives_for(case, number, Random(f"objectives {seed}"))
    except InputError:
        return []  # a mandatory project has no option
    if len(objectives) < number:
        return []
    over: Variable = outlay.vary(instance).over
    parsed = tuple(parse_objective(over, word) for word in objectives)
    tolerance = 0.0 if all(each.grain for each in parsed) else 2e-3 if number == 2 else 0.02
    oracle = Oracle(with_objectives(instance, parsed))
    try:
        found = outlay.frontier(instance, objectives, tolerance=tolerance, jobs=1)
    except InputError as error:
        return [] if "without end" in str(error) else [f"{objectives}: {error}"]
    try:
        wrong = [*_dominated(found, oracle, Random(seed)), *_missing(found, oracle, Random(seed))]
    except Unbounded:
        return []
    if not found.within:
        wrong.append("what is open is not within the tolerance")
    return [f"{objectives}: {each}" for each in wrong]


def _infeasible(instance: Instance) -> list[str]:
    try:
        outlay.frontier(instance, ["objective", "min:count"], jobs=1)
    except (InfeasibleError, InputError):
        return []
    return ["a frontier of an instance without any plan"]


def _values(found: outlay.Frontier) -> np.ndarray:
    signs = np.array([each.sign for each in found.objectives])
    return found.points[[each.name for each in found.objectives]].to_numpy(dtype=float) * signs


def _dominated(found: outlay.Frontier, oracle: Oracle, dice: Random) -> list[str]:
    values = _values(found)
    slack = CLOSE * np.maximum(1.0, np.abs(values).max(axis=0)) + found.tolerance * np.ptp(values, axis=0)
    ends = set(found.segments.to_numpy().ravel().tolist()) | set(found.faces["point"].dropna().tolist())
    # Where the frontier jumps, a line or a face ends at what is beaten by what is not told apart.
    apart = np.where([each.grain > 0 for each in found.objectives], 0.0, LEAST_DIFFERENCE * np.abs(values).max(axis=0))
    wrong = []
    for at in range(len(values)) if len(values) <= MOST_LEVELS else dice.sample(range(len(values)), MOST_LEVELS):
        point = values[at]
        size = np.maximum(1.0, np.abs(point[1:]))
        able = oracle.best(list(point[1:] - CLOSE * size))
        better = oracle.best(list(point[1:] + apart[1:] if at + 1 in ends else point[1:] - SAME * size))
        if able is None:
            wrong.append(f"{point} cannot be had")
        elif able[0] < point[0] - slack[0]:
            wrong.append(f"{point} cannot be had, only {able}")
        elif better is not None and better[0] > point[0] + slack[0]:
            wrong.append(f"{point} is dominated by {better}")
    return wrong


def _missing(found: outlay.Frontier, oracle: Oracle, dice: Random) -> list[str]:
    values = _values(found)
    size = np.maximum(1.0, np.abs(values).max(axis=0))
    floors = []
    for at in range(1, values.shape[1]):
        levels = np.unique(np.round(values[:, at], 9))
        between = (levels[1:] + levels[:-1]) / 2
        floors.append([-np.inf, *(levels + 2 * CLOSE * size[at]), *between])
    pairs = list(product(*floors))
    if len(pairs) > MOST_LEVELS:
        pairs = dice.sample(pairs, MOST_LEVELS)
    wrong = []
    for floor in pairs:
        able = oracle.best(list(floor))
        if able is not None and not covered(found, values, np.array(able), 2 * CLOSE * size):
            wrong.append(f"{able} is missing")
    return wrong


def covered(found: outlay.Frontier, values: np.ndarray, vector: np.ndarray, slack: np.ndarray) -> bool:
    """Return whether a vector is weakly dominated by a point or a line, or lies in an open box."""
    if (values >= vector - slack).all(axis=1).any():
        return True
    by = slack + (found.missing_by or 0.0) * np.array(found.ranges)
    for a, b in found.segments.to_numpy().tolist():
        ends = values[[a - 1, b - 1]]
        low, side = ends.min(axis=0), np.ptp(ends, axis=0)
        share = (vector - low) / np.maximum(side, 1e-12)
        if (vector <= ends.max(axis=0) + by).all() and share.clip(0).sum() <= 1 + 1e-4 + (by / side).max():
            return True
    if _mixed(found, vector, slack):
        return True
    signs = np.array([each.sign for each in found.objectives])
    rows = found.open.drop(columns="reason").to_numpy(dtype=float).reshape(len(found.open), -1, 2) * signs[:, None]
    inside = (vector >= rows.min(axis=2) - slack) & (vector <= rows.max(axis=2) + slack)
    return bool(inside.all(axis=1).any())


def _mixed(found: outlay.Frontier, vector: np.ndarray, slack: np.ndarray) -> bool:
    """Return whether a point or a mixture of a face is as good, but for what is said to be missing at most."""
    if found.missing_by is None or len(found.objectives) != 3:
        return False
    signs = np.array([each.sign for each in found.objectives])
    names = [each.name for each in found.objectives]
    least = vector - slack - (found.missing_by + 1e-5) * np.array(found.ranges)
    if (_values(found) >= least).all(axis=1).any():
        return True
    for _, face in found.faces.groupby("face"):
        corners = face[names].to_numpy(dtype=float) * signs
        count = len(corners)
        able = linprog(np.zeros(count), -corners.T, -least, np.ones((1, count)), [1.0], bounds=(0, 1))
        if able.status == 0:
            return True
    return False


def stretch_problems(case: Case) -> list[str]:
    """Return what is wrong with the curve of the objective over the stretch of a limit."""
    instance = case.instance()
    if best(instance).status != "optimal":
        return []
    varied = outlay.vary(instance)
    names = [name for name in varied.limits if not varied.over.limits[name].by_units]
    if not names:
        return []
    try:
        found = outlay.frontier(instance, ["objective", f"stretch:{names[0]}"], jobs=1, tolerance=0.02)
    except InputError as error:
        return [] if "without end" in str(error) or "no project" in str(error) else [str(error)]
    wrong = []
    for row in found.points.itertuples(index=False):
        value, body = float(row[1]), dict(found.sets[f"point-{row[0]}"])
        able = best(applied(instance, body)).levels[0]
        if abs(able - value) > 1e-4 * max(1.0, abs(value)) + found.tolerance * float(np.ptp(found.points["objective"])):
            wrong.append(f"{names[0]} stretched by {row[2]} gives {able}, not {value}")
    return wrong


def tried(seed: int) -> list[str]:
    """Return what is wrong with the frontiers of a seed."""
    case = case_of(seed)
    return [*problems(case, 2, seed), *problems(case, 3, seed), *stretch_problems(case)]


def main(first: int, count: int) -> int:
    """Try many seeds and return how many are wrong."""
    bad = 0
    for seed in range(first, first + count):
        found: list[Any] = tried(seed)
        bad += bool(found)
        sys.stdout.write(f"{seed}: {'; '.join(found) or 'fine'}\n")
        sys.stdout.flush()
    return bad


if __name__ == "__main__":
    sys.exit(min(1, main(int(sys.argv[1]), int(sys.argv[2]))))
