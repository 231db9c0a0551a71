"""Questions put to an executor: tried twice, found again, kept, given up, and never lost in silence."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any

import pytest

from outlay.instances.errors import InputError
from outlay.optimizer.sharing.executors import Workers
from outlay.optimizer.sharing.pool import CompareProgress, QuestionPool
from tests.support.clocks import StillClock


@dataclass(frozen=True)
class Word:
    """What answers a question: a text, and the second that it took."""

    text: str
    solver_s: float = 1.0
    total_s: float = 2.0


@dataclass(frozen=True)
class Spell:
    """A question: its name in capitals."""

    name: str
    work: Callable[[Any], str] = lambda question: str(question.name.upper())

    @property
    def key(self) -> str:
        return f"key of {self.name}"

    def read(self, text: str) -> Word:
        return Word(text)

    def lost(self, message: str) -> Word:
        return Word(f"lost: {message}")


class AtOnce(Executor):
    """Runs what it is given in the calling thread."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:  # as an executor hands it on
            future.set_exception(error)
        return future


class Nobody(Executor):
    """Takes tasks that nobody runs."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        return Future()


def failing(times: int, error: Exception) -> Callable[[Any], str]:
    """Return work that fails so many times first."""
    left = [times]

    def work(question: Any) -> str:
        left[0] -= 1
        if left[0] >= 0:
            raise error
        return str(question.name)

    return work


def pool(**how: Any) -> QuestionPool:
    return QuestionPool(AtOnce(), None, **how)


def texts(found: dict[str, Word]) -> dict[str, str]:
    return {name: word.text for name, word in found.items()}


def test_answers_come_in_the_order_of_the_questions_and_are_counted() -> None:
    told: list[CompareProgress] = []
    asked = pool(on_progress=told.append)
    assert texts(asked.ask([Spell("b"), Spell("a")])) == {"b": "B", "a": "A"}
    assert (asked.done, asked.total, asked.solver_s) == (2, 2, 2.0)
    assert (told[-1].done, told[-1].total) == (2, 2)


def test_what_is_lost_once_is_asked_again_and_what_is_lost_twice_says_why() -> None:
    once, twice = Spell("once", failing(1, RuntimeError("killed"))), Spell("twice", failing(2, RuntimeError("killed")))
    kept: list[str] = []
    asked = pool(keep=lambda key, _: kept.append(key))
    found = texts(asked.ask([once, twice]))
    assert found == {"once": "once", "twice": "lost: tried twice: RuntimeError('killed')"}
    assert kept == ["key of once"]  # there is nothing to keep of the other
    assert asked.done == 2


def test_wrong_input_is_not_tried_again() -> None:
    wrong = failing(1, InputError.single("it", "this is wrong", "correct it"))
    assert texts(pool().ask([Spell("it", wrong)]))["it"].startswith("lost: it: this is wrong")


def test_what_is_known_is_not_asked() -> None:
    never = Spell("known", failing(9, RuntimeError("asked")))
    asked = pool(find=lambda question: Word("found") if question.name == "known" else None)
    assert texts(asked.ask([never, Spell("new")])) == {"known": "found", "new": "NEW"}
    assert asked.solver_s == 1.0


def test_of_an_answer_only_its_summary_is_held() -> None:
    assert pool().ask([Spell("a")], summary=lambda word: len(word.text)) == {"a": 1}


def test_with_nobody_to_answer_it_ends_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    class Ticking(StillClock):
        def now(self) -> float:
            self.seconds += 2.0
            return self.seconds

    monkeypatch.setattr("outlay.optimizer.sharing.pool.LOOK_S", 0.0)
    notes: list[str] = []
    workers = Workers(lambda: "the cluster is empty", Ticking())
    told = lambda state: notes.append(state.note) if state.note else None  # noqa: E731
    asked = QuestionPool(Nobody(), workers, told)
    assert texts(asked.ask([Spell("a"), Spell("b")])) == dict.fromkeys("ab", "lost: not solved: the cluster is empty")
    assert len(notes) == 1
    assert asked.done == 2


def test_an_interrupt_leaves_what_is_answered_and_asks_no_more() -> None:
    def stopping(state: CompareProgress) -> None:
        if state.done == 1:
            raise KeyboardInterrupt

    class OneByOne(AtOnce):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            return super().submit(fn, *args, **kwargs) if args[0].name == "a" else Future()

    asked = QuestionPool(OneByOne(), None, stopping)
    assert texts(asked.ask([Spell("a"), Spell("b")])) == {"a": "A"}
    assert asked.interrupted
    assert asked.ask([Spell("c")]) == {}
