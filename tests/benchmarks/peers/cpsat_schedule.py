"""CP-SAT with interval variables and cumulative constraints, as a user of that tool would write a schedule by hand.

It reads the activities of the family ``schedule``, not the compiled problem, and is the best of its kind there. Its
bundled HiGHS clashes with highspy, so this module must not import highspy, nor anything that does.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

import outlay
from outlay.instances.plan import Choice, Plan
from outlay.optimizer.answer.plans import plan_point
from outlay.optimizer.problem.compiling import compile_model
from tests.benchmarks.families import read
from tests.benchmarks.families.schedule import Activity, activities, document, serial
from tests.benchmarks.peers import NAN, Task, Teller

#: The objective in whole numbers: this many units for what an activity earns in money.
UNITS = 10_000
#: Discount of a month, by the family's 12 % a year.
MONTH = 1.12 ** (-1 / 12)


def solve(task: Task, tell: Teller) -> np.ndarray | None:
    """Build, solve, and read the starts back into a plan of the product's model."""
    size, seed = map(int, task.instance.split("-")[-2:])
    made, limits = activities(size, seed)
    optional = "-opt-" in task.instance
    model = outlay.build(read(task.instance))
    compiled = compile_model(model)
    horizon = document(made, limits, optional=optional)["instance"]["calendar"]["periods"]

    def point(starts: dict[int, int]) -> np.ndarray:
        return plan_point(model, compiled, _plan(starts))

    def value(starts: dict[int, int]) -> float:
        return -task.problem.value(point(starts))

    factor = _factor(made, dict(enumerate(serial(made, limits, list(range(size))))), value, optional=optional)
    tell.begin()
    problem, start, present = _model(made, limits, horizon, optional=optional)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = task.seconds
    solver.parameters.num_workers = task.threads
    solver.parameters.random_seed = task.seed
    solver.parameters.relative_gap_limit = task.gap
    teller = _Progress(tell, factor)
    solver.best_bound_callback = teller.bounded
    status = solver.solve(problem, teller)
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return None
    tell(solver.objective_value * factor, solver.best_objective_bound * factor)
    chosen = [number for number in range(size) if solver.value(present[number])]
    return point({number: solver.value(start[number]) for number in chosen})


def _model(
    made: list[Activity], limits: list[int], horizon: int, *, optional: bool
) -> tuple[cp_model.CpModel, list[Any], list[Any]]:
    """Return the model, and of each activity its start and whether it is done."""
    model = cp_model.CpModel()
    start, end, present, interval, worth = [], [], [], [], []
    for number, each in enumerate(made):
        latest = horizon - each.months
        start.append(model.new_int_var(0, latest, f"start{number}"))
        end.append(start[-1] + each.months)
        present.append(model.new_bool_var(f"present{number}"))
        if not optional:
            model.add(present[-1] == 1)
        interval.append(
            model.new_optional_interval_var(start[-1], each.months, end[-1], present[-1], f"interval{number}")
        )
        values = [round(UNITS * _worth(each, at, optional=optional)) for at in range(latest + 1)]
        worth.append(model.new_int_var(min(0, *values), max(0, *values), f"worth{number}"))
        earned = model.new_int_var(min(values), max(values), f"earned{number}")
        model.add_element(start[-1], values, earned)
        model.add(worth[-1] == earned).only_enforce_if(present[-1])
        model.add(worth[-1] == 0).only_enforce_if(~present[-1])
        for other in each.after:
            model.add_implication(present[-1], present[other])
            model.add(start[-1] >= end[other]).only_enforce_if(present[-1])
    for resource, limit in enumerate(limits):
        model.add_cumulative(interval, [each.uses[resource] for each in made], limit)
    model.maximize(sum(worth))
    return model, start, present


def _worth(each: Activity, at: int, *, optional: bool) -> float:
    """Return what an activity earns, and costs where it is optional, discounted to the calendar's start."""
    costs = each.costs if optional else 0
    return each.earns * MONTH ** (at + each.months) - costs * MONTH**at


def _plan(starts: dict[int, int]) -> Plan:
    return Plan(tuple(Choice(f"a{number:03d}", "base", False, at, at, 1.0) for number, at in starts.items()))


def _factor(
    made: list[Activity], starts: dict[int, int], value: Callable[[dict[int, int]], float], *, optional: bool
) -> float:
    """Return what the product's model counts for a unit: money is discounted to another moment of the month there."""
    found = []
    for later in (0, 1):
        moved = {number: at + later for number, at in starts.items()}
        mine = sum(_worth(made[number], at, optional=optional) for number, at in moved.items())
        found.append(value(moved) / (UNITS * mine))
    if not math.isclose(*found, rel_tol=1e-9):
        raise ValueError("the schedule's worth is not the product's: the peer would solve another problem")
    return found[0]


class _Progress(cp_model.CpSolverSolutionCallback):
    """Tells each better plan and bound."""

    def __init__(self, tell: Teller, factor: float) -> None:
        super().__init__()
        self.tell, self.factor = tell, factor
        self.value = self.bound = NAN
        self.begun = time.monotonic()

    def on_solution_callback(self) -> None:
        """Tell a better plan."""
        self.value = self.objective_value * self.factor
        self.tell(self.value, self.bound)

    def bounded(self, bound: float) -> None:
        """Tell a better bound."""
        self.bound = bound * self.factor
        self.tell(self.value, self.bound)
