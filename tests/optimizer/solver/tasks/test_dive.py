"""Dives: what they fix can be completed, and where they come to nothing they say so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.search.search import Search
from outlay.optimizer.session import Session
from outlay.optimizer.solver.highs import loaded
from outlay.optimizer.solver.outcome import Outcome
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.solver.tasks.dive import Dive, Diver
from tests.optimizer.support import OPTIONS, holds
from tests.support.choosing import some
from tests.support.clocks import LONGEST_S

NODES = 20


def dived(session: Session, relaxed: Search, **change: Any) -> Outcome:
    how = Dive(
        session.structure.first_start,
        open_columns=5, share=0.1, sure=0.5, cutoff=np.inf, most_lost=np.inf, seed=1, rest_s=None,
    )  # fmt: skip
    with SolverProcess() as process:
        options = {**OPTIONS, "mip_max_nodes": NODES}
        return process.solve(relaxed.problem, options=options, time_limit_s=LONGEST_S, how=replace(how, **change))


@pytest.mark.parametrize("seed", some([1, 2, 3], 1))
def test_a_dive_ends_in_a_plan_that_the_verifier_passes(session: Session, relaxed: Search, seed: int) -> None:
    relaxation = relaxed.relaxation
    assert relaxation is not None
    outcome = dived(session, relaxed, seed=seed)
    assert outcome.point is not None
    assert holds(relaxed.problem, outcome.point)
    assert outcome.objective == pytest.approx(relaxed.problem.value(outcome.point), rel=1e-6)
    assert session._accepts(outcome.point)
    assert relaxation.value <= outcome.objective < 0.7 * relaxation.value


@pytest.mark.slow
def test_the_same_seed_gives_the_same_plan(session: Session, relaxed: Search) -> None:
    first, second = (dived(session, relaxed, seed=4).point for _ in range(2))
    assert first is not None
    assert second is not None
    assert (first == second).all()


def test_a_dive_that_promises_too_little_is_given_up(session: Session, relaxed: Search) -> None:
    relaxation = relaxed.relaxation
    assert relaxation is not None
    outcome = dived(session, relaxed, cutoff=1.001 * relaxation.value)
    assert outcome.point is None
    assert not outcome.broken


@pytest.mark.nightly
def test_with_much_left_open_a_dive_is_branch_and_bound(session: Session, relaxed: Search) -> None:
    outcome = dived(session, relaxed, open_columns=10**6)
    with SolverProcess() as process:
        plain = process.solve(relaxed.problem, options={**OPTIONS, "mip_max_nodes": NODES}, time_limit_s=LONGEST_S)
    assert outcome.objective == pytest.approx(plain.objective, rel=0.05)


def test_a_dive_into_what_cannot_hold_comes_to_nothing(session: Session, relaxed: Search) -> None:
    relaxed.state.problem = relaxed.problem.with_row(np.ones(len(relaxed.problem.cost)), -1.0)
    assert dived(session, relaxed).point is None


def test_what_leaves_a_column_no_way_is_taken_back_and_the_column_decided_first() -> None:
    """Column 0 is fixed before it is seen that beside it neither 3 nor 4 can be whole, one of which must be."""
    rows = np.array(
        [[0.0, 1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0, 1.0], [1.0, 0.0, 0.0, 1.0, -1.0], [1.0, 0.0, 0.0, -1.0, 1.0]]
    )
    least, most = np.array([-np.inf, 1.0, -np.inf, -np.inf]), np.array([1.7, 1.0, 1.0, 1.0])
    problem = Problem(
        np.array([-10.0, -2.0, -1.0, 0.0, 0.0]), 0.0, np.zeros(5), np.ones(5), np.full(5, True),
        sparse.csc_array(rows), least, most,
    )  # fmt: skip
    how = Dive(np.arange(5), open_columns=0, share=0.1, sure=0.6, cutoff=np.inf, most_lost=np.inf, seed=1)
    highs = loaded(replace(problem, integer=np.zeros(5, dtype=bool)), {})
    diver = Diver(problem, how, highs, over=lambda: False)
    found = diver.run()
    assert diver.dead_ends == 1
    assert found is not None
    assert (found.lower[[0, 3, 4]] == found.upper[[0, 3, 4]]).all()
    assert found.upper[0] == 0.0
    assert found.lower[3] + found.lower[4] == 1.0


@pytest.mark.slow
def test_little_by_little_where_steps_may_cost_nothing(session: Session, relaxed: Search) -> None:
    """Every step that costs is taken back and made smaller; there is an end all the same."""
    outcome = dived(session, relaxed, most_lost=0.0)
    assert not outcome.broken
