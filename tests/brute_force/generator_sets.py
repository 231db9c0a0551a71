"""Constraint sets: named changes of which a case applies one, or two joined by +."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.brute_force.draft import Draft
from tests.brute_force.generator_rules import add_switches


def add_sets(draft: Draft) -> str:
    """Add one or two sets to the document and return the name of what is to be applied."""
    draw = draft.draw
    first, second, third = draw.some(list(CHANGES), 3, 3)
    sets: dict[str, Any] = {"changed": _a_set(draft, [first, second])}
    name = "changed"
    if draw.chance(0.5):
        sets["more"] = {"change": [change] if (change := _change(draft, third)) else []}
        if draw.chance(0.5):
            sets["more"]["extends"] = draw.pick(["changed", ["changed"]])
            name = "more"
        else:
            name = "changed+more"
    draft.document["sets"] = sets
    return name


def _a_set(draft: Draft, kinds: list[str]) -> dict[str, Any]:
    draw = draft.draw
    body: dict[str, Any] = {"title": "A changed world"}
    changes = [change for kind in kinds[: draw.whole(1, 2)] if (change := _change(draft, kind))]
    if changes:
        body["change"] = changes
    if draw.chance(0.65):
        body |= add_switches(draft)
    on = draft.document["instance"].get("applied", {}).get("disable")
    if on and draw.chance(0.9):
        body["enable"] = on[:1]
        body.pop("disable", None)
    if draw.chance(0.3):
        body["objective"] = {"value": 1, "commitment": -0.2}
    return body


def _change(draft: Draft, kind: str) -> dict[str, Any] | None:
    """Return one operation on one table, or None where there is nothing for it to change."""
    return CHANGES[kind](draft)


def _levels(draft: Draft) -> dict[str, Any] | None:
    draw, rows = draft.draw, draft.rows("availability")
    if not rows:
        return None
    blank = {row["resource"] for row in rows if row["amount"] is None}
    names = sorted({row["resource"] for row in rows} - blank)
    if not names or draw.chance(0.2):
        return {"table": "availability", "where": {"resource": "*"}, "set": {"note": "looked at"}}
    where = {"resource": draw.pick(names)} if blank or draw.chance(0.6) else {}
    return {"table": "availability", "where": where, "scale": {"amount": draw.pick([0.8, 1.2, 1.5])}}


def _worth(draft: Draft) -> dict[str, Any]:
    where = {"id": draft.draw.some(draft.ids, 1, 2)}
    return {"table": "projects", "where": where, "add": {"value": draft.draw.number(-3, 6)}}


def _price(draft: Draft) -> dict[str, Any]:
    return {"table": "projects", "where": {"id": "[A-C]"}, "scale": {"commitment": draft.draw.pick([0.5, 0.9, 1.1])}}


def _status(draft: Draft) -> dict[str, Any]:
    return {"table": "projects", "where": {"id": draft.draw.pick(draft.ids)}, "set": {"status": "excluded"}}


def _addition(draft: Draft) -> dict[str, Any] | None:
    if len(draft.ids) < 2:
        return None
    first, second = draft.draw.some(draft.ids, 2, 2)
    row = {"project": first, "needs": second, "kind": draft.draw.pick(["excludes", "synergy"]), "bonus": 3}
    return {"table": "dependencies", "append": row if draft.draw.chance(0.5) else [row]}


def _calendar(draft: Draft) -> dict[str, Any]:
    return {"table": "instance", "set": {"calendar.finish_inside": draft.draw.chance(0.5)}}


def _limit(draft: Draft) -> dict[str, Any] | None:
    greatest = [row["max"] for row in draft.rows("limits") if "max" in row]
    if not greatest:
        return None
    return {"table": "limits", "where": {"max": greatest[0]}, "set": {"max": greatest[0] + 1}}


def _deletion(draft: Draft) -> dict[str, Any] | None:
    """Return a change that deletes some rows, but never all of a table nor those that make a metric known."""
    for table, column in (("cashflows", "project"), ("requirements", "project"), ("imports", "resource")):
        rows = draft.rows(table)
        names = sorted({row[column] for row in rows})
        if len(names) > 1 and not any(row.get("metric") == "taxes" for row in rows):
            return {"table": table, "where": {column: draft.draw.pick(names)}, "delete": True}
    return None


CHANGES: dict[str, Callable[[Draft], dict[str, Any] | None]] = {
    "availability": _levels,
    "value": _worth,
    "commitment": _price,
    "status": _status,
    "append": _addition,
    "calendar": _calendar,
    "limits": _limit,
    "delete": _deletion,
}
