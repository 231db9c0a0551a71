"""A stress test on the terminal, at 80 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outlay.cli.terminal.screen import Column, Page
from outlay.cli.terminal.solution.summary import show_title
from outlay.cli.views import words
from outlay.cli.views.stress import chance_words, firm_words, headline, later_words, records, telling, with_error

if TYPE_CHECKING:
    from outlay.optimizer.stress.result import Stress

#: So many rows of each table are shown; the CSVs have all.
MOST_FACTORS, MOST_LIMITS, MOST_FAILED, MOST_KNOWING = 10, 10, 8, 8
#: Characters of the longest bar.
BAR = 16


def show_stress(page: Page, stress: Stress) -> None:
    """Add everything that was found."""
    show_title(page, stress.instance)
    page.fact("Tried", headline(stress))
    _show_plans(page, stress)
    for plan in stress.decided:
        _show_projects(page, plan, [row for row in records(stress.tables["projects"]) if row["plan"] == plan])
        _show_factors(page, plan, [row for row in records(stress.tables["factors"]) if row["plan"] == plan])
        _show_limits(page, plan, [row for row in records(stress.tables["limits"]) if row["plan"] == plan])
    _show_knowing(page, records(stress.tables["knowing"]))
    _show_failed(page, records(stress.tables["failed"]))
    for note in stress.notes:
        page.line(note, "bold")
    if not stress.complete:
        page.line("Stopped by Ctrl-C: what was answered until then is shown.", "bold")
    page.fact("Time", words.seconds(stress.times_s.get("total")))


def _show_plans(page: Page, stress: Stress) -> None:
    page.heading("The objective over the draws")
    several = len(stress.decided) > 1
    columns = [
        Column("Plan", least=10), Column("Mean", right=True), Column("5 %", right=True), Column("Median", right=True),
        Column("95 %", right=True), Column("Worst tenth", right=True),
        *([Column("Best", right=True), Column("Regret", right=True)] if several else []),
    ]  # fmt: skip
    page.table(columns, [
        [row["plan"], with_error(row["mean"], row["se"]),
         *(words.number(row[key]) for key in ("p5", "p50", "p95", "cvar10")),
         *([words.share(row["best"]), words.number(row["regret"], 3)] if several else [])]
        for row in records(stress.tables["plans"])
    ])  # fmt: skip
    note = "± is the standard error of the mean; worst tenth: the mean of the worst tenth of the draws (CVaR 10 %)."
    if several:
        note += (
            " Best: how likely it is the best of these plans, or as good. Regret: the mean loss to the best of them."
        )
    page.note(note)


def _show_projects(page: Page, plan: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    page.heading(f"{plan}: what becomes of its projects")
    cancelling = any(row["cancelled"] for row in rows)
    columns = [
        Column("Id"), Column("Project", least=12), Column("Planned", right=True), Column("Built", right=True),
        *([Column("Given up", right=True)] if cancelling else []), Column("Later", least=12, wrap=True),
        Column("Scale", right=True),
    ]  # fmt: skip
    ordered = sorted(rows, key=lambda row: (-(row["built"] or 0.0), row["later"] or 0.0, row["project"]))
    page.table(columns, [
        [row["project"], row["name"], row["planned"] or "not now", words.share(row["built"]),
         *([words.share(row["cancelled"]) if row["cancelled"] else ""] if cancelling else []),
         later_words(row), "" if row["scale"] is None or row["scale"] > 0.9995 else words.number(row["scale"], 2)]
        for row in ordered
    ])  # fmt: skip
    text = firm_words(rows)
    page.note(f"{text[:1].upper()}{text[1:]}.")


def _show_factors(page: Page, plan: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    page.heading(f"{plan}: what it hangs on")
    shown = telling(rows, MOST_FACTORS)
    widest = max((abs(row["swing"]) for row in rows if words.exists(row["swing"])), default=0.0)
    columns = [
        Column("Factor", least=14), Column("Explains", right=True), Column("Low fifth", right=True),
        Column("High fifth", right=True), Column("Swing", right=True), Column(""),
    ]  # fmt: skip
    page.table(columns, [
        [row["factor"], _explains(row), words.number(row["low"]), words.number(row["high"]),
         words.number(row["swing"], 3), "█" * round(BAR * abs(row["swing"]) / widest) if widest else ""]
        for row in shown
    ])  # fmt: skip
    rest = len(rows) - len(shown)
    more = f" {rest} more factors matter less." if rest > 0 else ""
    chance = chance_words(rows)
    page.note(
        "Explains: the share of the variance that the factor accounts for by itself (first-order Sobol index). Low and "
        f"high fifth: the mean objective where its value is in the lowest and the highest fifth. {chance}{more}"
    )


def _explains(row: dict[str, Any]) -> str:
    if row["index"] is None:
        return words.NOTHING
    error = f" ± {round(100 * row['index_se'])}" if row["index_se"] else ""
    return f"{round(100 * row['index'])}{error} %"


def _show_limits(page: Page, plan: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    page.heading(f"{plan}: limits that bind")
    soft = any(row["broken"] for row in rows)
    columns = [Column("Limit", least=16), Column("Binds", right=True)]
    columns += [Column("Broken", right=True)] if soft else []
    page.table(columns, [
        [row["limit"], words.share(row["binds"]),
         *([words.share(row["broken"]) if row["broken"] else ""] if soft else [])]
        for row in rows[:MOST_LIMITS]
    ])  # fmt: skip


def _show_knowing(page: Page, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    page.heading("What it would be worth to know first, between these plans")
    columns = [Column("To know", least=14), Column("Adds", right=True), Column("Chance alone", right=True)]
    page.table(
        columns,
        [
            [row["factor"], words.number(row["value"], 3), words.number(row["chance"], 3) if row["chance"] else ""]
            for row in rows[:MOST_KNOWING]
        ],
    )
    page.note(
        "What choosing among these plans after the factor is known adds to the mean; chance alone: what a factor that "
        "tells nothing would show with so many draws."
    )


def _show_failed(page: Page, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    page.heading("Draws in which a plan cannot be carried out")
    page.table(
        [Column("Draw"), Column("Plan", least=10), Column("Why", least=20, wrap=True)],
        [[row["draw"], row["plan"], row["message"] or row["status"]] for row in rows[:MOST_FAILED]],
    )
    if len(rows) > MOST_FAILED:
        page.note(f"and {len(rows) - MOST_FAILED} more: failed.csv, or --json")
