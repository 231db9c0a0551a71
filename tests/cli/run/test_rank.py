"""``outlay rank`` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.small import run

pytestmark = pytest.mark.usefixtures("always_warm")

ASKED = ("rank", "tutorial", "--limit", "commitments", "--jobs", "1")


@pytest.mark.slow
def test_a_list_is_shown_with_its_marks_and_its_price(tmp_path: Path) -> None:
    drawn = ("--report", str(tmp_path / "list.html"))
    result = run(*ASKED, "--levels", "3,8,14", "--weights", "1,1,2", "-o", str(tmp_path / "list"), *drawn)
    assert result.exit_code == 0, result.output
    page = (tmp_path / "list.html").read_text(encoding="utf-8")
    for text in (
        "Priority list",
        "up to 14",
        "What it costs to have one list",
        "strip-chart",
        "proved, no nested list",
    ):
        assert text in page
    for text in (
        "up to 8",
        "up to 14",
        "What one list costs, $M",
        "4.5  exactly  park",
        "Optimal: none is better",
        "Saved",
    ):
        assert text in result.stdout
    assert run("verify", str(tmp_path / "list" / "runs" / "02-8.json")).exit_code == 0
    assert "hold, and so does what links them" in run("verify", str(tmp_path / "list")).stdout
    drawn_again = run("report", str(tmp_path / "list"), "-o", str(tmp_path / "again.html"))
    assert (drawn_again.exit_code, "strip-chart" in (tmp_path / "again.html").read_text(encoding="utf-8")) == (0, True)
    assert "up to 14" in run("show", str(tmp_path / "list")).stdout
    assert run("show", str(tmp_path / "list"), "--csv").stdout.startswith("rank,project,name")
    assert run("show", str(tmp_path / "list"), "8", "projects", "--csv").stdout.startswith("project,name")
    for more, words in ((("9",), "there is no such level; known: 14, 3, 8"), (("projects",), "name one: 3, 8, 14")):
        asked = run("show", str(tmp_path / "list"), *more)
        assert (asked.exit_code, words in asked.stderr) == (3, True), asked.stderr
    kept = json.loads((tmp_path / "list" / "ranking.json").read_text())
    (tmp_path / "list" / "ranking.json").write_text(json.dumps({**kept, "objective": 99.0}))
    false = run("verify", str(tmp_path / "list"))
    assert (false.exit_code, "objective is recorded as 99.0" in false.stdout) == (7, True)
    assert run("show", str(tmp_path / "list"), "--csv").exit_code == 7
    again = run(*ASKED, "--levels", "3,8,14", "-o", str(tmp_path / "list"))
    assert (again.exit_code, again.stdout) == (3, "")


@pytest.mark.slow
def test_a_list_is_data() -> None:
    document = json.loads(run(*ASKED, "--levels", "5,11", "--json").stdout)
    assert document["format"] == "outlay ranking 1"
    assert document["verified"] is True
    assert [row[2:4] for row in document["levels"]["rows"]] == [[9.0, 9.0], [19.1, 19.1]]
    assert document["plans"].keys() == {"5", "11"}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--levels", "5,x,y"), "'y': this is no level"),
        (("--levels", "5,11", "--weights", "1,a"), "column weights: 'a': this is no number"),
    ],
)
def test_bad_input_is_told_with_exit_code_3(more: tuple[str, ...], words: str) -> None:
    result = run(*ASKED, *more)
    assert result.exit_code == 3
    assert words in result.stderr
