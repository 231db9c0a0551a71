"""Grid expansion: ``grid-REGIONS-SEED``, plants and data centres, lines between regions, crews that can be trained.

Centres use power as long as they operate, plants supply it; links carry it to the next regions with a loss, and their
capacity is a resource that line projects supply. Crews build; programs train more.
"""

from __future__ import annotations

from random import Random
from typing import Any

from outlay.instances.formats.parsing import parse_document
from outlay.instances.instance import Instance

SIZES, SEEDS = (10, 20), (1, 2, 3)
#: Plants, centres, and half-years.
PLANTS, CENTRES, PERIODS = 4, 6, 16


def names() -> list[str]:
    """Return the family, the small ones first."""
    return [f"grid-{size}-{seed}" for size in SIZES for seed in SEEDS]


def read(name: str) -> Instance | None:
    """Return ``grid-REGIONS-SEED``."""
    if name not in names():
        return None
    size, seed = map(int, name.split("-")[1:])
    return parse_document(document(name, size, Random(1000 * size + seed)), source=name)


def document(name: str, size: int, random: Random) -> dict[str, Any]:
    """Return an instance as a document."""
    tables: dict[str, list[dict[str, Any]]] = {
        table: []
        for table in ("projects", "resources", "availability", "requirements", "links", "programs", "cashflows")
    }
    for region in range(size):
        _region(tables, f"r{region:02d}", random)
        _line(tables, region, (region + 1) % size, random)
    tables["resources"].append({"resource": "draws", "kind": "finance", "basis": "per_year"})
    tables["availability"].append({"resource": "draws", "from": "2026-01", "amount": 90 * size})
    settings = {
        "name": name,
        "calendar": {"start": "2026-01", "periods": PERIODS, "months_per_period": 6},
        "discount_rates": {"worth": 0.06},
        "objective": {"worth": 1, "cost": -1},
    }
    return {"instance": settings, **tables}


def _region(tables: dict[str, list[dict[str, Any]]], region: str, random: Random) -> None:
    power, crew = f"power/{region}", f"crew/{region}"
    tables["resources"] += [{"resource": power, "kind": "energy"}, {"resource": crew, "kind": "labour"}]
    tables["availability"] += [
        {"resource": power, "from": "2026-01", "amount": random.randint(20, 60)},
        {"resource": crew, "from": "2026-01", "amount": random.randint(15, 30)},
    ]
    tables["programs"].append(
        {"program": f"train/{region}", "resource": crew, "cost_per_unit": random.randint(2, 5), "lead_months": 12,
         "max_per_period": 4, "max_total": 16}
    )  # fmt: skip
    for kind, many in (("plant", PLANTS), ("centre", CENTRES)):
        for number in range(many):
            project, size = f"{kind}/{region}/{number}", random.randint(10, 80)
            months, plant = random.choice((18, 24, 36)), kind == "plant"
            worth = round(size * (0.02 if plant else random.uniform(0.15, 0.35)), 2)
            tables["projects"].append(
                {"id": project, "region": region, "commitment": size * (2 if plant else 1),
                 "construction_months": months, "life_years": 30}
            )  # fmt: skip
            tables["requirements"] += [
                {"project": project, "resource": power, "role": "supplies" if plant else "uses", "phase": "operation",
                 "amount": size},
                {"project": project, "resource": crew, "phase": "construction", "amount": 2 + size // 6},
            ]  # fmt: skip
            tables["cashflows"].append(
                {"project": project, "metric": "worth", "from_month": months, "to_month": months + 240, "amount": worth}
            )


def _line(tables: dict[str, list[dict[str, Any]]], one: int, other: int, random: Random) -> None:
    line, project = f"line/{one:02d}-{other:02d}", f"wire/{one:02d}-{other:02d}"
    tables["resources"].append({"resource": line, "kind": "energy"})
    tables["availability"].append({"resource": line, "from": "2026-01", "amount": random.randint(0, 20)})
    tables["projects"].append({"id": project, "commitment": 25, "construction_months": 24, "life_years": 40})
    tables["requirements"].append(
        {"project": project, "resource": line, "role": "supplies", "phase": "operation", "amount": 60}
    )
    for here, there in ((one, other), (other, one)):
        tables["links"].append(
            {"link": f"{here:02d}>{there:02d}", "from_resource": f"power/r{here:02d}",
             "to_resource": f"power/r{there:02d}", "loss": 0.05, "capacity_resource": line}
        )  # fmt: skip
