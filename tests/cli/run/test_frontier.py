"""``outlay frontier`` as a user types it."""

from __future__ import annotations

import csv
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from outlay.optimizer.frontier.boxes import Boxes
from outlay.optimizer.frontier.criteria.local_search import LocalSearch
from tests.cli.small import HOSTILE, changed, run, write_small

ASKED = ("--of", "max:value", "--against", "min:commitment", "--jobs", "1")


@pytest.mark.slow
def test_a_frontier_is_told_in_eighty_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    result = run("frontier", write_small(tmp_path), *ASKED)
    assert result.exit_code == 0, result.output
    for text in ("complete: there is no other one", "most value, $M", "Share of these plans", "A, B", "+B, −A"):
        assert text in result.stdout
    assert max(len(line) for line in result.stdout.splitlines()) <= 80


@pytest.mark.slow
def test_json_csv_sets_and_the_folder_say_the_same(tmp_path: Path) -> None:
    path, folder = write_small(tmp_path), tmp_path / "out"
    first = run("frontier", path, *ASKED, "--json", "-o", str(folder))
    document = json.loads(first.stdout)
    assert document["complete"]
    assert [(row["max:value"], row["min:commitment"]) for row in document["points"]] == [
        (14.0, 9.0), (8.0, 5.0), (6.0, 4.0), (0.0, 0.0),
    ]  # fmt: skip
    assert {file.name for file in folder.iterdir()} == {
        "frontier.json", "points.csv", "plans.csv", "projects.csv", "sets.toml", "answers",
    }  # fmt: skip
    again = run("frontier", path, *ASKED, "--csv", "-o", str(folder))
    rows = list(csv.DictReader(again.stdout.splitlines()))
    assert [row["projects"] for row in rows] == ["A; B", "A", "B", ""]
    assert json.loads((folder / "frontier.json").read_text())["times_s"]["solver"] == 0
    assert set(tomllib.loads(run("frontier", path, *ASKED, "--sets", "-o", str(folder)).stdout)) == {
        f"point-{number}" for number in (1, 2, 3, 4)
    }
    other = run("frontier", path, "--of", "max:value", "--against", "min:count", "-o", str(folder))
    assert other.exit_code == 3
    assert "another frontier" in other.stderr


def test_an_interrupt_keeps_what_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = Boxes.take

    def interrupted(self: Boxes, *arguments: Any, **more: Any) -> None:
        given(self, *arguments, **more)
        raise KeyboardInterrupt

    monkeypatch.setattr(LocalSearch, "fits", lambda _: False)
    monkeypatch.setattr(Boxes, "take", interrupted)
    result = run("frontier", write_small(tmp_path), *ASKED)
    assert result.exit_code == 5, result.output
    assert "Stopped by Ctrl-C" in result.stdout
    assert "interrupted" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ([], 2, "give --of and --against, or --weights"),
        (["--of", "max:value"], 3, "two or three objectives, not 1"),
        (["--of", "max:value", "--against", "max:none"], 3, "no such metric"),
        (["--weights", "Mayor", "--of", "max:value"], 2, "--weights takes no objectives"),
        (["--of", "max:value", "--against", "min:count", "--order", "a>b"], 2, "--order belongs to --weights"),
        (["--of", "max:value", "--against", "min:count", "--json", "--csv"], 2, "exclude each other"),
        (["--of", "max:value", "--against", "min:count", "--tolerance", "1"], 2, "tolerance"),
        (["--of", "max:valu", "--against", "min:count"], 3, "did you mean 'value'"),
        (["--of", "max:value", "--against", "max:value"], 3, "weighs the same"),
        (["--of", "max:value", "--against", "stretch:forgot"], 3, "did you mean 'forgotten'"),
        (["--weights", "Mayor"], 3, "known exactly"),
        (["--of", "max:value", "--against", "min:count", "--set", "must"], 4, "no plan is possible"),
    ],
)
def test_bad_input_is_told(tmp_path: Path, arguments: list[str], code: int, words: str) -> None:
    result = run("frontier", write_small(tmp_path), *arguments)
    assert result.exit_code == code, result.output
    assert words in result.stderr


@pytest.mark.slow
def test_hostile_names_are_harmless_and_the_page_is_written(tmp_path: Path) -> None:
    document = changed(sets={})
    document["projects"][0] |= {"name": HOSTILE}
    page = tmp_path / "page.html"
    result = run("frontier", write_small(tmp_path, document), *ASKED, "--report", str(page))
    assert result.exit_code == 0, result.output
    assert "\x1b" not in result.stdout
    text = page.read_text()
    assert "<script>alert" not in text
    assert "frontier-chart-0-1" in text
    assert "strip-chart" in text


@pytest.mark.slow
def test_weights_between_bounds_are_told(tmp_path: Path) -> None:
    rows = [
        {"stakeholder": "Mayor", "metric": "value", "weight": 1},
        {"stakeholder": "Mayor", "metric": "commitment", "weight": -1, "low": -3, "high": 0},
    ]
    result = run(
        "frontier", write_small(tmp_path, changed(stakeholders=rows)), "--weights", "Mayor", "--jobs", "1", "--json"
    )
    assert result.exit_code == 0, result.output
    points = json.loads(result.stdout)["points"]
    assert [row["projects"] for row in points] == ["A; B", "A", ""]
    assert all(-3 <= row["weight commitment"] <= 0 for row in points)
