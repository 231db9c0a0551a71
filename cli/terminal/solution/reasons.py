"""Why a project is not in the plan, on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from outlay.cli.terminal.screen import Column, Page
from outlay.cli.terminal.solution.plan import NAMED, name_of
from outlay.cli.views.labels import objective_unit
from outlay.cli.views.reasons import never_available, short

if TYPE_CHECKING:
    from outlay.models.case import Case
    from outlay.optimizer.answer.solution import Solution

#: So many projects are listed in the summary.
MOST_LOSERS = 60


def failed_lender(solution: Solution) -> list[str]:
    """Return the projects that are not funded because none of their alternatives passes the lender test."""
    projects, dropped = solution.tables["projects"], solution.tables["dropped"]
    waiting = set(projects.loc[~projects["funded"].astype(bool), "project"])
    tested = set(dropped.loc[dropped["rule"] == "lender", "project"])
    never = never_available(solution)
    lost_otherwise = set(dropped.loc[dropped["rule"].isin(["status", "forced"]), "project"])
    return sorted(waiting & tested & never - lost_otherwise)


def show_losers(page: Page, solution: Solution, case: Case, *, leave_out: list[str]) -> None:
    """Add why each project is not funded; those left out are told elsewhere."""
    table = solution.tables["projects"]
    lost = [row for row in table.to_dict("records") if not row["funded"] and row["project"] not in leave_out]
    if not lost:
        return
    instance, never = case.instance, never_available(solution)
    page.heading("Not funded, and why")
    # The reasons that a reader can do something about come first.
    lost.sort(key=lambda row: row["project"] in never)
    page.table(
        [*NAMED, Column("Why not", wrap=True, least=30)],
        [
            [row["project"], name_of(row), short(solution.reasons[row["project"]], instance)]
            for row in lost[:MOST_LOSERS]
        ],
    )
    if len(lost) > MOST_LOSERS:
        page.note(f"... and {len(lost) - MOST_LOSERS:,} more (outlay show RUN projects)")
    worth = f"in {objective_unit(instance)} " if objective_unit(instance) else ""
    page.note(f"Worth: {worth}of the objective. What a project exceeds is told beside this plan, in each limit's unit.")
