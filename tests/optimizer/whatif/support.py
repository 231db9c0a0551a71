"""A session to test with, and how to wait for it: as long as it takes, whatever else the machine does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import outlay
from outlay.optimizer.whatif.opening import open_session
from outlay.optimizer.whatif.session import TIME_LIMIT_S, WhatIf
from outlay.optimizer.whatif.worker import Worker

#: Seconds after which something has gone wrong for certain.
PATIENCE_S = 300.0


def settled(session: WhatIf) -> None:
    """Wait until what the folder holds is read and nothing waits or runs."""
    with session.lock:
        assert session.changed.wait_for(
            lambda: session.ready and not any(job.open for job in session.jobs), PATIENCE_S
        ), session.jobs


@contextmanager
def opened(
    folder: Path,
    instance: outlay.Instance | None = None,
    *,
    source: str = "",
    run: outlay.Solution | None = None,
    time_limit_s: float = TIME_LIMIT_S,
) -> Iterator[tuple[WhatIf, Worker]]:
    """Open a session and let it work."""
    with ExitStack() as stack:
        session, worker = open_session(instance, folder, stack, source=source, run=run, time_limit_s=time_limit_s)
        worker.start()
        yield session, worker
