"""Check from the instance alone, in exact rational arithmetic, that a plan is what it claims to be.

Nothing here is shared with the model: these modules import `outlay.instances` and the standard library only. Every
number of the instance is the decimal that was written, every float of the plan is read as the fraction that it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from outlay.instances.instance import Instance
from outlay.instances.plan import Plan
from outlay.optimizer.verify.amounts import Amounts, check_amounts, read_amounts
from outlay.optimizer.verify.approved import check_frozen
from outlay.optimizer.verify.cancelling import check_cancelled, read_cancelled
from outlay.optimizer.verify.choice import check_choices, read_choices
from outlay.optimizer.verify.dependencies import check_dependencies, with_savings
from outlay.optimizer.verify.funds import check_funds
from outlay.optimizer.verify.limits import check_limits
from outlay.optimizer.verify.metrics import (
    Contribution,
    Scores,
    check_claims,
    compute_scores,
    contributions_of,
    objective_sizes,
    objective_values,
    stakeholder_values,
)
from outlay.optimizer.verify.money import Loan, check_lender, compute_loans
from outlay.optimizer.verify.permits import check_fast_track_slots
from outlay.optimizer.verify.reading import Reading
from outlay.optimizer.verify.report import Ledger, Verification, Violation
from outlay.optimizer.verify.resources import check_resources
from outlay.optimizer.verify.schedule import Funded, lateness

__all__ = ["TOLERANCE", "Contribution", "Verification", "Violation", "contributions", "verify_plan"]

#: A condition is broken when it is missed by more than this share of its own size.
TOLERANCE = Fraction(1, 10**6)


def verify_plan(
    instance: Instance,
    plan: Plan,
    *,
    metrics: Mapping[str, float] | None = None,
    objective: Sequence[float] | None = None,
    tolerance: Fraction = TOLERANCE,
) -> Verification:
    """Check a plan against everything that its instance says, and recompute what it is worth.

    Parameters
    ----------
    instance
        The instance with its constraint sets applied; rows of families that are off are not checked.
    plan
        The plan. One that is malformed (unknown projects, numbers that are not finite, periods that do not exist)
        yields violations; what makes no sense then counts no further.
    metrics
        What the engine claims, metric to number. Each claim must be true; metrics may be left out.
    objective
        What the engine claims, one number a level.
    tolerance
        A condition is broken when it is missed by more than this share of its own size: of what is found, of the limit
        or of the largest amount in it, in whatever unit these are counted. Conditions without an amount
        (dates, ties, statuses) and the lender's test (within 1e-9, see DESIGN) have no further tolerance.

    Returns
    -------
    Verification
        ``ok`` and the violations in domain words; metrics and objective as exact fractions.

    Examples
    --------
    >>> from outlay.instances.formats.parsing import parse_document
    >>> from outlay.instances.plan import Choice
    >>> instance = parse_document({
    ...     "instance": {"name": "one", "calendar": {"start": "2026-01", "periods": 1, "months_per_period": 12}},
    ...     "projects": [{"id": "A", "value": 3, "commitment": 2}],
    ...     "resources": [{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
    ...     "availability": [{"resource": "commitments", "from": "2026-01", "amount": 1.5}],
    ... }, source="example")
    >>> verification = verify_plan(instance, Plan(choices=(Choice("A", "base", False, 0, 0, 1.0),)))
    >>> verification.ok, str(verification.metrics["value"])
    (False, '3')
    >>> print(verification.violations[0])
    commitments up to 2026: 2 are used, 1.5 are available
    """
    reading, ledger = Reading(instance), Ledger(tolerance)
    funded, amounts, loans, scores = _read(reading, plan, ledger)
    recomputed = objective_values(reading, scores.totals)

    check_choices(reading, plan, funded, ledger)
    check_frozen(reading, funded, ledger)
    check_cancelled(reading, plan, amounts.cancelled, ledger)
    check_fast_track_slots(reading, funded, ledger)
    check_lender(reading, loans, ledger)
    check_amounts(reading, amounts, ledger)
    check_resources(reading, funded, amounts, ledger)
    check_dependencies(reading, funded, ledger)
    check_funds(reading, funded, amounts.payments, ledger)
    check_limits(reading, scores, ledger)
    sizes = objective_sizes(reading, scores.sizes)
    check_claims(scores, recomputed, metrics or {}, objective, ledger, sizes=sizes)

    return Verification(
        violations=tuple(ledger.violations),
        metrics=scores.totals,
        objective=recomputed,
        stakeholders=stakeholder_values(reading, scores.totals),
        checks=ledger.checks,
        lateness=lateness(funded),
    )


def contributions(instance: Instance, plan: Plan) -> list[Contribution]:
    """Return what each project, synergy, saving, program and so on adds to the first level of the objective.

    Their sum is the objective that `verify_plan` recomputes, exactly.
    """
    reading, ledger = Reading(instance), Ledger(TOLERANCE)
    funded, amounts, _, scores = _read(reading, plan, ledger)
    return contributions_of(reading, funded, scores, amounts)


def _read(
    reading: Reading, plan: Plan, ledger: Ledger
) -> tuple[tuple[Funded, ...], Amounts, Mapping[Funded, Loan], Scores]:
    """Return what a plan funds, buys and lends, and what that is worth."""
    funded = with_savings(reading, read_choices(reading, plan, ledger))
    amounts = replace(read_amounts(reading, plan, ledger), cancelled=read_cancelled(reading, plan, ledger))
    loans = compute_loans(reading, funded)
    return funded, amounts, loans, compute_scores(reading, funded, loans, amounts)
