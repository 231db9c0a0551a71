"""Folders of answers: whose they are, and what a killed process leaves in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from outlay.instances.errors import InputError
from outlay.optimizer.export.folders import kept_folder

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
