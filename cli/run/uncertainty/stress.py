"""``outlay stress``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import simplejson

from outlay.cli import failures, streams
from outlay.cli.loading import load_run
from outlay.cli.report.write import check_page, write_stress_report
from outlay.cli.terminal.progress import Progress
from outlay.cli.terminal.screen import Page
from outlay.cli.terminal.solution.proof import NO_PLAN, PROVED, STOPPED
from outlay.cli.terminal.uncertainty.stress import show_stress
from outlay.cli.views.words import seconds
from outlay.instances.errors import InputError, NotKeptError
from outlay.instances.formats.reading import read
from outlay.optimizer.answer.solution import Solution, unverified
from outlay.optimizer.sharing.pool import CompareProgress
from outlay.optimizer.stress.result import Stress
from outlay.optimizer.stress.stress import CHECKING, stress


def run(
    *,
    runs: tuple[str, ...],
    instance: str | None,
    constraint_set: str,
    draws: int,
    seed: int,
    jobs: int | None,
    executor: str | None,
    output: str | None,
    report: str | None,
    force: bool,
    gap: float,
    time_limit: float | None,
    max_file_mb: float,
    as_json: bool,
    **_: Any,
) -> int:
    """Try the plans of runs in drawn worlds, and show what becomes of them.

    Raises
    ------
    InputError
        If a run, the instance, its uncertainty or an option is wrong, or something cannot be written.
    UnverifiedError
        If a run file says something false.
    """
    if report is not None:
        check_page(report, force=force)
    with Progress("reading the runs") as progress:
        solutions = _load(runs, max_file_mb)
        source = None if instance is None else read(instance, max_file_mb=max_file_mb)
        trouble = None
        try:
            found = stress(
                solutions,
                instance=source,
                constraint_set=constraint_set,
                draws=draws,
                seed=seed,
                jobs=jobs or os.cpu_count() or 1,
                executor=executor,
                folder=output,
                force=force,
                gap=gap,
                time_limit=time_limit,
                on_progress=progress.telling(_words),
            )
        except NotKeptError as error:
            found, trouble = error.answer, error
        if report is not None:
            progress.now("drawing the report")
            write_stress_report(found, report, force=force)
    if as_json:
        streams.write_json_text(simplejson.dumps(found.to_document(), use_decimal=True, ignore_nan=True) + "\n")
    else:
        page = Page()
        show_stress(page, found)
        if output is not None and trouble is None:
            page.fact("Saved", f"{output} (tables as CSV, the draws as sets.toml)")
        if report is not None:
            page.fact("Report", f"{report}: open it in a browser; it needs no network")
        page.show()
    return failures.report_unsaved(trouble, exit_code(found))


def _load(runs: tuple[str, ...], max_file_mb: float) -> dict[str, Solution]:
    """Return the solutions of runs by name: those of the files, as far as they tell them apart."""
    doubles = sorted({path for path in runs if runs.count(path) > 1})
    if doubles:
        raise InputError.single("stress", "this run is named twice", "name it once", value=", ".join(doubles))
    stems = [Path(path).stem for path in runs]
    found: dict[str, Solution] = {}
    for path, stem in zip(runs, stems, strict=True):
        loaded = load_run(path, max_file_mb)
        if not loaded.ok:
            raise unverified(loaded.verification)
        found[stem if stems.count(stem) == 1 else path] = loaded.solution
    return found


def _words(state: CompareProgress) -> str:
    left = "" if state.seconds_left is None else f", about {seconds(state.seconds_left)} left"
    if state.running == (CHECKING,):
        return f"{state.done} of {state.total} draws checked"
    running = ", ".join(state.running[:2]) + (", ..." if len(state.running) > 2 else "")
    return f"{state.done} of {state.total} tried{left}" + (f"; {running}" if running else "")


def exit_code(found: Stress) -> int:
    """Return the exit code: 6 where no plan was carried out in any world, 5 where something is not proved."""
    table = found.tables["plans"]
    if not found.complete:
        return STOPPED
    if not (table["draws"] > table["failed"]).any():
        return NO_PLAN
    return STOPPED if int(table["unproved"].sum()) else PROVED
