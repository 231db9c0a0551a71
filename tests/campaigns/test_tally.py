"""The campaigns' common part: when they end, what they count, and that a failure is made small."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from click.testing import CliRunner

from tests.campaigns.__main__ import main
from tests.campaigns.registry import CAMPAIGNS, campaign
from tests.campaigns.tally import Until, report, run


class Numbers:
    """A promise that no number above five keeps."""

    name = "numbers"

    def cases(self, random: Random) -> Iterator[int]:
        while True:
            yield random.randrange(10)

    def fault(self, case: int) -> str | None:
        return f"{case} is above 5" if case > 5 else None

    def smaller(self, case: int) -> Iterator[int]:
        yield case - 1

    def told(self, case: int) -> str:
        return str(case)


def test_it_ends_after_so_many_cases_and_tells_the_smallest_that_fails() -> None:
    tally = run(Numbers(), Random(1), Until(cases=100))
    assert tally.tried == 100
    assert 20 < tally.failed < 80
    assert tally.smallest == "6 is above 5\n6"
    assert "numbers, seed 1: 100 tried" in report("numbers", 1, tally, str)
    assert "... and" in report("numbers", 1, tally, str)


def test_the_same_seed_gives_the_same_cases() -> None:
    one, other = (run(Numbers(), Random(7), Until(cases=30)).failures for _ in range(2))
    assert one == other


def test_it_ends_by_the_clock_it_is_given() -> None:
    ticks = iter(range(1000))
    tally = run(Numbers(), Random(1), Until(seconds=10, clock=lambda: float(next(ticks))))
    assert tally.tried == 9  # the first tick is the beginning, the tenth the end


def test_a_campaign_runs_from_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.campaigns.__main__.campaign", lambda _: Numbers())
    monkeypatch.setattr(main.params[0].type, "choices", ["numbers"])
    answer = CliRunner().invoke(main, ["numbers", "--cases", "50"])
    assert answer.exit_code == 1
    assert "50 tried" in answer.output
    assert "smallest: 6 is above 5" in answer.output


def test_every_campaign_is_known_by_its_own_name() -> None:
    for name in CAMPAIGNS:
        assert campaign(name).name == name
