"""What is left at the new date: levels, funds, programs, slots, and bounds of limits."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from outlay.instances.instance import Instance
from outlay.optimizer.advance.stock import ZERO, Stock, rounded
from outlay.optimizer.verify.exact import exact
from outlay.optimizer.verify.limits import EVERYTHING, amounts_by_group

Record = dict[str, Any]


def move_levels(stock: Stock, periods: int, document: dict[str, Any]) -> list[str]:
    """Rewrite ``availability`` where what is left is not simply what was there; return remarks."""
    rows: list[Record] = list(document.get("availability", []))
    remarks: list[str] = []
    for resource in stock.reading.resources:
        plain = list(stock.reading.available(resource))[periods:]
        left = stock.levels_after(resource, periods)
        if left == plain:
            continue
        if any(level is not None and level < 0 for level in left):
            worst = min(level for level in left if level is not None)
            remarks.append(f"{resource} was overdrawn by {float(-worst):g}, which next year's levels (0) do not show")
            left = [None if level is None else max(ZERO, level) for level in left]
        remarks += _tolerated(document, resource, plain, left)
        rows = [row for row in rows if row["resource"] != resource]
        rows += _steps(stock.instance, resource, periods, left)
    for fund in stock.reading.funds:
        if stock.reading.is_dated(fund):
            paid = _paid_before(stock, fund, periods)
            ceilings = [None if level is None else max(ZERO, level - paid) for level in stock.reading.available(fund)]
            rows = [row for row in rows if row["resource"] != fund]
            rows += _steps(stock.instance, fund, periods, ceilings[periods:])
    if rows:
        document["availability"] = rows
    return remarks


def _tolerated(
    document: dict[str, Any], resource: str, before: list[Fraction | None], left: list[Fraction | None]
) -> list[str]:
    """Let as much be missing of what is left of a resource as might be of all, where one share can say so."""
    row = next(row for row in document["resources"] if row["resource"] == resource)
    if not row.get("tolerance"):
        return []
    ratios = {
        whole / rest if rest else None for whole, rest in zip(before, left, strict=True) if whole and rest is not None
    }
    ratio = next(iter(ratios)) if len(ratios) == 1 else None
    if ratio is None:
        return [f"{resource} tolerates a share of what is left of it, which is less than it was"]
    row["tolerance"] = rounded(exact(row["tolerance"]) * ratio)
    return []


def _steps(instance: Instance, name: str, periods: int, levels: list[Fraction | None]) -> list[Record]:
    """Return levels by period as dated rows."""
    found, before = list[Record](), object()
    for place, level in enumerate(levels):
        if level != before:
            row = {"resource": name, "from": instance.month_of(periods + place)}
            found.append(row if level is None else {**row, "amount": rounded(level)})
        before = level
    return found


def _paid_before(stock: Stock, fund: str, periods: int) -> Fraction:
    """Return what a fund has promised to projects selected before, and in the old calendar."""
    selected = {option.project for option in stock.funded if 0 <= option.selection < periods}
    paid = stock.amounts.payments.items()
    return sum((amount for (payer, project), amount in paid if payer == fund and project in selected), ZERO)


def move_funds(stock: Stock, periods: int, document: dict[str, Any]) -> None:
    """Take what is promised off the totals of funds, and tie it to its projects in ``fund_amounts``."""
    for row in document.get("funds", []):
        if row.get("total") is not None:
            left = exact(row["total"]) - _paid_before(stock, str(row["fund"]), periods)
            row["total"] = rounded(max(ZERO, left))
    if not stock.reading.funds or not stock.instance.is_on("funds"):
        return
    fixed = {option.project: option for option in stock.funded if option.selection < periods and option.commitment}
    amounts = [row for row in document.get("fund_amounts", []) if row["project"] not in fixed]
    for project in sorted(fixed):
        payments = {fund: stock.amounts.payments.get((fund, project), ZERO) for fund in stock.reading.funds}
        rest = max(payments, key=lambda fund: payments[fund])
        payers = [fund for fund in payments if _may_pay(stock, fund, project)]
        for fund in payers:
            tied = {"project": project, "fund": fund}
            # The largest payer bears what the others leave, so that all add up whatever was rounded.
            paid = rounded(payments[fund])
            amounts.append(tied if fund == rest else {**tied, "min": paid, "max": paid})
    if amounts:
        document["fund_amounts"] = amounts


def _may_pay(stock: Stock, fund: str, project: str) -> bool:
    row, cells = stock.reading.funds[fund], stock.reading.projects[project]
    if row["listed_only"] and (project, fund) not in stock.reading.fund_amounts:
        return False
    columns = (("eligible_sectors", "sector"), ("eligible_regions", "region"))
    return all(not row[column] or cells[own] in row[column] for column, own in columns)  # type: ignore[operator]


def move_programs(stock: Stock, periods: int, document: dict[str, Any]) -> None:
    """Take what was bought off the greatest amounts in all."""
    for row in document.get("programs", []):
        if row.get("max_total") is not None:
            bought = sum(
                (
                    amount
                    for (program, period), amount in stock.amounts.purchases.items()
                    if program == row["program"] and period < periods
                ),
                ZERO,
            )
            row["max_total"] = rounded(max(ZERO, exact(row["max_total"]) - bought))


def move_slots(used: Mapping[str, int], document: dict[str, Any]) -> None:
    """Take fast-track slots that are spent off their number; permits of a pool share one."""
    permits = document.get("permits", [])
    pools: dict[str, int] = {}
    for row in permits:
        track = f"pool {row['fast_track_pool']}" if row.get("fast_track_pool") else f"permit {row['permit']}"
        pools[track] = pools.get(track, 0) + used.get(str(row["permit"]), 0)
    for row in permits:
        track = f"pool {row['fast_track_pool']}" if row.get("fast_track_pool") else f"permit {row['permit']}"
        if row.get("fast_track_slots") is not None and pools[track]:
            row["fast_track_slots"] = max(0, row["fast_track_slots"] - pools[track])


def move_limits(before: Stock, after: Stock) -> list[Record] | None:
    """Return ``limits`` whose bounds on amounts in all have moved by what the plan that stands has; None: as it was.

    What counts in the calendar alone (use, draws, cash, cost) is less by what is past, present values stand at
    another date: a bound keeps its distance to the plan. What grows from year to year grows from the last year past.
    """
    past = before.instance.periods - after.instance.periods
    rows, changed = list[Record](), False
    for record in after.instance["limits"].records():
        row = {name: cell for name, cell in record.items() if cell is not None and not name.startswith("x_")}
        if past and {"max_growth_share", "max_growth"} & set(row):
            changed = True
            rows += _grown_from(before, record, row, past)
            continue
        if row["every"] != "total" or row["basis"] != "absolute":
            rows.append(row)
            continue
        old, new = (amounts_by_group(stock.reading, record, stock.scores) for stock in (before, after))
        moved = {group: old[group] - new.get(group, ZERO) for group in old}
        if not any(moved.values()):
            rows.append(row)
            continue
        changed = True
        for group, gone in moved.items():
            own = {} if group == EVERYTHING else {"group": group}
            bounds = {side: _bound(row, side, gone) for side in ("min", "max") if row.get(side) is not None}
            rows.append({**row, **own, **bounds})
    return rows if changed else None


def _grown_from(before: Stock, record: Record, row: Record, past: int) -> list[Record]:
    """Return a row that limits growth, a row a group: each grows from what it had in the last year or period past."""
    size = (before.instance.periods_per_year or 1) if row["every"] == "year" else 1
    had = amounts_by_group(before.reading, record, before.scores, past // size - 1)
    groups = [{} if group == EVERYTHING else {"group": group} for group in had]
    return [{**row, **own, "growth_from": rounded(amount)} for own, amount in zip(groups, had.values(), strict=True)]


def _bound(row: Record, side: str, gone: Fraction) -> Any:
    bound = exact(row[side]) - gone
    return rounded(bound if bound > 0 or exact(row[side]) < 0 else ZERO)
