"""Small instances that together use every feature of the schema, the same for the same seed.

`generate` draws from a `random.Random`; `cases` is the same as a hypothesis strategy, whose draws are hypothesis's own,
so that failures shrink.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from hypothesis import strategies as st

from outlay.instances.formats.parsing import parse_document
from outlay.instances.instance import Instance
from outlay.instances.values.numbers import month_number, month_text
from tests.brute_force.draft import Draft, Draw
from tests.brute_force.enumeration import Enumeration
from tests.brute_force.enumerator import best_of
from tests.brute_force.generator_dependencies import add_dependency, let_lender_ask_for_savings
from tests.brute_force.generator_projects import (
    add_cashflows,
    add_finance,
    add_permits,
    add_profiles,
    add_projects,
    add_steps,
    put_under_way,
)
from tests.brute_force.generator_resources import (
    add_carry_over,
    add_engine_resources,
    add_programme,
    add_resources,
)
from tests.brute_force.generator_rules import (
    add_approved,
    add_funds,
    add_limit,
    add_metrics,
    add_objective,
    add_switches,
)
from tests.brute_force.generator_sets import add_sets

#: Greatest product over projects of (number of options + 1).
MOST_COMBINATIONS = 3000
ATTEMPTS = 100
#: The share of dull cases that is kept.
KEPT_THOUGH_DULL = 0.05


@dataclass(frozen=True)
class Case:
    """A document, and the constraint set to solve it under (`base` = none)."""

    document: dict[str, Any]
    constraint_set: str = "base"

    def instance(self) -> Instance:
        """Return the validated instance with the set applied."""
        return parse_document(self.document, source="case").with_set(self.constraint_set)


def generate(random: Random) -> Case:
    """Return a case with at most `MOST_COMBINATIONS` combinations."""
    draw = Draw(random)
    for _ in range(ATTEMPTS):
        case = draft_case(draw)
        enumeration = narrow(case)
        if enumeration and (not is_dull(case, enumeration) or draw.chance(KEPT_THOUGH_DULL)):
            return case
    raise RuntimeError("no small enough instance was found")


cases = st.randoms(use_true_random=False).map(generate)


@cache
def case_of(seed: int) -> Case:
    """Return the case of a seed."""
    return generate(Random(f"outlay, {seed}"))


def draft_case(draw: Draw) -> Case:
    """Return a case that may be too large."""
    draft = _calendar(draw)
    settings = draft.document["instance"]
    for name in draw.some(["jobs", "carbon"], 1, 2) if draw.chance(0.35) else []:
        scaled = draw.weighted({None: 1, True: 1, False: 2})
        unit = {"unit": "thousand"} if draw.chance(0.5) else {}
        settings.setdefault("metrics", {})[name] = unit if scaled is None else {**unit, "scaled": scaled}
    if draw.chance(0.55):
        add_permits(draft)
    if draw.chance(0.5):
        add_finance(draft)
    add_projects(draft, draw.weighted({1: 3, 2: 7, 3: 22, 4: 28, 5: 20, 6: 12, 7: 5, 8: 3}))
    add_profiles(draft)
    add_steps(draft)
    put_under_way(draft)
    add_cashflows(draft)
    add_engine_resources(draft)
    add_resources(draft, draw.weighted({0: 12, 1: 26, 2: 34, 3: 22, 4: 6}))
    add_carry_over(draft)
    if draw.chance(0.25):
        add_programme(draft)
    add_metrics(draft)
    if draw.chance(0.4):
        add_funds(draft)
    for _ in range(draw.weighted({0: 1, 1: 3, 2: 4, 3: 4})):
        add_limit(draft)
    for _ in range(draw.weighted({0: 1, 1: 3, 2: 3, 3: 3}) if len(draft.ids) > 1 else 0):
        add_dependency(draft)
    if draw.chance(0.7):
        let_lender_ask_for_savings(draft)
    add_objective(draft)
    _last_year(draft)
    if draw.chance(0.5):
        settings["applied"] = add_switches(draft)
    return Case(draft.document, add_sets(draft) if draw.chance(0.5) else "base")


def _last_year(draft: Draft) -> None:
    """Add the plan that stands, and the date at which present values stand."""
    if draft.draw.chance(0.3):
        add_approved(draft)
    if draft.draw.chance(0.15):
        base = draft.month(draft.draw.whole(-3, 1), draft.draw.whole(0, 2))
        draft.document["instance"]["calendar"]["base_date"] = base


def _calendar(draw: Draw) -> Draft:
    m = draw.weighted({3: 28, 6: 33, 12: 26, 4: 6, 5: 5, 24: 2})
    start, periods = (
        draw.pick(["2026-01", "2027-04", "2026-10"]),
        draw.weighted({1: 4, 2: 8, 3: 12, 4: 20, 5: 18, 6: 16, 7: 10, 8: 12}),
    )
    calendar: dict[str, Any] = {"start": start, "periods": periods, "months_per_period": m}
    draft = Draft(draw, {"instance": {"name": "case", "calendar": calendar}}, periods, m, month_number(start))
    if draw.chance(0.3):
        calendar["last_selection"] = draft.month(draw.whole(periods // 3, periods - 1), draw.whole(0, m - 1))
    if draw.chance(0.3):
        calendar["selection_to_funding_months"] = draw.pick([1, m, m, 0.5])
    if draw.chance(0.3):
        calendar["max_wait_months"] = draw.pick([1, m, 2 * m])
    if draw.chance(0.2):
        calendar["finish_inside"] = True
    if draw.chance(0.3):
        calendar["price_date"] = draft.month(draw.whole(-2, 1), -draw.whole(0, m - 1))
    if draw.chance(0.15):
        calendar["label"] = draw.pick(["FY{end}", "{start}/{end2}"])
    return draft


def narrow(case: Case) -> Enumeration | None:
    """Shorten windows of the projects with most options until the case is small; return it spelled out, or None."""
    while True:
        enumeration = Enumeration(case.instance())
        if enumeration.count() <= MOST_COMBINATIONS:
            return enumeration
        sizes = {project: len(n) for project, n in zip(enumeration.choices.position, enumeration.numbers, strict=True)}
        for project in sorted(sizes, key=lambda project: -sizes[project]):
            options = enumeration.choices.of[enumeration.choices.position[project]][1:]
            starts = sorted({option.start for option in options})
            if len(starts) > 1:
                row = next(row for row in case.document["projects"] if row["id"] == project)
                calendar = case.document["instance"]["calendar"]
                months = starts[(len(starts) - 1) // 2] * calendar["months_per_period"]
                row["latest_start"] = month_text(month_number(calendar["start"]) + months)
                break
        else:
            return None


def is_dull(case: Case, enumeration: Enumeration) -> bool:
    """Return whether nothing is feasible or the best plan funds hardly anything; a few such cases are enough."""
    found = best_of(enumeration)
    few = min(2, len(case.document["projects"]))
    return found.status == "infeasible" or (found.plan is not None and len(found.plan.choices) < few)
