"""The kinds of tasks, and what does them; only the solver process imports this. To add one: a file, and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.solver.tasks.concave import Concave
from outlay.optimizer.solver.tasks.dive import Dive, Diver
from outlay.optimizer.solver.tasks.precedence import Decomposition, Precedence
from outlay.optimizer.solver.tasks.probe import Probe, Prober
from outlay.optimizer.solver.tasks.split import Split, Splitter
from outlay.optimizer.solver.tasks.task import Doing, Done, Task

Over = Callable[[float | None], bool]


def dive(how: Dive, problem: Problem, relaxed: Any, over: Over) -> Done:
    """Fix most of the problem; the rest is left to branch and bound."""
    return Done(Diver(problem, how, relaxed, over=lambda: over(None)).run())


def probe(how: Probe, problem: Problem, relaxed: Any, over: Over) -> Done:
    """Decide what is dominant; the result is that of the relaxation, with the bounds."""
    found = Prober(problem, how, relaxed, over=lambda: over(how.most_s)).run()
    content = None if found is None else {"lower": found.lower, "upper": found.upper}
    return Done(content=content, of_relaxation=True)


def split(how: Split, problem: Problem, relaxed: Any, over: Over) -> Done:
    """Look for a project to divide; the result is that of the relaxation of the whole, with the parts."""
    found = Splitter(problem, how, relaxed, over=lambda: over(how.most_s)).run()
    if found is None:
        return Done()
    bounds = {"bound": found.value, "lower": found.lower, "upper": found.upper}
    return Done(content={**bounds, "status": "kOptimal", "divided": found.columns, "worth": found.worth})


def concave(how: Concave, problem: Problem, relaxed: Any, over: Over) -> Done:
    """Bound what options are worth in pairs; the result is a row that bounds it, prices, and bounds of faces."""
    # Few problems pack in pairs, and scipy's optimisers take as long to load as all the rest.
    from outlay.optimizer.solver.tasks.bounding import Bounding  # noqa: PLC0415

    bounding = Bounding(problem, how, relaxed, over=lambda: over(how.most_s))
    gradient, constant, price = bounding.run()
    values = np.append(-gradient, 1.0)
    row = {"starts": np.array([0, len(values)]), "columns": np.arange(len(values)), "values": values}
    limits = {"lower": np.array([-np.inf]), "upper": np.array([constant])}
    faces = bounding.faces(lambda: over(None)).ravel()
    return Done(content={**row, **limits, "status": "kOptimal", "row_dual": price, "faces": faces})


def precedence(how: Precedence, problem: Problem, relaxed: Any, over: Over) -> Done:
    """Solve a linear program of precedence and few other rows; the result is its point, and duals of all its rows."""
    found = Decomposition(problem, how, relaxed, over=lambda: over(how.most_s)).run()
    if found is None:
        return Done()
    content = {"point": found.point, "objective": found.value, "row_dual": found.row_dual}
    return Done(content={**content, "status": "kOptimal", "has_point": True})


TASKS: Mapping[type[Task], Doing] = {
    Concave: concave,
    Dive: dive,
    Precedence: precedence,
    Probe: probe,
    Split: split,
}
NAMES: Mapping[str, type[Task]] = {kind.__name__: kind for kind in TASKS}
