"""Every command that reads or writes refuses a place where it cannot, with exit code 3 and the place's name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.small import run, write_small
from tests.support.choosing import some_named
from tests.support.closed import closed, obedient, obeys_permissions

#: Command lines with their place; those that write one that must stay as it was.
WRITING = (
    "solve {case} -o {place}",
    "solve {case} -o {place} --force",
    "compare {case} -o {place}",
    "compare {case} -o {place} --force",
    "new {place}",
    "generate --projects 5 -o {place}",
    "report {run} -o {place}",
    "report {run} -o {place} --force",
)
READING = (
    "check {place}",
    "solve {place}",
    "compare {place}",
    "show {place}",
    "verify {place}",
    "report {place} -o {new}",
)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("known")
    case = write_small(folder)
    assert run("solve", case, "-o", str(folder / "run.json")).exit_code == 0
    return {"case": case, "run": str(folder / "run.json"), "new": str(folder / "new.html")}


def parts(line: str, place: str, known: dict[str, str]) -> list[str]:
    return [part.format(place=place, **known) for part in line.split()]


needs_permissions = pytest.mark.skipif(not obeys_permissions(), reason="needs setpriv, to bind root to permissions")


@pytest.mark.nightly
@needs_permissions
@pytest.mark.parametrize("mode", some_named({"closed to all": 0, "closed to writing": 0o500}, {"closed to all"}))
def test_nothing_is_written_into_a_closed_folder_nor_read_from_it(
    mode: int, tmp_path: Path, known: dict[str, str]
) -> None:
    (tmp_path / "shut" / "kept").mkdir(parents=True)
    places = [f"{tmp_path}/shut/new", f"{tmp_path}/shut/above/new"]
    cases = [(line, place) for line in WRITING for place in places]
    if mode == 0:
        cases += [(line, f"{tmp_path}/shut/file.json") for line in READING]
    with closed(tmp_path / "shut", mode):
        answers = obedient([parts(line, place, known) for line, place in cases])
    for (line, place), answer in zip(cases, answers, strict=True):
        assert (answer.code, answer.stdout) == (3, ""), (line, answer)
        assert "Permission denied" in answer.stderr, line
        assert (place if line in WRITING else "file.json") in answer.stderr, line
    assert [path.name for path in (tmp_path / "shut").iterdir()] == ["kept"]


@pytest.mark.parametrize(
    "line",
    [
        "report {run} -o {folder}/new.pdf",
        "report {run} -o {folder}/run.json --force",
        "explain {run} --report {folder}/new.xlsx",
        "frontier {case} --of max:value --against min:commitment --report {folder}/new.docx",
    ],
)
def test_a_page_is_written_under_no_name_of_another_kind_of_file(line: str, known: dict[str, str]) -> None:
    folder = Path(known["run"]).parent
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    answer = run(*line.format(folder=folder, **known).split())
    assert (answer.exit_code, answer.stdout) == (3, "")
    assert "a report is an HTML page; name an .html file" in answer.stderr
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


PLACES = {
    "a long name": lambda folder: f"{folder}/{'n' * 300}",
    "a long name above": lambda folder: f"{folder}/{'n' * 300}/new",
    "a long path": lambda folder: f"{folder}{'/n' * 3000}",
    "a file above": lambda folder: f"{folder}/file/new",
    "a circle": lambda folder: f"{folder}/circle/new",
    "the circle": lambda folder: f"{folder}/circle",
    "a device": lambda _: "/dev/null/new",
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("line", WRITING + READING)
def test_a_place_that_cannot_be_is_refused(line: str, place: str, tmp_path: Path, known: dict[str, str]) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    result = run(*parts(line, PLACES[place](tmp_path), known), "--json")
    assert result.exit_code == 3, result.output
    (fault,) = json.loads(result.stdout)["faults"]
    assert fault["remedy"]
    assert {path.name for path in tmp_path.iterdir()} == {"file", "circle"}
