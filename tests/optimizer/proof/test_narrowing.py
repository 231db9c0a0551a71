"""A proof goes on with what a better plan leaves of a problem, and what was proved before holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.proof.narrowing import Narrowing
from outlay.optimizer.search.pairing import pairs_of
from outlay.optimizer.solver.outcome import Outcome, Progress
from tests.optimizer.proof.test_pairs import Here, choices, found
from tests.optimizer.proof.test_parts import AHEAD, Scripted, bounds, followed, portfolio
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
    within, bound, interrupted = narrowing.take()
    assert not interrupted
    assert process.asked >= taken
    assert first.bound <= bound <= best
    assert (within.lower == within.upper).sum() > (problem.lower == problem.upper).sum()
    assert not narrowing.wanted()


class Decided:
    """Decides the first column after so many questions, unless the user asks to stop meanwhile."""

    def __init__(self, problem: Problem, after: int, *, interrupted: bool = False) -> None:
        self.problem, self.after, self.taken, self.interrupted = problem, after, 0, interrupted
        self.point = np.zeros(9)

    def wanted(self) -> bool:
        self.after -= 1
        return self.after < 0 and not self.taken

    def take(self) -> tuple[Problem, float, bool]:
        self.taken += 1
        return replace(self.problem, upper=np.append(0.0, self.problem.upper[1:])), -40.0, self.interrupted

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


def test_who_asks_to_stop_while_a_proof_begins_anew_is_heard() -> None:
    decided = Decided(portfolio(7), after=5, interrupted=True)
    scripted = Scripted((AHEAD, Outcome("kTimeLimit")))
    _, outcome, _ = followed(scripted, narrowing=decided)
    assert decided.taken == 1
    assert (outcome.status, outcome.interrupted, outcome.bound) == ("kInterrupt", True, -40.0)


def test_a_proof_that_is_done_does_not_begin_anew() -> None:
    """The better plan that decides more comes with the last word of branch and bound."""
    decided = Decided(portfolio(7), after=0)
    scripted = Scripted((bounds(-30.0, -20.0), Outcome("kOptimal", bound=-20.0)))
    scripted.cancel = lambda: None  # type: ignore[method-assign]
    _, outcome, _ = followed(scripted, narrowing=decided)
    assert decided.taken == 0
    assert (outcome.status, outcome.bound) == ("kOptimal", -20.0)


def test_what_is_left_may_be_worth_less_than_the_plan_known() -> None:
    """No better plan is worth less than -15 then, but the one known is worth -20: that is the bound of the whole."""
    decided = Decided(portfolio(7), after=5)
    left = Outcome("kOptimal", bound=-15.0, trace=[(1.0, np.inf, -18.0)])
    scripted = Scripted((AHEAD, Outcome("kTimeLimit")), (bounds(-25.0), left))
    scripted.scripts[1][0].append(Progress(np.nan, -18.0, 0, 2.0))
    _, outcome, told = followed(scripted, narrowing=decided)
    assert (outcome.status, outcome.bound) == ("kOptimal", -20.0)
    assert [state.bound for state in told[-2:]] == [-25.0, -20.0]
    assert max(bound for _, _, bound in outcome.trace) == -20.0
