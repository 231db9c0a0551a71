"""The search beside branch and bound: sub-problems are exact restrictions, and answers stay proved and verified."""

from __future__ import annotations

import numpy as np
import pytest

import outlay
from outlay.instances.generating import generate
from outlay.models.build import build
from outlay.optimizer.search import restrict
from outlay.optimizer.session import Session


@pytest.fixture(scope="module")
def instance() -> outlay.Instance:
    return generate(60, 3)


def test_a_restricted_problem_has_the_values_of_the_whole(instance: outlay.Instance) -> None:
    solution = outlay.solve(instance)
    session = Session(build(instance))
    assert solution.plan is not None
    from outlay.optimizer.plans import plan_point

    point = plan_point(session.model, session.compiled, solution.plan)
    problem = session.compiled.problem
    fixed = problem.integer & (np.arange(len(problem.cost)) % 3 > 0)
    small, kept = restrict(problem, fixed, point)
    assert len(kept) == len(problem.cost) - fixed.sum()
    assert small.value(point[kept]) == pytest.approx(problem.value(point))
    activity = small.matrix @ point[kept]
    tolerance = 1e-6 * np.maximum(1.0, np.abs(small.row_upper))
    assert (activity <= small.row_upper + tolerance).all()


def test_an_answer_found_with_the_search_is_as_good_and_verified(instance: outlay.Instance) -> None:
    alone = outlay.solve(instance, gap=1e-3)
    together = outlay.solve(instance, gap=1e-3, effort="search")
    assert together.status.proved
    assert together.verified
    assert together.objective == pytest.approx(alone.objective, rel=3e-3)
    assert together.bound >= together.objective - 1e-9


@pytest.mark.slow
def test_the_search_alone_yields_a_verified_plan_when_time_runs_out() -> None:
    solution = outlay.solve(generate(400, 2), effort="search", time_limit=12)
    assert solution.has_plan
    assert solution.verified
    assert solution.gap is None or solution.gap >= 0


def test_generated_instances_are_the_same_for_the_same_seed() -> None:
    assert generate(30, 7) == generate(30, 7)
    assert generate(30, 7).digest != generate(30, 8).digest
    with pytest.raises(outlay.InputError, match="projects is out of range"):
        generate(0, 1)
