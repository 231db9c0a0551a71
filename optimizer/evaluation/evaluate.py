"""`evaluate`: somebody's own plan against the rules, against the best one, and mended where it breaks them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from outlay.instances.errors import InputError
from outlay.instances.formats.files import MAX_FILE_MB
from outlay.instances.given import check_called, type_of
from outlay.instances.instance import Instance
from outlay.instances.plan import Choice, Plan
from outlay.models.case import Case
from outlay.optimizer.answer.distance import Distance, distance
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.evaluation.holding import best_within, held, loosened, near, options_of
from outlay.optimizer.evaluation.wishes import Wish, wishes_of
from outlay.optimizer.settings import Effort, check_arguments
from outlay.optimizer.solve import solve
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.verify.plan import verify_plan
from outlay.optimizer.verify.report import Verification, as_float

#: Two scales that differ by less are the same.
_SAME_SCALE = 1e-6


@dataclass(frozen=True)
class Evaluation:
    """What there is to say of somebody's own plan.

    Attributes
    ----------
    instance
        The resolved instance.
    constraint_set
        Names of the sets that were applied.
    plan
        The plan, with what it left open decided: starts, payments, purchases, imports.
    verification
        What the independent check finds: each rule that it breaks, with amounts, and every metric.
    best
        The best plan, as `outlay.solve` finds it; it may hold none.
    repaired
        The nearest plan that breaks nothing, best among those; None where it was not asked for, or not needed.
    """

    instance: Instance
    constraint_set: str
    plan: Plan
    verification: Verification
    best: Solution
    repaired: Solution | None = None

    def __repr__(self) -> str:
        """Return what it is in two lines."""
        broken = len(self.verification.violations)
        held = "breaks no rule" if self.ok else f"breaks {broken} rule{'s' * (broken > 1)}"
        head = f"<Evaluation of a plan for {self.instance.name!r}, set {self.constraint_set}: {held}"
        best = "none" if self.best.objective is None else f"{self.best.objective:.6g}"
        return f"{head}\n objective {self.objective:.6g}, best plan {best}>"

    @property
    def ok(self) -> bool:
        """Whether the plan breaks no rule."""
        return self.verification.ok

    @property
    def objective(self) -> float:
        """What the plan is worth by the instance's objective (its first level)."""
        return as_float(self.verification.objective[0])

    @property
    def violations(self) -> pd.DataFrame:
        """One row a broken rule: family, rule, where, found, limit, excess (in the rule's unit), sentence."""
        columns = ["family", "rule", "where", "found", "limit", "excess", "sentence"]
        rows = [[getattr(item, name) for name in columns] for item in self.verification.violations]
        table = pd.DataFrame(rows, columns=columns)
        for name in ("found", "limit", "excess"):
            table[name] = [None if cell is None else as_float(cell) for cell in table[name]]
        return table

    @property
    def metrics(self) -> pd.DataFrame:
        """One row a metric: its amount in this plan, in the best one, and in the repaired one."""
        table = pd.DataFrame(
            {
                "metric": list(self.verification.metrics),
                "plan": [as_float(amount) for amount in self.verification.metrics.values()],
            }
        )
        for name, solution in (("best", self.best), ("repaired", self.repaired)):
            if solution is not None and solution.plan is not None:
                table[name] = [solution.metrics.get(metric) for metric in table["metric"]]
        return table

    @property
    def distance(self) -> Distance | None:
        """Projects and starts in which the plan differs from the best one; None where there is no best one."""
        return None if self.best.plan is None else distance(self.plan, self.best.plan)

    def changes(self, other: Solution | None = None) -> pd.DataFrame:
        """Return what would have to change for another plan: project, name, change, now, then.

        Parameters
        ----------
        other
            The best plan by default.
        """
        target = self.best if other is None else other
        columns = ["project", "name", "change", "now", "then"]
        if target.plan is None:
            return pd.DataFrame([], columns=columns)
        names = dict(zip(self.instance["projects"].texts("id"), self.instance["projects"].texts("name"), strict=True))
        ours = {choice.project: choice for choice in self.plan.choices}
        theirs = {choice.project: choice for choice in target.plan.choices}
        rows = [
            [project, names.get(project) or project, *self._change(ours.get(project), theirs.get(project))]
            for project in sorted({*ours, *theirs})
            if _differ(ours.get(project), theirs.get(project))
        ]
        return pd.DataFrame(rows, columns=columns)

    def _change(self, one: Choice | None, other: Choice | None) -> tuple[str, str, str]:
        if one is None or other is None:
            return "add" if one is None else "leave out", self._words(one), self._words(other)
        if one.alternative != other.alternative:
            return "another alternative", self._words(one), self._words(other)
        if one.start != other.start:
            return "start later" if other.start > one.start else "start earlier", self._words(one), self._words(other)
        return "another scale", self._words(one), self._words(other)

    def _words(self, choice: Choice | None) -> str:
        if choice is None:
            return ""
        part = "" if abs(choice.scale - 1.0) < _SAME_SCALE else f", {100 * choice.scale:.4g} %"
        return f"{choice.alternative}, {self.instance.period_label(choice.start)}{part}"


def _differ(one: Choice | None, other: Choice | None) -> bool:
    if one is None or other is None:
        return True
    same = (one.alternative, one.start) == (other.alternative, other.start)
    return not same or abs(one.scale - other.scale) >= _SAME_SCALE


def evaluate(
    instance: Instance,
    plan: Any,
    *,
    constraint_set: str = "base",
    repair: bool = False,
    time_limit: float | None = None,
    gap: float = 1e-4,
    seed: int = 1,
    max_file_mb: float = MAX_FILE_MB,
    on_step: Callable[[str], None] | None = None,
) -> Evaluation:
    """Say what a plan of one's own is worth, what it breaks, and how far it is from the best one.

    What the plan leaves open (blank starts and selections, payments, purchases, imports, flows) is decided for it: for
    the greatest objective if it can keep every rule, else so that the rules are missed by as little as possible, each
    measured by its own size. A choice that no option stands for, such as a start before the earliest one, is reported
    as such, and beside that paid and supplied like any other.

    Parameters
    ----------
    instance
        The instance.
    plan
        The path of a ``.csv`` or ``.xlsx`` file, a DataFrame or a list of records with the columns project,
        alternative, scale (share; blank = the whole), start and selected (month or period; blank = open); or a `Plan`.
    constraint_set
        Sets to apply first.
    repair
        Whether to look for the nearest plan that breaks nothing: fewest changed projects, then fewest changed starts,
        then scales as wanted, then the greatest objective.
    time_limit
        Seconds for each of the solves; None: until proved.
    gap, seed
        As in `outlay.solve`.
    on_step
        Told what is being done.

    Returns
    -------
    Evaluation
        With the violations in domain words, checked in exact arithmetic.

    Raises
    ------
    InputError
        If the plan cannot be read, names what does not exist, or the instance or set is wrong.

    Examples
    --------
    >>> import outlay
    >>> found = outlay.evaluate(outlay.read("tutorial"), [{"project": "library"}, {"project": "bridge"}])
    >>> found.ok, found.violations["family"].tolist()
    (False, ['cap'])
    """
    if not isinstance(instance, Instance):
        remedy = "give an Instance (outlay.read)"
        raise InputError.single("evaluate", f"{type_of(instance)} has no plans", remedy)
    check_arguments(time_limit=time_limit, gap=gap, seed=seed, threads=1)
    check_called("evaluate", on_step=on_step)
    tell = on_step or (lambda _: None)
    resolved = instance.with_set(constraint_set)
    wishes = wishes_of(resolved, plan, max_file_mb=max_file_mb)
    process = SolverProcess()
    options: dict[str, Any] = {"time_limit": time_limit, "seed": seed, "process": process}
    try:
        tell("checking the plan")
        whole = _decided(resolved, wishes, gap=gap, effort=Effort.PROVE, **options)
        verification = verify_plan(resolved, whole)
        tell("looking for the best plan")
        best = solve(resolved, gap=gap, start=whole if verification.ok else None, **options)
        repaired = None
        if repair and not verification.ok:
            tell("looking for the nearest plan")
            repaired = _repaired(resolved, whole, wishes, gap=gap, effort=Effort.PROVE, **options)
    finally:
        process.close()
    applied = "+".join(resolved.settings.applied.sets) or "base"
    return Evaluation(resolved, applied, whole, verification, best, repaired)


def _decided(instance: Instance, wishes: Sequence[Wish], *, gap: float, **options: Any) -> Plan:
    """Return the plan with everything decided that it leaves open."""
    case = Case(instance)
    impossible = [wish.project for wish in wishes if not len(options_of(case, wish))]
    if not impossible:
        model, _ = held(instance, wishes, bending=False)
        kept = solve(model, gap=gap, **options)
        if kept.plan is not None and kept.verified:
            return kept.plan
    model, found = held(loosened(instance, impossible), wishes, bending=True)
    bent = solve(model, gap=0.0, **options).plan or Plan()
    chosen = {choice.project: choice for choice in bent.choices if len(found.get(choice.project, ()))}
    choices = [_choice(case, wish, chosen.get(wish.project), free=wish.project in impossible) for wish in wishes]
    amounts = {name: getattr(bent, name) for name in ("purchases", "flows", "imports", "payments", "shortfalls")}
    return Plan(choices=tuple(choices), **amounts)


def _choice(case: Case, wish: Wish, decided: Choice | None, *, free: bool) -> Choice:
    """Return the choice of a row; of one that no option stands for, what is written, and the rest as decided."""
    if decided is not None and not free:
        return decided
    instance = case.instance
    start = wish.start if decided is None else decided.start
    if start is None:
        rows = instance["projects"]
        month = rows.raw("earliest_start")[rows.index[(wish.project,)]]
        start = 0 if month is None else instance.period_from(str(month))
    lead = math.ceil(instance.settings.calendar.selection_to_funding_months / instance.months_per_period)
    selection = max(0, start - lead) if wish.selection is None else wish.selection
    return Choice(wish.project, wish.alternative, bool(wish.fast_track), selection, start, wish.scale)


def _repaired(instance: Instance, plan: Plan, wishes: Sequence[Wish], *, gap: float, **options: Any) -> Solution | None:
    """Return the nearest plan that breaks nothing, best among those; None if none was found."""
    nearest = solve(near(instance, plan, wishes), gap=0.0, start=plan, **options)
    if nearest.plan is None or not nearest.verified or nearest.objective is None:
        return None
    better = solve(
        best_within(instance, plan, wishes, nearest.objective + 1e-6), gap=gap, start=nearest.plan, **options
    )
    return better if better.plan is not None and better.verified else nearest
