"""What rows of dependencies become, beyond their golden text: cliques, and needs read once."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import outlay
from outlay.models.case import Case
from outlay.models.families.dependencies import edge_cliques
from outlay.models.options.needs import any_groups, read_needs
from tests.support.documents import instance

NAMES = "ABCDEFG"
pairs = st.sets(st.sampled_from(list(combinations(NAMES, 2))))


@given(pairs)
def test_cliques_cover_every_pair_and_nothing_else(exclusions: set[tuple[str, str]]) -> None:
    cliques = edge_cliques(exclusions)
    assert {pair for clique in cliques for pair in combinations(clique, 2)} == exclusions
    assert all(list(clique) == sorted(set(clique)) for clique in cliques)
    assert len(set(cliques)) == len(cliques)
    assert len(cliques) <= max(1, len(exclusions))


@given(pairs)
def test_no_clique_lies_within_another(exclusions: set[tuple[str, str]]) -> None:
    cliques = [set(clique) for clique in edge_cliques(exclusions)]
    assert not any(one < other for one in cliques for other in cliques)


def test_all_pairs_of_a_group_become_one_row() -> None:
    assert edge_cliques(set(combinations(NAMES, 2))) == [tuple(NAMES)]


def test_a_clique_grows_by_whom_most_others_can_follow() -> None:
    """C excludes A and B alone; D and E also exclude each other."""
    exclusions = {*combinations("ABDE", 2), ("A", "C"), ("B", "C")}
    assert edge_cliques(exclusions) == [tuple("ABDE"), tuple("ABC")]


def test_lags_round_up_also_below_zero() -> None:
    rows = [
        {"project": "B", "needs": "A", "kind": "requires", "lag_months": lag} for lag in (0, 1, 12, 13, -1, -12, -13)
    ]
    needs = read_needs(instance(projects=[{"id": "A"}, {"id": "B"}], dependencies=rows))
    lags = {
        int(lag): need.lag
        for lag, need in zip(sorted(row["lag_months"] for row in rows), sorted(needs, key=lambda n: n.lag), strict=True)
    }  # type: ignore[type-var]
    assert lags == {-13: -1, -12: -1, -1: 0, 0: 0, 1: 1, 12: 1, 13: 2}


def test_groups_of_requires_any_belong_to_one_project_side() -> None:
    rows = [
        {"project": "C", "needs": "A", "kind": "requires_any"},
        {"project": "C", "needs": "B", "kind": "requires_any"},
        {"project": "C", "needs": "B", "kind": "requires_any", "group": "g"},
        {"project": "C@base", "needs": "B", "kind": "requires_any"},
        {"project": "C", "needs": "A", "kind": "requires"},
    ]
    needs = read_needs(instance(projects=[{"id": name} for name in "ABC"], dependencies=rows))
    sizes = {key: len(group) for key, group in any_groups(needs).items()}
    assert sizes == {("C", ""): 2, ("C", "g"): 1, ("C@base", ""): 1}


def test_an_exclusion_of_alternatives_leaves_the_others_free() -> None:
    made = instance(
        calendar={"periods": 1},
        projects=[{"id": "A"}, {"id": "B"}],
        alternatives=[{"project": "A", "alternative": "big"}, {"project": "A", "alternative": "small"}],
        dependencies=[{"project": "A@big", "needs": "B", "kind": "excludes"}],
    )
    case = Case(made)
    assert case.options.of("A@big").tolist() == [0]
    assert case.options.of("A").tolist() == [0, 1]


@pytest.mark.slow
def test_a_circle_that_no_date_contradicts_is_solved() -> None:
    rows = [
        {"project": "B", "needs": "A", "kind": "requires"},
        {"project": "A", "needs": "B", "kind": "requires", "at": "operation", "lag_months": -24},
    ]
    projects = [{"id": name, "value": 1, "construction_months": 12} for name in "AB"]
    solution = outlay.solve(instance(calendar={"periods": 4}, projects=projects, dependencies=rows))
    assert solution.objective == 2
    starts = {choice.project: choice.start for choice in solution.plan.choices} if solution.plan else {}
    assert 1 <= starts["B"] - starts["A"] <= 2


def test_greatest_lags_are_read_rounded_down() -> None:
    rows = [{"project": "B", "needs": "A", "kind": "requires", "lag_months": -24, "max_lag_months": 23}]
    (need,) = read_needs(instance(projects=[{"id": "A"}, {"id": "B"}], dependencies=rows))
    assert (need.lag, need.max_lag) == (-2, 1)
