"""Names for what a document uses, so that a test can count whether the generator covers the schema."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

Document = dict[str, Any]


def features(document: Document, constraint_set: str = "base") -> set[str]:
    """Return the name of every feature that a document uses (and the set that is applied to it)."""
    found = set()
    for part in PARTS:
        found |= set(part(document))
    return found | set(_sets(document, constraint_set))


def _rows(document: Document, table: str) -> list[dict[str, Any]]:
    return [{k: v for k, v in row.items() if v is not None} for row in document.get(table, [])]


def _settings(document: Document) -> Iterator[str]:
    settings = document["instance"]
    calendar = settings["calendar"]
    m = calendar["months_per_period"]
    yield f"months: {m if m in {3, 6, 12} else 'other'}"
    if settings.get("value_discount"):
        yield "value_discount"
    for key in (
        "last_selection", "selection_to_funding_months", "max_wait_months", "finish_inside", "price_date", "label",
        "base_date", "frozen_until",
    ):  # fmt: skip
        if calendar.get(key):
            yield f"calendar: {key}"
    for metric in settings.get("metrics", {}).values():
        yield "metric: scaled" if metric.get("scaled", True) else "metric: not scaled"
    for name in settings.get("discount_rates", {}):
        yield f"discount rate: {name}" if name in {"us_npv", "japan_npv", "cost"} else "discount rate: other"
    yield from _objective(settings.get("objective", "default"))
    applied = settings.get("applied", {})
    for key in ("disable", "force_in", "force_out"):
        if applied.get(key):
            yield f"applied: {key}"


def _objective(objective: Any) -> Iterator[str]:
    if isinstance(objective, str):
        yield "objective: default" if objective == "default" else "objective: stakeholder"
    elif isinstance(objective, dict):
        yield "objective: weights"
    else:
        yield "objective: levels"
        yield "objective: tolerance" if objective[0].get("tolerance") else "objective: no tolerance"
    levels = [objective] if isinstance(objective, dict) else [] if isinstance(objective, str) else objective
    for level in levels:
        for metric, weight in level.get("weights", level).items():
            if metric == "cost":
                yield "objective: cost named"
            if metric.startswith("use:"):
                yield "objective: use"
            if metric in {"us_npv", "japan_npv"}:
                yield "objective: npv"
            if metric.startswith("change"):
                yield "objective: changes"
            if weight < 0 and metric != "cost":
                yield "objective: negative weight"


def _projects(document: Document) -> Iterator[str]:
    start = document["instance"]["calendar"]["start"]
    columns = ("earliest_start", "latest_start", "review_remaining_months", "selection_load", "strategic_score")
    for row in _rows(document, "projects"):
        yield f"status: {row.get('status', 'candidate')}"
        yield from (f"projects: {column}" for column in columns if column in row)
        special = {
            "earliest_start before the calendar": row.get("earliest_start", start) < start,
            "several tags": ";" in row.get("tags", ""),
            "no commitment": not row["commitment"],
            "negative value": row["value"] < 0,
            "selected before the calendar": "selected" in row,
            "decided alternative": "alternative" in row,
            "decided scale": "scale" in row,
            "started before the calendar": row.get("started", start) < start,
            "started in the calendar": row.get("started", "") >= start,
        }
        yield from (f"projects: {name}" for name, true in special.items() if true)


def _alternatives(document: Document) -> Iterator[str]:
    projects, alternatives = _rows(document, "projects"), _rows(document, "alternatives")
    both = (*projects, *alternatives)
    own = {row["id"]: row for row in projects}
    profiled = [{**own.get(row.get("project"), {}), **row} for row in both if "profile" in row]
    with_rows = {row["project"] for row in alternatives}
    yield "alternatives: given" if with_rows else "alternatives: none"
    if with_rows and len(with_rows) < len(projects):
        yield "alternatives: of some projects only"
    columns = ("construction_months", "life_years", "min_scale", "permit", "terms", "ramp_years", "credit_share")
    for column in (*columns, "japan_content_share", "reinvest_every_years", "cash_yield", "escalation_per_year"):
        if any(column in row for row in both):
            yield f"alternatives: {column}"
    special = {
        "life to the horizon": any("life_years" not in row for row in projects),
        "profile by period": any(_shares(row) == draft_building(document, row) for row in profiled),
        "profile by year": any(_shares(row) < draft_building(document, row) for row in profiled),
        "steps of scale": any("to_scale" in row for row in both),
        "steps of scale with a loan": "finance" in document["instance"] and any("to_scale" in row for row in both),
        "a step that is a point": any("to_scale" in row and row["to_scale"] == row["from_scale"] for row in both),
        "bell draws": any(row.get("draw_shape") == "bell" for row in both),
        "min_scale nearly 0": any(row.get("min_scale") == 0.01 for row in both),
        "blank cells filled from the project": any(
            column not in row and column in own[row["project"]] for row in alternatives for column in columns
        ),
    }
    yield from (f"alternatives: {name}" for name, true in special.items() if true)


def _shares(row: dict[str, Any]) -> int:
    return len(row["profile"].split(";"))


def draft_building(document: Document, row: dict[str, Any]) -> int:
    """Return the periods of building of a merged row."""
    m = document["instance"]["calendar"]["months_per_period"]
    return math.ceil(Fraction(str(row.get("construction_months", m))) / m)


def _permits(document: Document) -> Iterator[str]:
    for row in _rows(document, "permits"):
        yield "permits: agency" if "agency" in row else "permits: no agency"
        for column in ("fast_track_factor", "fast_track_slots", "fast_track_pool"):
            if column in row:
                yield f"permits: {column}"
        if "review_months" not in row:
            yield "permits: mode as review time"


def _money(document: Document) -> Iterator[str]:
    finance = document["instance"].get("finance")
    if finance is None:
        yield "finance: none"
        return
    yield f"finance: {finance.get('waterfall', 'debt_service_first')}"
    if "japan_share_before" in finance:
        yield "finance: shares"
    if "terms" not in finance:
        yield "finance: no default terms"
    for raw, row in zip(document["terms"], _rows(document, "terms"), strict=True):
        for column in ("min_dscr", "recover_within_years", "min_japan_content_share", "min_japan_npv"):
            if column in row:
                yield f"terms: {column}"
        if "min_japan_npv" not in row:
            yield "terms: min_japan_npv blank" if "min_japan_npv" in raw else "terms: min_japan_npv left out"
        if not row["rate"]:
            yield "terms: rate 0"


def _resources(document: Document) -> Iterator[str]:
    dated: dict[str, int] = {}
    for row in _rows(document, "availability"):
        dated[row["resource"]] = dated.get(row["resource"], 0) + 1
        if "amount" not in row:
            yield "availability: blank"
    for row in _rows(document, "resources"):
        name, basis = row["resource"], row.get("basis", "per_period")
        engine = name in {"commitments", "draws", "selections"}
        yield f"{name}: {basis}" if engine else f"kind: {row['kind']}"
        if not engine:
            yield f"basis: {basis}"
        if dated.get(name, 0) > 1:
            yield "availability: dated, engine-filled" if engine else "availability: dated"
        if name not in dated:
            yield "availability: none"
        if "parent" in row:
            yield "resources: parent"
        yield from (f"resources: {key}" for key in row if key.startswith("carry_over"))
        if "penalty" in row:
            yield "soft: engine-filled" if engine else "soft: penalty"
            yield f"soft: {basis}"
            yield "soft: tolerance" if "tolerance" in row else "soft: no tolerance"


def _requirements(document: Document) -> Iterator[str]:
    for row in _rows(document, "requirements"):
        yield f"role: {row.get('role', 'uses')}"
        yield f"phase: {row.get('phase', 'months')}"
        yield f"shape: {row.get('shape', 'flat')}"
        if "alternative" in row:
            yield "requirements: one alternative"
        if "phase" not in row:
            if row.get("from_month", 0) < 0:
                yield "requirements: negative from_month"
            if "to_month" not in row:
                yield "requirements: to the end of life"


def _relief(document: Document) -> Iterator[str]:
    optional = {
        "programs": (
            "cost_per_unit",
            "value_per_unit",
            "lead_months",
            "min_per_period",
            "max_per_period",
            "max_total",
            "counts_against_cap",
        ),
        "links": ("capacity", "loss", "capacity_resource", "cost_per_unit"),
        "imports": ("premium_per_unit",),
    }
    for table, columns in optional.items():
        for row in _rows(document, table):
            yield table
            if table == "programs" and "resource" not in row:
                yield "programs: of no resource"
            for column in columns:
                if column in row:
                    yield f"{table}: {column}"
    imported = [row["resource"] for row in _rows(document, "imports")]
    if len(set(imported)) < len(imported):
        yield "imports: dated"


def _funds(document: Document) -> Iterator[str]:
    levels = {row["resource"] for row in _rows(document, "availability")}
    for row in _rows(document, "funds"):
        for column in row:
            yield f"funds: {column}"
        if row["fund"] in levels:
            yield "funds: dated ceiling"
    for row in _rows(document, "fund_amounts"):
        yield from (f"fund_amounts: {column}" for column in ("max", "min") if column in row)


def _limits(document: Document) -> Iterator[str]:
    own = {row.get("metric") for row in _rows(document, "cashflows")}
    built_in = {"value", "commitment", "us_npv", "japan_npv", "strategic", "japan_content", "credit", "count", "cost"}
    for row in _rows(document, "limits"):
        by, metric = row.get("by", "all"), row["metric"]
        basis = row.get("basis", "absolute")
        yield f"limits: by {by}"
        if by != "all":
            yield "limits: group given" if "group" in row else "limits: each group"
        yield f"limits: every {row.get('every', 'total')}"
        yield f"limits: {basis}" + (" of" if "of" in row else "")
        yield from (f"limits: {column}" for column in row if "growth" in column)
        for end in ("min", "max"):
            if end in row:
                yield f"limits: {end} {basis}"
                if row[end] < 0:
                    yield f"limits: negative {end}"
        if metric.startswith("change"):
            yield f"limits: metric {metric}"
        elif metric in {*built_in, "draws"}:
            yield f"limits: metric {'npv' if metric.endswith('npv') else metric}"
        else:
            kinds = {"use": "limits: metric use", "in_use": "limits: metric in_use"}
            yield kinds.get(metric.partition(":")[0], "limits: metric declared")
        if metric in own - built_in:
            yield "limits: metric of cash flows"


def _dependencies(document: Document) -> Iterator[str]:
    for row in _rows(document, "dependencies"):
        kind, bonus, lag = row["kind"], row.get("bonus", 0), row.get("lag_months", 0)
        special = {
            kind: True,
            "@alternative": "@" in row["project"] or "@" in row.get("needs", ""),
            "when": "when" in row,
            "max_lag": "max_lag_months" in row,
            "one side": "needs" not in row,
            "group": "group" in row,
            f"at {row.get('at', 'start')}": kind.startswith("requires"),
            f"same_year at {row.get('at', 'start')}": kind == "same_year",
            "lag": lag > 0,
            "negative lag": lag < 0,
            "joint saving with a loan": "finance" in document["instance"] and row.get("metric") == "commitment",
            "joint saving": kind == "synergy" and row.get("metric") == "commitment",
            "bonus": kind == "synergy" and bonus >= 0,
            "negative bonus": kind == "synergy" and bonus < 0,
            "bonus of another metric": kind == "synergy" and row.get("metric", "value") != "value",
        }
        yield from (f"dependencies: {name}" for name, true in special.items() if true)


def _approved(document: Document) -> Iterator[str]:
    for row in _rows(document, "approved"):
        yield from (f"approved: {column}" for column in row if column != "project")


def _cashflows(document: Document) -> Iterator[str]:
    for row in _rows(document, "cashflows"):
        special = {
            "metric": "metric" in row,
            "free cash": "metric" not in row,
            "new metric": row.get("metric") == "taxes",
            "negative from_month": row.get("from_month", 0) < 0,
            "negative amount": row["amount"] < 0,
            "to the end of life": "to_month" not in row,
            "one alternative": "alternative" in row,
        }
        yield from (f"cashflows: {name}" for name, true in special.items() if true)
    if document.get("stakeholders"):
        yield "stakeholders"


def _sets(document: Document, constraint_set: str) -> Iterator[str]:
    if constraint_set == "base":
        return
    yield "sets: several" if "+" in constraint_set else "sets: one"
    for body in document["sets"].values():
        for key in body:
            if key != "title":
                yield f"sets: {key}"
        for change in body.get("change", ()):
            yield from (f"change: {name}" for name in ("set", "scale", "add", "append", "delete") if name in change)
            if change["table"] == "instance":
                yield "change: instance"


PARTS = (
    _settings,
    _projects,
    _alternatives,
    _permits,
    _money,
    _resources,
    _requirements,
    _relief,
    _funds,
    _limits,
    _dependencies,
    _cashflows,
    _approved,
)
