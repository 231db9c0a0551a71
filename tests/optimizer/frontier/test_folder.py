"""The folder of a frontier is known again, whatever ended the run that began it."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from outlay.instances.errors import InputError
from outlay.optimizer.frontier.folder import FrontierFolder
from tests.support.full_disk import FullDisk

OF = {"instance": "a digest", "objectives": ["max:value", "min:commitment"]}


def test_a_folder_that_a_full_disk_cut_off_is_taken_up_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out"
    with monkeypatch.context() as patch:
        FullDisk(math.inf, patch, only=1)
        with pytest.raises(InputError, match="No space left"):
            FrontierFolder.open(path, OF)
    assert FrontierFolder.open(path, OF).answers.path.is_dir()


def test_a_folder_without_room_for_its_answers_is_taken_up_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(self: Path, *_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", str(self))

    path = tmp_path / "out"
    path.mkdir()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "mkdir", no_room)
        with pytest.raises(InputError, match="No space left"):
            FrontierFolder.open(path, OF)
    assert FrontierFolder.open(path, OF).answers.path.is_dir()


def test_a_folder_of_another_frontier_is_refused_unless_it_is_forced(tmp_path: Path) -> None:
    FrontierFolder.open(tmp_path, OF)
    other = {**OF, "objectives": ["max:value", "min:count"]}
    with pytest.raises(InputError, match="another frontier"):
        FrontierFolder.open(tmp_path, other)
    assert FrontierFolder.open(tmp_path, other, force=True).path == tmp_path


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="something that is no frontier"):
        FrontierFolder.open(tmp_path, OF)
