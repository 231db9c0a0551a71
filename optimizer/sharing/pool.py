"""Many questions at once, on threads or other machines; the same answers in whatever order they are solved."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias, TypeVar

from outlay.instances.errors import OutlayError
from outlay.optimizer.sharing.executors import Workers, open_executor
from outlay.optimizer.sharing.helping import Bench
from outlay.optimizer.sharing.solvers import solver_process
from outlay.optimizer.solver.process import SolverProcess

#: Seconds after which we look whether there is still anybody to answer.
LOOK_S = 1.0

Answered = TypeVar("Answered")

#: What is done with an answer, which was just given, under the key of its question; and how it is found again.
Keep = Callable[[str, Any], None]
Find = Callable[[Any], Any | None]
#: A question, or another task that says what answers it (`work`), how that is read, and what is said where it is lost.
Task: TypeAlias = Any
#: Takes a question and its answer.
Receive: TypeAlias = Callable[[Any, Any], None]


@dataclass(frozen=True)
class CompareProgress:
    """Where a comparison, or whoever asks many questions, stands.

    Attributes
    ----------
    done, total
        Cases.
    running
        Names of the cases in work.
    seconds_left
        An estimate from the cases solved so far; None before the first.
    note
        Something to tell the user once, or empty.
    """

    done: int
    total: int
    running: tuple[str, ...]
    seconds_left: float | None
    note: str = ""


class Source(Protocol):
    """Whoever asks questions one after another."""

    @property
    def waiting(self) -> int:
        """How many questions it would ask now."""

    def next(self) -> Task | None:
        """Return the next question, or None while there is none."""

    def take(self, question: Task, answer: Any) -> None:
        """Receive an answer."""


@dataclass
class QuestionPool:
    """Sends questions to an executor and collects the answers.

    Attributes
    ----------
    done, total
        Questions answered, and asked so far.
    interrupted
        Whether the user asked to stop: then what is not answered never will be.
    local
        Whether it is a local pool of ours.
    jobs
        How many questions it answers at a time, if it is.
    bench
        Through it threads that have nothing to do help others; None: they do not.
    """

    executor: Executor
    workers: Workers | None
    on_progress: Callable[[CompareProgress], None] | None = None
    find: Find | None = None
    keep: Keep | None = None
    done: int = 0
    total: int = 0
    interrupted: bool = False
    local: bool = False
    jobs: int = 1
    solver_s: float = 0.0
    answer_s: list[float] = field(default_factory=list)
    bench: Bench | None = None
    _beside: list[Future[Any]] = field(default_factory=list)  # what the threads are at besides questions

    def unless_stopped(self, work: Callable[[], Answered]) -> Answered | None:
        """Return what comes of some work; None if the user has asked to stop, or does so meanwhile."""
        if self.interrupted:
            return None
        try:
            return work()
        except KeyboardInterrupt:
            self.interrupted = True
            return None

    def run(self, work: Callable[[SolverProcess], Answered]) -> Answered:
        """Return what comes of some work with a solver of the pool, or with one of its own if the pool is not ours."""
        if self.local:
            return self.executor.submit(lambda: work(solver_process())).result()
        with SolverProcess() as engine:
            return work(engine)

    def ahead(self, work: Callable[[Any], Answered], questions: Sequence[Task]) -> dict[str, Future[Answered]]:
        """Begin some work on the first questions, by name, where threads would wait while another one is answered.

        As many as leave a thread for that one; none if the pool is not ours.
        """
        some = questions[: self.jobs - 1] if self.local else []
        begun = {question.name: self.executor.submit(work, question) for question in some}
        self._beside += begun.values()
        return begun

    def ask(self, questions: Sequence[Task], *, summary: Callable[[Any], Any] | None = None) -> dict[str, Any]:
        """Return the answers by name; after an interrupt only those that there are.

        A question that is lost twice is answered by why. With a `summary`, that is all that is held of each answer.
        """
        found: dict[str, Any] = {}
        if self.interrupted:
            return found
        open_: dict[Future[str], tuple[Task, int]] = {}
        self.total = max(self.total, self.done + len(questions))

        def receive(question: Task, answer: Any) -> None:
            found[question.name] = answer if summary is None else summary(answer)

        try:
            for question in questions:
                self._open(question, open_, receive)
            self._tell(open_)
            while open_ and self._round(open_, receive):
                self._tell(open_)
        except KeyboardInterrupt:
            self.interrupted = True
        finally:
            for future in open_:
                future.cancel()
        return {question.name: found[question.name] for question in questions if question.name in found}

    def work(self, source: Source, at_once: int) -> None:
        """Answer what a source asks, so many questions at a time, until it has no more; or until an interrupt.

        What the source asks next may depend on the answers that it was given.
        """
        open_: dict[Future[str], tuple[Task, int]] = {}
        try:
            while not self.interrupted:
                self._fill(source, open_, at_once)
                if not open_:
                    break
                self.total = self.done + len(open_) + source.waiting
                self._tell(open_)
                if not self._round(open_, source.take):
                    break
        except KeyboardInterrupt:
            self.interrupted = True
        finally:
            for future in open_:
                future.cancel()

    def _fill(self, source: Source, open_: dict[Future[str], tuple[Task, int]], at_once: int) -> None:
        """Ask a source for questions until so many are open; those whose answer is known are answered at once."""
        while len(open_) < at_once and (question := source.next()) is not None:
            self._open(question, open_, source.take)

    def _open(self, question: Task, open_: dict[Future[str], tuple[Task, int]], receive: Receive) -> None:
        """Hand a question on, or pass on its answer if that is known."""
        known = None if self.find is None else self.find(question)
        if known is None:
            open_[self._submit(question)] = (question, 1)
        else:
            self.done += 1
            receive(question, known)

    def _round(self, open_: dict[Future[str], tuple[Task, int]], receive: Receive) -> bool:
        """Wait for answers and pass on those that came; False once nobody is left to answer."""
        ready, _ = wait(open_, LOOK_S, return_when=FIRST_COMPLETED)
        if not ready:
            self._help(open_)
        if not ready and self._given_up():
            lack = self.workers.lack if self.workers is not None else ""
            for future, (question, _) in open_.items():
                future.cancel()
                self._lose(question, f"not solved: {lack}", receive)
            open_.clear()
            self._tell(open_)
            return False
        for future in ready:
            question, tries = open_.pop(future)
            self._take(future, question, tries, open_, receive)
        return True

    def _help(self, open_: Mapping[Future[str], tuple[Task, int]]) -> None:
        """Let a thread that has nothing to do help another one, if it has been at its solve for long."""
        if self.bench is None:
            return
        self._beside = [future for future in self._beside if not future.done()]
        if len(open_) + len(self._beside) < self.jobs and (race := self.bench.wanting()) is not None:
            self._beside.append(self.executor.submit(lambda: race.help(solver_process())))

    def _take(
        self,
        future: Future[str],
        question: Task,
        tries: int,
        open_: dict[Future[str], tuple[Task, int]],
        receive: Receive,
    ) -> None:
        """Pass on an answer; ask again where it is worth another try, else say why there is none."""
        try:
            answer = question.read(future.result())
        except OutlayError as error:
            self._lose(question, str(error), receive)  # wrong input stays wrong
        except Exception as error:  # whatever an executor may raise for a task that it lost
            if tries < 2:
                open_[self._submit(question)] = (question, tries + 1)
            else:
                self._lose(question, f"tried twice: {error!r}{self._why_lost()}", receive)
        else:
            self.done += 1
            self.solver_s += answer.solver_s
            self.answer_s.append(answer.total_s)
            if self.keep is not None:
                self.keep(question.key, answer)
            receive(question, answer)

    def _lose(self, question: Task, why: str, receive: Receive) -> None:
        self.done += 1
        receive(question, question.lost(why))

    def _why_lost(self) -> str:
        if self.workers is None:
            return ""
        self.workers.look()
        return f" ({self.workers.lack})" if self.workers.lack else ""

    def _given_up(self) -> bool:
        if self.workers is None:
            return False
        note = self.workers.look()
        if note:
            self.note(note)
        return self.workers.given_up

    def _submit(self, question: Task) -> Future[str]:
        """Hand a question to the executor; one that refuses it gives a future that says so."""
        if self.bench is not None:
            self.bench.recall()
        try:
            return self.executor.submit(question.work, question)
        except Exception as error:  # a broken or closed pool
            refused: Future[str] = Future()
            refused.set_exception(error)
            return refused

    def note(self, text: str) -> None:
        """Tell the user something."""
        self._tell({}, note=text)

    def _tell(self, open_: Mapping[Future[str], tuple[Task, int]], note: str = "") -> None:
        if self.on_progress is None:
            return
        running = tuple(question.name for future, (question, _) in open_.items() if future.running())
        left = None
        if self.answer_s:
            mean = sum(self.answer_s) / len(self.answer_s)
            left = mean * (self.total - self.done) / max(1, len(running))
        self.on_progress(CompareProgress(self.done, self.total, running, left, note))


@contextmanager
def question_pool(
    executor: Executor | str | None,
    jobs: int | None,
    *,
    on_progress: Callable[[CompareProgress], None] | None = None,
) -> Iterator[QuestionPool]:
    """Open a pool: on an executor of the user's, on dask, or on a local pool of so many threads and solvers.

    Raises
    ------
    InputError
        If the address is not one, or nobody is there.
    """
    with ExitStack() as stack:
        own, jobs, bench = executor, jobs or os.cpu_count() or 1, Bench()
        if not isinstance(own, Executor):
            own = stack.enter_context(open_executor(own, jobs, bench))
        local = executor is None
        yield QuestionPool(own, Workers.of(own), on_progress, local=local, jobs=jobs, bench=bench if local else None)
