"""Totals against limits: how much of the money, the pace and the funds is used."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from outlay.cli.terminal.screen import Column, Page
from outlay.cli.views import words
from outlay.instances.dictionary.settings import ENGINE_RESOURCES

if TYPE_CHECKING:
    import pandas as pd

    from outlay.models.case import Case
    from outlay.optimizer.answer.solution import Solution

#: Kinds of resource that stand in the summary; the others are many, and stand there where they bind.
_TOTALS = frozenset({"finance", "committee"})
_SAME = 1e-9


def show_totals(page: Page, solution: Solution, case: Case) -> None:
    """Add the tightest period of every money and committee resource, and what each fund pays."""
    table = solution.tables["resources"]
    chosen = table[(table["kind"].isin(_TOTALS) | table["resource"].isin(list(ENGINE_RESOURCES))) & table["on"]]
    rows = [peak_cells(row) for row in peaks(chosen, solution.instance.periods)]
    rows += _funds(solution, case)
    if rows:
        page.heading("Totals against limits")
        page.table(PEAK_COLUMNS, rows)


PEAK_COLUMNS = (
    Column("Resource", least=16),
    Column("Unit", least=6),
    Column("Tightest"),
    Column("Used", right=True),
    Column("Available", right=True),
    Column("Share", right=True),
)


def peaks(table: pd.DataFrame, periods: int) -> list[dict[str, Any]]:
    """Return the tightest row of each resource, with `net` (use less what is supplied, bought, imported, linked)."""
    rows_of: dict[str, list[dict[str, Any]]] = {}
    for record in table.to_dict("records"):
        row = {str(key): item for key, item in record.items()}
        row["net"] = max(0.0, row["limit"] - row["slack"])
        row["share"] = row["net"] / row["limit"] if row["limit"] > 0 else None
        row["when"] = when(row, periods)
        rows_of.setdefault(row["resource"], []).append(row)
    return [_tightest(rows) for rows in rows_of.values()]


def _tightest(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the row where least is left; what is needed where nothing is available is tighter than any share."""

    def tightness(row: dict[str, Any]) -> float:
        if row["share"] is None:
            return 0.0 if row["net"] <= _SAME else math.inf
        return float(row["share"])

    top = max(tightness(row) for row in rows)
    same = [row for row in rows if tightness(row) >= top - _SAME or tightness(row) == top]
    if math.isinf(top):
        return max(same, key=lambda row: float(row["net"]))
    return same[-1 if same[0]["basis"] == "cumulative" or top <= 0 else 0]


def when(row: dict[str, Any], periods: int) -> str:
    """Return the time a resource row is about: a period, a year, or everything to date."""
    label = str(row["label"])
    if row["basis"] == "cumulative":
        return "in all" if row["period"] == periods - 1 else f"to {label}"
    if row["basis"] == "per_year":
        return label[:4] if label[4:] in {"", "H1", "Q1", "-01"} else f"year from {label}"
    return label


def peak_cells(row: dict[str, Any]) -> list[object]:
    """Return the cells of `PEAK_COLUMNS`."""
    idle = row["net"] <= _SAME
    return [
        row["resource"],
        row["unit"] or "",
        words.NOTHING if idle and row["basis"] != "cumulative" else row["when"],
        words.number(row["net"]),
        words.number(row["limit"]),
        words.share(row["share"]) if row["limit"] > 0 else ("over" if not idle else words.NOTHING),
    ]


def _funds(solution: Solution, case: Case) -> list[list[object]]:
    """Return what each fund pays, against its total or the last level of its ceiling."""
    if not case.funds_on:
        return []
    paid = solution.tables["payments"].groupby("fund")["amount"].sum().to_dict()
    unit = solution.instance.settings.money_unit
    funds = solution.instance["funds"]
    rows: list[list[object]] = []
    for name, total in zip(funds.texts("fund"), funds.floats("total").tolist(), strict=True):
        limit = float(case.levels[name][-1]) if name in case.levels else float(total)
        amount = float(paid.get(name, 0.0))
        known = words.exists(limit)
        share = words.share(amount / limit) if known and limit > 0 else words.NOTHING
        rows.append(
            [f"fund {name}", unit, "in all", words.number(amount), words.number(limit) if known else "no limit", share]
        )
    return rows
