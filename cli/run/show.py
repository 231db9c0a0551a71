"""``outlay show``."""

from __future__ import annotations

import sys
from typing import Any

from outlay.cli import failures, streams
from outlay.cli.loading import Loaded, as_recorded, load_run
from outlay.cli.terminal.progress import Progress
from outlay.cli.terminal.proof import PROVED, UNVERIFIED, exit_code, no_plan, show_violations
from outlay.cli.terminal.screen import Page
from outlay.cli.terminal.sections import section_document, show_section
from outlay.cli.terminal.summary import show_answer, show_no_plan
from outlay.cli.terminal.together.scenarios import show_scenarios
from outlay.cli.terminal.uncertainty.told import show_uncertainty_of, uncertainty_document
from outlay.cli.views.words import listed as words_of
from outlay.instances.errors import InputError
from outlay.instances.formats.files import is_folder
from outlay.instances.values.text import shown
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.compare.reading import run_of_set
from outlay.optimizer.ensemble.answer import EnsembleSolution
from outlay.optimizer.ensemble.record import is_ensemble, load_ensemble, run_of_scenario
from outlay.optimizer.export.tables import export_tables, spreadsheet_csv
from outlay.optimizer.record.run_document import run_text
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
    with Progress("reading and verifying the run"):
        if is_ensemble(run_file):
            if name is None:
                return _show_ensemble(load_ensemble(run_file, max_file_mb=max_file_mb), section, as_json=as_json)
            run_file = str(run_of_scenario(run_file, name, max_file_mb=max_file_mb))
        elif is_folder(run_file):
            run_file = str(run_of_set(run_file, name))
        loaded = load_run(run_file, max_file_mb)
    if not loaded.ok:
        return refuse(loaded, as_json=as_json)
    if loaded.verification is None:
        return _without_plan(loaded, as_json=as_json)
    if as_csv:
        streams.write(_csv(loaded.solution, section))
        return PROVED
    if as_json:
        streams.write_json(_document(loaded, section))
        return PROVED
    page = Page()
    if section == "summary":
        show_answer(page, loaded.solution, loaded.verification, loaded.case)
        page.fact("As recorded", "; ".join(as_recorded(loaded.solution)))
    else:
        show_section(page, loaded.solution, section, every_row=every_row)
    page.show()
    return PROVED


def _show_ensemble(found: EnsembleSolution, section: str, *, as_json: bool) -> int:
    """Show plans for several scenarios; a section is one scenario's.

    Raises
    ------
    InputError
        If a section is asked for, and not of which scenario.
    """
    if section == "uncertainty" and found.verified:
        return _show_uncertainty(found, as_json=as_json)
    if section not in {"summary", "uncertainty"}:
        problem, remedy = "this is one plan for several scenarios", f"name one: {words_of(list(found.scenarios))}"
        raise InputError.single("show", problem, remedy, column=section)
    if as_json:
        streams.write_json_text(run_text(found.to_document()))
    else:
        page = Page()
        show_scenarios(page, found)
        page.show()
    return PROVED if found.verified else UNVERIFIED


def _show_uncertainty(found: EnsembleSolution, *, as_json: bool) -> int:
    if as_json:
        head = {"name": found.instance.name, "section": "uncertainty"}
        streams.write_json_text(run_text({**head, "uncertainty": uncertainty_document(found)}))
    else:
        page = Page()
        show_uncertainty_of(page, found)
        page.show()
    return PROVED


def _csv(solution: Solution, section: str) -> str:
    """Return a table as CSV for a spreadsheet; of the summary, the metrics."""
    if section == "uncertainty":
        text = spreadsheet_csv(described(solution.instance))
    else:
        text = spreadsheet_csv(export_tables(solution)["metrics" if section == "summary" else section])
    if not sys.stdout.isatty():
        return text
    return "".join(f"{shown(line, len(line))}\n" for line in text.splitlines())  # names may hold terminal escapes


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
