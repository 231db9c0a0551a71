"""Files that are written: looked at before work is spent on them, written whole or not at all, refused in words."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from outlay.instances.errors import InputError, NoRoomError

#: What the system says where there is no room: the disk, a quota, the largest size of a file.
_FULL = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
_CLOSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
#: How much of a file's name its temporary neighbour bears; a name has at most 255 bytes.
_NAME_KEPT = 40
_TEMPORARY = re.compile(r"\..+\.[0-9a-f]{12}\.tmp")


def is_about_the_place(error: BaseException) -> bool:
    """Return whether the system refused something because a place is full or closed."""
    return isinstance(error, OSError) and error.errno in _FULL | _CLOSED


def check_target(path: str | Path, *, force: bool = False, folder: bool = False) -> Path:
    """Return the path of what is to be written, after a look whether it could be; nothing is changed.

    A full disk is no reason to refuse: there may be room by the time something is written.

    Parameters
    ----------
    path
        The file or folder.
    force
        Whether a file that is there may be replaced.
    folder
        Whether a new folder is to be written, which never replaces anything.

    Raises
    ------
    InputError
        If something is there that must not be replaced, or nothing can be written there.
    """
    target = as_path(path)
    with contextlib.suppress(NoRoomError), refusals_told(target):
        _refuse_what_is_there(target, force=force, folder=folder)
        _try_to_write(target)
    return target


def as_path(path: object, what: str = "write") -> Path:
    """Return what somebody gave as a path; `what` is the public function.

    Raises
    ------
    InputError
        If it is none.
    """
    try:
        return Path(path)  # type: ignore[arg-type]
    except TypeError:
        raise InputError.single(what, "this is not a path", "give a path", value=path) from None


def _refuse_what_is_there(target: Path, *, force: bool, folder: bool) -> None:
    there = _mode(target)
    if there is None:
        return
    if folder:
        raise InputError.single(str(target), "something with this name exists", "choose a new name")
    if stat.S_ISDIR(there):
        raise InputError.single(str(target), "this is a folder", "name a file in it, or choose a new name")
    if not (stat.S_ISREG(there) or stat.S_ISLNK(there)):
        raise InputError.single(str(target), "this is not a regular file", "choose a new name")
    if target.is_symlink():  # replaced, it would hide what it leads to; /dev/stdout would be gone for everybody
        raise InputError.single(str(target), "this is a link", "name the file that it leads to, or choose a new name")
    if not force:
        problem = "something with this name exists"
        raise InputError.single(str(target), problem, "choose a new name, or use force (--force)")


def _mode(target: Path) -> int | None:
    """Return what stands at a path (a link that leads nowhere is one), or None if nothing does."""
    try:
        return target.stat().st_mode
    except FileNotFoundError:
        return target.lstat().st_mode if target.is_symlink() else None


def _try_to_write(target: Path) -> None:
    place, missing = target.parent, [target.name]
    while _mode(place) is None and place != place.parent:
        missing.append(place.name)
        place = place.parent
    for name in missing:
        _mode(place / name)  # raises for a name that no file can have
    probe = _neighbour(place / "outlay")
    probe.touch(exist_ok=False)
    probe.unlink()


@contextmanager
def refusals_told(target: Path) -> Iterator[None]:
    """Turn what the system refuses while `target` is written into words: the path, the reason and a remedy.

    Raises
    ------
    NoRoomError
        If there is no room.
    InputError
        If it cannot be written for another reason.
    """
    try:
        yield
    except OSError as error:
        problem = f"it cannot be written ({error.strerror or error})"
        if error.errno in _FULL:
            remedy = "make room, or choose another place"
            raise NoRoomError.single(str(target), problem, remedy) from error
        raise InputError.single(str(target), problem, _remedy(error)) from error
    except ValueError as error:  # a name that no file can have
        problem = f"it cannot be written ({error})"
        raise InputError.single(str(target), problem, "choose another name") from error


def _remedy(error: OSError) -> str:
    if error.errno in _CLOSED:
        return "choose another place, or change who may write there"
    if error.errno == errno.ENAMETOOLONG:
        return "choose a shorter name"
    if error.errno in {errno.ENOTDIR, errno.EEXIST}:
        return "choose another place: a part of the path is a file, no folder"
    return "choose another place"


def write_file(path: str | Path, text: str | bytes, *, force: bool = False) -> Path:
    """Write a file whole or not at all, with the folders above it; return its path.

    Raises
    ------
    NoRoomError
        If there is no room.
    InputError
        If something is there that must not be replaced, or it cannot be written.
    """
    target = check_target(path, force=force)
    with refusals_told(target), _folders_above(target):
        replace_file(target, text)
    return target


def write_folder(path: str | Path, fill: Callable[[Path], None]) -> Path:
    """Write a new folder whole or not at all, with the folders above it; return its path.

    Parameters
    ----------
    path
        The folder, which must not exist.
    fill
        Writes what belongs into it, given an empty folder.

    Raises
    ------
    NoRoomError
        If there is no room.
    InputError
        If something is there already, or it cannot be written.
    """
    target = check_target(path, folder=True)
    with refusals_told(target), _folders_above(target):
        temporary = _neighbour(target)
        temporary.mkdir()
        try:
            fill(temporary)
            temporary.rename(target)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
    return target


@contextmanager
def _folders_above(target: Path) -> Iterator[None]:
    """Make the folders above a target, and take those away again if nothing comes of it."""
    made = [place for place in target.parents if _mode(place) is None]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for place in made:
            with contextlib.suppress(OSError):
                place.rmdir()
        raise


def replace_file(target: Path, text: str | bytes) -> None:
    """Write a file whole or not at all: to a neighbour first, then renamed over the target.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    temporary = stage_file(target, text)
    try:
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def replace_files(steps: Sequence[tuple[Path, str | None]]) -> None:
    """Write text files in this order (None: delete one), and none of them unless there is room for all.

    Raises
    ------
    OSError
        If one cannot be written.
    """
    staged: list[Path | None] = []
    try:
        for target, text in steps:
            staged.append(None if text is None else stage_file(target, text))
        for (target, _), temporary in zip(steps, staged, strict=True):
            if temporary is None:
                target.unlink(missing_ok=True)
            else:
                temporary.replace(target)
    finally:
        for temporary in staged:
            if temporary is not None:
                temporary.unlink(missing_ok=True)


def make_folder(path: Path) -> None:
    """Make a folder and those above it, unless it is there.

    Raises
    ------
    OSError
        If it cannot be made; what was made of those above it is taken away again.
    """
    with _folders_above(path):
        path.mkdir(exist_ok=True)


def stage_file(target: Path, text: str | bytes) -> Path:
    """Write a temporary neighbour of a file, to be renamed over it; return its path, or leave nothing behind.

    It may be read by whom the target may be read by; where there is none yet, by whom the user's umask says.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    there = _mode(target)
    kept = stat.S_IMODE(there) & 0o777 if there is not None and stat.S_ISREG(there) else None
    temporary = _neighbour(target)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    handle = os.open(temporary, flags, 0o666 if kept is None else kept | stat.S_IWUSR)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8") if isinstance(text, str) else text)
        if kept is not None:
            temporary.chmod(kept)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _neighbour(target: Path) -> Path:
    return target.with_name(f".{target.name[:_NAME_KEPT]}.{secrets.token_hex(6)}.tmp")


def remove_temporaries(folder: Path) -> None:
    """Delete what a writer that was killed has left in a folder; nobody may be writing there.

    Raises
    ------
    OSError
        If that is refused.
    """
    for path in folder.iterdir():
        if is_temporary(path.name):
            path.unlink(missing_ok=True)


def is_temporary(name: str) -> bool:
    """Return whether a file of this name is one that was being written.

    Examples
    --------
    >>> is_temporary(".run.json.0123456789ab.tmp"), is_temporary("run.json")
    (True, False)
    """
    return _TEMPORARY.fullmatch(name) is not None
