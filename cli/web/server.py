"""The server: one port of the loopback interface, until Ctrl-C."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import closing
from typing import Any

import uvicorn

from outlay.instances.errors import InputError

#: Only this machine can reach it.
LOOPBACK = "127.0.0.1"
#: Seconds that open requests are given to end.
PATIENCE_S = 2


def bound_socket(port: int) -> socket.socket:
    """Return a socket that is bound to a port of the loopback interface; 0: any free one.

    Raises
    ------
    InputError
        If the port is in use, or may not be used.
    """
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((LOOPBACK, port))
    except OSError as error:
        sock.close()
        problem = f"the port cannot be used ({error.strerror or error})"
        raise InputError.single("open", problem, "choose another --port, or leave it out", value=port) from error
    return sock


class Server(uvicorn.Server):
    """A server that says when it listens."""

    def __init__(self, config: uvicorn.Config, on_start: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_start = on_start

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say so."""
        await super().startup(sockets)
        if self.started:
            self._on_start()


def make_server(application: Any, on_start: Callable[[], None]) -> Server:
    """Return the server of an application; nothing of what is asked is logged."""
    config = uvicorn.Config(
        application,
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
        http="h11",
        loop="asyncio",
        proxy_headers=False,
        timeout_graceful_shutdown=PATIENCE_S,
    )
    return Server(config, on_start)


def serve(server: Server, sock: socket.socket) -> None:
    """Serve until Ctrl-C or a signal to end."""
    with closing(sock):
        try:
            server.run(sockets=[sock])
        except KeyboardInterrupt:
            return
