"""``outlay draw`` and ``outlay stress`` as a user types them."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

import outlay
from tests.cli.small import HOSTILE, changed, run, write_small

MONEY = {
    "distribution": "triangular", "low": 6, "mode": 9, "high": 10,
    "change": [{"table": "availability", "where": {"resource": "commitments"}, "set": {"amount": "@"}}],
}  # fmt: skip


def uncertain(folder: Path, **parts: Any) -> str:
    return write_small(folder, changed(uncertainty={"factors": {"money": MONEY}, **parts}, sets={}))


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, str]:
    """Return an uncertain instance and two run files of it."""
    folder = tmp_path_factory.mktemp("small")
    path = uncertain(folder)
    names = []
    for name, asked in (("best", ()), ("without", ("--force-out", "A"))):
        names.append(str(folder / f"{name}.json"))
        assert run("solve", path, *asked, "-o", names[-1]).exit_code == 0
    return path, *names


def test_draws_are_shown_printed_and_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = uncertain(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    shown = run("draw", path, "--draws", "8")
    assert shown.exit_code == 0, shown.output
    assert "8 worlds of 1 uncertain number, seed 1; all of them are valid" in shown.stdout
    assert max(map(len, shown.stdout.splitlines())) <= 80
    rows = list(csv.DictReader(io.StringIO(run("draw", path, "--draws", "3", "--csv").stdout)))
    document = json.loads(run("draw", path, "--draws", "3", "--json").stdout)
    sets = tomllib.loads(run("draw", path, "--draws", "3", "--sets").stdout)
    assert [float(row["money"]) for row in rows] == [one["values"]["money"] for one in document["draws"]]
    assert [body["change"][0]["set"]["amount"] for body in sets.values()] == [float(row["money"]) for row in rows]
    saved = run("draw", path, "--draws", "3", "-o", str(tmp_path / "worlds.json"))
    assert saved.exit_code == 0
    assert list(outlay.read(tmp_path / "worlds.json").sets) == list(sets)
    assert run("draw", path, "--draws", "3", "-o", str(tmp_path / "worlds.json")).exit_code == 3
    assert run("draw", path, "--csv", "--json").exit_code == 2


@pytest.mark.slow
def test_a_run_tells_what_was_uncertain_when_it_was_solved(solved: tuple[str, str, str]) -> None:
    shown = run("show", solved[1], "uncertainty")
    assert shown.exit_code == 0, shown.output
    assert "triangular: low 6, mode 9" in " ".join(shown.stdout.split())
    document = json.loads(run("show", solved[1], "uncertainty", "--json").stdout)["uncertainty"]
    assert document["factors"][0]["changes"] == "set amount @ of availability where resource = commitments"
    assert (document["correlations"], document["scenarios"]) == ([], {})
    rows = list(csv.DictReader(io.StringIO(run("show", solved[1], "uncertainty", "--csv").stdout)))
    assert [row["factor"] for row in rows] == ["money"]


def test_an_instance_without_uncertainty_ends_with_3(tmp_path: Path) -> None:
    result = run("draw", write_small(tmp_path))
    assert result.exit_code == 3
    assert "outlay schema uncertainty" in result.stderr


@pytest.mark.slow
def test_check_says_what_is_uncertain_and_what_of_it_matches_nothing(tmp_path: Path) -> None:
    path = uncertain(tmp_path)
    shown = run("check", path)
    assert shown.exit_code == 0, shown.output
    assert "1 factor, 1 number in all; 0 scenarios" in shown.stdout
    assert json.loads(run("check", path, "--json").stdout)["uncertain"] == {"factors": 1, "scenarios": 0, "numbers": 1}
    change = [{"table": "projects", "where": {"id": "Z"}, "scale": {"value": "@"}}]
    other = uncertain(tmp_path / "other", factors={"money": {**MONEY, "change": change}})
    wrong = run("check", other)
    assert wrong.exit_code == 3
    assert "factors.money.change[1]: 'id = Z': no row of projects matches" in wrong.stderr


def test_a_draw_that_is_not_valid_ends_with_3(tmp_path: Path) -> None:
    path = uncertain(tmp_path, factors={"money": {**MONEY, "low": -90}})
    result = run("draw", path, "--draws", "4")
    assert result.exit_code == 3
    assert "bound the factor with low and high" in result.stderr


@pytest.mark.slow
def test_plans_are_stressed_shown_and_kept(
    solved: tuple[str, str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    path, *runs = solved
    folder, report = tmp_path / "out", tmp_path / "stress.html"
    asked = ("stress", *runs, "--draws", "4", "--jobs", "1", "-o", str(folder))
    result = run(*asked, "--report", str(report))
    assert result.exit_code == 0, result.output
    assert max(map(len, result.stdout.splitlines())) <= 80
    for text in ("2 plans in the same 4 worlds, seed 1", "The objective over the draws", "best: what it hangs on",
                 "without: what becomes of its projects", "What it would be worth to know first"):  # fmt: skip
        assert text in result.stdout
    assert "spread-chart" in report.read_text()
    assert (folder / "outcomes.csv").exists()
    document = json.loads(run(*asked, "--json").stdout)
    assert document["complete"] is True
    assert [row[0] for row in document["tables"]["plans"]["rows"]] == ["best", "without"]
    assert run(*asked, "--report", str(report)).exit_code == 3  # it is there already
    del path


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("nowhere.json",), 3, "nowhere.json"),
        ((), 2, "RUN"),
        (("{0}", "{0}"), 3, "named twice"),
        (("{0}", "--instance", "tutorial"), 3, "nothing is said to be uncertain"),
        (("{0}", "--draws", "0"), 2, "--draws"),
        (("{0}", "--set", "nope"), 3, "there is no such constraint set"),
    ],
)
def test_what_is_asked_wrongly_is_told(
    solved: tuple[str, str, str], arguments: tuple[str, ...], code: int, told: str
) -> None:
    result = run("stress", *(text.format(*solved[1:]) for text in arguments))
    assert result.exit_code == code, result.output
    assert told in result.output + result.stderr


@pytest.mark.slow
def test_names_from_data_stay_text(tmp_path: Path) -> None:
    document = changed(uncertainty={"factors": {"money": {**MONEY, "title": HOSTILE}}}, sets={})
    document["projects"][0]["name"] = HOSTILE
    path = write_small(tmp_path, document)
    outlay.solve(outlay.read(path)).save(tmp_path / "run.json")
    report = tmp_path / "x.html"
    result = run("stress", str(tmp_path / "run.json"), "--draws", "2", "--jobs", "1", "--report", str(report))
    assert result.exit_code == 0
    assert "\x1b" not in result.stdout
    assert "<script>alert" not in report.read_text().replace("\\u003c", "<!")
