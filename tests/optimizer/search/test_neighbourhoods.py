"""What guides the search: first plans, relaxations, and what a sub-problem may decide."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from outlay.optimizer.relaxation.relaxation import USED
from outlay.optimizer.search.bandit import Bandit
from outlay.optimizer.search.drawing import BRANCH_AND_BOUND, Neighbourhoods
from outlay.optimizer.search.neighbourhoods.registry import CROSSING
from outlay.optimizer.search.params import SubProblems
from outlay.optimizer.search.rounding import schedule


@pytest.mark.slow
def test_every_kind_frees_as_many_projects_as_asked(drawn: Neighbourhoods) -> None:
    plan = np.round(drawn.relaxation.point)
    assert set(drawn.kinds.names) == {
        "disagree", "priced", "near", "rivals", "any", "window", "kin", "linked",
    }  # fmt: skip
    for kind in drawn.known:
        for wanted in (1, 7, drawn.structure.projects):
            chosen = kind.projects(drawn.guide, plan, plan, wanted)
            assert chosen.sum() == wanted, kind.name


def test_what_is_not_free_belongs_to_other_projects_or_is_hopeless(drawn: Neighbourhoods) -> None:
    plan = np.round(drawn.relaxation.point)
    for _ in range(20):
        free = drawn.draw(plan).free
        touched = np.unique(drawn.structure.project[free & drawn.inside])
        assert 2 <= len(touched) <= drawn.structure.projects
        assert free[~drawn.inside].all()
        # What the plan does with a free project can always be undone, unless the price of that exceeds the gap.
        own = drawn.inside & np.isin(drawn.structure.project, touched) & (plan > 0.5)
        dear = np.abs(drawn.relaxation.reduced_cost) > drawn.problem.value(plan) - drawn.relaxation.value
        assert (free | dear)[own].all()


def test_a_project_is_moved_far_from_where_the_plan_has_it_only_to_where_the_relaxation_has_it(
    drawn: Neighbourhoods,
) -> None:
    """One period away at most, as the shortest reach is."""
    structure, plan, used = drawn.structure, np.round(drawn.relaxation.point), drawn.relaxation.point > USED
    drawn.params = replace(drawn.params, sub_problems=SubProblems(reach=(0.0,), breadth=1e9))
    present = structure.option_column >= 0
    column, project, start = (
        array[present] for array in (structure.option_column, structure.option_project, structure.option_start)
    )
    now = np.full(structure.projects, np.nan)
    now[project[plan[column] > 0.5]] = start[plan[column] > 0.5]
    away, free = np.abs(start - now[project]), np.zeros(len(column), dtype=bool)
    for _ in range(20):
        free |= drawn.draw(plan).free[column]
    assert used[column][free & (away > 1)].all()
    assert not used[column][free & (away == 1)].all()


def test_a_date_that_no_free_option_can_change_is_not_free(drawn: Neighbourhoods) -> None:
    structure, plan = drawn.structure, np.round(drawn.relaxation.point)
    some = False
    for _ in range(20):
        free = drawn.draw(plan).free
        options = (structure.option_column >= 0) & free[structure.option_column]
        moved = structure.funded @ options.astype(int) > 0
        assert moved[free & structure.derived].all()
        touched = np.unique(structure.project[free & drawn.inside])
        some |= bool((structure.derived & ~free & np.isin(structure.project, touched)).any())
    assert some == bool(structure.derived.any())


def test_size_follows_difficulty(drawn: Neighbourhoods) -> None:
    plan = np.round(drawn.relaxation.point)
    part = drawn.draw(plan)
    drawn.learn(part, gain=0.0, seconds=1.0, cut_short=True, quick=False)
    small = drawn.share[part.kind]
    drawn.learn(part, gain=0.0, seconds=1.0, cut_short=False, quick=True)
    assert small < drawn.share[part.kind]
    assert drawn.ways.tries.sum() == 2.0


def test_a_size_that_is_not_learned_is_the_average_of_the_others(drawn: Neighbourhoods) -> None:
    part = drawn.draw(np.round(drawn.relaxation.point))
    first = drawn._share(part.kind)
    drawn.share = {part.kind: 0.02, part.kind + 1: 0.08}
    assert drawn._share(part.kind) == 0.02 != first
    assert drawn._share(part.kind + 2) == pytest.approx(0.04)


def test_dives_are_allowed_once_and_leave_more_open_where_that_was_easy(drawn: Neighbourhoods) -> None:
    plan = np.round(drawn.relaxation.point)
    assert {drawn.draw(plan).repair for _ in range(20)} == {BRANCH_AND_BOUND}
    assert drawn.allow_dives()
    assert not drawn.allow_dives()
    parts = [drawn.draw(plan) for _ in range(100)]
    assert {part.way for part in parts} == {0, 1, 2, 3}
    dive = next(part for part in parts if part.way == 3)
    assert len(np.unique(drawn.structure.project[dive.free & drawn.inside])) > 0.9 * drawn.structure.projects
    before = drawn.open_columns[3]
    drawn.learn(dive, gain=0.0, seconds=1.0, cut_short=False, quick=True)
    assert drawn.open_columns[3] > before
    drawn.learn(dive, gain=0.0, seconds=1.0, cut_short=True, quick=False)
    assert drawn.open_columns[3] == pytest.approx(before)


def test_breadth_lets_dearer_options_in(drawn: Neighbourhoods) -> None:
    plan = np.zeros(len(drawn.problem.cost))
    usual, sizes = drawn.params, []
    for breadth in (0.0, 0.1, 1.0, 1e9):
        drawn.params = replace(usual, sub_problems=SubProblems(breadth=breadth))
        sizes.append(drawn._worth_a_thought(plan).sum())
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]
    assert sizes[0] == ((drawn.relaxation.point > USED) | (drawn.relaxation.reduced_cost == 0.0)).sum()


@pytest.mark.slow
def test_crossing_frees_only_what_two_plans_do_differently(drawn: Neighbourhoods) -> None:
    size, nowhere = len(drawn.structure.option_column), np.zeros(drawn.structure.projects)
    plans = [
        schedule(drawn.problem, drawn.structure, nowhere, np.random.default_rng(seed).permutation(size))
        for seed in (1, 2)
    ]
    plan, other = plans
    assert plan is not None
    assert other is not None
    drawn.remember(plan, plan)
    assert not drawn.others
    drawn.remember(other, plan)
    drawn.known, drawn.kinds = [CROSSING], Bandit(["cross"], drawn.random, even=1.0)
    drawn.share = {0: 0.05}
    differ = np.unique(drawn.structure.project[drawn.inside & (plan != other)])
    assert len(differ) > 6
    for _ in range(10):
        free = drawn.draw(plan).free
        touched = np.unique(drawn.structure.project[free & drawn.inside])
        assert 2 <= len(touched) <= 6
        assert set(touched) <= set(differ)
        theirs = drawn.inside & (other > 0.5) & np.isin(drawn.structure.project, touched)
        assert free[theirs].all()
