"""``outlay solve``."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from outlay.cli import failures, streams
from outlay.cli.loading import read_or_load, with_asked
from outlay.cli.options import Solving, WhatIf
from outlay.cli.terminal.progress import Progress
from outlay.cli.terminal.screen import Page
from outlay.cli.terminal.solution.proof import UNVERIFIED, exit_code, no_plan, show_violations
from outlay.cli.terminal.solution.summary import show_answer, show_no_plan
from outlay.instances.errors import InputError
from outlay.instances.formats.output import check_target
from outlay.models.case import Case
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.export.tables import check_form, write_tables
from outlay.optimizer.solve import solve


def run(
    *,
    instance: str,
    constraint_set: str,
    asked: WhatIf,
    solving: Solving,
    threads: int,
    effort: str,
    work: int,
    objective: dict[str, float] | str | None,
    output: str | None,
    force: bool,
    tables: str | None,
    form: str,
    max_file_mb: float,
    as_json: bool,
    **_: Any,
) -> int:
    """Solve an instance, save the run if asked to, and show it.

    Raises
    ------
    InputError
        If the instance, the set or an option is wrong, or the run file cannot be written.
    """
    if output is not None:
        check_target(output, force=force)
    if tables is not None:
        check_form(form)
        check_target(tables, folder=True)
    with Progress("reading the tables") as progress:
        source, start = read_or_load(instance, max_file_mb)
        source, constraint_set = with_asked(source, constraint_set, asked)
        progress.now("solving")
        with _told_when_interrupted(progress):
            solution = solve(
                source,
                constraint_set=constraint_set,
                objective=objective,
                **solving.arguments,
                threads=threads,
                effort=effort,
                work=work,
                start=start,
                on_progress=progress.update,
            )
    trouble = _save(solution, output, tables, form)
    if as_json:
        _write_document(solution)
    else:
        _write_page(solution, *((output, tables) if trouble is None else (None, None)))
    return failures.report_unsaved(trouble, exit_code(solution))


@contextmanager
def _told_when_interrupted(progress: Progress) -> Iterator[None]:
    """Say that Ctrl-C was heard; the engine then ends the search and keeps the best plan."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)

    def heard(number: int, frame: FrameType | None) -> None:
        progress.now("stopping; Ctrl-C again gives up")
        if callable(before):
            before(number, frame)

    if callable(before):
        signal.signal(signal.SIGINT, heard)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _save(solution: Solution, output: str | None, tables: str | None, form: str) -> InputError | None:
    """Save run file and tables; return what went wrong, so that the answer can be shown all the same."""
    try:
        if output is not None:
            solution.save(output, force=True)
        if tables is not None and solution.verified:
            write_tables(solution, tables, form=form)
    except InputError as error:
        return error
    return None


def _write_document(solution: Solution) -> None:
    code = exit_code(solution)
    if code == UNVERIFIED:
        assert solution.verification is not None
        violations = solution.verification.to_document()["violations"]
        failures.report_json("the answer failed its independent verification", violations=violations)
        return
    from outlay.optimizer.record.run_document import run_text, to_run_document  # noqa: PLC0415 - for JSON alone

    document = to_run_document(solution)
    if solution.plan is None:
        document |= {"error": no_plan(solution), "faults": []}
    streams.write_json_text(run_text(document))


def _write_page(solution: Solution, output: str | None, tables: str | None) -> None:
    page = Page()
    verification = solution.verification
    if solution.plan is None or verification is None:
        show_no_plan(page, solution)
    elif not verification.ok:
        show_violations(page, verification)
    else:
        show_answer(page, solution, verification, Case(solution.instance))
    if output is not None:
        page.fact("Saved", f"{output} (outlay show {output} projects, timeline, resources, ...)")
    if tables is not None and solution.verified:
        page.fact("Tables", tables)
    page.show()
