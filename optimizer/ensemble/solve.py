"""`solve_ensemble`: one plan for now that is best over several scenarios, and what follows from it in each.

What is solved, in order: each scenario by itself (wait and see); what is decided now in each of these plans, and in
that of the instance as it is, kept in all scenarios (candidates, of which the best is the start); under a time limit
what is decided now with the rest relaxed, or, where they are large, all scenarios over what these select (the kernel)
and bounds of groups of them; the extensive form, by HiGHS. From these follow what it would be worth to know (Raiffa
and Schlaifer 1961) and to plan for all scenarios instead of one (Birge, Mathematical Programming 24, 1982,
doi:10.1007/BF01585113), as intervals.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from outlay.instances.errors import InputError
from outlay.instances.given import check_called
from outlay.instances.instance import Instance
from outlay.instances.stages import Scenario, as_scenarios, listed, scenarios_of_sets
from outlay.models.arrays.ending import EndedError, ended_by, look
from outlay.models.risk import Risk, as_risk
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.ensemble.answer import EnsembleSolution, Interval, probabilities, project_table, scenario_table
from outlay.optimizer.ensemble.candidates import Candidate, MeanCase, candidates_of, least_of, questions_of, taken
from outlay.optimizer.ensemble.factors import factor_table, factors_of
from outlay.optimizer.ensemble.here.deciding import Here, Searching
from outlay.optimizer.ensemble.members import Asked, Members, OnQuestions, Round, interval_of
from outlay.optimizer.ensemble.mpi.deciding import ENGINE, LAST_SHARE, ByMpi, candidate_of
from outlay.optimizer.ensemble.mpi.launching import Launcher, checked_launcher
from outlay.optimizer.ensemble.session import Together
from outlay.optimizer.ensemble.worth import Worth
from outlay.optimizer.settings import DEFAULT_WORK, Effort, check_arguments, effort_asked
from outlay.optimizer.sharing.pool import QuestionPool
from outlay.optimizer.solve import as_asked
from outlay.optimizer.solver.deadline import Deadline
from outlay.optimizer.solver.outcome import Progress
from outlay.optimizer.status import Status
from outlay.optimizer.variation.variation import Variation
from outlay.optimizer.variation.varied_answer import VariedAnswer

#: Shares of the time for the scenarios one by one, and for the candidates.
BEST_SHARE, CANDIDATES_SHARE = 0.2, 0.1
#: Of a time limit so much is kept for the last checks: seconds a scenario, at most this share.
CHECK_S, CHECKS_SHARE = 0.2, 0.05
#: So many seconds after the time limit models of single scenarios may still be made: without all of them there is no
#: plan, with them there may be one.
LATE_S = 1.0
#: Who solves the scenarios together.
HERE = "here"
ENGINES = (HERE, ENGINE)


def solve_ensemble(
    instance: Instance,
    scenarios: Iterable[Scenario | tuple[str, float, Instance] | str],
    *,
    risk: Risk | str = "expected",
    probabilities: Mapping[str, float] | None = None,
    constraint_set: str = "base",
    objective: str | Mapping[str, float] | None = None,
    time_limit: float | None = None,
    gap: float = 1e-4,
    seed: int = 1,
    threads: int = 1,
    effort: Effort | str = Effort.AUTO,
    work: int = DEFAULT_WORK,
    jobs: int | None = None,
    engine: str = HERE,
    launcher: str | None = None,
    on_questions: OnQuestions = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> EnsembleSolution:
    """Decide for several scenarios at once: one plan for now, and one for each scenario that follows from it.

    Parameters
    ----------
    instance
        The instance; as it is, it is the case that is planned for where scenarios are not thought of.
    scenarios
        Names of constraint sets (``base`` for the instance as it is), or (name, probability, instance) each.
    risk
        What is maximised: ``expected``, ``cvar:a`` (mean of the worst share 1 - a), ``cvar:a:w``, ``regret``,
        ``worst``.
    probabilities
        Of constraint sets, by name, as weights; None: all alike.
    constraint_set, objective
        As of `outlay.solve`; a constraint set with names of sets only.
    time_limit
        Seconds for everything; None: until proved.
    gap, seed, threads
        As of `outlay.solve`; the threads are those of the scenarios together.
    effort, work
        As of `outlay.solve`, for the scenarios together: the search frees a project in all of them.
    jobs
        Questions about single scenarios at a time; None: one a core.
    engine
        ``here``: the scenarios together are one problem of HiGHS. ``mpi-sppy``: they are divided over processes of
        MPI, on one machine or many (``outlay[stochastic]``); its bound is what it says, nobody here can check it.
    launcher
        Of ``mpi-sppy``: the command that starts a multiple of three processes, such as ``srun -n 30``; these are asked
        through the current folder, which all machines must see. None: ``mpiexec -n 3``, on this machine.
    on_questions, on_progress
        Called while these are answered, and while the scenarios are solved together.

    Returns
    -------
    EnsembleSolution
        Each plan verified by itself, and that they agree on what is decided now.

    Raises
    ------
    InputError
        If a scenario, the risk or an option is wrong, a project that must be funded cannot be in a scenario, or what
        the engine needs is not installed.
    KeyboardInterrupt
        If the user stops it before the scenarios are solved together.

    Examples
    --------
    >>> import outlay
    >>> found = outlay.solve_ensemble(outlay.read("tutorial"), ["base", "more-money"], jobs=1)
    >>> round(found.objective, 6), found.verified
    (20.75, True)
    """
    began = time.monotonic()
    settings = check_arguments(time_limit=time_limit, gap=gap, seed=seed, threads=threads, jobs=jobs)
    check_called("solve_ensemble", on_questions=on_questions, on_progress=on_progress)
    asked = Asked(settings.gap, settings.seed, settings.time_limit_s)
    making = Deadline.after(None if asked.time_limit is None else asked.time_limit + LATE_S)
    hard = Searching(effort_asked(effort, work, time_limit), work)
    starting = _launcher(engine, launcher)
    measure = as_risk(risk)
    base = as_asked(instance, constraint_set, objective)
    given = listed(scenarios)
    try:
        with ended_by(making.passed):
            members = _members_of(base, given, probabilities, constraint_set, objective)
            todo = _Work(
                base, members, measure, asked, jobs or os.cpu_count() or 1, threads, hard, factors_of(scenarios), began
            )
    except EndedError:
        return _too_late(base, measure, given, asked, time.monotonic() - began)
    todo.launcher = None if starting is None else starting.enough_for(len(members))
    found = todo.run(on_questions, on_progress)
    return todo.answer(found)


def _launcher(engine: str, launcher: str | None) -> Launcher | None:
    """Return what starts the processes of mpi-sppy; None where all is solved here."""
    if engine not in ENGINES:
        remedy = f"write {' or '.join(ENGINES)}"
        raise InputError.single("solve", "there is no such engine", remedy, column="engine", value=engine)
    if engine == HERE:
        if launcher is not None:
            remedy = f"leave it out, or take the engine {ENGINE}"
            raise InputError.single("solve", "nothing is launched here", remedy, column="launcher", value=launcher)
        return None
    return checked_launcher(launcher)


def _members_of(
    base: Instance,
    given: list[Any],
    weights: Mapping[str, float] | None,
    constraint_set: str,
    objective: str | Mapping[str, float] | None,
) -> tuple[Scenario, ...]:
    if given and all(isinstance(one, str) for one in given):
        return scenarios_of_sets(base, given, weights)
    if weights is not None or constraint_set != "base":
        problem = "scenarios that are given whole have their probabilities and sets already"
        raise InputError.single("scenarios", problem, "leave out `probabilities` and `constraint_set`")
    for one in given:  # a draw is made an instance when it is asked for
        look()
        getattr(one, "instance", None)
    found = as_scenarios(base, given)
    return tuple(one._replace(instance=as_asked(one.instance, "base", objective)) for one in found)


def _too_late(base: Instance, risk: Risk, given: list[Any], asked: Asked, seconds: float) -> EnsembleSolution:
    """Return the answer where the time was over before there was a model of each scenario."""
    message = (
        f"the time limit was over before the models of {len(given)} scenarios were made, after {seconds:.1f} s, so "
        "nothing was solved"
    )
    options = {"gap": asked.gap, "seed": asked.seed, "time_limit_s": asked.time_limit, "engine": HERE}
    return EnsembleSolution(
        instance=base,
        risk=str(risk),
        scenarios={},
        status=Status.STOPPED,
        stopped_by="time",
        message=message,
        options=options,
        times_s={"total": seconds},
    )


@dataclass
class _Work:
    base: Instance
    scenarios: tuple[Scenario, ...]
    risk: Risk
    asked: Asked
    jobs: int
    threads: int
    hard: Searching
    factors: Mapping[str, Mapping[str, float]]
    began: float
    launcher: Launcher | None = None

    def __post_init__(self) -> None:
        limit = self.asked.time_limit
        kept = 0.0 if limit is None else min(CHECKS_SHARE * limit, CHECK_S * len(self.scenarios))
        self.deadline = Deadline.after(None if limit is None else limit - kept - (time.monotonic() - self.began))
        self.asked = replace(self.asked, deadline=self.deadline)
        self.mean = MeanCase.of(self.base, self.scenarios)
        self.members = Members(self.scenarios, cancelling=True)
        self.mean.add_to(self.members)
        self.best: dict[str, VariedAnswer] = {}
        self.candidates: list[Candidate] = []
        self.sizes: dict[str, int] = {}
        self.said: dict[str, Any] = {"engine": HERE}

    @property
    def ideal(self) -> dict[str, float]:
        """What each scenario is held against for regret: the best that is known of it."""
        found = {}
        for one in self.scenarios:
            known = [self.best[one.name].worth, *(each.answers[one.name].worth for each in self.candidates)]
            found[one.name] = max((worth for worth in known if worth is not None), default=0.0)
        return found

    def run(self, on_questions: OnQuestions, on_progress: Callable[[Progress], None] | None) -> Together:
        """Return the plans; where a scenario alone has none, that."""
        self._ask(on_questions)
        for one in self.scenarios:
            if self.best[one.name].infeasible:
                return Together(Status.INFEASIBLE, message=f"there is no plan in scenario {one.name}")
        if self.launcher is not None:
            return self._by_mpi(self.launcher, on_questions, on_progress)
        worth = Worth(self.scenarios, self.risk, self.ideal)
        here = Here(
            self.base, self.members, worth, self.asked, self.best, tuple(self.candidates), self.hard, self.threads,
            self.jobs, self.deadline,
        )  # fmt: skip
        found, self.sizes = here.decide(on_questions, on_progress), here.sizes
        return found

    def _ask(self, on_questions: OnQuestions) -> None:
        names = list(self.members.over)
        with self.members.pool(self.jobs, on_questions) as pool:
            questions = [self.members.question(name, Variation(), {}) for name in names]
            self.best = Round(questions, self.asked, self.jobs, BEST_SHARE, every=True).run(pool)
            if not pool.interrupted:
                chosen = candidates_of(self.base, self.scenarios, self.mean, self.best)
                self.candidates = self._tried(pool, chosen, CANDIDATES_SHARE)
            if pool.interrupted:
                raise KeyboardInterrupt

    def _tried(self, pool: QuestionPool, chosen: Sequence[Candidate], share: float) -> list[Candidate]:
        """Return candidates with what follows from each in every scenario."""
        questions = questions_of(self.members, self.scenarios, chosen, self.best)
        answers = Round(questions, self.asked, self.jobs, share, every=False).run(pool)
        return [taken(self.scenarios, one, place, answers) for place, one in enumerate(chosen)]

    def _by_mpi(
        self, launcher: Launcher, on_questions: OnQuestions, on_progress: Callable[[Progress], None] | None
    ) -> Together:
        """Return the best of the candidates and of what mpi-sppy decides."""
        begun, worth = time.monotonic(), Worth(self.scenarios, self.risk, self.ideal)
        best = {one.name: interval_of(self.best[one.name]) for one in self.scenarios}
        asking = ByMpi(self.members, worth, self.asked, best, tuple(self.candidates))
        word = asking.ask(launcher, self.deadline, on_progress)
        new = candidate_of(word, self.candidates)
        if new is not None:
            with self.members.pool(self.jobs, on_questions) as pool:
                self.candidates += self._tried(pool, [new], LAST_SHARE)
            asking = replace(asking, worth=Worth(self.scenarios, self.risk, self.ideal))
        self.said |= {"engine": ENGINE, "bound_by": asking.bound_by(word), "iterations": word.iterations}
        return asking.together(word, self.candidates, time.monotonic() - begun)

    def _payoffs(self, runs: Mapping[str, Solution]) -> dict[str, dict[str, Interval]]:
        """Return what each candidate, and what was decided, is worth in each scenario."""
        found = {one.name: one.intervals for one in self.candidates}
        own = {name: float(run.objective or 0.0) for name, run in runs.items()}
        return {**found, "": {name: (worth, worth) for name, worth in own.items()}}

    def answer(self, found: Together) -> EnsembleSolution:
        """Return the solution of what was found."""
        shares = probabilities(self.scenarios)
        best = {one.name: interval_of(self.best[one.name]) for one in self.scenarios if one.name in self.best}
        runs = {
            name: self.members.solution(
                name, plan, found.worths[name], bound=self.best[name].bound, began=self.began, asked=self.asked
            )
            for name, plan in found.plans.items()
        }
        tables, values = {}, {}
        ideal = self.ideal if self.risk.kind == "regret" and runs else {}
        if runs:
            worth = Worth(self.scenarios, self.risk, self.ideal)
            values = worth.values(found, best, self.mean.interval(self.candidates))
            tables = {
                "scenarios": scenario_table(shares, runs, best),
                "projects": project_table(self.base, shares, runs),
                "candidates": _candidate_table(self.base, worth, self.candidates),
            }
            if self.factors and self.risk.kind == "expected":
                tables["factors"] = factor_table(self._payoffs(runs), shares, self.factors)
        options: dict[str, Any] = {"gap": self.asked.gap, "seed": self.asked.seed}
        options |= {"time_limit_s": self.asked.time_limit, "effort": str(self.hard.effort)} | self.said
        return EnsembleSolution(
            instance=self.base,
            risk=str(self.risk),
            scenarios=shares,
            status=found.status,
            stopped_by=found.limit,
            message=found.message,
            objective=found.objective,
            bound=found.bound,
            gap=found.gap,
            runs=runs,
            best=best,
            ideal=ideal,
            values=values,
            violations=tuple((name, one.sentence) for name, one in found.violations),
            tables=tables,
            options=options,
            times_s={"solver": found.seconds, "total": time.monotonic() - self.began},
            sizes=self.sizes,
        )


def _selected(instance: Instance, candidate: Candidate) -> str:
    return "; ".join(f"{one.project} {instance.period_label(one.period)}" for one in candidate.selected)


def _candidate_table(instance: Instance, worth: Worth, candidates: list[Candidate]) -> pd.DataFrame:
    """Return one row a candidate: whose best plan it is, what it selects now, and what keeping it is worth."""
    rows = []
    for one in candidates:
        low, high = worth.of(one.intervals)
        row = [one.name, _selected(instance, one), low, high]
        rows.append([*row, *map(least_of, one.intervals.values())])
    columns = ["candidate", "selected", "worth", "worth_at_most", *(each.name for each in worth.scenarios)]
    return pd.DataFrame(rows, columns=columns)
