"""Tangents above the value of plans in pairs: every plan keeps them, whatever else they are, and they come close."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any, cast

import numpy as np
import pytest
from scipy import sparse

from outlay.optimizer.problem.problem import Problem, Rows
from outlay.optimizer.problem.structure import Structure
from outlay.optimizer.proof.pairs import Tangents, tangents
from outlay.optimizer.relaxation.params import Convexing
from outlay.optimizer.search.pairing import Pairs, pairs_of
from outlay.optimizer.search.params import SearchParams
from outlay.optimizer.solver.deadline import CLOCK
from outlay.optimizer.solver.highs import loaded
from outlay.optimizer.solver.outcome import Outcome, take
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.solver.tasks.registry import concave
from tests.optimizer.search.test_pairing import SIZE, drawn
from tests.optimizer.support import OPTIONS, level_problem

SMALL = SearchParams(convexing=Convexing(least_pairs=2, evaluations=400))


#: (seed, whether projects have alternatives); what takes longer waits for the night.
SEEDS = [(2, False), *(pytest.param(*each, marks=pytest.mark.slow) for each in ((1, False), (3, True)))]


class Here:
    """Does what a solver process does, in this one."""

    clock = CLOCK

    def __init__(self) -> None:
        self.asked = 0

    def solve(self, problem: Problem, *, options: dict[str, Any], how: Any, **_: Any) -> Outcome:
        self.asked += 1
        done = concave(how, problem, loaded(problem, options), lambda _: False)
        outcome = Outcome("kUnknown")
        assert done.content is not None
        take(outcome, {"kind": "result", "has_point": False, **done.content}, len(problem.cost))
        return outcome


def found(problem: Problem, structure: Structure, process: Any, **more: Any) -> Tangents | None:
    return tangents(
        cast(SolverProcess, process), problem, structure, SMALL, options=OPTIONS, time_limit_s=None, by_clock=False,
        **more,
    )  # fmt: skip


def choices(pairs: Pairs) -> list[np.ndarray]:
    """Return every choice that fits, one option of a project at most."""
    owners = [[-1, *np.nonzero(pairs.owner == owner)[0].tolist()] for owner in np.unique(pairs.owner)]
    every = []
    for chosen in product(*owners):
        choice = np.zeros(len(pairs.columns), dtype=bool)
        choice[[at for at in chosen if at >= 0]] = True
        if (pairs.use @ choice <= pairs.room).all():
            every.append(choice)
    return every


@pytest.mark.parametrize(("seed", "alternatives"), SEEDS)
def test_every_plan_keeps_the_tangents_and_is_worth_no_more_than_the_bound(seed: int, *, alternatives: bool) -> None:
    session = drawn(seed, alternatives=alternatives)
    problem = level_problem(session)
    tells = found(problem, session.structure, Here())
    pairs = pairs_of(problem, session.structure)
    assert tells is not None
    assert pairs is not None
    points = np.array([pairs.point(choice) for choice in choices(pairs)])
    assert len(points) > 2 * SIZE
    activity = tells.rows.matrix @ points.T
    assert (activity >= tells.rows.lower[:, None] - 1e-9).all()
    best = min(problem.value(point) for point in points)
    relaxed = loaded(replace(problem, integer=np.zeros_like(problem.integer)), OPTIONS)
    relaxed.run()
    weak = float(relaxed.getInfo().objective_function_value)
    assert weak < tells.bound <= best


@pytest.mark.parametrize(("seed", "alternatives"), SEEDS)
def test_better_plans_lie_within_what_a_plan_decides(seed: int, *, alternatives: bool) -> None:
    """Whatever the plan known is worth; the better it is, the less is left, and the bound of the whole still holds."""
    session = drawn(seed, alternatives=alternatives)
    problem, structure = level_problem(session), session.structure
    pairs = pairs_of(problem, structure)
    assert pairs is not None
    points = np.array([pairs.point(choice) for choice in choices(pairs)])
    values = np.array([problem.value(point) for point in points])
    left = []
    for value in np.sort(values)[[0, 1, 8, len(values) // 8]].tolist():
        tells = found(problem, structure, Here(), known=lambda value=value: value)
        assert tells is not None
        assert tells.bound <= values.min()
        within, better = tells.within(problem), values < value - 1e-6
        assert all(within.holds(point) for point in points[better])
        left.append(int((tells.lower < tells.upper)[pairs.columns].sum()))
    assert left == sorted(left)
    assert left[0] < left[-1]


class Once(Here):
    """Answers once, and fails from then on."""

    def solve(self, problem: Problem, **how: Any) -> Outcome:
        return Outcome("crashed") if self.asked else super().solve(problem, **how)


def test_what_is_decided_is_taken_up_although_the_function_is_not_found_anew() -> None:
    """Otherwise the proof would begin anew for the same decisions, again and again."""
    session = drawn(2)
    problem, structure = level_problem(session), session.structure
    pairs = pairs_of(problem, structure)
    assert pairs is not None
    points = np.array([pairs.point(choice) for choice in choices(pairs)])
    values = np.array([problem.value(point) for point in points])
    value = float(values.min()) + 0.01
    first = found(problem, structure, Here())
    assert first is not None
    assert first.decides(value)
    tells = found(problem, structure, Once(), known=lambda: value)
    assert tells is not None
    assert not tells.decides(value)
    assert (tells.lower == tells.upper).sum() > (problem.lower == problem.upper).sum()
    assert tells.faces.shape == (2, len(tells.open))
    assert tells.bound == first.bound <= values.min()
    assert all(tells.within(problem).holds(point) for point in points[values < value - 1e-6])
    assert tells.decided(values.min())[0].sum() <= first.decided(values.min())[0].sum()


def test_where_nothing_better_is_left_the_plan_known_is_the_best() -> None:
    none = np.zeros(0)
    rows = Rows(sparse.csr_array((0, 2)), none, none)
    bounds = np.zeros(2), np.ones(2)
    told = Tangents(rows, -9.0, *bounds, -7.0, none.astype(int), np.zeros((2, 0)))
    assert told.whole(Outcome("kInfeasible")) == Outcome("kOptimal", bound=-7.0)
    assert told.whole(Outcome("kTimeLimit", bound=-8.0)).bound == -8.0
    assert told.whole(Outcome("kTimeLimit", bound=-6.0)).bound == -7.0
    assert told.whole(Outcome("kTimeLimit")).bound == -9.0
    undecided = replace(told, value=np.inf)
    assert undecided.whole(Outcome("kInfeasible", bound=np.inf)).status == "kInfeasible"
    assert undecided.whole(Outcome("kTimeLimit")).bound == -9.0


def test_a_pair_that_costs_something_and_need_not_be_counted_has_no_tangents() -> None:
    session = drawn(1)
    problem = level_problem(session)
    # Without the rows that count a malus, a plan may be worth more than its projects and their pairs.
    costly = np.nonzero((problem.cost > 0) & ~problem.integer)[0]
    assert len(costly)
    asks = np.unique(problem.matrix[:, costly].indices)
    loose = np.zeros(len(problem.row_upper), dtype=bool)
    loose[asks] = problem.row_upper[asks] == 1.0
    assert loose.any()
    free = replace(problem, row_upper=np.where(loose, np.inf, problem.row_upper))
    process = Here()
    assert found(free, session.structure, process) is None
    assert process.asked == 0


def test_options_that_may_be_chosen_together_have_no_tangents() -> None:
    session = drawn(3, alternatives=True)
    problem, structure = level_problem(session), session.structure
    once = np.nonzero((problem.row_upper == 1.0) & (np.diff(problem.matrix.tocsr().indptr) == 2))[0]
    apart = replace(
        problem, row_upper=np.where(np.isin(np.arange(len(problem.row_upper)), once), 2.0, problem.row_upper)
    )
    process = Here()
    assert found(apart, structure, process) is None
    assert process.asked == 0


@pytest.mark.slow
def test_a_solver_process_tells_the_same() -> None:
    session = drawn(2)
    problem = level_problem(session)
    here = found(problem, session.structure, Here())
    with SolverProcess() as process:
        there = found(problem, session.structure, process)
    assert here is not None
    assert there is not None
    assert there.bound == pytest.approx(here.bound, rel=1e-6)
