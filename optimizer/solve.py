"""`solve`: from an instance (or a Pyomo model with rules of the user's own) to a verified `Solution`."""

from __future__ import annotations

import importlib.metadata
import platform
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from outlay.instances.errors import InputError
from outlay.instances.given import check_called, plain_number, type_of
from outlay.instances.instance import Instance
from outlay.instances.plan import Plan
from outlay.models.arrays.ending import EndedError, ended_by
from outlay.models.arrays.rows import RowBlock
from outlay.models.case import Case
from outlay.models.plain import is_pyomo_model, model_of
from outlay.optimizer.answer.reason import Reason
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.answer.tables import Told, compute_tables
from outlay.optimizer.answer.user_rows import user_rows
from outlay.optimizer.checked import Checked
from outlay.optimizer.frames.later import Later
from outlay.optimizer.search.params import SearchParams
from outlay.optimizer.search.settings import SearchPlan
from outlay.optimizer.session import Session
from outlay.optimizer.settings import DEFAULT_WORK, Effort, SolveSettings, check_arguments
from outlay.optimizer.solver.deadline import Deadline
from outlay.optimizer.solver.outcome import Progress
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.status import LevelResult, Status, overall
from outlay.optimizer.ties.earliest import before_dates, earliest

if TYPE_CHECKING:
    import pandas as pd

#: What is told of a solve stands in `settings`; those who solve find it here too.
__all__ = ["Effort", "check_arguments", "make_solution", "solve", "versions"]


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
    effort: Effort | str = Effort.AUTO,
    work: int = DEFAULT_WORK,
    params: SearchParams | None = None,
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
        Seconds for everything before verification, of which a tenth, at most 6 s, is kept for dates that the objective
        leaves open; None: until proved. A wall-clock limit may make two runs differ. A
        model in the making ends with the time, unless there is a plan to start from; `message` says so.
    gap
        Relative gap to prove, |bound - objective| / max(|objective|, 1e-6).
    seed, threads
        Of HiGHS. Same input, seed, threads and versions give the same answer.
    start
        A plan to start from; need not be feasible.
    on_progress
        Called with the state of the solve (objective and bound as the model states them) a few times a second.
    effort
        ``prove``: branch and bound alone. ``search``: a large-neighbourhood search beside it, in a second solver
        process, for instances too large to be proved in the time there is; what it finds depends on the clock, so two
        runs may differ. ``repeat``: the search first, then branch and bound, each for a fixed amount of work; the same
        answer for the same seed. ``auto``: ``search`` under a time limit, else ``prove``.
    work
        Of ``repeat``: so many sub-problems of the search, each a dive or branch and bound of 100 nodes at first, more
        where that stalls, and 100 nodes of branch and bound for each of them afterwards.
    params
        The numbers that steer the search, to try others (`SearchParams.from_toml` reads a file of them); None: as
        usual. The run file says which differ.
    process
        A running solver process to use, for many solves; by default one is started and ended.

    Returns
    -------
    Solution
        With a plan or without; ``status`` says what is proved.

    Raises
    ------
    InputError
        If an argument, the constraint set, the objective or the changed instance is wrong.

    Examples
    --------
    >>> import outlay
    >>> solution = outlay.solve(outlay.read("tutorial"))
    >>> str(solution.status), solution.verified
    ('optimal', True)
    """
    settings = SolveSettings.made(
        time_limit=time_limit, gap=gap, seed=seed, threads=threads, effort=effort, work=work, params=params
    )
    check_called("solve", on_progress=on_progress)
    if start is not None and not isinstance(start, Plan):
        remedy = "give a Plan, such as solution.plan"
        raise InputError.single("solve", f"{type_of(start)} is no plan", remedy, column="start")
    if process is not None and not isinstance(process, SolverProcess):
        problem, remedy = f"{type_of(process)} is no solver process", "leave it out"
        raise InputError.single("solve", problem, remedy, column="process")
    asked = Asked(source, constraint_set, objective)
    return solve_asked(asked, settings, start=start, on_progress=on_progress, process=process, kept=Kept(0))


@dataclass(frozen=True)
class Asked:
    """What is to be solved: an instance with constraint sets and an objective, or a model."""

    source: Any
    constraint_set: str = "base"
    objective: str | Mapping[str, float] | None = None

    def is_same(self, other: Asked) -> bool:
        """Whether another one asks for the same instance, which nobody can have changed."""
        names = (self.constraint_set, self.objective) == (other.constraint_set, other.objective)
        return names and self.source is other.source and isinstance(self.source, Instance)


class Kept:
    """The last models that were compiled, so that an instance that is solved again is not compiled again."""

    def __init__(self, most: int) -> None:
        self._known: deque[tuple[Asked, Session]] = deque(maxlen=most)

    def find(self, asked: Asked) -> Session | None:
        """Return the session of what is asked, if it was compiled lately."""
        return next((session for known, session in self._known if known.is_same(asked)), None)

    def add(self, asked: Asked, session: Session) -> None:
        """Keep a session of an instance; a model's rules may change, so it is compiled anew each time."""
        if isinstance(asked.source, Instance):
            self._known.append((asked, session))


def solve_asked(
    asked: Asked,
    settings: SolveSettings,
    *,
    start: Plan | None,
    on_progress: Callable[[Progress], None] | None,
    process: SolverProcess | None,
    kept: Kept,
) -> Solution:
    """Return the answer to what is asked; see `solve`."""
    began = time.monotonic()
    engine = process or SolverProcess()
    deadline = settings.deadline(engine.clock)
    try:
        engine.start_early()  # it gets ready while the model is built
        session, times = kept.find(asked), {"build": 0.0, "compile": 0.0}
        if session is None:
            given = _given(asked.source, asked.constraint_set, asked.objective)
            try:
                with nullcontext() if start is not None else ended_by(deadline.passed):
                    model = model_of(given) if isinstance(given, Instance) else given
                    built = time.monotonic()
                    session = Session(model)
            except EndedError:
                return too_late(given, time.monotonic() - began, settings.to_document())
            times = {"build": built - began, "compile": time.monotonic() - built}
            kept.add(asked, session)
        checked = session.solve(
            engine,
            settings.engine(),
            deadline=before_dates(session, deadline),
            start=start,
            on_progress=_as_stated_by(session, on_progress),
            search=_search_plan(session, settings, deadline),
        )
        checked = earliest(session, engine, settings.engine(deadline), checked)
    finally:
        if process is None:
            engine.close()
    return make_solution(session, checked, times_s=times, began=began, options=settings.to_document())


def _search_plan(session: Session, settings: SolveSettings, deadline: Deadline) -> SearchPlan | None:
    if not settings.searches or deadline.passed():
        return None
    with suppress(EndedError), ended_by(deadline.passed):
        return session.search_plan(seed=settings.seed, sub_problems=settings.sub_problems, params=settings.params)
    return None


def _given(source: Any, constraint_set: str, objective: str | Mapping[str, float] | None) -> Any:
    """Return the model, or the instance as asked, of which the model is to be made."""
    if is_pyomo_model(source):
        if constraint_set != "base" or objective is not None:
            raise InputError.single(
                "solve", "a model is solved as it is", "apply sets and objectives to the instance before `build`"
            )
        if not hasattr(source, "case"):
            raise InputError.single(
                "solve", "this model was not made by outlay.build", "start from outlay.build(instance)"
            )
        return source
    return as_asked(source, constraint_set, objective)


def as_asked(source: Any, constraint_set: str, objective: str | Mapping[str, float] | None) -> Instance:
    """Return an instance with constraint sets applied and its objective replaced.

    Raises
    ------
    InputError
        If it is no instance, or the set, the objective or the changed instance is wrong.
    """
    if not isinstance(source, Instance):
        raise no_instance(source)
    instance = source.with_set(constraint_set)
    if objective is None:
        return instance
    if not isinstance(objective, str | Mapping):
        problem, remedy = f"{type_of(objective)} is no objective", 'give weights by metric or "@STAKEHOLDER"'
        raise InputError.single("solve", problem, remedy, column="objective", value=objective)
    settings = instance.settings.model_dump(exclude_defaults=True)
    if not isinstance(objective, str):
        objective = {metric: plain_number(weight) for metric, weight in objective.items()}
    settings["objective"] = objective
    return instance.replace(instance=settings)


def no_instance(source: Any) -> InputError:
    """Return the error of what is given for an instance and is none."""
    if isinstance(source, str):
        remedy = f"write outlay.solve(outlay.read({source!r}))"
        return InputError.single("solve", "this is the name of an instance, not an instance", remedy, value=source)
    return InputError.single(
        "solve",
        f"{type_of(source)} cannot be solved",
        "give an Instance (outlay.read) or a model (outlay.build)",
    )


def _sign(session: Session) -> float:
    """Return what turns a value as maximised into one in the sense of the model's own objective, which may minimise."""
    return -session.compiled.sign if session.has_own_objective else 1.0


def _as_stated_by(
    session: Session, on_progress: Callable[[Progress], None] | None
) -> Callable[[Progress], None] | None:
    """Return what tells of the progress in the sense of the model's own objective."""
    if on_progress is None:
        return None
    sign = -_sign(session)
    return lambda state: on_progress(Progress(sign * state.objective, sign * state.bound, state.nodes, state.seconds))


def too_late(given: Any, build_s: float, options: Mapping[str, Any]) -> Solution:
    """Return the answer where the time was over before the model was made."""
    instance = given if isinstance(given, Instance) else given.case.instance
    return Solution(
        instance=instance,
        constraint_set="+".join(instance.settings.applied.sets) or "base",
        status=Status.STOPPED,
        limit="time",
        message=f"the time limit was over before the model was made, after {build_s:.1f} s, so nothing was solved",
        objective=None,
        bound=None,
        gap=None,
        levels=(),
        plan=None,
        metrics={},
        stakeholders={},
        tables={},
        verification=None,
        trace=(),
        times_s={"build": build_s, "total": build_s},
        sizes={},
        options=options,
        versions=versions(),
    )


def make_solution(
    session: Session, checked: Checked, *, times_s: Mapping[str, float], began: float, options: Mapping[str, Any]
) -> Solution:
    """Return the solution of a checked answer; `began` is when the whole began, by the monotonic clock."""
    answer, verification, case = checked.answer, checked.verification, session.case
    status, limit = overall(answer.levels)
    objective, bound, gap = _as_stated(session, answer.levels)
    sign = _sign(session)
    tables, reasons = _told(case, session.model.row_blocks, checked.plan)
    now = time.monotonic()
    problem = session.compiled.problem
    return Solution(
        instance=case.instance,
        constraint_set="+".join(case.instance.settings.applied.sets) or "base",
        status=status,
        limit=limit,
        message=answer.message,
        objective=objective,
        bound=bound,
        gap=gap,
        own_objective=session.has_own_objective,
        dates=checked.dates,
        levels=tuple(answer.levels),
        plan=checked.plan,
        metrics={} if verification is None else {name: float(sum_) for name, sum_ in verification.metrics.items()},
        stakeholders={}
        if verification is None
        else {who: float(sum_) for who, sum_ in verification.stakeholders.items()},
        tables=tables,
        reasons=reasons,
        verification=verification,
        trace=tuple((at, sign * value, None if best is None else sign * best) for at, value, best in answer.trace),
        times_s={**times_s, **checked.times_s, "total": now - began},
        sizes={
            "options": len(case.options),
            "columns": len(problem.cost),
            "rows": len(problem.row_lower),
            "nonzeros": int(problem.matrix.nnz),
        },
        options={**options, "cancelling": True} if case.cancelling else options,
        versions=versions(),
        user_rows=user_rows(session.model, session.compiled, answer.point),
    )


def _told(
    case: Case, blocks: Sequence[RowBlock], plan: Plan | None
) -> tuple[Mapping[str, pd.DataFrame], Mapping[str, Reason]]:
    """Return the tables of a plan and the reasons of losers, computed when asked for; the model itself is let go."""
    if plan is None:
        return {}, {}

    @cache
    def told() -> Told:
        return compute_tables(case, blocks, plan)

    return Later(lambda: told().tables), Later(lambda: told().reasons)


def _as_stated(session: Session, levels: list[LevelResult]) -> tuple[float | None, float | None, float | None]:
    """Return (objective, bound, gap) of the first level in the sense of the model's own objective."""
    if not levels:
        return None, None, None
    objective, bound = (
        None if value is None else _sign(session) * value for value in (levels[0].objective, levels[0].bound)
    )
    return objective, bound, levels[0].gap


def versions() -> dict[str, str]:
    """Return the versions that an answer depends on."""
    return dict(_versions())


@cache
def _versions() -> tuple[tuple[str, str], ...]:
    # Reading what is installed costs 20 ms, and every case of a comparison asks for it several times.
    names = ("outlay", "highspy", "pyomo", "numpy", "scipy")
    return (
        *((name, importlib.metadata.version(name)) for name in names),
        ("python", platform.python_version()),
        ("platform", platform.platform()),
    )
