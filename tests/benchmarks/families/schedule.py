"""Resource-constrained project scheduling: ``schedule-ACTIVITIES-SEED`` (all mandatory), ``schedule-opt-...`` (none).

In the manner of PSPLIB (Kolisch and Sprecher 1997, doi:10.1016/S0377-2217(96)00170-1): activities of 1 to 10 months
with up to two predecessors each and four renewable resources. Each earns an amount at completion, discounted by 12 % a
year (net present value, Russell 1970, doi:10.1287/mnsc.16.5.357), so that sooner is better; where optional, each
also costs something at its start. The calendar is half as long again as a serial schedule.
"""

from __future__ import annotations

import re
from random import Random
from typing import Any, NamedTuple

from outlay.instances.formats.parsing import parse_document
from outlay.instances.instance import Instance

SIZES, SEEDS = (30, 60, 120), (1, 2, 3)
RESOURCES = 4
#: Most use of a resource by an activity, and what there is of each: so many activities side by side, on the average.
MOST_USED, BESIDE = 10, 3.0
#: Chance that an activity uses a resource.
USES = 0.75


class Activity(NamedTuple):
    """One activity: months, amount of each resource meanwhile, what must be complete before, what it earns, costs."""

    months: int
    uses: tuple[int, ...]
    after: tuple[int, ...]
    earns: int
    costs: int


def names() -> list[str]:
    """Return the family, the small ones first."""
    return [f"schedule{kind}-{size}-{seed}" for kind in ("", "-opt") for size in SIZES for seed in SEEDS]


def read(name: str) -> Instance | None:
    """Return ``schedule-ACTIVITIES-SEED`` or ``schedule-opt-ACTIVITIES-SEED``, of any size."""
    asked = re.fullmatch(r"schedule(?:-opt)?-(\d+)-(\d+)", name)
    if asked is None:
        return None
    size, seed = map(int, asked.groups())
    made, limits = activities(size, seed)
    return parse_document(document(made, limits, optional="-opt-" in name), source=name)


def activities(size: int, seed: int) -> tuple[list[Activity], list[int]]:
    """Return activities in an order in which each comes after its predecessors, and the limit of each resource."""
    random = Random(1000 * size + seed)
    made = []
    for number in range(size):
        before = range(max(0, number - 8), number)
        after = tuple(sorted(random.sample(before, min(len(before), random.randint(0, 2)))))
        uses = tuple(random.randint(1, MOST_USED) if random.random() < USES else 0 for _ in range(RESOURCES))
        made.append(Activity(random.randint(1, 10), uses, after, random.randint(4, 20), random.randint(0, 12)))
    limits = [
        max(*(each.uses[r] for each in made), round(BESIDE * sum(each.uses[r] for each in made) / size))
        for r in range(RESOURCES)
    ]
    return made, limits


def serial(made: list[Activity], limits: list[int], order: list[int]) -> list[int]:
    """Return the start of each activity, taken in an order, each as soon as it can (serial schedule generation)."""
    used: list[list[int]] = [[] for _ in limits]
    start = [0] * len(made)
    for number in order:
        each = made[number]
        at = max((start[other] + made[other].months for other in each.after), default=0)
        for row in used:
            row.extend([0] * (at + 20 * len(made) - len(row)))
        while not all(
            used[r][t] + amount <= limits[r]
            for r, amount in enumerate(each.uses)
            if amount
            for t in range(at, at + each.months)
        ):
            at += 1
        for r, amount in enumerate(each.uses):
            for t in range(at, at + each.months):
                used[r][t] += amount
        start[number] = at
    return start


def document(made: list[Activity], limits: list[int], *, optional: bool) -> dict[str, Any]:
    """Return the instance as a document: an activity is a project, a month a period."""
    start = serial(made, limits, list(range(len(made))))
    makespan = max(begin + each.months for begin, each in zip(start, made, strict=True))
    projects, requirements, cashflows, dependencies = [], [], [], []
    for number, each in enumerate(made):
        name = f"a{number:03d}"
        status = {} if optional else {"status": "mandatory"}
        projects.append({"id": name, "construction_months": each.months, "life_years": 1, **status})
        requirements += [
            {"project": name, "resource": f"r{r}", "phase": "construction", "amount": amount}
            for r, amount in enumerate(each.uses)
            if amount
        ]
        span = {"project": name, "metric": "npv"}
        cashflows.append({**span, "from_month": each.months, "to_month": each.months + 1, "amount": each.earns})
        if optional:
            cashflows.append({**span, "from_month": 0, "to_month": 1, "amount": -each.costs})
        dependencies += [{"project": name, "needs": f"a{other:03d}", "kind": "requires"} for other in each.after]
    calendar = {"start": "2026-01", "months_per_period": 1, "periods": makespan * 3 // 2, "finish_inside": True}
    return {
        "instance": {
            "name": "schedule",
            "calendar": calendar,
            "discount_rates": {"npv": 0.12},
            "objective": {"npv": 1},
        },
        "projects": projects,
        "resources": [{"resource": f"r{r}", "kind": "labour"} for r in range(len(limits))],
        "availability": [{"resource": f"r{r}", "from": "2026-01", "amount": amount} for r, amount in enumerate(limits)],
        "requirements": requirements,
        "cashflows": cashflows,
        "dependencies": dependencies,
    }
