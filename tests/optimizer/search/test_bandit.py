"""What has gained most is tried most, and nothing is forgotten."""

from __future__ import annotations

import random

import pytest

from outlay.optimizer.search.bandit import Bandit, Tried


def choice(*, even: float = 0.2) -> Bandit:
    return Bandit(["a", "b", "c"], random.Random(1), even=even)


def test_at_first_all_are_equal() -> None:
    assert choice().chances() == pytest.approx([1 / 3] * 3)


def test_success_makes_one_more_likely_and_leaves_the_others_a_chance() -> None:
    drawn = choice()
    for number in (0, 1, 2):
        for _ in range(5):
            drawn.update(number, Tried(10.0 if number == 1 else 0.0, 1.0))
    numbers = [drawn.choose() for _ in range(400)]
    assert numbers.count(1) > 250
    assert set(numbers) == {0, 1, 2}


def test_success_counts_by_time() -> None:
    drawn = choice(even=0.0)
    for _ in range(10):
        drawn.update(0, Tried(1.0, 1.0))
        drawn.update(1, Tried(2.0, 4.0))
    slow, quick = drawn.chances()[1], drawn.chances()[0]
    assert quick > 4 * slow


def test_few_tries_are_drawn_towards_the_average() -> None:
    few, many = choice(even=0.0), choice(even=0.0)
    for each, tries in ((few, 1), (many, 20)):
        for _ in range(tries):
            each.update(0, Tried(1.0, 1.0))
            each.update(1, Tried(0.0, 1.0))
    assert 1 / 3 < few.chances()[0] < many.chances()[0]


def test_where_nothing_gains_the_quick_ones_are_tried_more_often() -> None:
    drawn = choice()
    drawn.update(0, Tried(0.0, 9.0))
    drawn.update(1, Tried(0.0, 0.1))
    assert drawn.chances()[1] > drawn.chances()[0]


def test_one_more_can_be_added() -> None:
    drawn = choice(even=1.0)
    drawn.add("d")
    assert drawn.names == ["a", "b", "c", "d"]
    assert drawn.chances() == pytest.approx([0.25] * 4)


def test_what_gained_long_ago_is_forgotten() -> None:
    drawn = choice()
    drawn.update(0, Tried(1.0, 1.0))
    for _ in range(20_000):
        drawn.update(1, Tried(0.0, 0.1))
    assert drawn.chances().sum() == pytest.approx(1.0)
