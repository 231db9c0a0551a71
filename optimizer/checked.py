"""An answer with its plan, what the verifier says of it, and how its dates were chosen."""

from __future__ import annotations

from dataclasses import dataclass, field

from outlay.instances.plan import Plan
from outlay.optimizer.engine.answer import Answer
from outlay.optimizer.problem.spaces import FullPoint
from outlay.optimizer.status import Dates, DatesFound
from outlay.optimizer.verify.report import Verification, as_float


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
        Whether no plan as good is nearer to the reference (`Session.nearest` only).
    dates
        How the dates were chosen; None without a verified plan.
    """

    answer: Answer[FullPoint]
    plan: Plan | None = None
    verification: Verification | None = None
    times_s: dict[str, float] = field(default_factory=lambda: {"solve": 0.0, "verify": 0.0})
    proved_nearest: bool = False
    dates: Dates | None = None


def dated(checked: Checked, found: DatesFound, why: str = "") -> Checked:
    """Return an answer that says how its dates were chosen; how late they are is the verifier's figure."""
    assert checked.verification is not None
    checked.dates = Dates(found, as_float(checked.verification.lateness), why)
    return checked
