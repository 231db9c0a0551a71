"""A blank instance: its examples are right, and what is still missing is told."""

from __future__ import annotations

from pathlib import Path

import pytest

import outlay
from outlay.instances.dictionary.tables import TABLES
from outlay.instances.samples.blank import EXAMPLES, write_blank
from tests.cli.small import run


def uncommented(folder: Path, *names: str) -> None:
    for path in (folder / f"{name}.csv" for name in names):
        path.write_text(path.read_text(encoding="utf-8").replace("\n# example: ", "\n"), encoding="utf-8")


def test_what_is_missing_is_told(tmp_path: Path) -> None:
    made = run("new", str(tmp_path / "plan"), "--blank")
    assert made.exit_code == 0
    assert "outlay check" in made.output
    told = run("check", str(tmp_path / "plan"))
    assert told.exit_code == 3
    assert "projects is missing or has no rows; write a row for each project" in told.output


def test_the_example_rows_are_a_valid_instance(tmp_path: Path) -> None:
    write_blank(tmp_path / "plan")
    uncommented(tmp_path / "plan", *EXAMPLES)
    instance = outlay.read(tmp_path / "plan")
    assert [len(instance[name]) for name in EXAMPLES if name not in {"resources", "availability"}]
    assert {name for name in TABLES if len(instance[name])} == set(EXAMPLES)
    assert instance.with_set("base")["projects"].texts("id") == ("P01", "P02")


def test_projects_alone_are_enough(tmp_path: Path) -> None:
    write_blank(tmp_path / "plan")
    uncommented(tmp_path / "plan", "projects")
    instance = outlay.read(tmp_path / "plan")
    assert {name for name in TABLES if len(instance[name])} == {"projects", "resources", "availability"}


def test_a_row_is_an_example_only_if_it_says_so(tmp_path: Path) -> None:
    write_blank(tmp_path / "plan")
    projects = tmp_path / "plan" / "projects.csv"
    projects.write_text("id,value\n# example: a note, with commas, of any length\n# 1,5\nB,x\n", encoding="utf-8")
    with pytest.raises(outlay.InputError, match=r"row 4, column value: 'x'"):
        outlay.read(tmp_path / "plan")
    projects.write_text("id,value\n# 1,5\n", encoding="utf-8")
    read = outlay.read(tmp_path / "plan")
    assert read["projects"].texts("id") == ("# 1",)
    odd = read.replace(projects=[{"id": "# example: 1", "value": 5}])
    with pytest.raises(outlay.InputError, match="read as an example"):
        outlay.write(odd, tmp_path / "other")
    outlay.write(odd, tmp_path / "other.json")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("plan.xlsx", "--blank"), "is a folder"),
        (("plan.json", "--blank"), "is a folder"),
        (("plan", "--blank", "--from", "tutorial"), "a copy of nothing"),
    ],
)
def test_what_cannot_be_blank_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], text: str
) -> None:
    monkeypatch.chdir(tmp_path)
    refused = run("new", *words)
    assert (refused.exit_code, text in refused.output) == (3, True), refused.output
    assert list(tmp_path.iterdir()) == []
