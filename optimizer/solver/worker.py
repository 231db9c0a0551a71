"""The solver process: HiGHS behind two pipes, one problem after another.

Started as ``python -P -m outlay.optimizer.solver.worker``. Its first word is ``ready``. It reads requests from standard
input and answers with frames on standard output: any number of ``progress`` and ``incumbent``, then one ``result``; and
it says ``alive`` every second, whatever it is at (HiGHS lets other threads run), with how long it has worked. A request
``cancel`` ends the solve in work with the best answer so far; the end of the input ends the process, so it never
outlives its parent.
"""

from __future__ import annotations

import contextlib
import os
import queue
import threading
import time
import traceback
from typing import Any, BinaryIO

import numpy as np

from outlay.optimizer.solver.deadline import BEAT_S
from outlay.optimizer.solver.frames import read_frame, write_frame
from outlay.optimizer.solver.messages import SolveRequest
from outlay.optimizer.solver.tasks.registry import NAMES
from outlay.optimizer.solver.work import Work


class _Out:
    """What the parent is told, by the thread that solves and the one that says that we are alive."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._lock = stream, threading.Lock()

    def send(self, message: dict[str, Any]) -> None:
        """Send a message."""
        with self._lock:
            write_frame(self._stream, message)

    def beat_on(self) -> None:
        """Say again and again that we are alive, until the parent is gone."""
        with contextlib.suppress(OSError, ValueError):
            while True:
                self.send({"kind": "alive", "worked_s": time.process_time()})
                time.sleep(BEAT_S)


class _Mail:
    """What the parent has sent."""

    def __init__(self) -> None:
        self.requests: queue.Queue[dict[str, Any]] = queue.Queue()
        self.cancelled = 0  # number of the request that shall end
        self.offers: queue.SimpleQueue[tuple[int, np.ndarray]] = queue.SimpleQueue()

    def newest_offer(self, request: int) -> np.ndarray | None:
        """Return the newest point that was offered for a request since the last call, or None."""
        offer = None
        while not self.offers.empty():
            number, point = self.offers.get()
            offer = point if number == request else offer
        return offer

    def read_on(self, source: BinaryIO) -> None:
        """Sort the parent's messages until it is gone, and then end the process."""
        while True:
            try:
                message = read_frame(source)
            except Exception:  # whatever came, the parent is gone or mad
                message = None
            if message is None:
                os._exit(0)
            if message["kind"] == "cancel":
                self.cancelled = message["number"]
            elif message["kind"] == "offer":
                self.offers.put((message["number"], message["point"]))
            else:
                self.requests.put(message)
            del message  # a request may be large, and the next one far away


def main() -> None:
    """Serve requests until the input ends."""
    source = os.fdopen(os.dup(0), "rb")
    out = _Out(os.fdopen(os.dup(1), "wb"))
    os.dup2(2, 1)  # whatever the solver prints must not mix with our frames
    mail = _Mail()
    threading.Thread(target=mail.read_on, args=(source,), daemon=True).start()
    out.send({"kind": "ready"})
    threading.Thread(target=out.beat_on, daemon=True).start()
    while True:
        try:
            result = Work(SolveRequest.of_frame(mail.requests.get(), NAMES), out.send, mail).run()
        except Exception as error:  # reported to the parent
            traceback.print_exc()
            result = {"kind": "result", "status": "error", "has_point": False, "message": str(error)}
        out.send(result)


if __name__ == "__main__":
    main()
