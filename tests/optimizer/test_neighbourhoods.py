"""What guides the search: first plans, relaxations, and what a sub-problem may decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import outlay
from outlay.models.build import build
from outlay.optimizer.neighbourhoods import Neighbourhoods
from outlay.optimizer.problem import Problem
from outlay.optimizer.relaxation import USED
from outlay.optimizer.schedule import greedy, schedule
from outlay.optimizer.search import Search
from outlay.optimizer.session import Session
from outlay.optimizer.structure import Structure
from outlay.optimizer.success import Choice
from tests.optimizer.support import holds, level_problem
from tests.support.documents import knapsack, parsed


def test_a_rounded_relaxation_is_a_plan_that_the_verifier_passes(session: Session, relaxed: Search) -> None:
    relaxation, structure = relaxed._relaxation, session.structure
    assert relaxation is not None
    column = structure.option_column
    point = schedule(relaxed.problem, structure, relaxation.point[column], relaxation.reduced_cost[column])
    assert point is not None
    assert holds(relaxed.problem, point)
    assert session._accepts(point)
    assert 0.3 * relaxation.value > relaxed.problem.value(point) > relaxation.value


def test_a_schedule_keeps_what_others_need(session: Session, relaxed: Search) -> None:
    """With every option equally liked, rows alone decide; whatever comes out is a plan."""
    size = len(session.structure.option_column)
    price = np.random.default_rng(5).random(size)
    point = schedule(relaxed.problem, session.structure, np.full(size, 0.5), price)
    assert point is not None
    assert session._accepts(point)


def test_a_schedule_takes_what_must_be_funded_with_all_it_entails(instance: outlay.Instance) -> None:
    """With one project mandatory and one option left to it, propagation fixes that option."""
    session = Session(build(instance))
    problem, structure = level_problem(session), session.structure
    size, lower = len(structure.option_column), problem.lower.copy()
    before = schedule(problem, structure, np.ones(size), np.zeros(size))
    assert before is not None
    option = int(np.argmax(before[structure.option_column] == 1.0))
    lower[structure.option_column[option]] = 1.0
    weight = np.zeros(size)
    weight[option] = 1.0
    point = schedule(replace(problem, lower=lower), structure, weight, np.zeros(size))
    assert point is not None
    assert point[structure.option_column[option]] == 1.0
    assert holds(problem, point)


def test_no_schedule_where_rows_ask_for_more(instance: outlay.Instance) -> None:
    least = {"metric": "count", "min": 110}
    session = Session(build(instance.replace(limits=[least])))
    size = len(session.structure.option_column)
    assert schedule(session._small.problem, session.structure, np.ones(size), np.zeros(size)) is None


def test_a_plan_before_the_relaxation_takes_what_is_worth_most(session: Session, relaxed: Search) -> None:
    point = greedy(relaxed.problem, session.structure, lambda: False)
    assert point is not None
    assert session._accepts(point)
    size = len(session.structure.option_column)
    any_ = schedule(relaxed.problem, session.structure, np.zeros(size), np.zeros(size))
    assert relaxed.problem.value(point) < relaxed.problem.value(any_) < 0
    none = greedy(relaxed.problem, session.structure, lambda: True)
    assert none is not None
    assert not none.any()


def made_of(values: list[float], **more: Any) -> tuple[Problem, Structure, Callable[[np.ndarray], bool]]:
    """Return projects that each use 1 of 3, of one period."""
    made = Session(build(parsed({**knapsack(values, [[1.0] * len(values)], [3.0]), **more})))
    return level_problem(made), made.structure, made._accepts


@pytest.mark.parametrize("bonus", [2.0, -2.0])
def test_a_schedule_counts_synergies(bonus: float) -> None:
    """Both sides of a synergy can be funded: a row asks for the bonus then, which only costs something if negative."""
    both = [{"project": f"P0{one}", "needs": f"P0{one + 1}", "kind": "synergy", "bonus": bonus} for one in (0, 1)]
    problem, structure, accepts = made_of([3.0, 3.0, 3.0, 2.0], dependencies=both)
    point = greedy(problem, structure, lambda: False)
    assert point is not None
    assert accepts(point)
    assert problem.value(point) == pytest.approx(-13.0 if bonus > 0 else -8.0)


def test_a_schedule_leaves_out_what_only_costs_something_unless_it_must() -> None:
    problem, structure, accepts = made_of([3.0, -1.0, -2.0])
    point = greedy(problem, structure, lambda: False)
    assert point is not None
    assert problem.value(point) == -3.0
    problem, structure, accepts = made_of([3.0, -1.0, -2.0], limits=[{"metric": "count", "min": 2}])
    point = greedy(problem, structure, lambda: False)
    assert point is not None
    assert accepts(point)


def test_every_kind_frees_as_many_projects_as_asked(drawn: Neighbourhoods) -> None:
    plan = np.round(drawn.relaxation.point)
    assert set(drawn.kinds.names) == {
        "disagree", "priced", "near", "rivals", "any", "window", "kin", "linked",
    }  # fmt: skip
    for kind in drawn.kinds.names:
        for wanted in (1, 7, drawn.structure.projects):
            chosen = getattr(drawn, f"_{kind}")(plan, wanted)
            assert chosen.sum() == wanted, kind


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


def test_size_follows_difficulty(drawn: Neighbourhoods) -> None:
    plan = np.round(drawn.relaxation.point)
    part = drawn.draw(plan)
    key = part.kind, part.breadth
    drawn.learn(part, gain=0.0, seconds=1.0, cut_short=True, quick=False)
    small = drawn.share[key]
    drawn.learn(part, gain=0.0, seconds=1.0, cut_short=False, quick=True)
    assert small < drawn.share[key]
    assert drawn.ways.tries.sum() == pytest.approx(1.95)


def test_a_size_that_is_not_learned_is_the_average_of_the_others(drawn: Neighbourhoods) -> None:
    part = drawn.draw(np.round(drawn.relaxation.point))
    first = drawn._share(part.kind, part.breadth)
    drawn.share = {(part.kind, part.breadth): 0.02, (part.kind, part.breadth + 1): 0.08}
    assert drawn._share(part.kind, part.breadth) == 0.02 != first
    assert drawn._share(part.kind + 1, part.breadth) == pytest.approx(0.04)


def test_dives_are_allowed_once_and_leave_more_open_where_that_was_easy(drawn: Neighbourhoods) -> None:
    plan = np.round(drawn.relaxation.point)
    assert {drawn.draw(plan).way for _ in range(20)} == {0}
    assert drawn.widen()
    assert not drawn.widen()
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
    sizes = [drawn._worth_a_thought(plan, breadth).sum() for breadth in (0.0, 0.1, 1.0, np.inf)]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]
    assert sizes[0] == ((drawn.relaxation.point > USED) | (drawn.relaxation.reduced_cost == 0.0)).sum()


def test_crossing_frees_only_what_two_plans_do_differently(drawn: Neighbourhoods) -> None:
    size = len(drawn.structure.option_column)
    plans = [
        schedule(drawn.problem, drawn.structure, np.random.default_rng(seed).random(size), np.zeros(size))
        for seed in (1, 2)
    ]
    plan, other = plans
    assert plan is not None
    assert other is not None
    drawn.remember(plan, plan)
    assert not drawn.others
    drawn.remember(other, plan)
    drawn.kinds = Choice(["cross"], drawn.random, even=1.0, doubt=1.0)
    drawn.share = {(0, breadth): 0.05 for breadth in range(3)}
    differ = np.unique(drawn.structure.project[drawn.inside & (plan != other)])
    assert len(differ) > 6
    for _ in range(10):
        free = drawn.draw(plan).free
        touched = np.unique(drawn.structure.project[free & drawn.inside])
        assert 2 <= len(touched) <= 6
        assert set(touched) <= set(differ)
        theirs = drawn.inside & (other > 0.5) & np.isin(drawn.structure.project, touched)
        assert free[theirs].all()
