"""A short run of each campaign fails in no case."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from tests.campaigns.registry import NAMES, campaign
from tests.campaigns.tally import Ending, Tally

CASES = 60
#: Forks copy locks that threads of other tests of this process may hold: it is tried in one that has none.
ALONE = frozenset({"fork"})
ALONE_RUN = """
import pickle, sys
from tests.campaigns.test_campaigns import tally_of
sys.stdout.buffer.write(pickle.dumps(tally_of(sys.argv[1], int(sys.argv[2]))))
"""


def tally_of(name: str, cases: int) -> Tally:
    """Run so many cases of a campaign."""
    return campaign(name).run(Ending(cases=cases), Random(f"{name} test"))


def tally_apart(name: str, cases: int) -> Tally:
    """Run so many cases of a campaign in a process of its own."""
    command = [sys.executable, "-c", ALONE_RUN, name, str(cases)]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, check=True)
    tally: Tally = pickle.loads(done.stdout)
    return tally


@pytest.mark.parametrize(
    "share", [pytest.param(3, marks=pytest.mark.slow), pytest.param(1, marks=pytest.mark.nightly)], ids=["third", "all"]
)
@pytest.mark.parametrize("name", NAMES)
def test_a_short_run_fails_in_no_case(name: str, share: int) -> None:
    cases = getattr(campaign(name), "SHORT_RUN", CASES) // share
    tally = (tally_apart if name in ALONE else tally_of)(name, cases)
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
