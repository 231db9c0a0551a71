"""What is made of the solver's words about one level."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from outlay.optimizer.engine.levels import Settings, _solve_once
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.solver.outcome import Outcome


class Said:
    """A solver that says what it is told to, one answer after another."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes, self.presolve = list(outcomes), list[str]()

    def solve(self, problem: Problem, *, options: dict[str, Any], **_: Any) -> Outcome:
        self.presolve.append(options["presolve"])
        return self.outcomes.pop(0)


def optimum(bound: float) -> Outcome:
    return Outcome("kOptimal", point=np.ones(1), objective=-1.0, bound=bound, polished=True)


@pytest.mark.parametrize("silent", [-math.inf, math.nan])
def test_an_optimum_without_a_bound_is_asked_for_again(silent: float) -> None:
    one = np.ones(1)
    problem = Problem(-one, 0.0, 0 * one, one, one > 0, sparse.csc_array(np.ones((1, 1))), 0 * one, one)
    solver = Said(optimum(silent), optimum(-1.0))
    outcome = _solve_once(solver, problem, Settings(), start=None, on_progress=None)
    assert (outcome.bound, solver.presolve) == (-1.0, ["choose", "off"])


def test_what_only_confirms_a_plan_spends_nothing_on_looking_for_others() -> None:
    asked = Settings(confirming=True)
    assert asked.options(retry=False)["mip_heuristic_effort"] == 0
    assert not asked.options(retry=False)["mip_allow_restart"]
    assert asked.options(retry=True) == Settings().options(retry=True)
