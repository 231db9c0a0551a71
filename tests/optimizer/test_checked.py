"""What is told of a plan is the plan's, not of what the solver's rounding left beside it."""

from __future__ import annotations

import pytest

import outlay
from outlay.instances.plan import Plan
from outlay.optimizer.checked import Checked
from outlay.optimizer.engine.answer import Answer
from outlay.optimizer.problem.spaces import FullPoint
from outlay.optimizer.status import LevelResult, Status


def _nothing_funded(final: float) -> Checked:
    level = LevelResult({"value": 1.0, "cost": -1.0}, Status.OPTIMAL, None, final, final, 0.0, 0, 0.0, final, size=8.0)
    checked = Checked(Answer[FullPoint](None, [level]), Plan(()))
    checked.verify(outlay.read("tutorial"))
    return checked


def test_rounding_beside_an_empty_plan_is_no_claim() -> None:
    checked = _nothing_funded(1e-9)
    assert checked.verification is not None
    assert checked.verification.ok
    assert checked.answer.levels[0].final == 0


@pytest.mark.parametrize("claim", [1e-6, -1e-6, 1.0])
def test_a_claim_of_more_than_rounding_is_refused(claim: float) -> None:
    checked = _nothing_funded(claim)
    assert checked.verification is not None
    assert [broken.rule for broken in checked.verification.violations] == ["claims are true"]


def test_a_level_tells_what_the_plan_is_worth_exactly() -> None:
    """The solver's sum of floats is a few parts in 10^16 off; what is told is the verifier's exact sum."""
    solved = outlay.solve(outlay.read("tutorial"))
    near, bound = 19.099999999999994, 19.2
    level = LevelResult({"value": 1.0, "cost": -1.0}, Status.STOPPED, "time", near, bound, 0.1, 0, 0.0, near, size=8.0)
    checked = Checked(Answer[FullPoint](None, [level]), solved.plan)
    checked.verify(solved.instance)
    told = checked.answer.levels[0]
    assert (told.objective, told.final, told.bound) == (19.1, 19.1, 19.2)
    assert told.gap == pytest.approx(0.1 / 19.1)


def test_a_bound_is_raised_with_its_objective_and_never_lowered() -> None:
    solved = outlay.solve(outlay.read("tutorial"))
    near = 19.099999999999994
    level = LevelResult({"value": 1.0, "cost": -1.0}, Status.OPTIMAL, None, near, near, 0.0, 0, 0.0, near, size=8.0)
    checked = Checked(Answer[FullPoint](None, [level]), solved.plan)
    checked.verify(solved.instance)
    told = checked.answer.levels[0]
    assert (told.objective, told.bound, told.gap) == (19.1, 19.1, 0.0)
