"""A search beside or before the proof: what the bound of pairs tells is used by both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from outlay.optimizer.engine.combined import RepeatableSolver, SearchingSolver
from outlay.optimizer.proof import pairs as proof_of_pairs
from outlay.optimizer.search.pairing import pairs_of
from outlay.optimizer.solver.process import SolverProcess
from tests.optimizer.proof.test_pairs import SMALL, choices
from tests.optimizer.search.test_pairing import drawn
from tests.optimizer.support import OPTIONS, level_problem
from tests.support.clocks import LONGEST_S


@pytest.mark.slow
@pytest.mark.parametrize("sub_problems", [None, 1])
@pytest.mark.parametrize("seed", [4, 5])
def test_where_projects_are_worth_more_together_the_best_plan_is_proved(
    seed: int, sub_problems: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[float] = []

    def tangents(*arguments: object, **named: object) -> object:
        found = proof_of_pairs.tangents(*arguments, **named)  # type: ignore[arg-type]
        assert found is not None
        told.append(found.bound)
        return found

    monkeypatch.setattr("outlay.optimizer.engine.combined.tangents", tangents)
    session = drawn(seed)
    problem = level_problem(session)
    pairs = pairs_of(problem, session.structure)
    assert pairs is not None
    best = min(problem.value(pairs.point(choice)) for choice in choices(pairs))
    plan = replace(session.search_plan(seed=1, sub_problems=sub_problems), params=SMALL)
    with SolverProcess() as process:
        if sub_problems is None:
            with SearchingSolver(process, problem, plan, options=OPTIONS) as solver:
                outcome = solver.solve(problem, options=OPTIONS, time_limit_s=LONGEST_S)
        else:
            outcome = RepeatableSolver(process, plan).solve(problem, options=OPTIONS, time_limit_s=None)
    assert len(told) == 1
    assert outcome.point is not None
    assert problem.value(outcome.point) == pytest.approx(best)
    assert told[0] <= best + 1e-9
    assert np.isfinite(outcome.bound)
    assert outcome.bound <= best + 1e-6
    assert outcome.bound >= told[0] - 1e-6
