"""A proof goes on with what a better plan leaves of a problem, and what was proved before holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.proof.narrowing import Narrowing
from outlay.optimizer.search.pairing import pairs_of
from outlay.optimizer.solver.outcome import Outcome
from tests.optimizer.proof.test_pairs import Here, choices, found
from tests.optimizer.proof.test_parts import AHEAD, Scripted, followed, portfolio
from tests.optimizer.search.test_pairing import drawn
from tests.optimizer.support import level_problem


def test_a_better_plan_decides_more_later() -> None:
    session = drawn(2)
    problem, structure, process = level_problem(session), session.structure, Here()
    pairs = pairs_of(problem, structure)
    assert pairs is not None
    best = min(problem.value(pairs.point(choice)) for choice in choices(pairs))
    first = found(problem, structure, process)
    assert first is not None
    value, taken = np.nan, process.asked
    narrowing = Narrowing(
        problem, first, anew=lambda told: found(problem, structure, process, known=lambda: value, before=told),
        value=lambda: value, best=lambda: None,
    )  # fmt: skip
    assert not narrowing.wanted()
    value = best
    assert narrowing.wanted()
    within, bound = narrowing.take()
    assert process.asked >= taken
    assert first.bound <= bound <= best
    assert (within.lower == within.upper).sum() > (problem.lower == problem.upper).sum()
    assert not narrowing.wanted()


class Decided:
    """Decides the first column after so many questions."""

    def __init__(self, problem: Problem, after: int) -> None:
        self.problem, self.after, self.taken = problem, after, 0
        self.point = np.zeros(9)

    def wanted(self) -> bool:
        self.after -= 1
        return self.after < 0 and not self.taken

    def take(self) -> tuple[Problem, float]:
        self.taken += 1
        return replace(self.problem, upper=np.append(0.0, self.problem.upper[1:])), -40.0

    def best(self) -> np.ndarray:
        return self.point


def test_a_proof_begins_anew_with_what_a_better_plan_leaves() -> None:
    decided = Decided(portfolio(7), after=5)
    scripted = Scripted((AHEAD, Outcome("kTimeLimit")), (AHEAD, Outcome("kInfeasible")))
    watched, outcome, _ = followed(scripted, narrowing=decided)
    assert decided.taken == 1
    assert scripted.solved[0].upper[0] == 1.0
    assert scripted.solved[1].upper[0] == 0.0
    assert scripted.starts[1] is decided.point
    assert len(watched.parts) == 1
    assert (outcome.status, outcome.bound) == ("kOptimal", -20.0)


def test_what_was_proved_before_a_proof_begins_anew_holds() -> None:
    decided = Decided(portfolio(7), after=20)
    scripted = Scripted((AHEAD, Outcome("kTimeLimit")), ([], Outcome("kTimeLimit", bound=-50.0)))
    watched, outcome, _ = followed(scripted, narrowing=decided)
    assert decided.taken == 1
    assert outcome.bound == watched.parts[0].bound > -40.0
