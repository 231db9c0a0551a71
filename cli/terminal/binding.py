"""What binds: limits that are used up, grouped by resource, runs of consecutive periods as one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from outlay.cli.terminal.screen import Column, Page
from outlay.cli.views import words
from outlay.models.families.resources import describe

if TYPE_CHECKING:
    from outlay.optimizer.answer.solution import Solution

#: So many groups are shown before the rest is left to ``outlay show RUN binding``.
MOST_GROUPS = 15


@dataclass
class Group:
    """A limit that binds in one or more periods.

    Attributes
    ----------
    what
        The resource, or the limit in words.
    basis
        Of the resource; empty for other limits.
    periods
        Where it binds.
    limits
        The amount available in each.
    eased
        Whether imports, purchases, links or shortfalls fill the gap in each period.
    """

    what: str
    basis: str
    unit: str
    side: str
    periods: list[int] = field(default_factory=list)
    limits: list[float] = field(default_factory=list)
    eased: list[str] = field(default_factory=list)


_MEANS = {"imported": "imports", "bought": "purchases", "linked": "links", "shortfall": "shortfall"}


def groups(solution: Solution) -> list[Group]:
    """Return what binds, in the order of the table, one group a resource."""
    known = _known_rows(solution)
    found: dict[tuple[str, str], Group] = {}
    for row in solution.tables["binding"].to_dict("records"):
        resource, period, basis, unit, eased = known.get(row["what"], (row["what"], -1, "", "", ""))
        group = found.setdefault((resource, row["side"]), Group(resource, basis, unit, row["side"]))
        group.periods.append(period)
        group.limits.append(float(row["limit"]))
        group.eased.append(eased)
    return list(found.values())


def _known_rows(solution: Solution) -> dict[str, tuple[str, int, str, str, str]]:
    """Return, for the words of each resource row, what it is about and what eases it."""
    table = solution.tables["resources"]
    known = {}
    names = ("resource", "period", "basis", "unit", *_MEANS)
    for resource, period, basis, unit, *amounts in zip(*(table[name].tolist() for name in names), strict=True):
        eased = [word for word, amount in zip(_MEANS.values(), amounts, strict=True) if amount > 1e-9]
        words_of_row = describe(solution.instance, resource, int(period))
        known[words_of_row] = (resource, int(period), basis, unit or "", " and ".join(eased))
    return known


def runs(group: Group, solution: Solution) -> str:
    """Return the periods of a group as runs: "2031H1–2031H2, 2033H1"."""
    instance = solution.instance
    step = (instance.periods_per_year or 1) if group.basis == "per_year" else 1
    if not group.basis:
        return ""
    chains: list[list[int]] = []
    for period in sorted(set(group.periods)):
        if chains and period == chains[-1][-1] + step:
            chains[-1].append(period)
        else:
            chains.append([period])
    texts = []
    for chain in chains:
        first, last = (_label(solution, group.basis, period) for period in (chain[0], chain[-1]))
        texts.append(first if first == last else f"{first}–{last}")
    text = ", ".join(texts[:4]) + (f" and {len(texts) - 4} more" if len(texts) > 4 else "")
    if group.basis != "cumulative":
        return text
    return "in all" if set(group.periods) == {instance.periods - 1} else f"to {text}"


def _label(solution: Solution, basis: str, period: int) -> str:
    instance = solution.instance
    named = instance.settings.calendar.label is not None or instance.month_of(period).endswith("-01")
    return instance.year_label(period) if basis == "per_year" and named else instance.period_label(period)


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
