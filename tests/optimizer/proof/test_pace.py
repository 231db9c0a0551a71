"""When a proof rests: its bound would close next to nothing in the time left, and there is something else to do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from outlay.optimizer.proof.pace import Pace
from outlay.optimizer.proof.parts import PartsProver
from outlay.optimizer.search.params import Resting
from outlay.optimizer.solver.outcome import Outcome
from tests.optimizer.proof.test_parts import AHEAD, STUCK, Scripted, followed

HOW = Resting(window=0.5, least_s=8.0, closes=0.1)


def paced(bounds: list[float], *, share: float = 1.0) -> Pace:
    """Return the pace of a bound that is told every second, of which a share is worked."""
    pace = Pace(HOW)
    for second, bound in enumerate(bounds):
        pace.note(float(second), share * second, bound)
    return pace


@pytest.mark.parametrize(
    ("bounds", "left_s", "idle"),
    [
        ([-50.0] * 10, 60.0, True),
        ([-50.0] * 10, 7.0, False),  # nothing else comes of so little time
        ([-50.0] * 8, 60.0, False),  # too early to say
        ([np.nan] * 30, 60.0, False),
        ([np.nan] * 10 + [-50.0] * 8, 60.0, False),
        ([-50.0 + 0.01 * at for at in range(10)], 60.0, True),  # 0.6 of 20
        ([-50.0 + 0.05 * at for at in range(10)], 60.0, False),  # 3 of 20
        ([-50.0 + 0.05 * at for at in range(10)], 30.0, True),  # 1.5 of 20
        ([-50.0 + at for at in range(20)] + [-30.0] * 10, 60.0, False),  # it got ahead half of the time
        ([-50.0 + at for at in range(20)] + [-30.0] * 21, 60.0, True),
    ],
)
def test_a_bound_is_idle_that_would_close_next_to_nothing_in_the_time_left(
    bounds: list[float], left_s: float, idle: bool
) -> None:
    assert paced(bounds).is_idle(left_s, 20.0) == idle


def test_a_proof_that_may_be_near_its_end_goes_on() -> None:
    assert paced([-50.0] * 10).is_idle(60.0, 0.051)
    assert not paced([-50.0] * 10).is_idle(60.0, 0.049)


def test_on_a_busy_machine_it_takes_longer_to_say() -> None:
    assert not paced([-50.0] * 30, share=0.25).is_idle(60.0, 20.0)
    assert paced([-50.0] * 34, share=0.25).is_idle(60.0, 20.0)


@pytest.mark.parametrize("large", [False, True])
def test_a_proof_that_is_stuck_rests_once_and_its_bound_holds(large: bool) -> None:
    rested: list[float] = []

    def rest(prover: PartsProver) -> None:
        assert prover.process.cancelled
        rested.append(prover.state().bound)

    scripted = Scripted((STUCK, Outcome("kTimeLimit", bound=-44.0)), (STUCK, Outcome("kTimeLimit", bound=-43.0)))
    _, outcome, _ = followed(scripted, rest=rest, large=large)
    assert rested == [-44.9]
    # As there is time left after it, proving goes on, to the end.
    assert (outcome.status, outcome.bound) == ("kTimeLimit", -43.0)


@pytest.mark.parametrize(
    "change",
    [{"rest": None}, {"relaxed": lambda: False}, {"known": np.nan}],
    ids=lambda way: next(iter(way)),
)
def test_it_does_not_rest_without_anything_else_to_do(change: dict[str, Any]) -> None:
    """Nothing is known to do, or the search has no relaxation or no plan yet."""
    rested: list[PartsProver] = []
    scripted = Scripted((STUCK, Outcome("kTimeLimit", bound=-44.0)))
    _, outcome, _ = followed(scripted, **({"rest": rested.append} | change))
    assert not rested
    assert outcome.bound == -44.0


def test_a_proof_that_gets_ahead_does_not_rest() -> None:
    rested: list[PartsProver] = []
    followed(Scripted((AHEAD, Outcome("kTimeLimit", bound=-29.0))), rest=rested.append)
    assert not rested


def test_who_asks_to_stop_does_not_rest() -> None:
    rested: list[PartsProver] = []
    end = Outcome("kInterrupt", bound=-44.9, interrupted=True)
    _, outcome, _ = followed(Scripted((STUCK[:5], end)), rest=rested.append)
    assert not rested
    assert outcome.status == "kInterrupt"
