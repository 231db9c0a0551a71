"""`rank`: one list for a budget that is not known yet, right at every level of it.

What is funded at a level is funded, with the same alternative, at each higher one; starts may move. The weighted sum of
the levels' worths is maximised as one ensemble with nested links. Beside it: the best plan of each level by itself, and
so what nesting costs.

Source: Koc and Morton, Prioritization via stochastic optimization, Management Science 61(3), 2015,
doi:10.1287/mnsc.2013.1865.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from outlay.instances.given import check_called
from outlay.instances.instance import Instance
from outlay.instances.plan import Plan
from outlay.instances.stages import Linking, Scenario
from outlay.instances.values.numbers import number_text
from outlay.models.arrays.ending import EndedError, ended_by
from outlay.models.ensemble import build_ensemble
from outlay.models.risk import as_risk
from outlay.optimizer.engine.settings import Settings
from outlay.optimizer.ensemble.members import Asked, Members, OnQuestions, Round, above
from outlay.optimizer.ensemble.session import EnsembleSession, Together, told
from outlay.optimizer.ranking.assembling import ranking_of, unmade
from outlay.optimizer.ranking.levels import check_levels, check_objective, check_weights, level_scenarios, limit_named
from outlay.optimizer.ranking.ranking import Ranking
from outlay.optimizer.search.settings import SearchPlan
from outlay.optimizer.solve import as_asked, check_arguments
from outlay.optimizer.solver.deadline import Deadline
from outlay.optimizer.solver.outcome import Progress
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.status import Status
from outlay.optimizer.variation.solving import answer
from outlay.optimizer.variation.variation import Variation
from outlay.optimizer.variation.varied_answer import VariedAnswer

#: Shares of the time for the best plan of each level, and for two first lists.
BEST_SHARE, FIRST_SHARE = 0.3, 0.1


def rank(
    instance: Instance,
    *,
    limit: str,
    levels: Sequence[Any],
    weights: Sequence[float] | None = None,
    constraint_set: str = "base",
    objective: str | Mapping[str, float] | None = None,
    time_limit: float | None = None,
    gap: float = 1e-4,
    seed: int = 1,
    jobs: int | None = None,
    on_questions: OnQuestions = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Ranking:
    """Return one list of projects such that those up to the mark of a level are a plan for it.

    Parameters
    ----------
    instance
        The instance.
    limit
        The limit that is not known: a resource (``commitments``), a fund, or a greatest amount of ``limits``, named as
        in `outlay.explain`.
    levels
        Its levels, rising, in its unit.
    weights
        How much each level counts; None: all alike. They are divided by their sum.
    constraint_set, objective
        As of `outlay.solve`.
    time_limit
        Seconds for everything before the last checks, by the clock; None: until proved. A model in the making ends with
        the time: then the list is the best one of those that were found level by level, and ``message`` says where
        there is none.
    gap, seed
        As of `outlay.solve`.
    jobs
        Levels to solve at a time; None: one a core.
    on_questions, on_progress
        Called while the levels are solved one by one, and while the list is.

    Returns
    -------
    Ranking
        Its ``projects`` are the list, its ``levels`` what nesting costs. Each level's plan is verified by itself, and
        that they are nested too.

    Raises
    ------
    InputError
        If the limit, a level, a weight or an option is wrong, or the objective has several levels.

    Examples
    --------
    >>> import outlay
    >>> found = outlay.rank(outlay.read("tutorial"), limit="commitments", levels=[5, 11], jobs=1)
    >>> found.levels[["level", "nested", "best"]].values.tolist()
    [[5.0, 9.0, 9.0], [11.0, 19.1, 19.1]]
    """
    began = time.monotonic()
    settings = check_arguments(time_limit=time_limit, gap=gap, seed=seed, jobs=jobs)
    deadline = Deadline.after(settings.time_limit_s)
    check_called("rank", on_questions=on_questions, on_progress=on_progress)
    base = as_asked(instance, constraint_set, objective)
    check_objective(base)
    marks = check_levels(levels)
    shares = check_weights(weights, marks)
    asked = Asked(settings.gap, settings.seed, settings.time_limit_s, deadline)
    try:
        with ended_by(deadline.passed):
            asked_limit = limit_named(base, limit)
            scenarios = level_scenarios(base, asked_limit, marks, shares)
            work = _Work(base, scenarios, asked, jobs or os.cpu_count() or 1)
    except EndedError:
        return unmade(base, limit, [number_text(mark) for mark in marks], shares, asked=asked, began=began)
    found = work.run(on_questions, on_progress)
    return ranking_of(base, asked_limit, work.members, found, work.best, asked=asked, began=began)


@dataclass
class _Work:
    base: Instance
    scenarios: tuple[Scenario, ...]
    asked: Asked
    jobs: int

    def __post_init__(self) -> None:
        self.members = Members(self.scenarios, cancelling=False)
        self.names = [one.name for one in self.scenarios]
        self.best: dict[str, VariedAnswer] = {}
        self.interrupted = False

    def run(self, on_questions: OnQuestions, on_progress: Callable[[Progress], None] | None) -> Together:
        """Return the nested plans; where a level alone has none, that."""
        questions = [self.members.question(name, Variation(), {}) for name in self.names]
        with self.members.pool(self.jobs, on_questions) as pool:
            self.best = Round(questions, self.asked, self.jobs, BEST_SHARE, every=True).run(pool)
            if pool.interrupted:
                raise KeyboardInterrupt
        for name, found in self.best.items():
            if found.infeasible:
                return Together(Status.INFEASIBLE, message=f"there is no plan at level {name}")
        with SolverProcess() as engine:
            start = self._first_list(engine)
            made = None if self.interrupted else self._together()
            if made is not None:
                session, search = made
                settings = Settings(gap=self.asked.gap, seed=self.asked.seed, deadline=self.asked.deadline)
                return session.solve(engine, settings, start=start, search=search, on_progress=on_progress)
        if start is None:
            raise KeyboardInterrupt
        return self._told(start, "interrupt" if self.interrupted else "time")

    @property
    def _most(self) -> dict[str, float]:
        """What no plan of a level is worth more than."""
        return {name: above(found.bound) for name, found in self.best.items()}

    def _together(self) -> tuple[EnsembleSession, SearchPlan | None] | None:
        """Return all levels as one problem, and how to search; None if the time is over before they are made."""
        try:
            with ended_by(self.asked.deadline.passed):
                session = EnsembleSession(
                    build_ensemble(
                        self.base, self.scenarios, linking=Linking.NESTED, most=self._most, built=self.members.models
                    )
                )
                # With all the time there is, branch and bound proves it; else a search beside it finds better lists.
                limited = self.asked.time_limit is not None
                return session, session.search_plan(seed=self.asked.seed) if limited else None
        except EndedError:
            return None

    def _told(self, plans: Mapping[str, Plan], limit: str) -> Together:
        """Return what plans are worth, if they hold, bounded by the best plan of each level."""
        found = told(self.scenarios, plans, limit, risk=as_risk("expected"), linking=Linking.NESTED)
        if not found.verified:
            found = Together(Status.STOPPED, limit)
        at_most = sum(one.probability * self._most[one.name] for one in self.scenarios)
        return found.at_most(at_most, self.members.size, self.asked.gap)

    def _first_list(self, engine: SolverProcess) -> dict[str, Plan] | None:
        """Return the better of two lists: built up from the lowest level, and cut down from the highest.

        Where there was no time for either, what is funded at the lowest level is funded at each, or nothing is, which
        need not hold; None after an interrupt.
        """
        lists = (self._chain(engine, names, up=up) for names, up in ((self.names, True), (self.names[::-1], False)))
        known = [one for one in lists if one is not None]
        if not known and self.interrupted:
            return None
        if not known:
            lowest = self.best[self.names[0]]
            return dict.fromkeys(self.names, lowest.plan if lowest.holds and lowest.plan is not None else Plan())
        share = {one.name: one.probability for one in self.scenarios}
        best = max(known, key=lambda one: sum(share[name] * (each.worth or 0.0) for name, each in one.items()))
        return {name: each.plan for name, each in best.items() if each.plan is not None}

    def _chain(self, engine: SolverProcess, names: Sequence[str], *, up: bool) -> dict[str, VariedAnswer] | None:
        """Return the best plan of each level that goes with the one before; None where there is none in time."""
        found: dict[str, VariedAnswer] = {}
        last = self.best[names[0]]
        for name in names:
            if self.interrupted:
                return None
            if name != names[0]:
                if self._too_late_after(last):
                    return None
                variation = _built_on(last.plan) if up else self._cut_from(last.plan)
                question = self.members.question(name, variation, self.asked.part(FIRST_SHARE / len(names)))
                last = answer(self.members.over[name], question, engine)
            self.interrupted = last.limit == "interrupt"
            if not last.holds or last.plan is None or self.interrupted:
                return None
            found[name] = last
        return found

    def _too_late_after(self, last: VariedAnswer) -> bool:
        """Whether less time is left than an answer takes beside the solver: a changed instance, its checks."""
        left = self.asked.deadline.left()
        return left is not None and left <= last.total_s - last.solver_s

    def _cut_from(self, plan: Plan | None) -> Variation:
        """Return what funds nothing that a plan does not."""
        kept = {(choice.project, choice.alternative) for choice in (plan.choices if plan else ())}
        table = self.base.alternatives
        pairs = zip(table.texts("project"), table.texts("alternative"), strict=True)
        return Variation(force_out=tuple(f"{who}@{name}" for who, name in pairs if (who, name) not in kept))


def _built_on(plan: Plan | None) -> Variation:
    """Return what funds everything that a plan does."""
    return Variation(
        force_in=tuple(f"{choice.project}@{choice.alternative}" for choice in (plan.choices if plan else ()))
    )
