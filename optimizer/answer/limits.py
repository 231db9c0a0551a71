"""Every limit of an instance at a plan: how much is used, and what of it keeps projects out.

One row a limit, in its tightest period: resources by their own basis, funds, the rows of ``limits``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from outlay.instances.plan import Plan
from outlay.models.arrays.frames import data_frame
from outlay.models.arrays.rows import RowBlock
from outlay.models.case import Case
from outlay.models.families.limits import limit_levels
from outlay.optimizer.answer.reason import Reason
from outlay.optimizer.tolerances import NOTHING, REAL_SHARE

if TYPE_CHECKING:
    import pandas as pd

LIMIT_COLUMNS = ("limit", "family", "unit", "when", "side", "used", "available", "share")


def limits_table(case: Case, blocks: Sequence[RowBlock], resources: pd.DataFrame, point: np.ndarray) -> pd.DataFrame:
    """Return every limit that is on: limit, family, unit, when, side, used, available, share."""
    records = [*_resource_rows(case, resources), *_fund_rows(case, blocks, point), *_limit_rows(case, point)]
    return data_frame(records, columns=list(LIMIT_COLUMNS))


def keeps_out_table(losers: Mapping[str, Reason]) -> pd.DataFrame:
    """Return the limits that losers would exceed, those that keep out most worth first: limit, projects, worth, ..."""
    found: dict[str, list[tuple[str, float, bool]]] = {}
    for project, reason in losers.items():
        for limit in reason.limits:
            found.setdefault(limit, []).append((project, reason.worth, len(reason.limits) == 1))
    records = [
        [
            limit,
            len(rows),
            math.fsum(worth for _, worth, _ in rows),
            sum(alone for _, _, alone in rows),
            ";".join(project for project, _, _ in sorted(rows, key=lambda row: (-row[1], row[0]))),
        ]
        for limit, rows in found.items()
    ]
    records.sort(key=lambda record: (-record[2], record[0]))  # type: ignore[operator]
    return data_frame(records, columns=["limit", "projects", "worth", "alone", "which"])


def _resource_rows(case: Case, resources: pd.DataFrame) -> Iterator[list[Any]]:
    rows = resources[resources["on"].astype(bool)]
    for row in peaks(rows, case.instance.periods):
        family = case.instance.family_of(row["resource"])
        idle = row["net"] <= NOTHING and row["basis"] != "cumulative"
        when = "" if idle else row["when"]
        share = row["share"]
        yield [row["resource"], family, row["unit"] or "", when, "at most", row["net"], row["limit"], share]


def _fund_rows(case: Case, blocks: Sequence[RowBlock], point: np.ndarray) -> Iterator[list[Any]]:
    if not case.funds_on:
        return
    unit, label = case.instance.settings.money_unit, case.instance.period_label
    names = case.instance["funds"].texts("fund")
    rows: dict[str, list[list[Any]]] = {}
    for block in blocks:
        if block.name not in {"fund_total_kept", "fund_ceiling_kept", "fund_yearly_limit_kept"}:
            continue
        paid = block.matrix @ point
        for row, key in enumerate(block.keys):
            name, period = key if isinstance(key, tuple) else (str(key), None)
            year = block.name == "fund_yearly_limit_kept"
            when = (
                "in all"
                if period is None
                else f"year from {label(period)}"
                if year
                else "in all"
                if period == case.instance.periods - 1
                else f"to {label(period)}"
            )
            limit = float(block.upper[row])
            amount = float(paid[row])
            share = amount / limit if limit > 0 else None
            rows.setdefault(name, []).append([f"fund {name}", "funds", unit, when, "at most", amount, limit, share])
    place = dict(zip(case.block("pay").keys, case.block("pay").columns.tolist(), strict=True))
    for name in names:
        if name in rows:
            yield max(rows[name], key=lambda row: (row[-1] or 0.0, row[-2]))
        else:
            paid_in_all = math.fsum(float(point[at]) for (fund, _), at in place.items() if fund == name)
            yield [f"fund {name}", "funds", unit, "in all", "at most", paid_in_all, None, None]


def _limit_rows(case: Case, point: np.ndarray) -> Iterator[list[Any]]:
    if not case.instance.is_on("limits"):
        return
    tightest: dict[tuple[str, str], list[Any]] = {}
    for level in limit_levels(case, point):
        for side, bound in (("at most", level.high), ("at least", level.low)):
            if not math.isfinite(bound):
                continue
            share = level.found / bound if bound else None
            row = [level.words, "limits", level.unit, level.when, side, level.found, bound, share]
            known = tightest.get((level.words, side))
            if known is None or _nearer(row, known, side):
                tightest[level.words, side] = row
    yield from tightest.values()


def _nearer(row: list[Any], known: list[Any], side: str) -> bool:
    """Return whether a row leaves less room than another one of the same limit."""
    sign = 1.0 if side == "at most" else -1.0
    return bool(sign * (row[-3] - row[-2]) > sign * (known[-3] - known[-2]))


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
            return 0.0 if row["net"] <= NOTHING else math.inf
        return float(row["share"])

    top = max(tightness(row) for row in rows)
    same = [row for row in rows if tightness(row) >= top - NOTHING or tightness(row) == top]
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


#: What `procurement` is made of: kind, the plan's amounts, the block of columns that cost.
_PROCURED = (("bought", "purchases", "buy"), ("imported", "imports", "import_"), ("short", "shortfalls", "shortfall"))


def procurement_table(case: Case, plan: Plan) -> pd.DataFrame:
    """Return what must be bought or imported and what is short: kind, name, of, unit, amount, most, first, last, cost.

    `amount` is the sum over the periods, `most` the largest of a period; for what is short of a resource with a basis
    per period the sum is none of anything, so only `most` counts. `cost` is discounted, as in the metric `cost`.
    """
    programs, resources = case.instance["programs"], case.instance["resources"]
    resource_of = dict(zip(programs.texts("program"), programs.texts("resource"), strict=True))
    unit_of = dict(zip(resources.texts("resource"), resources.texts("unit"), strict=True))
    records = []
    for kind, name, block in _PROCURED:
        columns = case.block(block)
        price = dict(zip(columns.keys, case.cost[columns.columns].tolist(), strict=True))
        amounts: dict[str, dict[int, float]] = {}
        for (what, period), amount in getattr(plan, name).items():
            amounts.setdefault(what, {})[period] = amount
        for what, by_period in sorted(amounts.items()):
            resource = resource_of.get(what, what)
            largest = max(by_period.values())
            real = {period: amount for period, amount in by_period.items() if amount > REAL_SHARE * largest}
            label = case.instance.period_label
            cost = math.fsum(price.get((what, period), 0.0) * amount for period, amount in real.items())
            records.append(
                [
                    kind, what, resource, unit_of.get(resource, ""), math.fsum(real.values()), largest,
                    label(min(real)), label(max(real)), cost,
                ]
            )  # fmt: skip
    columns_ = ["kind", "name", "of", "unit", "amount", "most", "first", "last", "cost"]
    return data_frame(records, columns=columns_)
