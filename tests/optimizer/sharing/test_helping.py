"""Threads of a pool that have nothing to do help others, while no question waits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

import outlay
from outlay.optimizer.engine import racing
from outlay.optimizer.engine.racing import Race
from outlay.optimizer.sharing.helping import Bench
from outlay.optimizer.sharing.pool import question_pool
from outlay.optimizer.sharing.solvers import helpers, result_of
from outlay.optimizer.solver.process import SolverProcess
from tests.optimizer.compare.support import assert_same, cap, town
from tests.optimizer.sharing.test_pool import Spell


class FakeRace(Race):
    """A solve that is glad of help until it is let go."""

    def __init__(self) -> None:
        self.came, self.gone = threading.Event(), threading.Event()

    @property
    def helped(self) -> int:
        return int(self.came.is_set() and not self.gone.is_set())

    @property
    def wants_help(self) -> bool:
        return not self.came.is_set()

    def help(self, helper: SolverProcess) -> None:
        self.came.set()
        self.gone.wait()

    def let_go(self) -> None:
        self.gone.set()


def raced(race: FakeRace, until: threading.Event) -> Callable[[Any], str]:
    """Return work that ends once something has happened to its race."""

    def work(question: Any) -> str:
        bench = helpers()
        assert bench is not None
        with bench.offered(race):
            until.wait()
        race.let_go()
        return str(question.name)

    return work


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outlay.optimizer.sharing.pool.LOOK_S", 0.01)


def test_a_thread_that_has_nothing_to_do_helps_the_last_question() -> None:
    with question_pool(None, 2) as pool:
        race = FakeRace()
        found = pool.ask([Spell("quick"), Spell("long", raced(race, race.came))])
    assert [word.text for word in found.values()] == ["QUICK", "long"]


def test_a_thread_that_waits_for_what_another_one_has_begun_helps_it() -> None:
    race = FakeRace()
    with question_pool(None, 2) as pool:
        begun = pool.ahead(raced(race, race.came), [Spell("long")])
        found = pool.ask([Spell("waits", lambda _: result_of(begun["long"]))])
    assert found["waits"].text == "long"


def test_where_every_thread_is_at_work_nobody_helps() -> None:
    race = FakeRace()

    def helpless(question: Any) -> str:
        bench = helpers()
        assert bench is not None
        with bench.offered(race):
            return str(race.came.wait(0.2))

    with question_pool(None, 1) as pool:
        assert pool.ask([Spell("alone", helpless)])["alone"].text == "False"


class Later:
    """Asks a long question, and another one once somebody helps with it; the long one ends with the help."""

    def __init__(self) -> None:
        self.race, self.answers = FakeRace(), dict[str, str]()
        self.left = [Spell("other"), Spell("long", raced(self.race, self.race.gone))]

    @property
    def waiting(self) -> int:
        return len(self.left)

    def next(self) -> Spell | None:
        return self.left.pop() if len(self.left) == 2 or (self.left and self.race.came.is_set()) else None

    def take(self, question: Spell, answer: Any) -> None:
        self.answers[question.name] = answer.text


def test_help_ends_where_there_is_another_question() -> None:
    source = Later()
    with question_pool(None, 2) as pool:
        pool.work(source, 2)
    assert source.answers == {"long": "long", "other": "OTHER"}


def test_the_solve_with_the_fewest_helpers_is_next() -> None:
    bench, one, other = Bench(), FakeRace(), FakeRace()
    with bench.offered(one), bench.offered(other):
        assert bench.wanting() is one
        one.came.set()
        assert bench.wanting() is other
        other.came.set()
        assert bench.wanting() is None
        bench.recall()
    assert one.gone.is_set()
    assert other.gone.is_set()


def test_nobody_is_helped_outside_a_pool_of_ours() -> None:
    assert helpers() is None


def test_a_comparison_that_was_helped_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    helped: list[Race] = []
    case, real = town(less=cap(5)), Race.help

    def noted(race: Race, helper: SolverProcess) -> None:
        helped.append(race)
        real(race, helper)

    alone = outlay.compare(case, ["base", "less"], jobs=1)
    monkeypatch.setattr(Race, "help", noted)
    monkeypatch.setattr(racing, "ALONE_S", 0.0)
    assert_same(outlay.compare(case, ["base", "less"], jobs=3), alone)
