"""``outlay compare RUN1 RUN2``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from outlay.cli import streams
from outlay.cli.loading import load_run
from outlay.cli.options import WhatIf
from outlay.cli.run.compare import exit_code
from outlay.cli.terminal.comparison import show_comparison
from outlay.cli.terminal.progress import Progress
from outlay.cli.terminal.screen import Page
from outlay.cli.views.warnings import warnings
from outlay.instances.errors import InputError
from outlay.models.case import Case
from outlay.optimizer.advance.runs import compare_runs
from outlay.optimizer.answer.solution import Solution, unverified
from outlay.optimizer.compare.folder import to_comparison_document
from outlay.optimizer.record.run_file import run_text

#: What asks for solving, and means nothing for runs that are solved.
_FOR_SETS = (
    ("sets", "--sets"), ("every_set", "--all"), ("attribute", "--attribute"), ("output", "-o"),
    ("force_in", "--force-in"), ("force_out", "--force-out"), ("changes", "--change"), ("executor", "--executor"),
)  # fmt: skip


def run(
    *, instance: str, others: tuple[str, ...], asked: WhatIf, max_file_mb: float, as_json: bool, **more: Any
) -> int:
    """Compare run files with the first one, and show them side by side.

    Raises
    ------
    InputError
        If one is no run file, or an option is for sets.
    UnverifiedError
        If something in one of them is false.
    """
    given = {**more, **vars(asked)}
    for name, option in _FOR_SETS:
        if given.get(name):
            problem = f"{option} is for the sets of an instance, and these are runs"
            raise InputError.single("compare", problem, "leave it out")
    with Progress("reading the runs"):
        solutions: dict[str, Solution] = {}
        found: dict[str, list[str]] = {}
        for path, name in zip((instance, *others), _names((instance, *others)), strict=True):
            loaded = load_run(path, max_file_mb)
            if not loaded.ok:
                raise unverified(loaded.verification)
            solutions[name] = loaded.solution
            found[name] = warnings(Case(loaded.solution.instance))
        result = compare_runs(solutions)
    if as_json:
        streams.write_json_text(run_text(to_comparison_document(result)))
    else:
        page = Page()
        known = set(next(iter(found.values())))
        new = {name: [text for text in texts if text not in known] for name, texts in found.items()}
        show_comparison(page, result, {name: texts for name, texts in new.items() if texts})
        page.show()
    return exit_code(result)


def _names(paths: tuple[str, ...]) -> list[str]:
    """Return what to call each run: its file's name, or as much of its path as tells it from the others."""
    stems = [Path(path).stem for path in paths]
    names = stems if len(set(stems)) == len(stems) else list(paths)
    return [name if names.count(name) == 1 else f"{name} ({place})" for place, name in enumerate(names, start=1)]
