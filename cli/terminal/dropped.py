"""What was dropped before solving and why, grouped by rule and reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from outlay.cli.terminal.screen import Column, Page
from outlay.cli.views import words
from outlay.models.options.options import LEADS

_MOST_GROUPS = 40
_OWN_DATES = "outside the project's own dates (or what its supply chain leaves of them)"
#: How `check` names the rules.
RULES = {
    "status": "status",
    "forced": "forced by the set",
    "lender": "lender test",
    "funds": "funds",
    "window": "dates",
    "frozen": "approved",
    "finish": "horizon",
    "permit": "permit",
    "selection": "selection",
    "needs": "needs",
    "fit": "fit",
}


def grouped(dropped: Iterable[Mapping[Any, Any]]) -> list[dict[str, Any]]:
    """Return one record a rule and reason: whose options went, and how many starts in all."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in dropped:
        key = (str(row["rule"]), str(row["reason"]))
        group = found.setdefault(
            key, {"rule": key[0], "reason": key[1], "projects": [], "alternatives": [], "starts": 0}
        )
        if row["project"] not in group["projects"]:
            group["projects"].append(row["project"])
        name = f"{row['project']}@{row['alternative']}{' (fast)' if row['fast_track'] else ''}"
        group["alternatives"].append(name)
        group["starts"] += int(row["starts"])
    order = list(RULES)
    return sorted(
        found.values(), key=lambda group: order.index(group["rule"]) if group["rule"] in order else len(order)
    )


def show_dropped(page: Page, dropped: Iterable[Mapping[Any, Any]], *, most: int | None = _MOST_GROUPS) -> None:
    """Add the groups; where not all are asked for, what the projects' own dates exclude is told in one line."""
    rows = list(dropped)
    if most is not None:
        rows = [{**row, "reason": _OWN_DATES} if row["rule"] == "window" else row for row in rows]
    groups = grouped(rows)
    if not groups:
        page.note("Nothing was dropped.")
        return
    page.table(
        [
            Column("Rule", least=8),
            Column("Why", least=28, wrap=True),
            Column("Starts", right=True),
            Column("Whose", least=18, wrap=True),
        ],
        [
            [RULES.get(group["rule"], group["rule"]), _figures(group), f"{group['starts']:,}", _whose(group)]
            for group in groups[:most]
        ],
    )
    if most is not None and len(groups) > most:
        page.note(f"... and {len(groups) - most} more reasons")


def _figures(group: Mapping[str, Any]) -> str:
    """Return a reason without the lead that the name of its rule, beside it, says already."""
    return str(group["reason"]).removeprefix(LEADS.get(group["rule"], ""))


def _whose(group: Mapping[str, Any]) -> str:
    names = group["alternatives"] if len(group["alternatives"]) <= 2 else group["projects"]
    return words.listed(list(names), most=8)
