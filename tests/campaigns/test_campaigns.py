"""A short run of each campaign fails in no case."""

from __future__ import annotations

from random import Random

import pytest

from tests.campaigns.registry import NAMES, campaign
from tests.campaigns.tally import Ending, Tally

CASES = 60


#: Those of which even a few cases take long; others hold the same promises before a change.
LONG = frozenset({"tamper", "questions"})


@pytest.mark.parametrize(
    ("name", "share"),
    [
        pytest.param(name, share, marks=pytest.mark.nightly if share == 1 or name in LONG else pytest.mark.slow)
        for name in NAMES
        for share in (15, 1)
    ],
)
def test_a_short_run_fails_in_no_case(name: str, share: int) -> None:
    cases = max(1, getattr(campaign(name), "SHORT_RUN", CASES) // share)
    tally = campaign(name).run(Ending(cases=cases), Random(f"{name} test"))
    assert tally.tried.total() >= cases
    assert not tally.failed, "\n".join(tally.lines())


def test_a_campaign_ends_by_its_clock_or_its_cases() -> None:
    tally, now = Tally(), [0.0]
    ending = Ending(seconds=5, cases=2, clock=lambda: now[0])
    assert not ending.reached(tally)
    now[0] = 5.0
    assert ending.reached(tally)
    now[0] = 4.0
    tally.enter("one")
    tally.enter("one", "a long way to repeat it")
    assert ending.reached(tally)
    tally.enter("one", "a short way")
    assert [*tally.lines()] == ["one: 3 tried, 2 failed", "\none: a short way", "\nin all: 3 tried, 2 failed"]


def test_every_campaign_says_its_own_name() -> None:
    assert [campaign(name).NAME for name in NAMES] == [*NAMES]
