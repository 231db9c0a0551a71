"""What the page hears while it is open: a line of JSON whenever something changes (server-sent events).

Source: the EventSource interface of the HTML standard, https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from outlay.cli.views import words
from outlay.cli.views.labels import objective_unit
from outlay.cli.web.shown.lines import draft_words
from outlay.optimizer.whatif.job import Job, Kind, State
from outlay.optimizer.whatif.session import WhatIf

#: Seconds between looks at the session.
LOOK_S = 0.25
#: Looks after which a sign of life is sent, so that a tab that went away is noticed.
_QUIET_LOOKS = 40


def state_of(session: WhatIf) -> dict[str, Any]:
    """Return what a tab must know to show the session as it is."""
    with session.lock:
        return {
            "version": session.version,
            "ready": session.ready,
            "trouble": session.trouble,
            "current": session.draft.name,
            "reference": session.answers.reference,
            "cases": list(session.answers.found),
            "labels": {
                name: f"{name}: {words}"
                for name, draft in session.drafts.items()
                if name in session.answers.found and (words := draft_words(session.instance, draft))
            },
            "without_plan": [name for name, answer in session.answers.found.items() if answer.plan is None],
            "jobs": [job_state(session, job) for job in session.jobs],
        }


def job_state(session: WhatIf, job: Job) -> dict[str, Any]:
    """Return a job in words."""
    return {
        "number": job.number,
        "kind": str(job.kind),
        "case": job.case,
        "project": job.project,
        "state": str(job.state),
        "open": job.open,
        "title": job_title(job),
        "words": job_words(session, job),
    }


def job_title(job: Job) -> str:
    """Return what a job does."""
    if job.kind == Kind.SOLVE:
        return f"Solve {job.case}"
    return f"What {job.project} is worth in {job.case}" if job.project else f"Why {job.case} has no plan"


def job_words(session: WhatIf, job: Job) -> str:
    """Return how far a job is."""
    if job.state == State.QUEUED:
        return "waits"
    if job.state == State.FAILED:
        return job.message
    if job.state != State.RUNNING:
        return str(job.state)
    stopping = "stopping; " if job.stopping else ""
    if job.kind == Kind.EXPLAIN:
        return stopping + (f"{job.done} of {job.total} questions answered" if job.total else "preparing")
    if job.objective is None and job.bound is None:
        return stopping + "preparing"
    unit = objective_unit(session.instance)
    plan = "no plan yet" if job.objective is None else f"plan {words.money(job.objective, unit, 5)}"
    bound = "" if job.bound is None else f", at best {words.money(job.bound, unit, 5)}"
    left = "" if job.gap is None else f", gap {words.gap(job.gap)}"
    return f"{stopping}{plan}{bound}{left}, {words.seconds(job.seconds)}"


async def events(session: WhatIf, closing: Callable[[], bool]) -> AsyncIterator[str]:
    """Yield the state of a session whenever it changes, until the server closes."""
    last, quiet = "", 0
    while not closing():
        text = json.dumps(state_of(session))
        if text != last:
            last, quiet = text, 0
            yield f"data: {text}\n\n"
        elif quiet >= _QUIET_LOOKS:
            quiet = 0
            yield ": still here\n\n"
        quiet += 1
        await asyncio.sleep(LOOK_S)
