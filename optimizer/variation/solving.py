"""One variation as a task for any executor: plain data in, plain data out.

The model is compiled once a process, under the digest of its instance; who runs tasks elsewhere compiles it there.
"""

from __future__ import annotations

import hashlib
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np
import simplejson

from outlay.instances.errors import InputError
from outlay.instances.formats.parsing import parse_document
from outlay.instances.instance import Instance
from outlay.instances.plan import Plan
from outlay.models.plain import model_of
from outlay.optimizer.answer.distance import distance, distance_weights
from outlay.optimizer.answer.plans import read_plan
from outlay.optimizer.engine.answer import Answer
from outlay.optimizer.engine.level import Level, as_good
from outlay.optimizer.engine.levels import solve_levels
from outlay.optimizer.engine.settings import Settings
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.problem.spaces import SolverPoint
from outlay.optimizer.session import FINE_FEASIBILITY, Session
from outlay.optimizer.settings import SolveSettings
from outlay.optimizer.sharing.solvers import solver_process
from outlay.optimizer.solve import versions
from outlay.optimizer.solver.forking import in_child
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.status import Status
from outlay.optimizer.tolerances import TIE
from outlay.optimizer.variation.applying import Varied, apply
from outlay.optimizer.variation.limit import Limit, rounded_up
from outlay.optimizer.variation.shares import least_share, needed_share
from outlay.optimizer.variation.variable import Variable
from outlay.optimizer.variation.variation import Variation
from outlay.optimizer.variation.varied_answer import VariedAnswer
from outlay.optimizer.verify.plan import verify_plan
from outlay.optimizer.verify.report import as_float

#: Compiled models kept in a process that runs tasks.
MOST_KEPT = 4


@dataclass(frozen=True)
class Question:
    """A variation to solve.

    Attributes
    ----------
    name
        What to call it.
    model
        Key of the compiled model: the digest of its instance, or of a model in this process only.
    instance
        The instance as compressed JSON text, to compile where the model is not known; None: in this process only.
    variation
        As a document.
    start
        A plan to start from, and to be nearest to, as a document, or None.
    nearest
        Whether to look for the plan nearest to it among those as good.
    options
        gap, seed, time_limit_s.
    """

    name: str
    model: str
    instance: bytes | None
    variation: dict[str, Any]
    start: dict[str, Any] | None = None
    nearest: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """SHA-256 of everything that the answer depends on; names its file."""
        parts = [self.model, self.variation, self.start, self.nearest, dict(self.options)]
        text = simplejson.dumps([*parts, versions()["outlay"], versions()["highspy"]], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def work(self) -> Callable[[Any], str]:
        """What answers it, anywhere."""
        return solve_question

    def read(self, text: str) -> VariedAnswer:
        """Return the answer that `work` gave."""
        return VariedAnswer.from_document(simplejson.loads(text))

    def lost(self, message: str) -> VariedAnswer:
        """Return the answer where there is none."""
        return VariedAnswer(Status.FAILED, message=message)

    def own_instance(self) -> Instance:
        """Return the instance that travels with the question.

        Raises
        ------
        InputError
            If none does.
        """
        if self.instance is None:
            raise InputError.single("vary", "a model with rules of its own is solved here only", "use no executor")
        document = simplejson.loads(zlib.decompress(self.instance).decode(), use_decimal=True)
        return parse_document(document, source=self.name)


def answer(over: Variable, question: Question, engine: SolverProcess) -> VariedAnswer:
    """Return the answer to a question, verified; what does not verify is solved anew with finer tolerances, once."""
    began = time.monotonic()
    variation = Variation.from_document(question.variation)
    settings = SolveSettings.of_question(question.options)
    varied = apply(over, variation).with_gaps(settings.enough)
    start = None if question.start is None else Plan.from_document(question.start)
    deadline = settings.question_deadline(engine.clock)
    # Where nothing is known to start from, every way to find a plan is worth its time.
    asked = _Asked(over, variation, varied, engine, replace(settings.engine(deadline), question=start is not None))
    found = asked.solve(start)
    if found.holds and question.nearest and start is not None:
        found = asked.nearest(found, start)
    return replace(found, total_s=time.monotonic() - began)


@dataclass
class _Asked:
    over: Variable
    variation: Variation
    varied: Varied
    engine: SolverProcess
    settings: Settings
    solver_s: float = 0.0
    raw: Answer[SolverPoint] | None = None

    def solve(self, start: Plan | None) -> VariedAnswer:
        share = self.over.stretched_share(self.variation)
        found = VariedAnswer(Status.FAILED)
        begin = self.over.start_point(start, self.variation, self.varied.problem)
        for feasibility in (self.settings.feasibility, FINE_FEASIBILITY):
            settings = replace(self.settings, feasibility=feasibility)
            if share is not None:
                raw, moves = self._least_share(share, settings, begin)
            else:
                raw, moves = self._run(self.varied.problem, self.varied.levels, settings, begin), None
            if raw.point is None and found.plan is not None:
                break
            self.raw, found = raw, self._read(raw, moves)
            if raw.point is None or (found.verified and not raw.broken):
                break
        return found

    def _run(
        self, problem: Problem, levels: list[Level], settings: Settings, start: np.ndarray | None
    ) -> Answer[SolverPoint]:
        begun = time.monotonic()
        raw = solve_levels(self.engine, problem, levels, settings, start=start)
        self.solver_s += time.monotonic() - begun
        return raw

    def _least_share(
        self, limit: Limit, settings: Settings, start: np.ndarray | None
    ) -> tuple[Answer[SolverPoint], dict[str, float]]:
        """Return the answer with the least stretch of a share, and that stretch."""
        found, stretch = least_share(self.over, self.variation, limit, settings, self._run, start=start)
        return found, {limit.name: rounded_up(stretch)}

    def _read(self, raw: Answer[SolverPoint], known: Mapping[str, float] | None = None) -> VariedAnswer:
        """Return an answer in domain words, its plan verified; `known`: moves that are no columns."""
        size, level = self.over.size, raw.levels[-1] if raw.levels else None
        status = Status.STOPPED if level is None else max(raw.levels, key=lambda each: _ORDER.index(each.status)).status
        limit = next((each.limit for each in raw.levels if each.limit), None) if raw.levels else "time"
        found = VariedAnswer(status, limit, raw.message, stages=self._stages(raw), solver_s=self.solver_s)
        if raw.point is None or level is None:
            return found
        sign = 1.0 if self.minimises_moves else -1.0
        moves = self._moves(raw.point) if known is None else dict(known)
        released = self.varied.moves.let_go(raw.point, size)
        body = self.over.set_of(self.variation, moves, released)
        session = self.over.session
        changed = self.varied.problem
        own = replace(session.problem, lower=changed.lower[:size], upper=changed.upper[:size])
        point = session.from_solver(SolverPoint(raw.point[:size]), own)
        plan = read_plan(session.model, session.compiled, point)
        verification = verify_plan(self.over.instance_with(body, released), plan)
        return replace(
            found,
            value=None if level.objective is None else -sign * level.objective,
            bound=None if level.bound is None else -sign * level.bound,
            worth=float(verification.objective[0]) if verification.objective else None,
            moves=moves,
            released=tuple(released),
            moved=round(-raw.levels[0].objective)
            if self.variation.count_first and raw.levels[0].objective is not None
            else None,
            plan=plan,
            verified=verification.ok,
            body=body,
            violations=tuple(violation.sentence for violation in verification.violations),
            metrics=floats(verification.metrics) if self.has_objective else {},
        )

    @property
    def has_objective(self) -> bool:
        """Whether other objectives are asked for than the instance's."""
        return self.variation.objective is not None

    def _stages(self, raw: Answer[Any]) -> tuple[tuple[float | None, float | None], ...]:
        if not self.has_objective:
            return ()
        return tuple((level.objective, level.bound) for level in raw.levels)

    @property
    def minimises_moves(self) -> bool:
        """Whether what is optimised is the sum of the moves."""
        given = self.variation
        return given.objective is None and bool(given.stretch or given.release or given.give_way)

    def _moves(self, point: np.ndarray) -> dict[str, float]:
        moves, size = self.varied.moves, self.over.size
        needed = {
            limit.name: needed_share(self.over, limit, point, units=limit.name in self.variation.units)
            for limit in moves.given_way(point, size)
        }
        return {name: rounded_up(by) for name, by in (moves.of(point, size) | needed).items()}

    def nearest(self, found: VariedAnswer, reference: Plan) -> VariedAnswer:
        """Return, among the plans as good as an answer, the one nearest to a reference plan; else the answer."""
        assert self.raw is not None
        assert found.plan is not None
        if distance(found.plan, reference) == (0, 0) or self.over.stretched_share(self.variation) is not None:
            return found
        problem = as_good(self.varied.problem, self.varied.levels, self.raw.levels, TIE)
        far = self.over.session.row_of(distance_weights(self.over.case, reference))
        cost = np.append(far, np.zeros(len(problem.cost) - len(far)))
        exact = replace(self.settings, gap=0.0, absolute_gap=0.5, confirming=True)
        raw = self._run(problem, [Level({}, cost)], exact, self.raw.point)
        if raw.point is None:
            return replace(found, solver_s=self.solver_s)
        near = self._read(replace(raw, levels=self.raw.levels))
        return near if near.verified else replace(found, solver_s=self.solver_s)


def floats(metrics: Mapping[str, Fraction]) -> dict[str, float]:
    """Return metrics as the verifier recomputed them, as floats."""
    return {name: as_float(amount) for name, amount in metrics.items()}


_ORDER = [Status.OPTIMAL, Status.WITHIN_GAP, Status.STOPPED, Status.UNBOUNDED, Status.INFEASIBLE, Status.FAILED]

# -- tasks -------------------------------------------------------------------------------------------------------------

#: Compiling in Python gains nothing from threads, and Pyomo's writers are not made for them.
_compiling = threading.Lock()
#: Models in use by whoever asks in this process, and those that were compiled for a question, the oldest first.
_held: dict[str, Variable] = {}
_kept: OrderedDict[str, Variable] = OrderedDict()


def _after_fork() -> None:
    global _compiling  # noqa: PLW0603 - the old one may be held for ever
    _compiling = threading.Lock()


in_child(_after_fork)


@contextmanager
def kept(key: str, over: Variable) -> Iterator[None]:
    """Keep a compiled model under a key for the tasks of this process."""
    with _compiling:
        before = _held.get(key)
        _held[key] = over
    try:
        yield
    finally:
        with _compiling:
            if before is None:
                del _held[key]
            else:
                _held[key] = before


def _known(question: Question) -> Variable:
    with _compiling:
        over = _held.get(question.model) or _kept.get(question.model)
        if over is None:
            over = Variable(Session(model_of(question.own_instance())))
            _kept[question.model] = over
            while len(_kept) > MOST_KEPT:
                _kept.popitem(last=False)
        return over


def solve_question(question: Question) -> str:
    """Answer a question and return the answer as JSON text.

    The solver's crashes and hangs are retried and reported in the answer; anything else raises.
    """
    engine = solver_process()
    engine.start_early()
    found = answer(_known(question), question, engine)
    return answer_text(found)


def answer_text(found: VariedAnswer) -> str:
    """Return an answer as JSON text."""
    return str(simplejson.dumps(found.to_document(), use_decimal=True, sort_keys=True, ignore_nan=True))
