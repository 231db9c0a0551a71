"""`stress`: plans in worlds that were drawn; what is decided now is held, the rest is decided anew in each."""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Any

from outlay.instances.errors import Fault, InputError, NotKeptError
from outlay.instances.formats.writing import document_text, to_document
from outlay.instances.given import check_called
from outlay.instances.instance import Instance
from outlay.instances.plan import Plan
from outlay.instances.values.text import did_you_mean
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.settings import check_arguments
from outlay.optimizer.sharing.pool import CompareProgress, question_pool
from outlay.optimizer.solve import as_asked
from outlay.optimizer.stress.folder import StressFolder
from outlay.optimizer.stress.result import Stress
from outlay.optimizer.stress.tables import Sample, tables_of
from outlay.optimizer.stress.task import Outcome, StressTask
from outlay.optimizer.uncertainty.draws import Draws, draw

#: What is running while every draw is made an instance; see `CompareProgress.running`.
CHECKING = "checking the draws"


def stress(
    plans: Solution | Sequence[Solution] | Mapping[str, Solution | Plan],
    *,
    instance: Instance | None = None,
    constraint_set: str = "base",
    draws: int | Draws = 200,
    seed: int = 1,
    jobs: int | None = None,
    executor: Executor | str | None = None,
    folder: str | Path | None = None,
    force: bool = False,
    gap: float = 1e-4,
    time_limit: float | None = None,
    on_progress: Callable[[CompareProgress], None] | None = None,
) -> Stress:
    """Try plans in worlds that were drawn from what is uncertain, all of them in the same ones.

    What is decided now, project, alternative and period of selection, is held. In each world all that comes later is
    decided anew, as well as it can be: starts, permit tracks, scales, purchases, imports, flows and payments. Each of
    these answers is verified.

    Parameters
    ----------
    plans
        A solution, several, or solutions or plans by name.
    instance
        Of what the worlds are worlds; None: of the first solution's instance.
    constraint_set
        Sets to apply to it first.
    draws, seed
        How many worlds, or those that were drawn already (`outlay.draw`); the seed of the draws.
    jobs, executor
        As in `compare`. The answer does not depend on them.
    folder
        Where outcomes and tables go; what is answered there is verified, and not solved again.
    force
        Write into a folder that holds other things.
    gap, time_limit
        As in `outlay.solve`, for each plan in each world; every one uses one thread.
    on_progress
        Called when a plan in a world starts or ends.

    Returns
    -------
    Stress

    Raises
    ------
    InputError
        If a plan is none, names what the instance does not have, nothing is uncertain, or a drawn instance is not
        valid. Nothing is solved then.
    NotKeptError
        If it was answered, but not all of it could be written; the answer is in it.
    KeyboardInterrupt
        If the user stopped it before anything was answered.

    Examples
    --------
    ``outlay.stress({"now": outlay.load("run.json"), "careful": other}, draws=200).plans``
    """
    began = time.monotonic()
    settings = check_arguments(time_limit=time_limit, gap=gap, seed=seed, jobs=jobs)
    check_called("stress", on_progress=on_progress)
    named, base, notes = _asked(plans, instance, constraint_set)
    worlds = draws if isinstance(draws, Draws) else draw(base, draws=draws, seed=seed)
    if isinstance(draws, Draws):
        base = worlds.instance
    _check_plans(named, base)
    home = None if folder is None else StressFolder.looked_at(folder, force=force)
    options = settings.question_document() | {"seed": 1}
    tasks = _tasks(worlds, named, options, home, on_progress)
    if home is not None:  # no sooner: where a draw is not valid nothing is left behind
        home.make_ready(force=force)
    keeping = None if home is None else _Keeping(home)
    with question_pool(executor, jobs or os.cpu_count() or 1, on_progress=on_progress) as pool:
        if keeping is not None:
            pool.keep = keeping.keep
        found: dict[str, Outcome] = pool.ask(tasks)
    if pool.interrupted and not found:
        raise KeyboardInterrupt
    outcomes = {(task.draw, task.of): found[task.name] for task in tasks if task.name in found}
    sample = Sample(base, named, _reached(worlds, outcomes), outcomes)
    result = Stress(
        base,
        named,
        sample.draws,
        {**tables_of(sample), "draws": sample.draws.values},
        (*notes, *worlds.notes, *_notes(sample, len(worlds))),
        complete=len(outcomes) == len(tasks),
        times_s={
            "total": time.monotonic() - began,
            "solver": sum(outcome.solver_s for outcome in outcomes.values() if not outcome.again),
            "tried": float(len(outcomes)),
        },
    )
    if keeping is not None:
        keeping.finish(result)
    return result


class _Keeping:
    """What goes into the folder: an answer is not lost where there is no room for it."""

    def __init__(self, home: StressFolder) -> None:
        self._home = home
        self._trouble: InputError | None = None

    def keep(self, key: str, outcome: Outcome) -> None:
        """Write an outcome, as long as that goes well."""
        if self._trouble is None:
            try:
                self._home.keep(key, outcome)
            except InputError as error:
                self._trouble = error

    def finish(self, result: Stress) -> None:
        """Write the tables, unless outcomes are missing.

        Raises
        ------
        NotKeptError
            If there was trouble with any file.
        """
        if self._trouble is None:
            try:
                self._home.write(result)
            except InputError as error:
                self._trouble = error
        if self._trouble is not None:
            raise NotKeptError(self._trouble.faults, result)


# -- what is asked -------------------------------------------------------------------------------------------------


def _asked(
    given: Solution | Sequence[Solution] | Mapping[str, Solution | Plan], instance: Instance | None, constraint_set: str
) -> tuple[dict[str, Plan], Instance, list[str]]:
    """Return the plans by name, the instance, and what to tell of solutions of other instances."""
    if isinstance(given, Solution):
        given = [given]
    if not isinstance(given, Mapping):
        if isinstance(given, str) or not isinstance(given, Sequence):
            raise _wrong("this is no solution", "give what outlay.solve or outlay.load returned", given)
        given = {_name(one, number): one for number, one in enumerate(given, start=1)}
    if not given:
        raise _wrong("no plan is given", "give at least one solution", None)
    named: dict[str, Plan] = {}
    for name, one in given.items():
        plan = one.plan if isinstance(one, Solution) else one
        if not isinstance(plan, Plan):
            problem = "this solution has no plan" if isinstance(one, Solution) else "this is neither solution nor plan"
            raise _wrong(problem, "give a solution with a plan", name)
        named[str(name)] = plan
    solutions = {str(name): one for name, one in given.items() if isinstance(one, Solution)}
    if instance is None:
        if not solutions:
            raise _wrong("plans alone do not say of what", "give the instance", None)
        instance = next(iter(solutions.values())).instance
    base = as_asked(instance, constraint_set, None)
    about = "+".join(base.settings.applied.sets) or "base"
    notes = [
        f"{name} was found for constraint set {one.constraint_set}; here it is tried in worlds of {about}."
        for name, one in solutions.items()
        if one.instance.digest != base.digest and one.constraint_set != about
    ]
    return named, base, notes


def _name(one: object, number: int) -> str:
    return f"plan {number}" if not isinstance(one, Solution) or number > 1 else one.constraint_set


def _wrong(problem: str, remedy: str, value: object) -> InputError:
    return InputError.single("stress", problem, remedy, value=value)


def _check_plans(plans: Mapping[str, Plan], instance: Instance) -> None:
    """Make sure that plans name what there is.

    Raises
    ------
    InputError
        With everything that there is not.
    """
    table = instance.alternatives
    known: dict[str, set[str]] = {}
    for project, alternative in zip(table.texts("project"), table.texts("alternative"), strict=True):
        known.setdefault(project, set()).add(alternative)
    faults = []
    for name, plan in plans.items():
        for choice in plan.choices:
            if choice.project not in known:
                hint = did_you_mean(choice.project, known)
                faults.append(Fault("stress", None, name, choice.project, "there is no such project", hint))
            elif choice.alternative not in known[choice.project]:
                hint = did_you_mean(choice.alternative, known[choice.project])
                problem = f"{choice.project} has no such alternative"
                faults.append(Fault("stress", None, name, choice.alternative, problem, hint))
    if faults:
        raise InputError(faults)


def _tasks(
    worlds: Draws,
    plans: Mapping[str, Plan],
    options: Mapping[str, Any],
    home: StressFolder | None,
    on_progress: Callable[[CompareProgress], None] | None,
) -> list[StressTask]:
    """Return every plan in every world, worlds one after the other; all of them are valid."""
    documents = {name: plan.to_document() for name, plan in plans.items()}
    tasks: list[StressTask] = []
    for number, one in enumerate(worlds):
        if on_progress is not None:
            on_progress(CompareProgress(number, len(worlds), (CHECKING,), None, ""))
        try:
            world = replace(one.world(), sets={}, uncertainty={})
        except InputError:
            worlds.check()  # with all that are not valid
            raise
        text = zlib.compress(document_text(to_document(world), compact=True).encode())
        for name, document in documents.items():
            task = StressTask(one.name, name, text, document, options)
            known = None if home is None else home.known(task.key)
            tasks.append(task if known is None else replace(task, known=known))
    return tasks


# -- what is answered ----------------------------------------------------------------------------------------------


def _reached(worlds: Draws, outcomes: Mapping[tuple[str, str], Outcome]) -> Draws:
    """Return the draws of which anything is known, in their order."""
    names = {name for name, _ in outcomes}
    return replace(worlds, items=tuple(one for one in worlds if one.name in names))


def _notes(sample: Sample, asked: int) -> list[str]:
    notes = []
    if len(sample.draws) < asked:
        notes.append(f"Stopped after {len(sample.draws)} of {asked} draws; the figures are over these.")
    for plan in sample.plans:
        reached = [sample.outcomes[one.name, plan] for one in sample.draws if (one.name, plan) in sample.outcomes]
        failed = sum(not outcome.holds for outcome in reached)
        if failed:
            told = f"{plan} cannot be carried out in {failed} of {len(reached)} draws"
            notes.append(f"{told}; its figures are over the others.")
    return notes
