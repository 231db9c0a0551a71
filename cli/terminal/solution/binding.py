"""What binds, on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from outlay.cli.terminal.screen import Column, Page
from outlay.cli.views import words
from outlay.cli.views.binding import Group, groups, runs

if TYPE_CHECKING:
    from outlay.optimizer.answer.solution import Solution

#: So many groups are shown before the rest is left to ``outlay show RUN binding``.
MOST_GROUPS = 15


COLUMNS = (
    Column("Limit", least=24, wrap=True),
    Column("When", least=12, wrap=True),
    Column("Used up", right=True),
    Column("Unit", least=6),
    Column("Filled up by", least=12),
)


def show_binding(page: Page, solution: Solution, *, most: int | None = MOST_GROUPS) -> None:
    """Add what binds: first what nothing eases, then what imports and the like fill up."""
    found = groups(solution)
    hard = [group for group in found if not any(group.eased)]
    eased = [group for group in found if any(group.eased)]
    page.heading("What binds")
    if not found:
        page.note("No limit is used up to the last.")
        if not solution.tables["projects"]["funded"].all():
            page.note('Each project outside the plan would exceed one: see "Not funded, and why".')
        return
    ordered = hard + eased
    page.table(
        COLUMNS if eased else COLUMNS[:-1],
        [_cells(group, solution)[: len(COLUMNS) if eased else -1] for group in ordered[:most]],
    )
    if most is not None and len(ordered) > most:
        page.note(f"... and {len(ordered) - most} more (outlay show RUN binding)")


def _cells(group: Group, solution: Solution) -> list[object]:
    low, high = min(group.limits), max(group.limits)
    amount = words.number(low) if low == high else f"{words.number(low)}–{words.number(high)}"
    easing = list(dict.fromkeys(text for text in group.eased if text))
    what = group.what if group.side == "at most" else f"{group.what} (least)"
    # A share multiplied out reads "at most 0", which tells nothing.
    shown = f"{amount} (100 %)" if low or high else "100 %"
    return [what, runs(group, solution), shown, group.unit, "; ".join(easing)]
