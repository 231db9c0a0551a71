"""Open a session on an instance, a run file, or the folder of a session or comparison."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from outlay.instances.errors import InputError
from outlay.instances.formats.bundled import bundled_names
from outlay.instances.instance import Instance
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.compare.folder import MARKER
from outlay.optimizer.compare.reading import read_comparison_document
from outlay.optimizer.whatif.answers import Answers
from outlay.optimizer.whatif.home import SessionHome, SessionState
from outlay.optimizer.whatif.session import TIME_LIMIT_S, WhatIf
from outlay.optimizer.whatif.worker import Worker


def open_session(
    instance: Instance | None,
    folder: str | Path,
    stack: ExitStack,
    *,
    source: str = "",
    run: Solution | None = None,
    time_limit_s: float = TIME_LIMIT_S,
) -> tuple[WhatIf, Worker]:
    """Return the session of a folder and its worker, which has not begun; both end with the stack.

    Parameters
    ----------
    instance
        The instance; None: the one that the folder's comparison is of.
    folder
        Where the session is kept.
    source
        Name or path that the instance was read from.
    run
        The answer of a run file, to be the reference.
    time_limit_s
        Seconds that a solve may take unless told otherwise.

    Raises
    ------
    InputError
        If the folder holds a session of another instance or something else, is in use, or cannot be written.
    """
    if instance is None and not (Path(folder) / MARKER).is_file():
        raise InputError.single(str(folder), "this is no session", "open the instance")
    home = SessionHome.open(folder)
    stack.enter_context(home.held())
    state = home.load()
    if instance is None:
        if not home.has_comparison:
            raise InputError.single(str(folder), "the session has no answer yet", "open the instance with --folder")
        _, instance = read_comparison_document(home.path)
    elif home.has_comparison:
        _refuse_other(read_comparison_document(home.path)[1], instance, home.path)
    digest = replace(instance, sets={}).digest
    if state is not None and state.digest != digest:
        raise _other(home.path)
    if state is None:
        state = SessionState(digest, source=_folder_of(source))
    answers = Answers(home.comparison, instance)
    session = WhatIf(home, answers, state, time_limit_s)
    worker = Worker(session, run)
    stack.callback(worker.close)
    return session, worker


def _folder_of(source: str) -> str:
    """Return the folder that sets can be saved to; empty for an instance that is in none."""
    if not source or source in bundled_names() or not (Path(source) / "instance.toml").is_file():
        return ""
    return str(Path(source).resolve())


def _refuse_other(kept: Instance, instance: Instance, path: Path) -> None:
    if replace(kept, sets={}).digest != replace(instance, sets={}).digest:
        raise _other(path)


def _other(path: Path) -> InputError:
    remedy = f"choose another --folder; or open {path} itself to see the answers of then"
    return InputError.single(str(path), "the session there is of other tables, or of these before they changed", remedy)
