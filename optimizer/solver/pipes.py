"""The two pipes of a solver process: a thread writes to one, so that a child that does not read makes nobody wait.

Another reads from the other.
"""

from __future__ import annotations

import contextlib
import os
import queue
from typing import Any

from outlay.optimizer.solver.frames import BadFrameError, read_frame, write_frame


class Inbox(queue.Queue[dict[str, Any] | Exception | None]):
    """What a child has sent, None at its end, how many signs of life it gave, and how long it has worked.

    `worked_s` is the CPU time of its life, as it told last.
    """

    signs = 0
    worked_s = 0.0


def post(stream: Any, outbox: queue.Queue[dict[str, Any] | None], inbox: Inbox) -> None:
    """Write messages until there are no more or the child is gone."""
    with contextlib.suppress(OSError, ValueError), stream:
        while (message := outbox.get()) is not None:
            try:
                write_frame(stream, message)
            except (MemoryError, OverflowError, TypeError) as error:
                inbox.put(BadFrameError(f"the request cannot be handed over: {error!r}"))
                return
            del message  # it may be large, and the next one far away


def collect(stream: Any, inbox: Inbox) -> None:
    """Read messages until the child is gone; signs of life are only counted."""
    with contextlib.suppress(OSError, ValueError), stream:
        while True:
            try:
                message = read_frame(stream)
            except (BadFrameError, OSError, ValueError, MemoryError) as error:
                inbox.put(error if isinstance(error, BadFrameError) else None)
                return
            inbox.signs += 1
            if message is not None and message.get("kind") == "alive":
                inbox.worked_s = _seconds(message.get("worked_s"))
            if message is None or message.get("kind") != "alive":
                inbox.put(message)
            if message is None:
                return


def _seconds(told: Any) -> float:
    return float(told) if isinstance(told, float | int) else 0.0


def drop(stream: Any) -> None:
    """Let go of our end of a pipe; its number stays taken, as its object may still be closed by somebody."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nothing = os.open(os.devnull, os.O_RDWR)
        try:
            os.dup2(nothing, stream.fileno(), inheritable=False)
        finally:
            os.close(nothing)
