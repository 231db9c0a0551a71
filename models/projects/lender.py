r"""The lender test: Japanese law asks that income cover expenditure and that Japanese firms benefit.

Rule: an alternative is only an option if its loan is served, recovered in time, worth it to Japan and Japanese enough.

Formula, for the row of ``terms`` of the alternative, each within 1e-9 (money: 1e-9 K)::

    DSCR >= min_dscr (not under the literal waterfall);  recovery year <= recover_within_years
    japan_content_share >= min_japan_content_share;      japan_npv >= min_japan_npv

Where prices rise, each start has figures of its own. An alternative that passes with joint savings only stays an
option, and needs them (`families/savings`).

Why this form: the test is about one project at one date, so it removes options before any solving and adds no row.
Committed projects are exempt; the family `lender` switched off means no test.

Size: no rows, no columns.

Source: JBIC Act (Act 39 of 2011) art. 13(2) and Trade and Investment Insurance Act art. 40(2), as told in the cabinet
answer of 19 December 2025.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from outlay.models.projects.cashflows import CashModel

TOLERANCE = 1e-9


class Verdict(NamedTuple):
    """At which starts, shape (starts,), an alternative fails what, with the figures of the first of them."""

    starts: np.ndarray
    reason: str


@dataclass(frozen=True)
class LenderTest:
    """The verdict on every alternative.

    Attributes
    ----------
    verdicts
        Why the alternative fails beside Japan's NPV, with the figures; shape (alternatives,).
    failed
        Which of the terms it fails at some start: `min_dscr`, `recover_within_years`, `min_japan_content_share`.
        Shape (alternatives,).
    fails_at
        Whether Japan's NPV is too low at a start, shape (alternatives, starts).
    japan_npv, min_japan_npv
        The figures behind it; the bound is NaN where there is no test.
    """

    verdicts: tuple[tuple[Verdict, ...], ...]
    failed: tuple[frozenset[str], ...]
    fails_at: np.ndarray
    japan_npv: np.ndarray
    min_japan_npv: np.ndarray

    @property
    def passed(self) -> np.ndarray:
        """Which alternatives pass at which starts, shape (alternatives, starts)."""
        passed = ~self.fails_at
        for number, verdicts in enumerate(self.verdicts):
            for verdict in verdicts:
                passed[number] &= ~verdict.starts
        return passed

    def sparing(self, accepted: np.ndarray) -> LenderTest:
        """Return the test without what is accepted at a start after all, shape (alternatives, starts)."""
        spared = (
            tuple(Verdict(verdict.starts & ~own, verdict.reason) for verdict in verdicts)
            for verdicts, own in zip(self.verdicts, accepted, strict=True)
        )
        return replace(self, verdicts=tuple(spared), fails_at=self.fails_at & ~accepted)


def lender_test(cash: CashModel, japan_npv: np.ndarray) -> LenderTest:
    """Return the verdict on every alternative at every start."""
    starts = japan_npv.shape[1]
    money = [cash.at(start) for start in range(starts if cash.alternatives.escalates else 1)]
    by_start = [_failures(each) for each in money]
    by_alternative = list(zip(*by_start, strict=True))
    least_npv = _min_japan_npv(cash)
    commitment = np.stack([each.commitment for each in money], axis=1)
    steps = np.array([ends is not None for ends in cash.alternatives.steps.ends], dtype=bool)
    full = np.where(steps, 1.0, cash.alternatives.full_scale)[:, None]
    japan_npv = japan_npv / full  # the test is made at scale 1, of a step at its end
    with np.errstate(invalid="ignore"):
        fails_at = japan_npv < least_npv[:, None] - TOLERANCE * commitment / full
    return LenderTest(
        tuple(tuple(_verdicts(failures, starts)) for failures in by_alternative),
        tuple(frozenset[str]().union(*failures) for failures in by_alternative),
        fails_at,
        japan_npv,
        least_npv,
    )


def _verdicts(failures: Sequence[dict[str, str]], starts: int) -> Iterator[Verdict]:
    """Yield what an alternative fails, each kind of failure once."""
    kinds = [tuple(failed) for failed in failures]
    for kind in dict.fromkeys(kinds):
        if kind:
            hit = np.array([each == kind for each in kinds])
            reason = "; ".join(failures[kinds.index(kind)].values())
            yield Verdict(np.broadcast_to(hit, starts) if len(hit) == 1 else hit, reason)


def _failures(cash: CashModel) -> list[dict[str, str]]:
    """Return which of the terms each alternative fails, with the figures."""
    instance = cash.alternatives.instance
    terms, row = instance["terms"], cash.loans.row
    finance = instance.settings.finance
    assert finance is not None
    literal = finance.waterfall == "literal"
    content = cash.alternatives.table.floats("japan_content_share")
    least_content = terms.floats("min_japan_content_share")[row]
    least_dscr = terms.floats("min_dscr")[row]
    within = terms.floats("recover_within_years")[row]
    found: list[dict[str, str]] = []
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
        found.append(failed)
    return found


def _min_japan_npv(cash: CashModel) -> np.ndarray:
    """Return the least Japanese NPV of each alternative; NaN = no test. An absent column means 0."""
    terms = cash.alternatives.instance["terms"]
    given = terms.floats("min_japan_npv") if "min_japan_npv" in terms.cells else np.zeros(len(terms))
    return given[cash.loans.row]
