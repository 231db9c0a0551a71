"""Generate instances of any size: realistic, tight, feasible, and the same for the same seed everywhere.

Half-years, five skills with regional pools, power by region, two permit agencies with a fast track, yearly draws and a
cap on commitments, equipment that some projects make and others need, two scales a project or a divisible one, requires
and synergies between neighbours. Capacities are a share of what all projects together would ask, set so that about a
quarter of them fits and that in every family some limits bind: money, permits, labour, power, equipment. Funding
nothing is always feasible.
"""

from __future__ import annotations

import random
from typing import Any

from outlay.instances.errors import InputError
from outlay.instances.formats.parsing import parse_document
from outlay.instances.given import is_whole, type_of
from outlay.instances.instance import Instance

MOST_PROJECTS = 200_000
SKILLS = ("civil", "electrical", "mechanical", "nuclear", "technical")
REGIONS = ("east", "gulf", "lakes", "mountain", "north", "pacific", "plains", "south")
#: Sector: (share of projects, median cost, months of building, workers a unit of cost, power, skills as above).
SECTORS: dict[str, tuple[float, float, int, float, float, tuple[float, ...]]] = {
    "energy": (0.30, 2.0, 42, 0.30, 120.0, (0.25, 0.30, 0.35, 0.05, 0.05)),
    "grid": (0.15, 1.0, 24, 0.35, 0.0, (0.30, 0.55, 0.10, 0.0, 0.05)),
    "industry": (0.35, 0.8, 24, 0.22, -30.0, (0.35, 0.25, 0.30, 0.0, 0.10)),
    "data": (0.20, 1.5, 18, 0.40, -90.0, (0.20, 0.50, 0.25, 0.0, 0.05)),
}
START_YEAR = 2026
MONTHS = 6
#: Share of everything that would be asked for which there is room; of money, of the cost of all alternatives together.
LABOUR, POWER, EQUIPMENT, MONEY = 0.24, 0.35, 0.22, 0.12


def generate(projects: int, seed: int, *, periods: int = 16) -> Instance:
    """Return a generated instance.

    Parameters
    ----------
    projects
        Number of projects, at least 1.
    seed
        The same seed gives the same instance, on every platform and version of Python.
    periods
        Half-years in the calendar, at least 8.

    Raises
    ------
    InputError
        If a number is out of range.

    Examples
    --------
    >>> len(generate(20, 1)["projects"]), generate(20, 1) == generate(20, 1)
    (20, True)
    """
    for column, given in {"projects": projects, "seed": seed, "periods": periods}.items():
        if not is_whole(given):
            problem = f"{type_of(given)} is no whole number"
            raise InputError.single("generate", problem, "write one, such as 100", column=column)
    projects, seed, periods = int(projects), int(seed), int(periods)  # NumPy's seed nothing
    if not 1 <= projects <= MOST_PROJECTS:
        raise InputError.single("generate", "projects is out of range", f"1 to {MOST_PROJECTS}", value=projects)
    if not 8 <= periods <= 200:
        raise InputError.single("generate", "periods is out of range", "8 to 200", value=periods)
    return parse_document(_Maker(projects, seed, periods).document(), source=f"generated {projects}/{seed}")


def _month(period: int) -> str:
    return f"{START_YEAR + period * MONTHS // 12}-{period * MONTHS % 12 + 1:02d}"


class _Maker:
    """Draws one instance; every draw comes from one generator in a fixed order."""

    def __init__(self, projects: int, seed: int, periods: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - not a secret
        self.count, self.seed, self.periods = projects, seed, periods
        self.width = len(str(projects))
        # A pool of labour that only two or three projects share would decide everything.
        self.regions = REGIONS[: max(1, projects // 40)]
        self.projects: list[dict[str, Any]] = []
        self.alternatives: list[dict[str, Any]] = []
        self.requirements: list[dict[str, Any]] = []
        self.dependencies: list[dict[str, Any]] = []
        # What all projects together would ask of each resource, in project-periods.
        self.asked: dict[str, float] = {}
        self.money = 0.0

    def document(self) -> dict[str, Any]:
        """Return the instance as a document."""
        for number in range(self.count):
            self._project(number)
        resources, availability = self._limits()
        return {
            "instance": {
                "name": f"scale-{self.count}-{self.seed}",
                "title": f"{self.count} generated projects, seed {self.seed}",
                "money_unit": "$B",
                "calendar": {
                    "start": _month(0),
                    "periods": self.periods,
                    "months_per_period": MONTHS,
                    "last_selection": _month(self.periods - 3),
                },
                "discount_rates": {"income": 0.07},
                "objective": {"value": 1, "income": 1},
                "sources": ["Generated; every number is invented."],
            },
            "projects": self.projects,
            "alternatives": self.alternatives,
            "permits": [
                {"permit": name, "agency": f"agency/{name}", "review_months": months, **fast}
                for name, months, fast in (
                    ("state", 6, {}),
                    ("federal", 18, {"fast_track_factor": 0.6, "fast_track_slots": max(1, self.count // 50)}),
                )
            ],
            "resources": resources,
            "availability": availability,
            "requirements": self.requirements,
            "dependencies": self.dependencies,
            "cashflows": self.cashflows,
            "provenance": [{"table": "*", "kind": "assumed", "text": "Generated."}],
        }

    @property
    def cashflows(self) -> list[dict[str, Any]]:
        """Yearly income of operation for the first ten years, as one row a project and alternative."""
        return [
            {
                "project": row["project"],
                "alternative": row["alternative"],
                "from_month": row["construction_months"],
                "to_month": row["construction_months"] + 120,
                "amount": round(row["commitment"] * row.pop("yield") / 2, 4),
                "metric": "income",
            }
            for row in self.alternatives
        ]

    def _project(self, number: int) -> None:
        draw = self.random
        name = f"p{number:0{self.width}d}"
        sector = draw.choices(list(SECTORS), [spec[0] for spec in SECTORS.values()])[0]
        region = draw.choice(self.regions)
        first = draw.randrange(0, max(1, self.periods - 8))
        self.projects.append(
            {
                "id": name,
                "sector": sector,
                "region": region,
                "permit": "federal" if draw.random() < 0.3 else "state",
                "earliest_start": _month(first + 1),
                "latest_start": _month(min(first + 6, self.periods - 1)),
                "review_remaining_months": draw.choice((0, 6, 6, 12)),
                "strategic_score": draw.randint(0, 10),
            }
        )
        _, median, months, workers, power, skills = SECTORS[sector]
        cost = median * draw.lognormvariate(0.0, 0.7)
        merit = draw.gauss(1.0, 0.25)
        divisible = draw.random() < 0.15
        sizes = (("base", 1.0),) if divisible else (("base", 1.0), ("large", 1.6))
        for alternative, size in sizes:
            self._alternative(
                {"project": name, "alternative": alternative, **({"min_scale": 0.4} if divisible else {})},
                cost=round(cost * size, 3),
                months=int(months * (1.0 if size == 1 else 1.25)),
                merit=merit * (1.0 if size == 1 else 0.95),
            )
            for skill, share in zip(SKILLS, skills, strict=True):
                amount = round(cost * size * workers * share * 1000 / (months / 6), 1)
                if amount:
                    pool = f"labour/{skill}/{region}"
                    self._use(name, alternative, pool, amount, phase="construction", periods=months // 6, shape="bell")
            if power:
                role = "supplies" if power > 0 else "uses"
                amount = round(abs(power) * cost * size, 1)
                self._use(name, alternative, f"power/{region}", amount, phase="operation", periods=4, role=role)
        self._chain(number, name, sector)

    def _alternative(self, row: dict[str, Any], *, cost: float, months: int, merit: float) -> None:
        draw = self.random
        self.money += cost
        self.alternatives.append(
            {
                **row,
                "commitment": cost,
                "construction_months": months,
                "draw_shape": "bell",
                "value": round(-0.62 * cost, 4),
                "yield": 0.12 * merit * draw.uniform(0.9, 1.1),
            }
        )

    def _use(
        self,
        project: str,
        alternative: str,
        resource: str,
        amount: float,
        *,
        phase: str,
        periods: int,
        shape: str = "flat",
        role: str = "uses",
    ) -> None:
        row = {"project": project, "alternative": alternative, "resource": resource, "amount": amount, "phase": phase}
        self.requirements.append({**row, "shape": shape, "role": role})
        if role == "uses":
            self.asked[resource] = self.asked.get(resource, 0.0) + amount * periods * (0.6 if shape == "bell" else 1.0)

    def _chain(self, number: int, name: str, sector: str) -> None:
        """Tie a project to earlier ones: turbines and transformers, requires, synergies."""
        draw = self.random
        if sector == "industry" and draw.random() < 0.15:
            amount = float(draw.randint(1, 4))
            self.requirements.append(
                {"project": name, "resource": "equipment", "amount": amount, "phase": "operation", "role": "supplies"}
            )
        elif sector in {"energy", "data", "grid"}:
            amount = float(draw.randint(1, 3))
            self._use(name, "", "equipment", amount, phase="construction", periods=1, shape="spread")
        if number and draw.random() < 0.08:
            other = f"p{draw.randrange(max(0, number - 40), number):0{self.width}d}"
            self.dependencies.append({"project": name, "needs": other, "kind": "requires", "at": "operation"})
        if number and draw.random() < 0.05:
            other = f"p{draw.randrange(max(0, number - 40), number):0{self.width}d}"
            bonus = round(draw.uniform(0.02, 0.2), 3)
            self.dependencies.append({"project": name, "needs": other, "kind": "synergy", "bonus": bonus})

    def _limits(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        resources: list[dict[str, Any]] = [
            {"resource": "commitments", "kind": "finance", "unit": "$B", "basis": "cumulative"},
            {"resource": "draws", "kind": "finance", "unit": "$B", "basis": "per_year"},
            {"resource": "agency/state", "kind": "permit"},
            {"resource": "agency/federal", "kind": "permit"},
            {"resource": "equipment", "kind": "equipment", "unit": "sets", "basis": "cumulative"},
        ]
        levels = {
            "commitments": MONEY * self.money,
            "draws": MONEY * self.money / (self.periods / 2) * 1.35,
            "agency/state": max(1.0, 0.45 * self.count / self.periods),
            "agency/federal": max(1.0, 0.14 * self.count / self.periods),
        }
        for skill in SKILLS:
            resources.append({"resource": f"labour/{skill}", "kind": "labour", "unit": "workers"})
            levels[f"labour/{skill}"] = (
                0.8 * LABOUR * sum(self._asked(f"labour/{skill}/{region}") for region in self.regions)
            )
        for region in self.regions:
            resources.append({"resource": f"power/{region}", "kind": "energy", "unit": "MW", "region": region})
            levels[f"power/{region}"] = 0.6 * POWER * self._asked(f"power/{region}")
            for skill in SKILLS:
                pool = {"resource": f"labour/{skill}/{region}", "kind": "labour", "unit": "workers", "region": region}
                resources.append({**pool, "parent": f"labour/{skill}"})
                levels[f"labour/{skill}/{region}"] = LABOUR * self._asked(f"labour/{skill}/{region}")
        availability = [
            {"resource": name, "from": _month(0), "amount": round(level, 1)} for name, level in levels.items()
        ]
        step = EQUIPMENT * self.asked.get("equipment", 0.0) / self.periods
        availability += [
            {"resource": "equipment", "from": _month(period), "amount": round(step * (period + 1), 1)}
            for period in range(self.periods)
        ]
        return resources, availability

    def _asked(self, resource: str) -> float:
        """Return what all alternatives together would ask of a resource, an average period."""
        return self.asked.get(resource, 0.0) / self.periods
