"""The lenders' view: the loans of the plan, and every project that failed their test, with its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from outlay.cli.terminal.screen import Column, Page
from outlay.cli.views import words
from outlay.cli.views.labels import finance_of

if TYPE_CHECKING:
    from outlay.models.case import Case
    from outlay.optimizer.answer.solution import Solution


def lender_line(solution: Solution, case: Case) -> str:
    """Return the lenders' view of the plan in a line; empty where no loan is modelled."""
    finance = solution.instance.settings.finance
    if finance is None:
        return ""
    loans, unit = solution.tables["finance"], solution.instance.settings.money_unit
    if not len(loans):
        return "no loan is made" + _test_note(case)
    parts = [words.count(len(loans), "loan")]
    cover = loans["dscr"].astype(float)
    if finance.waterfall != "literal" and cover.notna().any():
        weakest = loans["project"].tolist()[int(np.nanargmin(cover.to_numpy()))]
        parts.append(f"debt service cover at least {cover.min():.2f} ({weakest})")
    years = loans["recovery_year"].astype(float)
    if years.notna().any():
        never = int(years.isna().sum())
        late = f", {never} never" if never else ""
        parts.append(f"recovered in {years.min():.0f} to {years.max():.0f} years{late}")
    for name, label in (("japan_npv", f"net present value of {finance.lender}"), ("us_npv", f"of {finance.owner}")):
        if name in solution.metrics:
            parts.append(f"{label} {words.money(solution.metrics[name], unit)}")
    return "; ".join(parts) + _test_note(case)


def _test_note(case: Case) -> str:
    return "" if case.instance.is_on("lender") else "; the lender test is switched off"


def show_failures(page: Page, case: Case, failed: list[str]) -> None:
    """Add, for each project without a passing alternative, the one nearest to passing, with its figures."""
    lender, cash = case.lender, case.cash
    if not failed or lender is None or cash is None:
        return
    literal = case.instance.settings.finance is not None and case.instance.settings.finance.waterfall == "literal"
    unit, called = case.instance.settings.money_unit, finance_of(case.instance)
    page.heading(f"Failed the lender test: {words.count(len(failed), 'project')}")
    columns = [
        Column("Id", least=24),
        Column("Alternative", least=10),
        Column("Terms", least=8),
        Column("Yield", right=True),
        Column("Debt", right=True),
        *([] if literal else [Column("Cover", right=True)]),
        Column("Repaid", right=True),
        Column(f"NPV, {called.lender}", right=True),
        Column("Content", right=True),
    ]
    page.table(columns, [_failure(case, project, literal=literal) for project in failed])
    note = f"Yield: full free cash a year, share of the money lent. Debt: at completion, {unit or 'money'}."
    note += f" Content: {called.content}. Where a test fails, what it asks for stands beside the figure. "
    if literal:
        share = words.share(float(case.instance.settings.finance.japan_share_before))  # type: ignore[union-attr]
        note += f"Under the literal split the lenders get {share} of the cash until they are paid back. "
    if case.alternatives.escalates:
        note += "Where prices rise, the figures are those of a start in the first period. "
    page.note(f"{note}Of several alternatives the one with the most cash is shown; all: outlay show RUN dropped")


def _failure(case: Case, project: str, *, literal: bool) -> list[object]:
    """Return a row: figures of an alternative, and what the test asks for beside each that fails it."""
    alternatives, lender, cash = case.alternatives, case.lender, case.cash
    assert lender is not None
    assert cash is not None
    table, terms = case.instance.alternatives, case.instance["terms"]
    rows = alternatives.by_project.of(alternatives.project_number[project])
    yields = table.floats("cash_yield")
    number = int(rows[np.argmax(yields[rows])])
    place, failed = int(cash.loans.row[number]), lender.failed[number]
    cover, year = float(cash.money.dscr[number]), float(cash.money.recovery_year[number])
    repaid = "never" if np.isnan(year) else f"year {year:.0f}"
    npv = words.number(float(np.max(lender.japan_npv[number])), 3)
    content = words.share(float(table.floats("japan_content_share")[number]))
    if "recover_within_years" in failed:
        repaid += f" > {terms.floats('recover_within_years')[place]:g}"
    if lender.fails_at[number].any():
        npv += f" < {lender.min_japan_npv[number]:g}"
    if "min_japan_content_share" in failed:
        content += f" < {words.share(float(terms.floats('min_japan_content_share')[place]))}"
    least = f" < {terms.floats('min_dscr')[place]:g}" if "min_dscr" in failed else ""
    return [
        project,
        alternatives.names[number],
        f"{terms.texts('terms')[place]} {100 * float(cash.loans.rate[number]):g} %",
        f"{100 * float(yields[number]):.1f} %",
        words.number(float(cash.loans.balance[number])),
        *([] if literal else [f"{cover:.2f}{least}"]),
        repaid,
        npv,
        content,
    ]
