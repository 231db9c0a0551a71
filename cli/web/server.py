"""The server: one port of the loopback interface, until Ctrl-C."""

from __future__ import annotations

import html
import socket
from collections.abc import Callable
from contextlib import closing
from typing import Any

import uvicorn

from outlay.instances.errors import InputError
from outlay.instances.values.text import shown

#: Only this machine can reach it.
LOOPBACK = "127.0.0.1"
#: Connections that may wait to be accepted.
BACKLOG = 256
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
        sock.listen(BACKLOG)  # only now the port is ours alone
    except OSError as error:
        sock.close()
        problem = f"the port cannot be used ({error.strerror or error})"
        raise InputError.single("open", problem, "choose another --port, or leave it out", value=port) from error
    return sock


class Server(uvicorn.Server):
    """A server that says when it listens.

    Attributes
    ----------
    on_start
        Called then.
    """

    on_start: Callable[[], None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say so."""
        await super().startup(sockets)
        if self.started and self.on_start is not None:
            self.on_start()


class Opening:
    """Answers while what answers for good is being loaded: with a page that asks again in a second.

    Attributes
    ----------
    application
        What answers for good, once it is there.
    """

    def __init__(self, name: str) -> None:
        self.application: Any = None
        title = html.escape(shown(name))
        self._page = (
            '<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><meta http-equiv="refresh" content="1">'
            f'<title>{title}</title><link rel="icon" href="data:,"></head><body style="font:16px system-ui,sans-serif;'
            f'margin:3em"><main><h1>{title}</h1><p role="status">Opening ...</p></main></body></html>'
        ).encode()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request."""
        if self.application is not None:
            await self.application(scope, receive, send)
            return
        status = 200 if scope["path"] == "/" else 503
        headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(self._page)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": self._page})


def make_server(application: Any) -> Server:
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
    return Server(config)


def serve(server: Server, sock: socket.socket) -> None:
    """Serve until Ctrl-C or a signal to end."""
    with closing(sock):
        try:
            server.run(sockets=[sock])
        except KeyboardInterrupt:
            return
