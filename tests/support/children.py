"""Work done in a forked process, so that it can be killed, bounded or stripped of rights."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def in_child(work: Callable[[], object]) -> int:
    """Do something in a process of its own; return how it ended."""
    child = os.fork()
    if not child:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def in_child_killed(work: Callable[[], object], step: int, *, before: bool) -> int:
    """Do something in a process killed when it puts file number `step` in its place; return how it ended."""
    replace, steps = Path.replace, list[Path]()

    def replaced(path: Path, target: Path) -> Path:
        steps.append(path)
        if before and len(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)
        done = replace(path, target)
        if len(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", replaced)
        return in_child(work)


def answer_of_child(work: Callable[[], Any]) -> Any:
    """Return what a function returns in a process of its own; how that ended if it returned nothing."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(read)
            with os.fdopen(write, "wb") as pipe:
                pickle.dump(work(), pipe)
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        data = pipe.read()
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return pickle.loads(data) if data else f"it ended with {ended}"
