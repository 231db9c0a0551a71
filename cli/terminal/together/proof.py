"""What is proved of several plans that belong together, and why there are none."""

from __future__ import annotations

from typing import Any

from outlay.cli.terminal.screen import Page
from outlay.cli.terminal.solution.proof import MOST_VIOLATIONS, TO_FIND_OUT
from outlay.cli.views import words
from outlay.cli.views.ensemble import BOUND_BY
from outlay.cli.views.labels import objective_unit
from outlay.optimizer.status import Status

_LIMITS = {
    "time": "at the time limit",
    "interrupt": "by Ctrl-C",
    "crash": "because the solver crashed twice",
    "solver tolerance": "within the solver's own tolerance",
    "converged": "where progressive hedging agrees with itself, which need not close the gap",
}


def show_proof(page: Page, found: Any, most: str) -> None:
    """Add what is proved and that everything was checked; `most` says what the bound is about."""
    page.heading("How sure is this?")
    if found.status == Status.OPTIMAL:
        proof = "Optimal: none is better"
    elif found.status == Status.WITHIN_GAP:
        proof = f"Proved within the gap asked for ({words.gap(found.options.get('gap'))})"
    else:
        proof = f"Not proved: stopped {_LIMITS.get(_limit(found) or '', str(_limit(found)))}"
    after = words.seconds(found.times_s.get("total"))
    page.fact("Proof", f"{proof}. After {after}.", "bold" if found.status.proved else "bold yellow")
    unit = objective_unit(found.instance)
    if found.bound is not None:
        bound = words.money(found.bound, unit, 6)
        page.fact("", f"{words.money(found.objective, unit, 6)}; {most} {bound} (gap {words.gap(found.gap)}).")
    if found.options.get("engine") == "mpi-sppy":
        page.fact("", BOUND_BY[found.options.get("bound_by")])
    plans = words.count(len(found.runs), "plan")
    checks = sum(sum(run.verification.checks.values()) for run in found.runs.values() if run.verification is not None)
    conditions = words.count(checks, "condition")
    text = (
        f"{plans} checked again independently in exact arithmetic: {conditions}, all hold, and so does what links them."
    )
    page.fact("Check", text)


def show_failed(page: Page, found: Any, what: str) -> None:
    """Add why there is nothing to show."""
    if found.runs:
        page.line(f"This {what} FAILED its independent verification. It is not shown; do not use it.", "bold red")
        for name, sentence in found.violations[:MOST_VIOLATIONS]:
            page.note(f"{name}: {sentence}" if name else sentence)
        return
    why = f": {found.message}" if found.message else ""
    if found.status == Status.INFEASIBLE:
        page.line(f"There is no {what}{why or ': taken together, the rules contradict each other'} (proved by HiGHS).")
        page.note(TO_FIND_OUT)
    elif found.status == Status.UNBOUNDED:
        page.line(f"There is no best {what}: the objective can grow without end (proved by the solver).")
    elif found.status == Status.FAILED:
        page.line(f"There is no {what}: the solver failed{why}.")
    elif _limit(found) == "interrupt":
        page.line(f"There is no {what} yet: the search was stopped by Ctrl-C before one was found.")
    else:
        page.line(f"There is no {what} yet: the time limit came before one was found{why}; raise --time-limit.")


def _limit(found: Any) -> str | None:
    limit: str | None = found.stopped_by
    return limit
