"""The thread that does what waits in a session, one job after the other, with a solver of its own."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import partial
from typing import Any

import simplejson

from outlay.instances.errors import InputError
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.compare.task import solve_case
from outlay.optimizer.explain.explain import explain
from outlay.optimizer.sharing.pool import CompareProgress
from outlay.optimizer.solver.outcome import Progress
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.status import Status
from outlay.optimizer.whatif.answers import said, trouble_of
from outlay.optimizer.whatif.job import Job, Kind, State
from outlay.optimizer.whatif.session import WhatIf
from outlay.optimizer.whatif.stopping import StoppableClock

#: Seconds that the end of the thread is waited for.
PATIENCE_S = 10.0
_TABLES = ("margins", "changes", "conflicts", "repair", "notes")


class Worker:
    """Does the jobs of a session in a thread of its own, until it is closed.

    Attributes
    ----------
    engine
        The solver process, kept from job to job.
    """

    def __init__(self, session: WhatIf, adopted: Solution | None = None) -> None:
        self.session, self.clock = session, StoppableClock()
        self.engine = SolverProcess(clock=self.clock)
        self._adopted = adopted
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="outlay what-if", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self, number: int) -> None:
        """Stop a job: the best verified plan stays; one that waits is taken back."""
        with self.session.lock:
            job = self.session.running()
            if job is not None and job.number == number and not job.stopping:
                self.session.update(number, lambda old: replace(old, stopping=True))
                self.clock.stop()
                return
        self.session.take_back(number)

    def close(self) -> None:
        """End the thread and its solver; what is in work is given up."""
        self._closing.set()
        self.clock.stop()
        self.engine.end()
        with self.session.lock:
            self.session.changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(PATIENCE_S)

    def _run(self) -> None:
        self._read()
        while not self._closing.is_set():
            job = self.session.next_job()
            if job is None:
                with self.session.lock:
                    if not any(each.state == State.QUEUED for each in self.session.jobs) and not self._closing.is_set():
                        self.session.changed.wait()
                continue
            self._do(job)

    def _read(self) -> None:
        """Read what the folder holds; the reference is solved if it is not there."""
        session = self.session
        try:
            if session.home.has_comparison:
                session.answers.restore()
            elif self._adopted is not None and self._adopted.plan is not None:
                session.answers.adopt(self._adopted)
        except Exception as error:  # the page tells it; what is there is not touched
            session.trouble = said(error)
        self._adopted = None
        session.ready = True
        session.tell()
        if session.answers.first is None and not session.trouble:
            session.solve(session.answers.reference)

    def _do(self, job: Job) -> None:
        self.clock.forget()
        try:
            message = self._solve(job) if job.kind == Kind.SOLVE else self._explain(job)
            state = State.FAILED if message else State.DONE
        except KeyboardInterrupt:
            state, message = State.FAILED, "stopped before there was an answer"
        except Exception as error:  # whatever it is, the session goes on and tells it
            state, message = State.FAILED, said(error)
        self.session.update(job.number, lambda old: replace(old, state=state, message=message))

    def _solve(self, job: Job) -> str:
        """Solve a case and keep its answer; return why there is none."""
        session, answers = self.session, self.session.answers
        with session.lock:
            draft = None if job.case == answers.reference else session.drafts[job.case]
            instance = (
                answers.instance.with_set(answers.reference) if draft is None else session.changed_instance(draft)
            )
            if draft is not None and answers.first is None:
                return "the reference has no answer to compare with; solve it first"
        request = answers.request(job.case, instance, job.time_limit_s)

        def hear(state: Progress) -> None:
            session.update(job.number, lambda old: old.at(state.objective, state.bound, state.seconds), quiet=True)

        document, _ = answers.folder.finished(request)
        if document is None:
            document = simplejson.loads(solve_case(request, self.engine, hear), use_decimal=True)
        trouble = trouble_of(document)
        if trouble:
            return trouble
        lost = ""
        try:
            answers.keep(request, document)  # first, for whoever shows an answer reads its file
        except InputError as error:
            lost = str(error)
        with session.lock:
            answers.take(request, document, instance, draft)
        try:
            answers.write()
        except InputError as error:
            lost = lost or str(error)
        session.trouble = lost
        if session.is_impossible(job.case):
            session.explain(job.case)
        return ""

    def _explain(self, job: Job) -> str:
        """Ask what a project is worth to a case, or why it has no plan, and keep it; return why there is no answer."""
        solution, _ = self.session.answers.solution(job.case)
        if solution.plan is None and solution.status != Status.INFEASIBLE:
            return "there is no plan to explain"

        def hear(state: CompareProgress) -> None:
            self.clock.interrupt_if_asked()
            self.session.update(job.number, lambda old: replace(old, done=state.done, total=state.total), quiet=True)

        ask = partial(explain, solution, jobs=1, gap=1e-4, seed=1, time_limit=job.time_limit_s, on_progress=hear)
        if job.project:
            found = ask([job.project])
        else:
            # What was forced in is what the draft is about: limits give way before it does, if they can.
            wished = [item.partition("@")[0] for item in solution.instance.settings.applied.force_in]
            found = ask(keep=wished)
            if wished and found.complete and not len(found.repair):
                found = ask()
        if not len(found.margins) and not len(found.conflicts):
            return "stopped before there was an answer"
        document = found.to_document()
        kept: dict[str, Any] = {name: document[name] for name in _TABLES}
        sets = {
            name: simplejson.loads(simplejson.dumps(body, use_decimal=True)) for name, body in document["sets"].items()
        }
        self.session.keep({"case": job.case, "project": job.project, "complete": found.complete, **kept, "sets": sets})
        return ""
