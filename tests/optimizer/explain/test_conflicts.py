"""Each kind of rule in turn makes an instance impossible, alone and in pairs; it is named, and the repair mends it."""

from __future__ import annotations

import copy
from itertools import combinations
from typing import Any

import pytest

import outlay
from outlay.instances.formats.parsing import parse_document
from outlay.optimizer.explain.explanation import Explanation
from tests.brute_force.enumerator import best
from tests.brute_force.explaining import applied
from tests.support.choosing import some

BASE: dict[str, Any] = {
    "instance": {
        "name": "promises",
        "money_unit": "$M",
        "calendar": {"start": "2026-01", "periods": 2, "months_per_period": 12},
    },
    "projects": [
        {"id": "A", "value": 8, "commitment": 5, "status": "mandatory", "sector": "roads"},
        {"id": "B", "value": 6, "commitment": 4, "status": "mandatory", "sector": "rail"},
        {"id": "C", "value": 7, "commitment": 6},
    ],
}
MUST = {"must/A", "must/B"}
CUMULATIVE = {"kind": "finance", "basis": "cumulative"}


def level(resource: str, amount: float) -> dict[str, Any]:
    return {"resource": resource, "from": "2026-01", "amount": amount}


def uses(resource: str, project: str, amount: float) -> dict[str, Any]:
    return {"project": project, "resource": resource, "phase": "construction", "amount": amount}


def crew(kind: str) -> dict[str, list[dict[str, Any]]]:
    """Return a resource of a kind of which both together need more than there is over the two years."""
    name = f"crew/{kind}"
    return {
        "resources": [{"resource": name, "kind": kind, "basis": "cumulative"}],
        "availability": [level(name, 3)],
        "requirements": [uses(name, "A", 2), uses(name, "B", 2)],
    }


def sector(name: str, most: float, **more: Any) -> dict[str, list[dict[str, Any]]]:
    return {"limits": [{"metric": "commitment", "by": "sector", "group": name, "max": most, **more}]}


#: Tables that make the promises impossible, the rules of the conflict beside them, and the move that mends it.
CULPRITS: dict[str, tuple[dict[str, Any], set[str], set[str]]] = {
    "cap": (
        {"resources": [{"resource": "commitments", **CUMULATIVE}], "availability": [level("commitments", 8)]},
        {"commitments", *MUST},
        {"commitments"},
    ),
    "draws": (
        {"resources": [{"resource": "draws", **CUMULATIVE}], "availability": [level("draws", 8)]},
        {"draws", *MUST},
        {"draws"},
    ),
    "pace": (
        {
            "resources": [{"resource": "selections", "kind": "committee", "basis": "cumulative"}],
            "availability": [level("selections", 1)],
        },
        {"selections", *MUST},
        {"selections"},
    ),
    **{
        kind: (crew(kind), {f"crew/{kind}", *MUST}, {f"crew/{kind}"})
        for kind in ("labour", "energy", "equipment", "commodity", "finance", "committee", "other")
    },
    "funds": ({"funds": [{"fund": "bank", "total": 8}]}, {"bank", *MUST}, {"bank"}),
    "a greatest amount": (
        {"limits": [{"metric": "commitment", "max": 8}]},
        {"limits/commitment/max", *MUST},
        {"limits/commitment/max"},
    ),
    "a least amount": ({"limits": [{"metric": "value", "min": 30}]}, {"limits/value/min"}, {"limits/value/min"}),
    "a sector": (
        sector("rail", 3),
        {"limits/commitment/sector/rail/max", "must/B"},
        {"limits/commitment/sector/rail/max"},
    ),
    "another sector": (
        sector("roads", 4),
        {"limits/commitment/sector/roads/max", "must/A"},
        {"limits/commitment/sector/roads/max"},
    ),
    "a share": (
        sector("rail", 0.2, basis="share"),
        {"limits/commitment/share/sector/rail/max", "must/B"},
        {"limits/commitment/share/sector/rail/max"},
    ),
    "permits": (
        {
            "resources": [{"resource": "office", "kind": "permit"}],
            "availability": [level("office", 1)],
            "permits": [{"permit": "water", "agency": "office", "review_months": 12}],
            "alternatives": [{"project": name, "alternative": "base", "permit": "water"} for name in "AB"],
        },
        {"office", *MUST},
        {"office"},
    ),
    "fast track": (
        {
            "permits": [
                {"permit": "air", "review_months": 36, "fast_track_factor": 0.1, "fast_track_slots": 1},
            ],
            "alternatives": [{"project": name, "alternative": "base", "permit": "air"} for name in "AB"],
        },
        {"permits/fast-track slots of permit air", *MUST},
        {"A", "B"},
    ),
    "dependencies": (
        {"dependencies": [{"project": "A", "needs": "B", "kind": "excludes"}]},
        {"dependency/at most one of A, B", *MUST},
        {"A", "B"},
    ),
}


def document(*tables: dict[str, Any]) -> dict[str, Any]:
    whole = copy.deepcopy(BASE)
    for each in tables:
        for name, rows in each.items():
            whole.setdefault(name, []).extend(copy.deepcopy(rows))
    return whole


def explained(whole: dict[str, Any], **options: Any) -> Explanation:
    return outlay.explain(parse_document(whole, source="test"), jobs=1, **options)


def named(explanation: Explanation) -> list[set[str]]:
    return [set(rows["rule"]) for _, rows in explanation.conflicts.groupby("conflict")]


@pytest.mark.parametrize("culprit", some(CULPRITS, 4))
def test_the_culprit_is_named_and_the_least_repair_mends_it(culprit: str) -> None:
    tables, conflict, mended = CULPRITS[culprit]
    whole = document(tables)
    explanation = explained(whole, keep=[] if mended == {"A", "B"} else ["A", "B"])
    assert [{rule.partition(": ")[0] for rule in rules} for rules in named(explanation)] == [conflict]
    assert explanation.conflicts["minimal"].all()
    assert len(explanation.repair) == 1
    assert set(explanation.repair["what"]) <= mended
    changed = applied(parse_document(whole, source="test"), explanation.sets["repair"])
    assert best(changed).status == "optimal"


#: All pairs but one that names the alternatives twice; which of them run by default, and which before every change.
PAIRS = [pair for pair in combinations(CULPRITS, 2) if pair != ("permits", "fast track")]
QUICK = {("cap", "a least amount"), ("a sector", "another sector")}
CHOSEN = {("funds", "a share"), ("labour", "permits"), ("pace", "fast track"), ("draws", "dependencies")}


@pytest.mark.slow
@pytest.mark.parametrize(
    "pair",
    [
        pytest.param(pair, marks=[] if pair in QUICK else [pytest.mark.slow if pair in CHOSEN else pytest.mark.nightly])
        for pair in PAIRS
    ],
    ids=" and ".join,
)
def test_two_culprits_are_two_conflicts_and_the_repair_mends_both(pair: tuple[str, str]) -> None:
    whole = document(*(CULPRITS[name][0] for name in pair))
    explanation = explained(whole, conflicts=3)
    found = {frozenset(rule.partition(": ")[0] for rule in rules) for rules in named(explanation)}
    assert found == {frozenset(CULPRITS[name][1]) for name in pair}
    changed = applied(parse_document(whole, source="test"), explanation.sets["repair"])
    assert best(changed).status == "optimal"
    assert len(explanation.repair) <= 2


def test_a_project_without_an_option_is_a_conflict_with_its_reasons() -> None:
    whole = document()
    whole["permits"] = [{"permit": "slow", "review_months": 60}]
    whole["projects"][0]["permit"] = "slow"
    explanation = explained(whole)
    assert named(explanation) == [{"must/A"}]
    assert "the permit is not ready" in explanation.conflicts["title"][0]
    assert explanation.repair["what"].tolist() == ["A"]
    changed = applied(parse_document(whole, source="test"), explanation.sets["repair"])
    assert best(changed).status == "optimal"


def test_a_project_under_way_without_an_option_is_let_go_with_what_was_decided_of_it() -> None:
    whole = document({"funds": [{"fund": "bank", "max_share": 0.3}]})
    under_way = {"status": "started", "started": "2025-10", "selected": "2025-08", "alternative": "base", "scale": 1}
    whole["projects"][0] |= under_way
    whole["projects"][1].pop("status", None)
    explanation = explained(whole)
    assert named(explanation) == [{"must/A"}]
    assert "funds may pay at most 30%" in explanation.conflicts["title"][0]
    changed = applied(parse_document(whole, source="test"), explanation.sets["repair"])
    assert best(changed).status == "optimal"


@pytest.mark.slow
def test_rows_that_say_the_same_of_every_option_are_one_rule_of_the_conflict() -> None:
    """What a fund pays for a project is a row for each of its options, and the conflict needs all of them."""
    whole = document({"funds": [{"fund": "bank", "per_year": 3}, {"fund": "town"}]})
    whole["fund_amounts"] = [{"project": "A", "fund": "bank", "min": 4, "max": 5}]
    whole["projects"][1].pop("status")
    explanation = explained(whole, conflicts=3)
    found = [{rule.partition(": ")[0] for rule in rules} for rules in named(explanation)]
    assert {"must/A", "fund/bank pays for A", "bank"} in found
    assert not any(one < other for one in found for other in found)
    rules = outlay.vary(parse_document(whole, source="test")).over.rules
    assert len(rules["fund/bank pays for A"].rows) > 1
    for rule in rules.all.values():
        parts = rules.parts(rule)
        assert len({part.name for part in parts}) == len(parts)


@pytest.mark.slow
def test_what_funds_ask_of_the_portfolio_has_no_repair_and_that_is_said() -> None:
    whole = document({"funds": [{"fund": name, "portfolio_max_share": 0.4} for name in ("bank", "town")]})
    explanation = explained(whole, keep=["A", "B"])
    assert {rule.partition("/")[0] for rule in named(explanation)[0]} == {"fund", "must"}
    assert not len(explanation.repair)
    assert any("no repair" in note for note in explanation.notes)


@pytest.mark.slow
def test_what_a_period_leaves_to_later_ones_goes_with_its_limit() -> None:
    """A limit that carries over also says how much it leaves; without it there is no end to that."""
    crew = {"resource": "crew", "kind": "labour", "carry_over_share": 1, "carry_over_once": True}
    needs = [uses("crew", name, 2) for name in "AB"]
    explanation = explained(
        document({"resources": [crew], "availability": [level("crew", 1)], "requirements": needs}), keep=["A", "B"]
    )
    assert {rule.partition(": ")[0] for rule in named(explanation)[0]} >= {"crew"}
    assert explanation.repair["what"].tolist() == ["crew"]


def test_what_was_approved_and_is_frozen_is_let_go_with_its_dates() -> None:
    whole = document({"approved": [{"project": "C", "selected": "2026-01", "start": "2026-01"}]})
    whole["instance"] |= {"applied": {"force_out": ["C"]}}
    whole["instance"]["calendar"]["frozen_until"] = "2027-01"
    for project in whole["projects"]:
        project.pop("status", None)
    explanation = explained(whole)
    assert named(explanation) == [{"must/C"}]
    assert explanation.repair["what"].tolist() == ["C"]
    changed = applied(parse_document(whole, source="test"), explanation.sets["repair"])
    assert best(changed).status == "optimal"


@pytest.mark.slow
def test_forced_projects_can_be_let_go() -> None:
    tables = CULPRITS["cap"][0]
    whole = document(tables) | {"sets": {"all": {"force_in": ["C"]}}}
    instance = parse_document(whole, source="test").with_set("all")
    explanation = outlay.explain(instance, jobs=1, keep=["commitments"], conflicts=3)
    assert any("must/C" in rules for rules in named(explanation))
    assert set(explanation.repair["kind"]) == {"project"}
    assert explanation.plan is not None
