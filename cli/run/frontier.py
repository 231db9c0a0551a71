"""``outlay frontier``."""

from __future__ import annotations

import os
from typing import Any

import simplejson

from outlay.cli import streams
from outlay.cli.report.write import check_page, write_frontier_report
from outlay.cli.run.explain import questions_in_words
from outlay.cli.terminal.frontier.page import show_frontier
from outlay.cli.terminal.progress import Progress
from outlay.cli.terminal.screen import Page
from outlay.cli.terminal.solution.proof import NO_PLAN, PROVED, STOPPED
from outlay.instances.formats.reading import read
from outlay.optimizer.export.tables import spreadsheet_csv
from outlay.optimizer.frontier.frontier import frontier
from outlay.optimizer.frontier.result import Frontier


def run(
    *,
    instance: str,
    objectives: list[str],
    weights: str | None,
    order: tuple[str, ...],
    tolerance: float,
    constraint_set: str,
    jobs: int | None,
    executor: str | None,
    output: str | None,
    as_csv: bool,
    sets: bool,
    report: str | None,
    force: bool,
    seed: int,
    gap: float | None,
    time_limit: float | None,
    max_file_mb: float,
    as_json: bool,
    **_: Any,
) -> int:
    """Draw the frontier of an instance.

    Raises
    ------
    InputError
        If the instance, an objective or an option is wrong, or something cannot be written.
    InfeasibleError
        If no plan is possible.
    """
    if report is not None:
        check_page(report, force=force)
    with Progress("reading the tables") as progress:
        source = read(instance, max_file_mb=max_file_mb)
        progress.now("solving")

        found = frontier(
            source,
            objectives,
            weights=weights,
            order=order,
            constraint_set=constraint_set,
            tolerance=tolerance,
            jobs=jobs or os.cpu_count() or 1,
            executor=executor,
            folder=output,
            force=force,
            gap=gap,
            seed=seed,
            time_limit=time_limit,
            on_progress=progress.telling(questions_in_words),
        )
        if report is not None:
            progress.now("drawing the report")
            write_frontier_report(found, report, force=force)
    if as_json:
        streams.write_json_text(simplejson.dumps(found.to_document(), use_decimal=True, ignore_nan=True) + "\n")
    elif as_csv:
        streams.write(spreadsheet_csv(found.points).replace("\r\n", "\n"))
    elif sets:
        streams.write(found.sets_toml)
    else:
        _show(found, output=output, report=report)
    return exit_code(found)


def _show(found: Frontier, *, output: str | None, report: str | None) -> None:
    page = Page()
    show_frontier(page, found)
    if output is not None:
        page.fact("Saved", f"{output} (tables as CSV, the points as sets.toml)")
    if report is not None:
        page.fact("Report", f"{report}: open it in a browser; it needs no network")
    page.show()


def exit_code(found: Frontier) -> int:
    """Return the exit code: 5 after an interrupt, and where more is open than the tolerance."""
    if not len(found.points):
        return NO_PLAN
    return PROVED if found.within and not found.interrupted else STOPPED
