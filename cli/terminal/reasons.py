"""Why a project is not in the plan: short for the terminal, with its figures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from outlay.cli.terminal.plan import NAMED, name_of
from outlay.cli.terminal.screen import Column, Page
from outlay.cli.views.labels import objective_unit

if TYPE_CHECKING:
    from outlay.models.case import Case
    from outlay.optimizer.answer.solution import Solution

_CROWDED = re.compile(
    r"^worth (\S+), but crowded out: beside this plan \(start (\S+)\) it would break (.*)$", re.DOTALL
)
_EXCESS = re.compile(r" \(by ([^()]*)\)$")
_DISPLACES = re.compile(r"^available and worth (\S+) by itself \(start (\S+)\), but .*$", re.DOTALL)
_LENDER = "fails the lender test: "
_NEVER = "never available: "
#: So many broken limits are named on the terminal.
_MOST_NAMED = 3
#: So many projects are listed in the summary.
MOST_LOSERS = 60


def shorten(reason: str, last_label: str = "") -> str:
    """Return a reason in fewer words; one of an unknown form is returned as it is.

    Examples
    --------
    >>> shorten("worth 5.592, but crowded out: beside this plan (start 2028H2) it would break draws in 2029 (by 2.833)")
    'worth 5.592; from 2028H2 it would exceed draws in 2029 by 2.833'
    """
    crowded = _CROWDED.match(reason)
    if crowded:
        worth, start, broken = crowded.groups()
        items = [_broken(item, last_label) for item in broken.split("; ")]
        named = ", ".join(items[:_MOST_NAMED]) + (", ..." if len(items) > _MOST_NAMED else "")
        verb = "exceed" if _EXCESS.search(broken.split("; ")[0]) else "break"
        return f"worth {worth}; from {start} it would {verb} {named}"
    displaces = _DISPLACES.match(reason)
    if displaces:
        return f"worth {displaces[1]} by itself, but what it needs or displaces is worth as much, or within the gap"
    if reason.startswith(_NEVER):
        return "never available: " + reason.removeprefix(_NEVER).replace(_LENDER, "")
    return reason.removeprefix("available, but ")


def _broken(item: str, last_label: str) -> str:
    excess = _EXCESS.search(item)
    text = _EXCESS.sub("", item)
    if last_label:
        text = text.removesuffix(f" up to {last_label}")
    return f"{text} by {excess[1]}" if excess else text


def failed_lender(solution: Solution) -> list[str]:
    """Return the projects that are not funded because none of their alternatives passes the lender test."""
    projects, dropped = solution.tables["projects"], solution.tables["dropped"]
    waiting = set(projects.loc[~projects["funded"].astype(bool), "project"])
    tested = set(dropped.loc[dropped["rule"] == "lender", "project"])
    never = set(projects.loc[projects["reason"].astype(str).str.startswith(_NEVER), "project"])
    lost_otherwise = set(dropped.loc[dropped["rule"].isin(["status", "forced"]), "project"])
    return sorted(waiting & tested & never - lost_otherwise)


def show_losers(page: Page, solution: Solution, case: Case, *, leave_out: list[str]) -> None:
    """Add why each project is not funded; those left out are told elsewhere."""
    table = solution.tables["projects"]
    lost = [row for row in table.to_dict("records") if not row["funded"] and row["project"] not in leave_out]
    if not lost:
        return
    instance = case.instance
    last = instance.period_label(instance.periods - 1)
    page.heading("Not funded, and why")
    # The reasons that a reader can do something about come first.
    lost.sort(key=lambda row: str(row["reason"]).startswith(_NEVER))
    page.table(
        [*NAMED, Column("Why not", wrap=True, least=30)],
        [[row["project"], name_of(row), shorten(str(row["reason"] or ""), last)] for row in lost[:MOST_LOSERS]],
    )
    if len(lost) > MOST_LOSERS:
        page.note(f"... and {len(lost) - MOST_LOSERS:,} more (outlay show RUN projects)")
    worth = f"in {objective_unit(instance)} " if objective_unit(instance) else ""
    page.note(f"Worth: {worth}of the objective. What a project exceeds is told beside this plan, in each limit's unit.")
