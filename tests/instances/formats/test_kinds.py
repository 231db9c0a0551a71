"""A path that leads to something else than what is wanted is told, with the command that helps."""

from __future__ import annotations

from pathlib import Path

import pytest

import outlay


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name, file in (("cmp", "comparison.json"), ("why", "explanation.json"), ("plan", "instance.toml")):
        (tmp_path / name).mkdir()
        (tmp_path / name / file).write_text("{}", encoding="utf-8")
    for name in ("page.html", "book.xlsx"):
        (tmp_path / name).write_bytes(b"x")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("cmp", "this is a comparison, not an instance; outlay show"),
        ("why", "this is an explanation, not an instance"),
        ("page.html", "this is a page of a report, not an instance"),
    ],
)
def test_an_answer_is_no_instance(place: Path, name: str, words: str) -> None:
    with pytest.raises(outlay.InputError, match=words):
        outlay.read(place / name)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("cmp", "this is a comparison, not a run; outlay show"),
        ("why", "this is an explanation, not a run"),
        ("plan", "this is an instance, not a run; solve it first: outlay solve"),
        ("page.html", "this is a page of a report, not a run"),
        ("book.xlsx", "this is a workbook, not a run"),
    ],
)
def test_an_instance_or_a_page_is_no_run(place: Path, name: str, words: str) -> None:
    with pytest.raises(outlay.InputError, match=words):
        outlay.load(place / name)


def test_a_bundled_name_is_no_run_and_a_run_no_comparison(place: Path) -> None:
    with pytest.raises(outlay.InputError, match="this is a bundled instance, not a run"):
        outlay.load("tutorial")
    with pytest.raises(outlay.InputError, match="this is an instance, not a comparison or a run"):
        outlay.load_comparison(place / "plan")
    (place / "run.json").write_text('{"format": "outlay run 3"}', encoding="utf-8")
    with pytest.raises(outlay.InputError, match="this is a file, not the folder of a comparison"):
        outlay.load_comparison(place / "run.json")
    (place / "empty").mkdir()
    with pytest.raises(outlay.InputError, match="this folder holds no comparison"):
        outlay.load_comparison(place / "empty")
