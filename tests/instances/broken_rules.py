"""Small changes that break one rule across tables each, and the fault that each must draw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Document = dict[str, Any]


def cell(table: str, row: int, /, **cells: Any) -> Callable[[Document], None]:
    """Return what changes cells of one row (counted from 1)."""
    return lambda document: document[table][row - 1].update(cells)


def added(table: str, /, **cells: Any) -> Callable[[Document], None]:
    return lambda document: document[table].append(cells)


def setting(key: str, value: Any) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        part = document["instance"]
        *path, last = key.split(".")
        for name in path:
            part = part.setdefault(name, {})
        part[last] = value

    return change


def all_of(*changes: Callable[[Document], None]) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        for one in changes:
            one(document)

    return change


def no_loan(document: Document) -> None:
    del document["instance"]["finance"]
    document["instance"]["discount_rates"] = {}


# What is broken, and the fault: where, row, column, part of the problem.
RULES: dict[str, tuple[Callable[[Document], None], str, int | None, str | None, str]] = {
    "unknown permit": (cell("projects", 1, permit="aire"), "projects", 1, "permit", "no such row in permits"),
    "unknown terms": (cell("alternatives", 2, terms="x"), "alternatives", 2, "terms", "no such row in terms"),
    "unknown project of an alternative": (
        added("alternatives", project="Z", alternative="a"),
        "alternatives",
        3,
        "project",
        "no such row in projects",
    ),
    "unknown agency": (cell("permits", 1, agency="x"), "permits", 1, "agency", "no such row in resources"),
    "unknown parent": (cell("resources", 3, parent="x"), "resources", 3, "parent", "no such row in resources"),
    "unknown resource required": (cell("requirements", 1, resource="x"), "requirements", 1, "resource", "no such row"),
    "unknown project required": (cell("requirements", 1, project="x"), "requirements", 1, "project", "no such row"),
    "unknown resource of a program": (cell("programs", 1, resource="x"), "programs", 1, "resource", "no such row"),
    "unknown start of a link": (cell("links", 1, from_resource="x"), "links", 1, "from_resource", "no such row"),
    "unknown end of a link": (cell("links", 1, to_resource="x"), "links", 1, "to_resource", "no such row"),
    "unknown capacity": (cell("links", 1, capacity_resource="x"), "links", 1, "capacity_resource", "no such row"),
    "unknown import": (cell("imports", 1, resource="x"), "imports", 1, "resource", "no such row"),
    "unknown project of a cash flow": (cell("cashflows", 1, project="x"), "cashflows", 1, "project", "no such row"),
    "unknown level": (cell("availability", 2, resource="x"), "availability", 2, "resource", "no such resource or fund"),
    "a fund called like a resource": (added("funds", fund="crew"), "funds", 2, "fund", "a resource has the same name"),
    "alternative of another project": (
        cell("requirements", 2, alternative="base"),
        "requirements",
        2,
        "alternative",
        "project B has no such alternative",
    ),
    "cash flow of no alternative": (cell("cashflows", 1, alternative="x"), "cashflows", 1, "alternative", "no such"),
    "dependency of nobody": (cell("dependencies", 2, project="Z"), "dependencies", 2, "project", "no such project"),
    "dependency on nobody": (cell("dependencies", 2, needs="B@x"), "dependencies", 2, "needs", "no such alternative"),
    "dependency with a date": (
        cell("dependencies", 2, needs="B@large@2026-01"),
        "dependencies",
        2,
        "needs",
        "does not name a choice",
    ),
    "dependency on itself": (
        cell("dependencies", 2, needs="C@base"),
        "dependencies",
        2,
        "needs",
        "cannot depend on itself",
    ),
    "unknown metric limited": (cell("limits", 1, metric="jbos"), "limits", 1, "metric", "metric is unknown"),
    "unknown metric shared": (cell("limits", 2, of="x"), "limits", 2, "of", "metric is unknown"),
    "unknown metric weighed": (cell("stakeholders", 1, metric="x"), "stakeholders", 1, "metric", "metric is unknown"),
    "unknown metric of a bonus": (cell("dependencies", 2, metric="x"), "dependencies", 2, "metric", "is unknown"),
    "unknown metric discounted": (setting("discount_rates.x", 0), "instance", None, "discount_rates.x", "is unknown"),
    "unknown metric wanted": (setting("objective.x", 1), "instance", None, "objective.x", "metric is unknown"),
    "unknown metric in a level": (
        setting("objective", [{"weights": {"x": 1}}]),
        "instance",
        None,
        "objective.x",
        "metric is unknown",
    ),
    "cash flow of a metric of the engine": (
        cell("cashflows", 1, metric="us_npv"),
        "cashflows",
        1,
        "metric",
        "computes",
    ),
    "cash flow of a use": (cell("cashflows", 1, metric="use:crew"), "cashflows", 1, "metric", "computes"),
    "bonus on the count": (cell("dependencies", 2, metric="count"), "dependencies", 2, "metric", "cannot add"),
    "bonus on a use": (cell("dependencies", 2, metric="use:crew"), "dependencies", 2, "metric", "cannot add"),
    "unknown stakeholder": (setting("objective", "@x"), "instance", None, "objective", "no such stakeholder"),
    "stakeholder without sign": (setting("objective", "city"), "instance", None, "objective", "not the @name"),
    "unknown family": (
        setting("applied.disable", ["labor"]),
        "instance",
        None,
        "applied.disable",
        "no such constraint",
    ),
    "choice is never off": (setting("applied.disable", ["choice"]), "instance", None, "applied.disable", "no such"),
    "unknown project forced": (
        setting("applied.force_in", ["Z"]),
        "instance",
        None,
        "applied.force_in",
        "no such project",
    ),
    "unknown alternative forced": (
        setting("applied.force_out", ["A@x"]),
        "instance",
        None,
        "applied.force_out",
        "no such alternative",
    ),
    "forced too precisely": (
        setting("applied.force_in", ["A@base@2026-01@2"]),
        "instance",
        None,
        "applied.force_in",
        "does not name a choice",
    ),
    "forced at no date": (
        setting("applied.force_in", ["A@base@2026-13"]),
        "instance",
        None,
        "applied.force_in",
        "does not name a choice",
    ),
    "forced after the end": (
        setting("applied.force_in", ["A@base@2030-01"]),
        "instance",
        None,
        "applied.force_in",
        "outside the calendar",
    ),
    "forced in and out": (setting("applied.force_out", ["A"]), "instance", None, "applied.force_in", "forced out too"),
    "forced in within what is out": (
        all_of(setting("applied.force_in", ["B@small"]), setting("applied.force_out", ["B"])),
        "instance",
        None,
        "applied.force_in",
        "forced out too (B)",
    ),
    "two alternatives forced in": (
        all_of(setting("applied.force_in", ["B@small", "B@large"]), setting("applied.force_out", [])),
        "instance",
        None,
        "applied.force_in",
        "forced in twice",
    ),
    "two starts forced in": (
        setting("applied.force_in", ["A@base@2026-07", "A", "A@base@2027-01"]),
        "instance",
        None,
        "applied.force_in",
        "forced in twice",
    ),
    "provenance of nothing": (cell("provenance", 1, table="projetcs"), "provenance", 1, "table", "no such table"),
    "cycle of requires": (
        added("dependencies", project="A", needs="B", kind="requires"),
        "dependencies",
        None,
        "needs",
        "in a circle",
    ),
    "earliest start after the end": (
        cell("projects", 2, earliest_start="2029-08"),
        "projects",
        2,
        "earliest_start",
        "no period begins at or after it",
    ),
    "level after the end": (
        added("availability", resource="crew", **{"from": "2031-01"}),
        "availability",
        4,
        "from",
        "no period",
    ),
    "import after the end": (cell("imports", 1, **{"from": "2031-01"}), "imports", 1, "from", "no period"),
    "latest start before": (cell("projects", 2, latest_start="2025-12"), "projects", 2, "latest_start", "outside"),
    "latest start after": (cell("projects", 2, latest_start="2030-01"), "projects", 2, "latest_start", "outside"),
    "last selection after": (
        setting("calendar.last_selection", "2030-01"),
        "instance",
        None,
        "calendar.last_selection",
        "outside the calendar",
    ),
    "another unit than the parent": (
        cell("resources", 4, unit="crews"),
        "resources",
        4,
        "parent",
        "its unit is 'crews'",
    ),
    "circle of parents": (
        cell("resources", 3, parent="crew/north"),
        "resources",
        3,
        "parent",
        "crew -> crew/north -> crew",
    ),
    "tolerance without penalty": (cell("resources", 3, tolerance=0.1), "resources", 3, "tolerance", "needs a penalty"),
    "requirement of an engine resource": (
        cell("requirements", 1, resource="commitments"),
        "requirements",
        1,
        "resource",
        "engine fills",
    ),
    "agency that the engine fills": (
        all_of(cell("resources", 1, kind="permit"), cell("permits", 2, agency="commitments")),
        "permits",
        2,
        "agency",
        "engine fills",
    ),
    "link that uses an engine resource": (
        cell("links", 1, capacity_resource="commitments"),
        "links",
        1,
        "capacity_resource",
        "engine fills",
    ),
    "funded at no scale": (cell("projects", 3, min_scale=0), "projects", 3, "min_scale", "greater than 0"),
    "funded at no scale, by the alternative": (
        cell("alternatives", 1, min_scale=0),
        "alternatives",
        1,
        "min_scale",
        "greater than 0",
    ),
    "phase and months": (cell("requirements", 1, from_month=0), "requirements", 1, "phase", "exclude each other"),
    "neither phase nor months": (cell("requirements", 1, phase=None), "requirements", 1, "phase", "must say when"),
    "window without length": (cell("requirements", 2, to_month=0), "requirements", 2, "to_month", "ends before"),
    "cash flow without length": (cell("cashflows", 1, from_month=12), "cashflows", 1, "to_month", "ends before"),
    "permit without time": (cell("permits", 2, mode=None), "permits", 2, "review_months", "has no time"),
    "agency of another kind": (cell("permits", 2, agency="crew"), "permits", 2, "agency", "of kind permit"),
    "two numbers of a pool": (
        cell("permits", 2, fast_track_slots=3),
        "permits",
        2,
        "fast_track_slots",
        "another permit",
    ),
    "group of all": (cell("limits", 2, group="x"), "limits", 2, "group", "no groups"),
    "group of nobody": (cell("limits", 1, group="watr"), "limits", 1, "group", "no project has this sector"),
    "tag of nobody": (cell("limits", 1, by="tag", group="z"), "limits", 1, "group", "no project has this tag"),
    "share of what": (cell("limits", 2, basis="absolute"), "limits", 2, "of", "only a share"),
    "cost of a group": (cell("limits", 1, metric="cost"), "limits", 1, "by", "belongs to no project"),
    "min above max": (cell("limits", 1, min=7), "limits", 1, "min", "exceeds max (6)"),
    "unknown default terms": (
        all_of(setting("finance.terms", "x"), cell("projects", 1, terms="usual")),
        "instance",
        None,
        "finance.terms",
        "no such row in terms",
    ),
    "no terms": (
        all_of(setting("finance.terms", None), cell("projects", 1, terms="usual"), cell("projects", 2, terms="usual")),
        "projects",
        3,
        "terms",
        "no loan terms",
    ),
    "no life": (cell("projects", 3, life_years=None), "projects", 3, "life_years", "needs years of operation"),
    "loan metric limited without loan": (
        all_of(no_loan, cell("limits", 1, metric="us_npv")),
        "limits",
        1,
        "metric",
        "no loan is modelled",
    ),
    "share of a loan metric without loan": (
        all_of(no_loan, cell("limits", 2, of="us_npv")),
        "limits",
        2,
        "of",
        "no loan",
    ),
    "loan metric weighed without loan": (
        all_of(no_loan, setting("objective.japan_npv", 1)),
        "instance",
        None,
        "objective.japan_npv",
        "no loan is modelled",
    ),
    "loan metric of a stakeholder without loan": (
        all_of(no_loan, cell("stakeholders", 1, metric="us_npv")),
        "stakeholders",
        1,
        "metric",
        "no loan is modelled",
    ),
    "loan metric of a bonus without loan": (
        all_of(no_loan, cell("dependencies", 2, metric="us_npv")),
        "dependencies",
        2,
        "metric",
        "no loan is modelled",
    ),
    "least share above greatest": (cell("funds", 1, max_share=0.4), "funds", 1, "min_share", "exceeds max_share"),
    "least portfolio share above greatest": (
        cell("funds", 1, portfolio_min_share=0.4, portfolio_max_share=0.3),
        "funds",
        1,
        "portfolio_min_share",
        "exceeds portfolio_max_share",
    ),
}
