"""Folders of answers: whose they are, and what a killed process leaves in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from outlay.instances.errors import InputError
from outlay.optimizer.export.folders import check_kept, kept_folder

LEFT = ".plans.csv.0123456789ab.tmp"


@pytest.mark.parametrize("also", [(), ("frontier.json", "plans.csv")])
def test_what_a_killed_process_left_is_cleared_away(tmp_path: Path, also: tuple[str, ...]) -> None:
    for name in (LEFT, *also):
        (tmp_path / name).write_text("x")
    assert kept_folder(tmp_path, "frontier.json", "frontier", force=False) == tmp_path
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(also)


def test_a_folder_of_something_else_is_left_as_it_is(tmp_path: Path) -> None:
    for name in (LEFT, "notes.txt"):
        (tmp_path / name).write_text("x")
    with pytest.raises(InputError, match="holds something that is no frontier"):
        kept_folder(tmp_path, "frontier.json", "frontier", force=False)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_look_at_a_folder_changes_nothing(tmp_path: Path) -> None:
    new = tmp_path / "new" / "folder"
    assert check_kept(new, "frontier.json", "frontier", force=False) == new
    assert list(tmp_path.iterdir()) == []
    (tmp_path / LEFT).write_text("x")
    check_kept(tmp_path, "frontier.json", "frontier", force=False)
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(InputError, match="holds something that is no frontier"):
        check_kept(tmp_path, "frontier.json", "frontier", force=False)
    with pytest.raises(InputError, match="this is not a folder"):
        check_kept(tmp_path / "notes.txt", "frontier.json", "frontier", force=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([LEFT, "notes.txt"])
