"""``outlay open``."""

from __future__ import annotations

import os
import traceback
import webbrowser
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from outlay.cli import streams
from outlay.cli.loading import load_run, read_or_load
from outlay.cli.terminal.progress import Progress
from outlay.instances.errors import InputError
from outlay.instances.instance import Instance
from outlay.instances.values.text import shown
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.whatif.opening import default_folder, is_session, open_session


def run(*, source: str, folder: str | None, port: int, browser: bool, max_file_mb: float, as_json: bool, debug: bool,
        **_: Any) -> int:  # fmt: skip
    """Open a session and serve its page until Ctrl-C.

    Raises
    ------
    InputError
        If the source, the folder or the port cannot be used, or what serves the page is not installed.
    """
    _check_installed()
    # They need the extra `page`.
    from outlay.cli.web.application import Page, guarded  # noqa: PLC0415
    from outlay.cli.web.guard import Keys  # noqa: PLC0415
    from outlay.cli.web.server import LOOPBACK, bound_socket, make_server, serve  # noqa: PLC0415

    with ExitStack() as stack:
        with Progress("reading the tables"):
            instance, answer = _read(source, max_file_mb)
            place = folder or (source if instance is None else default_folder(source))
            session, worker = open_session(instance, place, stack, source=source, run=answer)
        sock = bound_socket(port)
        port = sock.getsockname()[1]
        keys, address = Keys(), f"http://{LOOPBACK}:{port}/"
        page = Page(session, worker, keys, address)

        def tell(error: Exception) -> None:
            streams.write_error(f"outlay: internal error: {type(error).__name__}: {shown(str(error))}\n")
            if debug or os.environ.get("OUTLAY_DEBUG", "") not in {"", "0"}:
                streams.write_error("".join(traceback.format_exception(error)))

        def started() -> None:
            worker.start()
            entry = f"{address}?token={keys.new_token()}"
            _announce(entry, Path(place), as_json=as_json)
            if browser:
                webbrowser.open(entry)

        server = make_server(guarded(page, port, tell), started)
        page.closing = lambda: server.should_exit
        serve(server, sock)
    if not as_json:
        streams.write_error(f"\noutlay: ended; the session is kept: outlay open {place}\n")
    return 0


def _check_installed() -> None:
    try:
        import starlette  # noqa: F401, PLC0415 - an optional extra
        import uvicorn  # noqa: F401, PLC0415
    except ImportError as error:
        raise InputError.single("open", f"{error.name} is not installed", "pip install 'outlay[page]'") from error


def _read(source: str, max_file_mb: float) -> tuple[Instance | None, Solution | None]:
    """Return the instance (None: the folder's own) and the answer of a run file."""
    if is_session(source):
        return None, None
    instance, plan = read_or_load(source, max_file_mb)
    return instance, None if plan is None else load_run(source, max_file_mb).solution


def _announce(entry: str, place: Path, *, as_json: bool) -> None:
    if as_json:
        streams.write_json({"address": entry, "folder": str(place)})
        return
    streams.write(f"{entry}\n")
    streams.write_error(
        f"outlay: open this address in a browser on this machine; it opens one browser. Ctrl-C ends it.\n"
        f"outlay: the session is kept in {place}\n"
    )
