"""What the report of one run says: texts, figures and tables, as the template takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outlay.cli.loading import as_recorded
from outlay.cli.report.layout.style import gap, money
from outlay.cli.report.solution.brief import brief, peak_words, sector_words
from outlay.cli.report.solution.gantt import gantt
from outlay.cli.report.solution.money import commitments, draws
from outlay.cli.report.solution.people import (
    groups_grid,
    keeps_out_grid,
    limits_grid,
    procurement_grid,
    todo_grid,
    years_grid,
)
from outlay.cli.report.solution.resources import SOURCES, scarce_resources
from outlay.cli.report.solution.sectors import sector_bar
from outlay.cli.report.solution.supply import supply_chain
from outlay.cli.report.solution.tables import (
    binding_grid,
    finance_grid,
    losers_grid,
    metrics_grid,
    objective_words,
    payments_grid,
    plan_grid,
    provenance_grids,
    stakeholders_grid,
    trade_grid,
    user_rows_grid,
)
from outlay.cli.report.solution.waterfall import waterfalls
from outlay.cli.views import words
from outlay.cli.views.facts import in_short
from outlay.cli.views.labels import metric_label, objective_unit, point_line
from outlay.models.case import Case
from outlay.optimizer.record.recorded import OWN_OBJECTIVE
from outlay.optimizer.status import Status

if TYPE_CHECKING:
    from outlay.optimizer.answer.solution import Solution
    from outlay.optimizer.verify.report import Verification

#: What the five lines at the top say already.
_IN_BRIEF = frozenset({"Short of", "What keeps projects out", "Data"})
_LIMITS = {
    "time": "at the time limit",
    "interrupt": "by the user",
    "crash": "because the solver crashed twice",
    "together": "where it has to agree with other scenarios or levels",
}
_CARDS = ("us_npv", "japan_npv", "value", "japan_content", "strategic", "credit", "cost")
_FIRST_CARDS = frozenset({"us_npv", "japan_npv", "value"})
#: So many cards stand at the top.
_MOST_CARDS = 6


def solution_context(solution: Solution, verification: Verification) -> dict[str, Any]:
    """Return everything that the template of a run shows."""
    case = Case(solution.instance)
    gantt_chart, gantt_left_out = gantt(solution)
    scarce, sparks = scarce_resources(solution, case)
    chain, chain_left_out = supply_chain(solution)
    return {
        **_heading(solution, verification),
        "brief": brief(solution),
        "sector_bar": sector_bar(solution),
        "sector_words": sector_words(solution),
        "told": {name: peak_words(solution, name) for name in ("commitments", "draws")},
        "gantt": gantt_chart,
        "gantt_left_out": gantt_left_out,
        "commitments": commitments(solution),
        "draws": draws(solution, case),
        "scarce": scarce,
        "sparks": sparks,
        "sources_of_supply": SOURCES,
        "waterfalls": waterfalls(solution, case),
        "chain": chain,
        "chain_left_out": chain_left_out,
        "losers": losers_grid(solution),
        "plan": plan_grid(solution),
        "binding": binding_grid(solution),
        "limits": limits_grid(solution),
        "keeps_out": keeps_out_grid(solution),
        "procurement": procurement_grid(solution),
        "sectors": groups_grid(solution, "sector"),
        "regions": groups_grid(solution, "region"),
        "years": years_grid(solution),
        "todo": todo_grid(solution),
        "finance": finance_grid(solution),
        "metrics": metrics_grid(solution),
        "stakeholders": stakeholders_grid(solution),
        "payments": payments_grid(solution),
        "trade": trade_grid(solution),
        "user_rows": user_rows_grid(solution),
        "provenance": provenance_grids(solution),
    }


def _heading(solution: Solution, verification: Verification) -> dict[str, Any]:
    settings = solution.instance.settings
    titles = [str(solution.instance.sets.get(name, {}).get("title") or "") for name in settings.applied.sets]
    return {
        "title": settings.title or solution.instance.name,
        "name": solution.instance.name,
        "unit": settings.money_unit,
        "constraint_set": solution.constraint_set,
        "set_title": "; ".join(title for title in titles if title),
        "disabled": settings.applied.disable,
        "cards": _cards(solution),
        "objective": objective_words(solution),
        "point": "" if solution.own_objective else point_line(solution.instance),
        "in_short": [fact for fact in in_short(solution) if fact[0] not in _IN_BRIEF],
        "proved": solution.status.proved,
        "proof": proof_line(solution),
        "levels": _levels(solution),
        "verification": verification_line(verification),
        "own_objective": OWN_OBJECTIVE.capitalize() if solution.own_objective else "",
        "as_recorded": "; ".join(as_recorded(solution)),
        "checks": sorted(verification.checks.items()),
        "sources": settings.sources,
        "digest": solution.instance.digest,
        "options": sorted((name, str(value)) for name, value in solution.options.items() if value is not None),
        "versions": sorted(item for item in solution.versions.items() if item[0] != "platform"),
        "sizes": sorted(solution.sizes.items()),
    }


def proof_line(solution: Solution) -> str:
    """Return what is proved, with objective, bound and gap."""
    unit = "" if solution.own_objective else objective_unit(solution.instance)
    objective, bound = (words.money(value, unit, 6) for value in (solution.objective, solution.bound))
    if solution.bound is None:
        return f"Nothing is proved about the best possible; objective {objective}"
    figures = f"objective {objective}, bound {bound}, gap {gap(solution.gap)}"
    if solution.status == Status.OPTIMAL:
        return f"Proved optimal: {figures}"
    if solution.status == Status.WITHIN_GAP:
        return f"Proved optimal within {gap(solution.gap)}: objective {objective}, bound {bound}"
    why = _LIMITS.get(solution.limit or "", "before the proof was done")
    return f"Not proved to the gap asked for, stopped {why}: {figures}"


def verification_line(verification: Verification) -> str:
    """Return that the plan was checked again."""
    conditions = words.count(sum(verification.checks.values()), "condition")
    return f"Checked again independently in exact rational arithmetic: {conditions}, all hold"


def _levels(solution: Solution) -> list[str]:
    if len(solution.levels) < 2:
        return []
    return [
        f"level {place}: {level.status}, best {words.number(level.objective, 6)}, "
        f"bound {words.number(level.bound, 6)}, in this plan {words.number(level.final, 6)}"
        for place, level in enumerate(solution.levels, start=1)
    ]


def _cards(solution: Solution) -> list[tuple[str, str, str]]:
    """Return the figures of the top of the page: (title, figure, remark)."""
    projects, instance = solution.projects, solution.instance
    unit = instance.settings.money_unit
    cards = [("funded", f"{int(projects['funded'].sum()):,} of {len(projects):,}", "projects")]
    rows = solution.resources
    cap = rows.loc[(rows["resource"] == "commitments") & rows["on"].astype(bool), "limit"]
    if solution.metrics.get("commitment"):
        remark = f"of a cap of {money(float(cap.iloc[-1]), unit)}" if len(cap) else ""
        cards.append(("committed", money(solution.metrics["commitment"], unit), remark))
    weights = instance.objective_levels[0].weights
    names = [*_CARDS, *instance.settings.metrics]
    ranked = sorted(
        (name for name in names if solution.metrics.get(name)),
        key=lambda name: (name not in _FIRST_CARDS, not weights.get(name), names.index(name)),
    )
    for name in ranked[: _MOST_CARDS - len(cards)]:
        own = instance.metric_unit(name)
        figure = money(solution.metrics[name], own) if own == unit else words.number(solution.metrics[name])
        weight = (
            f"weight {words.number(float(weights[name]), 6)}".replace("-", "−") if weights.get(name) else "not weighed"
        )
        remark = weight if own == unit or not own else f"{own}, {weight}"
        cards.append((metric_label(instance, name) or name, figure, remark))
    return cards
