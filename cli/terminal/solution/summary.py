"""The answer on one page: plan, totals, what binds, what lost, metrics, lenders, proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from outlay.cli.terminal.screen import Page
from outlay.cli.terminal.solution.binding import show_binding
from outlay.cli.terminal.solution.groups import show_groups, show_procurement
from outlay.cli.terminal.solution.lender import lender_line, show_failures
from outlay.cli.terminal.solution.metrics import key_metrics, show_metrics
from outlay.cli.terminal.solution.plan import headline, show_plan
from outlay.cli.terminal.solution.proof import TO_FIND_OUT, no_plan, show_proof
from outlay.cli.terminal.solution.reasons import failed_lender, show_losers
from outlay.cli.terminal.solution.totals import show_keeps_out, show_totals
from outlay.cli.views import words
from outlay.cli.views.facts import short_line
from outlay.cli.views.labels import point_line
from outlay.cli.views.metrics import objective_text
from outlay.optimizer.record.recorded import OWN_OBJECTIVE
from outlay.optimizer.status import Status

if TYPE_CHECKING:
    from outlay.instances.instance import Instance
    from outlay.models.case import Case
    from outlay.optimizer.answer.solution import Solution
    from outlay.optimizer.verify.report import Verification


def show_title(page: Page, instance: Instance) -> None:
    """Add what the page is about."""
    applied = instance.settings.applied
    page.line(instance.settings.title or instance.name, "bold")
    names = "+".join(applied.sets) or "base"
    titles = [str(instance.sets.get(name, {}).get("title") or "") for name in applied.sets]
    about = " + ".join(title for title in titles if title) or "the instance as it stands"
    page.note(f"{instance.name}, constraint set {names}: {about}")
    if applied.disable:
        page.note(f"Switched off: {', '.join(applied.disable)}")


def show_answer(page: Page, solution: Solution, verification: Verification, case: Case) -> None:
    """Add everything that a reader of a verified answer wants to know first."""
    failed = failed_lender(solution)
    show_title(page, solution.instance)
    page.heading(headline(solution))
    short = short_line(solution)
    if short:
        page.fact("SHORT OF", short, "bold yellow")
    show_plan(page, solution)
    if len(solution.tables["sectors"]) > 1:
        page.heading("By sector")
        show_groups(page, solution, "sector")
    if len(solution.tables["procurement"]):
        page.heading("What must be bought, imported or is short")
        show_procurement(page, solution)
    show_totals(page, solution)
    show_binding(page, solution)
    show_keeps_out(page, solution)
    show_losers(page, solution, case, leave_out=failed)
    show_failures(page, case, failed)
    page.heading("What it brings")
    if solution.own_objective:
        page.fact("Objective", f"{OWN_OBJECTIVE} (the user made it in Pyomo)")
    else:
        page.fact("Maximised", objective_text(solution.instance))
        if point_line(solution.instance):
            page.fact("", point_line(solution.instance))
    show_metrics(page, solution, key_metrics(solution))
    lender = lender_line(solution, case)
    if lender:
        page.fact("Lenders", lender)
    show_proof(page, solution, verification)


def show_no_plan(page: Page, solution: Solution) -> None:
    """Add that there is no plan, and why as far as it is known: nothing that was not shown to play a part."""
    show_title(page, solution.instance)
    page.line(no_plan(solution), "bold red")
    if solution.status == Status.INFEASIBLE:
        page.note(TO_FIND_OUT)
    if solution.bound is not None:
        page.fact("Bound", f"no plan can be better than {words.number(solution.bound, 6)}")
    page.fact("Time", words.seconds(solution.times_s.get("total")))
