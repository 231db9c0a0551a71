"""R&D portfolios with many synergies: ``synergy-PROJECTS-SEED``, ten synergies a project and three budgets.

A quadratic multidimensional knapsack, as of Billionnet, Elloumi and Plateau (2009, doi:10.1016/j.dam.2007.12.007).
"""

from __future__ import annotations

from random import Random

from outlay.instances.formats.parsing import parse_document
from outlay.instances.instance import Instance

SIZES, SEEDS = (100, 200, 500), (1, 2, 3)
BUDGETS, A_PROJECT = 3, 10
#: Share of what all projects need that there is.
TIGHTNESS = 0.3


def names() -> list[str]:
    """Return the family, the small ones first."""
    return [f"synergy-{size}-{seed}" for size in SIZES for seed in SEEDS]


def read(name: str) -> Instance | None:
    """Return ``synergy-PROJECTS-SEED``."""
    if name not in names():
        return None
    size, seed = map(int, name.split("-")[1:])
    random = Random(1000 * size + seed)
    ids = [f"p{number:03d}" for number in range(size)]
    needs = {one: [random.randint(5, 50) for _ in range(BUDGETS)] for one in ids}
    pairs = set[tuple[str, str]]()
    while len(pairs) < A_PROJECT * size:
        one, other = sorted(random.sample(ids, 2))
        pairs.add((one, other))
    levels = [round(TIGHTNESS * sum(amounts[b] for amounts in needs.values())) for b in range(BUDGETS)]
    document = {
        "instance": {"name": name, "calendar": {"start": "2026-01", "periods": 1, "months_per_period": 12}},
        "projects": [{"id": one, "value": random.randint(5, 40)} for one in ids],
        "resources": [{"resource": f"b{b}", "kind": "finance"} for b in range(BUDGETS)],
        "availability": [{"resource": f"b{b}", "from": "2026-01", "amount": levels[b]} for b in range(BUDGETS)],
        "requirements": [
            {"project": one, "resource": f"b{b}", "phase": "construction", "amount": amounts[b]}
            for one, amounts in needs.items()
            for b in range(BUDGETS)
        ],
        "dependencies": [
            {"project": one, "needs": other, "kind": "synergy", "bonus": random.randint(1, 8)}
            for one, other in sorted(pairs)
        ],
    }
    return parse_document(document, source=name)
