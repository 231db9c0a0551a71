"""The solved cases of a session: their runs in memory, their files, and the comparison that they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import simplejson

from outlay.instances.drafts.draft import DraftSet, with_draft
from outlay.instances.errors import InputError, OutlayError
from outlay.instances.formats.files import MAX_FILE_MB
from outlay.instances.instance import Instance
from outlay.instances.plan import Plan
from outlay.optimizer.answer.solution import Solution, unverified
from outlay.optimizer.compare.comparison import Comparison, compare_cases, lean_run
from outlay.optimizer.compare.folder import ComparisonFolder
from outlay.optimizer.compare.reading import load_comparison, read_comparison_document
from outlay.optimizer.compare.task import Request, make_request
from outlay.optimizer.record.run_file import load_checked, read_run_document, run_and_instance, to_run_document
from outlay.optimizer.verify.report import Verification

#: Of every case of a session: a comparison's runs are all made alike.
GAP, SEED = 1e-4, 1


@dataclass(frozen=True)
class Answer:
    """A solved case.

    Attributes
    ----------
    name
        Of its constraint set.
    instance
        The instance with the set applied.
    run
        The lean run, as a comparison needs it.
    file
        Name of its run file.
    """

    name: str
    instance: Instance
    run: Mapping[str, Any]
    file: str

    @property
    def plan(self) -> Plan | None:
        """The plan, or None."""
        document = self.run["plan"]
        return None if document is None else Plan.from_document(document)


@dataclass
class Answers:
    """The solved cases of a session, the reference first.

    Attributes
    ----------
    instance
        The base instance, with the constraint sets of all cases.
    reference
        Name of the reference case.
    """

    folder: ComparisonFolder
    instance: Instance
    reference: str = "base"
    found: dict[str, Answer] = field(default_factory=dict)
    _first: Comparison | None = None  # as it was opened: its attribution stays

    def request(self, name: str, instance: Instance, time_limit_s: float | None) -> Request:
        """Return the request of a case: nearest to the reference's plan, unless it is the reference itself."""
        options = {"gap": GAP, "seed": SEED, "time_limit_s": time_limit_s}
        first = self.found.get(self.reference)
        plan = None if first is None or name == self.reference else first.plan
        return make_request(name, instance, reference=plan, nearest=plan is not None, options=options)

    def take(self, request: Request, document: dict[str, Any], instance: Instance, draft: DraftSet | None) -> None:
        """Take the answer to a request into memory; it is written by `keep`."""
        answer = Answer(request.name, instance, lean_run(document), self.folder.run_path(request.key).name)
        if draft is not None:
            self.instance = with_draft(self.instance, draft)
        self.found = {**self.found, request.name: answer}  # a new one: others may be reading

    def keep(self, request: Request, document: dict[str, Any]) -> None:
        """Write the run file of an answer.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        self.folder.keep(request.key, document)

    def adopt(self, solution: Solution) -> None:
        """Take the answer of a run file as the reference.

        Raises
        ------
        InputError
            If it is of a model with rules of the user's own, or cannot be written.
        """
        if solution.own_objective or solution.user_rows is not None:
            problem = "the run is of a model with rules of the user's own, which no other solve would keep"
            raise InputError.single("open", problem, "open the instance")
        # As every run of a comparison, it does not hold the sets that others are of.
        solution = replace(solution, instance=replace(solution.instance, sets={}))
        plan = None if solution.plan is None else solution.plan.to_document()
        document = to_run_document(solution) | {"comparison": {"own_plan": plan, "nearest_proved": False}}
        request = make_request(
            self.reference, solution.instance, reference=None, nearest=False, options=dict(solution.options)
        )
        document = simplejson.loads(simplejson.dumps(document, use_decimal=True, ignore_nan=True), use_decimal=True)
        self.take(request, document, solution.instance, None)
        self.keep(request, document)
        self.write()

    def restore(self) -> None:
        """Read the comparison of the folder, each run verified.

        Raises
        ------
        InputError
            If something is damaged.
        UnverifiedError
            If a run fails its verification.
        """
        comparison = load_comparison(self.folder.path)
        document, instance = read_comparison_document(self.folder.path)
        self._first, self.reference = comparison, comparison.reference
        self.instance = replace(self.instance, sets={**instance.sets, **self.instance.sets})
        for name in comparison.sets:
            if name in document["files"]:
                self._restore(name, document["files"][name], instance)

    def _restore(self, name: str, file: str, instance: Instance) -> None:
        run, own = run_and_instance(read_run_document(self.path(file), MAX_FILE_MB), file)
        self.found[name] = Answer(name, own, lean_run(run), file)

    def path(self, file: str) -> Path:
        """Return where a run file stands."""
        return self.folder.path / "runs" / file

    @property
    def first(self) -> Answer | None:
        """The reference's answer, or None."""
        return self.found.get(self.reference)

    def comparison(self, *names: str) -> Comparison:
        """Return the comparison of the reference with cases; of all of them if none is named.

        Raises
        ------
        InputError
            If the reference is not solved.
        """
        if self.first is None:
            raise InputError.single("session", "the reference is not solved", "solve it first")
        chosen = [self.reference, *(name for name in (names or self.found) if name != self.reference)]
        cases = {name: self.found[name] for name in chosen}
        first, files = self._first, {name: answer.file for name, answer in cases.items()}
        attribution = None
        if not names and first is not None and first.attribution is not None and first.combinations is not None:
            attribution = (first.attribution, first.combinations)
            files = {**first.files, **files}
        return compare_cases(
            self.instance,
            {name: answer.instance for name, answer in cases.items()},
            {name: answer.run for name, answer in cases.items()},
            attribution=attribution,
            files=files,
        )

    def write(self) -> None:
        """Write the comparison, if there is a reference.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        if self.first is not None:
            self.folder.write(self.comparison())

    def solution(self, name: str) -> tuple[Solution, Verification | None]:
        """Return the answer of a case from its run file, verified again.

        Raises
        ------
        OutlayError
            If there is none, or its file is damaged or says something false.
        """
        if name not in self.found:
            raise InputError.single("session", "this case is not solved", "solve it first", value=name)
        solution, checked = load_checked(self.path(self.found[name].file))
        if checked.verification is not None and not checked.verification.ok:
            raise unverified(checked.verification)
        return solution, checked.verification


def trouble_of(document: Mapping[str, Any]) -> str:
    """Return why a run document is no answer to keep; empty if it is one."""
    if document["status"] == "failed":
        return str(document["message"]) or "the solver failed"
    verification = document["verification"]
    if verification is not None and verification["violations"]:
        return "the plan failed its independent verification and is not shown"
    if document["plan"] is None and document["status"] not in {"infeasible", "unbounded"}:
        return f"stopped without a plan{': ' + document['message'] if document['message'] else ''}"
    return ""


def said(error: Exception) -> str:
    """Return what went wrong in words; an error that should not be is named."""
    return str(error) if isinstance(error, OutlayError) else f"{type(error).__name__}: {error}"
