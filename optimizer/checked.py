"""An answer with its plan, what the verifier says of it, and how its dates were chosen."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction

from outlay.instances.instance import Instance
from outlay.instances.plan import Plan
from outlay.optimizer.engine.answer import Answer
from outlay.optimizer.problem.spaces import FullPoint
from outlay.optimizer.status import Dates, DatesFound, LevelResult, claimed_objective, relative_gap
from outlay.optimizer.verify.plan import verify_plan
from outlay.optimizer.verify.report import Verification, as_float

#: What rounding may leave beside a plan, such as a part of a project that is not funded: a share of the largest amount
#: that one decision adds to a level.
RESIDUE = 1e-8
#: How far sums of floats may be from the exact sum, relative.
ROUNDING = 1e-10


@dataclass
class Checked:
    """An answer with its plan and what the verifier says of it.

    Attributes
    ----------
    answer
        What the engine found; its point covers the compiled problem's columns.
    plan, verification
        None without a point.
    times_s
        Seconds of solving and of verifying.
    proved_nearest
        Whether no plan as good is nearer to the reference (`ties.nearest` only).
    dates
        How the dates were chosen; None without a verified plan.
    """

    answer: Answer[FullPoint]
    plan: Plan | None = None
    verification: Verification | None = None
    times_s: dict[str, float] = field(default_factory=lambda: {"solve": 0.0, "verify": 0.0})
    proved_nearest: bool = False
    dates: Dates | None = None

    def verify(self, instance: Instance) -> None:
        """Check the plan and what the levels say that it is worth, told without what rounding left beside it."""
        assert self.plan is not None
        self.verification = verify_plan(instance, self.plan, objective=claimed_objective(self.answer.levels))
        if not self.verification.ok:
            self.answer.levels = [
                replace(level, final=as_float(worth)) if _is_residue(level, worth) else level
                for level, worth in zip(self.answer.levels, self.verification.objective, strict=False)
            ]
            self.verification = verify_plan(instance, self.plan, objective=claimed_objective(self.answer.levels))
        if self.verification.ok and all(level.weights for level in self.answer.levels):
            self.answer.levels = [
                _exact(level, as_float(worth))
                for level, worth in zip(self.answer.levels, self.verification.objective, strict=False)
            ]


def _exact(level: LevelResult, worth: float) -> LevelResult:
    """Return a level that tells what the plan is worth exactly, where its figures are that but for rounding.

    The bound is only ever raised: nothing more is claimed than the solver proved.
    """

    def told(figure: float | None) -> float | None:
        return worth if figure is not None and abs(figure - worth) <= ROUNDING * abs(worth) else figure

    objective, bound = told(level.objective), level.bound
    if objective is not None and bound is not None:
        bound = max(bound, objective)
    gap = None if objective is None or bound is None else relative_gap(objective, bound, level.size)
    return replace(level, objective=objective, bound=bound, gap=gap, final=told(level.final))


def _is_residue(level: LevelResult, worth: Fraction) -> bool:
    return level.final is not None and abs(level.final - worth) <= RESIDUE * level.size


def dated(checked: Checked, found: DatesFound, why: str = "") -> Checked:
    """Return an answer that says how its dates were chosen; how late they are is the verifier's figure."""
    assert checked.verification is not None
    checked.dates = Dates(found, as_float(checked.verification.lateness), why)
    return checked
