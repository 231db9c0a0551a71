"""``outlay compare``."""

from __future__ import annotations

import math
import os
from typing import Any

from outlay.cli import failures, streams
from outlay.cli.loading import with_asked
from outlay.cli.options import Solving, WhatIf
from outlay.cli.terminal.comparison import show_comparison
from outlay.cli.terminal.progress import Progress
from outlay.cli.terminal.screen import Page
from outlay.cli.terminal.solution.proof import NO_PLAN, NO_PLAN_POSSIBLE, PROVED, STOPPED, UNVERIFIED
from outlay.cli.views.warnings import warnings
from outlay.cli.views.words import seconds
from outlay.instances.errors import InputError, NotKeptError
from outlay.instances.formats.reading import read
from outlay.instances.instance import Instance
from outlay.models.case import Case
from outlay.optimizer.compare.compare import compare
from outlay.optimizer.compare.comparison import Comparison
from outlay.optimizer.compare.folder import to_comparison_document
from outlay.optimizer.record.run_file import run_text
from outlay.optimizer.sharing.pool import CompareProgress


def run(
    *,
    instance: str,
    sets: str | None,
    every_set: bool,
    asked: WhatIf,
    attribute: str | None,
    jobs: int | None,
    executor: str | None,
    output: str | None,
    force: bool,
    solving: Solving,
    max_file_mb: float,
    as_json: bool,
    **_: Any,
) -> int:
    """Compare an instance under several constraint sets, and show them side by side.

    Raises
    ------
    InputError
        If the instance, a set or an option is wrong.
    """
    with Progress("reading the tables") as progress:
        source = read(instance, max_file_mb=max_file_mb)
        given = [name.strip() for name in (sets or "base").split(",")]
        names = ["base", *source.sets] if every_set else given
        if "" in names:
            raise InputError.single("compare", "a constraint set has no name", "write --sets base,NAME,...", value=sets)

        source, changed = with_asked(source, names[0], asked)
        names = list(dict.fromkeys([*names, changed]))

        trouble = None
        try:
            result = compare(
                source,
                names,
                attribute=[] if attribute is None else [name.strip() for name in attribute.split(",")],
                jobs=jobs or os.cpu_count() or 1,
                executor=executor,
                folder=output,
                force=force,
                **solving.arguments,
                on_progress=progress.telling(_words),
            )
        except NotKeptError as error:
            result, trouble = error.answer, error
    if as_json:
        streams.write_json_text(run_text(to_comparison_document(result)))
    else:
        page = Page()
        show_comparison(page, result, _new_warnings(source, names))
        if output is not None and trouble is None:
            page.fact("Saved", f"{output} (tables as CSV, run files; outlay report {output} -o report.html)")
        page.show()
    return failures.report_unsaved(trouble, exit_code(result))


def _new_warnings(source: Instance, names: list[str]) -> dict[str, list[str]]:
    """Return what `check` would warn of in each set and not in the first; what is never available stands elsewhere."""
    found = {name: _warnings(source, name) for name in names}
    known = set(found[names[0]])
    return {name: new for name, texts in found.items() if (new := [text for text in texts if text not in known])}


def _warnings(source: Instance, name: str) -> list[str]:
    texts = warnings(Case(source.with_set(name)))
    return [text for text in texts if " has no possible option, " not in text]


def _words(state: CompareProgress) -> str:
    left = "" if state.seconds_left is None else f", perhaps {seconds(state.seconds_left)} left"
    running = ", ".join(state.running[:3]) + (", ..." if len(state.running) > 3 else "")
    return f"{state.done} of {state.total} cases done{left}" + (f"; solving {running}" if running else "")


def exit_code(result: Comparison) -> int:
    """Return the worst exit code of the cases; one without any plan is a finding beside others that have one."""
    codes = []
    for status, verified, objective in zip(
        *(result.cases[name] for name in ("status", "verified", "objective")), strict=True
    ):
        has_plan = objective is not None and not math.isnan(objective)
        if has_plan and not verified:
            codes.append(UNVERIFIED)
        elif has_plan:
            codes.append(PROVED if status in {"optimal", "within gap"} else STOPPED)
        else:
            codes.append(NO_PLAN_POSSIBLE if status in {"infeasible", "unbounded"} else NO_PLAN)
    # A set without any plan is a finding, as long as there is something to compare.
    if PROVED in codes or STOPPED in codes:
        codes = [code for code in codes if code != NO_PLAN_POSSIBLE]
    return max(codes)
