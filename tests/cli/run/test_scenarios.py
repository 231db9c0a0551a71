"""``outlay solve --scenarios`` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from outlay.cli.views.ensemble import risk_words
from outlay.optimizer.ensemble import solve
from tests.cli.small import run

pytestmark = pytest.mark.usefixtures("always_warm")

ASKED = ("solve", "tutorial", "--jobs", "1", "--scenarios")


@pytest.mark.slow
def test_plans_for_several_scenarios_are_shown_kept_and_verified(tmp_path: Path) -> None:
    folder = str(tmp_path / "plans")
    result = run(*ASKED, "base=2,more-money=1,two-crews=1", "-o", folder)
    assert result.exit_code == 0, result.output
    for text in (
        "Decided now (selections up to 2027, the same in every scenario)",
        "What follows in each scenario, $M",
        "Perfect information  0.65 (exactly)",
        "Optimal: none is better",
        "3 plans checked again",
    ):
        assert text in result.stdout
    verified = run("verify", folder)
    assert verified.exit_code == 0
    assert "Decided now" in verified.stdout
    one = run("show", str(tmp_path / "plans" / "runs" / "01-base.json"))
    assert "library@base, selected in 2027" in one.stdout
    assert run(*ASKED, "base", "-o", folder).exit_code == 3
    assert run("show", folder).stdout == verified.stdout
    assert "library@base, selected in 2027" in run("show", folder, "two-crews").stdout
    for words, told in ((("projects",), "name one: base, more-money"), (("tow-crews", "projects"), "two-crews")):
        refused = run("show", folder, *words)
        assert refused.exit_code == 3
        assert told in refused.stderr
    told = run("show", folder, "uncertainty")
    assert "what is best: the mean (expected)" in told.stdout
    assert "Nothing is said to be uncertain" in told.stdout
    assert "Perfect information  0.65 (exactly)" in told.stdout
    document = json.loads(run("show", folder, "uncertainty", "--json").stdout)["uncertainty"]
    assert document["risk"] == "expected"
    assert document["values"]["perfect information"] == pytest.approx([0.65, 0.65])
    page = tmp_path / "page.html"
    assert run("report", folder, "-o", str(page)).exit_code == 0
    text = page.read_text(encoding="utf-8")
    for title in ("What is decided now", "What follows in each scenario", "proved, no decision is better"):
        assert title in text
    assert run("report", folder, "-o", str(tmp_path / "page.xlsx")).exit_code == 3


@pytest.mark.slow
def test_plans_for_several_scenarios_are_data() -> None:
    document = json.loads(run(*ASKED, "base,more-money", "--risk", "cvar:0.5:0.5", "--json").stdout)
    assert document["format"] == "outlay ensemble 1"
    assert document["risk"] == "cvar:0.5:0.5"
    assert document["verified"] is True


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        (("base,tow-crews",), 3, "two-crews"),
        (("base=1,two-crews",), 3, "it has no weight"),
        (("base=x",), 3, "'x': this is no weight"),
        (("base=0,two-crews=1",), 3, "its weight is 0.0"),
        (("base=1e308,two-crews=nan",), 3, "its weight is nan"),
        (("²",), 3, "there is no such constraint set"),
        (("1e3",), 3, "'1e3': this is no number of draws; write how many draws, as 20"),
        (("-1",), 3, "this is no number of draws"),
        (("0",), 3, "draws is out of range"),
        (("base", "--risk", ""), 3, "there is no such measure of risk"),
        (("base", "--risk", "cvar"), 3, "not complete"),
        (("base", "--tables", "t"), 2, "--tables"),
    ],
)
def test_bad_input_is_told(more: tuple[str, ...], code: int, words: str) -> None:
    result = run(*ASKED, *more)
    assert result.exit_code == code
    assert words in result.stderr


def test_where_the_time_ends_before_there_is_a_model_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solve, "LATE_S", 0.0)
    result = run(*ASKED, "base,two-crews", "--time-limit", "1e-6")
    assert result.exit_code == 6
    assert "the time limit was over before the models of 2 scenarios were made" in " ".join(result.output.split())


def test_options_of_scenarios_need_scenarios() -> None:
    for option in (("--risk", "worst"), ("--jobs", "2")):
        assert run("solve", "tutorial", *option).exit_code == 2


def test_measures_of_risk_are_told_in_words() -> None:
    assert risk_words("cvar:0.9") == "the mean of the worst 10 %"
    assert risk_words("cvar:0.9:0.25") == "75 % of the mean and 25 % of the mean of the worst 10 %"
    assert risk_words("worst") == "the worst scenario"
