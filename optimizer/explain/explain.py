"""`explain`: why this plan, what would change it, what limits are worth, and why nothing is possible."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from outlay.instances.errors import InputError, NoOptionError
from outlay.instances.given import as_list, check_called, is_whole
from outlay.instances.instance import Instance
from outlay.instances.plan import Plan
from outlay.instances.values.text import did_you_mean
from outlay.optimizer.answer.solution import Solution, unverified
from outlay.optimizer.checked import Checked
from outlay.optimizer.explain.changes import Change, limit_changes
from outlay.optimizer.explain.conflicts import Conflict, conflicts
from outlay.optimizer.explain.context import Context, Today
from outlay.optimizer.explain.curves import Breakpoint
from outlay.optimizer.explain.curves import curves as drawn_curves
from outlay.optimizer.explain.explanation import Explanation, frame
from outlay.optimizer.explain.folder import ExplanationFolder
from outlay.optimizer.explain.impossible import ConflictRow, conflict_rows, without_forced, without_option
from outlay.optimizer.explain.margins import Margin, losers, margins
from outlay.optimizer.explain.parameters import parameter_changes
from outlay.optimizer.explain.repair import REPAIR, Move, Repair, repair
from outlay.optimizer.explain.worth import Step, Worth, binding_limits, limits_worth, prices
from outlay.optimizer.frontier.frontier import pool_size
from outlay.optimizer.settings import SolveSettings, check_arguments
from outlay.optimizer.sharing.pool import CompareProgress, QuestionPool, question_pool
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.status import Status
from outlay.optimizer.variation.limit import Limit
from outlay.optimizer.variation.solving import kept
from outlay.optimizer.variation.variable import letting_go
from outlay.optimizer.variation.variation import Variation
from outlay.optimizer.variation.vary import Variations, vary

#: Conflicts that are looked for at most.
MOST_CONFLICTS = 1000


def explain(
    source: Solution | Instance | Any,
    projects: Sequence[str] = (),
    *,
    constraint_set: str = "base",
    limits: Sequence[str] = (),
    curves: Sequence[str] = (),
    step: str | float = "10%",
    conflicts: int | None = None,
    keep: Sequence[str] = (),
    jobs: int | None = None,
    executor: Executor | str | None = None,
    folder: str | Path | None = None,
    force: bool = False,
    gap: float = 1e-4,
    seed: int = 1,
    time_limit: float | None = None,
    on_progress: Callable[[CompareProgress], None] | None = None,
) -> Explanation:
    """Explain a plan: what each project is worth to it, what would bring a loser in, what limits are worth.

    Where no plan is possible: minimal conflicts between rules, and the least repair.

    Parameters
    ----------
    source
        A solution (its plan is today's), an instance (which is solved first), or a model from `outlay.build`.
    projects
        Ids of the projects to explain; none: all of them, and the limits that bind.
    constraint_set
        Sets to apply first; only with an instance.
    limits
        Names of further limits to tell the worth of; one row is written ``draws@2031``, and several that are moved
        together ``labour/electrical/*``: these are asked about for projects that lost, too.
    curves
        Names of limits of which the whole curve is told: the best objective over how far the limit is stretched.
    step
        By how much limits are moved to tell their worth: ``"10%"`` of their level, or a number of units.
    conflicts
        How many conflicts to look for if no plan is possible (1). If it is given and there is a plan, that is all that
        is said.
    keep
        Limits that no repair may move, and projects that it may not let go.
    jobs, executor
        As in `compare`; the answers do not depend on them.
    folder
        Where answers and tables go; what is answered there is not asked again.
    force
        Write into a folder that holds other things.
    gap, seed, time_limit
        As in `outlay.solve`, for each question; every one uses one thread. Seconds are of the solver's work, its CPU
        time, so that they do not depend on how busy the machine is; three times as many by the clock end it, too.
    on_progress
        Called when a question is asked or answered.

    Raises
    ------
    InputError
        If a project, limit or option is wrong, or a limit that is named cannot be moved.
    UnverifiedError
        If the plan of the solution failed its verification.

    Examples
    --------
    >>> import outlay
    >>> explanation = outlay.explain(outlay.read("tutorial"), ["library"])
    >>> explanation.changes["sentence"].tolist()[1]
    'with 9.09 % more commitments library would be in'
    """
    settings = check_arguments(time_limit=time_limit, gap=gap, seed=seed, jobs=jobs)
    check_called("explain", on_progress=on_progress)
    if conflicts is not None and not (is_whole(conflicts) and 1 <= conflicts <= MOST_CONFLICTS):
        problem = "this is no number of conflicts"
        raise InputError.single("explain", problem, f"1 to {MOST_CONFLICTS}", column="conflicts", value=conflicts)
    projects, limits, curves, keep = (
        as_list("explain", column, given, f"give a list: {column}=[...]")
        for column, given in (("projects", projects), ("limits", limits), ("curves", curves), ("keep", keep))
    )
    asked = _Asked(projects, limits, curves, Step.of(step), conflicts, keep)
    work = _Work(asked, settings, began=time.monotonic())
    with ExitStack() as stack:
        work.compile(source, constraint_set)
        work.check()
        if folder is not None:
            work.home = ExplanationFolder.open(folder, force=force)
        pool = stack.enter_context(question_pool(executor, jobs, on_progress=on_progress))
        stack.enter_context(kept(work.varied.key, work.varied.over))
        if work.home is not None:
            answers, varied = work.home.answers, work.varied
            pool.keep, pool.find = answers.keep, lambda question: answers.find(question, varied)
        work.at_once = pool_size(pool, jobs)
        explanation = work.run(pool, remote=executor is not None)
    if work.home is not None:
        work.home.write(explanation)
    return explanation


@dataclass(frozen=True)
class _Asked:
    projects: tuple[str, ...]
    limits: tuple[str, ...]
    curves: tuple[str, ...]
    step: Step
    conflicts: int | None
    keep: tuple[str, ...]


@dataclass
class _Work:
    asked: _Asked
    settings: SolveSettings
    began: float
    home: ExplanationFolder | None = None
    solution: Solution | None = None
    hopeless: list[Conflict] = field(default_factory=list)  # projects that must be funded and have no option
    notes: list[str] = field(default_factory=list)
    given: Any = None
    at_once: int = 1
    varied: Variations = field(init=False)
    instance: Instance = field(init=False)

    @property
    def options(self) -> dict[str, Any]:
        """What every question is told."""
        return self.settings.question_document()

    def compile(self, source: Any, constraint_set: str) -> None:
        if isinstance(source, Solution):
            source = self._instance_of(source, constraint_set)
        elif isinstance(source, Instance):
            source, constraint_set = source.with_set(constraint_set), "base"
        self.given = source
        if isinstance(source, Instance):  # before it is compiled, which may take a while
            self._check_projects(source["projects"].texts("id"))
        try:
            self.varied = vary(source, constraint_set=constraint_set)
        except NoOptionError as error:
            self.hopeless = without_option(error)
            source = without_forced(source, [next(iter(each.names)).partition("/")[2] for each in self.hopeless])
            self.varied = vary(source)
        self.instance = self.varied.instance

    def _instance_of(self, solution: Solution, constraint_set: str) -> Instance:
        if constraint_set != "base":
            raise InputError.single(
                "explain", "a run has its constraint set already", "name none", value=constraint_set
            )
        if solution.own_objective or solution.user_rows is not None:
            problem = "the run is of a model with rules of the user's own, which are not in the file"
            raise InputError.single("explain", problem, "explain the model in Python: outlay.explain(model)")
        if solution.plan is not None and not solution.verified:
            raise unverified(solution.verification)
        self.solution = solution
        return solution.instance

    def _check_projects(self, known: Sequence[str]) -> None:
        for project in self.asked.projects:
            if project not in known:
                hint = did_you_mean(project, known)
                raise InputError.single("explain", "there is no such project", hint, column="project", value=project)

    def check(self) -> None:
        """Refuse names that there are not, before anything is solved."""
        over, known = self.varied.over, self.varied.over.case.alternatives.projects
        self._check_projects(known)
        for name in self.asked.limits:
            over.limits.movable(name, units=self.asked.step.units)
        for name in self.asked.curves:
            if over.limits.movable(name, units=over.limits[name].by_units).is_share:
                problem = "how far a share is moved is multiplied by the plan, so its curve is not drawn"
                remedy = "tell its worth with several steps: --limit and --step"
                raise InputError.single("explain", problem, remedy, column="limit", value=name)
        for name in self.asked.keep:
            if name not in known:
                _ = over.limits[name]

    def run(self, pool: QuestionPool, *, remote: bool) -> Explanation:
        if self.hopeless:
            return self._impossible(Context(self.varied, pool, self.options, Today(Plan(), 0.0, None), remote))
        today, status = self._today(pool)
        if today is None:
            if status != Status.INFEASIBLE:
                remedy = "; `outlay solve -o RUN` also searches: explain RUN" if status == Status.STOPPED else ""
                self.notes.append(f"no plan was found: {status}{remedy}")
                return self._explanation(pool, None, status, {})
            return self._impossible(Context(self.varied, pool, self.options, Today(Plan(), 0.0, None), remote))
        context = Context(self.varied, pool, self.options, today, remote)
        if self.asked.conflicts is not None:
            self.notes.append("a plan is possible, so there is no conflict to tell")
            return self._explanation(pool, context, status, {})
        return self._possible(context, status)

    def _today(self, pool: QuestionPool) -> tuple[Today | None, Status]:
        """Return today's plan: that of the run, or the best one."""
        solution = self.solution
        if solution is not None and solution.plan is not None and solution.objective is not None:
            return Today(solution.plan, solution.objective, solution.bound), solution.status
        if solution is not None and solution.status == Status.INFEASIBLE:
            return None, solution.status
        kept = self._kept_today()
        if kept is not None:
            return kept
        with SolverProcess() as engine:  # in this thread, where Ctrl-C ends it with the best plan so far
            checked = self._solved(engine)
        levels = checked.answer.levels
        stopped = any(level.limit == "interrupt" for level in levels)
        if stopped:
            pool.interrupted = True
            self.notes.append("stopped while the best plan was looked for: nothing is explained")
        if checked.plan is None or not levels:
            return None, levels[-1].status if levels else Status.STOPPED
        if checked.verification is None or not checked.verification.ok:
            raise unverified(checked.verification)
        worth = levels[0].objective  # what later levels give up of it is not lost by overruling the plan
        assert worth is not None
        status, bound = levels[0].status, levels[0].bound
        if self.home is not None and not stopped:
            plan = checked.plan.to_document()
            document = {"status": str(status), "objective": worth, "bound": bound, "plan": plan}
            self.home.keep_today(self._base_key, document)
        return Today(checked.plan, worth, bound), status

    @property
    def _base_key(self) -> str:
        """What the best plan depends on."""
        return self.varied.question("base", Variation(), options=self.options).key

    def _kept_today(self) -> tuple[Today, Status] | None:
        """Return the best plan that the folder holds, if there is one."""
        known = None if self.home is None else self.home.find_today(self._base_key, self.varied)
        if known is None:
            return None
        return Today(Plan.from_document(known["plan"]), known["objective"], known["bound"]), Status(known["status"])

    def _solved(self, engine: SolverProcess) -> Checked:
        """Return the best plan; where none is found in time, what the search finds in as much time again."""
        session, settings = self.varied.over.session, self.settings
        checked: Checked | None = None
        for search in (None, session.search_plan(seed=settings.seed)):
            deadline = settings.question_deadline(engine.clock)
            checked = session.solve(
                engine, settings.engine(), deadline=deadline, start=None, on_progress=None, search=search
            )
            levels = checked.answer.levels
            if checked.plan is not None or not levels or levels[0].limit not in {"time", "work"}:
                break
        assert checked is not None
        return checked

    def _possible(self, context: Context, status: Status) -> Explanation:
        pool = context.pool
        drawn = drawn_curves(context, self.asked.curves, self.at_once)
        if self.asked.curves and not self.asked.projects and not self.asked.limits:
            return self._explanation(pool, context, status, {"curves": frame(Breakpoint, drawn)})
        projects = list(dict.fromkeys(self.asked.projects)) or context.case.alternatives.projects
        found = pool.unless_stopped(lambda: margins(context, projects)) or []
        price = pool.unless_stopped(lambda: pool.run(lambda engine: prices(context, engine))) or {}
        lost = [margin for margin in found if margin.project in set(losers(found))]
        never = [margin for margin in found if margin.standing == "never"]
        if any((margin.margin or 0.0) < -context.today.slack for margin in found):
            self.notes.append("a plan better than today's was found on the way; solve with a smaller gap to have it")
        joint = [limit for name in dict.fromkeys(self.asked.limits) if (limit := context.over.limits[name]).parts]
        changes = pool.unless_stopped(lambda: limit_changes(context, lost, price, also=joint)) or []
        changes += pool.unless_stopped(lambda: parameter_changes(context, never)) or []
        chosen = self._limits(context)
        worth = pool.unless_stopped(lambda: limits_worth(context, chosen, self.asked.step, price)) or []
        return self._explanation(context.pool, context, status, {
            "margins": frame(Margin, found), "changes": frame(Change, changes), "limits": frame(Worth, worth),
            "curves": frame(Breakpoint, drawn),
        })  # fmt: skip

    def _limits(self, context: Context) -> list[Limit]:
        """Return the limits to tell the worth of: those named, and those that bind unless something is named."""
        named = [context.over.limits[name] for name in dict.fromkeys(self.asked.limits)]
        if self.asked.projects or (named and self.asked.step.units):
            return named
        return [*named, *(limit for limit in binding_limits(context) if limit.name not in self.asked.limits)]

    def _impossible(self, context: Context) -> Explanation:
        most = self.asked.conflicts or 1
        found = list(self.hopeless[:most])
        if len(found) < most:
            found += context.pool.unless_stopped(lambda: conflicts(context, most - len(found))) or []
        least = context.pool.unless_stopped(lambda: repair(context, self.asked.keep)) or Repair()
        let_go = [
            Move(who, "project", None, "", f"{who} is let go, as it has no option")
            for each in self.hopeless
            for who in _who(each)
        ]
        if let_go and least.answer is not None and least.answer.holds:
            self._let_go(context, let_go, least)
        if least.impossible:
            self.notes.append("no repair: no plan is possible whatever the limits that can move are moved to")
        elif least.answer is None or not least.answer.holds:
            self.notes.append("no repair was found in time")
        elif not least.least:
            self.notes.append("the repair is not proved to be the least")
        if any(not conflict.minimal for conflict in found):
            self.notes.append("a conflict is perhaps not minimal, as the time ended first")
        rows = conflict_rows(found)
        plan = least.answer.plan if least.answer is not None and least.answer.holds else None
        return self._explanation(context.pool, context, Status.INFEASIBLE, {
            "conflicts": frame(ConflictRow, rows), "repair": frame(Move, [*let_go, *least.moves]),
        }, plan=plan)  # fmt: skip

    def _let_go(self, context: Context, let_go: Sequence[Move], least: Repair) -> None:
        """Put projects without an option into the set of the repair; what a set forces in, no other one takes back."""
        changes = [change for move in let_go for change in letting_go(self.given, move.what)]
        body = dict(context.sets.get(REPAIR, {}))
        sentences = [move.sentence for move in (*let_go, *least.moves)]
        context.propose(REPAIR, {**body, "change": [*changes, *body.get("change", [])]}, "; ".join(sentences))

    def _explanation(
        self,
        pool: QuestionPool,
        context: Context | None,
        status: Status,
        tables: Mapping[str, Any],
        *,
        plan: Plan | None = None,
    ) -> Explanation:
        today = None if context is None or status == Status.INFEASIBLE else context.today
        kinds: dict[str, Any] = {"margins": Margin, "changes": Change, "limits": Worth, "curves": Breakpoint}
        kinds |= {"conflicts": ConflictRow, "repair": Move}
        applied = self.instance.settings.applied.sets
        sets = {} if context is None else context.sets
        return Explanation(
            self.instance,
            "+".join(applied) or "base",
            status,
            None if today is None else today.objective,
            None if today is None else today.bound,
            plan if today is None else today.plan,
            {name: tables.get(name, frame(kind, [])) for name, kind in kinds.items()},
            {name: _extending(body, applied) for name, body in sets.items()},
            complete=not pool.interrupted,
            notes=tuple(self.notes),
            options={**self.options, "step": self.asked.step.by, "step_units": self.asked.step.units},
            times_s={
                "total": time.monotonic() - self.began,
                "solver": pool.solver_s,
                "questions": float(pool.done),
            },
        )


def _who(conflict: Conflict) -> list[str]:
    return [name.partition("/")[2] for name in sorted(conflict.names)]


def _extending(body: Mapping[str, Any], applied: Sequence[str]) -> dict[str, Any]:
    """Return the body of a set that stands on the sets that were applied already."""
    return {**body, "extends": list(applied)} if applied else dict(body)
