"""The scenarios of an ensemble one by one: compiled, asked questions, and their part of an answer as a `Solution`."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from outlay.instances.plan import Plan
from outlay.instances.stages import Scenario
from outlay.models.ensemble import plain_scenario
from outlay.optimizer.answer.plans import plan_point
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.checked import Checked, dated
from outlay.optimizer.engine.answer import Answer
from outlay.optimizer.problem.spaces import FullPoint
from outlay.optimizer.session import Session
from outlay.optimizer.sharing.pool import CompareProgress, QuestionPool, question_pool
from outlay.optimizer.solve import make_solution
from outlay.optimizer.solver.deadline import NEVER, Deadline
from outlay.optimizer.status import OPTIMAL_GAP, DatesFound, LevelResult, Status, relative_gap
from outlay.optimizer.variation.solving import Question, kept
from outlay.optimizer.variation.variable import Variable
from outlay.optimizer.variation.variation import Variation
from outlay.optimizer.variation.varied_answer import VariedAnswer
from outlay.optimizer.verify.plan import verify_plan

#: Why the dates of a plan are one choice of many.
WHY_OPEN = "they were decided together with other scenarios or levels"
#: A question gets at least so many seconds; one that the time ended is asked again for so many times as many.
LEAST_S, MORE = 0.1, 1.5
#: By so much, as a share, what is proved of one scenario is rounded up before all are held to it.
ROUNDING = 1e-6
#: What asks for progress of questions in a pool.
OnQuestions = Callable[[CompareProgress], None] | None


@dataclass(frozen=True)
class Asked:
    """How questions are to be solved.

    Attributes
    ----------
    gap, seed
        As of `outlay.solve`.
    time_limit
        Seconds for everything; None: until proved.
    deadline
        When no question is asked any more.
    """

    gap: float
    seed: int
    time_limit: float | None = None
    deadline: Deadline = NEVER

    def part(self, share: float) -> dict[str, Any]:
        """Return the options of a question that is to take a share of the time, at most what is left of it."""
        limit, left = self.time_limit, self.deadline.left()
        if limit is None:
            return self.each(None)
        return self.each(max(LEAST_S, min(share * limit, math.inf if left is None else left)))

    def each(self, seconds: float | None) -> dict[str, Any]:
        """Return the options of a question that may take so many seconds of the time that all have together."""
        return {"gap": self.gap, "seed": self.seed, "time_limit_s": seconds, "by_clock": True}


class Round:
    """Questions that share some time: what the quick ones leave goes to the others.

    Attributes
    ----------
    answers
        By name, once `run` has come back; a question for which no time was left is answered by that.
    """

    def __init__(self, questions: Sequence[Question], asked: Asked, jobs: int, share: float, *, every: bool) -> None:
        """Take the questions, and whether every one of them is asked, also where their part of the time is over."""
        self._todo = deque(questions)
        self._asked, self._jobs, self._every = asked, jobs, every
        limit = asked.time_limit
        self._due = asked.deadline if limit is None else asked.deadline.within(share * limit)
        nothing = VariedAnswer(Status.STOPPED, "time", "no time was left for it")
        self.answers: dict[str, VariedAnswer] = {one.name: nothing for one in questions}
        self._limits: dict[str, float] = {}

    def run(self, pool: QuestionPool) -> dict[str, VariedAnswer]:
        """Return the answers by name."""
        pool.work(self, self._jobs)
        return self.answers

    @property
    def waiting(self) -> int:
        """How many are not asked yet."""
        return len(self._todo)

    def next(self) -> Question | None:
        """Return the next question, with its part of the time that is left."""
        if not self._todo or self._asked.deadline.passed():
            return None
        question, left = self._todo[0], self._due.left()
        before = self._limits.get(question.name)
        if self._due.passed() and (before is not None or not self._every):
            return None
        each = None if left is None else max(LEAST_S, left * self._jobs / len(self._todo))
        if each is not None and before is not None and each < MORE * before:
            return None  # it would end where it ended before
        self._todo.popleft()
        if each is not None:
            self._limits[question.name] = each
        return replace(question, options=self._asked.each(each))

    def take(self, question: Question, answer: VariedAnswer) -> None:
        """Keep an answer; one that the time has ended is asked for again, from its plan, if enough is left."""
        before = self.answers[question.name]
        self.answers[question.name] = sharper(before, answer)
        if answer.status == Status.STOPPED and answer.limit == "time":
            start = answer.plan.to_document() if answer.plan is not None and answer.holds else question.start
            self._todo.append(replace(question, start=start))


def sharper(one: VariedAnswer, other: VariedAnswer) -> VariedAnswer:
    """Return the better plan of two answers to a question, with the lower bound."""
    better = other if not one.holds or (other.holds and (other.worth or 0.0) >= (one.worth or 0.0)) else one
    known = [each.bound for each in (one, other) if each.bound is not None]
    return replace(better, bound=min(known, default=None))


class Members:
    """Scenarios, each compiled by itself.

    Attributes
    ----------
    scenarios
        The scenarios.
    over
        The compiled model of each, by name.
    seconds
        What that took.

    Raises
    ------
    InputError
        If a scenario has a project that must be funded and cannot be.
    EndedError
        If the time is over before all of them are compiled (`outlay.models.arrays.ending`).
    """

    def __init__(self, scenarios: Sequence[Scenario], *, cancelling: bool) -> None:
        begun = time.monotonic()
        self.scenarios = tuple(scenarios)
        self.over = {one.name: Variable(Session(plain_scenario(one, cancelling=cancelling))) for one in scenarios}
        self.seconds = time.monotonic() - begun

    @property
    def models(self) -> dict[str, Any]:
        """The model of each scenario by itself, by name."""
        return {name: over.session.model for name, over in self.over.items()}

    @property
    def size(self) -> float:
        """The largest coefficient of the objective in any of them."""
        return max(float(np.abs(over.case.weights(0)).max(initial=0.0)) for over in self.over.values()) or 1.0

    @contextmanager
    def pool(self, jobs: int, on_progress: OnQuestions = None) -> Iterator[QuestionPool]:
        """Open a pool of so many solvers that knows the scenarios."""
        with ExitStack() as stack:
            for name, over in self.over.items():
                stack.enter_context(kept(self._key(name), over))
            yield stack.enter_context(question_pool(None, jobs, on_progress=on_progress))

    def question(
        self, name: str, variation: Variation, options: Mapping[str, Any], *, start: Plan | None = None, what: str = ""
    ) -> Question:
        """Return a question about a scenario; `what` tells those about the same one apart."""
        begin = None if start is None else start.to_document()
        return Question(f"{what}{name}", self._key(name), None, variation.to_document(), begin, False, dict(options))

    def _key(self, name: str) -> str:
        return f"scenario-{id(self)}-{name}"

    def solution(
        self, name: str, plan: Plan, worth: float, *, bound: float | None, began: float, asked: Asked
    ) -> Solution:
        """Return a plan as the answer to its scenario by itself, with what is proved of the scenario alone.

        `worth` is what the verifier has computed of it.
        """
        session = self.over[name].session
        verification = verify_plan(session.case.instance, plan, objective=[worth])
        weights = {key: float(amount) for key, amount in session.case.instance.objective_levels[0].weights.items()}
        size = float(np.abs(session.case.weights(0)).max(initial=0.0))
        most = None if bound is None or not math.isfinite(bound) else max(bound, worth)
        gap = None if most is None else relative_gap(worth, most, size)
        status = Status.STOPPED
        if gap is not None and gap <= max(OPTIMAL_GAP, asked.gap):
            status = Status.OPTIMAL if gap <= OPTIMAL_GAP else Status.WITHIN_GAP
        limit = None if status.proved else "together"
        level = LevelResult(weights, status, limit, worth, most, gap, 0, 0.0, worth, size)
        point = plan_point(session.model, session.compiled, plan)
        checked = dated(Checked(Answer(FullPoint(point), [level]), plan, verification), DatesFound.OPEN, WHY_OPEN)
        options = {
            "gap": asked.gap,
            "seed": asked.seed,
            "threads": 1,
            "time_limit_s": asked.time_limit,
            "effort": "prove",
        }
        return make_solution(session, checked, times_s={}, began=began, options=options)


def interval_of(answer: VariedAnswer) -> tuple[float, float]:
    """Return the (least, greatest) that the best of a variation can be worth; infinities where nothing is known."""
    least = -math.inf if not answer.holds or answer.worth is None else answer.worth
    if answer.infeasible:
        return -math.inf, -math.inf
    most = math.inf if answer.bound is None else max(answer.bound, least)
    return least, most


def above(bound: float | None) -> float:
    """Return a bound as one for the solver, a tolerance above it; infinity where nothing is known."""
    return math.inf if bound is None else bound + ROUNDING * max(1.0, abs(bound))
