"""Steps of presolve, one after the other, lead there and back."""

from __future__ import annotations

import numpy as np
import pytest

from outlay.instances.samples.generating import generate
from outlay.models.build import build
from outlay.optimizer.presolve.reduction import reduced
from outlay.optimizer.presolve.steps import reduction
from outlay.optimizer.problem.spaces import FullPoint
from outlay.optimizer.search.rounding import greedy
from outlay.optimizer.session import Session
from tests.optimizer.support import level_problem


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(build(generate(12, 3)))


def test_a_plan_comes_back_as_it_went_in_and_keeps_its_value_and_rows(session: Session) -> None:
    problem = level_problem(session)
    step = reduction(reduced(problem))
    point = greedy(problem, session.structure, lambda: False)
    assert point is not None
    full = session.from_solver(point)
    assert len(full) == len(session.compiled.problem.cost) <= len(point)
    there = session.to_solver(full)
    assert there == pytest.approx(point)
    small = step.to_reduced(there)
    assert len(small) == len(step.problem.cost) < len(there)
    back = step.to_original(small)
    assert problem.holds(back)
    assert problem.value(back) <= problem.value(there) + 1e-9


def test_steps_one_after_the_other_are_one_step(session: Session) -> None:
    problem = level_problem(session)
    inner = reduction(reduced(problem))
    both = session._stack.then(inner)
    assert both.problem is inner.problem
    nothing = FullPoint(np.zeros(len(session.compiled.problem.cost)))
    step_by_step = inner.to_reduced(session.to_solver(nothing))
    assert (both.to_reduced(nothing) == step_by_step).all()
    assert len(both.to_original(step_by_step)) == len(nothing)
