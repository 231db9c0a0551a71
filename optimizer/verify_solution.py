"""`verify`: check a solution again, from its instance alone."""

from __future__ import annotations

from outlay.instances.errors import NoPlanError
from outlay.optimizer.engine import claimed_objective
from outlay.optimizer.solution import Solution
from outlay.optimizer.verify import Verification, verify_plan

__all__ = ["Verification", "verify"]


def verify(solution: Solution) -> Verification:
    """Check a solution's plan, metrics and objective again, in exact rational arithmetic.

    Nothing that the engine stored about the check is trusted: everything is recomputed from the instance and the plan.

    Raises
    ------
    NoPlanError
        If there is no plan.
    """
    if solution.plan is None:
        raise NoPlanError("there is no plan to verify")
    return verify_plan(
        solution.instance,
        solution.plan,
        metrics=solution.metrics,
        objective=claimed_objective(solution.levels),
    )
