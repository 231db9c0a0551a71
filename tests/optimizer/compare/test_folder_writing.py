"""A comparison is shown whatever happens to its folder; the folder has one writer at a time and is never a mixture."""

from __future__ import annotations

import errno
import json
import math
import os
import pickle
import shutil
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import outlay
from outlay.instances.errors import InputError, NotKeptError
from outlay.optimizer.compare.comparison import Comparison
from outlay.optimizer.compare.folder import LOCK, ComparisonFolder
from outlay.optimizer.compare.lock import MOST_HOURS, hold
from outlay.optimizer.compare.reading import load_comparison
from outlay.optimizer.compare.task import Request
from tests.cli.small import run
from tests.optimizer.compare.support import assert_same, cap, gone_process, remembered, town
from tests.support.children import in_child
from tests.support.choosing import some
from tests.support.folders import mixture, not_whole
from tests.support.full_disk import FullDisk

SETS = ("base", "less", "least")
CASE = town(less=cap(5), least=cap(3))
#: More files than a comparison begins to write: the marker, a run a case, the marker twice around its tables.
WRITES = 20
#: Each of them, the first few of any part of the comparison.
TIMES = sorted(range(1, WRITES + 1), key=lambda nth: nth % 4 != 1)


@pytest.fixture(autouse=True)
def solved(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Solve a case once for all tests; return the names of those that were asked for."""
    names: list[str] = []

    def noted(request: Request) -> str:
        names.append(request.name)
        return remembered(request)

    monkeypatch.setattr("outlay.optimizer.compare.task.solve_case", noted)
    return names


def compared(folder: Path | None, sets: tuple[str, ...] = SETS, **options: Any) -> Comparison:
    return outlay.compare(CASE, sets, jobs=1, folder=folder, **options)


def assert_whole(folder: Path) -> None:
    """Fail where a file is half-written, or tables of several comparisons stand side by side as one."""
    assert not_whole(folder) is None


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("nth", "only"), some([(nth, nth % 2 == 0) for nth in TIMES], 0, 6))
def test_a_disk_that_gets_full_costs_files_and_never_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, solved: list[str], nth: int, only: bool
) -> None:
    due, folder = compared(None), tmp_path / "out"
    with monkeypatch.context() as patch:
        disk = FullDisk(math.inf, patch, only=nth)
        if not only:
            take = disk.take
            patch.setattr(disk, "take", lambda size: take(size if disk.writes + 1 < nth else math.inf))
        try:
            answer, kept = compared(folder), True
        except NotKeptError as error:
            answer, kept = error.answer, False
            assert "No space left" in str(error)  # noqa: PT017 - where all is written there is no error
    assert kept == (disk.writes < nth)
    assert_same(answer, due)
    assert_whole(folder)
    runs = len(list((folder / "runs").iterdir())) if (folder / "runs").exists() else 0
    solved.clear()
    assert_same(compared(folder), due)
    assert len(solved) == len(SETS) - runs  # what was kept is not solved again
    assert_same(load_comparison(folder), due)


def test_a_comparison_writes_as_often_as_these_tests_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        disk = FullDisk(math.inf, patch)
        compared(tmp_path / "out")
    assert len(SETS) + 8 < disk.writes < WRITES


@pytest.mark.parametrize("nth", some([4, 11, 1, 2, 7, 10], 0, 2))
def test_what_was_there_survives_a_comparison_without_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    compared(tmp_path / "out", ("base", "less"))
    before = contents(tmp_path / "out")
    with monkeypatch.context() as patch:
        FullDisk(math.inf, patch, only=nth)
        with pytest.raises(NotKeptError) as caught:
            compared(tmp_path / "out")
    assert caught.value.answer.sets == SETS
    after = contents(tmp_path / "out")
    assert {name: after[name] for name in before} == before


def test_the_answer_comes_with_the_error_wherever_it_goes() -> None:
    made = NotKeptError(InputError.single("out", "it cannot be written", "make room").faults, {"sets": 3})
    again = pickle.loads(pickle.dumps(made))
    assert (again.answer, again.faults, again.exit_code) == ({"sets": 3}, made.faults, 3)


def full(patch: pytest.MonkeyPatch, place: Path) -> None:
    """Leave no room for anything below a place, not for a name either."""
    opened = os.open

    def refuse(path: Any, flags: int, *rest: Any, **more: Any) -> int:
        if flags & os.O_CREAT and str(path).startswith(str(place)):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return opened(path, flags, *rest, **more)

    def refuse_folder(path: Path, *_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    patch.setattr(os, "open", refuse)
    patch.setattr(Path, "mkdir", refuse_folder)


@pytest.mark.slow
@pytest.mark.parametrize("command", ["solve tutorial", "compare tutorial --all"])
def test_a_screen_shows_the_same_whether_or_not_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    shown = run(*command.split()).stdout
    machine = json.loads(run(*command.split(), "--json").stdout)
    with monkeypatch.context() as patch:
        full(patch, tmp_path)
        without = run(*command.split(), "-o", str(tmp_path / "out"))
        document = run(*command.split(), "-o", str(tmp_path / "out"), "--json")
    assert (without.exit_code, document.exit_code) == (3, 3)
    assert "make room" in without.stderr
    assert str(tmp_path / "out") in without.stderr
    assert unmeasured(without.stdout) == unmeasured(shown)
    assert json.loads(document.stdout).keys() == machine.keys()
    assert list(tmp_path.iterdir()) == []


def unmeasured(text: str) -> list[str]:
    """Return the lines of an answer without those that tell seconds."""
    return [line for line in text.splitlines() if " s" not in line]


@pytest.mark.slow
def test_a_report_without_room_says_so_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "small").mkdir()
    assert run("solve", "tutorial", "-o", str(tmp_path / "run.json")).exit_code == 0
    with monkeypatch.context() as patch:
        full(patch, tmp_path / "small")
        result = run("report", str(tmp_path / "run.json"), "-o", str(tmp_path / "small" / "page.html"))
    assert (result.exit_code, result.stdout) == (3, "")
    assert "make room" in result.stderr
    assert list((tmp_path / "small").iterdir()) == []


# -- one writer at a time ----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_second_comparison_is_told_who_holds_the_folder_before_it_solves(tmp_path: Path, solved: list[str]) -> None:
    refusals = []

    def meanwhile(state: Any) -> None:
        if state.done == 1:
            before = len(solved)
            with pytest.raises(InputError, match="in use by") as caught:
                compared(tmp_path / "out", ("base",))
            refusals.append((caught.value, len(solved) - before))

    compared(tmp_path / "out", on_progress=meanwhile)
    error, more = refusals[0]
    assert f"process {os.getpid()} on {socket.gethostname()}, since 20" in str(error)
    assert (more, error.exit_code) == (0, 3)
    assert_whole(tmp_path / "out")
    assert compared(tmp_path / "out", ("base",)).sets == ("base",)  # nobody holds it any more


def test_a_folder_is_free_after_an_error(tmp_path: Path) -> None:
    def stop(_: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compared(tmp_path / "out", on_progress=stop)
    assert not (tmp_path / "out" / LOCK).exists()
    compared(tmp_path / "out")


def write_lock(folder: Path, **owner: Any) -> Path:
    """Leave a lock that nobody holds any more."""
    folder.mkdir()
    known = {"host": socket.gethostname(), "process": gone_process(), "since": "2026-01-01T00:00:00+00:00"}
    (folder / LOCK).write_text(json.dumps({**known, **owner}))
    return folder / LOCK


def notes_of(folder: Path) -> list[str]:
    notes: list[str] = []
    compared(folder, on_progress=lambda state: notes.append(state.note) if state.note else None)
    return notes


@pytest.mark.slow
def test_a_killed_owner_is_followed_and_that_is_told(tmp_path: Path) -> None:
    def be_killed() -> None:
        with hold(tmp_path / "out" / LOCK):
            os.kill(os.getpid(), 9)

    (tmp_path / "out").mkdir()
    assert in_child(be_killed) == -9
    (note,) = notes_of(tmp_path / "out")
    assert "which has gone; it is taken over" in note
    assert f"on {socket.gethostname()}" in note
    assert_whole(tmp_path / "out")


def test_a_child_that_outlives_its_parent_does_not_hold_on(tmp_path: Path) -> None:
    ready, end = os.pipe(), os.pipe()

    def leave_a_child() -> None:
        with hold(tmp_path / LOCK):
            if not os.fork():
                os.close(end[1])
                os.write(ready[1], b"x")
                os.read(end[0], 1)  # until the test is over
                os._exit(0)
            os.read(ready[0], 1)
            os.kill(os.getpid(), 9)

    assert in_child(leave_a_child) == -9
    try:
        with hold(tmp_path / LOCK) as note:
            assert "which has gone" in note
    finally:
        for handle in (*ready, *end):
            os.close(handle)


@pytest.mark.parametrize("hours", [0, MOST_HOURS - 1, MOST_HOURS + 1])
def test_an_owner_on_another_machine_is_believed_alive_for_a_day(tmp_path: Path, hours: float) -> None:
    lock = write_lock(tmp_path / "out", host="another")
    then = time.time() - 3600 * hours
    os.utime(lock, (then, then))
    if hours > MOST_HOURS:
        assert len(notes_of(tmp_path / "out")) == 1
        return
    with pytest.raises(InputError, match="on another, since 2026") as caught:
        compared(tmp_path / "out")
    assert f"delete {lock}" in caught.value.faults[0].remedy


def test_a_lock_that_names_nobody_is_nobodys(tmp_path: Path) -> None:
    lock = write_lock(tmp_path / "out")
    for text in ("", "{", "[]", '{"host": "another"}', "\x00" * 5000):
        lock.write_text(text)
        with hold(lock) as note:
            assert note == "", text
    lock.write_text("null")
    assert notes_of(tmp_path / "out") == []


@pytest.mark.parametrize("running", [True, False])
def test_where_the_system_has_no_locks_a_process_is_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, running: bool
) -> None:
    monkeypatch.setattr("outlay.optimizer.compare.lock.fcntl", None)
    write_lock(tmp_path / "out", process=os.getppid() if running else gone_process())
    if running:
        with pytest.raises(InputError, match=f"process {os.getppid()}"):
            compared(tmp_path / "out")
    else:
        assert len(notes_of(tmp_path / "out")) == 1


def test_every_kept_case_is_a_sign_of_life(tmp_path: Path) -> None:
    seen = []

    def age(state: Any) -> None:
        lock = tmp_path / "out" / LOCK
        if state.done < len(SETS):
            seen.append(lock.stat().st_mtime)
            os.utime(lock, (0, 0))

    compared(tmp_path / "out", on_progress=age)
    assert len(seen) > 1
    assert all(moment > 0 for moment in seen[1:2])


# -- never a mixture ---------------------------------------------------------------------------------------------


@pytest.fixture
def both(tmp_path: Path) -> tuple[Comparison, Comparison]:
    """Two comparisons, and a folder ``out`` with the first and the run files of both."""
    folders = tmp_path / "one", tmp_path / "two"
    made = compared(folders[0]), compared(folders[1], ("base", "least"))
    shutil.copytree(folders[0], tmp_path / "out")
    shutil.copytree(folders[1] / "runs", tmp_path / "out" / "runs", dirs_exist_ok=True)
    return made


def at_each_step(patch: pytest.MonkeyPatch, work: Callable[[int], object]) -> None:
    """Do something after each file that is put in its place, given how many were."""
    steps = []
    replace = Path.replace

    def replaced(path: Path, target: Path) -> Path:
        done = replace(path, target)
        steps.append(target)
        work(len(steps))
        return done

    patch.setattr(Path, "replace", replaced)


@pytest.mark.slow
def test_a_reader_never_sees_tables_of_two_comparisons_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, both: tuple[Comparison, Comparison]
) -> None:
    folder = ComparisonFolder.open(tmp_path / "out")
    seen = []

    def look(_: int) -> None:
        seen.append(json.loads((folder.path / "comparison.json").read_text())["finished"])
        assert mixture(folder.path) is None

    for comparison in (*both, both[0]):
        with monkeypatch.context() as patch:
            at_each_step(patch, look)
            folder.write(comparison)
        assert_same(load_comparison(folder.path), comparison)
    assert {True, False} == set(seen)


@pytest.mark.slow
def test_a_second_writer_in_the_middle_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, both: tuple[Comparison, Comparison]
) -> None:
    refused = []

    def write_too(_: int) -> None:
        with pytest.raises(InputError, match="in use by") as caught:
            ComparisonFolder.open(tmp_path / "out").write(both[1])
        refused.append(caught.value)

    with monkeypatch.context() as patch:
        at_each_step(patch, write_too)
        ComparisonFolder.open(tmp_path / "out").write(both[0])
    assert len(refused) > 5
    assert_whole(tmp_path / "out")
    assert_same(load_comparison(tmp_path / "out"), both[0])


@pytest.mark.parametrize("step", some([4, 10, 16, 1, 7, 13, 19, 22], 0, 3))
def test_a_writer_killed_at_any_step_leaves_what_the_next_run_resumes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    due = compared(None)
    compared(tmp_path / "out", ("base", "least"))

    def die(steps: int) -> None:
        if steps == step:
            os.kill(os.getpid(), 9)

    with monkeypatch.context() as patch:
        at_each_step(patch, die)
        ended = in_child(lambda: compared(tmp_path / "out"))
    assert ended in {0, -9}
    assert mixture(tmp_path / "out") is None
    assert_same(compared(tmp_path / "out"), due)
    assert_whole(tmp_path / "out")


@pytest.mark.slow
@pytest.mark.parametrize("name", [".comparison.json.0123456789ab.tmp", LOCK, "runs/.a.json.0123456789ab.tmp"])
def test_what_a_killed_writer_left_is_no_obstacle_and_is_cleared(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "out"
    if name.startswith("runs"):
        compared(folder, ("base",))
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("half a fi")
    compared(folder)
    assert_whole(folder)
