"""One case of a comparison as a task for any executor: a request in, a lean result and a run file's text out.

Requests and results are plain data, so they travel to threads, processes and other machines alike. The solver process
is kept from task to task, one a thread.
"""

from __future__ import annotations

import hashlib
import time
import zlib
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import simplejson

from outlay.instances.formats.parsing import parse_document
from outlay.instances.formats.writing import document_text, to_document
from outlay.instances.instance import Instance
from outlay.instances.plan import Plan
from outlay.models.arrays.ending import EndedError, ended_by
from outlay.models.plain import model_of
from outlay.optimizer.answer.reason import to_documents
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.checked import Checked
from outlay.optimizer.compare.comparison import failed_run, lean_run
from outlay.optimizer.record.run_file import run_text, to_run_document
from outlay.optimizer.session import Session
from outlay.optimizer.settings import SolveSettings
from outlay.optimizer.sharing.solvers import building, helpers, result_of, solver_process
from outlay.optimizer.solve import make_solution, too_late, versions
from outlay.optimizer.solver.deadline import Deadline
from outlay.optimizer.solver.outcome import Progress
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.ties.earliest import before_dates, earliest
from outlay.optimizer.ties.nearest import nearest


@dataclass(frozen=True)
class Request:
    """One case to solve.

    Attributes
    ----------
    name
        What to call it.
    instance
        The resolved instance as JSON text, without its constraint sets, compressed by zlib.
    reference
        Plan to be nearest to, and to start from, as a document; None for the reference case itself.
    nearest
        Whether to look for the nearest plan as good.
    options
        gap, seed, time_limit_s.
    fresh
        Whether it is solved from nothing, and only the nearest plan from the reference: then its own solve may begin
        before the reference is known.
    begun
        That solve, if it has begun in this process.
    """

    name: str
    instance: bytes
    reference: dict[str, Any] | None = None
    nearest: bool = True
    options: dict[str, Any] = field(default_factory=dict)
    fresh: bool = False
    begun: Future[Begun] | None = field(default=None, compare=False, repr=False)

    @cached_property
    def digest(self) -> str:
        """The digest of the instance (`Instance.digest`)."""
        return hashlib.sha256(zlib.decompress(self.instance)).hexdigest()

    @cached_property
    def key(self) -> str:
        """SHA-256 of everything that the answer depends on; names the run file."""
        whole = simplejson.dumps(
            [
                zlib.decompress(self.instance).decode(),
                self.reference,
                self.nearest,
                self.options,
                self.fresh,
                versions()["outlay"],
                versions()["highspy"],
            ],
            sort_keys=True,
        )
        return hashlib.sha256(whole.encode()).hexdigest()

    @property
    def work(self) -> Callable[[Request], str]:
        """What answers it, anywhere."""
        return solve_case

    def read(self, text: str) -> CaseAnswer:
        """Return the answer that `work` gave."""
        document = simplejson.loads(text)
        times = document["times_s"]
        return CaseAnswer(document, float(times.get("solve", 0.0)), float(times["total"]))

    def lost(self, message: str) -> CaseAnswer:
        """Return the answer where there is none."""
        return CaseAnswer(failed_run(message))


@dataclass(frozen=True)
class CaseAnswer:
    """A case that was solved, or of which nobody can say more than why it was not.

    Attributes
    ----------
    document
        Its run document; of a case that nobody solved only what a comparison needs.
    solver_s, total_s
        Seconds of the solver, and of everything.
    """

    document: dict[str, Any]
    solver_s: float = 0.0
    total_s: float = 0.0

    @property
    def given(self) -> bool:
        """Whether somebody solved the case; else there is nothing to keep."""
        return "instance" in self.document

    @property
    def lean(self) -> dict[str, Any]:
        """What a comparison holds of it."""
        return lean_run(self.document)


@dataclass
class Begun:
    """The own solve of a case, before the nearest plan is looked for.

    Attributes
    ----------
    session, checked
        The model, and what the solve came to.
    deadline
        When all of the case must have ended.
    times
        Seconds of reading and building.
    seconds
        Of all of it.
    """

    session: Session
    checked: Checked
    deadline: Deadline
    times: dict[str, float]
    seconds: float


class TooLateError(Exception):
    """The time for a case was over before its model was made; `solution` says so."""

    def __init__(self, solution: Solution) -> None:
        super().__init__(solution.message)
        self.solution = solution


def make_request(
    name: str,
    instance: Instance,
    *,
    reference: Plan | None,
    nearest: bool,
    options: dict[str, Any],
    fresh: bool = False,
    begun: Future[Begun] | None = None,
) -> Request:
    """Return the request of a case."""
    # What other sets say changes nothing about this case, and must not make it be solved again.
    lean = replace(instance, sets={}, uncertainty={})
    return Request(
        name,
        zlib.compress(document_text(to_document(lean), compact=True).encode()),
        None if reference is None else reference.to_document(),
        nearest and reference is not None,
        options,
        fresh,
        begun,
    )


def solve_case(
    request: Request,
    engine: SolverProcess | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> str:
    """Solve a case and return the text of its run file; what the nearest plan changed stands under ``comparison``.

    One time limit holds for all of it: the nearest plan is looked for in what is left. The solver is that of the thread
    unless one is given. `on_progress` hears of the solve, objective and bound as they are maximised.

    The solver's crashes and hangs are retried and reported in the run file; anything else raises.
    """
    engine = engine or solver_process()
    try:
        begun = _ahead(request) or begin_case(request, engine, on_progress)
    except TooLateError as late:
        return _text(late.solution, own=None, proved_nearest=False)
    session, checked, began = begun.session, begun.checked, time.monotonic() - begun.seconds
    settings, reference = SolveSettings.of_question(request.options), _reference(request)
    own = checked.plan
    if request.nearest and reference is not None and checked.verification is not None and checked.verification.ok:
        checked = nearest(session, engine, settings.engine(begun.deadline), checked, reference)
    if request.nearest or request.reference is None:
        checked = earliest(session, engine, settings.engine(begun.deadline), checked, reference=reference)
    with building():
        solution = make_solution(session, checked, times_s=begun.times, began=began, options=request.options)
        return _text(solution, own=own, proved_nearest=checked.proved_nearest)


def _text(solution: Solution, *, own: Plan | None, proved_nearest: bool) -> str:
    """Return the text of the run file of a case; `own` is its plan before the nearest one was looked for."""
    document = to_run_document(solution)
    document["comparison"] = {
        "own_plan": None if own is None else own.to_document(),
        "nearest_proved": proved_nearest,
        "reasons": to_documents(solution.reasons),
    }
    return run_text(document)


def begin_case(
    request: Request,
    engine: SolverProcess | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Begun:
    """Do the own solve of a case, as the first part of `solve_case`.

    Raises
    ------
    TooLateError
        If the time was over before the model was made, and there is no plan to start from.
    """
    engine = engine or solver_process()
    engine.start_early()
    with building():
        began = time.monotonic()  # waiting for another case's turn does not count
        settings = SolveSettings.of_question(request.options)
        deadline = settings.deadline(engine.clock)
        text = zlib.decompress(request.instance).decode()
        instance = parse_document(simplejson.loads(text, use_decimal=True), source=request.name)
        built = time.monotonic()
        start = None if request.fresh else _reference(request)
        try:
            with nullcontext() if start is not None else ended_by(deadline.passed):
                session = Session(model_of(instance))
        except EndedError:
            raise TooLateError(too_late(instance, time.monotonic() - began, request.options)) from None
    times = {"read": built - began, "build": time.monotonic() - built}
    checked = session.solve(
        engine,
        replace(settings.engine(), helpers=helpers()),
        deadline=before_dates(session, deadline),
        start=start,
        on_progress=None if on_progress is None else _maximised(on_progress),
    )
    return Begun(session, checked, deadline, times, time.monotonic() - began)


def _reference(request: Request) -> Plan | None:
    return None if request.reference is None else Plan.from_document(request.reference)


def _ahead(request: Request) -> Begun | None:
    """Return the own solve of a case if it has begun already, once it is done; None: it is still to be done."""
    if request.begun is None:
        return None
    try:
        return result_of(request.begun)
    except Exception:  # whatever befell it, the case is solved as if it had not begun
        return None


def _maximised(on_progress: Callable[[Progress], None]) -> Callable[[Progress], None]:
    return lambda state: on_progress(Progress(-state.objective, -state.bound, state.nodes, state.seconds))
