"""``outlay explain``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import simplejson

from outlay.cli import streams
from outlay.cli.loading import load_run
from outlay.cli.options import Solving
from outlay.cli.report.write import check_page, write_explanation_report
from outlay.cli.run.show import refuse
from outlay.cli.terminal.explanation.page import show_explanation
from outlay.cli.terminal.progress import Progress
from outlay.cli.terminal.screen import Page
from outlay.cli.terminal.solution.proof import NO_PLAN, NO_PLAN_POSSIBLE, PROVED, STOPPED
from outlay.cli.views.words import seconds
from outlay.instances.formats.reading import read
from outlay.optimizer.explain.explain import explain
from outlay.optimizer.explain.explanation import Explanation
from outlay.optimizer.sharing.pool import CompareProgress
from outlay.optimizer.status import Status

#: How a run file begins, sooner or later.
_RUN = '"format": "outlay run'
_HEAD_BYTES = 4096
#: In the place of sets, where no question led to a change.
NOTHING_PROPOSED = "# no change is proposed; without --sets the reasons are told\n"


def run(
    *,
    source: str,
    projects: tuple[str, ...],
    constraint_set: str,
    limits: tuple[str, ...],
    curves: tuple[str, ...],
    step: str,
    conflicts: int | None,
    keep: tuple[str, ...],
    sets: bool,
    jobs: int | None,
    executor: str | None,
    output: str | None,
    report: str | None,
    force: bool,
    solving: Solving,
    max_file_mb: float,
    as_json: bool,
    **_: Any,
) -> int:
    """Explain a run or an instance, and show it.

    Raises
    ------
    InputError
        If the source, a name or an option is wrong, or something cannot be written.
    """
    if report is not None:
        check_page(report, force=force)
    with Progress("reading the tables") as progress:
        asked: Any
        if is_run_file(source):
            loaded = load_run(source, max_file_mb)
            if not loaded.ok:
                return refuse(loaded, as_json=as_json)
            asked = loaded.solution
        else:
            asked = read(source, max_file_mb=max_file_mb)
        progress.now("solving")

        found = explain(
            asked,
            projects,
            constraint_set=constraint_set,
            limits=limits,
            curves=curves,
            step=step,
            conflicts=conflicts,
            keep=keep,
            jobs=jobs or os.cpu_count() or 1,
            executor=executor,
            folder=output,
            force=force,
            **solving.arguments,
            on_progress=progress.telling(questions_in_words),
        )
        if report is not None:
            progress.now("drawing the report")
            write_explanation_report(found, report, force=force)
    _write(found, sets=sets, output=output, report=report, as_json=as_json)
    return exit_code(found)


def is_run_file(source: str) -> bool:
    """Return whether a path is a file that looks like a run, not an instance."""
    path = Path(source)
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return _RUN in file.read(_HEAD_BYTES).decode(errors="replace")
    except (OSError, ValueError):
        return False  # whoever reads it says why


def questions_in_words(state: CompareProgress) -> str:
    """Return how many questions are answered, and which are being asked."""
    left = "" if state.seconds_left is None else f", perhaps {seconds(state.seconds_left)} left"
    running = ", ".join(state.running[:2]) + (", ..." if len(state.running) > 2 else "")
    return f"{state.done} of {state.total} questions answered{left}" + (f"; {running}" if running else "")


def _write(found: Explanation, *, sets: bool, output: str | None, report: str | None, as_json: bool) -> None:
    if as_json:
        streams.write_json_text(simplejson.dumps(found.to_document(), use_decimal=True, ignore_nan=True) + "\n")
        return
    if sets:
        streams.write(found.sets_toml or NOTHING_PROPOSED)
        return
    page = Page()
    show_explanation(page, found)
    if output is not None:
        page.fact("Saved", f"{output} (tables as CSV, the changes as sets.toml)")
    if report is not None:
        page.fact("Report", f"{report}: open it in a browser; it needs no network")
    page.show()


def exit_code(found: Explanation) -> int:
    """Return the exit code: 5 after an interrupt (6 before there was a plan), 4 where no plan is possible."""
    if not found.complete:
        return NO_PLAN if found.objective is None and found.status != Status.INFEASIBLE else STOPPED
    if found.status == Status.INFEASIBLE:
        return NO_PLAN_POSSIBLE
    if found.objective is None:
        return NO_PLAN
    known = all(standing != "not known" for standing in found.margins["standing"])
    return PROVED if found.status.proved and known else STOPPED
