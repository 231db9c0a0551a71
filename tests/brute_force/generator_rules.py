"""Funds, limits, objective, stakeholders, switches and constraint sets."""

from __future__ import annotations

from typing import Any

from tests.brute_force.draft import Draft
from tests.brute_force.generator_projects import REGIONS, SECTORS

FAMILIES = (
    "cap", "draws", "labour", "energy", "equipment", "commodity", "finance", "committee", "other",
    "permits", "dependencies", "funds", "lender", "limits", "pace", "supply",
)  # fmt: skip

#: Whether an objective may weigh cost positively, which is where unbounded instances come from. Purchases and imports
#: that no row limits then pay; an engine that leaves such columns out would disagree.
COST_MAY_BE_REWARDED = True
#: A project with less of a metric than this loses some of it.
_LOSS = -0.5


def add_metrics(draft: Draft) -> None:
    """Write down a rough total of each metric, to draw limits and weights from."""
    projects, totals = draft.projects, draft.metrics
    total = sum(draft.largest(project, "commitment") for project in projects)
    totals |= {
        "commitment": total,
        "value": sum(draft.largest(project, "value") for project in projects),
        "strategic": sum(draft.largest(p, "commitment") * float(p.get("strategic_score", 0)) for p in projects),
        "japan_content": sum(
            draft.largest(p, "commitment") * draft.largest(p, "japan_content_share") for p in projects
        ),
        "credit": sum(draft.largest(p, "commitment") * draft.largest(p, "credit_share") for p in projects),
        "count": float(len(projects)),
        "cost": 3.0,
    }
    for name in draft.document["instance"].get("metrics", {}):
        totals[name] = sum(abs(draft.largest(project, name)) for project in projects) + 3
    if any(row.get("metric") == "taxes" for row in draft.rows("cashflows")):
        totals["taxes"] = 8.0
    if draft.finance:
        totals |= {"us_npv": total, "japan_npv": 0.4 * total}
    for row in draft.rows("resources"):
        if row["resource"] in {"commitments", "draws"}:
            totals[f"use:{row['resource']}"] = total
        elif row["resource"] in {"agency", "selections"}:
            totals[f"use:{row['resource']}"] = float(len(projects))


def add_funds(draft: Draft) -> None:
    """Add one to three funds that between them can pay for most."""
    draw, total = draft.draw, draft.metrics["commitment"]
    several = draw.chance(0.8)
    for name in ["jbic", *(draw.some(["nexi", "private"], 1, 2) if several else [])]:
        dated = draw.chance(0.3)
        draft.add(
            "funds",
            fund=name,
            total=None if dated else draft.maybe(0.7, round(total * draw.number(0.15, 0.45, 2), 1)),
            per_year=draft.maybe(0.4, round(total * draw.number(0.1, 0.35, 2), 1)) if draft.has_years else None,
            min_share=draft.maybe(0.3, draw.pick([0.1, 0.2])),
            max_share=draft.maybe(0.4, draw.pick([0.6, 0.8])) if several else None,
            portfolio_min_share=draft.maybe(0.25, draw.pick([0.1, 0.3])),
            portfolio_max_share=draft.maybe(0.25, draw.pick([0.5, 0.75])) if several else None,
            eligible_sectors=draft.maybe(0.25, ";".join(draw.some(SECTORS, 2, 2))),
            eligible_regions=draft.maybe(0.25, draw.pick(REGIONS)),
            match_share=draft.maybe(0.2, draw.pick([0.5, 1, 2])) if several else None,
        )
        if draw.chance(0.35):
            _add_amounts(draft, draft.rows("funds")[-1])
        if dated:
            first = round(total * draw.number(0.1, 0.4, 2), 1)
            draft.add("availability", resource=name, from_=draft.date(0, draft.T // 3), amount=first)
            if draft.T > 2:
                later = draft.maybe(0.8, round(first * 1.6, 1))
                row = draft.add("availability", resource=name, from_=draft.month(draw.whole(draft.T // 2, draft.T - 1)))
                if row["from"] != draft.rows("availability")[-2]["from"]:
                    row["amount"] = later
                else:
                    draft.document["availability"].pop()


def _add_amounts(draft: Draft, fund: dict[str, Any]) -> None:
    """Tie a fund to some of the projects that it may pay for."""
    draw = draft.draw
    right = [
        project
        for project in draft.projects
        if ("eligible_sectors" not in fund or project.get("sector") in fund["eligible_sectors"].split(";"))
        and fund.get("eligible_regions") in {None, project.get("region")}
    ]
    for project in draw.some(right, 1, 3):
        size = draft.largest(project, "commitment")
        most = draft.maybe(0.7, round(size * draw.number(0.2, 0.9, 2), 1))
        least = round(size * draw.number(0.05, 0.3, 2), 1)
        least = least if most is None else min(most, least)
        draft.add("fund_amounts", project=project["id"], fund=fund["fund"], max=most, min=draft.maybe(0.4, least))
    if draw.chance(0.6):
        fund["listed_only"] = True


def add_limit(draft: Draft) -> None:
    """Add a row of limits."""
    draw = draft.draw
    losses = [name for name in _own_amounts(draft) if _lowest(draft, name) < _LOSS]
    if losses and draw.chance(0.32):
        metric = draw.pick(losses)
        draft.add(
            "limits", metric=metric, max=round(_lowest(draft, metric) * 0.6, 1), **_where_it_is_lost(draft, metric)
        )
        return
    metric = draw.pick([*_limited_metrics(draft), "draws", "draws", *_in_use(draft)])
    groups = _groups(draft)
    by = "all" if metric == "cost" else draw.pick(["all", "all", *groups])
    every = draw.weighted({"total": 5, "period": 3, **({"year": 2} if draft.has_years else {})})
    row: dict[str, Any] = {
        "metric": metric,
        "by": by if by != "all" or draw.chance(0.5) else None,
        "group": None if by == "all" else draft.maybe(0.6, draw.pick(groups.get(by) or [""])),
        "every": every if every != "total" else None,
    }
    if draw.chance(0.45) and metric != "cost":
        row |= _share_bounds(draft, metric, by)
        if draw.chance(0.7):
            row["every"] = None
    else:
        row |= _absolute_bounds(draft, metric, by, every)
        if every != "total" and draw.chance(0.5):
            row |= _growth(draft, row)
    draft.add("limits", **row)


def _limited_metrics(draft: Draft) -> list[str]:
    """Return metrics to draw from, each kind about as often as any other."""
    own = [name for name in draft.metrics if name in {"taxes", *draft.document["instance"].get("metrics", {})}]
    money = [name for name in ("us_npv", "japan_npv") if name in draft.metrics]
    use = [name for name in draft.metrics if name.startswith("use:")]
    built_in = [
        "value",
        "value",
        "commitment",
        "commitment",
        "count",
        "count",
        "strategic",
        "strategic",
        "strategic",
        "japan_content",
        "japan_content",
        "credit",
        "credit",
        "cost",
        "cost",
    ]
    return [*built_in, *own * 6, *money * 2, *use[:3]]


def _in_use(draft: Draft) -> list[str]:
    return ["in_" + name for name in draft.metrics if name.startswith("use:")][:4]


def _groups(draft: Draft) -> dict[str, list[str]]:
    groups = {name: sorted({p[name] for p in draft.projects if name in p}) for name in ("sector", "region", "company")}
    groups["tag"] = sorted({tag for p in draft.projects for tag in p.get("tags", "").split(";") if tag})
    groups["project"] = draft.ids
    return {name: values for name, values in groups.items() if values}


def _own_amounts(draft: Draft) -> list[str]:
    """Return metrics of which a project states its amount, so that it may be below 0."""
    return ["value", "taxes", *draft.document["instance"].get("metrics", {})]


def _lowest(draft: Draft, metric: str) -> float:
    return min(float(cells.get(metric, 0)) for project in draft.projects for cells in draft.cells(project))


def _where_it_is_lost(draft: Draft, metric: str) -> dict[str, Any]:
    """Return whose amount must be below 0; of all projects in every period, no plan worth looking at keeps that."""
    loser = min(draft.projects, key=lambda one: min(float(cells.get(metric, 0)) for cells in draft.cells(one)))
    by = "sector" if "sector" in loser and draft.draw.chance(0.3) else "project"
    return {"by": by, "group": loser["id" if by == "project" else by]}


def _absolute_bounds(draft: Draft, metric: str, by: str, every: str) -> dict[str, Any]:
    draw = draft.draw
    size = (
        max(0.5, draft.metrics["commitment" if metric == "draws" else metric.removeprefix("in_")])
        * (1 if by == "all" else 0.5)
        * (1 if every == "total" else 0.6)
    )
    if metric in _own_amounts(draft) and draw.chance(0.7):
        return {"min": -round(size * draw.number(0.01, 0.2, 2), 1)}
    digits = 0 if metric == "count" else 1
    most = draft.maybe(0.7, round(size * draw.number(0.25, 0.8, 2), digits))
    least = None
    if most is None or draw.chance(0.2):
        least = round(size * draw.number(0.05, 0.25, 2), 1)
        if every != "total" or by != "all":
            least = round(least * 0.1, 2)
    if most is not None and least is not None:
        most = max(most, least)
    return {"max": most, "min": least}


def _growth(draft: Draft, row: dict[str, Any]) -> dict[str, Any]:
    """Return how much more there may be than in the period or year before, beside a bound or instead of it."""
    draw, metric = draft.draw, row["metric"]
    size = max(0.5, draft.metrics["commitment" if metric == "draws" else metric.removeprefix("in_")])
    share = draft.maybe(0.6, draw.pick([0, 0.1, 0.5, 1]))
    amount = draft.maybe(0.6, round(size * draw.pick([0.1, 0.2, 0.4]), 1))
    if share is None and amount is None:
        amount = round(size * 0.25, 1)
    begins = draft.maybe(0.5, round(size * draw.pick([0.05, 0.1, 0.3]), 1))
    alone = {"min": None, "max": None} if draw.chance(0.6) and (row.get("max") or 0) >= 0 else {}
    return {"max_growth_share": share, "max_growth": amount, "growth_from": begins, **alone}


def _share_bounds(draft: Draft, metric: str, by: str) -> dict[str, Any]:
    draw = draft.draw
    of = draw.pick([name for name in draft.metrics if name not in {metric, "cost"}])
    if by != "all" and draw.chance(0.5):
        share = {"max": draw.pick([0.6, 0.7, 0.8]), "min": draft.maybe(0.15, draw.pick([0.05, 0.1]))}
        return {"basis": "share"} | (share if draw.chance(0.8) else {"min": draw.pick([0.1, 0.2])})
    total = draft.metrics["commitment" if metric == "draws" else metric.removeprefix("in_")]
    typical = max(0.1, total) / max(draft.metrics[of], 0.5)
    if draw.chance(0.6):
        return {"basis": "share", "of": of, "max": round(typical * draw.pick([0.9, 1.2, 1.5]), 2)}
    return {"basis": "share", "of": of, "min": round(max(0.0, typical) * draw.pick([0.3, 0.5, 0.7]), 2)}


def add_objective(draft: Draft) -> None:
    """Add discount rates, stakeholders and what is maximised."""
    draw, settings = draft.draw, draft.document["instance"]
    weighed = [name for name in draft.metrics if name != "cost"]
    if draw.chance(0.55):
        flows = {row["metric"] for row in draft.rows("cashflows") if row.get("metric")}
        rates = draw.some([name for name in draft.metrics if name in {"us_npv", "japan_npv", "cost", *flows}], 1, 5)
        settings["discount_rates"] = {name: draw.pick([0.02, 0.03, 0.05, 0.08]) for name in rates}
    if draw.chance(0.25):
        settings["value_discount"] = True
        settings.setdefault("discount_rates", {}).setdefault("value", draw.pick([0.04, 0.1, 0.5]))
    people = draw.some(["Tokyo", "Ohio"], 1, 2) if draw.chance(0.35) else []
    for person in people:
        for metric in {"value": 1, **dict.fromkeys(draw.some(weighed, 1, 5))}:
            draft.add("stakeholders", stakeholder=person, metric=metric, weight=_weight(draft, metric))
    if people and draw.chance(0.6):
        settings["objective"] = f"@{draw.pick(people)}"
    elif draw.chance(0.35):
        levels = [_weights(draft, weighed) for _ in range(draw.weighted({2: 8, 3: 1}))]
        settings["objective"] = [
            {"weights": weights, **({"tolerance": draw.pick([0.05, 0.1, 0.2])} if draw.chance(0.55) else {})}
            for weights in levels
        ]
    elif draw.chance(0.7):
        settings["objective"] = _weights(draft, weighed)


def _weights(draft: Draft, weighed: list[str]) -> dict[str, Any]:
    draw = draft.draw
    weights: dict[str, Any] = {name: _weight(draft, name) for name in draw.some(weighed, 1, 6)}
    if draw.chance(0.75):
        weights["value"] = draw.pick([1, 1, 2, 0.5])
    if draft.finance and draw.chance(0.7):
        weights[draw.pick(["us_npv", "japan_npv"])] = draw.pick([0.1, 0.2, 0.5, 1])
    # Whether a row that nothing uses may be short of something is a question that no test should hang on.
    endless = any("penalty" in row and "tolerance" not in row for row in draft.rows("resources"))
    if draw.chance(0.35):
        weights["cost"] = draw.weighted({-0.5: 3, -2: 3, 0: 2, 0.2: 9 if COST_MAY_BE_REWARDED and not endless else 0})
    return weights


def _weight(draft: Draft, metric: str) -> float | int:
    if metric == "value":
        return 1
    if metric == "credit" or metric.startswith("use:"):
        return draft.draw.pick([-0.3, -0.1, 0.05])
    return draft.draw.pick([1, 0.5, 0.1, 0.2, -0.2])


def add_approved(draft: Draft) -> None:
    """Add a plan that stands, what its changes cost or how many there may be, and what of it is decided."""
    draw, settings = draft.draw, draft.document["instance"]
    for project in draw.some(draft.projects, 1, 4):
        names = draft.alternatives[project["id"]]
        start = draw.whole(0, draft.T - 1)
        named = draft.maybe(0.7, draw.pick(names))
        draft.add(
            "approved",
            project=project["id"],
            alternative=named,
            selected=draft.maybe(0.5, draft.month(max(0, start - draw.whole(0, 1)))),
            start=draft.maybe(0.8, draft.month(start)),
            scale=_whole_scale(draft, project, named or names[0]) if named or len(names) == 1 else None,
            change_cost=draft.maybe(0.6, draw.number(0.5, 5)),
        )
    kinds = ("changed_projects", "changed_starts", "change_cost")
    for metric in draw.some(kinds, 0, 2):
        by = draw.pick(["all", "all", *_groups(draft)])
        draft.add("limits", metric=metric, by=by if by != "all" else None, max=draw.whole(1, 4))
    objective = settings.get("objective")
    if isinstance(objective, dict):
        objective[draw.pick(kinds)] = -draw.pick([0.5, 1, 3])
    if draw.chance(0.4):
        settings["calendar"]["frozen_until"] = draft.month(draw.whole(0, 2))


def _whole_scale(draft: Draft, project: dict[str, Any], name: str) -> Any:
    """Return the greatest scale of an alternative, now and then."""
    rows = draft.rows("alternatives")
    own = [row for row in rows if (row["project"], row["alternative"]) == (project["id"], name)]
    return draft.maybe(0.2, own[0].get("to_scale", 1) if own else 1)


def add_switches(draft: Draft) -> dict[str, list[str]]:
    """Return families to disable and choices to force, for `[applied]` or a set."""
    draw = draft.draw
    switches: dict[str, list[str]] = {}
    if draw.chance(0.55):
        switches["disable"] = draw.some(FAMILIES, 1, 2)
    before = draft.document["instance"].get("applied", {})
    taken = {item.split("@")[0] for key in ("force_in", "force_out") for item in before.get(key, [])}
    taken |= {p["id"] for p in draft.projects if p.get("status") in {"mandatory", "committed", "excluded"}}
    free = [project for project in draft.ids if project not in taken]
    if free and draw.chance(0.5):
        switches["force_in"] = [_forced(draft, free.pop(draw.whole(0, len(free) - 1)))]
    if free and draw.chance(0.7):
        switches["force_out"] = [_forced(draft, project) for project in draw.some(free, 1, 2)]
    return switches


def _forced(draft: Draft, project: str) -> str:
    draw = draft.draw
    item = draft.choice(project, 0.6)
    if "@" in item and draw.chance(0.35):
        item += "@" + draft.month(draw.whole(draft.T // 3, draft.T - 1), draw.whole(0, draft.m - 1))
    return item
