"""Who uses the folder of a comparison: one process at a time, named in a file that others can read."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from outlay.instances.errors import InputError
from outlay.instances.formats.output import refusals_told
from outlay.instances.values.text import shown

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]

#: Hours after its last sign of life (a case that was kept) for which the owner on another machine is believed alive.
MOST_HOURS = 24.0
_LONGEST_FILE = 10_000


@dataclass(frozen=True)
class Owner:
    """Who holds a folder.

    Attributes
    ----------
    host, process
        Name of the machine, and number of the process on it.
    since
        When it began, in UTC.
    """

    host: str
    process: int
    since: str

    def __str__(self) -> str:
        return shown(f"process {self.process} on {self.host}, since {self.since}")

    @classmethod
    def own(cls) -> Owner:
        """Return ourselves, from now on."""
        return cls(socket.gethostname(), os.getpid(), datetime.now(UTC).isoformat(timespec="seconds"))


@contextmanager
def hold(path: Path, *, clock: Callable[[], float] = time.time) -> Iterator[str]:
    """Hold a lock file; yield what to tell the user about an owner that has gone, or nothing.

    The system releases the file of a process that ends, however it ends, so an owner on this machine is gone when its
    file is free. Whether one on another machine is gone cannot be seen: it is believed alive for `MOST_HOURS`.

    Parameters
    ----------
    path
        The lock file.
    clock
        Seconds since the epoch.

    Raises
    ------
    NoRoomError
        If there is no room for the file.
    InputError
        If another process holds it, or it cannot be written.
    """
    with refusals_told(path):
        handle, note = _take(path, clock)
    _held.add(handle)
    try:
        yield note
    finally:
        if handle in _held:  # not in a child that was forked meanwhile
            _held.remove(handle)
            with contextlib.suppress(OSError):
                path.unlink()
            os.close(handle)


_held: set[int] = set()


def _let_go() -> None:
    """Close, in a forked child, what its parent holds; or the child would hold it on after the parent's end."""
    while _held:
        os.close(_held.pop())


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go)


def give_sign_of_life(path: Path) -> None:
    """Say to other machines that the owner of a lock file is alive."""
    with contextlib.suppress(OSError):
        os.utime(path)


def _take(path: Path, clock: Callable[[], float]) -> tuple[int, str]:
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            note = _take_open(handle, path, clock)
        except BaseException:
            os.close(handle)
            raise
        if note is not None:
            return handle, note
        os.close(handle)


def _take_open(handle: int, path: Path, clock: Callable[[], float]) -> str | None:
    """Return what to tell about the owner that has gone; None if the file has gone meanwhile."""
    free, owner = _is_free(handle), _owner(handle)
    if not _is(handle, path):
        return None
    if free is False or (owner is not None and not _is_gone(owner, handle, free=free, clock=clock)):
        raise _refusal(path, owner)
    with contextlib.suppress(OSError):  # on a full disk it is held all the same, by nobody of a name
        _sign(handle)
    return "" if owner is None else f"{path.parent} was in use by {owner}, which has gone; it is taken over"


def _is_free(handle: int) -> bool | None:
    """Lock an open file for ourselves; return whether that was possible, None where the system has no such locks."""
    if fcntl is None:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _is(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def _owner(handle: int) -> Owner | None:
    """Return whom a lock file names; None for a new one, and for one whose owner was killed while it wrote."""
    try:
        document = json.loads(os.pread(handle, _LONGEST_FILE, 0))
        return Owner(str(document["host"]), int(document["process"]), str(document["since"]))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _is_gone(owner: Owner, handle: int, *, free: bool | None, clock: Callable[[], float]) -> bool:
    if owner.host == socket.gethostname():
        return free is True or not _is_running(owner.process)
    return clock() - os.fstat(handle).st_mtime > 3600.0 * MOST_HOURS


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # somebody else's
        return True
    return True


def _refusal(path: Path, owner: Owner | None) -> InputError:
    name = "another process" if owner is None else str(owner)
    remedy = f"wait until it has ended, or choose another folder (if it has ended for certain, delete {path})"
    return InputError.single(str(path.parent), f"the folder is in use by {name}", remedy)


def _sign(handle: int) -> None:
    text = json.dumps(asdict(Owner.own())).encode("ascii")
    os.ftruncate(handle, 0)
    os.pwrite(handle, text, 0)
