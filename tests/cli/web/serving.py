"""The page as it is served, with a session of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import outlay
from outlay.cli.web.application import Page
from outlay.cli.web.guard import Guard, Keys
from outlay.cli.web.server import LOOPBACK, bound_socket, make_server, serve
from outlay.optimizer.whatif.session import TIME_LIMIT_S, WhatIf
from outlay.optimizer.whatif.worker import Worker
from tests.optimizer.whatif.support import opened, settled
from tests.support.clocks import LONGEST_S

#: What the tests without a network say that they listen on.
PORT = 8123
ADDRESS = f"http://{LOOPBACK}:{PORT}"


class Served:
    """A page with its session; `errors` is what no part of it has handled."""

    def __init__(self, session: WhatIf, worker: Worker, port: int = PORT) -> None:
        self.session, self.worker, self.keys = session, worker, Keys()
        self.errors: list[Exception] = []
        self.address = f"http://{LOOPBACK}:{port}/"
        self.page = Page(session, worker, self.keys, self.address)
        self.guard = Guard(self.page.application(), self.keys, port, self.errors.append)

    @property
    def headers(self) -> dict[str, str]:
        """What a browser sends that has been let in, from the page itself."""
        cookie = f"{self.guard.cookie_name}={self.keys.cookie}"
        return {"cookie": cookie, "origin": self.address.rstrip("/")}


@contextmanager
def page_of(folder: Path, instance: outlay.Instance, *, source: str = "") -> Iterator[Served]:
    """Open a session whose reference is solved, and its page, without a network."""
    with opened(folder, instance, source=source) as (session, worker):
        settled(session)
        yield Served(session, worker)


@contextmanager
def served(
    folder: Path, instance: outlay.Instance, *, source: str = "", wait: bool = True, time_limit_s: float = TIME_LIMIT_S
) -> Iterator[Served]:
    """Open a session and serve its page on a free port."""
    sock = bound_socket(0)
    with opened(folder, instance, source=source, time_limit_s=time_limit_s) as (session, worker):
        if wait:
            settled(session)
        made = Served(session, worker, sock.getsockname()[1])
        server: Any = make_server(made.guard)
        made.page.closing = lambda: server.should_exit
        listening = threading.Event()
        server.on_start = listening.set
        thread = threading.Thread(target=serve, args=(server, sock), daemon=True)
        thread.start()
        assert listening.wait(LONGEST_S)
        try:
            yield made
        finally:
            server.should_exit = True
            thread.join(LONGEST_S)
            assert not thread.is_alive()
