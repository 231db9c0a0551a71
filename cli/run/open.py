"""``outlay open``."""

from __future__ import annotations

import os
import threading
import traceback
import webbrowser
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from outlay.cli import streams
from outlay.instances.errors import InputError
from outlay.instances.formats.kinds import written_folder
from outlay.instances.formats.output import check_target
from outlay.instances.formats.reading import read
from outlay.instances.values.text import shown
from outlay.optimizer.whatif.places import TELLING, default_folder, is_session

if TYPE_CHECKING:
    from outlay.cli.web.guard import Keys
    from outlay.cli.web.server import Opening, Server
    from outlay.instances.instance import Instance
    from outlay.optimizer.answer.solution import Solution

#: Seconds that loading is waited for when the server ends.
PATIENCE_S = 1.0


def run(
    *,
    source: str,
    folder: str | None,
    port: int,
    browser: bool,
    time_limit: float,
    beside: tuple[str, ...],
    max_file_mb: float,
    as_json: bool,
    debug: bool,
    **_: Any,
) -> int:
    """Open a session and serve its page until Ctrl-C.

    Raises
    ------
    InputError
        If the source, the folder or the port cannot be used, or what serves the page is not installed.
    """
    _check_installed()
    # They need the extra `page`.
    from outlay.cli.web.guard import Guard, Keys  # noqa: PLC0415
    from outlay.cli.web.server import LOOPBACK, Opening, bound_socket, make_server, serve  # noqa: PLC0415

    instance, answer = _read(source, max_file_mb)
    place = Path(folder or (source if instance is None else default_folder(source)))
    _check_place(place)
    _check_beside(beside)
    sock = bound_socket(port)
    port = sock.getsockname()[1]
    address, keys, opening = f"http://{LOOPBACK}:{port}/", Keys(), Opening(Path(source).name)
    server = make_server(Guard(opening, keys, port, _teller(debug=debug)))
    shown_beside = tuple(map(Path, beside))
    loading = _Loading(source, instance, answer, place, time_limit, shown_beside, keys, address, opening, server)

    def started() -> None:
        loading.thread.start()
        entry = f"{address}?token={keys.new_token()}"
        _announce(entry, place, as_json=as_json)
        if browser:
            webbrowser.open(entry)

    server.on_start = started
    try:
        serve(server, sock)
    finally:
        loading.close()
    if loading.error is not None:
        raise loading.error
    if not as_json:
        streams.write_error(f"\noutlay: ended; the session is kept: outlay open {shown(str(place))}\n")
    return 0


@dataclass
class _Loading:
    """Loads the engine and what the session's folder holds while the server is up already."""

    source: str
    instance: Instance | None
    answer: Solution | None
    place: Path
    time_limit_s: float
    beside: tuple[Path, ...]
    keys: Keys
    address: str
    opening: Opening
    server: Server
    stack: ExitStack = field(default_factory=ExitStack)
    error: Exception | None = None

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self._load, name="outlay opening", daemon=True)

    def close(self) -> None:
        """End the session; what is still being loaded has begun nothing yet, and is left to end with the process."""
        if self.thread.ident is not None:
            self.thread.join(PATIENCE_S)
        if not self.thread.is_alive():
            self.stack.close()

    def _load(self) -> None:
        # All of the engine: more than a second of imports, which the browser uses to open.
        try:
            from outlay.cli.web.application import Page  # noqa: PLC0415
            from outlay.optimizer.whatif.opening import open_session  # noqa: PLC0415

            session, worker = open_session(
                self.instance,
                self.place,
                self.stack,
                source=self.source,
                run=self.answer,
                time_limit_s=self.time_limit_s,
            )
            page = Page(session, worker, self.keys, self.address, lambda: self.server.should_exit, beside=self.beside)
            if self.server.should_exit:
                return
            worker.start()
            self.opening.application = page.application()
        except Exception as error:  # told by the thread that waits for the server
            self.error = error
            self.server.should_exit = True


def _teller(*, debug: bool) -> Callable[[Exception], None]:
    def tell(error: Exception) -> None:
        streams.write_error(f"outlay: internal error: {type(error).__name__}: {shown(str(error))}\n")
        if debug or os.environ.get("OUTLAY_DEBUG", "") not in {"", "0"}:
            streams.write_error("".join(traceback.format_exception(error)))

    return tell


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
    if not source.lower().endswith(".json"):
        return read(source, max_file_mb=max_file_mb), None
    # What reads runs loads the engine.
    from outlay.cli.loading import load_run, read_or_load  # noqa: PLC0415

    instance, plan = read_or_load(source, max_file_mb)
    return instance, None if plan is None else load_run(source, max_file_mb).solution


def _check_place(place: Path) -> None:
    """Refuse a folder that is none of ours or cannot be written, before anything is opened."""
    target = check_target(place / TELLING[-1], force=True).parent
    if target.is_dir() and not is_session(target) and any(not item.name.startswith(".") for item in target.iterdir()):
        problem = "the folder holds something that is no session"
        raise InputError.single(str(target), problem, "choose another --folder")


def _check_beside(folders: tuple[str, ...]) -> None:
    """Refuse folders that hold neither a frontier nor a stress test."""
    for folder in folders:
        if written_folder(Path(folder)) not in {"a frontier", "a stress test"}:
            problem = "this is no folder of a frontier or a stress test"
            remedy = "give what outlay frontier -o or outlay stress -o has written"
            raise InputError.single(shown(folder), problem, remedy)


def _announce(entry: str, place: Path, *, as_json: bool) -> None:
    if as_json:
        streams.write_json({"address": entry, "folder": str(place)})
        return
    streams.write(f"{entry}\n")
    streams.write_error(
        "outlay: open this address in a browser on this machine; it opens one browser. Ctrl-C ends it.\n"
        f"outlay: the session is kept in {shown(str(place))}\n"
    )
