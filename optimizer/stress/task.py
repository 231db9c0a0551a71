"""One plan in one world as a task for any executor: plain data in, plain data out."""

from __future__ import annotations

import hashlib
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import simplejson

from outlay.instances.errors import InputError, NoPlanError
from outlay.instances.formats.parsing import parse_document
from outlay.instances.instance import Instance
from outlay.instances.plan import Plan
from outlay.instances.stages import selected_now
from outlay.optimizer.answer.plans import plan_columns
from outlay.optimizer.answer.tables import binding_rows
from outlay.optimizer.engine.settings import Settings
from outlay.optimizer.session import Session
from outlay.optimizer.sharing.solvers import building, solver_process
from outlay.optimizer.solve import versions
from outlay.optimizer.solver.deadline import Deadline
from outlay.optimizer.solver.forking import in_child
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.status import Status, overall
from outlay.optimizer.stress.held import held
from outlay.optimizer.ties.earliest import before_dates, earliest
from outlay.optimizer.variation.limits import Limits
from outlay.optimizer.verify.linking import verify_kept
from outlay.optimizer.verify.plan import verify_plan
from outlay.optimizer.verify.report import Verification

#: Worlds kept in a process that runs tasks: plans that are tried in the same one come after each other.
MOST_KEPT = 4


@dataclass(frozen=True)
class StressTask:
    """A plan to try in a world.

    Attributes
    ----------
    draw, of
        Names of the draw and of the plan.
    instance
        The drawn instance as JSON text without sets and uncertainty, compressed by zlib.
    plan
        The plan as a document, of which the here-and-now part is held.
    options
        gap, seed, time_limit_s.
    known
        An outcome of an earlier run, as a document: only what it claims is checked again.
    """

    draw: str
    of: str
    instance: bytes = field(repr=False)
    plan: Mapping[str, Any] = field(repr=False)
    options: Mapping[str, Any] = field(default_factory=dict)
    known: Mapping[str, Any] | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """What to call it."""
        return f"{self.draw}: {self.of}"

    @property
    def key(self) -> str:
        """SHA-256 of everything that the outcome depends on; names its file."""
        parts = [zlib.decompress(self.instance).decode(), self.plan, dict(self.options)]
        text = simplejson.dumps([*parts, versions()["outlay"], versions()["highspy"]], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def work(self) -> Callable[[StressTask], str]:
        """What answers it, anywhere."""
        return try_plan

    def read(self, text: str) -> Outcome:
        """Return the outcome that `work` gave."""
        return Outcome.from_document(simplejson.loads(text))

    def lost(self, message: str) -> Outcome:
        """Return the outcome where there is none."""
        return Outcome(Status.FAILED, message=message)


@dataclass(frozen=True)
class Outcome:
    """What became of a plan in a world.

    Attributes
    ----------
    status, limit, message
        As of a `Solution`; *infeasible*: nothing that can still be decided carries the plan out.
    objective, bound
        The first level of the objective, recomputed by the verifier; and at most. None where there is none.
    metrics
        Every metric, recomputed.
    plan
        What was decided in this world.
    cancelled
        Projects that were selected and cannot be built here.
    binds
        (limit, family) of the limits that are nearly exhausted.
    short
        Soft limits that are broken.
    solver_s, total_s
        Seconds of the solver, and of everything.
    again
        Whether it is known from an earlier run.
    """

    status: Status
    limit: str | None = None
    message: str = ""
    objective: float | None = None
    bound: float | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    plan: Plan | None = None
    cancelled: tuple[str, ...] = ()
    binds: tuple[tuple[str, str], ...] = ()
    short: tuple[str, ...] = ()
    solver_s: float = 0.0
    total_s: float = 0.0
    again: bool = False

    @property
    def holds(self) -> bool:
        """Whether there is a verified plan."""
        return self.plan is not None

    def to_document(self) -> dict[str, Any]:
        """Return the outcome as plain data, for JSON."""
        document = dict(vars(self)) | {"status": str(self.status), "metrics": dict(self.metrics)}
        document["plan"] = None if self.plan is None else self.plan.to_document()
        return document

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Outcome:
        """Return the outcome that `to_document` wrote."""
        plan = document["plan"]
        known = dict(document) | {
            "status": Status(document["status"]),
            "plan": None if plan is None else Plan.from_document(plan),
            "cancelled": tuple(document["cancelled"]),
            "binds": tuple((str(limit), str(family)) for limit, family in document["binds"]),
            "short": tuple(document["short"]),
        }
        return cls(**known)


def try_plan(task: StressTask) -> str:
    """Try a plan in a world and return the outcome as JSON text.

    What an earlier run found is not solved again: its plan is verified, and what follows from it computed anew.
    """
    began = time.monotonic()
    found = _known(task) if task.known is not None else None
    if found is None:
        engine = solver_process()
        engine.start_early()
        found = solved(_world(task), Plan.from_document(task.plan), engine, task.options)
    document = found.to_document() | {"total_s": time.monotonic() - began}
    return str(simplejson.dumps(document, sort_keys=True, ignore_nan=True))


def solved(instance: Instance, plan: Plan, engine: SolverProcess, options: Mapping[str, Any]) -> Outcome:
    """Return what becomes of a plan in a world: the best of what can still be decided."""
    try:
        with building():
            session = Session(held(instance, plan))
    except (InputError, NoPlanError) as error:
        return Outcome(Status.INFEASIBLE, message=str(error))
    deadline = Deadline.after(options.get("time_limit_s"), engine.clock)
    settings = Settings(gap=options.get("gap", 1e-4), seed=options.get("seed", 1), threads=1, deadline=deadline)
    begun = time.monotonic()
    checked = session.solve(engine, settings, deadline=before_dates(session, deadline), start=plan, on_progress=None)
    checked = earliest(session, engine, settings, checked)
    seconds = time.monotonic() - begun
    status, limit = overall(checked.answer.levels)
    if checked.plan is None or checked.verification is None:
        return Outcome(status, limit, checked.answer.message or _no_plan(status), solver_s=seconds)
    broken = [*checked.verification.violations, *verify_kept(instance, checked.plan, selected_now(instance, plan))]
    if broken:
        message = f"the answer failed its verification: {broken[0].sentence}"
        return Outcome(Status.FAILED, limit, message, solver_s=seconds)
    bound = checked.answer.levels[0].bound
    return _outcome(
        session.model, checked.plan, checked.verification, status=status, limit=limit, bound=bound, solver_s=seconds
    )


def _no_plan(status: Status) -> str:
    if status == Status.INFEASIBLE:
        return "nothing that can still be decided carries the plan out"
    return "no plan was found in time" if status == Status.STOPPED else ""


def _known(task: StressTask) -> Outcome | None:
    """Return what an earlier run found, all that follows from its plan computed anew; None if that is not right."""
    try:
        before = Outcome.from_document(task.known or {})
        if before.status == Status.INFEASIBLE and before.plan is None:
            return before
        if before.plan is None or not before.status.proved:
            return None
        instance, decided = _world(task), Plan.from_document(task.plan)
        verification = verify_plan(instance, before.plan)
        if not verification.ok or verify_kept(instance, before.plan, selected_now(instance, decided)):
            return None
        with building():
            model = held(instance, decided)
    except (LookupError, TypeError, ValueError, InputError, NoPlanError):
        return None  # damaged: solved anew
    return _outcome(
        model, before.plan, verification, status=before.status, limit=before.limit, bound=before.bound,
        solver_s=before.solver_s, again=True,
    )  # fmt: skip


def _outcome(model: Any, plan: Plan, verification: Verification, **more: Any) -> Outcome:
    binds, short = _limits(model, plan)
    return Outcome(
        objective=float(verification.objective[0]),
        metrics={name: float(amount) for name, amount in verification.metrics.items()},
        plan=plan,
        cancelled=tuple(one.project for one in plan.cancelled),
        binds=binds,
        short=short,
        **more,
    )


def _limits(model: Any, plan: Plan) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Return the limits that a plan exhausts, with their families, and the soft ones that it breaks."""
    point = plan_columns(model.case, plan)
    names = {(place.block, place.key): limit.name for limit in Limits(model).whole for place in limit.places}
    found: dict[str, str] = {}
    for block, row, _, _ in binding_rows(model.case, model.row_blocks, point):
        name = names.get((block.name, block.keys[row]))
        if name is not None:
            found[name] = block.family
    short = sorted({name for (name, _), amount in plan.shortfalls.items() if amount > _NOTHING})
    return tuple(sorted(found.items())), tuple(short)


#: Shortfalls below this are rounding errors.
_NOTHING = 1e-9

_reading = threading.Lock()
_kept: OrderedDict[bytes, Instance] = OrderedDict()


def _world(task: StressTask) -> Instance:
    """Return the instance of a task; the last few are kept."""
    digest = hashlib.sha256(task.instance).digest()
    with _reading:
        known = _kept.get(digest)
        if known is None:
            text = zlib.decompress(task.instance).decode()
            known = parse_document(simplejson.loads(text, use_decimal=True), source=task.draw)
            _kept[digest] = known
            while len(_kept) > MOST_KEPT:
                _kept.popitem(last=False)
        return known


def _after_fork() -> None:
    global _reading  # noqa: PLW0603 - the old one may be held for ever
    _reading = threading.Lock()


in_child(_after_fork)
