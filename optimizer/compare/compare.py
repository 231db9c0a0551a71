"""`compare`: solve an instance under several constraint sets and put the answers side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from outlay.instances.errors import Fault, InputError, NoRoomError, NotKeptError
from outlay.instances.given import as_list, check_called, check_instance
from outlay.instances.instance import Instance
from outlay.instances.plan import Plan
from outlay.optimizer.compare.attribution import attribute_cases, check_players, coalitions, combination_name, with_only
from outlay.optimizer.compare.comparison import Comparison, compare_cases
from outlay.optimizer.compare.folder import ComparisonFolder
from outlay.optimizer.compare.task import Begun, CaseAnswer, Request, begin_case, make_request
from outlay.optimizer.settings import check_arguments
from outlay.optimizer.sharing.pool import CompareProgress, QuestionPool, question_pool


def compare(
    instance: Instance,
    sets: Sequence[str],
    *,
    attribute: Sequence[str] = (),
    jobs: int | None = None,
    executor: Executor | str | None = None,
    folder: str | Path | None = None,
    force: bool = False,
    gap: float = 1e-4,
    seed: int = 1,
    time_limit: float | None = None,
    on_progress: Callable[[CompareProgress], None] | None = None,
) -> Comparison:
    """Compare the best plans under several constraint sets.

    Every set's plan is, among the plans as good as its best one (within 1e-6), the nearest to the first set's plan, so
    that what differs really has to. Without a time limit no set's best plan is looked for from another's, so that idle
    cores begin with other sets while the first one is solved.

    Parameters
    ----------
    instance
        The base instance.
    sets
        Names of constraint sets, ``a+b`` allowed; the first is the reference. ``base`` is the instance unchanged.
    attribute
        Families to attribute the loss to, by Shapley values in the first set: at most 6, such as ``labour``,
        ``energy``, ``permits``, ``supply`` (equipment, commodity, dependencies), ``finance`` (draws, funds, lender).
    jobs
        Cases solved at a time by the local pool; None: one a core. Where fewer are left, what is idle helps those that
        take more than 1 s of CPU (`engine.racing`): the same gap is proved, but the plan may be another one of those
        within it. With 1 nothing depends on the clock.
    executor
        Any `concurrent.futures.Executor`, or ``"dask:tcp://HOST:PORT"``; None: a local pool. On others nobody helps, so
        that the answer does not depend on them. Cases that find no dask worker for a minute are reported as failed, the
        others are kept.
    folder
        Where run files and tables go; cases that are finished there are not solved again.
    force
        Write into a folder that holds other things.
    gap, seed, time_limit
        As in `outlay.solve`, for each case, with its nearest plan; every case uses one thread.
    on_progress
        Called when a case starts or ends.

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        If a set is unknown or named twice, a set's instance is wrong, families cannot be attributed to, or the folder
        or executor cannot be used, the folder because another comparison uses it, say. Nothing is solved then.
    NotKeptError
        If there was no room for all files in the folder. Its ``answer`` is the comparison; what was kept is whole, and
        is not solved again.
    """
    check_instance("compare", instance)
    options = check_arguments(time_limit=time_limit, gap=gap, seed=seed, jobs=jobs).question_document()
    check_called("compare", on_progress=on_progress)
    attribute = [str(family) for family in as_list("compare", "attribute", attribute, "give families, as ['labour']")]
    if not isinstance(executor, Executor | str | None):
        raise InputError.single("compare", "this is no executor", "give a concurrent.futures.Executor or dask:ADDRESS")
    resolved = _resolve(instance, sets)
    reference = next(iter(resolved.values()))
    combined: dict[str, Instance] = {}
    if attribute:
        check_players(attribute)
        combined = {
            combination_name(some): with_only(reference, attribute, some)
            for some in coalitions(attribute)
            if len(some) < len(attribute)  # all of them: the reference itself
        }
    total = len(resolved) + len(combined)
    kept = _Kept(lambda note: None if on_progress is None else on_progress(CompareProgress(0, total, (), None, note)))
    with ExitStack() as stack:
        if folder is not None:
            kept.in_folder(folder, stack, force=force)
        pool = stack.enter_context(question_pool(executor, jobs, on_progress=on_progress))
        pool.total, pool.find, pool.keep, kept.tell = total, kept.find, kept.keep, pool.note
        result = _run(instance, resolved, combined, attribute=attribute, options=options, pool=pool, kept=kept)
        kept.finish(result)
    return result


def _resolve(instance: Instance, sets: Sequence[str]) -> dict[str, Instance]:
    if isinstance(sets, str):
        remedy = f"give a list: {[part.strip() for part in sets.split(',')]!r}"
        raise InputError.single("compare", "the sets are a text, not a list of names", remedy, value=sets)
    sets = as_list("compare", "sets", sets, "give a list of names, as ['base']")
    if not sets:
        raise InputError.single("compare", "no constraint set is named", "name at least one, such as base")
    doubles = sorted({name for name in sets if list(sets).count(name) > 1})
    if doubles:
        raise InputError.single("compare", "this set is named twice", "name it once", value=", ".join(doubles))
    resolved: dict[str, Instance] = {}
    faults: list[Fault] = []
    for name in sets:
        try:
            resolved[name] = instance.with_set(name)
        except InputError as error:
            faults.extend(error.faults)
    if faults:
        raise InputError(faults)
    return resolved


def _run(
    instance: Instance,
    resolved: Mapping[str, Instance],
    combined: Mapping[str, Instance],
    *,
    attribute: Sequence[str],
    options: dict[str, Any],
    pool: QuestionPool,
    kept: _Kept,
) -> Comparison:
    first = next(iter(resolved))
    start = make_request(first, resolved[first], reference=None, nearest=False, options=options)
    cases = {**{name: case for name, case in resolved.items() if name != first}, **combined}
    fresh = options.get("time_limit_s") is None  # in little time a plan to begin from is worth more

    def request(name: str, plan: Plan | None, begun: Future[Begun] | None = None) -> Request:
        return make_request(
            name, cases[name], reference=plan, nearest=name in resolved, options=options, fresh=fresh, begun=begun
        )

    ahead: dict[str, Future[Begun]] = {}
    if fresh and not kept.has(start):
        ahead = pool.ahead(begin_case, [request(name, None) for name in cases])
    runs = _solved(pool, [start])
    document = runs[first]["plan"]
    plan = None if document is None else Plan.from_document(document)
    # What has begun comes last: none waits for it while there is something else to do.
    order = sorted(cases, key=lambda name: name in ahead)
    found = _solved(pool, [request(name, plan, ahead.get(name)) for name in order])
    runs |= {name: found[name] for name in cases}
    attribution = None
    if attribute:
        runs[combination_name(frozenset(attribute))] = runs[first]
        attribution = attribute_cases(attribute, runs)
    files = {name: file for name, file in kept.files.items() if name in resolved or name in combined}
    return compare_cases(instance, resolved, runs, attribution=attribution, files=files)


def _solved(pool: QuestionPool, requests: Sequence[Request]) -> dict[str, dict[str, Any]]:
    """Return the lean run of every request by name; a case that fails twice is reported, not raised."""
    found = pool.ask(requests, summary=lambda answer: answer.lean)
    if pool.interrupted:
        raise KeyboardInterrupt
    return found


@dataclass
class _Kept:
    """The folder in which run files and tables are kept, if any, and what went wrong with it.

    Attributes
    ----------
    tell
        Tells the user something.
    files
        Name of a case to that of its run file.
    """

    tell: Callable[[str], None]
    files: dict[str, str] = field(default_factory=dict)
    home: ComparisonFolder | None = None
    trouble: InputError | None = None
    _names: dict[str, list[str]] = field(default_factory=dict)  # of the cases of a key: equal ones share a file

    def in_folder(self, folder: str | Path, stack: ExitStack, *, force: bool) -> None:
        """Keep run files and tables in a folder, which is ours until the stack is closed.

        A disk that is full already costs the files, not the answer: the user is told, and may stop us.
        """
        try:
            home = ComparisonFolder.open(folder, force=force)
            note = stack.enter_context(home.held())
        except NoRoomError as error:
            self._hear(error)
            return
        self.home = home
        if note:
            self.tell(note)

    def has(self, request: Request) -> bool:
        """Whether there is a run file of a case; perhaps it does not count."""
        return self.home is not None and self.home.run_path(request.key).exists()

    def find(self, request: Request) -> CaseAnswer | None:
        """Return the answer of a run file that is there, verified again; None if there is none that counts."""
        if self.home is None:
            return None
        self._names.setdefault(request.key, []).append(request.name)
        document, why = self.home.finished(request)
        if why:
            self.tell(f"{why}; it is ignored and the case {request.name} solved again")
        if document is None:
            return None
        self.files[request.name] = self.home.run_path(request.key).name
        return CaseAnswer(document)

    def keep(self, key: str, answer: CaseAnswer) -> None:
        """Write the run file of an answer; where there is no room, the user is told."""
        if self.home is None or not answer.given:
            return
        try:
            self.home.keep(key, answer.document)
        except InputError as error:
            self._hear(error)
        else:
            self.files |= dict.fromkeys(self._names[key], self.home.run_path(key).name)

    def finish(self, result: Comparison) -> None:
        """Write the tables.

        Raises
        ------
        NotKeptError
            If there was trouble with any file.
        """
        if self.home is not None and self.trouble is None:  # tables of runs that are not there would be no comparison
            try:
                self.home.write(result)
            except InputError as error:
                self._hear(error)
        if self.trouble is not None:
            raise NotKeptError(self.trouble.faults, result)

    def _hear(self, trouble: InputError) -> None:
        if self.trouble is None:
            self.trouble = trouble
            self.tell(f"{trouble}; what is solved is shown all the same")
