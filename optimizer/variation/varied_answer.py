"""What is known of a variation, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import simplejson

from outlay.instances.plan import Plan
from outlay.optimizer.status import Status


@dataclass(frozen=True)
class VariedAnswer:
    """What is known of a variation.

    Attributes
    ----------
    status, limit, message
        As of a `Solution`.
    value, bound
        Of what was optimised: the objective, maximised, or the sum of the moves, minimised. None where there is none.
    worth
        The first level of the instance's objective in the plan, recomputed by the verifier; None without a plan.
    moves
        By how much each stretched limit is moved, rounded up so that the plan holds: a share, or units.
    released
        Projects that were let go.
    moved
        How many moves there are, and at least; None unless they were counted.
    plan, verified
        The plan, and whether it holds in the instance with `body` applied.
    body
        The variation, with its moves, as the body of a constraint set.
    violations
        What the verifier found, in words.
    stages
        (value, bound) of every objective in turn, the goals' first; of a variation with an objective of its own.
    metrics
        Every metric of the plan, recomputed by the verifier; of a variation with an objective of its own.
    solver_s, total_s
        Seconds of the solver, and of everything.
    """

    status: Status
    limit: str | None = None
    message: str = ""
    value: float | None = None
    bound: float | None = None
    worth: float | None = None
    moves: Mapping[str, float] = field(default_factory=dict)
    released: tuple[str, ...] = ()
    moved: int | None = None
    plan: Plan | None = None
    verified: bool = False
    body: Mapping[str, Any] = field(default_factory=dict)
    violations: tuple[str, ...] = ()
    stages: tuple[tuple[float | None, float | None], ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    solver_s: float = 0.0
    total_s: float = 0.0

    @property
    def infeasible(self) -> bool:
        """Whether it is proved that there is no plan."""
        return self.status == Status.INFEASIBLE

    @property
    def holds(self) -> bool:
        """Whether there is a verified plan."""
        return self.plan is not None and self.verified

    def to_document(self) -> dict[str, Any]:
        """Return the answer as plain data, for JSON."""
        document = dict(vars(self)) | {"status": str(self.status), "moves": dict(self.moves)}
        document["metrics"] = dict(self.metrics)
        document["body"] = simplejson.dumps(dict(self.body), use_decimal=True)  # its numbers are exact
        document["plan"] = None if self.plan is None else self.plan.to_document()
        return document

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> VariedAnswer:
        """Return the answer that `to_document` wrote."""
        plan = document["plan"]
        known = dict(document) | {
            "status": Status(document["status"]),
            "plan": None if plan is None else Plan.from_document(plan),
            "released": tuple(document["released"]),
            "violations": tuple(document["violations"]),
            "stages": tuple((value, bound) for value, bound in document["stages"]),
            "body": simplejson.loads(document["body"], use_decimal=True),
        }
        return cls(**known)
