"""Compare runs, whatever they came from, as the sets of one instance are compared."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from outlay.instances.errors import InputError
from outlay.instances.given import check_type
from outlay.models.plain import model_of
from outlay.optimizer.answer.distance import distance
from outlay.optimizer.answer.plans import plan_point
from outlay.optimizer.answer.reason import to_documents
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.checked import Checked
from outlay.optimizer.compare.comparison import Comparison, compare_cases, lean_run
from outlay.optimizer.engine.answer import Answer
from outlay.optimizer.problem.spaces import FullPoint
from outlay.optimizer.record.run_file import to_run_document
from outlay.optimizer.session import Session
from outlay.optimizer.settings import SolveSettings
from outlay.optimizer.sharing.solvers import solver_process
from outlay.optimizer.solve import make_solution
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.ties.nearest import nearest

#: Seconds in which the plan nearest to the first run's is looked for, of each other run.
NEAREST_S = 60.0


def compare_runs(
    solutions: Mapping[str, Solution], *, nearest_s: float = NEAREST_S, process: SolverProcess | None = None
) -> Comparison:
    """Return runs side by side: inputs, plan, money, limits; differences are to the first one.

    Each other run's plan is, among the plans of its instance that are as good (within 1e-6), the nearest to the first
    run's, so that a difference is one that its objective asks for. A run keeps its own plan where nothing can be said
    of others: another calendar, rules or an objective of the user's own, several scenarios.

    Parameters
    ----------
    solutions
        What to call each run, and its solution; two or more. Periods of different calendars are told by their names.
    nearest_s
        Seconds in which the nearest plan of a run is looked for; 0: every run keeps its own plan.
    process
        A solver to use; None: that of the thread.

    Raises
    ------
    InputError
        If there are fewer than two.

    Examples
    --------
    ``outlay.compare_runs({"last year": outlay.load("run.json"), "now": outlay.load("next.json")})``
    """
    check_type("compare_runs", solutions, Mapping, "give a dictionary of solutions by name")
    for solution in solutions.values():
        check_type("compare_runs", solution, Solution, "give what outlay.solve or outlay.load returned")
    if len(solutions) < 2:
        raise InputError.single("compare_runs", "there is nothing to compare", "give two runs or more")
    reference = next(iter(solutions.values()))
    resolved = {name: solution.instance for name, solution in solutions.items()}
    runs = {}
    for name, solution in solutions.items():
        may_move = nearest_s > 0 and solution is not reference and _has_others(solution, reference)
        run = _nearest(solution, reference, nearest_s, process) if may_move else to_run_document(solution)
        run["comparison"] = {"reasons": to_documents(solution.reasons), **(run.get("comparison") or {})}
        runs[name] = run
    found = compare_cases(
        reference.instance, resolved, {name: lean_run(run) for name, run in runs.items()}, attribution=None, files={}
    )
    titles = [f"set {solution.constraint_set}" for solution in solutions.values()]
    return replace(found, of="run", cases=found.cases.assign(title=titles))


def _has_others(solution: Solution, reference: Solution) -> bool:
    """Return whether other plans as good as a run's may be looked for, and held against the first run's."""
    calendars = [one.instance.settings.calendar for one in (solution, reference)]
    alike = len({(calendar.start, calendar.months_per_period) for calendar in calendars}) == 1
    own_rules = solution.own_objective or (solution.user_rows is not None and len(solution.user_rows) > 0)
    known = bool(solution.levels) and all(level.final is not None for level in solution.levels)
    plans = solution.plan is not None and reference.plan is not None
    return alike and plans and known and not own_rules and not solution.options.get("cancelling")


def _nearest(solution: Solution, reference: Solution, seconds: float, process: SolverProcess | None) -> dict[str, Any]:
    """Return the run document of a run with the plan nearest to the first run's among those as good."""
    assert solution.plan is not None
    assert reference.plan is not None
    document = to_run_document(solution)
    own_plan = solution.plan.to_document()
    if distance(solution.plan, reference.plan) == (0, 0):
        return document | {"comparison": {"own_plan": own_plan, "nearest_proved": True}}
    engine, began = process or solver_process(), time.monotonic()
    session = Session(model_of(solution.instance))
    point = FullPoint(plan_point(session.model, session.compiled, solution.plan))
    own = Checked(Answer(point, list(solution.levels)), solution.plan, solution.verification, dates=solution.dates)
    settings = SolveSettings(time_limit_s=seconds)
    near = nearest(session, engine, settings.engine(settings.deadline(engine.clock)), own, reference.plan)
    extra = {"own_plan": own_plan, "nearest_proved": near.proved_nearest}
    if near is own:
        return document | {"comparison": extra}
    told = make_solution(session, near, times_s=solution.times_s, began=began, options=solution.options)
    told = replace(told, dates=solution.dates, trace=solution.trace, times_s=solution.times_s)
    return to_run_document(told) | {"comparison": extra | {"reasons": to_documents(told.reasons)}}
