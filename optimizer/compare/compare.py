"""`compare`: solve an instance under several constraint sets and put the answers side by side."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import simplejson

from outlay.instances.errors import Fault, InputError, NoRoomError, NotKeptError, OutlayError
from outlay.instances.instance import Instance
from outlay.instances.plan import Plan
from outlay.optimizer.compare.attribution import attribute_cases, check_players, coalitions, combination_name, with_only
from outlay.optimizer.compare.comparison import Comparison, compare_cases, failed_run, lean_run
from outlay.optimizer.compare.executors import Workers, open_executor
from outlay.optimizer.compare.folder import ComparisonFolder
from outlay.optimizer.compare.task import Request, make_request, solve_case
from outlay.optimizer.settings import SolveSettings, check_arguments


@dataclass(frozen=True)
class CompareProgress:
    """Where a comparison stands.

    Attributes
    ----------
    done, total
        Cases.
    running
        Names of the cases in work.
    seconds_left
        An estimate from the cases solved so far; None before the first.
    note
        Something to tell the user once, or empty.
    """

    done: int
    total: int
    running: tuple[str, ...]
    seconds_left: float | None
    note: str = ""


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
    that what differs really has to.

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
        Cases solved at a time by the local pool; None: one a core.
    executor
        Any `concurrent.futures.Executor`, or ``"dask:tcp://HOST:PORT"``; None: a local pool. The answer does not
        depend on it. Cases that find no dask worker for a minute are reported as failed, the others are kept.
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
    check_arguments(time_limit=time_limit, gap=gap, seed=seed, threads=1 if jobs is None else jobs)
    if not isinstance(executor, Executor | str | None):
        raise InputError.single("compare", "this is no executor", "give a concurrent.futures.Executor or dask:ADDRESS")
    resolved = _resolve(instance, sets)
    reference = resolved[sets[0]]
    combined: dict[str, Instance] = {}
    if attribute:
        check_players(attribute)
        combined = {
            combination_name(some): with_only(reference, attribute, some)
            for some in coalitions(attribute)
            if len(some) < len(attribute)  # all of them: the reference itself
        }
    options = SolveSettings(time_limit, gap, seed).question_document()
    batch = _Batch(on_progress, len(resolved) + len(combined))
    with ExitStack() as stack:
        if folder is not None:
            batch.keep_in(folder, stack, force=force)
        batch.run_on(executor, stack, jobs or os.cpu_count() or 1)
        result = _run(instance, resolved, combined, attribute=attribute, options=options, batch=batch)
        batch.finish(result)
    return result


def _resolve(instance: Instance, sets: Sequence[str]) -> dict[str, Instance]:
    if isinstance(sets, str):
        remedy = f"give a list: {[part.strip() for part in sets.split(',')]!r}"
        raise InputError.single("compare", "the sets are a text, not a list of names", remedy, value=sets)
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
    batch: _Batch,
) -> Comparison:
    first = next(iter(resolved))
    start = make_request(first, resolved[first], reference=None, nearest=False, options=options)
    runs = batch.solve([start])
    document = runs[first]["plan"]
    plan = None if document is None else Plan.from_document(document)
    requests = [
        make_request(name, case, reference=plan, nearest=True, options=options)
        for name, case in resolved.items()
        if name != first
    ]
    requests += [
        make_request(name, case, reference=plan, nearest=False, options=options) for name, case in combined.items()
    ]
    runs |= batch.solve(requests)
    attribution = None
    if attribute:
        runs[combination_name(frozenset(attribute))] = runs[first]
        attribution = attribute_cases(attribute, runs)
    files = {name: file for name, file in batch.files.items() if name in resolved or name in combined}
    return compare_cases(instance, resolved, runs, attribution=attribution, files=files)


#: Seconds after which we look whether there is still anybody to run the cases.
LOOK_S = 1.0


@dataclass
class _Batch:
    """Sends requests to an executor and collects what comes back."""

    on_progress: Callable[[CompareProgress], None] | None
    total: int
    done: int = 0
    files: dict[str, str] = field(default_factory=dict)
    solved_s: list[float] = field(default_factory=list)
    home: ComparisonFolder | None = None
    trouble: InputError | None = None
    executor: Executor = field(init=False)
    workers: Workers | None = field(init=False)

    def run_on(self, executor: Executor | str | None, stack: ExitStack, jobs: int) -> None:
        """Take an executor of the user's, or open one until the stack is closed."""
        own = executor if isinstance(executor, Executor) else stack.enter_context(open_executor(executor, jobs))
        self.executor, self.workers = own, Workers.of(own)

    def keep_in(self, folder: str | Path, stack: ExitStack, *, force: bool) -> None:
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
            self._tell({}, note=note)

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
            self._tell({}, note=f"{trouble}; what is solved is shown all the same")

    def solve(self, requests: Sequence[Request]) -> dict[str, dict[str, Any]]:
        """Return the lean run of every request by name; a case that fails twice is reported, not raised."""
        found: dict[str, dict[str, Any]] = {}
        open_: dict[Future[str], tuple[Request, int]] = {}
        for request in requests:
            known = self._known(request)
            if known is not None:
                found[request.name] = known
                self.done += 1
            else:
                open_[self._submit(request)] = (request, 1)
        self._tell(open_)
        try:
            while open_:
                ready, _ = wait(open_, None if self.workers is None else LOOK_S, return_when=FIRST_COMPLETED)
                if not ready and self._is_given_up():
                    found |= self._given_up(open_)
                for future in ready:
                    request, tries = open_.pop(future)
                    document = self._result(future, request, tries)
                    if document is None:
                        open_[self._submit(request)] = (request, tries + 1)
                        continue
                    self._keep(request, document)
                    found[request.name] = lean_run(document)
                    self.done += 1
                self._tell(open_)
        except BaseException:
            for future in open_:
                future.cancel()
            raise
        return found

    def _is_given_up(self) -> bool:
        """Whether nobody has been there for too long to run what is open; tells the user what it finds."""
        if self.workers is None:
            return False
        note = self.workers.look()
        if note:
            self._tell({}, note=note)
        return self.workers.given_up

    def _given_up(self, open_: dict[Future[str], tuple[Request, int]]) -> dict[str, dict[str, Any]]:
        """End with what there is: return the runs of the cases that nobody has run."""
        assert self.workers is not None
        failed = lean_run(failed_run(f"not solved: {self.workers.lack}"))
        runs = {request.name: failed for request, _ in open_.values()}
        for future in open_:
            future.cancel()
        open_.clear()
        self.done += len(runs)
        return runs

    def _submit(self, request: Request) -> Future[str]:
        """Hand a request to the executor; one that refuses it gives a future that says so."""
        try:
            return self.executor.submit(solve_case, request)
        except Exception as error:  # a broken or closed pool
            refused: Future[str] = Future()
            refused.set_exception(error)
            return refused

    def _known(self, request: Request) -> dict[str, Any] | None:
        if self.home is None:
            return None
        document, why = self.home.finished(request)
        if why:
            self._tell({}, note=f"{why}; it is ignored and the case {request.name} solved again")
        if document is None:
            return None
        self.files[request.name] = self.home.run_path(request.key).name
        return lean_run(document)

    def _result(self, future: Future[str], request: Request, tries: int) -> dict[str, Any] | None:
        """Return a case's run document; None where it is worth another try."""
        try:
            document: dict[str, Any] = simplejson.loads(future.result())
            self.solved_s.append(float(document["times_s"]["total"]))
        except OutlayError as error:
            return failed_run(str(error))  # wrong input stays wrong
        except Exception as error:  # whatever an executor may raise for a task that it lost
            return None if tries < 2 else failed_run(f"tried twice: {error!r}{self._why_lost()}")
        return document

    def _why_lost(self) -> str:
        if self.workers is None:
            return ""
        self.workers.look()
        return f" ({self.workers.lack})" if self.workers.lack else ""

    def _keep(self, request: Request, document: dict[str, Any]) -> None:
        if self.home is None or "instance" not in document:
            return
        try:
            self.home.keep(request.key, document)
        except InputError as error:
            self._hear(error)
        else:
            self.files[request.name] = self.home.run_path(request.key).name

    def _tell(self, open_: Mapping[Future[str], tuple[Request, int]], note: str = "") -> None:
        if self.on_progress is None:
            return
        running = tuple(request.name for future, (request, _) in open_.items() if future.running())
        left = None
        if self.solved_s:
            at_once = max(1, len(running))
            left = sum(self.solved_s) / len(self.solved_s) * (self.total - self.done) / at_once
        self.on_progress(CompareProgress(self.done, self.total, running, left, note))
