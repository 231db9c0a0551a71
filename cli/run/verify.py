"""``outlay verify``."""

from __future__ import annotations

from typing import Any

from outlay.cli import streams
from outlay.cli.loading import as_recorded, load_run
from outlay.cli.terminal.progress import Progress
from outlay.cli.terminal.screen import Column, Page
from outlay.cli.terminal.solution.proof import PROVED, UNVERIFIED, checked, exit_code, no_plan, show_violations
from outlay.cli.terminal.solution.summary import show_title
from outlay.cli.terminal.together.ranking import show_ranking
from outlay.cli.terminal.together.scenarios import show_scenarios
from outlay.cli.terminal.together.telling import tell
from outlay.cli.views import words
from outlay.cli.views.metrics import objective_text
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.ensemble.record import ENSEMBLE, load_ensemble
from outlay.optimizer.ranking.record import RANKING, load_ranking
from outlay.optimizer.record.recorded import OWN_OBJECTIVE
from outlay.optimizer.verify.report import Verification


def run(*, run_file: str, max_file_mb: float, as_json: bool, **_: Any) -> int:
    """Verify a run file, the folder of plans for several scenarios, or that of a list; 0 if all holds."""
    if ENSEMBLE.is_in(run_file):
        return _verify_scenarios(run_file, max_file_mb, as_json=as_json)
    if RANKING.is_in(run_file):
        return _verify_list(run_file, max_file_mb, as_json=as_json)
    with Progress("reading and verifying the run"):
        loaded = load_run(run_file, max_file_mb)
    solution, verification = loaded.solution, loaded.verification
    recorded = as_recorded(solution)
    if verification is None:
        said = {"error": no_plan(solution), "faults": [], "status": str(solution.status), "as_recorded": recorded}
        _write(as_json, said, [no_plan(solution), f"Not checked, as recorded: {'; '.join(recorded)}"])
        return exit_code(solution)
    head = {"name": solution.instance.name, "constraint_set": solution.constraint_set, "status": str(solution.status)}
    if as_json:
        streams.write_json({**head, **verification.to_document(), "as_recorded": recorded})
    elif verification.ok:
        _write_page(solution, verification)
    else:
        page = Page()
        show_violations(page, verification)
        page.show()
    return PROVED if verification.ok else UNVERIFIED


def _verify_scenarios(folder: str, max_file_mb: float, *, as_json: bool) -> int:
    """Verify plans for several scenarios, and what they must have in common."""
    with Progress("reading and verifying the plans"):
        found = load_ensemble(folder, max_file_mb=max_file_mb)
    tell(found, show_scenarios, as_json=as_json)
    return PROVED if found.verified else UNVERIFIED


def _verify_list(folder: str, max_file_mb: float, *, as_json: bool) -> int:
    """Verify the plans of a priority list, and that they are nested."""
    with Progress("reading and verifying the list"):
        found = load_ranking(folder, max_file_mb=max_file_mb)
    tell(found, show_ranking, as_json=as_json)
    return PROVED if found.verified else UNVERIFIED


def _write(as_json: bool, document: dict[str, Any], lines: list[str]) -> None:
    if as_json:
        streams.write_json(document)
        return
    page = Page()
    for line in lines:
        page.line(line)
    page.show()


def _write_page(solution: Solution, verification: Verification) -> None:
    page = Page()
    show_title(page, solution.instance)
    page.heading(checked(verification, solution))
    page.table(
        [Column("Kind of rule"), Column("Conditions", right=True)],
        [[family, f"{count:,}"] for family, count in sorted(verification.checks.items())],
    )
    if solution.own_objective:
        page.fact("Objective", f"{OWN_OBJECTIVE} (the user made it in Pyomo)")
    else:
        values = ", ".join(words.number(float(value), 6) for value in verification.objective)
        page.fact("Objective", f"{values}, recomputed from the tables ({objective_text(solution.instance)})")
    page.fact(
        "Not checked", "that no other plan is better: that is the solver's proof (bound and gap), told by outlay show"
    )
    page.fact("As recorded", "; ".join(as_recorded(solution)))
    page.show()
