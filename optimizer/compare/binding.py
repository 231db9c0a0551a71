"""What binds in each set, runs of neighbouring periods as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from outlay.instances.instance import Instance


def binding_table(
    sets: Sequence[str], resolved: Mapping[str, Instance], runs: Mapping[str, Mapping[str, Any]]
) -> pd.DataFrame:
    """Return the limits that are used up: set, family, resource, what (periods merged), used, limit, slack."""
    columns = ["set", "family", "resource", "what", "used", "limit", "slack"]
    records: list[list[Any]] = []
    for name in sets:
        table = runs[name]["tables"].get("binding")
        if table is not None:
            records.extend([name, *row] for row in merge_periods(resolved[name], pd.DataFrame(**_frame(table))))
    return pd.DataFrame(records, columns=columns)


def _frame(document: Mapping[str, Any]) -> dict[str, Any]:
    return {"data": document["rows"], "columns": document["columns"]}


def merge_periods(instance: Instance, binding: pd.DataFrame) -> list[list[Any]]:
    """Return binding rows with runs of neighbouring periods merged: family, resource, what, used, limit, slack.

    Amounts are those of the fullest period of a run.
    """
    merged: list[list[Any]] = []
    #: Of each resource: the last period, and the label of the first one of its run.
    runs: dict[str, tuple[int, str]] = {}
    rows: list[dict[str, Any]] = binding.to_dict("records")  # type: ignore[assignment]
    for row in rows:
        resource, used, limit = row["resource"], float(row["used"]), float(row["limit"])
        amounts = [used, limit, abs(limit - used)]
        if row["period"] is None or pd.isna(row["period"]):
            merged.append([row["family"], resource, row["what"], *amounts])
            continue
        period, basis = int(row["period"]), _basis(instance, resource)
        label, cumulative = _label(instance, period, basis), basis == "cumulative"
        step = (instance.periods_per_year or 1) if basis == "per_year" else 1
        last, first = runs.get(resource, (-1, label))
        if merged and merged[-1][1] == resource and resource in runs and last == period - step:
            merged[-1][2] = f"{resource} {label}" if cumulative else f"{resource} {first} to {label}"
            if amounts[2] < merged[-1][5]:
                merged[-1][3:] = amounts
        else:
            first = label
            merged.append([row["family"], resource, f"{resource} {label}", *amounts])
        runs[resource] = (period, first)
    return merged


def _label(instance: Instance, period: int, basis: str) -> str:
    """Return a period, the year of a yearly block, or up to when a total counts: as answers tell it."""
    if basis != "cumulative":
        return instance.limit_label(period, basis)
    return "in all" if period == instance.periods - 1 else f"up to {instance.period_label(period)}"


def _basis(instance: Instance, resource: str) -> str:
    rows = instance["resources"]
    number = rows.index.get((resource,))
    return "" if number is None else rows.texts("basis")[number]
