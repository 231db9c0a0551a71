"""What hangs on each node is what taking the node away, one at a time, leaves without options or suppliers."""

from __future__ import annotations

from itertools import count, pairwise
from random import Random
from typing import Any

import pytest

from outlay.instances.instance import Instance
from outlay.models.supply import exposure as exposure_module
from outlay.models.supply.exposure import exposure, exposure_within
from tests.support.documents import Document, document, level, parsed
from tests.support.generated import some_generated


class Definition:
    """The rule, word by word, for one removal at a time."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        rows = instance.alternatives
        status = dict(zip(*(instance["projects"].texts(name) for name in ("id", "status")), strict=True))
        self.every = {
            pair
            for pair in zip(rows.texts("project"), rows.texts("alternative"), strict=True)
            if status[pair[0]] != "excluded"
        }

    def side(self, text: str) -> set[tuple[str, str]]:
        project, _, name = text.partition("@")
        return {one for one in self.every if one[0] == project and name in {"", one[1]}}

    def flows(self, role: str) -> list[tuple[str, tuple[str, str]]]:
        return [
            (str(row["resource"]), one)
            for row in self.instance["requirements"].records()
            if row["role"] == role and row["amount"]
            for one in self.side(f"{row['project']}@{row['alternative'] or ''}")
        ]

    def supplied(self, alive: set[tuple[str, str]], without: str | None) -> set[str]:
        tables = self.instance
        found = {str(row["resource"]) for row in tables["availability"].records() if row["amount"] != 0}
        found |= {str(row["resource"]) for row in tables["imports"].records() if row["max_per_period"]}
        found |= {str(row["resource"]) for row in tables["programs"].records()}
        found |= {resource for resource, one in self.flows("supplies") if one in alive}
        found -= {without or ""}
        while True:
            more = {str(row["to_resource"]) for row in tables["links"].records() if row["from_resource"] in found}
            if more - {without or ""} <= found:
                return found
            found |= more - {without or ""}

    def lost(self, gone: set[str], without: str | None) -> set[str]:
        alive = {one for one in self.every if one[0] not in gone}
        rules = [row for row in self.instance["dependencies"].records() if not row["when"]]
        while True:
            supplied = self.supplied(alive, without)
            dead = {one for resource, one in self.flows("uses") if resource not in supplied}
            for row in rules:
                side, needs = str(row["project"]), str(row["needs"])
                pairs = {"requires": [(side, needs)], "together": [(side, needs), (needs, side)]}.get(
                    str(row["kind"]), []
                )
                for who, what in pairs:
                    dead |= set() if self.side(what) & alive else self.side(who)
                if row["kind"] == "requires_any":
                    group = [one for one in rules if one["kind"] == "requires_any"]
                    group = [one for one in group if (one["project"], one["group"]) == (row["project"], row["group"])]
                    if not any(self.side(str(one["needs"])) & alive for one in group):
                        dead |= self.side(side)
            if not dead & alive:
                return {one[0] for one in self.every} - {one[0] for one in alive}
            alive -= dead


def by_definition(instance: Instance) -> dict[tuple[str, str], str]:
    """Return node and kind to who is lost, where anybody is."""
    rule, projects = Definition(instance), instance["projects"]
    sectors = dict(zip(projects.texts("id"), projects.texts("sector"), strict=True))
    removals: list[tuple[str, str, set[str], str | None]] = [(name, "project", {name}, None) for name in sectors]
    removals += [
        (name, "resource", set(), name)
        for name in instance["resources"].texts("resource")
        if name not in {"commitments", "draws", "selections"}
    ]
    removals += [
        (sector, "sector", {name for name, own in sectors.items() if own == sector}, None)
        for sector in sorted({*sectors.values()} - {""})
    ]
    already = rule.lost(set(), None)
    found = {(node, kind): rule.lost(gone, without) - gone - already for node, kind, gone, without in removals}
    return {place: ";".join(sorted(lost)) for place, lost in found.items() if lost}


def told(instance: Instance) -> dict[tuple[str, str], str]:
    table = exposure(instance)
    return {(node, kind): lost for node, kind, lost in zip(table["node"], table["kind"], table["lost"], strict=True)}


def drawn(seed: int) -> Document:
    """Return a chain of projects and resources that hang on each other in every way, circles of links included."""
    random = Random(seed)
    names, goods = [f"P{n}" for n in range(random.randint(2, 9))], [f"R{n}" for n in range(random.randint(1, 6))]
    alternatives = {name: random.choice([["base"], ["base"], ["x", "y"]]) for name in names}

    def side(name: str) -> str:
        return name if random.random() < 0.7 else f"{name}@{random.choice(alternatives[name])}"

    def pair() -> dict[str, Any]:
        one, other = sorted(random.sample(names, 2))
        return {"project": side(one), "needs": side(other), "group": random.choice([None, "g"])}

    kinds = ["requires", "requires_any", "requires_any", "together", "excludes", "synergy"]
    return document(
        projects=[
            {"id": name, "commitment": random.randint(0, 3), "sector": random.choice(["", "a", "b"]),
             "status": random.choice(["candidate"] * 6 + ["excluded"])}
            for name in names
        ],
        alternatives=[
            {"project": name, "alternative": one}
            for name, own in alternatives.items()
            for one in own
            if own != ["base"]
        ],
        resources=[{"resource": name, "kind": "commodity"} for name in goods],
        availability=[level(name, random.choice([0, 1, 1])) for name in goods if random.random() < 0.3],
        imports=[{"resource": name, "from": "2026-01", "max_per_period": 1} for name in goods if random.random() < 0.1],
        requirements=[
            {"project": random.choice(names), "resource": random.choice(goods), "phase": "operation",
             "role": random.choice(["uses", "supplies"]), "amount": random.choice([0, 1, 1, 1])}
            for _ in range(random.randint(0, 14))
        ],
        links=[
            {"link": f"L{n}", "from_resource": random.choice(goods), "to_resource": random.choice(goods)}
            for n in range(random.randint(0, 8))
        ],
        dependencies=[{**pair(), "kind": random.choice(kinds)} for _ in range(random.randint(0, 8))],
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("at_once", "cases"), [(3, 40), *(pytest.param(many, 40, marks=pytest.mark.slow) for many in (1, 1000))]
)
def test_it_is_what_removing_each_node_by_itself_gives(
    at_once: int, cases: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exposure_module, "AT_ONCE", at_once)
    lost = 0
    for seed in range(cases):
        made = parsed(drawn(seed))
        right = by_definition(made)
        assert told(made) == right, seed
        lost += len(right)
    assert lost > 2 * cases
    for made in some_generated(cases // 12):
        assert told(made) == by_definition(made)


def together(projects: int) -> Instance:
    """Return projects that all go together, two and two."""
    names = [f"P{number:03d}" for number in range(projects)]
    return parsed(
        document(
            projects=[{"id": name, "commitment": number} for number, name in enumerate(names)],
            dependencies=[
                {"project": one, "needs": other, "kind": "together"} for one in names for other in names if one < other
            ],
        )
    )


def chain(projects: int, kind: str = "requires") -> Instance:
    """Return projects each of which needs the next."""
    names = [f"P{number:04d}" for number in range(projects)]
    return parsed(
        document(
            projects=[{"id": name, "commitment": 1} for name in names],
            dependencies=[{"project": one, "needs": other, "kind": kind} for one, other in pairwise(names)],
        )
    )


@pytest.mark.slow
def test_a_long_chain_falls_with_its_end() -> None:
    table = exposure(chain(1500))
    assert table["projects"].tolist() == list(range(1499, 0, -1))
    assert table["node"].tolist() == [f"P{number:04d}" for number in range(1499, 0, -1)]


@pytest.mark.slow
@pytest.mark.parametrize("made", [together(120), chain(1200, "together")], ids=["all with all", "one by one"])
def test_what_goes_together_falls_with_each(made: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[int] = []
    real = exposure_module._Chain._evaluate

    def counted(self: Any, *places: Any) -> Any:
        steps.append(1)
        return real(self, *places)

    monkeypatch.setattr(exposure_module._Chain, "_evaluate", counted)
    table, projects = exposure(made), len(made["projects"])
    assert (table["projects"] == projects - 1).all()
    assert len(table) == projects
    # What is lost together is one node, however it hangs together: the work does not grow with the pairs.
    assert sum(steps) <= 2 * len(range(0, projects, exposure_module.AT_ONCE))


def test_what_there_was_no_time_for_is_counted() -> None:
    ticks = count()
    made = parsed(
        document(
            projects=[{"id": name, "commitment": size} for name, size in (("A", 1), ("B", 9), ("C", 5))],
            resources=[{"resource": "steel", "kind": "commodity"}],
            dependencies=[{"project": name, "needs": "A", "kind": "requires"} for name in "BC"],
        )
    )
    assert exposure_within(made, 0.0, clock=lambda: 1.0)[1] == 4
    table, left_out = exposure_within(made, 1e9, clock=lambda: float(next(ticks)))
    assert (table["node"].tolist(), left_out) == (["A"], 0)


def test_the_largest_projects_come_before_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exposure_module, "AT_ONCE", 1)
    made = parsed(
        document(
            projects=[{"id": name, "commitment": size} for name, size in (("A", 1), ("B", 9), ("C", 5))],
            dependencies=[
                {"project": "A", "needs": "B", "kind": "requires"},
                {"project": "A", "needs": "C", "kind": "requires"},
            ],
        )
    )
    ticks = count()
    table, left_out = exposure_within(made, 1.5, clock=lambda: float(next(ticks)))
    assert (table["node"].tolist(), left_out) == (["B"], 2)
