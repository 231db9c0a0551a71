"""What the report of a comparison says: sets side by side, as the template takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outlay.cli.report.comparison.charts import attribution_chart, objective_chart
from outlay.cli.report.comparison.maps import binding_map, plan_map
from outlay.cli.report.comparison.tables import (
    any_table,
    cases_grid,
    changes_grid,
    flips_grid,
    frequency_grid,
    input_grids,
    limits_grid,
    matrix_grid,
    metrics_grid,
    procurement_grid,
    records,
    sectors_grid,
)
from outlay.cli.report.layout.style import gap
from outlay.cli.views import words
from outlay.cli.views.labels import objective_unit
from outlay.instances.values.text import shown
from outlay.optimizer.record.recorded import AS_RECORDED

if TYPE_CHECKING:
    from outlay.optimizer.compare.comparison import Comparison


def comparison_context(comparison: Comparison) -> dict[str, Any]:
    """Return everything that the template of a comparison shows."""
    plan, projects_left_out = plan_map(comparison)
    binding, limits_left_out = binding_map(comparison)
    attribution = comparison.attribution
    return {
        "title": comparison.title or comparison.name,
        "name": comparison.name,
        "reference": comparison.reference,
        "count": len(comparison.sets),
        "of": comparison.of,
        "cards": _cards(comparison),
        "proved": all(status in {"optimal", "within gap"} for status in comparison.cases["status"]),
        "proof": _proof(comparison),
        "verification": _verification(comparison),
        "as_recorded": "; ".join(AS_RECORDED),
        "objective": objective_chart(comparison),
        "cases": cases_grid(comparison),
        "metrics": metrics_grid(comparison),
        "plan": plan,
        "projects_left_out": projects_left_out,
        "matrix": matrix_grid(comparison),
        "frequency": frequency_grid(comparison),
        "flips": flips_grid(comparison),
        "changes": changes_grid(comparison),
        "sectors": sectors_grid(comparison),
        "procurement": procurement_grid(comparison),
        "binding": binding,
        "limits_left_out": limits_left_out,
        "limits": limits_grid(comparison),
        "attribution": None if attribution is None else attribution_chart(attribution, comparison.reference),
        "combinations": None if comparison.combinations is None else any_table(comparison.combinations),
        "inputs": input_grids(comparison),
    }


def _cards(comparison: Comparison) -> list[tuple[str, str, str]]:
    cases = [row for row in records(comparison.cases) if row["objective"] is not None]
    roles = comparison.frequency["role"].value_counts()
    cards = [
        (role, f"{int(roles.get(role, 0)):,}", remark)
        for role, remark in (
            ("core", f"projects funded in at least 90 % of the {comparison.of}s"),
            ("borderline", f"projects funded in some {comparison.of}s"),
            ("out", "projects funded in at most 10 %"),
        )
    ]
    if cases:
        cases = [row for row in cases if not row["other_objective"]] or cases
        best, worst = (choose(cases, key=lambda row: row["objective"]) for choose in (max, min))
        unit = "" if comparison.instance is None else objective_unit(comparison.instance)
        for heading, row in (("best objective", best), ("worst objective", worst)):
            cards.append((heading, words.money(row["objective"], unit), shown(row["set"], 40)))
    return cards


def _proof(comparison: Comparison) -> str:
    cases = records(comparison.cases)
    proved = [row for row in cases if row["status"] in {"optimal", "within gap"}]
    gaps = [row["gap"] for row in proved if row["gap"] is not None]
    text = f"{len(proved)} of {words.count(len(cases), comparison.of)} proved optimal"
    if gaps:
        text += f", each within {gap(max(gaps))}"
    others = [f"{shown(row['set'], 60)} ({row['status']})" for row in cases if row not in proved]
    return f"{text}; not: {words.listed(others)}" if others else text


def _verification(comparison: Comparison) -> str:
    planned = comparison.cases["objective"].notna()
    verified = int((planned & comparison.cases["verified"].astype(bool)).sum())
    if verified < int(planned.sum()):
        return f"{verified} of {words.count(int(planned.sum()), 'plan')} hold when checked again"
    return f"All {words.count(verified, 'plan')} checked again independently in exact rational arithmetic: they hold"
