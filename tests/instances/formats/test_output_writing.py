"""Files are written whole or not at all, for those who may read them, and a refusal names path, reason and remedy."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import outlay
from outlay.instances.errors import InputError, NoRoomError
from outlay.instances.formats.output import check_target, replace_file, write_file, write_folder
from outlay.models.supply.graph import write_graphml
from tests.support.documents import parsed, small_plan
from tests.support.full_disk import FullDisk

Writer = Callable[[Path], Any]


def fill(folder: Path) -> None:
    """Put two files into a folder."""
    for name in ("one", "two"):
        (folder / name).write_text(name)


WRITERS: dict[str, Writer] = {
    "a file": lambda target: write_file(target, "new"),
    "a file, forced": lambda target: write_file(target, "new", force=True),
    "a folder": lambda target: write_folder(target, fill),
    "an instance as a folder": lambda target: outlay.write(parsed(small_plan()), target),
    "a look": check_target,
    "a look, forced": lambda target: check_target(target, force=True),
    "a look at a folder": lambda target: check_target(target, folder=True),
}


@pytest.fixture(params=WRITERS)
def write(request: pytest.FixtureRequest) -> Writer:
    return WRITERS[request.param]


def everything(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def _loop(folder: Path) -> Path:
    (folder / "loop").symlink_to(folder / "loop")
    return folder / "loop" / "new"


def _below_a_file(folder: Path) -> Path:
    (folder / "file").write_text("")
    return folder / "file" / "new"


#: Places where nothing can be written, and a word of the reason.
PLACES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "a long name": (lambda folder: folder / ("n" * 300), "choose a shorter name"),
    "a long name above": (lambda folder: folder / "missing" / ("n" * 300) / "new", "choose a shorter name"),
    "a long path": (lambda folder: Path(folder, *["n" * 200] * 30), "choose a shorter name"),
    "a name with NUL": (lambda folder: folder / "a\0b", "choose another name"),
    "a name with NUL above": (lambda folder: folder / "a\0b" / "new", "choose another name"),
    "links in a circle": (_loop, "choose another place"),
    "a file in the place of a folder": (_below_a_file, "a part of the path is a file"),
    "a file far above": (lambda folder: _below_a_file(folder) / "deeper" / "new", "a part of the path is a file"),
    "a place of the kernel's": (lambda _: Path("/proc/nothing/new"), "choose another place"),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_place_that_cannot_be_is_refused_with_path_and_remedy(tmp_path: Path, write: Writer, place: str) -> None:
    made, remedy = PLACES[place]
    target = made(tmp_path)
    before = everything(tmp_path)
    with pytest.raises(InputError) as caught:
        write(target)
    (fault,) = caught.value.faults
    assert fault.where == str(target)
    assert "cannot be written" in fault.problem
    assert remedy in fault.remedy
    assert everything(tmp_path) == before


@pytest.mark.parametrize("path", [None, 3, ["a"]])
def test_what_is_no_path_is_refused(path: Any, write: Writer) -> None:
    with pytest.raises(InputError, match="this is not a path"):
        write(path)


def test_what_exists_is_replaced_by_force_alone(tmp_path: Path, write: Writer, request: pytest.FixtureRequest) -> None:
    target = tmp_path / "there"
    target.write_text("old")
    if "forced" in request.node.callspec.params["write"]:
        write(target)
        return
    with pytest.raises(InputError, match="something with this name exists"):
        write(target)
    assert target.read_text() == "old"


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_is_no_file_is_never_replaced(tmp_path: Path, write: Writer, kind: str) -> None:
    target = tmp_path / "there"
    target.mkdir() if kind == "folder" else os.mkfifo(target)
    with pytest.raises(InputError):
        write(target)
    assert everything(tmp_path) == {"there"}


@pytest.mark.parametrize("leads_to", ["nowhere", "there"])
def test_a_link_is_never_replaced(tmp_path: Path, write: Writer, leads_to: str) -> None:
    (tmp_path / "there").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / leads_to)
    with pytest.raises(InputError, match=r"this is a link|something with this name exists"):
        write(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert everything(tmp_path) == {"there", "link"}
    assert (tmp_path / "there").read_text() == "old"


def test_a_look_changes_nothing(tmp_path: Path) -> None:
    for options in ({}, {"force": True}, {"folder": True}):
        assert check_target(tmp_path / "a" / "b" / "c", **options) == tmp_path / "a" / "b" / "c"
    assert everything(tmp_path) == set()


@pytest.fixture(params=[0o022, 0o077, 0o002])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_is_new_is_for_whom_the_user_says(tmp_path: Path, umask: int) -> None:
    file = write_file(tmp_path / "above" / "file", "x")
    folder = outlay.write(parsed(small_plan()), tmp_path / "folder")
    assert mode(file) == 0o666 & ~umask
    assert mode(file.parent) == mode(folder) == 0o777 & ~umask
    assert {mode(path) for path in folder.iterdir()} == {0o666 & ~umask}
    assert mode(outlay.write(parsed(small_plan()), tmp_path / "one.json")) == 0o666 & ~umask


@pytest.mark.parametrize("kept", [0o600, 0o640, 0o664, 0o444])
def test_what_is_replaced_stays_for_whom_it_was(tmp_path: Path, umask: int, kept: int) -> None:
    target = tmp_path / "file"
    target.write_text("old")
    target.chmod(kept)
    write_file(target, "new", force=True)
    assert (mode(target), target.read_text()) == (kept, "new")


@pytest.mark.parametrize("room", [0, 1, 50, 100, 200, 300, 500, 700, 10**6])
@pytest.mark.parametrize("name", ["a.json", "folder"])
def test_a_disk_that_gets_full_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int, name: str
) -> None:
    with monkeypatch.context() as patch:
        disk = FullDisk(room, patch)
        try:
            outlay.write(parsed(small_plan()), tmp_path / "above" / name)
        except NoRoomError as error:
            assert "make room" in str(error)  # noqa: PT017 - most rooms are too small, not all
    if disk.left >= 0:
        assert outlay.read(tmp_path / "above" / name).digest == parsed(small_plan()).digest
    else:
        assert everything(tmp_path) == set()


@pytest.mark.parametrize("refused", [errno.ENOSPC, errno.EFBIG, errno.EIO, errno.EACCES])
def test_the_old_file_is_kept_where_the_new_one_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: int
) -> None:
    def fail(*_: object) -> None:
        raise OSError(refused, os.strerror(refused))

    target = tmp_path / "file"
    target.write_text("old")
    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match=os.strerror(refused)):
        replace_file(target, "new")
    with pytest.raises(InputError, match="cannot be written"):
        write_file(target, "new", force=True)
    assert (everything(tmp_path), target.read_text()) == ({"file"}, "old")


def test_the_supply_chain_is_written_to_a_new_name_alone(tmp_path: Path) -> None:
    target = write_graphml(parsed(small_plan()), tmp_path / "chain.graphml")
    with pytest.raises(InputError, match="something with this name exists"):
        write_graphml(parsed(small_plan()), target)
