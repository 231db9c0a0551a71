"""The folder of a priority list is read back, and nothing in it is believed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import outlay


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = outlay.rank(outlay.read("tutorial"), limit="commitments", levels=[5, 8, 11], jobs=1)
    return found.save(tmp_path_factory.mktemp("list") / "list")


def changed(kept: Path, folder: Path, change: Callable[[dict[str, Any]], Any]) -> Path:
    """Return a copy of a folder whose `ranking.json` is changed."""
    shutil.copytree(kept, folder)
    document = json.loads((folder / "ranking.json").read_text())
    change(document)
    (folder / "ranking.json").write_text(json.dumps(document))
    return folder


@pytest.mark.slow
def test_a_list_that_was_kept_is_the_list(kept: Path) -> None:
    found = outlay.load_ranking(kept)
    assert found.verified
    assert found.projects["project"].tolist() == ["school", "solar", "bridge"]
    assert found.levels["price"].to_numpy() == pytest.approx([0.4, 3.4, 0.0])


def _cell(table: str, column: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        document[table]["rows"][0][document[table]["columns"].index(column)] = value

    return change


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda said: said.update(objective=99.0), "objective is recorded as 99.0"),
        (lambda said: said.update(bound=1.0), "below what the plans are worth"),
        (lambda said: said.update(gap=0.5), "but the gap is 0.5"),
        (lambda said: said["options"].update(weights=[1, 2, 3]), "objective is recorded as"),
        (lambda said: said.update(limit="crew"), "crew is 1 in the run of level 5"),
        (_cell("projects", "project", "park"), "park"),
        (_cell("levels", "nested", 9.9), "9.9"),
        (_cell("levels", "price", 0.0), "the price of one list at level 5"),
    ],
)
def test_what_does_not_follow_from_the_plans_is_told(
    kept: Path, tmp_path: Path, change: Callable[[dict[str, Any]], Any], words: str
) -> None:
    found = outlay.load_ranking(changed(kept, tmp_path / "list", change))
    assert not found.verified
    assert any(words in sentence for _, sentence in found.violations), found.violations


@pytest.mark.slow
def test_plans_that_are_not_nested_are_no_list(kept: Path, tmp_path: Path) -> None:
    alone = outlay.rank(outlay.read("tutorial"), limit="commitments", levels=[5], jobs=1)
    other = alone.save(tmp_path / "alone")

    folder = changed(kept, tmp_path / "list", lambda said: None)
    shutil.copy(next((other / "runs").iterdir()), folder / "runs" / "01-5.json")  # the bridge, which 8 does not hold
    found = outlay.load_ranking(folder)
    assert any("bridge" in sentence for _, sentence in found.violations), found.violations


def test_what_is_no_folder_of_a_list_is_refused(kept: Path, tmp_path: Path) -> None:
    with pytest.raises(outlay.InputError, match=r"no ranking\.json in it"):
        outlay.load_ranking(tmp_path)
    outside = changed(kept, tmp_path / "list", lambda said: said["runs"].update({"5": "../01-5.json"}))
    with pytest.raises(outlay.InputError, match="outside the folder"):
        outlay.load_ranking(outside)
    missing = changed(kept, tmp_path / "missing", lambda said: said["runs"].pop("8"))
    with pytest.raises(outlay.InputError, match="not those of the levels"):
        outlay.load_ranking(missing)
