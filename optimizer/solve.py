"""`solve`: from an instance (or a Pyomo model with rules of the user's own) to a verified `Solution`."""

from __future__ import annotations

import importlib.metadata
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyomo.environ as pyo

from outlay.instances.errors import InputError
from outlay.instances.instance import Instance
from outlay.instances.plan import Plan
from outlay.models.build import build
from outlay.optimizer.aggregation import aggregate
from outlay.optimizer.engine import Answer, LevelResult, Settings, Status, claimed_objective, solve_levels
from outlay.optimizer.plans import plan_point, read_plan, spread
from outlay.optimizer.problem import Compiled, compile_model
from outlay.optimizer.process import Progress, SolverProcess
from outlay.optimizer.solution import Solution
from outlay.optimizer.tables import compute_tables
from outlay.optimizer.user_rows import user_rows
from outlay.optimizer.verify import verify_plan
from outlay.optimizer.verify_report import Verification

#: Tolerance of the second try after an answer that does not verify.
FINE_FEASIBILITY = 1e-9


def solve(
    source: Instance | Any,
    *,
    constraint_set: str = "base",
    objective: str | Mapping[str, float] | None = None,
    time_limit: float | None = None,
    gap: float = 1e-4,
    seed: int = 1,
    threads: int = 1,
    start: Plan | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    process: SolverProcess | None = None,
) -> Solution:
    """Choose which projects to fund, at what scale and when; prove how good the choice is, and check it again.

    Parameters
    ----------
    source
        An instance, or a model from `outlay.build` to which rules may have been added.
    constraint_set
        Sets to apply first, ``a+b`` from left to right. Not with a model: apply them to its instance.
    objective
        Replaces the instance's: metric to weight, or ``"@STAKEHOLDER"``.
    time_limit
        Seconds for everything before verification; None: until proved. A wall-clock limit may make two runs differ.
    gap
        Relative gap to prove, |bound - objective| / max(|objective|, 1e-6).
    seed, threads
        Of HiGHS. Same input, seed, threads and versions give the same answer.
    start
        A plan to start from; need not be feasible.
    on_progress
        Called with the state of the solve (objective and bound as maximised) a few times a second.
    process
        A running solver process to use, for many solves; by default one is started and ended.

    Returns
    -------
    Solution
        With a plan or without; ``status`` says what is proved.

    Raises
    ------
    InputError
        If the constraint set, the objective or the changed instance is wrong.

    Examples
    --------
    >>> import outlay
    >>> solution = outlay.solve(outlay.read("tutorial"))
    >>> str(solution.status), solution.verified
    ('optimal', True)
    """
    began = time.monotonic()
    _check_arguments(time_limit, gap, seed, threads)
    model = _model_of(source, constraint_set, objective)
    built = time.monotonic()
    compiled = compile_model(model)
    levels = _levels(model, compiled)
    times = {"build": built - began, "compile": time.monotonic() - built}
    settings = Settings(gap=gap, seed=seed, threads=threads)
    first = None if start is None else plan_point(model, compiled, start)
    own = process is None
    engine = process or SolverProcess()
    try:
        answer, plan, verification, solved = _solve_and_check(
            engine,
            model,
            compiled,
            levels,
            settings,
            deadline=None if time_limit is None else began + time_limit,
            start=first,
            on_progress=_as_maximised(on_progress),
        )
    finally:
        if own:
            engine.close()
    times.update(solved)
    return _solution(
        model, compiled, answer, plan=plan, verification=verification, times=times, began=began,
        options={"gap": gap, "seed": seed, "threads": threads, "time_limit_s": time_limit},
    )  # fmt: skip


def _check_arguments(time_limit: float | None, gap: float, seed: int, threads: int) -> None:
    for name, value, right in (
        ("time_limit", time_limit, time_limit is None or (time_limit > 0 and np.isfinite(time_limit))),
        ("gap", gap, 0 <= gap < 1),
        ("seed", seed, 0 <= seed < 2**31 - 2000),
        ("threads", threads, 1 <= threads <= 256),
    ):
        if not right:
            raise InputError.single("solve", f"{name} is out of range", "correct it", column=name, value=value)


def _model_of(source: Any, constraint_set: str, objective: str | Mapping[str, float] | None) -> Any:
    if isinstance(source, pyo.ConcreteModel):
        if constraint_set != "base" or objective is not None:
            raise InputError.single(
                "solve", "a model is solved as it is", "apply sets and objectives to the instance before `build`"
            )
        if not hasattr(source, "case"):
            raise InputError.single(
                "solve", "this model was not made by outlay.build", "start from outlay.build(instance)"
            )
        return source
    if not isinstance(source, Instance):
        raise InputError.single(
            "solve",
            f"a {type(source).__name__} cannot be solved",
            "give an Instance (outlay.read) or a model (outlay.build)",
        )
    instance = source.with_set(constraint_set)
    if objective is not None:
        settings = instance.settings.model_dump(exclude_defaults=True)
        settings["objective"] = objective if isinstance(objective, str) else dict(objective)
        instance = instance.replace(instance=settings)
    return build(instance)


def _as_maximised(on_progress: Callable[[Progress], None] | None) -> Callable[[Progress], None] | None:
    if on_progress is None:
        return None
    return lambda state: on_progress(Progress(-state.objective, -state.bound, state.nodes, state.seconds))


def has_own_objective(model: Any) -> bool:
    """Return whether the user replaced the objective that `build` wrote."""
    active = list(model.component_data_objects(pyo.Objective, active=True))
    return len(active) != 1 or active[0] is not model.objective


def _levels(model: Any, compiled: Compiled) -> list[tuple[dict[str, float], np.ndarray, float]]:
    """Return (weights, cost to minimise, tolerance) of each level; a user's own objective is one level."""
    case = model.case
    if has_own_objective(model):
        return [({}, compiled.problem.cost, 0.0)]
    found = []
    for number, level in enumerate(case.instance.objective_levels):
        cost = spread(compiled, model.columns, -case.weights(number))
        names = {name: float(weight) for name, weight in level.weights.items()}
        found.append((names, cost, float(level.tolerance)))
    return found


def _solve_and_check(
    engine: SolverProcess,
    model: Any,
    compiled: Compiled,
    levels: list[tuple[dict[str, float], np.ndarray, float]],
    settings: Settings,
    *,
    deadline: float | None,
    start: np.ndarray | None,
    on_progress: Callable[[Progress], None] | None,
) -> tuple[Answer, Plan | None, Verification | None, dict[str, float]]:
    """Solve and verify; an answer that does not verify is solved anew with finer tolerances, once."""
    times = {"solve": 0.0, "verify": 0.0}
    answer, plan, verification = Answer(None, []), None, None
    small = aggregate(compiled.problem, spread(compiled, model.columns, model.case.column_groups, absent=-1))
    costs = [(names, small.extend_cost(cost), tolerance) for names, cost, tolerance in levels]
    for feasibility in (settings.feasibility, FINE_FEASIBILITY):
        begun = time.monotonic()
        left = None if deadline is None else deadline - begun
        fine = replace(settings, feasibility=feasibility, time_limit_s=left)
        begin = None if start is None else small.extend(start)
        answer = solve_levels(engine, small.problem, costs, fine, start=begin, on_progress=on_progress)
        times["solve"] += time.monotonic() - begun
        if answer.point is None:
            return answer, None, None, times
        answer.point = small.shorten(answer.point)
        begun = time.monotonic()
        plan = read_plan(model, compiled, answer.point)
        verification = verify_plan(model.case.instance, plan, objective=claimed_objective(answer.levels))
        times["verify"] += time.monotonic() - begun
        if verification.ok:
            break
        start = answer.point
    return answer, plan, verification, times


def _solution(
    model: Any,
    compiled: Compiled,
    answer: Answer,
    *,
    plan: Plan | None,
    verification: Verification | None,
    times: dict[str, float],
    began: float,
    options: dict[str, Any],
) -> Solution:
    instance: Instance = model.case.instance
    head = answer.levels[0] if answer.levels else LevelResult({}, Status.STOPPED, "time", None, None, None, 0, 0.0)
    status, limit = _overall(answer.levels or [head])
    begun = time.monotonic()
    tables = {} if plan is None else compute_tables(model.case, model.row_blocks, plan)
    times = {**times, "tables": time.monotonic() - begun, "total": time.monotonic() - began}
    return Solution(
        instance=instance,
        constraint_set="+".join(instance.settings.applied.sets) or "base",
        status=status,
        limit=limit,
        message=answer.message,
        objective=head.objective,
        bound=head.bound,
        gap=head.gap,
        levels=tuple(answer.levels),
        plan=plan,
        metrics={} if verification is None else {name: float(amount) for name, amount in verification.metrics.items()},
        stakeholders={}
        if verification is None
        else {name: float(sum_) for name, sum_ in verification.stakeholders.items()},
        tables=tables,
        verification=verification,
        trace=tuple(answer.trace),
        times_s=times,
        sizes={
            "options": len(model.case.options),
            "columns": len(compiled.problem.cost),
            "rows": len(compiled.problem.row_lower),
            "nonzeros": int(compiled.problem.matrix.nnz),
        },
        options=options,
        versions=versions(),
        user_rows=None if plan is None else user_rows(model, compiled, answer.point),
    )


def _overall(levels: list[LevelResult]) -> tuple[Status, str | None]:
    """Return the weakest status of the levels, and the limit that ended it."""
    order = [Status.OPTIMAL, Status.WITHIN_GAP, Status.STOPPED, Status.UNBOUNDED, Status.INFEASIBLE, Status.FAILED]
    worst = max(levels, key=lambda level: order.index(level.status))
    return worst.status, worst.limit


def versions() -> dict[str, str]:
    """Return the versions that an answer depends on."""
    names = ("outlay", "highspy", "pyomo", "numpy", "scipy")
    return {
        **{name: importlib.metadata.version(name) for name in names},
        "python": platform.python_version(),
        "platform": platform.platform(),
    }
