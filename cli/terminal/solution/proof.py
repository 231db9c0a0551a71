"""What is proved, and that the answer was checked again: the last lines of every answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from outlay.cli.terminal.screen import Page
from outlay.cli.views import words
from outlay.cli.views.labels import objective_unit
from outlay.optimizer.record.recorded import OWN_OBJECTIVE
from outlay.optimizer.status import Status

if TYPE_CHECKING:
    from outlay.optimizer.answer.solution import Solution
    from outlay.optimizer.verify.report import Verification

#: Exit codes of answers; those of errors belong to the errors.
PROVED, NO_PLAN_POSSIBLE, STOPPED, NO_PLAN, UNVERIFIED = 0, 4, 5, 6, 7

_LIMITS = {
    "time": "at the time limit",
    "work": "when the work asked for was done",
    "interrupt": "by Ctrl-C",
    "crash": "because the solver crashed twice; this is its best plan so far",
    "solver tolerance": "within the solver's own tolerance",
    "together": "where it has to agree with other scenarios or levels",
}
#: So many violations are listed.
MOST_VIOLATIONS = 50


def exit_code(solution: Solution) -> int:
    """Return the exit code of an answer."""
    if not (solution.verified if solution.plan is not None else solution.verification is None):
        return UNVERIFIED
    if solution.status in {Status.INFEASIBLE, Status.UNBOUNDED}:
        return NO_PLAN_POSSIBLE
    if solution.plan is None:
        return NO_PLAN
    return PROVED if solution.status.proved else STOPPED


#: Solves that take so many seconds tell when their plan was found, if that was before this share of them.
_LONG_S, _WELL_BEFORE = 5.0, 0.9


def show_proof(page: Page, solution: Solution, verification: Verification) -> None:
    """Add what is proved, level by level, and what the independent check says."""
    page.heading("How sure is this?")
    page.fact("Proof", proof(solution), "bold" if solution.status.proved else "bold yellow")
    page.fact("", figures(solution))
    if len(solution.levels) > 1:
        for place, level in enumerate(solution.levels, start=1):
            text = f"{level.status}: {words.number(level.objective, 6)}, at most {words.number(level.bound, 6)}"
            page.fact(f"Level {place}", f"{text}; in this plan {words.number(level.final, 6)}")
    page.fact("Check", checked(verification, solution))
    if solution.user_rows is not None:
        rows = words.count(len(solution.user_rows), "rule")
        page.fact("", f"{rows} added by the user in Pyomo: evaluated by the model, not independently verified")


def proof(solution: Solution) -> str:
    """Return what is proved about an answer, in a sentence."""
    after = f" after {words.seconds(solution.times_s.get('total'))}"
    found = _found_early(solution)
    if solution.status == Status.OPTIMAL:
        proved = f" after {found}, proved{after}" if found else after
        return f"Optimal: no plan is better. Found{proved}."
    asked = solution.options.get("gap")
    within = f"the gap asked for ({words.gap(asked)})" if isinstance(asked, float) else "the gap asked for"
    if solution.status == Status.WITHIN_GAP:
        early = f"; a plan as good was there after {found}" if found else ""
        return f"Proved within {within}, in{after.removeprefix(' after')}{early}."
    why = _LIMITS.get(solution.limit or "", f"({solution.limit or solution.status})")
    return f"Not proved to {within}: stopped {why}{after}."


def _found_early(solution: Solution) -> str:
    """Return after which time a plan as good was there, where that was well before the end; else nothing."""
    total = solution.times_s.get("total")
    if not solution.trace or total is None or total < _LONG_S:
        return ""
    at = next(seconds for seconds, value, _ in solution.trace if value == solution.trace[-1][1])
    return words.seconds(at) if at < _WELL_BEFORE * total else ""


def figures(solution: Solution) -> str:
    """Return objective, bound and gap in a sentence."""
    if solution.objective is None:
        return "no objective"
    unit = "" if solution.own_objective else objective_unit(solution.instance)
    text = f"Objective {words.money(solution.objective, unit, 6)}"
    if solution.bound is None:
        return f"{text}; nothing is known about the best possible."
    most = words.money(solution.bound, unit, 6)
    return f"{text}; no plan can have more than {most} (gap {words.gap(solution.gap)})."


def checked(verification: Verification, solution: Solution | None = None) -> str:
    """Return the verification in a line; an objective of the user's own, which it leaves out, is always named."""
    conditions = words.count(sum(verification.checks.values()), "condition")
    if verification.ok:
        own = f" {OWN_OBJECTIVE.capitalize()}." if solution is not None and solution.own_objective else ""
        return f"Checked again independently in exact arithmetic: {conditions}, all hold.{own}"
    broken = words.count(len(verification.violations), "condition")
    return f"FAILED: of {conditions} checked in exact arithmetic, {broken} broken."


def show_violations(page: Page, verification: Verification) -> None:
    """Add what an answer breaks, instead of the answer."""
    page.line("This answer FAILED its independent verification. It is not shown; do not use it.", "bold red")
    for violation in verification.violations[:MOST_VIOLATIONS]:
        page.note(violation.sentence)
    more = len(verification.violations) - MOST_VIOLATIONS
    if more > 0:
        page.note(f"... and {more:,} more")
    page.fact("Check", checked(verification))


#: What a reader can do about rules that conflict.
TO_FIND_OUT = (
    "outlay explain names rules that cannot hold together, and the least that would have to give: outlay explain "
    "INSTANCE (with the same --set), or outlay explain RUN."
)


def no_plan(solution: Solution) -> str:
    """Return why there is no plan, as far as it is known."""
    if solution.status == Status.INFEASIBLE:
        return (
            "There is no plan: taken together, the rules contradict each other (proved by HiGHS). "
            "Which of them conflict, outlay explain finds out."
        )
    if solution.status == Status.UNBOUNDED:
        return "There is no best plan: the objective can grow without end (proved by the solver)."
    if solution.status == Status.FAILED:
        return f"There is no plan: the solver failed ({solution.message or 'no message'})."
    if solution.limit == "interrupt":
        return "There is no plan yet: the search was stopped by Ctrl-C before one was found."
    if solution.limit == "work":
        return "There is no plan yet: the work asked for was done before one was found; raise --work."
    why = f" ({solution.message})" if solution.message else ""
    return f"There is no plan yet: the time limit came before one was found{why}; raise --time-limit."
