"""Rows of precedence are told from others whichever way they are written, and get the duals that closures find."""

from __future__ import annotations

from dataclasses import replace

import highspy
import numpy as np
import pytest
from scipy import optimize, sparse

from outlay.models.options import started
from outlay.models.plain import model_of
from outlay.optimizer.presolve.propagation import tightened
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.relaxation.params import Relaxing
from outlay.optimizer.relaxation.precedence import split
from outlay.optimizer.relaxation.relaxation import lagrangian, relax
from outlay.optimizer.session import Session
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.solver.tasks.precedence import Decomposition
from tests.benchmarks.families import read

NO_CHAIN = np.zeros(0, dtype=int)


def program(seed: int, columns: int = 12) -> Problem:
    """Return a program of precedence, written in all ways, some of it twice, and two other rows."""
    random = np.random.default_rng(seed)
    rows, lower, upper = [], [], []
    for later in range(1, columns):
        for earlier in random.choice(later, size=min(later, 2), replace=False).tolist():
            size, row = random.choice([1.0, 2.5]), np.zeros(columns)
            way = random.integers(3)
            row[[later, earlier]] = (size, -size) if way < 2 else (-size, size)
            for _ in range(random.integers(1, 3)):
                rows.append(row)
                lower.append((-np.inf, -size, 0.0)[way])
                upper.append((0.0, 0.0, size)[way])
    for _ in range(2):
        rows.append(random.integers(0, 4, columns).astype(float))
        lower.append(-np.inf)
        upper.append(0.4 * rows[-1].sum())
    rows.append(np.eye(columns)[0])  # which the column's bounds say already
    lower.append(0.0)
    upper.append(1.0)
    return Problem(
        random.normal(-0.5, 2.0, columns), 1.0, np.zeros(columns), np.ones(columns), np.zeros(columns, dtype=bool),
        sparse.csc_array(np.array(rows)), np.array(lower), np.array(upper),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_the_duals_of_all_rows_bound_the_program_as_closely_as_the_simplex_method(seed: int) -> None:
    problem = program(seed)
    divided = split(problem, NO_CHAIN, most_rows=2, gap=1e-7, most_s=None)
    assert divided is not None
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    found = Decomposition(divided.others, divided.how, highs, over=lambda: False).run()
    assert found is not None
    best = optimize.milp(
        problem.cost, bounds=optimize.Bounds(problem.lower, problem.upper),
        constraints=optimize.LinearConstraint(problem.matrix, problem.row_lower, problem.row_upper),
    )  # fmt: skip
    dual = divided.duals(found.row_dual, problem.matrix.shape[0])
    assert lagrangian(problem, dual) == pytest.approx(best.fun + problem.offset, abs=1e-5)
    assert problem.value(found.point) == pytest.approx(best.fun + problem.offset, abs=1e-5)


def test_other_columns_or_too_many_other_rows_are_left_to_other_methods() -> None:
    problem = program(1)
    assert split(problem, NO_CHAIN, most_rows=1, gap=1e-7, most_s=None) is None
    wide = replace(problem, upper=np.where(np.arange(len(problem.upper)) == 3, 2.0, problem.upper))
    assert split(wide, NO_CHAIN, most_rows=2, gap=1e-7, most_s=None) is None


def test_the_relaxation_of_a_mine_is_that_of_the_simplex_method(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(started, "FEW", 0)
    monkeypatch.setattr(started, "LONG", 0)
    session = Session(model_of(read("mine-150-4-1")))
    level = session.levels()[0]
    problem = tightened(replace(session.problem, cost=level.cost, offset=level.offset))
    derived = session.structure.derived
    assert derived.any()
    with SolverProcess() as process:
        by_closures, exactly = (
            relax(process, problem, derived, options={}, time_limit_s=None, by_clock=False, params=params)
            for params in (Relaxing(large=0), Relaxing(large=10**9))
        )
    assert by_closures is not None
    assert exactly is not None
    assert not by_closures.exact
    assert by_closures.value == pytest.approx(exactly.value, rel=2e-4)
    assert exactly.value * (1.0 + 3e-4) <= by_closures.bound <= exactly.value + 1e-6  # both are negative
    activity = problem.matrix @ by_closures.point
    assert (activity <= problem.row_upper + 1e-6).all()
    assert (activity >= problem.row_lower - 1e-6).all()
