"""Linear programs of precedence and few other rows are solved by closures as a linear program is."""

from __future__ import annotations

import highspy
import numpy as np
import pytest
from scipy import optimize, sparse

from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.relaxation.relaxation import lagrangian
from outlay.optimizer.solver.tasks import precedence
from outlay.optimizer.solver.tasks.precedence import Decomposition, Precedence


def program(seed: int, *, columns: int = 30, most: float = 0.3) -> tuple[Problem, np.ndarray]:
    """Return the other rows of a program, of all kinds, and its needs; shape (needs, 2)."""
    random = np.random.default_rng(seed)
    needs = np.array([(i, j) for i in range(columns) for j in range(i) if random.random() < 3.0 / columns])
    use = random.integers(0, 5, (3, columns)) * (random.random((3, columns)) < 0.7)
    total = use.sum(axis=1)
    lower = np.where(random.random(3) < 0.4, 0.1 * total, -np.inf)
    upper = np.where((random.random(3) < 0.8) | (lower == -np.inf), most * total, np.inf)
    lower[2], upper[2] = 0.25 * total[2], 0.25 * total[2]
    free = random.random(columns)
    problem = Problem(
        random.normal(-0.3, 2.0, columns), 3.0, (free < 0.02).astype(float), (free < 0.95).astype(float),
        np.zeros(columns, dtype=bool), sparse.csc_array(use.astype(float)), lower, upper,
    )  # fmt: skip
    return problem, needs


def by_simplex(problem: Problem, needs: np.ndarray) -> tuple[Problem, float | None]:
    """Return the whole program, and what its best point is worth; None: there is none."""
    count, columns = len(needs), len(problem.cost)
    places = np.repeat(np.arange(count), 2), needs.ravel()
    rows = sparse.csr_array((np.tile([1.0, -1.0], count), places), shape=(count, columns))
    whole = Problem(
        problem.cost, problem.offset, problem.lower, problem.upper, problem.integer,
        sparse.csc_array(sparse.vstack([problem.matrix, rows])), np.append(problem.row_lower, np.full(count, -np.inf)),
        np.append(problem.row_upper, np.zeros(count)),
    )  # fmt: skip
    found = optimize.milp(
        whole.cost, bounds=optimize.Bounds(whole.lower, whole.upper),
        constraints=optimize.LinearConstraint(whole.matrix, whole.row_lower, whole.row_upper),
    )  # fmt: skip
    return whole, None if found.x is None else float(found.fun) + problem.offset


def by_closures(problem: Problem, needs: np.ndarray, *, over: int = 10**6) -> precedence.Relaxed | None:
    """Return what closures come to; they are told to end when asked for the last time of so many."""
    highs, asked = highspy.Highs(), iter(range(over))
    highs.setOptionValue("output_flag", False)
    how = Precedence(needs[:, 0], needs[:, 1], np.zeros(len(problem.cost), dtype=int), 1e-7)
    return Decomposition(problem, how, highs, over=lambda: next(asked, None) is None).run()


@pytest.mark.parametrize("cells", [precedence.MOST_CELLS, 3])
@pytest.mark.parametrize("seed", range(12))
def test_closures_find_the_point_and_the_duals_of_a_linear_program(
    seed: int, cells: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precedence, "MOST_CELLS", cells)
    problem, needs = program(seed)
    whole, best = by_simplex(problem, needs)
    found = by_closures(problem, needs)
    if best is None:
        assert found is None
        return
    assert found is not None
    assert found.value == pytest.approx(best, abs=1e-6)
    assert whole.value(found.point) == pytest.approx(best, abs=1e-6)
    assert (found.point >= whole.lower - 1e-7).all()
    assert (found.point <= whole.upper + 1e-7).all()
    activity = whole.matrix @ found.point
    assert (activity >= whole.row_lower - 1e-6).all()
    assert (activity <= whole.row_upper + 1e-6).all()
    assert best - 1e-5 <= lagrangian(whole, found.row_dual) <= best + 1e-9


def test_most_programs_have_points() -> None:
    assert sum(by_simplex(*program(seed))[1] is not None for seed in range(12)) >= 6


def test_one_that_is_told_to_end_has_a_bound_and_perhaps_no_point() -> None:
    problem, needs = program(1)
    whole, best = by_simplex(problem, needs)
    assert best is not None
    ended = [by_closures(problem, needs, over=looks) for looks in range(12)]
    assert ended[0] is None
    assert ended[-1] is not None
    for found in ended:
        if found is not None:
            assert lagrangian(whole, found.row_dual) <= best + 1e-9
            assert found.value >= best - 1e-6
