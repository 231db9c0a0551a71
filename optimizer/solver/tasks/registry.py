"""The kinds of tasks, and what does them; only the solver process imports this. To add one: a file, and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from scipy import sparse

from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.solver.tasks.concave import Bounding, Concave
from outlay.optimizer.solver.tasks.dive import Dive, Diver
from outlay.optimizer.solver.tasks.probe import Probe, Prober
from outlay.optimizer.solver.tasks.split import Split, Splitter
from outlay.optimizer.solver.tasks.task import Doing, Done, Task

Over = Callable[[float | None], bool]


def dive(how: Dive, problem: Problem, relaxed: Any, over: Over) -> Done:
    """Fix most of the problem; the rest is left to branch and bound."""
    return Done(Diver(problem, how, relaxed, stopped=lambda: over(None)).run())


def probe(how: Probe, problem: Problem, relaxed: Any, over: Over) -> Done:
    """Decide what is dominant; the result is that of the relaxation, with the bounds."""
    found = Prober(problem, how, relaxed, stopped=lambda: over(how.most_s)).run()
    content = None if found is None else {"lower": found.lower, "upper": found.upper}
    return Done(content=content, of_relaxation=True)


def split(how: Split, problem: Problem, relaxed: Any, over: Over) -> Done:
    """Look for a project to divide; the result is that of the relaxation of the whole, with the parts."""
    found = Splitter(problem, how, relaxed, stopped=lambda: over(how.most_s)).run()
    if found is None:
        return Done()
    bounds = {"bound": found.value, "lower": found.lower, "upper": found.upper}
    return Done(content={**bounds, "status": "kOptimal", "divided": found.columns, "worth": found.worth})


def concave(how: Concave, problem: Problem, relaxed: Any, over: Over) -> Done:
    """Bound what options are worth in pairs; the result is tangents, as rows, and the prices of all rows."""
    gradients, constants, price = Bounding(problem, how, relaxed, stopped=lambda: over(how.most_s)).run()
    value = sparse.csr_array(np.ones((len(constants), 1)))
    tangents = sparse.csr_array(sparse.hstack([-gradients, value]))
    rows = {"starts": tangents.indptr, "columns": tangents.indices, "values": tangents.data}
    limits = {"lower": np.full(len(constants), -np.inf), "upper": constants}
    return Done(content={**rows, **limits, "status": "kOptimal", "row_dual": price})


TASKS: Mapping[type[Task], Doing] = {Concave: concave, Dive: dive, Probe: probe, Split: split}
NAMES: Mapping[str, type[Task]] = {kind.__name__: kind for kind in TASKS}
