"""Resources, what uses and supplies them, and what can be bought, moved and imported."""

from __future__ import annotations

from typing import Any

from tests.brute_force.draft import Draft

KINDS = ("labour", "energy", "equipment", "commodity", "finance", "committee", "other", "permit")
ENGINE_FILLED = ("commitments", "draws", "selections")


def basis_of(draft: Draft, per_period: float, per_year: float, cumulative: float) -> str:
    """Return a basis; none per year where the calendar has no years."""
    weights = {"per_period": per_period, "cumulative": cumulative}
    return draft.draw.weighted({**weights, **({"per_year": per_year} if draft.has_years else {})})


def add_engine_resources(draft: Draft) -> None:
    """Add the resources that the engine fills, with levels that bind."""
    draw, total = draft.draw, sum(draft.largest(project, "commitment") for project in draft.projects)
    largest = max(draft.largest(project, "commitment") for project in draft.projects)
    loads = sum(float(project.get("selection_load", 1)) for project in draft.projects)
    if draw.chance(0.65):
        basis = basis_of(draft, 1, 1, 2)
        size = (0.45, 0.95, total) if basis == "cumulative" else (0.9, 1.9, largest)
        _add_engine_resource(draft, "commitments", basis, size)
    if draw.chance(0.45):
        basis = basis_of(draft, 1.5, 1, 1)
        size = (0.4, 0.9, total) if basis == "cumulative" else (0.35, 1.2, largest)
        _add_engine_resource(draft, "draws", basis, size)
    if draw.chance(0.4):
        basis = basis_of(draft, 2, 1.5, 1.5)
        size = (0.5, 0.9, loads) if basis == "cumulative" else (1, 2, 1)
        _add_engine_resource(draft, "selections", basis, size)


def _add_engine_resource(draft: Draft, name: str, basis: str, size: tuple[float, float, float]) -> None:
    draw = draft.draw
    low, high, whole = size
    kind = {"commitments": "finance", "draws": "finance", "selections": "committee"}[name]
    soft = draw.chance(0.15)
    draft.add(
        "resources",
        resource=name,
        kind=kind if draw.chance(0.8) else "other",
        basis=basis if basis != "per_period" or draw.chance(0.5) else None,
        penalty=draw.number(0.1, 2) if soft else None,
        tolerance=draft.maybe(0.7, draw.pick([0.1, 0.25])) if soft else None,
    )
    amount = draw.number(low, high, 2) * whole if whole else 1
    _add_levels(draft, name, amount, grows=basis == "cumulative", digits=1)


def _add_levels(draft: Draft, name: str, amount: float, *, grows: bool, digits: int = 1) -> None:
    """Add one level from the start, or a step or two."""
    draw, last = draft.draw, draft.T - 1

    def rounded(share: float) -> float:
        return round(amount * share, digits)

    if last and draw.chance(0.45):
        middle = draw.whole(1, last)
        share = draw.pick([0.4, 0.6, 0.8])
        if draw.chance(0.85):
            draft.add("availability", resource=name, from_=draft.month(0), amount=rounded(share if grows else 1))
        second: dict[str, Any] = draft.add(
            "availability", resource=name, from_=draft.date(middle, middle), amount=rounded(1 if grows else share)
        )
        if draw.chance(0.2):
            second["amount"] = None
            return
        if middle < last and draw.chance(0.3):
            draft.add("availability", resource=name, from_=draft.month(last), amount=rounded(1.2 if grows else 0.9))
    else:
        draft.add("availability", resource=name, from_=draft.month(0, -draw.pick([0, 0, 3])), amount=rounded(1))


def add_resources(draft: Draft, count: int) -> None:
    """Add resources with requirements, then availability that binds, then ways around it."""
    draw = draft.draw
    names = draw.some(["crew", "power", "turbines", "steel", "bonds", "board", "land", "berths"], count, count)
    kinds = dict.fromkeys(names, "")
    for name in names:
        kinds[name] = draw.pick(KINDS)
        soft = draw.chance(0.22)
        draft.add(
            "resources",
            resource=name,
            kind=kinds[name],
            unit=draft.maybe(0.3, "units"),
            basis=basis_of(draft, 3, 1.5, 1.5),
            penalty=draw.number(0, 1.5) if soft else None,
            tolerance=draft.maybe(0.6, draw.pick([0.2, 0.5, 1])) if soft else None,
        )
    needs = {name: _add_requirements(draft, name) for name in names}
    for name in names:
        if draw.chance(0.935):
            row = next(row for row in draft.rows("resources") if row["resource"] == name)
            level = _level(draft, row["basis"], needs[name])
            _add_levels(draft, name, level, grows=row["basis"] == "cumulative")
        draft.metrics[f"use:{name}"] = max(1.0, sum(total for _, total in needs[name]))
        draft.peaks[name] = max(1.0, sum(peak for peak, _ in needs[name]))
    _add_parents(draft, names)
    _add_relief(draft, names)


def _level(draft: Draft, basis: str, needs: list[tuple[float, float]]) -> float:
    """Return a level that a part of the needs, as (peak, total) a row, keeps within."""
    draw = draft.draw
    if not needs:
        return draw.number(1, 5)
    peak, total = sum(p for p, _ in needs), sum(t for _, t in needs)
    if basis == "cumulative":
        return draw.number(0.4, 1, 2) * total
    years = 12 / draft.m if basis == "per_year" else 1
    return max(draw.number(0.4, 0.95, 2) * peak * max(1.0, 0.8 * years), draw.pick([0.5, 1]) * max(p for p, _ in needs))


def _add_requirements(draft: Draft, resource: str) -> list[tuple[float, float]]:
    """Add who uses and supplies a resource; return (peak, total) of each use."""
    draw, m, needs = draft.draw, draft.m, []
    for project in draw.some(draft.projects, 2, 5):
        supplies = draw.chance(0.2)
        window: dict[str, Any] = {}
        kind = draw.weighted({"construction": 4, "operation": 3, "permitting": 2, "months": 4})
        periods = draft.building(project)
        if kind == "months":
            first = draw.pick([0, 0, -m, m, 1, -1.5, None])
            periods = draw.whole(1, 3)
            to = None if first is not None and draw.chance(0.3) else max(0, first or 0) + periods * m
            window = {"from_month": first, "to_month": to}
            periods = draft.T if to is None else periods
        else:
            window = {"phase": kind}
            periods = {"construction": periods, "operation": draft.T // 2 + 1, "permitting": 1}[kind]
        shape = draw.weighted({"flat": 4, "bell": 3, "spread": 2})
        amount = draw.number(1, 6) * (periods if shape == "spread" else 1)
        draft.add(
            "requirements",
            project=project["id"],
            alternative=draft.maybe(0.25, draw.pick(draft.alternatives[project["id"]])),
            resource=resource,
            role="supplies" if supplies else draft.maybe(0.4, "uses"),
            amount=round(amount, 1),
            shape=shape if shape != "flat" else draft.maybe(0.4, "flat"),
            **window,
        )
        if not supplies:
            needs.append(
                (amount / periods if shape == "spread" else amount, amount * (1 if shape == "spread" else periods))
            )
    return needs


def _add_parents(draft: Draft, names: list[str]) -> None:
    """Give some resources a parent: another resource, or a new one that only sums up."""
    draw = draft.draw
    rows = {row["resource"]: row for row in draft.rows("resources")}
    if len(names) >= 2 and draw.chance(0.45):
        children = draw.some(names, 1, 2)
        others = [name for name in names if name not in children]
        if others and draw.chance(0.6):
            parent = draw.pick(others)
        else:
            parent = "whole"
            draft.add("resources", resource="whole", kind=draw.pick(KINDS), basis=basis_of(draft, 2, 1, 2))
            draft.metrics["use:whole"] = sum(draft.metrics[f"use:{child}"] for child in children)
            _add_levels(draft, "whole", 0.6 * draft.metrics["use:whole"], grows=False)
            rows = {row["resource"]: row for row in draft.rows("resources")}
        for child in children:
            rows[child]["parent"] = parent
        engine = [name for name in ENGINE_FILLED if name in rows]
        if engine and draw.chance(0.15):
            children.append(draw.pick(engine))
            rows[children[-1]]["parent"] = parent
        for name in (*children, parent):
            rows[name].pop("unit", None)


def _add_relief(draft: Draft, names: list[str]) -> None:
    """Add programs, links and imports, and make scarcer what they relieve."""
    draw = draft.draw
    engine = [row["resource"] for row in draft.rows("resources") if row["resource"] in ENGINE_FILLED]
    if engine and draw.chance(0.15):
        names = [*names, draw.pick(engine)]
    relieved = set()
    for number, resource in enumerate(draw.some(names, 1, 2) if draw.chance(0.55) else []):
        _add_program(draft, resource, f"school{number}")
        relieved.add(resource)
    if len(names) >= 2 and draw.chance(0.6):
        for number in range(draw.whole(1, 2)):
            relieved.add(_add_link(draft, names, f"line{number}"))
    for resource in draw.some(names, 1, 2) if draw.chance(0.45) else []:
        most = draft.peaks.get(resource, 4.0) * 0.4
        _add_import(draft, resource, draft.date(0, min(1, draft.T - 1)), draw.number(0.5, 0.5 + most))
        if draft.T > 3 and draw.chance(0.5):
            _add_import(draft, resource, draft.month(draw.whole(2, draft.T - 1)), draw.number(0, 1 + most))
        relieved.add(resource)
    share = draw.pick([0.25, 0.5, 0.75])
    for row in draft.rows("availability"):
        if row["resource"] in relieved and row["amount"] is not None:
            row["amount"] = round(row["amount"] * share, 1)


def _add_program(draft: Draft, resource: str, program: str) -> None:
    draw, peak = draft.draw, draft.peaks.get(resource, 4.0)
    draft.add(
        "programs",
        program=program,
        resource=resource,
        cost_per_unit=draft.maybe(0.9, draw.number(0.1, 0.9)),
        lead_months=draft.maybe(0.6, draw.pick([1, draft.m, 2 * draft.m - 1])),
        max_per_period=draft.maybe(0.5, round(max(0.5, peak * draw.pick([0.1, 0.2])), 1)),
        max_total=draft.maybe(0.5, round(max(0.5, peak * draw.pick([0.2, 0.4])), 1)),
        counts_against_cap=draft.maybe(0.5, value=True),
    )


def add_carry_over(draft: Draft) -> None:
    """Let some resources keep what a period or year leaves of them."""
    draw = draft.draw
    for row in draft.rows("resources"):
        if row.get("basis") != "cumulative" and "penalty" not in row and draw.chance(0.3):
            row["carry_over_share"] = draw.pick([0.5, 1, 1])
            if draw.chance(0.4):
                row["carry_over_max"] = draw.number(0.2, 3)
            if draw.chance(0.4):
                row["carry_over_once"] = True
            if draw.chance(0.4):
                row["carry_over_interest"] = draw.pick([0.03, 0.1, 0.21])


def add_programme(draft: Draft) -> None:
    """Add a programme that adds to nothing and is worth something, with a least and a greatest amount a period."""
    draw = draft.draw
    most = draw.number(0.5, 3)
    draft.add(
        "programs",
        program="paving",
        cost_per_unit=draft.maybe(0.8, draw.number(0.2, 1.2)),
        value_per_unit=draw.pick([0.5, 1, 1.5, -0.3]),
        min_per_period=draft.maybe(0.5, round(float(most) * draw.pick([0.1, 0.3]), 2)),
        max_per_period=most,
        max_total=draft.maybe(0.4, round(float(most) * draft.T * 0.6, 1)),
        counts_against_cap=draft.maybe(0.6, value=True),
    )


def _add_link(draft: Draft, names: list[str], link: str) -> str:
    """Add a link and return what it relieves."""
    draw = draft.draw
    source, target = draw.some(names, 2, 2)
    users = [row["resource"] for row in draft.rows("resources") if row["resource"] not in ENGINE_FILLED]
    draft.add(
        "links",
        link=link,
        from_resource=source,
        to_resource=target,
        capacity=draft.maybe(0.6, draw.number(0.3, 0.6 * draft.peaks.get(target, 4.0))),
        loss=draft.maybe(0.6, draw.pick([0.05, 0.1, 0.3, 0.5])),
        capacity_resource=draft.maybe(0.45, draw.pick(users)),
        cost_per_unit=draft.maybe(0.4, draw.pick([0.1, 0.3])),
    )
    for row in draft.rows("availability"):
        if row["resource"] == source and row["amount"] is not None:
            row["amount"] = round(row["amount"] * 2, 1)
    return target


def _add_import(draft: Draft, resource: str, month: str, most: float) -> None:
    if any(r["resource"] == resource and r["from"] == month for r in draft.rows("imports")):
        return
    draft.add(
        "imports",
        resource=resource,
        from_=month,
        max_per_period=round(most, 1),
        premium_per_unit=draft.maybe(0.85, draft.draw.number(0.1, 0.9)),
    )
