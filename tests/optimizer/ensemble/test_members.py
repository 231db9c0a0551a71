"""Questions about single scenarios share their time, and what is proved of each is a bound of all."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import pytest

import outlay
from outlay.instances.plan import Selection
from outlay.instances.stages import Scenario
from outlay.optimizer.ensemble.candidates import in_common
from outlay.optimizer.ensemble.members import LEAST_S, Asked, Round, above, sharper
from outlay.optimizer.ensemble.session import Together
from outlay.optimizer.solver.deadline import Deadline
from outlay.optimizer.status import Status
from outlay.optimizer.variation.solving import Question
from outlay.optimizer.variation.varied_answer import VariedAnswer
from tests.support.clocks import SetClock

#: Seconds of which no test can use up a part that matters.
AGES = 1e7


def question(name: str) -> Question:
    return Question(name, "model", None, {})


@dataclass
class Pool:
    """Answers what it is asked from a list, and keeps the questions."""

    answers: list[VariedAnswer]
    asked: list[Question] = field(default_factory=list)

    def work(self, source: Round, at_once: int) -> None:
        while (one := source.next()) is not None:
            self.asked.append(one)
            source.take(one, self.answers[len(self.asked) - 1])


def done(worth: float) -> VariedAnswer:
    return VariedAnswer(Status.OPTIMAL, worth=worth, bound=worth)


def test_without_a_limit_each_is_asked_once() -> None:
    pool = Pool([done(1), done(2)])
    found = Round([question("a"), question("b")], Asked(0.0, 1), 2, 0.2, every=True).run(pool)  # type: ignore[arg-type]
    assert [one.worth for one in found.values()] == [1, 2]
    assert [one.options["time_limit_s"] for one in pool.asked] == [None, None]


def test_what_the_quick_ones_leave_goes_to_the_one_that_the_time_ended() -> None:
    late = VariedAnswer(Status.STOPPED, "time", bound=9)
    pool = Pool([late, done(2), done(3), VariedAnswer(Status.OPTIMAL, bound=8)])
    names = [question(name) for name in "abc"]
    found = Round(names, Asked(0.0, 1, AGES), 1, 0.3, every=True).run(pool)  # type: ignore[arg-type]
    assert [one.name for one in pool.asked] == ["a", "b", "c", "a"]
    assert found["a"].status == Status.OPTIMAL
    assert found["a"].bound == 8
    limits = [one.options["time_limit_s"] for one in pool.asked]
    assert limits == pytest.approx([AGES * 0.1, AGES * 0.1, AGES * 0.15, AGES * 0.3], rel=1e-3)


@pytest.mark.parametrize(("every", "names"), [(True, ["a", "b"]), (False, [])])
def test_where_the_time_is_over_only_what_must_be_known_is_asked(every: bool, names: list[str]) -> None:
    pool = Pool([VariedAnswer(Status.STOPPED, "time")] * 2)
    found = Round([question("a"), question("b")], Asked(0.0, 1, 1e-9), 1, 0.2, every=every).run(pool)  # type: ignore[arg-type]
    assert [one.name for one in pool.asked] == names
    assert {str(one.status) for one in found.values()} == {"stopped at limit"}


def test_after_the_deadline_of_the_whole_nothing_is_asked() -> None:
    pool = Pool([])
    asked = Asked(0.0, 1, AGES, Deadline.after(0.0))
    found = Round([question("a"), question("b")], asked, 1, 0.2, every=True).run(pool)  # type: ignore[arg-type]
    assert pool.asked == []
    assert {one.message for one in found.values()} == {"no time was left for it"}


def test_a_question_gets_no_more_than_is_left_of_the_whole() -> None:
    clock = SetClock()
    pool = Pool([VariedAnswer(Status.STOPPED, "time")])
    asked = Asked(0.0, 1, 60.0, Deadline.after(60.0, clock))
    clock.pass_(58.0)
    Round([question("a")], asked, 1, 0.5, every=False).run(pool)  # type: ignore[arg-type]
    assert pool.asked[0].options["time_limit_s"] == 2.0
    assert [asked.part(share)["time_limit_s"] for share in (0.01, 0.5)] == [0.6, 2.0]
    clock.pass_(5.0)
    assert asked.part(0.5)["time_limit_s"] == LEAST_S
    assert Asked(0.0, 1).part(0.5)["time_limit_s"] is None


def test_of_two_answers_the_lower_bound_is_kept() -> None:
    assert sharper(VariedAnswer(Status.STOPPED, bound=5), VariedAnswer(Status.STOPPED, bound=7)).bound == 5
    assert sharper(VariedAnswer(Status.STOPPED), VariedAnswer(Status.STOPPED)).bound is None
    assert above(None) == math.inf
    assert 1e6 < above(1e6) < 1e6 + 2


def test_what_scenarios_have_in_common_is_selected_as_it_mostly_is() -> None:
    now = {
        "a": (Selection("bridge", "base", 0), Selection("park", "base", 1)),
        "b": (Selection("bridge", "base", 1),),
        "c": (Selection("bridge", "base", 1), Selection("school", "base", 0)),
    }
    town = outlay.read("tutorial")
    scenarios = [Scenario("a", 0.5, town), Scenario("b", 0.2, town), Scenario("c", 0.3, town)]
    assert in_common(scenarios, now, 0.5) == (Selection("bridge", "base", 0),)
    assert [one.project for one in in_common(scenarios, now, 0.0)] == ["bridge", "park", "school"]
    assert in_common(scenarios[1:], now, 0.5)[0].period == 1


STOPPED = Together(Status.STOPPED, "time", objective=10.0, bound=12.0, gap=0.2)


@pytest.mark.parametrize(
    ("most", "bound", "gap", "status"),
    [
        (11.0, 11.0, 0.1, "stopped at limit"),
        (10.0005, 10.0005, 0.00005, "within gap"),
        (10.0, 10.0, 0.0, "optimal"),
        (13.0, 12.0, 0.2, "stopped at limit"),
        (math.inf, 12.0, 0.2, "stopped at limit"),
        (9.0, 12.0, 0.2, "stopped at limit"),  # a plan is worth more: that is no bound
    ],
)
def test_a_lower_bound_that_is_known_closes_the_gap(most: float, bound: float, gap: float, status: str) -> None:
    found = STOPPED.at_most(most, 1.0, 1e-4)
    assert (found.bound, str(found.status)) == (bound, status)
    assert found.gap == pytest.approx(gap)
    assert (found.limit is None) == (status != "stopped at limit")


def test_a_bound_of_zero_is_one_and_what_failed_stays_so() -> None:
    below = Together(Status.STOPPED, "time", objective=-4.0, bound=0.0, gap=1.0)
    assert below.at_most(2.0, 1.0, 1e-4).bound == 0.0
    assert Together(Status.STOPPED, "time").at_most(2.0, 1.0, 1e-4).bound == 2.0
    failed = Together(Status.FAILED, objective=10.0)
    assert failed.at_most(10.0, 1.0, 1e-4) is failed
