"""Checks of steps of scale: one curve a project, whose steps join and whose money rises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from outlay.instances.checks.scope import Scope
from outlay.instances.dictionary.vocabulary import Cell
from outlay.instances.errors import Fault

Record = dict[str, Cell]


def steps(scope: Scope) -> Iterator[Fault]:
    """Yield steps that are half told, do not join, cost less than smaller ones, or have own free cash with a loan."""
    curves: dict[str, list[tuple[Decimal, Decimal, Record]]] = {}
    for row in scope.instance.alternatives.records():
        low, high = row["from_scale"], row["to_scale"]
        if low is None and high is None:
            continue
        if not isinstance(low, Decimal) or not isinstance(high, Decimal):
            column = "from_scale" if low is None else "to_scale"
            yield _fault(scope, row, column, "a step has two ends", "give from_scale and to_scale")
        elif low > high:
            yield _fault(scope, row, "from_scale", f"it exceeds to_scale ({high})", "swap them")
        else:
            yield from _alone(scope, row)
            curves.setdefault(str(row["project"]), []).append((low, high, row))
    for curve in curves.values():
        yield from _joined(scope, sorted(curve, key=lambda step: step[:2]))


def _alone(scope: Scope, row: Record) -> Iterator[Fault]:
    if row["min_scale"] != 1:
        yield _fault(scope, row, "min_scale", "a step has ends instead", "leave it blank")
    if scope.instance.settings.finance is not None and _has_own_cash(scope, row):
        problem = "its own cash flows follow the scale and its loan the commitment, so that no curve has one figure"
        yield _fault(scope, row, "to_scale", problem, "use cash_yield instead of the cash flows, or delete [finance]")


def _has_own_cash(scope: Scope, row: Record) -> bool:
    """Return whether rows of ``cashflows`` with a blank metric say what the alternative earns."""
    return any(
        flow["metric"] is None
        and flow["project"] == row["project"]
        and flow["alternative"] in {None, row["alternative"]}
        for flow in scope.instance["cashflows"].records()
    )


def _joined(scope: Scope, curve: list[tuple[Decimal, Decimal, Record]]) -> Iterator[Fault]:
    for (_, end, before), (low, high, row) in pairwise(curve):
        if low != end or high == low:
            problem = f"steps of one curve join, and the one before it, {before['alternative']}, ends at {end}"
            yield _fault(scope, row, "from_scale", problem, f"write {end}, and a greater to_scale")
        first, second = before["commitment"], row["commitment"]
        if isinstance(first, Decimal) and isinstance(second, Decimal) and second < first:
            problem = f"more of it cannot cost less in all than {before['alternative']} ({first})"
            yield _fault(scope, row, "commitment", problem, "write what there is in all at to_scale")


def _fault(scope: Scope, row: Record, column: str, problem: str, remedy: str) -> Fault:
    """Return a fault of an alternative, where it or its project stands."""
    who = (row["project"], row["alternative"])
    for table, key in (("alternatives", who), ("projects", who[:1])):
        place = scope.instance[table].index.get(key)
        if place is not None:
            return replace(scope.fault(table, place, column, problem, remedy), value="@".join(map(str, who)))
    raise KeyError(who)
