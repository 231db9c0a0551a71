"""Shapes of classical benchmarks, as somebody would put them into tables: ``SHAPE-SIZE-SIZE-SEED``.

None is copied: costs and sizes are drawn as the literature draws them, from a seed.

* ``assign-AGENTS-JOBS``: generalized assignment of type C (Chu and Beasley 1997): jobs must be done, an alternative an
  agent, agents are resources.
* ``locate-SITES-CUSTOMERS``: capacitated location (Cornuejols, Sridharan and Thizy 1991): customers must be served, an
  alternative a site, each site supplies its capacity once built.
* ``median-SITES-OPEN``: p-median: every site is a customer, served by one of its nearest sites that is open.
* ``cover-ROWS-COLUMNS``: set covering (Beasley 1987): rows must be covered, which any of their columns does.
* ``pack-ROWS-COLUMNS``: set packing: columns are projects, rows resources of which there is one.
* ``bins-ITEMS-BINS``: bin packing: items must be packed, an alternative a bin, which must be bought.
* ``sacks-ITEMS-SACKS``: multiple knapsack: items may be packed, an alternative a sack.
* ``conflicts-ITEMS-PERCENT``: a knapsack in which so many per cent of the pairs exclude each other.
* ``years-PROJECTS-YEARS``: capital budgeting: projects with draws in several years, yearly budgets with carry-over.
* ``reach-SITES-CUSTOMERS``: maximal covering: some sites, and customers who count if any site near them is built.
* ``qkp-ITEMS-PERCENT``: quadratic knapsack (Billionnet and Soutif 2004): so many per cent of items and pairs have a
  profit.
* ``phased-SITES-CUSTOMERS``: location over six years: sites are built from a yearly budget, customers join after that.
"""

from __future__ import annotations

from collections.abc import Callable
from math import hypot
from random import Random
from typing import Any

from outlay.instances.formats.parsing import parse_document
from outlay.instances.instance import Instance
from tests.support.documents import Document, document, level

#: Shapes and sizes of a whole run, one seed each.
SIZES = (
    "assign-10-60",
    "assign-20-100",
    "locate-25-80",
    "locate-50-50",
    "median-80-8",
    "cover-100-500",
    "pack-100-500",
    "bins-60-30",
    "sacks-100-10",
    "conflicts-200-10",
    "years-150-5",
    "reach-60-300",
    "qkp-100-25",
    "phased-20-80",
)
ONE_PERIOD = {"periods": 1}
Row = dict[str, Any]


def names() -> list[str]:
    """Return one of each shape and size."""
    return [f"{size}-1" for size in SIZES]


def read(name: str) -> Instance | None:
    """Return ``SHAPE-SIZE-SIZE-SEED``."""
    shape, _, numbers = name.partition("-")
    sizes = numbers.split("-")
    if shape not in SHAPES or len(sizes) != 3 or not all(each.isdecimal() for each in sizes):
        return None
    first, second, _seed = map(int, sizes)
    made = SHAPES[shape](first, second, Random(name))
    made["instance"]["name"] = name
    return parse_document(made, source=name)


def _resources(amounts: dict[str, float | None]) -> dict[str, list[Row]]:
    given = {name: amount for name, amount in amounts.items() if amount is not None}
    return {
        "resources": [{"resource": name, "kind": "other"} for name in amounts],
        "availability": [level(name, amount) for name, amount in given.items()],
    }


def _uses(project: str, resource: str, amount: float, **more: Any) -> Row:
    return {"project": project, "resource": resource, "phase": "construction", "amount": amount, **more}


def _needs(project: str, needs: str, kind: str = "requires") -> Row:
    return {"project": project, "needs": needs, "kind": kind, "at": "never"}


def _assign(agents: int, jobs: int, random: Random) -> Document:
    sizes = {(agent, job): random.randint(5, 25) for agent in range(agents) for job in range(jobs)}
    capacity = {f"a{agent}": 0.8 * sum(sizes[agent, job] for job in range(jobs)) / agents for agent in range(agents)}
    return document(
        calendar=ONE_PERIOD,
        projects=[{"id": f"j{job}", "status": "mandatory"} for job in range(jobs)],
        alternatives=[
            {"project": f"j{job}", "alternative": f"a{agent}", "value": -random.randint(10, 50)} for agent, job in sizes
        ],
        requirements=[
            _uses(f"j{job}", f"a{agent}", size, alternative=f"a{agent}") for (agent, job), size in sizes.items()
        ],
        **_resources({name: round(amount) for name, amount in capacity.items()}),
    )


def _locate(sites: int, customers: int, random: Random) -> Document:
    places = [(random.random(), random.random()) for _ in range(sites)]
    demand = [random.randint(5, 35) for _ in range(customers)]
    capacity = [random.randint(10, 160) for _ in range(sites)]
    factor = 3.0 * sum(demand) / sum(capacity)
    capacity = [max(35, round(each * factor)) for each in capacity]
    fixed = [round(random.uniform(0, 90) + random.uniform(100, 110) * each**0.5) for each in capacity]
    alternatives, requirements, dependencies = [], [], []
    for site in range(sites):
        requirements.append(_uses(f"s{site}", f"s{site}", capacity[site], role="supplies"))
    for customer in range(customers):
        x, y = random.random(), random.random()
        for site, at in enumerate(places):
            cost = round(10.0 * demand[customer] * hypot(x - at[0], y - at[1]), 1)
            served = {"project": f"c{customer}", "alternative": f"s{site}"}
            alternatives.append({**served, "value": -cost})
            requirements.append(_uses(f"c{customer}", f"s{site}", demand[customer], alternative=f"s{site}"))
            dependencies.append(_needs(f"c{customer}@s{site}", f"s{site}"))
    return document(
        calendar=ONE_PERIOD,
        projects=[{"id": f"s{site}", "value": -fixed[site]} for site in range(sites)]
        + [{"id": f"c{customer}", "status": "mandatory"} for customer in range(customers)],
        alternatives=alternatives,
        requirements=requirements,
        dependencies=dependencies,
        resources=[{"resource": f"s{site}", "kind": "other"} for site in range(sites)],
        availability=[level(f"s{site}", 0) for site in range(sites)],
    )


def _median(sites: int, opened: int, random: Random) -> Document:
    places = [(random.random(), random.random()) for _ in range(sites)]
    alternatives, dependencies = [], []
    for customer, (x, y) in enumerate(places):
        weight = random.randint(1, 20)
        for site, at in enumerate(places):
            away = round(weight * 100.0 * hypot(x - at[0], y - at[1]), 1)
            alternatives.append({"project": f"c{customer}", "alternative": f"s{site}", "value": -away})
            dependencies.append(_needs(f"c{customer}@s{site}", f"s{site}"))
    return document(
        calendar=ONE_PERIOD,
        projects=[{"id": f"s{site}", "sector": "site"} for site in range(sites)]
        + [{"id": f"c{site}", "sector": "customer", "status": "mandatory"} for site in range(sites)],
        alternatives=alternatives,
        dependencies=dependencies,
        limits=[{"metric": "count", "by": "sector", "group": "site", "max": opened}],
    )


def _cover(rows: int, columns: int, random: Random) -> Document:
    dependencies = []
    for row in range(rows):
        dependencies += [
            _needs(f"r{row}", f"c{column}", "requires_any") for column in random.sample(range(columns), columns // 20)
        ]
    return document(
        calendar=ONE_PERIOD,
        projects=[{"id": f"r{row}", "status": "mandatory"} for row in range(rows)]
        + [{"id": f"c{column}", "value": -random.randint(1, 100)} for column in range(columns)],
        dependencies=dependencies,
    )


def _pack(rows: int, columns: int, random: Random) -> Document:
    return document(
        calendar=ONE_PERIOD,
        projects=[{"id": f"c{column}", "value": random.randint(1, 20)} for column in range(columns)],
        requirements=[
            _uses(f"c{column}", f"r{row}", 1)
            for column in range(columns)
            for row in random.sample(range(rows), random.randint(2, 6))
        ],
        **_resources({f"r{row}": 1 for row in range(rows)}),
    )


def _bins(items: int, bins: int, random: Random) -> Document:
    sizes = [random.randint(20, 70) for _ in range(items)]
    pairs = [(item, bin_) for item in range(items) for bin_ in range(bins)]
    return document(
        calendar=ONE_PERIOD,
        projects=[{"id": f"b{bin_}", "value": -1} for bin_ in range(bins)]
        + [{"id": f"i{item}", "status": "mandatory"} for item in range(items)],
        alternatives=[{"project": f"i{item}", "alternative": f"b{bin_}"} for item, bin_ in pairs],
        requirements=[_uses(f"b{bin_}", f"b{bin_}", 150, role="supplies") for bin_ in range(bins)]
        + [_uses(f"i{item}", f"b{bin_}", sizes[item], alternative=f"b{bin_}") for item, bin_ in pairs],
        **_resources({f"b{bin_}": 0 for bin_ in range(bins)}),
    )


def _sacks(items: int, sacks: int, random: Random) -> Document:
    sizes = [random.randint(10, 100) for _ in range(items)]
    pairs = [(item, sack) for item in range(items) for sack in range(sacks)]
    return document(
        calendar=ONE_PERIOD,
        projects=[{"id": f"i{item}", "value": size + random.randint(-5, 10)} for item, size in enumerate(sizes)],
        alternatives=[{"project": f"i{item}", "alternative": f"s{sack}"} for item, sack in pairs],
        requirements=[_uses(f"i{item}", f"s{sack}", sizes[item], alternative=f"s{sack}") for item, sack in pairs],
        **_resources({f"s{sack}": round(0.5 * sum(sizes) / sacks * random.uniform(0.6, 1.4)) for sack in range(sacks)}),
    )


def _conflicts(items: int, percent: int, random: Random) -> Document:
    sizes = [random.randint(20, 100) for _ in range(items)]
    pairs = [(one, two) for one in range(items) for two in range(one) if random.random() < percent / 100]
    return document(
        calendar=ONE_PERIOD,
        projects=[{"id": f"i{item}", "value": random.randint(1, 100)} for item in range(items)],
        requirements=[_uses(f"i{item}", "sack", size) for item, size in enumerate(sizes)],
        dependencies=[_needs(f"i{one}", f"i{two}", "excludes") for one, two in pairs],
        **_resources({"sack": 1_000.0}),
    )


def _years(projects: int, years: int, random: Random) -> Document:
    rows = []
    for project in range(projects):
        commitment, months = random.randint(10, 100), 12 * random.randint(1, min(3, years))
        worth = round(commitment * random.uniform(0.9, 1.6), 1)
        rows.append({"id": f"p{project}", "commitment": commitment, "value": worth, "construction_months": months})
    budget = round(0.4 * sum(row["commitment"] for row in rows) / years)
    return document(
        calendar={"periods": years},
        projects=rows,
        resources=[{"resource": "draws", "kind": "finance", "carry_over_share": 1}],
        availability=[level("draws", budget)],
    )


def _reach(sites: int, customers: int, random: Random) -> Document:
    places = [(random.random(), random.random()) for _ in range(sites)]
    projects: list[Row] = [{"id": f"s{site}", "commitment": random.randint(5, 15)} for site in range(sites)]
    dependencies = []
    for customer in range(customers):
        x, y = random.random(), random.random()
        near = [site for site, at in enumerate(places) if hypot(x - at[0], y - at[1]) < 0.15]
        if near:
            projects.append({"id": f"c{customer}", "value": random.randint(1, 100)})
            dependencies += [_needs(f"c{customer}", f"s{site}", "requires_any") for site in near]
    return document(
        calendar=ONE_PERIOD,
        projects=projects,
        dependencies=dependencies,
        limits=[{"metric": "commitment", "max": 2 * sites}],
    )


def _qkp(items: int, percent: int, random: Random) -> Document:
    sizes = [random.randint(1, 50) for _ in range(items)]
    profits = {item: random.randint(1, 100) for item in range(items) if random.random() < percent / 100}
    dependencies = [
        {"project": f"i{one}", "needs": f"i{two}", "kind": "synergy", "bonus": random.randint(1, 100)}
        for one in range(items)
        for two in range(one)
        if random.random() < percent / 100
    ]
    return document(
        calendar=ONE_PERIOD,
        projects=[{"id": f"i{item}", "value": profits.get(item, 0)} for item in range(items)],
        requirements=[_uses(f"i{item}", "sack", size) for item, size in enumerate(sizes)],
        dependencies=dependencies,
        **_resources({"sack": random.randint(50, sum(sizes))}),
    )


def _phased(sites: int, customers: int, random: Random) -> Document:
    places = [(random.random(), random.random()) for _ in range(sites)]
    demand = [random.randint(5, 35) for _ in range(customers)]
    projects: list[Row] = [
        {"id": f"s{site}", "commitment": random.randint(60, 140), "construction_months": 12} for site in range(sites)
    ]
    projects += [{"id": f"c{customer}", "construction_months": 12} for customer in range(customers)]
    alternatives, requirements, dependencies, cashflows = [], [], [], []
    for customer in range(customers):
        x, y = random.random(), random.random()
        away = sorted((hypot(x - at[0], y - at[1]), site) for site, at in enumerate(places))[:6]
        for distance, site in away:
            served = {"project": f"c{customer}", "alternative": f"s{site}"}
            alternatives.append(served)
            requirements.append({**served, "resource": f"s{site}", "phase": "operation", "amount": demand[customer]})
            dependencies.append({"project": f"c{customer}@s{site}", "needs": f"s{site}", "kind": "requires"})
            worth = round(0.4 * demand[customer] * (1.0 - distance), 2)
            cashflows.append({**served, "metric": "worth", "from_month": 12, "to_month": 120, "amount": worth})
    capacity = {site: round(3 * sum(demand) / sites * random.uniform(0.6, 1.2)) for site in range(sites)}
    return document(
        calendar={"periods": 6},
        settings={"discount_rates": {"worth": 0.08}, "objective": {"worth": 1, "cost": -1}},
        projects=projects,
        alternatives=alternatives,
        requirements=requirements,
        dependencies=dependencies,
        cashflows=cashflows,
        resources=[{"resource": f"s{site}", "kind": "other"} for site in range(sites)]
        + [{"resource": "draws", "kind": "finance", "carry_over_share": 1}],
        availability=[level(f"s{site}", amount) for site, amount in capacity.items()] + [level("draws", 300)],
    )


SHAPES: dict[str, Callable[[int, int, Random], Document]] = {
    "assign": _assign,
    "locate": _locate,
    "median": _median,
    "cover": _cover,
    "pack": _pack,
    "bins": _bins,
    "sacks": _sacks,
    "conflicts": _conflicts,
    "years": _years,
    "reach": _reach,
    "qkp": _qkp,
    "phased": _phased,
}
