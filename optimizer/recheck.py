"""`verify`: check a solution again, from its instance alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from outlay.instances.errors import NoPlanError
from outlay.optimizer.solution import Solution
from outlay.optimizer.status import OPTIMAL_GAP, LevelResult, Status, claimed_objective
from outlay.optimizer.verify import TOLERANCE, Verification, Violation, verify_plan

__all__ = ["Verification", "verify"]


def verify(solution: Solution) -> Verification:
    """Check a solution's plan, metrics and objective again, in exact rational arithmetic.

    Nothing that the engine stored about the check is trusted: everything is recomputed from the instance and the plan,
    and what the solution says of itself (objective, bound, gap, status) must agree with it. The bound itself is the
    solver's word: no plan can prove that none is better.

    Raises
    ------
    NoPlanError
        If there is no plan.
    """
    if solution.plan is None:
        raise NoPlanError("there is no plan to verify")
    verification = verify_plan(
        solution.instance, solution.plan, metrics=solution.metrics, objective=claimed_objective(solution.levels)
    )
    false = tuple(_false_claims(solution))
    return replace(verification, violations=(*verification.violations, *false)) if false else verification


def _false_claims(solution: Solution) -> Iterator[Violation]:
    if not solution.levels or not solution.levels[0].weights:
        return  # an objective of the user's own: nobody but the model knows it
    head = solution.levels[0]
    for name in ("objective", "bound", "gap"):
        said, meant = getattr(solution, name), getattr(head, name)
        if said != meant:
            yield _claim(name, said, meant, f"the {name} is said to be {said}, its level says {meant}")
    for level in solution.levels:
        yield from _false_level(level)
    if len(solution.levels) == 1 and _differ(head.objective, head.final):
        yield _claim("objective", head.objective, head.final, "the objective is not what the plan is worth")
    asked = solution.options.get("gap", 1.0)
    if solution.status == Status.OPTIMAL and (head.gap is None or head.gap > OPTIMAL_GAP):
        yield _claim("status", None, None, f"the status is optimal, but the gap is {head.gap}")
    if solution.status == Status.WITHIN_GAP and (head.gap is None or head.gap > asked * (1 + 1e-6)):
        yield _claim("status", None, None, f"the status is within gap, but the gap is {head.gap}")


def _false_level(level: LevelResult) -> Iterator[Violation]:
    if level.objective is None or level.bound is None or level.gap is None:
        return
    gap = abs(level.bound - level.objective) / max(abs(level.objective), 1e-6)
    if abs(gap - level.gap) > 1e-9 * max(1.0, gap) or level.bound < level.objective - 1e-9 * max(
        1.0, abs(level.objective)
    ):
        yield _claim(
            "gap", level.gap, gap, f"objective {level.objective} and bound {level.bound} make no gap of {level.gap}"
        )


def _differ(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is not other
    return abs(one - other) > float(TOLERANCE) * max(1.0, abs(other))


def _claim(name: str, said: float | None, meant: float | None, sentence: str) -> Violation:
    found, limit = (None if number is None else Fraction(number) for number in (said, meant))
    excess = None if found is None or limit is None else abs(found - limit)
    return Violation("claims", f"{name} as computed", name, found, limit, excess, sentence)
