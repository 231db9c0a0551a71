"""When the time is over, and when a solver process counts as hung."""

from __future__ import annotations

import pytest

from outlay.optimizer.solver.deadline import LONGEST_LOOK_S, MOST_WAIT, PATIENCE, Deadline, Verdict, Watch
from tests.support.clocks import SetClock


def test_no_limit_never_passes() -> None:
    deadline = Deadline.after(None, clock := SetClock())
    clock.pass_(1e9)
    assert (deadline.left(), deadline.passed()) == (None, False)


def test_a_limit_counts_from_when_it_was_set() -> None:
    deadline = Deadline.after(7, clock := SetClock())
    clock.pass_(4)
    assert (deadline.left(), deadline.passed()) == (3, False)
    clock.pass_(3)
    assert (deadline.left(), deadline.passed()) == (0, True)


def test_a_part_of_the_time_ends_with_the_whole() -> None:
    deadline = Deadline.after(7, clock := SetClock())
    clock.pass_(4)
    assert (deadline.within(1).left(), deadline.within(9).left()) == (1, 3)
    assert Deadline.after(None, clock).within(9).left() == 9


@pytest.mark.parametrize("limit_s", [0.1, 3, 15, 60, 3600])
def test_a_solver_is_killed_two_seconds_or_a_twentieth_after_the_deadline(limit_s: float) -> None:
    assert 2 * Deadline.after(limit_s, SetClock()).overrun_s < max(2.0, 0.05 * limit_s)


def test_a_limit_of_work_does_not_pass_while_others_work() -> None:
    deadline = Deadline.working(7, clock := SetClock())
    clock.pass_(20)
    deadline.spend(6.5)
    assert (deadline.work_left(), deadline.passed()) == (0.5, False)
    deadline.spend(0.5)
    assert deadline.passed()


def test_a_limit_of_work_is_over_some_time_however_little_was_worked() -> None:
    deadline = Deadline.working(7, clock := SetClock())
    clock.pass_(MOST_WAIT * 7)
    assert deadline.passed()


def test_without_a_limit_of_work_nothing_is_counted() -> None:
    for deadline in (Deadline.working(None, SetClock()), Deadline.after(7, SetClock())):
        deadline.spend(100)
        assert (deadline.work_left(), deadline.passed()) == (None, False)


class Followed:
    """A watch, and the verdicts as time passes."""

    def __init__(self, limit_s: float | None = None, tick_s: float | None = None) -> None:
        self.clock, self.signs = SetClock(), 0
        self.watch = Watch(Deadline.after(limit_s, self.clock), PATIENCE, self.clock, tick_s=tick_s)

    def verdict(self, after_s: float, *, alive: bool, step_s: float = 1.0) -> Verdict:
        """Return the last verdict after so many seconds, or the first one that is not to wait."""
        for _ in range(round(after_s / step_s)):
            self.clock.pass_(step_s)
            self.signs += alive
            verdict = self.watch.look(self.signs)
            if verdict != Verdict.WAIT:
                return verdict
        return Verdict.WAIT


def test_without_a_limit_a_solver_that_lives_may_take_for_ever() -> None:
    followed = Followed()
    followed.watch.begin(None)
    assert followed.verdict(10_000, alive=True) == Verdict.WAIT


def test_a_solver_counts_as_hung_after_a_minute_without_a_sign_of_life() -> None:
    followed = Followed()
    followed.watch.begin(None)
    assert followed.verdict(59, alive=False) == Verdict.WAIT
    assert followed.verdict(1, alive=False) == Verdict.KILL_SILENT


def test_a_sign_of_life_renews_our_patience() -> None:
    followed = Followed()
    followed.watch.begin(None)
    for _ in range(5):
        assert followed.verdict(50, alive=False) == Verdict.WAIT
        assert followed.verdict(1, alive=True) == Verdict.WAIT


def test_the_wait_for_the_start_is_not_silence() -> None:
    followed = Followed()
    assert followed.verdict(50, alive=False) == Verdict.WAIT
    followed.watch.begin(None)
    assert followed.verdict(50, alive=False) == Verdict.WAIT


def test_a_night_in_which_we_slept_ourselves_is_nobody_s_silence() -> None:
    """The machine was suspended, or we were stopped: what came meanwhile is only read now."""
    followed = Followed()
    followed.watch.begin(None)
    assert followed.verdict(8 * 3600, alive=False, step_s=8 * 3600) == Verdict.WAIT
    assert followed.verdict(60 - LONGEST_LOOK_S - 1, alive=False) == Verdict.WAIT
    assert followed.verdict(1, alive=False) == Verdict.KILL_SILENT


def test_a_solver_is_asked_before_it_is_killed_however_long_we_slept() -> None:
    followed = Followed(limit_s=10)
    followed.watch.begin(None)
    assert followed.verdict(3600, alive=True, step_s=3600) == Verdict.ASK
    followed.watch.ask()
    assert followed.watch.look(followed.signs) == Verdict.WAIT
    assert followed.verdict(1, alive=True) == Verdict.KILL_BUSY


def test_a_limit_of_its_own_leaves_more_patience_than_the_deadline_of_all() -> None:
    followed = Followed(limit_s=1000)
    assert followed.watch.begin(5) == 5
    assert followed.verdict(5 + PATIENCE.overrun_s - 1, alive=True) == Verdict.WAIT
    assert followed.verdict(1, alive=True) == Verdict.ASK
    followed.watch.ask()
    assert followed.verdict(PATIENCE.overrun_s, alive=True) == Verdict.KILL_BUSY


def test_the_request_gets_what_the_start_has_left() -> None:
    followed = Followed(limit_s=10)
    assert followed.verdict(4, alive=False) == Verdict.WAIT
    assert followed.watch.begin(None) == 6
    assert Followed(limit_s=10).watch.begin(3) == 3


def test_it_is_told_as_often_as_asked() -> None:
    followed = Followed(tick_s=2)
    told = []
    for _ in range(10):
        followed.clock.pass_(1)
        told.append(followed.watch.ticks())
    assert told == [False, True] * 5
    assert not Followed().watch.ticks()


def test_the_waits_are_short_enough_to_notice() -> None:
    followed = Followed(limit_s=10, tick_s=0.25)
    assert followed.watch.wait_s() == 0.25
    followed.watch.begin(None)
    followed.watch.ask()
    followed.clock.pass_(11.25)
    assert 0 < followed.watch.wait_s() <= 0.25


def test_a_solver_that_has_worked_too_much_is_asked_to_stop_and_one_that_waits_for_its_turn_is_not() -> None:
    clock = SetClock()
    watch = Watch(Deadline.working(7, clock), PATIENCE, clock, tick_s=None)
    watch.begin(None, worked_s=100.0)
    clock.pass_(20)
    assert watch.look(1, worked_s=107.0) == Verdict.WAIT
    assert watch.look(2, worked_s=109.0) == Verdict.ASK
