"""Probing: what it decides is what costs least, and the relaxation is that of the problem that is left."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import highspy
import numpy as np
import pytest
from scipy import sparse

from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.relaxation.relaxation import relaxation_of
from outlay.optimizer.search.drawing import Neighbourhoods
from outlay.optimizer.search.search import Search
from outlay.optimizer.solver.highs import highs_model
from outlay.optimizer.solver.outcome import Outcome
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.solver.tasks.probe import Probe, Prober
from tests.optimizer.support import OPTIONS
from tests.support.clocks import LONGEST_S


def probed(problem: Problem, how: Probe, **change: Any) -> Outcome:
    with SolverProcess() as process:
        return process.solve(problem, options=OPTIONS, time_limit_s=LONGEST_S, how=replace(how, **change))


@pytest.fixture
def how(drawn: Neighbourhoods) -> Probe:
    return drawn.probe(None)


def shares() -> Problem:
    """Projects 0 and 1 with two options each, of which the relaxation takes a mixture; worth 10 and 9, or 7 and 6.

    Both take 4 of 5 in the same two periods.
    """
    matrix = np.array(
        [[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0], [4.0, 0.0, 4.0, 0.0], [0.0, 4.0, 0.0, 4.0]]
    )  # fmt: skip
    return Problem(
        np.array([-10.0, -9.0, -7.0, -6.5]), 0.0, np.zeros(4), np.ones(4), np.full(4, True), sparse.csc_array(matrix),
        np.full(4, -np.inf), np.array([1.0, 1.0, 5.0, 5.0]),
    )  # fmt: skip


def test_what_costs_the_relaxation_least_stays() -> None:
    outcome = probed(shares(), Probe(np.array([0, 0, 1, 1]), least=1.0, cheap=0.0, seed=1))
    assert outcome.bounds is not None
    lower, upper = outcome.bounds
    assert lower.tolist() == [0.0, 0.0, 0.0, 1.0]
    assert upper.tolist() == [1.0, 0.0, 0.0, 1.0]  # what is whole of itself needs no decision
    assert outcome.objective == pytest.approx(-16.5)


def test_a_decision_is_taken_back_where_another_one_is_better() -> None:
    problem, highs = shares(), highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.passModel(highs_model(replace(problem, integer=np.zeros(4, dtype=bool)).arrays()))
    how = Probe(np.array([0, 0, 1, 1]), least=1.0, cheap=0.0, seed=1)
    prober = Prober(problem, how, highs, over=lambda: False)
    assert prober.begin()
    first, prober.chosen = (prober.lower, prober.upper), {1: -1}
    assert prober._fix_chosen(first)
    assert prober.value() == pytest.approx(-10.0)
    prober._reconsider(first, 100)
    assert prober.value() == pytest.approx(-16.5)
    assert prober.chosen[1] == 3
    worse = prober.lower, prober.upper
    prober._reconsider(first, 100)  # nothing better: what is decided stays
    assert (prober.lower, prober.upper) == worse


def test_nothing_is_decided_that_is_worth_little() -> None:
    problem = shares()
    outcome = probed(problem, Probe(np.array([0, 0, 1, 1]), least=11.0, cheap=0.0, seed=1))
    assert outcome.bounds is not None
    assert (outcome.bounds[0] == problem.lower).all()
    assert (outcome.bounds[1] == problem.upper).all()


def test_no_way_on_is_said() -> None:
    problem = shares().with_row(np.ones(4), -1.0)
    outcome = probed(problem, Probe(np.array([0, 0, 1, 1]), least=1.0, cheap=0.0, seed=1))
    assert outcome.bounds is None
    assert outcome.point is None
    assert not outcome.broken


@pytest.mark.slow
def test_weighty_projects_are_whole_and_the_relaxation_is_that_of_what_is_left(
    relaxed: Search, drawn: Neighbourhoods, how: Probe
) -> None:
    outcome = probed(relaxed.problem, how)
    assert outcome.bounds is not None
    lower, upper = outcome.bounds
    problem = replace(relaxed.problem, lower=lower, upper=upper)
    assert (lower >= relaxed.problem.lower).all()
    assert (upper <= relaxed.problem.upper).all()
    assert 0 < (lower == 1.0).sum() < drawn.structure.projects
    inside = relaxation_of(problem, outcome)
    assert inside is not None
    assert drawn.relaxation.value < inside.value < 0.9 * drawn.relaxation.value
    part = (inside.point > 1e-6) & (inside.point < 1 - 1e-6) & (how.owner >= 0) & problem.integer
    assert np.abs(problem.cost[part]).max() < how.least


@pytest.mark.slow
def test_the_same_seed_decides_the_same(relaxed: Search, how: Probe) -> None:
    first, second = (probed(relaxed.problem, how).bounds for _ in range(2))
    assert first is not None
    assert second is not None
    assert all((one == other).all() for one, other in zip(first, second, strict=True))


def test_time_ends_probing_where_it_is(relaxed: Search, how: Probe) -> None:
    outcome = probed(relaxed.problem, how, most_s=0.0)
    assert outcome.bounds is not None
    assert outcome.point is not None
