"""Reports that people look at: one self-contained HTML file for a run, or for a comparison of constraint sets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from outlay.cli.report.comparison.page import comparison_context
from outlay.cli.report.ensemble.page import ensemble_context
from outlay.cli.report.explanation.page import explanation_context
from outlay.cli.report.frontier.page import frontier_context
from outlay.cli.report.layout.signed import UNSIGNED, Signed
from outlay.cli.report.layout.size import render_within
from outlay.cli.report.ranking.page import ranking_context
from outlay.cli.report.solution.page import solution_context
from outlay.cli.report.stress.page import stress_context
from outlay.instances.errors import InputError, UnverifiedError
from outlay.instances.formats.output import check_target, write_file
from outlay.instances.given import type_of
from outlay.instances.values.text import shown
from outlay.optimizer.answer.solution import Solution, unverified
from outlay.optimizer.compare.comparison import Comparison
from outlay.optimizer.ensemble.answer import EnsembleSolution
from outlay.optimizer.explain.explanation import Explanation
from outlay.optimizer.frontier.result import Frontier
from outlay.optimizer.ranking.ranking import Ranking
from outlay.optimizer.record.recheck import verify
from outlay.optimizer.stress.result import Stress

if TYPE_CHECKING:
    from outlay.optimizer.verify.report import Verification


def report(
    answer: Solution | Comparison | Explanation | Frontier | Stress | EnsembleSolution | Ranking,
    path: str | Path,
    *,
    force: bool = False,
    author: str = "",
    date: str = "",
) -> Path:
    """Write the report of an answer, a comparison, an explanation, a frontier, a stress test or an ensemble.

    Parameters
    ----------
    answer
        A solution with a verified plan, a comparison, an explanation, a frontier, a stress test, plans for several
        scenarios, or a priority list.
    path
        An ``.html`` file; of a solution or a comparison also an ``.xlsx`` workbook.
    force
        Whether a file of this name is replaced.
    author, date
        Who answers for it, and of when it is; stand at its top and foot. Not in a workbook.

    Raises
    ------
    NoPlanError, InfeasibleError, SolverFailedError
        If there is no plan.
    UnverifiedError
        If a plan fails its verification.
    InputError
        If the answer is none, or the file exists and `force` is not set, or cannot be written.
    """
    if isinstance(answer, Solution | Comparison) and str(path).lower().endswith(".xlsx"):
        return answer.to_excel(path, force=force)
    writers: tuple[tuple[type, Callable[..., Path]], ...] = (
        (Solution, write_report),
        (Comparison, write_comparison_report),
        (Explanation, write_explanation_report),
        (Frontier, write_frontier_report),
        (Stress, write_stress_report),
        (EnsembleSolution, write_ensemble_report),
        (Ranking, write_ranking_report),
    )
    for kind, write in writers:
        if isinstance(answer, kind):
            return write(answer, path, force=force, signed=Signed(author, date))
    problem = f"there is no report of {type_of(answer)}"
    remedy = "give what outlay.solve, compare, explain, frontier, rank or stress returned, or outlay.load(RUN)"
    raise InputError.single("report", problem, remedy)


#: Endings of a page; what has none is one too.
PAGES = ("", ".html", ".htm")


def check_page(path: str | Path, *, force: bool = False) -> Path:
    """Return the path of a page that is to be written, after a look whether it could be; see `check_target`.

    Raises
    ------
    InputError
        If the name is that of another kind of file, or nothing can be written there.
    """
    target = check_target(path, force=force)
    if target.suffix.lower() not in PAGES:
        remedy = "name an .html file; a browser prints it as PDF"
        raise InputError.single(str(target), "a report is an HTML page", remedy)
    return target


def write_report(solution: Solution, path: str | Path, *, force: bool = False, signed: Signed = UNSIGNED) -> Path:
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
    signed
        Who answers for it, and of when it is.

    Raises
    ------
    NoPlanError, InfeasibleError, SolverFailedError
        If there is no plan.
    UnverifiedError
        If the plan fails its verification.
    InputError
        If the file exists and `force` is not set, or cannot be written.
    """
    check_page(path, force=force)
    solution.table("projects")  # raises where there is no plan
    return write_verified_report(solution, verify(solution), path, force=force, signed=signed)


def write_verified_report(
    solution: Solution,
    verification: Verification | None,
    path: str | Path,
    *,
    force: bool = False,
    signed: Signed = UNSIGNED,
) -> Path:
    """Write the report of one answer whose verification was made just now; see `write_report`.

    Raises
    ------
    UnverifiedError
        If the plan fails its verification.
    """
    target = check_page(path, force=force)
    solution.table("projects")
    if verification is None or not verification.ok:
        raise unverified(verification)
    text = render_within("solution.html", signed.on(solution_context(solution, verification)))
    return write_file(target, text, force=force)


def write_comparison_report(
    comparison: Comparison, path: str | Path, *, force: bool = False, signed: Signed = UNSIGNED
) -> Path:
    """Write the report of a comparison of constraint sets and return its path; see `write_report`.

    Raises
    ------
    UnverifiedError
        If the plan of a set failed its verification.
    InputError
        If the file exists and `force` is not set, or cannot be written.
    """
    target = check_page(path, force=force)
    cases = comparison.cases
    failed = cases.loc[cases["objective"].notna() & ~cases["verified"].astype(bool), "set"].tolist()
    if failed:
        named = ", ".join(shown(str(name)) for name in failed)
        raise UnverifiedError(
            f"the answers of these sets failed their independent verification: {named}; compare again"
        )
    text = render_within("comparison.html", signed.on(comparison_context(comparison)))
    return write_file(target, text, force=force)


def write_explanation_report(
    explanation: Explanation, path: str | Path, *, force: bool = False, signed: Signed = UNSIGNED
) -> Path:
    """Write the report of an explanation and return its path; see `write_report`.

    Raises
    ------
    InputError
        If the file exists and `force` is not set, or cannot be written.
    """
    return _written("explanation.html", lambda: explanation_context(explanation), path, force=force, signed=signed)


def write_stress_report(stress: Stress, path: str | Path, *, force: bool = False, signed: Signed = UNSIGNED) -> Path:
    """Write the report of a stress test and return its path; see `write_report`.

    Raises
    ------
    InputError
        If the file exists and `force` is not set, or cannot be written.
    """
    return _written("stress.html", lambda: stress_context(stress), path, force=force, signed=signed)


def write_ensemble_report(
    found: EnsembleSolution, path: str | Path, *, force: bool = False, signed: Signed = UNSIGNED
) -> Path:
    """Write the report of plans for several scenarios and return its path; see `write_report`.

    Raises
    ------
    NoPlanError, InfeasibleError
        If there is no plan.
    UnverifiedError
        If the plans failed their verification.
    InputError
        If the file exists and `force` is not set, or cannot be written.
    """
    found.table("projects")
    return _written("ensemble.html", lambda: ensemble_context(found), path, force=force, signed=signed)


def write_frontier_report(
    frontier: Frontier, path: str | Path, *, force: bool = False, signed: Signed = UNSIGNED
) -> Path:
    """Write the report of a frontier and return its path; see `write_report`.

    Raises
    ------
    InputError
        If the file exists and `force` is not set, or cannot be written.
    """
    return _written("frontier.html", lambda: frontier_context(frontier), path, force=force, signed=signed)


def write_ranking_report(ranking: Ranking, path: str | Path, *, force: bool = False, signed: Signed = UNSIGNED) -> Path:
    """Write the report of a priority list and return its path; see `write_report`.

    Raises
    ------
    NoPlanError, InfeasibleError
        If there is no list.
    UnverifiedError
        If it failed its verification.
    InputError
        If the file exists and `force` is not set, or cannot be written.
    """
    ranking.table("projects")
    return _written("ranking.html", lambda: ranking_context(ranking), path, force=force, signed=signed)


def _written(
    template: str, context: Callable[[], dict[str, Any]], path: str | Path, *, force: bool, signed: Signed
) -> Path:
    """Write a page; whether it may be written is asked before anything is computed."""
    target = check_page(path, force=force)
    return write_file(target, render_within(template, signed.on(context())), force=force)
