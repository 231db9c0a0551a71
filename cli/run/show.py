"""``outlay show``."""

from __future__ import annotations

from typing import Any

from outlay.cli import failures, streams
from outlay.cli.loading import Loaded, as_recorded, load_run
from outlay.cli.terminal.progress import Progress
from outlay.cli.terminal.screen import Page
from outlay.cli.terminal.solution.proof import PROVED, UNVERIFIED, exit_code, no_plan, show_violations
from outlay.cli.terminal.solution.sections import section_document, show_section
from outlay.cli.terminal.solution.summary import show_answer, show_no_plan
from outlay.instances.formats.files import is_folder
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.export.tables import export_tables, spreadsheet_csv
from outlay.optimizer.record.run_file import to_run_document
from outlay.optimizer.uncertainty.described import described

#: Parts of the run document that the summary for machines leaves out: they are sections of their own.
_LEFT_OUT = ("instance", "tables", "trace", "plan")


def run(
    *,
    run_file: str,
    words: tuple[str | None, str],
    every_row: bool,
    as_csv: bool,
    max_file_mb: float,
    as_json: bool,
    **_: Any,
) -> int:
    """Show a section of a run whose plan is verified again; 0 if it is shown.

    Raises
    ------
    InputError
        If there is no such run, or it is damaged.
    """
    name, section = words
    if is_folder(run_file):
        from outlay.cli.run.together.showing import run_named_in, several_in, show_several  # noqa: PLC0415 - takes long

        with Progress("reading and verifying the run"):
            several = several_in(run_file, max_file_mb) if name is None else None
        if several is not None:
            return show_several(several, section, as_csv=as_csv, as_json=as_json)
        run_file = run_named_in(run_file, name, max_file_mb)
    with Progress("reading and verifying the run"):
        loaded = load_run(run_file, max_file_mb)
    if not loaded.ok:
        return refuse(loaded, as_json=as_json)
    if loaded.verification is None:
        return _without_plan(loaded, as_json=as_json)
    if as_csv:
        streams.write_csv(_csv(loaded.solution, section))
    elif as_json:
        streams.write_json(_document(loaded, section))
    else:
        _write_page(loaded, section, every_row=every_row)
    return PROVED


def _write_page(loaded: Loaded, section: str, *, every_row: bool) -> None:
    page = Page()
    if section == "summary":
        assert loaded.verification is not None
        show_answer(page, loaded.solution, loaded.verification, loaded.case)
        page.fact("As recorded", "; ".join(as_recorded(loaded.solution)))
    else:
        show_section(page, loaded.solution, section, every_row=every_row)
    page.show()


def _csv(solution: Solution, section: str) -> str:
    """Return a table as CSV for a spreadsheet; of the summary, the metrics."""
    if section == "uncertainty":
        return spreadsheet_csv(described(solution.instance))
    return spreadsheet_csv(export_tables(solution)["metrics" if section == "summary" else section])


def _document(loaded: Loaded, section: str) -> dict[str, Any]:
    solution = loaded.solution
    head = {"name": solution.instance.name, "constraint_set": solution.constraint_set, "section": section}
    if section != "summary":
        return {**head, section: section_document(solution, section)}
    document = to_run_document(solution)
    whole = {key: item for key, item in document.items() if key not in _LEFT_OUT}
    more = {"as_recorded": as_recorded(solution), "projects": section_document(solution, "projects")}
    return {**head, **whole, **more}


def _without_plan(loaded: Loaded, *, as_json: bool) -> int:
    if as_json:
        status, recorded = str(loaded.solution.status), as_recorded(loaded.solution)
        failures.report_json(no_plan(loaded.solution), status=status, as_recorded=recorded)
    else:
        page = Page()
        show_no_plan(page, loaded.solution)
        page.fact("As recorded", "; ".join(as_recorded(loaded.solution)))
        page.show()
    return exit_code(loaded.solution)


def refuse(loaded: Loaded, *, as_json: bool) -> int:
    """Show what an answer breaks, instead of the answer."""
    assert loaded.verification is not None
    if as_json:
        violations = loaded.verification.to_document()["violations"]
        failures.report_json("the answer failed its independent verification", violations=violations)
    else:
        page = Page()
        show_violations(page, loaded.verification)
        page.show()
    return UNVERIFIED
