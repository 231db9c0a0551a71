"""What each family of constraints costs: against averages over all orders, and on the tutorial by hand."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from math import factorial
from random import Random

import pytest

import outlay
from outlay.instances.errors import InputError
from outlay.optimizer.compare.attribution import MOST_FAMILIES, Coalition, check_players, coalitions, shapley, with_only
from tests.optimizer.compare.support import cap, row, town, tutorial
from tests.support.choosing import some
from tests.support.documents import document, instance, level, parsed

PLAYERS = ("cap", "labour", "energy", "permits", "limits", "funds")


PAIR = document(
    calendar={"periods": 1},
    projects=[{"id": name, "value": 2, "commitment": 1} for name in "AB"],
    resources=[
        {"resource": "commitments", "kind": "finance", "basis": "cumulative"},
        {"resource": "crew", "kind": "labour"},
    ],
    availability=[level("commitments", 1), level("crew", 1)],
    requirements=[{"project": name, "resource": "crew", "phase": "construction", "amount": 1} for name in "AB"],
)


def average_over_orders(players: Sequence[str], value: dict[Coalition, float], player: str) -> float:
    """Return what switching a player on costs, averaged over all orders of switching on."""
    total = 0.0
    for order in permutations(players):
        before = frozenset(order[: order.index(player)])
        total += value[before] - value[before | {player}]
    return total / factorial(len(players))


@pytest.mark.parametrize("count", range(1, MOST_FAMILIES + 1))
@pytest.mark.parametrize("seed", range(3))
def test_a_loss_is_the_average_over_all_orders_and_the_losses_add_up(count: int, seed: int) -> None:
    random = Random(100 * count + seed)
    players = PLAYERS[:count]
    values = {some: (found := random.uniform(-50, 50), found + random.uniform(0, 2)) for some in coalitions(players)}
    answers = {some: pair[0] for some, pair in values.items()}
    table = shapley(players, values)
    assert table["family"].tolist() == list(players)
    for line in table.itertuples():
        assert line.loss == pytest.approx(average_over_orders(players, answers, line.family), abs=1e-9)
    total = answers[frozenset()] - answers[frozenset(players)]
    assert table["loss"].sum() == pytest.approx(total, abs=1e-9)
    assert table["share"].sum() == pytest.approx(1)


@pytest.mark.parametrize("seed", range(5))
def test_the_true_loss_lies_within_the_bounds_that_the_gaps_imply(seed: int) -> None:
    random = Random(seed)
    players = PLAYERS[:3]
    values = {some: (found := random.uniform(0, 50), found + random.uniform(0, 2)) for some in coalitions(players)}
    table = shapley(players, values)
    for _ in range(50):  # whatever the true values are between answers and bounds
        truth = {some: random.choice([*pair, random.uniform(*pair)]) for some, pair in values.items()}
        for line in table.itertuples():
            assert line.low - 1e-9 <= average_over_orders(players, truth, line.family) <= line.high + 1e-9
    # And the bounds are attained, where all values conspire.
    for line in table.itertuples():
        worst = {some: pair[line.family not in some] for some, pair in values.items()}
        best = {some: pair[line.family in some] for some, pair in values.items()}
        assert line.high == pytest.approx(average_over_orders(players, worst, line.family))
        assert line.low == pytest.approx(average_over_orders(players, best, line.family))


def test_a_family_that_changes_nothing_loses_nothing_and_equal_families_lose_the_same() -> None:
    values = {some: (10.0 - 4 * ({"cap", "labour"} <= some),) * 2 for some in coalitions(PLAYERS[:3])}
    assert shapley(PLAYERS[:3], values)["loss"].tolist() == pytest.approx([2, 2, 0])


def test_without_any_loss_there_are_no_shares() -> None:
    table = shapley(["cap"], {frozenset(): (5.0, 5.0), frozenset({"cap"}): (5.0, 5.0)})
    assert table["loss"].tolist() == [0]
    assert table["share"].isna().all()


def test_the_losses_of_the_tutorial_are_those_found_by_hand() -> None:
    """The seven other combinations, worked out on paper.

    No constraint: all five, 37.1. Only the cap of 11: library, park and solar (7 + 3 + 1), 19.5. Only the crew: two
    buildings, library and bridge (22.5), and the roof, which needs no school, 24.0. Only the need: all five, 37.1. Cap
    and crew: the same 19.5. Cap and need: 19.1. Crew and need: library and school first, with the roof, 23.6. All:
    19.1.
    """
    base = tutorial()
    comparison = outlay.compare(base, ["base"], attribute=["cap", "labour", "dependencies"], jobs=1)
    assert comparison.combinations is not None
    found = dict(zip(comparison.combinations["on"], comparison.combinations["objective"], strict=True))
    by_hand = {
        "": 37.1,
        "cap": 19.5,
        "labour": 24.0,
        "dependencies": 37.1,
        "cap, labour": 19.5,
        "cap, dependencies": 19.1,
        "dependencies, labour": 23.6,
        "cap, dependencies, labour": 19.1,
    }
    assert found == pytest.approx(by_hand)
    values = {frozenset(name.split(", ") if name else ()): worth for name, worth in by_hand.items()}
    players = ("cap", "labour", "dependencies")
    for name in players:
        line = row(comparison.attribution, family=name)
        assert line["loss"] == pytest.approx(average_over_orders(players, values, name))
        assert line["low"] - 1e-9 <= line["loss"] <= line["high"] + 1e-9
    assert comparison.attribution is not None
    # Switched on first, after labour, after dependencies, last.
    assert row(comparison.attribution, family="cap")["loss"] == pytest.approx(17.6 / 3 + 4.5 / 6 + 18 / 6 + 4.5 / 3)
    assert comparison.attribution["loss"].sum() == pytest.approx(18.0)
    assert comparison.attribution["share"].sum() == pytest.approx(1)


@pytest.mark.slow
def test_the_combination_of_all_families_is_the_reference_itself() -> None:
    comparison = outlay.compare(tutorial(), ["more-money", "base"], attribute=["cap"], jobs=1)
    assert row(comparison.combinations, on="cap")["objective"] == pytest.approx(23.6)
    assert comparison.sets == ("more-money", "base")
    assert comparison.cases["set"].tolist() == ["more-money", "base"]  # combinations are no cases of the comparison


@pytest.mark.slow
def test_choices_that_the_set_forces_stay_in_every_combination() -> None:
    comparison = outlay.compare(tutorial(), ["library-first"], attribute=["cap", "labour"], jobs=1)
    # With only the crew limit: the library, the school, which beats the bridge with the roof that needs it.
    assert row(comparison.combinations, on="labour")["objective"] == pytest.approx(13.5 + 8.6 + 1.5)
    assert row(comparison.combinations, on="")["objective"] == pytest.approx(37.1)
    assert row(comparison.combinations, on="cap, labour")["objective"] == pytest.approx(18.0)
    assert row(comparison.combinations, on="cap")["objective"] == pytest.approx(18.0)
    assert row(comparison.attribution, family="labour")["loss"] == pytest.approx(13.5 / 2)


@pytest.mark.slow
def test_a_family_that_the_set_switches_off_stays_off() -> None:
    case = parsed({**PAIR, "sets": {"free": {"disable": ["labour"]}}})
    comparison = outlay.compare(case, ["free"], attribute=["cap", "labour"], jobs=1)
    assert row(comparison.attribution, family="labour")["loss"] == 0


def test_only_the_families_named_are_switched_off() -> None:
    case = tutorial()
    only = with_only(case, ("cap", "supply", "finance"), frozenset({"cap"}))
    assert only.is_on("cap")
    off = {"equipment", "commodity", "dependencies", "draws", "funds", "lender"}
    assert {name for name in (*off, "labour", "finance", "permits", "cap") if not only.is_on(name)} == off
    assert case.is_on("draws")  # the instance itself is unchanged


def test_coalitions_are_all_subsets_once() -> None:
    some = coalitions(PLAYERS[:4])
    assert len(some) == len(set(some)) == 16
    assert some[0] == frozenset()
    assert some[-1] == frozenset(PLAYERS[:4])


@pytest.mark.parametrize(
    ("families", "words"),
    [
        (["labor"], "did you mean 'labour'"),
        (["cap", "cap"], "overlap"),
        (["supply", "equipment"], "overlap"),
        (["finance", "lender"], "overlap"),
        (["cap", "labour", "energy", "permits", "supply", "finance", "limits"], "128 cases"),
        ([""], "no such constraint family"),
    ],
)
def test_families_that_cannot_be_attributed_to_are_refused_before_anything_is_solved(
    families: list[str], words: str
) -> None:
    def fail(_: object) -> None:
        raise AssertionError("something was solved")

    with pytest.raises(InputError, match=words):
        outlay.compare(tutorial(), ["base"], attribute=families, on_progress=fail)


def test_all_faults_of_the_families_are_reported_at_once() -> None:
    with pytest.raises(InputError) as caught:
        check_players(["labor", "enrgy", "cap", "cap"])
    assert len(caught.value.faults) == 3


def test_no_family_at_all_is_a_fault_of_the_check() -> None:
    with pytest.raises(InputError, match="no family"):
        check_players([])


@pytest.mark.slow
def test_an_infeasible_combination_is_an_error_that_says_which() -> None:
    # A is a must and needs the power of B, whose crew is too large: a contradiction only with both families on.
    case = instance(
        calendar={"periods": 1},
        projects=[{"id": "A", "value": 1, "status": "mandatory"}, {"id": "B", "value": 1}],
        resources=[{"resource": "power", "kind": "energy"}, {"resource": "crew", "kind": "labour"}],
        availability=[level("power", 0), level("crew", 1)],
        requirements=[
            {"project": "A", "resource": "power", "phase": "construction", "amount": 1},
            {"project": "B", "resource": "power", "phase": "construction", "amount": 1, "role": "supplies"},
            {"project": "B", "resource": "crew", "phase": "construction", "amount": 2},
        ],
    )
    with pytest.raises(InputError, match="infeasible") as caught:
        outlay.compare(case, ["base"], attribute=["energy", "labour"], jobs=1)
    assert "energy, labour" in str(caught.value)


@pytest.mark.slow
def test_a_contradiction_is_no_error_where_the_set_switches_it_off() -> None:
    # A is a must and needs the power of B, but only one project may be funded.
    case = instance(
        calendar={"periods": 2},
        projects=[
            {"id": "A", "value": 1, "status": "mandatory"},
            {"id": "B", "value": 1},
        ],
        resources=[{"resource": "power", "kind": "energy"}],
        availability=[level("power", 0)],
        requirements=[
            {"project": "A", "resource": "power", "phase": "construction", "amount": 1},
            {"project": "B", "resource": "power", "phase": "construction", "amount": 1, "role": "supplies"},
        ],
        limits=[{"metric": "count", "by": "all", "max": 1}],
        sets={"free": {"disable": ["energy"]}},
    )
    comparison = outlay.compare(case, ["free"], attribute=["limits"], jobs=1)
    assert row(comparison.attribution, family="limits")["loss"] == pytest.approx(1)
    with pytest.raises(InputError, match="energy, limits is infeasible"):
        outlay.compare(case, ["base"], attribute=["energy", "limits"], jobs=1)


@pytest.mark.slow
@pytest.mark.parametrize("name", some(["none of them", "only labour", "attribution"], 1))
def test_a_set_that_is_called_like_a_combination_keeps_its_own_answer(name: str) -> None:
    case = town(**{name: cap(1)})
    comparison = outlay.compare(case, ["base", name], attribute=["cap", "labour"], jobs=1)
    assert comparison.cases["objective"].tolist() == [6, 1]
    assert comparison.combinations is not None
    assert comparison.combinations["objective"].tolist() == [10, 6, 10, 6]
