"""``outlay rank``."""

from __future__ import annotations

from typing import Any

from outlay.cli import failures
from outlay.cli.options import Solving
from outlay.cli.report.write import check_page, write_ranking_report
from outlay.cli.terminal.progress import Progress
from outlay.cli.terminal.solution.proof import NO_PLAN, NO_PLAN_POSSIBLE, PROVED, STOPPED, UNVERIFIED
from outlay.cli.terminal.together.ranking import show_ranking
from outlay.cli.terminal.together.telling import tell
from outlay.cli.views.words import seconds
from outlay.instances.errors import InputError
from outlay.instances.formats.output import check_target
from outlay.instances.formats.reading import read
from outlay.optimizer.ranking.rank import rank
from outlay.optimizer.sharing.pool import CompareProgress
from outlay.optimizer.solver.outcome import Progress as State
from outlay.optimizer.status import Status


def run(
    *,
    instance: str,
    limit: str,
    levels: str,
    weights: str | None,
    constraint_set: str,
    objective: dict[str, float] | str | None,
    jobs: int | None,
    output: str | None,
    report: str | None,
    force: bool,
    solving: Solving,
    max_file_mb: float,
    as_json: bool,
    **_: Any,
) -> int:
    """Rank the projects of an instance, and show the list.

    Raises
    ------
    InputError
        If the instance, the limit, a level or an option is wrong, or the folder cannot be written.
    """
    shares = None if weights is None else numbers(weights, "weights")
    if output is not None:
        check_target(output, folder=True)
    if report is not None:
        check_page(report, force=force)
    with Progress("reading the tables") as progress:
        source = read(instance, max_file_mb=max_file_mb)
        progress.now("building the models")

        def told(state: CompareProgress) -> None:
            progress.now(question_words(state, "levels solved one by one"))

        def moved(state: State) -> None:
            progress.now("solving the list")
            progress.state = state

        found = rank(
            source,
            limit=limit,
            levels=levels.split(","),
            weights=shares,
            constraint_set=constraint_set,
            objective=objective,
            **solving.arguments,
            jobs=jobs,
            on_questions=told,
            on_progress=moved,
        )
        if report is not None and found.verified:
            progress.now("drawing the report")
            write_ranking_report(found, report, force=force)
    trouble = keep(found, output)
    more = {}
    if output is not None and trouble is None and found.runs:
        more["Saved"] = f"{output} (the list as CSV, a run file a level; outlay verify {output})"
    if report is not None and found.verified:
        more["Report"] = f"{report}: open it in a browser; it needs no network"
    tell(found, show_ranking, as_json=as_json, more=more)
    return failures.report_unsaved(trouble, exit_code(found.status, found.verified, bool(found.runs)))


def keep(found: Any, output: str | None) -> InputError | None:
    """Save what was found, if asked to, and return what was in the way: an answer is shown whatever the disk says."""
    if output is None or not found.runs:
        return None
    try:
        found.save(output)
    except InputError as error:
        return error
    return None


def numbers(text: str, column: str) -> list[float]:
    """Return the numbers of a list a,b,c.

    Raises
    ------
    InputError
        If a part is no number.
    """
    found = []
    for part in text.split(","):
        try:
            found.append(float(part))
        except ValueError:
            remedy = "write numbers, as 1,2,3"
            raise InputError.single("rank", "this is no number", remedy, column=column, value=part) from None
    return found


def question_words(state: CompareProgress, what: str) -> str:
    """Return how far questions about single scenarios are."""
    left = "" if state.seconds_left is None else f", about {seconds(state.seconds_left)} left"
    return f"{state.done} of {state.total} {what}{left}"


def exit_code(status: Status, verified: bool, has_plans: bool) -> int:
    """Return the exit code of several plans that belong together."""
    if not has_plans:
        return NO_PLAN_POSSIBLE if status in {Status.INFEASIBLE, Status.UNBOUNDED} else NO_PLAN
    if not verified:
        return UNVERIFIED
    return PROVED if status.proved else STOPPED
