"""Projects, alternatives, permits and money: the part of a document that options come from."""

from __future__ import annotations

from typing import Any

from outlay.instances.values.numbers import month_number
from tests.brute_force.draft import Draft, Number

SECTORS, REGIONS, COMPANIES = ("power", "ships", "chips"), ("East", "West"), ("Acme", "Bolt")
TAGS = ("ai", "grid", "port")
#: Yearly free cash as a share of K, about where the lender's test begins to pass.
YIELDS, LITERAL_YIELDS = (0.1, 0.14, 0.18, 0.22, 0.3), (0.1, 0.14, 0.18, 0.22, 0.3)


def add_permits(draft: Draft) -> None:
    """Add permits with and without agency, fast track, slots and pools."""
    draw, m = draft.draw, draft.m
    pool_slots = draw.weighted({0: 1, 1: 4, 2: 1})
    for name in draw.some(["air", "water", "site"], 1, 3):
        agency = draft.maybe(0.6, "agency")
        if agency and not any(row["resource"] == "agency" for row in draft.rows("resources")):
            basis = draw.weighted({"per_period": 6, "cumulative": 1, **({"per_year": 1} if draft.has_years else {})})
            draft.add("resources", resource="agency", kind="permit", basis=draft.maybe(0.9, basis))
            size = {"per_period": draw.whole(1, 2), "per_year": draw.whole(2, 4), "cumulative": draw.whole(3, 7)}
            draft.add("availability", resource="agency", from_=draft.month(0), amount=size[basis])
        usual = draw.number(0.5 * m, 3 * m, 1)
        given = draft.maybe(0.7, draw.number(0.5 * m, 3 * m, 1))
        quick = draw.chance(0.65)
        pool = draft.maybe(0.55, "desk") if quick else None
        slots = pool_slots if pool else draw.whole(0, 1)
        draft.add(
            "permits",
            permit=name,
            agency=agency,
            review_months=given,
            mode=usual if given is None else draft.maybe(0.3, usual),
            min=draft.maybe(0.2, 1),
            max=draft.maybe(0.2, 24),
            fast_track_factor=draw.pick([0, 0.25, 0.5, 0.4]) if quick else None,
            fast_track_slots=draft.maybe(0.75, slots) if quick else None,
            fast_track_pool=pool,
        )


def add_finance(draft: Draft) -> None:
    """Add [finance] and the terms it needs."""
    draw = draft.draw
    literal = draw.chance(0.35)
    finance: dict[str, Any] = {"terms": "usual"} if draw.chance(0.75) else {}
    if literal or draw.chance(0.3):
        finance["waterfall"] = "literal" if literal else "debt_service_first"
    if draw.chance(0.4):
        finance["japan_share_before"] = draw.pick([0.5, 0.6, 0.75, 1])
        finance["japan_share_after"] = draw.pick([0, 0.1, 0.2])
    draft.document["instance"]["finance"] = finance
    npv_column = draw.weighted({"absent": 3, "blank": 4, "number": 5})
    for name in ["usual", *draw.some(["long", "cheap"], 0, 2)]:
        row = draft.add(
            "terms",
            terms=name,
            rate=draw.pick([0, 0.02, 0.03, 0.045, 0.05]),
            tenor_years=draw.pick([6, 8, 10, 12, 15]),
            min_dscr=draft.maybe(0.35, draw.pick([0.6, 0.8, 1, 1.2])),
            recover_within_years=draft.maybe(0.25, draw.whole(7, 14)),
            min_japan_content_share=draft.maybe(0.18, draw.pick([0.1, 0.2])),
        )
        if npv_column != "absent":
            number = npv_column == "number" and draw.chance(0.6)
            row["min_japan_npv"] = draw.number(0, 2) if number else None
    draft.finance = True


def add_projects(draft: Draft, count: int) -> None:
    """Add projects and, for some, alternatives."""
    for project in "ABCDEFGH"[:count]:
        _add_project(draft, project)
        names = ["base"]
        if draft.draw.chance(0.35 if count < 7 else 0.12):
            names = draft.draw.some(["base", "lean", "grand"], 2, 2 if count > 3 else 3)
            for name in names:
                _add_alternative(draft, project, name)
        draft.alternatives[project] = sorted(names)


def _add_project(draft: Draft, project: str) -> None:
    draw, last = draft.draw, draft.T - 1
    status = draw.weighted({"candidate": 78, "mandatory": 8, "committed": 8, "excluded": 6})
    early = draw.chance(0.08)
    earliest = draft.month(-2) if early else draft.maybe(0.3, draft.date(0, min(last, 3)))
    floor = 0 if earliest is None else -((draft.start - month_number(earliest)) // draft.m)
    draft.add(
        "projects",
        id=project,
        name=draft.maybe(0.2, f"Project {project}"),
        sector=draft.maybe(0.9, draw.pick(SECTORS)),
        region=draft.maybe(0.85, draw.pick(REGIONS)),
        company=draft.maybe(0.7, draw.pick(COMPANIES)),
        tags=draft.maybe(0.5, ";".join(draw.some(TAGS, 1, 2))),
        status=None if status == "candidate" else status,
        earliest_start=earliest,
        latest_start=draft.maybe(0.45, _latest(draft, floor)),
        review_remaining_months=draft.maybe(0.15, draw.number(0, 2 * draft.m)),
        selection_load=draft.maybe(0.3, draw.pick([0, 0.5, 1.5, 2])),
        strategic_score=draft.maybe(0.5, draw.whole(1, 5)),
        **_option_cells(draft, 1.0),
    )


def _latest(draft: Draft, floor: int) -> str:
    last = draft.T - 1
    return draft.month(max(floor, draft.draw.whole(last // 2, last)), draft.draw.whole(0, draft.m - 1))


def _add_alternative(draft: Draft, project: str, name: str) -> None:
    given = _option_cells(draft, 1.0)
    kept = {column: cell for column, cell in given.items() if cell is not None and draft.draw.chance(0.4)}
    draft.add("alternatives", project=project, alternative=name, **kept)


def _option_cells(draft: Draft, density: float) -> dict[str, Any]:
    draw, m = draft.draw, draft.m
    commitment = 0 if draw.chance(0.03) else draw.number(1, 15)
    life: Number | None = draft.maybe(0.5, draw.whole(1, 5))
    cells: dict[str, Any] = {
        "commitment": commitment,
        "value": draw.number(-2, 2) if draw.chance(0.08) else round(1 + commitment * draw.number(1, 2.5, 2), 1),
        "construction_months": draft.maybe(0.8, draw.pick([m, 2 * m, 3 * m, m + 1, m + 2.5, m / 2, 2 * m + 1])),
        "life_years": draw.pick([4, 10, 12, 15, 16, 20]) if draft.finance else life,
        "min_scale": draft.maybe(0.25, draw.pick([0.01, 0.2, 0.5, 0.75])),
        "draw_shape": draft.maybe(0.45, draw.pick(["bell", "bell", "flat"])),
        "credit_share": draft.maybe(0.2, draw.pick([0.1, 0.25, 0.3])),
        "japan_content_share": draft.maybe(0.5, draw.pick([0.1, 0.2, 0.5])),
    }
    permits = [row["permit"] for row in draft.rows("permits")]
    if permits:
        cells["permit"] = draft.maybe(0.65, draw.pick(permits))
    if draft.finance:
        cells |= _money_cells(draft)
    if not draft.finance or draw.chance(0.5):
        cells["escalation_per_year"] = draft.maybe(0.25, draw.pick([0.03, 0.06, 0.2, -0.1]))
    for name in draft.document["instance"].get("metrics", {}):
        cells[name] = draft.maybe(0.7, draw.number(-5, 15))
    return cells


def _money_cells(draft: Draft) -> dict[str, Any]:
    draw = draft.draw
    needs_terms = "terms" not in draft.document["instance"]["finance"]
    literal = draft.document["instance"]["finance"].get("waterfall") == "literal"
    every = draft.maybe(0.25, draw.whole(2, 5))
    return {
        "terms": draw.pick([r["terms"] for r in draft.rows("terms")]) if needs_terms or draw.chance(0.3) else None,
        "cash_yield": draw.pick(LITERAL_YIELDS if literal else YIELDS),
        "ramp_years": draft.maybe(0.3, draw.pick([0.5, 1, 2])),
        "reinvest_every_years": every,
        "reinvest_share": draw.pick([0.1, 0.2, 0.4]) if every else None,
    }


def add_profiles(draft: Draft) -> None:
    """Add own draw weights, by period or by year of building, where all that inherit them build as long."""
    draw = draft.draw
    for project in draft.projects:
        if draw.chance(0.3) and len({draft.length(cells) for cells in draft.cells(project)}) == 1:
            project["profile"] = _profile(draft, draft.building(project))
    own = {project["id"]: project for project in draft.projects}
    for row in draft.rows("alternatives"):
        if draw.chance(0.2):
            row["profile"] = _profile(draft, draft.length({**own[row["project"]], **row}))


def _profile(draft: Draft, building: int) -> str:
    years = -(-building * draft.m // 12)
    count = years if draft.has_years and draft.draw.chance(0.5) else building
    tenths = [0] * count
    for _ in range(10):
        tenths[draft.draw.whole(0, count - 1)] += 1
    return ";".join(str(tenth / 10) for tenth in tenths)


def add_steps(draft: Draft) -> None:
    """Make a project a curve of two or three steps of scale, which bends either way."""
    draw = draft.draw
    plain = [row for row in draft.projects if draft.alternatives[row["id"]] == ["base"]]
    if not plain or not draw.chance(0.35):
        return
    project = draw.pick(plain)
    project.pop("min_scale", None)
    ends = draw.pick([[0.2, 0.5, 1], [0.4, 0.4, 0.8], [0.25, 0.75, 1], [0.5, 1]])
    names, money, value = ["small", "medium", "large"], 0.0, 0.0
    for name, low, high in zip(names, ends, ends[1:], strict=False):
        money, value = round(money + draw.number(0.5, 6), 1), round(value + draw.number(-0.5, 9), 1)
        cells = {"from_scale": low, "to_scale": high, "commitment": money, "value": value}
        draft.add("alternatives", project=project["id"], alternative=name, **cells)
        draft.alternatives[project["id"]] = names[: names.index(name) + 1]


def put_under_way(draft: Draft) -> None:
    """Let some projects have started, or have been selected, before the calendar."""
    draw = draft.draw
    for project in draw.some(draft.projects, 1, 2) if draw.chance(0.3) else []:
        names, began = draft.alternatives[project["id"]], draw.whole(-3, min(1, draft.T - 1))
        for column in ("started", "selected", "alternative", "scale", "earliest_start"):
            project.pop(column, None)
        status = draw.weighted({"started": 2, "committed": 1})
        project["status"] = status
        if status == "started":
            project["started"] = draft.month(began, draw.whole(0, draft.m - 1))
        if status == "committed" or draw.chance(0.4):
            project["selected"] = draft.month(-draw.whole(1, 4))
        if len(names) > 1 or draw.chance(0.3):
            project["alternative"] = draw.pick(names)
        chosen = project.get("alternative", names[0])
        rows = draft.rows("alternatives")
        own = [row for row in rows if (row["project"], row["alternative"]) == (project["id"], chosen)]
        least = {**project, **(own[0] if own else {})}.get("min_scale")
        low = None if not own else own[0].get("from_scale")
        if low is not None:
            project["scale"] = draw.pick([low, own[0]["to_scale"], (low + own[0]["to_scale"]) / 2])
        if least is not None and draw.chance(0.8):
            project["scale"] = draw.pick([least, (1 + least) / 2])


def add_cashflows(draft: Draft) -> None:
    """Add own free cash, and cash flows of metrics, known and new."""
    draw, m = draft.draw, draft.m
    curves = {row["project"] for row in draft.rows("alternatives") if "to_scale" in row}
    if draft.finance and draw.chance(0.45):
        for project in draw.some([one for one in draft.projects if one["id"] not in curves], 0, 2):
            _add_free_cash(draft, project)
    if draw.chance(0.6):
        _add_worth_of_time(draft)
    declared = list(draft.document["instance"].get("metrics", {}))
    for project in draw.some(draft.projects, 1, 3) if draw.chance(0.45) else []:
        first = draft.maybe(0.75, draw.number(-m, 2 * m) if draw.chance(0.6) else draw.whole(0, 3) * m)
        to = draft.maybe(0.7, max(first or 0, 0) + draw.whole(1, 3) * m)
        draft.add(
            "cashflows",
            project=project["id"],
            alternative=draft.maybe(0.3, draw.pick(draft.alternatives[project["id"]])),
            from_month=first,
            to_month=to,
            amount=draw.number(-1, 3),
            metric=draw.pick(["value", "taxes", "taxes", "strategic", "credit", "japan_content", *declared]),
        )


def _add_worth_of_time(draft: Draft) -> None:
    """Add value for each period in which a project runs, or a burden: so that it matters when it starts."""
    draw = draft.draw
    for project in draw.some(draft.projects, 2, len(draft.projects)):
        amount = -draw.number(0.1, 1) if draw.chance(0.15) else draw.number(0.2, 2)
        draft.add(
            "cashflows",
            project=project["id"],
            from_month=draft.maybe(0.7, draft.building(project) * draft.m),
            amount=amount,
            metric="value",
        )


def _add_free_cash(draft: Draft, project: dict[str, Any]) -> None:
    draw, m = draft.draw, draft.m
    a_period = draft.largest(project, "commitment") * m / 12
    opening = draft.building(project) * m
    draft.add(
        "cashflows",
        project=project["id"],
        alternative=draft.maybe(0.3, draw.pick(draft.alternatives[project["id"]])),
        from_month=draw.pick([opening, opening - m, opening + 1]),
        to_month=draft.maybe(0.3, opening + 12 * draw.whole(2, 8)),
        amount=round(a_period * draw.pick([0.15, 0.2, 0.3]), 2),
    )
    if draw.chance(0.5):
        first = opening + draw.whole(0, 24)
        draft.add(
            "cashflows",
            project=project["id"],
            from_month=first,
            to_month=first + draw.whole(1, 12),
            amount=-round(a_period * draw.pick([0.05, 0.1, 0.3]), 2),
        )
