"""Forking, for tests: run something in a child process that is a copy of this one."""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import signal
import warnings
from collections.abc import Callable
from typing import Any

from tests.support.clocks import LONGEST_S


class Forked:
    """A child process that runs a function; `result` waits for what it returns."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self._in, out = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python warns of threads beside a fork, which is what is tested
            self.pid = os.fork()
        if self.pid == 0:
            try:
                told = pickle.dumps((True, function()))
            except BaseException as error:
                told = pickle.dumps((False, repr(error)))
            with contextlib.suppress(OSError), os.fdopen(out, "wb") as stream:
                stream.write(told)
            os._exit(0)
        os.close(out)

    def result(self, within_s: float = LONGEST_S) -> Any:
        """Return what the function returned in the child; fail if it raised or never ended."""
        try:
            ready, _, _ = select.select([self._in], [], [], within_s)
            if not ready:
                os.kill(self.pid, signal.SIGKILL)
            with os.fdopen(self._in, "rb") as stream:
                well, found = pickle.load(stream)  # not to the end: a child of the child may hold the pipe, too
        except EOFError:
            raise AssertionError("the child was killed, or never ended") from None
        finally:
            os.waitpid(self.pid, 0)
        assert well, found
        return found
