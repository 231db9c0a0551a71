"""`WhatIf`: the state of a session that every tab of a browser shares, changed by one call at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from outlay.instances.drafts.draft import DraftSet, applied
from outlay.instances.drafts.line import Line
from outlay.instances.drafts.saving import save_draft
from outlay.instances.errors import InputError
from outlay.instances.instance import Instance
from outlay.instances.values.text import did_you_mean
from outlay.optimizer.status import Status
from outlay.optimizer.whatif.answers import Answers
from outlay.optimizer.whatif.home import SessionHome, SessionState
from outlay.optimizer.whatif.job import Job, Kind, State

#: At most so many drafts, and jobs that wait.
MOST_DRAFTS, MOST_WAITING = 200, 50
#: Seconds that a solve may take unless told otherwise, and at most.
TIME_LIMIT_S, MOST_TIME_S = 60.0, 86_400.0
#: Jobs that are over and still told of.
_REMEMBERED = 20


class WhatIf:
    """A session: drafts, their answers and what is to be solved.

    Attributes
    ----------
    lock
        Held while anything of it is read or changed.
    version
        Counts changes, so that whoever shows the session sees when to look again.
    jobs
        What waits, runs and is over, in order.
    time_limit_s
        Seconds that a solve, and each question, may take unless told otherwise.
    trouble
        What could not be written, in words; empty if all is kept.
    """

    def __init__(
        self, home: SessionHome, answers: Answers, state: SessionState, time_limit_s: float = TIME_LIMIT_S
    ) -> None:
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.home, self.answers, self._state = home, answers, state
        self.version = 1
        self.time_limit_s = time_limit_s
        self.jobs: list[Job] = []
        self.trouble = ""
        self.ready = False  # whether what the folder holds has been read
        self._numbers = 0
        if not state.drafts:
            self._add(self._new())
        self._state.current = state.current or next(iter(state.drafts))

    # -- reading -------------------------------------------------------------------------------------------------

    @property
    def instance(self) -> Instance:
        """The base instance."""
        return self.answers.instance

    @property
    def drafts(self) -> dict[str, DraftSet]:
        """The drafts by name."""
        return self._state.drafts

    @property
    def draft(self) -> DraftSet:
        """The draft that is worked on."""
        return self._state.drafts[self._state.current]

    @property
    def source(self) -> str:
        """Path of the instance's folder, or empty."""
        return self._state.source

    @property
    def margins(self) -> list[dict[str, Any]]:
        """What projects are worth, as data."""
        return self._state.margins

    def explained(self, case: str, project: str) -> dict[str, Any] | None:
        """Return what was found of a project's worth to a case; without a project, why the case has no plan."""
        return next((item for item in self.margins if (item["case"], item["project"]) == (case, project)), None)

    def is_impossible(self, case: str) -> bool:
        """Whether it is proved that a case has no plan."""
        answer = self.answers.found.get(case)
        return answer is not None and answer.run["status"] == Status.INFEASIBLE

    def is_frozen(self, name: str) -> bool:
        """Whether a draft is solved or about to be, so that a change of it begins a copy."""
        return name in self.answers.found or any(job.case == name and job.open for job in self.jobs)

    def changed_instance(self, draft: DraftSet | None = None) -> Instance:
        """Return the instance with a draft applied: the one that is worked on unless another is given.

        Raises
        ------
        InputError
            If it does not hold.
        """
        return applied(self.instance, self.draft if draft is None else draft)

    # -- drafts --------------------------------------------------------------------------------------------------

    def edit(self, change: Callable[[DraftSet], DraftSet]) -> None:
        """Change the draft that is worked on; a frozen one stays as it is, and a copy is changed.

        Raises
        ------
        InputError
            With the message of the reader, if the changed draft does not hold. Nothing is changed then.
        """
        with self.lock:
            old = self.draft
            new = change(old)
            if new == old:
                return
            applied(self.instance, replace(new, name=old.name))
            if self.is_frozen(old.name) and new.lines != old.lines:
                self._add(replace(new, name=self._free_name(old.name), title=""))
            else:
                self._state.drafts[old.name] = new
            self._tell()

    def add_line(self, make: Callable[[Instance], Line]) -> None:
        """Add a line, which is made for the instance as it is before any line about the same.

        Raises
        ------
        InputError
            If there is no such line, or the draft does not hold with it.
        """
        with self.lock:
            line = make(self.changed_instance())
            rest = self.draft.without(line.subject)
            if rest != self.draft:
                line = make(self.changed_instance(rest))
            self.edit(lambda draft: draft.with_line(line))

    def rename(self, name: str, title: str) -> None:
        """Name the draft that is worked on.

        Raises
        ------
        InputError
            If no set may be called so, another one is, or the draft is solved under its name.
        """
        with self.lock:
            old = self.draft
            new = old.named(name, title)
            if new == old:
                return
            if self.is_frozen(old.name):
                raise InputError.single("draft", "a solved draft keeps its name", "change a copy of it", value=old.name)
            if new.name != old.name:
                self._refuse_taken(new.name)
            self._state.drafts = {
                new.name if key == old.name else key: new if key == old.name else draft
                for key, draft in self._state.drafts.items()
            }
            self._state.current = new.name
            self._tell()

    def begin(self, *, copy: bool = False) -> None:
        """Begin another draft, empty or as the one that is worked on.

        Raises
        ------
        InputError
            If there are too many.
        """
        with self.lock:
            name = self._free_name(self.draft.name if copy else "draft")
            self._add(replace(self.draft, name=name, title="", past=(), future=()) if copy else self._new(name))
            self._tell()

    def choose(self, name: str) -> None:
        """Work on another draft.

        Raises
        ------
        InputError
            If there is none of this name.
        """
        with self.lock:
            self._refuse_unknown(name)
            self._state.current = name
            self._tell()

    def follow(self, case: str) -> None:
        """Work on the draft of a case, so that a change begins a copy; stay with one that began so."""
        with self.lock:
            draft = self.drafts.get(case)
            if draft is not None and draft.lines not in (self.draft.lines, *self.draft.past):
                self.choose(case)

    def delete(self, name: str) -> None:
        """Delete a draft that is not solved.

        Raises
        ------
        InputError
            If there is none of this name, or it is solved or about to be.
        """
        with self.lock:
            self._refuse_unknown(name)
            if self.is_frozen(name):
                raise InputError.single("draft", "a solved draft is kept", "begin another one", value=name)
            del self._state.drafts[name]
            if not self._state.drafts:
                self._add(self._new())
            if self._state.current == name:
                self._state.current = list(self._state.drafts)[-1]
            self._tell()

    def save(self, name: str) -> str:
        """Save a draft to the ``sets.toml`` of the instance's folder; return its path.

        Raises
        ------
        InputError
            If the instance is in no folder, or holds a set of this name, or nothing can be written there.
        """
        with self.lock:
            self._refuse_unknown(name)
            if not self.source:
                problem = "the instance is in no folder of tables, so there is no sets.toml to save to"
                raise InputError.single("draft", problem, "download the set, and add it to sets.toml", value=name)
            return str(save_draft(self.source, self.drafts[name]))

    def _new(self, name: str = "draft-1") -> DraftSet:
        """Return an empty draft: one that begins with the sets of the reference."""
        sets = [each for each in self.answers.reference.split("+") if each != "base"]
        lines = tuple(Line(f"set/{each}", {"extends": [each]}) for each in sets)
        return DraftSet(name if name not in ("draft",) else self._free_name("draft"), lines=lines)

    def _add(self, draft: DraftSet) -> None:
        if len(self._state.drafts) >= MOST_DRAFTS:
            raise InputError.single("draft", f"a session has at most {MOST_DRAFTS} drafts", "delete one")
        self._state.drafts[draft.name] = draft
        self._state.current = draft.name

    def _free_name(self, name: str) -> str:
        head, _, tail = name.rpartition("-")
        stem = head if head and tail.isdigit() else name
        number = 1 if stem == "draft" else 2
        while f"{stem}-{number}" in self.drafts or f"{stem}-{number}" in self.instance.sets:
            number += 1
        return f"{stem}-{number}"

    def _refuse_taken(self, name: str) -> None:
        if name in self.drafts or name in self.instance.sets:
            raise InputError.single("draft", "there is a set of this name already", "choose another name", value=name)

    def _refuse_unknown(self, name: str) -> None:
        if name not in self.drafts:
            raise InputError.single("draft", "there is no such draft", did_you_mean(name, self.drafts), value=name)

    # -- jobs ----------------------------------------------------------------------------------------------------

    def solve(self, name: str, time_limit_s: float | None = None) -> None:
        """Put a draft, or the reference, into the queue; the reference comes first if it is not solved yet.

        Raises
        ------
        InputError
            If there is no such draft, it does not hold, or the queue is full.
        """
        with self.lock:
            time_limit_s = self.time_limit_s if time_limit_s is None else time_limit_s
            if not 0 < time_limit_s <= MOST_TIME_S:
                problem, remedy = "this is no time limit", f"more than 0 and at most {MOST_TIME_S:g} seconds"
                raise InputError.single("draft", problem, remedy, value=time_limit_s)
            reference = self.answers.reference
            if name != reference:
                self._refuse_unknown(name)
                self.changed_instance(self.drafts[name])
                if self.answers.first is None:
                    self._queue(Kind.SOLVE, reference, time_limit_s)
            self._queue(Kind.SOLVE, name, time_limit_s)

    def explain(self, case: str, project: str = "") -> None:
        """Ask what a project is worth to the plan of a solved case; without a project, why it has no plan.

        Raises
        ------
        InputError
            If there is no such case or project, the case has a plan, or the queue is full.
        """
        with self.lock:
            if case not in self.answers.found:
                raise InputError.single("session", "this case is not solved", "solve it first", value=case)
            known = self.instance["projects"].texts("id")
            if not project and not self.is_impossible(case):
                raise InputError.single("session", "this case has a plan", "name a project", value=case)
            if project and project not in known:
                hint = did_you_mean(project, known)
                raise InputError.single("session", "there is no such project", hint, value=project)
            self._queue(Kind.EXPLAIN, case, self.time_limit_s, project)

    def take_back(self, number: int) -> None:
        """Take a job out of the queue that has not begun."""
        with self.lock:
            for job in self.jobs:
                if job.number == number and job.state == State.QUEUED:
                    self.update(number, lambda old: replace(old, state=State.TAKEN_BACK))

    def next_job(self) -> Job | None:
        """Return the job to do next, marked as running; None if there is none."""
        with self.lock:
            for job in self.jobs:
                if job.state == State.QUEUED:
                    return self.update(job.number, lambda old: replace(old, state=State.RUNNING))
            return None

    def running(self) -> Job | None:
        """Return the job in work."""
        with self.lock:
            return next((job for job in self.jobs if job.state == State.RUNNING), None)

    def update(self, number: int, change: Callable[[Job], Job], *, quiet: bool = False) -> Job | None:
        """Change a job and return it; `quiet`: only its figures, which no version counts."""
        with self.lock:
            for place, job in enumerate(self.jobs):
                if job.number == number:
                    self.jobs[place] = change(job)
                    if not quiet:
                        self.tell()
                    return self.jobs[place]
            return None

    def _queue(self, kind: Kind, case: str, time_limit_s: float, project: str = "") -> None:
        if any(job.open and (job.kind, job.case, job.project) == (kind, case, project) for job in self.jobs):
            return
        if sum(job.open for job in self.jobs) >= MOST_WAITING:
            raise InputError.single("session", f"{MOST_WAITING} jobs wait already", "wait, or take some back")
        self._numbers += 1
        over = [job for job in self.jobs if not job.open][-_REMEMBERED:]
        self.jobs = [*over, *(job for job in self.jobs if job.open)]
        self.jobs.append(Job(self._numbers, kind, case, project, time_limit_s=time_limit_s))
        self.tell()

    # -- telling -------------------------------------------------------------------------------------------------

    def tell(self) -> None:
        """Let everybody know that something has changed."""
        with self.lock:
            self.version += 1
            self.changed.notify_all()

    def keep(self, margins: dict[str, Any]) -> None:
        """Keep what a project is worth."""
        with self.lock:
            where = (margins["case"], margins["project"])
            others = [item for item in self._state.margins if (item["case"], item["project"]) != where]
            self._state.margins = [*others, margins]
            self._tell()

    def _tell(self) -> None:
        """Write what the session remembers, and let everybody know; what cannot be written is told."""
        try:
            self.home.save(self._state)
            self.trouble = ""
        except InputError as error:
            self.trouble = str(error)
        self.tell()
