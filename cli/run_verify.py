"""``outlay verify``."""

from __future__ import annotations

from typing import Any

from outlay.cli import streams, words
from outlay.cli.metric_table import objective_text
from outlay.cli.progress import Progress
from outlay.cli.proof import PROVED, UNVERIFIED, checked, exit_code, no_plan, show_violations
from outlay.cli.screen import Column, Page
from outlay.cli.summary import show_title
from outlay.optimizer.recheck import verify
from outlay.optimizer.run_file import load
from outlay.optimizer.solution import Solution
from outlay.optimizer.verify_report import Verification


def run(*, run_file: str, max_file_mb: float, as_json: bool, **_: Any) -> int:
    """Verify a run file; 0 if all holds."""
    with Progress("reading and verifying the run"):
        solution = load(run_file, max_file_mb=max_file_mb)
        verification = None if solution.plan is None else verify(solution)
    if verification is None:
        _write(as_json, {"error": no_plan(solution), "faults": [], "status": str(solution.status)}, [no_plan(solution)])
        return exit_code(solution)
    head = {"name": solution.instance.name, "constraint_set": solution.constraint_set, "status": str(solution.status)}
    if as_json:
        streams.write_json({**head, **verification.to_document()})
    elif verification.ok:
        _write_page(solution, verification)
    else:
        page = Page()
        show_violations(page, verification)
        page.show()
    return PROVED if verification.ok else UNVERIFIED


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
    page.heading(checked(verification))
    page.table(
        [Column("Kind of rule"), Column("Conditions", right=True)],
        [[family, f"{count:,}"] for family, count in sorted(verification.checks.items())],
    )
    values = ", ".join(words.number(float(value), 6) for value in verification.objective)
    page.fact("Objective", f"{values}, recomputed from the tables ({objective_text(solution.instance)})")
    page.fact(
        "Not checked", "that no other plan is better: that is the solver's proof (bound and gap), told by outlay show"
    )
    page.show()
