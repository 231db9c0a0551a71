"""Zones between known plans that are closed in groups: complete whatever was known before, honest if cut short."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import outlay
from outlay.optimizer.frontier.criteria.local_search import LocalSearch
from outlay.optimizer.frontier.criteria.points import Found
from outlay.optimizer.frontier.criteria.space import Space
from outlay.optimizer.frontier.gaps import TOGETHER, Gaps, _grouped
from tests.optimizer.frontier.test_frontier import BY_HAND, VALUE_AND_MONEY, values

MORE = (*VALUE_AND_MONEY, "min:count")


def asked(*objectives: str, **options: Any) -> outlay.Frontier:
    return outlay.frontier(outlay.read("tutorial"), objectives, jobs=1, tolerance=0.0, **options)


def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LocalSearch, "run", lambda _: None)
    monkeypatch.setattr(LocalSearch, "begin", lambda _: None)


@pytest.mark.parametrize("objectives", [VALUE_AND_MONEY, MORE])
def test_questions_find_what_the_local_search_does_not(
    warm: None, monkeypatch: pytest.MonkeyPatch, objectives: tuple[str, ...]
) -> None:
    found = asked(*objectives)
    alone(monkeypatch)
    again = asked(*objectives)
    assert values(again) == values(found)
    assert found.complete
    assert again.complete
    assert again.times_s["questions"] > found.times_s["questions"]


@pytest.mark.parametrize("objectives", [VALUE_AND_MONEY, MORE])
def test_other_problems_are_searched_by_boxes_and_zones(
    warm: None, monkeypatch: pytest.MonkeyPatch, objectives: tuple[str, ...]
) -> None:
    found = asked(*objectives)
    monkeypatch.setattr(LocalSearch, "fits", lambda _: False)
    assert values(asked(*objectives)) == values(found)


@pytest.mark.parametrize("objectives", [VALUE_AND_MONEY, MORE])
def test_what_is_not_answered_in_time_is_asked_in_another_way(
    warm: None, monkeypatch: pytest.MonkeyPatch, objectives: tuple[str, ...]
) -> None:
    expected = values(asked(*objectives))
    alone(monkeypatch)
    taken: list[int] = []
    take = Gaps._take

    def too_late(self: Gaps, corners: np.ndarray, found: Found) -> None:
        taken.append(len(corners))
        take(self, corners, Found(None, np.inf, "time", found.status))

    monkeypatch.setattr(Gaps, "_take", too_late)
    found = asked(*objectives)
    assert taken
    assert found.complete
    assert values(found) == expected


@pytest.mark.parametrize("objectives", [VALUE_AND_MONEY, MORE])
def test_an_interrupt_keeps_the_plans_and_proves_none_between(
    warm: None, monkeypatch: pytest.MonkeyPatch, objectives: tuple[str, ...]
) -> None:
    ask = Space.beyond_one_of

    def stopped(self: Space, name: str, corners: np.ndarray) -> Any:
        questions.append(ask(self, name, corners))
        return questions[-1]

    def told(progress: outlay.CompareProgress) -> None:
        if questions:
            raise KeyboardInterrupt

    questions: list[Any] = []
    monkeypatch.setattr(Space, "beyond_one_of", stopped)
    found = asked(*objectives, on_progress=told)
    assert found.interrupted
    assert not found.complete
    assert not found.within
    assert len(found.open)
    assert not found.points["proved"].all()
    if objectives == VALUE_AND_MONEY:
        assert values(found) == BY_HAND  # the local search has found them all


def test_of_three_objectives_zones_are_closed_until_what_is_open_is_within_the_tolerance(
    warm: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone(monkeypatch)
    some, every = (
        outlay.frontier(outlay.read("tutorial"), MORE, jobs=1, tolerance=tolerance) for tolerance in (0.3, 0.0)
    )
    assert (some.complete, every.complete) == (False, True)
    assert 0 < some.open_share <= 0.3
    assert some.times_s["questions"] < every.times_s["questions"]


def test_groups_are_of_zones_that_are_close_to_each_other() -> None:
    corners = np.array([[float(at), 99.0 - at] for at in range(50)])[np.random.default_rng(1).permutation(50)]
    groups = _grouped(corners, np.zeros(2))
    assert sorted(corner[0] for group in groups for corner in group) == list(range(50))
    for group in groups:
        assert len(group) <= TOGETHER
        assert np.ptp(group[:, 0]) == len(group) - 1
