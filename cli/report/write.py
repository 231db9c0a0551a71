"""Reports that people look at: one self-contained HTML file for a run, or for a comparison of constraint sets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from outlay.cli.report.comparison.page import comparison_context
from outlay.cli.report.explanation.page import explanation_context
from outlay.cli.report.frontier.page import frontier_context
from outlay.cli.report.size import render_within
from outlay.cli.report.solution import solution_context
from outlay.cli.report.stress.page import stress_context
from outlay.instances.errors import UnverifiedError
from outlay.instances.formats.output import check_target, write_file
from outlay.instances.values.text import shown
from outlay.optimizer.answer.solution import unverified
from outlay.optimizer.record.recheck import verify

if TYPE_CHECKING:
    from outlay.optimizer.answer.solution import Solution
    from outlay.optimizer.compare.comparison import Comparison
    from outlay.optimizer.explain.explanation import Explanation
    from outlay.optimizer.frontier.result import Frontier
    from outlay.optimizer.stress.result import Stress
    from outlay.optimizer.verify.report import Verification


def write_report(solution: Solution, path: str | Path, *, force: bool = False) -> Path:
    """Write the report of one answer and return its path.

    The plan is verified again, whatever the solution says about itself. The same solution gives the same bytes.

    Parameters
    ----------
    solution
        A solution with a verified plan.
    path
        The HTML file, at most 3 MB; it needs no other file and asks for none.
    force
        Whether a file of this name is replaced.

    Raises
    ------
    NoPlanError, InfeasibleError, SolverFailedError
        If there is no plan.
    UnverifiedError
        If the plan fails its verification.
    InputError
        If the file exists and `force` is not set, or cannot be written.
    """
    check_target(path, force=force)
    solution.table("projects")  # raises where there is no plan
    return write_verified_report(solution, verify(solution), path, force=force)


def write_verified_report(
    solution: Solution, verification: Verification | None, path: str | Path, *, force: bool = False
) -> Path:
    """Write the report of one answer whose verification was made just now; see `write_report`.

    Raises
    ------
    UnverifiedError
        If the plan fails its verification.
    """
    target = check_target(path, force=force)
    solution.table("projects")
    if verification is None or not verification.ok:
        raise unverified(verification)
    text = render_within("solution.html", solution_context(solution, verification))
    return write_file(target, text, force=force)


def write_comparison_report(comparison: Comparison, path: str | Path, *, force: bool = False) -> Path:
    """Write the report of a comparison of constraint sets and return its path; see `write_report`.

    Raises
    ------
    UnverifiedError
        If the plan of a set failed its verification.
    InputError
        If the file exists and `force` is not set, or cannot be written.
    """
    target = check_target(path, force=force)
    cases = comparison.cases
    failed = cases.loc[cases["objective"].notna() & ~cases["verified"].astype(bool), "set"].tolist()
    if failed:
        named = ", ".join(shown(str(name)) for name in failed)
        raise UnverifiedError(
            f"the answers of these sets failed their independent verification: {named}; compare again"
        )
    return write_file(target, render_within("comparison.html", comparison_context(comparison)), force=force)


def write_explanation_report(explanation: Explanation, path: str | Path, *, force: bool = False) -> Path:
    """Write the report of an explanation and return its path; see `write_report`.

    Raises
    ------
    InputError
        If the file exists and `force` is not set, or cannot be written.
    """
    target = check_target(path, force=force)
    return write_file(target, render_within("explanation.html", explanation_context(explanation)), force=force)


def write_stress_report(stress: Stress, path: str | Path, *, force: bool = False) -> Path:
    """Write the report of a stress test and return its path; see `write_report`.

    Raises
    ------
    NotKeptError
        If the file exists and `force` is not set, or cannot be written.
    """
    target = check_target(path, force=force)
    return write_file(target, render_within("stress.html", stress_context(stress)), force=force)


def write_frontier_report(frontier: Frontier, path: str | Path, *, force: bool = False) -> Path:
    """Write the report of a frontier and return its path; see `write_report`.

    Raises
    ------
    NotKeptError
        If the file exists and `force` is not set, or cannot be written.
    """
    target = check_target(path, force=force)
    return write_file(target, render_within("frontier.html", frontier_context(frontier)), force=force)
