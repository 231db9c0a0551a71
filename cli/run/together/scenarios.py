"""``outlay solve --scenarios``."""

from __future__ import annotations

import contextlib
from typing import Any

from outlay.cli import failures
from outlay.cli.loading import read_or_load, with_asked
from outlay.cli.options import Solving, WhatIf
from outlay.cli.run.together.rank import exit_code, keep, question_words
from outlay.cli.terminal.progress import Progress
from outlay.cli.terminal.together.scenarios import show_scenarios
from outlay.cli.terminal.together.telling import tell
from outlay.instances.errors import Fault, InputError
from outlay.instances.formats.output import check_target
from outlay.instances.instance import Instance
from outlay.models.risk import parse_risk
from outlay.optimizer.ensemble.solve import solve_ensemble
from outlay.optimizer.sharing.pool import CompareProgress
from outlay.optimizer.solver.outcome import Progress as State
from outlay.optimizer.stress.replications import check_is_mean, replicate_gap
from outlay.optimizer.uncertainty.draws import draw


def run(
    *,
    instance: str,
    constraint_set: str,
    asked: WhatIf,
    scenarios: str,
    risk: str | None,
    jobs: int | None,
    engine: str | None,
    launcher: str | None,
    gap_replications: int | None,
    solving: Solving,
    threads: int,
    effort: str,
    work: int,
    objective: dict[str, float] | str | None,
    output: str | None,
    max_file_mb: float,
    as_json: bool,
    **_: Any,
) -> int:
    """Decide for several scenarios, save the plans if asked to, and show them.

    Raises
    ------
    InputError
        If the instance, a scenario or an option is wrong, or the folder cannot be written.
    """
    if output is not None:
        check_target(output, folder=True)
    with Progress("reading the tables") as progress:
        source, _start = read_or_load(instance, max_file_mb)
        source, constraint_set = with_asked(source, constraint_set, asked)
        if gap_replications is not None:
            check_replications(scenarios, "expected" if risk is None else risk)
        given, weights = scenarios_asked(source.with_set(constraint_set), scenarios, solving.seed)
        progress.now("building the models")

        def told(state: CompareProgress) -> None:
            progress.now(question_words(state, "questions about single scenarios answered"))

        def moved(state: State) -> None:
            progress.now("solving all scenarios together")
            progress.state = state

        found = solve_ensemble(
            source.with_set(constraint_set),
            given,
            risk="expected" if risk is None else risk,
            probabilities=weights,
            objective=objective,
            **solving.arguments,
            threads=threads,
            effort=effort,
            work=work,
            jobs=jobs,
            engine=engine or "here",
            launcher=launcher,
            on_questions=told,
            on_progress=moved,
        )
        if gap_replications is not None and found.verified:
            progress.state = None
            found = replicate_gap(
                found,
                replications=gap_replications,
                **solving.arguments,
                jobs=jobs,
                on_replication=lambda done, total: progress.now(f"{done} of {total} times fresh draws solved"),
            )
    trouble = keep(found, output)
    more = {}
    if output is not None and trouble is None and found.runs:
        more["Saved"] = f"{output} (tables as CSV, a run file a scenario; outlay verify {output})"
    tell(found, show_scenarios, as_json=as_json, more=more)
    return failures.report_unsaved(trouble, exit_code(found.status, found.verified, bool(found.runs)))


def check_replications(scenarios: str, risk: str) -> None:
    """Make sure, before anything is solved, that fresh draws can be made and say something.

    Raises
    ------
    InputError
        If the scenarios are named, or the measure of risk is no mean.
    """
    if draws_asked(scenarios) is None:
        remedy = "write --scenarios 20, or leave out --gap-replications"
        raise InputError.single("solve", "scenarios by name are all there are", remedy, column="gap-replications")
    check_is_mean(parse_risk(risk))


def scenarios_asked(instance: Instance, text: str, seed: int) -> tuple[Any, dict[str, float] | None]:
    """Return the scenarios that are asked for: draws, or names of constraint sets with their weights, if they have any.

    Raises
    ------
    InputError
        If a weight is no number or missing, or nothing can be drawn; every fault at once.
    """
    count = draws_asked(text)
    if count is not None:
        return draw(instance, draws=count, seed=seed), None
    names, weights, faults = list[str](), dict[str, float](), list[Fault]()
    for part in text.split(","):
        name, equals, number = part.strip().rpartition("=")
        if not equals:
            names.append(number)
            continue
        names.append(name)
        try:
            weights[name] = float(number)
        except ValueError:
            remedy = "write SET=WEIGHT, as base=2,boom=1"
            faults.append(Fault("solve", None, "scenarios", number, "this is no weight", remedy))
    if faults:
        raise InputError(faults)
    return names, weights or None


def draws_asked(text: str) -> int | None:
    """Return how many draws are asked for; None where names are.

    Raises
    ------
    InputError
        If it is another number than that of draws.
    """
    with contextlib.suppress(ValueError):
        float(text)
        if text.strip().isdecimal():
            return int(text)
        remedy = "write how many draws, as 20, or names of constraint sets"
        raise InputError.single("solve", "this is no number of draws", remedy, column="scenarios", value=text)
    return None
