"""What is decided for several scenarios by HiGHS here: with relaxed recourse or over a kernel, then all together."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any, NamedTuple

from outlay.instances.instance import Instance
from outlay.instances.plan import Plan, Selection
from outlay.instances.stages import Scenario, selected_now
from outlay.models.arrays.ending import EndedError, ended_by
from outlay.models.ensemble import build_ensemble
from outlay.optimizer.engine.settings import Settings
from outlay.optimizer.ensemble.candidates import Candidate, questions_of, taken
from outlay.optimizer.ensemble.here.groups import GroupQuestion, bound_of, groups_of
from outlay.optimizer.ensemble.here.kernel import kernel_of
from outlay.optimizer.ensemble.here.recourse import MOST_NONZEROS, relaxed
from outlay.optimizer.ensemble.members import Asked, Members, OnQuestions, Round, above, interval_of
from outlay.optimizer.ensemble.session import EnsembleSession, Together, told
from outlay.optimizer.ensemble.worth import Worth
from outlay.optimizer.search.settings import SearchPlan
from outlay.optimizer.settings import Effort
from outlay.optimizer.solver.deadline import Deadline
from outlay.optimizer.solver.outcome import Progress
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.status import Status
from outlay.optimizer.variation.varied_answer import VariedAnswer
from outlay.optimizer.verify.plan import verify_plan

#: Shares of the time for relaxed recourse, for what follows from it, for the kernel, and for groups,
#: which seldom take all of it.
RELAXED_SHARE, TRYING_SHARE, KERNEL_SHARE, GROUPS_SHARE = 0.3, 0.1, 0.2, 0.25
#: So much of the time stays for what comes after relaxed recourse, which also gets what was left before it: its bound
#: is that of its first relaxation until the last of its nodes is done.
AFTER_RELAXED = 0.4


class Searching(NamedTuple):
    """How hard to look for plans beside the proof, and the work of a repeatable search."""

    effort: Effort
    work: int

    def plan(self, session: EnsembleSession, seed: int) -> SearchPlan | None:
        """Return how to search, or None for branch and bound alone."""
        if self.effort == Effort.PROVE:
            return None
        return session.search_plan(seed=seed, sub_problems=self.work if self.effort == Effort.REPEAT else None)


@dataclass
class Here:
    """Scenarios to decide for, with what is known of them.

    Attributes
    ----------
    base, members, worth, asked
        The instance, the scenarios compiled, the measure, and how questions are solved.
    best
        The best plan of each scenario by itself.
    candidates
        Decisions that were tried in all of them.
    hard, threads, jobs, deadline
        How hard to search, with how many threads, how many groups at a time, and until when.
    sizes
        Of the problem that was solved last.
    """

    base: Instance
    members: Members
    worth: Worth
    asked: Asked
    best: Mapping[str, VariedAnswer]
    candidates: Sequence[Candidate]
    hard: Searching
    threads: int
    jobs: int
    deadline: Deadline
    sizes: dict[str, int] = field(default_factory=dict)
    _most: float = math.inf  # what no decision is worth more than, by groups of scenarios or with relaxed recourse
    _interrupted: bool = False
    _searched: bool = False  # whether nothing is left to be found over the kernel

    def decide(self, on_questions: OnQuestions, on_progress: Callable[[Progress], None] | None) -> Together:
        """Return the best plans found, bounded by the least of what is proved of single scenarios, groups, and all.

        Raises
        ------
        KeyboardInterrupt
            If the user stops it before there are any.
        """
        found = self._told(self._start())
        with SolverProcess() as engine:
            whole = self._whole(early=True)
            if whole is not None:
                found = self._relaxed(engine, whole, found, on_questions)
            kernel = self._kernel(found) if whole is None and self._goes_on(found) else None
            if kernel is not None:
                found = self._over(kernel, engine, self._within(KERNEL_SHARE), found)
            if self._goes_on(found):
                self._in_groups(on_questions)
            if self._goes_on(found) and (whole or kernel is None or found is None or self._time_for_all()):
                whole = whole or self._whole()
                if whole is not None:
                    together = self._solve(engine, whole, self.deadline, _plans(found), on_progress)
                    if found is None or together.verified:
                        return self._at_most(together)
                    self._interrupted = together.limit == "interrupt"
            elif self._goes_on(found) and kernel is not None and not self._searched:
                found = self._over(kernel, engine, self.deadline, found)
        if found is None and self._interrupted:
            raise KeyboardInterrupt
        limit = "interrupt" if self._interrupted else "time"
        return self._at_most(replace(found or Together(Status.STOPPED), limit=limit))

    def _goes_on(self, found: Together | None) -> bool:
        """Whether something is left to be proved, and nobody has stopped it."""
        return not self._interrupted and (found is None or not self._at_most(found).status.proved)

    def _time_for_all(self) -> bool:
        """Whether there is time to build all scenarios together and more: that may take as long as one by one."""
        left = self.deadline.left()
        return left is None or left >= 2 * self.members.seconds

    def _whole(self, *, early: bool = False) -> EnsembleSession | None:
        """Return all scenarios together; None if the time is over before they are built.

        Early, before anything else, only where time is limited and they are not large.
        """
        if early and (self.asked.time_limit is None or self._nonzeros > MOST_NONZEROS):
            return None
        return self._in_time(lambda: self._together(self.scenarios))

    def _in_time(self, make: Callable[[], EnsembleSession | None]) -> EnsembleSession | None:
        """Return what is made; None if the time is over before."""
        try:
            with ended_by(self.deadline.passed):
                return make()
        except EndedError:
            return None

    def _relaxed(
        self, engine: SolverProcess, whole: EnsembleSession, found: Together | None, on_questions: OnQuestions
    ) -> Together | None:
        """Return the better of what is known and what is decided where all that follows is relaxed."""
        limit, left = self.asked.time_limit, self.deadline.left()
        settings = Settings(self.asked.gap, self.deadline, self.asked.seed, self.threads)
        seconds = None
        if limit is not None and left is not None:
            seconds = max(RELAXED_SHARE * limit, left - AFTER_RELAXED * limit)
        said = relaxed(whole, engine, settings, seconds)
        self._most, self._interrupted = min(self._most, said.bound), said.interrupted
        if said.interrupted or said.selected is None:
            return found
        new = Candidate("", said.selected)
        questions = questions_of(self.members, self.scenarios, [new], self.best)
        with self.members.pool(self.jobs, on_questions) as pool:
            answers = Round(questions, self.asked, self.jobs, TRYING_SHARE, every=False).run(pool)
        self._interrupted = pool.interrupted
        return self._better(found, self._told(_plans_of(taken(self.scenarios, new, 0, answers))))

    @staticmethod
    def _better(one: Together | None, other: Together | None) -> Together | None:
        """Return the better of two plans for all scenarios that hold, the first where both are as good."""
        known = [each for each in (one, other) if each is not None and each.verified]
        return max(known, key=lambda each: each.objective or 0.0, default=None)

    def _told(self, plans: Mapping[str, Plan] | None) -> Together | None:
        """Return what plans are worth, of which nothing is proved; None of none."""
        return None if plans is None else told(self.scenarios, plans, None, risk=self.worth.risk, best=self._held)

    @cached_property
    def _nonzeros(self) -> int:
        """Nonzeros of the scenarios one by one."""
        return sum(over.session.problem.matrix.nnz for over in self.members.over.values())

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """The scenarios."""
        return self.worth.scenarios

    @property
    def _held(self) -> Mapping[str, float] | None:
        """What each scenario is held against for regret."""
        return self.worth.ideal if self.worth.risk.kind == "regret" else None

    def _at_most(self, found: Together) -> Together:
        """Return what is found with what is proved of the scenarios one by one, or in groups, where that is less."""
        most = self.worth.of({one.name: interval_of(self.best[one.name]) for one in self.scenarios})[1]
        return found.at_most(min(most, self._most), self.members.size, self.asked.gap)

    def _start(self) -> dict[str, Plan] | None:
        """Return the plans of the best candidate that holds everywhere; without one, to do nothing, if that holds."""
        known = [one for one in self.candidates if one.holds]
        if not known:
            holds = all(verify_plan(one.instance, Plan()).ok for one in self.scenarios)
            return {one.name: Plan() for one in self.scenarios} if holds else None
        return _plans_of(max(known, key=lambda one: self.worth.of(one.intervals)[0]))

    def _within(self, share: float) -> Deadline:
        """Return the deadline of what is to take a share of the time."""
        limit = self.asked.time_limit
        return self.deadline if limit is None else self.deadline.within(share * limit)

    def _together(self, scenarios: tuple[Scenario, ...], built: Mapping[str, Any] | None = None) -> EnsembleSession:
        """Return scenarios as one problem, made of a model of each."""
        most = {one.name: above(self.best[one.name].bound) for one in scenarios}
        models = built or self.members.models
        risk = self.worth.risk
        return EnsembleSession(
            build_ensemble(self.base, scenarios, risk=risk, best=self._held, most=most, built=models)
        )

    def _solve(
        self,
        engine: SolverProcess,
        session: EnsembleSession,
        deadline: Deadline,
        start: Mapping[str, Plan] | None,
        on_progress: Callable[[Progress], None] | None,
    ) -> Together:
        """Return what is found of scenarios together."""
        self.sizes = {
            "columns": len(session.problem.cost),
            "rows": len(session.problem.row_lower),
            "nonzeros": session.nonzeros,
        }
        settings = Settings(self.asked.gap, deadline, self.asked.seed, self.threads)
        search = self.hard.plan(session, self.asked.seed)
        return session.solve(engine, settings, start=start, best=self._held, search=search, on_progress=on_progress)

    def _kernel(self, found: Together | None) -> EnsembleSession | None:
        """Return all scenarios over what the decisions known so far select; None if that leaves out little.

        Only where time is limited.
        """
        if self.asked.time_limit is None:
            return None

        def make() -> EnsembleSession | None:
            built = kernel_of(self.members, self._decided(_plans(found)))
            return None if built is None else self._together(self.scenarios, built)

        return self._in_time(make)

    def _over(
        self, kernel: EnsembleSession, engine: SolverProcess, deadline: Deadline, found: Together | None
    ) -> Together | None:
        """Return the better of what is known and the best plans over a kernel; of the whole that proves nothing."""
        new = self._solve(engine, kernel, deadline, _plans(found), None)
        self._interrupted, self._searched = new.limit == "interrupt", new.status.proved
        return self._better(found, replace(new, status=Status.STOPPED, bound=None, gap=None))

    def _decided(self, start: Mapping[str, Plan] | None) -> dict[Selection, float]:
        """Return what is selected now by the best plan of some scenario, with the probability of all these.

        What the plans to start from select must be there.
        """
        found: dict[Selection, float] = {}
        for one in self.scenarios:
            best, first = self.best[one.name], None if start is None else start[one.name]
            for plan, weight in ((best.plan if best.holds else None, one.probability), (first, math.inf)):
                for key in () if plan is None else selected_now(self.base, plan):
                    found[key] = found.get(key, 0.0) + weight
        return found

    def _in_groups(self, on_questions: OnQuestions) -> None:
        """Bound all scenarios by groups of them, where time is limited and they are many."""
        limit = self.asked.time_limit
        groups = groups_of(self.scenarios, self._nonzeros, {name: one.worth or 0.0 for name, one in self.best.items()})
        if limit is None or not groups:
            return
        settings, due = Settings(self.asked.gap, self.deadline, self.asked.seed), self._within(GROUPS_SHARE)
        each = GROUPS_SHARE * limit / math.ceil(len(groups) / self.jobs)
        questions = [
            GroupQuestion(f"group {number}", partial(self._together, group.scenarios), settings, each, due)
            for number, group in enumerate(groups, start=1)
        ]
        with self.members.pool(self.jobs, on_questions) as pool:
            found = pool.ask(questions)
        bounds = [found[one.name].bound if one.name in found else math.inf for one in questions]
        self._most = min(self._most, bound_of(self.worth.risk, groups, bounds))
        self._interrupted = pool.interrupted


def _plans(found: Together | None) -> Mapping[str, Plan] | None:
    return None if found is None else found.plans


def _plans_of(candidate: Candidate) -> dict[str, Plan] | None:
    """Return the plan of each scenario that follows from a candidate; None where one has none."""
    if not candidate.holds:
        return None
    return {name: each.plan for name, each in candidate.answers.items() if each.plan is not None}
