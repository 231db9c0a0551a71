"""Dependencies: what waits for what, what excludes or helps what, and what a lender makes of a saving."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from tests.brute_force.draft import Draft


def add_dependency(draft: Draft) -> None:
    """Add one dependency; rows of `requires` that wait only of earlier letters, so that there is no circle."""
    draw = draft.draw
    first, second = sorted(draw.some(draft.ids, 2, 2), reverse=True)
    kinds = {"requires": 9, "requires_any": 3, "requires_count": 3, "excludes": 5, "at_most": 3, "together": 5}
    kind = draw.weighted({**kinds, "synergy": 11, **({"same_year": 8} if draft.has_years else {})})
    row: dict[str, Any] = {"kind": kind}
    others = [project for project in draft.ids if project not in {first, second}]
    if others and draw.chance(0.45):
        row["when"] = ";".join(draft.choice(project, 0.25) for project in draw.some(others, 1, 2))
    if kind.startswith("requires"):
        row |= _waiting(draft)
    if kind == "same_year":
        row["at"] = draw.pick(["start", "operation", "operation", None])
    if kind == "synergy":
        row["bonus"] = draw.number(-8, 0) if draw.chance(0.4) else draw.number(1, 10)
        closed = {"count", "cost", "commitment"}
        metrics = [name for name in draft.metrics if name not in closed and not name.startswith("use:")]
        row["metric"] = draft.maybe(0.5, draw.pick(metrics))
        first, second = _joint_saving(draft, row, first, second)
    if kind in {"requires_any", "requires_count", "at_most"}:
        # Of each kind and project only one group, since the rows of a group agree.
        row["group"] = f"g{len(draft.rows('dependencies'))}" if kind != "requires_any" or "when" in row else None
        if draw.chance(0.2):
            first, second = second, first
        _add_group(draft, row, draft.choice(first, 0.2), [second, *draw.some(others, 0, 2)])
        return
    if kind == "requires" and (row["at"] == "never" or (row["lag_months"] or 0) < 0) and draw.chance(0.5):
        first, second = second, first
    draft.add("dependencies", project=draft.choice(first), needs=draft.choice(second), **row)


def _joint_saving(draft: Draft, row: dict[str, Any], first: str, second: str) -> tuple[str, str]:
    """Turn a bonus into a saving on the commitment of an indivisible project now and then; return the sides."""
    draw, taken = draft.draw, {one["project"].partition("@")[0]: one for one in draft.rows("dependencies")}
    for own, other in ((first, second), (second, first)):
        cells = draft.cells(next(project for project in draft.projects if project["id"] == own))
        least = min(float(one["commitment"]) for one in cells)
        whole = all(one.get("min_scale", 1) == 1 and "to_scale" not in one for one in cells)
        had = taken.get(own, {"metric": "commitment"})
        if whole and least > 1 and had.get("metric") == "commitment" and draw.chance(0.7):
            # Sets may halve commitments, twice.
            shares = [0.1, 0.2, 0.24] if own not in taken else [0.1]
            before = -sum(one["bonus"] for one in draft.rows("dependencies") if one["project"].partition("@")[0] == own)
            saved = round(least * draw.pick(shares), 2)
            if before + saved <= 0.24 * least + 0.01:
                row |= {"metric": "commitment", "bonus": -saved}
                return own, other
    return first, second


def let_lender_ask_for_savings(draft: Draft) -> None:
    """Let the lender of a project that saves accept, more or less, what it refuses without the saving."""
    row = next((row for row in draft.rows("dependencies") if row.get("metric") == "commitment"), None)
    if row is None or not draft.finance:
        return
    name = row["project"].partition("@")[0]
    cells = draft.cells(next(project for project in draft.projects if project["id"] == name))[0]
    named = cells.get("terms") or draft.document["instance"]["finance"].get("terms")
    terms = next((terms for terms in draft.rows("terms") if terms["terms"] == named), None)
    if terms is None or not cells.get("cash_yield"):
        return
    rate, tenor = float(terms["rate"]), int(terms["tenor_years"])
    service = rate / (1 - (1 + rate) ** -tenor) if rate else 1 / tenor
    building = (1 + rate) ** (float(cells.get("construction_months", draft.m)) / 12)
    cover = float(cells["cash_yield"]) / service / building
    eased = float(cells["commitment"]) / (float(cells["commitment"]) + row["bonus"])
    terms["min_dscr"] = round(cover * (1 + eased) / 2, 2)


def _waiting(draft: Draft) -> dict[str, Any]:
    """Return how long one project waits for another, at least and at most, or that it does not."""
    draw, m = draft.draw, draft.m
    if draw.chance(0.2):
        return {"at": "never"}
    lag = draft.maybe(0.8, draw.pick([m, m + 1, 0.5, 1, 1, -m, -2 * m, -2 * m, -1, -3 * m]))
    least = -(-Fraction(str(lag or 0)) // m) * m
    most = draft.maybe(0.3, int(least) + draw.pick([0, 1, m, 2 * m]))
    at = draw.pick(["start", "operation", "operation", None])
    return {"at": at, "lag_months": lag, "max_lag_months": most, "strength": draft.maybe(0.2, 0.5)}


def _add_group(draft: Draft, row: dict[str, Any], side: str, needed: list[str]) -> None:
    draw, m = draft.draw, draft.m
    if row["kind"] == "requires_any" and row["group"] is None:
        row["group"] = draft.maybe(0.5, draw.pick(["g1", "g2"]))
    if row["kind"] == "requires_count":
        row["count"] = draw.whole(1, len(needed))
    if row["kind"] == "at_most":
        row["count"] = draw.whole(0, len(needed))
    for name in needed:
        cells = dict(row)
        if row["kind"] != "at_most" and row.get("at") != "never" and row.get("max_lag_months") is None:
            cells["lag_months"] = draw.pick([row.get("lag_months"), 0, -m, -2 * m])
        draft.add("dependencies", project=side, needs=draft.choice(name, 0.25), **cells)
    if row["kind"] == "at_most" and draw.chance(0.8):
        draft.add("dependencies", project=draw.pick(draft.ids), **row)
