r"""The lender test: Japanese law asks that income cover expenditure and that Japanese firms benefit.

Rule: an alternative is only an option if its loan is served, recovered in time, worth it to Japan and Japanese enough.

Formula, for the row of ``terms`` of the alternative, each within 1e-9 (money: 1e-9 K)::

    DSCR >= min_dscr (not under the literal waterfall);  recovery year <= recover_within_years
    japan_content_share >= min_japan_content_share;      japan_npv >= min_japan_npv

Why this form: the test is about one project at one date, so it removes options before any solving and adds no row.
Committed projects are exempt; the family `lender` switched off means no test.

Size: no rows, no columns.

Source: JBIC Act (Act 39 of 2011) art. 13(2) and Trade and Investment Insurance Act art. 40(2), as told in the cabinet
answer of 19 December 2025.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outlay.models.projects.cashflows import CashModel

TOLERANCE = 1e-9


@dataclass(frozen=True)
class LenderTest:
    """The verdict on every alternative.

    Attributes
    ----------
    reasons
        Why the alternative fails whatever its start, with the figures; empty if it does not. Shape (alternatives,).
    failed
        Which of the terms the alternative fails whatever its start: `min_dscr`, `recover_within_years`,
        `min_japan_content_share`. Shape (alternatives,).
    fails_at
        Whether Japan's NPV is too low at a start, shape (alternatives, starts).
    japan_npv, min_japan_npv
        The figures behind it; the bound is NaN where there is no test.
    """

    reasons: tuple[str, ...]
    failed: tuple[frozenset[str], ...]
    fails_at: np.ndarray
    japan_npv: np.ndarray
    min_japan_npv: np.ndarray


def lender_test(cash: CashModel, japan_npv: np.ndarray) -> LenderTest:
    """Return the verdict on every alternative at every start."""
    instance = cash.alternatives.instance
    terms, row = instance["terms"], cash.loans.row
    finance = instance.settings.finance
    assert finance is not None
    literal = finance.waterfall == "literal"
    content = cash.alternatives.table.floats("japan_content_share")
    least_content = terms.floats("min_japan_content_share")[row]
    least_dscr = terms.floats("min_dscr")[row]
    within = terms.floats("recover_within_years")[row]
    verdicts: list[dict[str, str]] = []
    for number in range(len(row)):
        failed: dict[str, str] = {}
        dscr, recovery = cash.money.dscr[number], cash.money.recovery_year[number]
        if not literal and dscr < least_dscr[number] - TOLERANCE:
            failed["min_dscr"] = f"debt service cover {dscr:.3f} is below {least_dscr[number]:g}"
        if not np.isnan(within[number]) and not recovery <= within[number]:
            when = "never recovered" if np.isnan(recovery) else f"recovered in year {recovery:.0f}"
            failed["recover_within_years"] = f"the loan is {when}, not within {within[number]:.0f} years"
        if content[number] < least_content[number] - TOLERANCE:
            words = f"{finance.content} {content[number]:.1%} is below {least_content[number]:.1%}"
            failed["min_japan_content_share"] = words
        verdicts.append(failed)
    least_npv = _min_japan_npv(cash)
    slack = TOLERANCE * cash.alternatives.commitment
    japan_npv = japan_npv / cash.alternatives.full_scale[:, None]  # the test is made at scale 1
    with np.errstate(invalid="ignore"):
        fails_at = japan_npv < (least_npv - slack / cash.alternatives.full_scale)[:, None]
    reasons = tuple("; ".join(failed.values()) for failed in verdicts)
    return LenderTest(reasons, tuple(map(frozenset, verdicts)), fails_at, japan_npv, least_npv)


def _min_japan_npv(cash: CashModel) -> np.ndarray:
    """Return the least Japanese NPV of each alternative; NaN = no test. An absent column means 0."""
    terms = cash.alternatives.instance["terms"]
    given = terms.floats("min_japan_npv") if "min_japan_npv" in terms.cells else np.zeros(len(terms))
    return given[cash.loans.row]
