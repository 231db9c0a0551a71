"""Who may ask: this machine's own browser, with the token that the terminal printed, from the page itself.

The server listens on the loopback interface alone. That does not keep out other users of the machine, nor pages of the
web that a browser here shows: those could send requests to us (cross-site request forgery), or give their own name our
address (DNS rebinding). So each request must name us as its host, bear the cookie that the printed address is exchanged
for once, and, if it changes anything, come from a page of ours.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from typing import Any, TypeAlias
from urllib.parse import parse_qs

Scope: TypeAlias = dict[str, Any]
Receive: TypeAlias = Callable[[], Any]
Send: TypeAlias = Callable[[dict[str, Any]], Any]

#: The largest body of a request, bytes.
MOST_BYTES = 200_000
#: The longest address, characters.
MOST_ADDRESS = 4000
_READS = ("GET", "HEAD")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: What every answer says beside itself.
HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
_REMEDY = (
    "Open the address that the terminal printed. It opens one browser; for another one the page makes a new address."
)


class Keys:
    """The tokens that open the page, each once, and the cookie that they are exchanged for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens: set[bytes] = set()
        self.cookie = secrets.token_urlsafe(32)

    def new_token(self) -> str:
        """Return a token that opens the page once."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._tokens.add(_digest(token))
        return token

    def spend(self, token: str) -> bool:
        """Return whether a token opens the page; it never does again."""
        with self._lock:
            known = _digest(token) in self._tokens
            self._tokens.discard(_digest(token))
        return known

    def opens(self, cookie: str) -> bool:
        """Return whether a cookie is ours."""
        return secrets.compare_digest(cookie.encode(), self.cookie.encode())


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


class Guard:
    """Lets requests through to an ASGI application, or refuses them.

    Parameters
    ----------
    application
        What answers.
    keys
        What opens the page.
    port
        That we listen on.
    tell
        Called with an error that no part of the application has handled.
    """

    def __init__(self, application: Any, keys: Keys, port: int, tell: Callable[[Exception], None]) -> None:
        self.application, self.keys, self.port, self.tell = application, keys, port, tell
        self.hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self.cookie_name = f"outlay-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await _answer(send, *refusal)
            return
        if await self._entered(scope, send):
            return
        if not self._is_known(headers):
            await _answer(send, 403, f"This page is not open to you. {_REMEDY}")
            return
        await self._passed_on(scope, receive, send)

    def _refusal(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str] | None:
        """Return why a request is refused whoever sends it."""
        names = [name for name, _ in scope["headers"]]
        origin, length = headers.get("origin"), headers.get("content-length", "0")
        ours = {f"http://{host}" for host in self.hosts}
        writes = scope["method"] not in _READS
        address = len(scope.get("raw_path") or b"") + len(scope.get("query_string") or b"")
        other_site = writes and headers.get("sec-fetch-site", "none") == "cross-site"
        checks = (
            (names.count(b"host") != 1 or headers["host"].lower() not in self.hosts,
             421, "This server answers to 127.0.0.1 only."),
            (other_site or (origin is not None and origin.lower() not in ours),
             403, "Requests from other pages are refused."),
            (scope["method"] not in (*_READS, "POST"), 405, "This is not done here."),
            (writes and origin is None,
             403, "Requests that change something must say from which page they come."),
            (address > MOST_ADDRESS, 414, "The address is too long."),
            (not length.isdigit() or int(length[:20]) > MOST_BYTES,
             413, f"A request has at most {MOST_BYTES:,} bytes."),
        )  # fmt: skip
        return next(((status, text) for wrong, status, text in checks if wrong), None)

    async def _entered(self, scope: Scope, send: Send) -> bool:
        """Exchange a token for the cookie; return whether that was what the request asked for."""
        query = parse_qs((scope.get("query_string") or b"").decode("latin-1"))
        if scope["path"] != "/" or "token" not in query or scope["method"] != "GET":
            return False
        if not self.keys.spend(query["token"][0]):
            # Whoever has the cookie may use an old address again: the page itself lets them in, or not.
            await _answer(send, 200 if self._has_cookie(scope) else 403, *_entry(self._has_cookie(scope)))
            return True
        cookie = f"{self.cookie_name}={self.keys.cookie}; HttpOnly; SameSite=Strict; Path=/"
        await _answer(send, 200, *_entry(True), more=[(b"set-cookie", cookie.encode())])
        return True

    def _has_cookie(self, scope: Scope) -> bool:
        return self._is_known({name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]})

    def _is_known(self, headers: dict[str, str]) -> bool:
        try:
            found = SimpleCookie(headers.get("cookie", "")).get(self.cookie_name)
        except CookieError:
            return False
        return found is not None and self.keys.opens(found.value)

    async def _passed_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer, with our headers; what it reads and whatever it raises is bounded."""
        begun = False

        async def send_with_headers(message: dict[str, Any]) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                own = {name.lower() for name, _ in message.get("headers", ())}
                extra = [(name, value) for name, value in HEADERS if name not in own]
                message = {**message, "headers": [*message.get("headers", ()), *extra]}
            await send(message)

        try:
            await self.application(scope, _bounded(receive), send_with_headers)
        except Exception as error:  # the last line of defence
            self.tell(error)
            if not begun:
                await _answer(send, 500, "This is a fault of outlay, not of yours. What was solved is kept.")


class TooLargeError(Exception):
    """A body without a declared length that is too large."""


def _bounded(receive: Receive) -> Receive:
    size = 0

    async def bounded() -> Any:
        nonlocal size
        message = await receive()
        size += len(message.get("body") or b"")
        if size > MOST_BYTES:
            raise TooLargeError(f"A request has at most {MOST_BYTES:,} bytes.")
        return message

    return bounded


def _entry(welcome: bool) -> tuple[str, str]:
    """Return a page that leads to ours, as a navigation of our own, which the strict cookie is sent with."""
    if not welcome:
        return f"This address was used already, or is not ours. {_REMEDY}", "text/plain"
    text = (
        '<!doctype html><html lang="en-GB"><meta charset="utf-8"><title>outlay</title><link rel="icon" href="data:,">'
    )
    return f'{text}<meta http-equiv="refresh" content="0;url=/"><p><a href="/">Go on</a></p></html>', "text/html"


async def _answer(
    send: Send, status: int, text: str, kind: str = "text/plain", more: list[tuple[bytes, bytes]] | None = None
) -> None:
    body = text.encode()
    headers = [
        (b"content-type", f"{kind}; charset=utf-8".encode()),
        (b"content-length", str(len(body)).encode()),
        *HEADERS,
        *(more or []),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
