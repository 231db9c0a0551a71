"""Capacitated facility location: ``facilities-SITES-CUSTOMERS-SEED``.

Each customer is served from one of its ten nearest sites (an alternative each), which needs that site and its capacity.
"""

from __future__ import annotations

from math import hypot
from random import Random

from outlay.instances.formats.parsing import parse_document
from outlay.instances.instance import Instance

SIZES, SEEDS = ((20, 80), (40, 150)), (1, 2, 3)
NEAREST = 10


def names() -> list[str]:
    """Return the family, the small ones first."""
    return [f"facilities-{sites}-{customers}-{seed}" for sites, customers in SIZES for seed in SEEDS]


def read(name: str) -> Instance | None:
    """Return ``facilities-SITES-CUSTOMERS-SEED``."""
    if name not in names():
        return None
    sites, customers, seed = map(int, name.split("-")[1:])
    random = Random(10_000 * sites + 10 * customers + seed)
    place = {f"s{number:02d}": (random.random(), random.random()) for number in range(sites)}
    demand = {f"c{number:03d}": random.randint(5, 35) for number in range(customers)}
    projects = [{"id": site, "value": -random.randint(60, 140)} for site in place]
    alternatives, requirements, dependencies = [], [], []
    for customer, amount in demand.items():
        x, y = random.random(), random.random()
        projects.append({"id": customer})
        away = {site: hypot(x - at[0], y - at[1]) for site, at in place.items()}
        for site in sorted(away, key=lambda one: away[one])[:NEAREST]:
            served = {"project": customer, "alternative": site}
            alternatives.append({**served, "value": round(2.0 * amount * (1.0 - away[site]), 2)})
            requirements.append({**served, "resource": site, "phase": "construction", "amount": amount})
            dependencies.append({"project": f"{customer}@{site}", "needs": site, "kind": "requires", "lag_months": -12})
    capacity = 4 * sum(demand.values()) / sites
    document = {
        "instance": {"name": name, "calendar": {"start": "2026-01", "periods": 1, "months_per_period": 12}},
        "projects": projects,
        "alternatives": alternatives,
        "resources": [{"resource": site, "kind": "other"} for site in place],
        "availability": [
            {"resource": site, "from": "2026-01", "amount": round(capacity * random.uniform(0.6, 1.2))}
            for site in place
        ],
        "requirements": requirements,
        "dependencies": dependencies,
    }
    return parse_document(document, source=name)
