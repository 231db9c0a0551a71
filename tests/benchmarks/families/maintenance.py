"""Asset renewal: ``maintenance-ASSETS-SEED``, four treatments of each asset, ten years with a budget each.

A treatment keeps its worth from when it is done to the end of the ten years: the worse the asset, the more a year.
"""

from __future__ import annotations

from random import Random

from outlay.instances.formats.parsing import parse_document
from outlay.instances.instance import Instance

SIZES, SEEDS = (100, 500), (1, 2, 3)
YEARS, TREATMENTS = 10, 4
#: Share of what the dearest treatment of all assets costs that the budgets have, in all.
TIGHTNESS = 0.35


def names() -> list[str]:
    """Return the family, the small ones first."""
    return [f"maintenance-{size}-{seed}" for size in SIZES for seed in SEEDS]


def read(name: str) -> Instance | None:
    """Return ``maintenance-ASSETS-SEED``."""
    if name not in names():
        return None
    size, seed = map(int, name.split("-")[1:])
    random = Random(1000 * size + seed)
    ids = [f"asset{number:03d}" for number in range(size)]
    alternatives, requirements, cashflows, dearest = [], [], [], 0
    for one in ids:
        scale, need = random.randint(10, 100), random.uniform(0.2, 1.0)
        for number in range(TREATMENTS):
            cost = round(scale * (0.4 + 0.6 * number) * random.uniform(0.9, 1.1), 1)
            worth = round(scale * need * (1 - 0.55 ** (number + 1)) * random.uniform(0.9, 1.1), 2)
            treatment = {"project": one, "alternative": f"t{number}"}
            alternatives.append({**treatment, "construction_months": 12, "life_years": 20})
            requirements.append({**treatment, "resource": "budget", "phase": "construction", "amount": cost})
            cashflows.append({**treatment, "metric": "worth", "from_month": 0, "to_month": 240, "amount": worth})
        dearest += cost
    document = {
        "instance": {
            "name": name,
            "calendar": {"start": "2026-01", "periods": YEARS, "months_per_period": 12},
            "discount_rates": {"worth": 0.05},
            "objective": {"worth": 1},
        },
        "projects": [{"id": one} for one in ids],
        "alternatives": alternatives,
        "resources": [{"resource": "budget", "kind": "finance"}],
        "availability": [
            {"resource": "budget", "from": f"{2026 + year}-01", "amount": round(TIGHTNESS * dearest / YEARS, 1)}
            for year in range(YEARS)
        ],
        "requirements": requirements,
        "cashflows": cashflows,
    }
    return parse_document(document, source=name)
