"""The answer on one page: plan, totals, what binds, what lost, metrics, lenders, proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from outlay.cli import words
from outlay.cli.binding import show_binding
from outlay.cli.lender_table import lender_line, show_failures
from outlay.cli.metric_table import key_metrics, objective_text, show_metrics
from outlay.cli.plan_table import headline, show_plan
from outlay.cli.proof import no_plan, show_proof
from outlay.cli.reasons import failed_lender, show_losers
from outlay.cli.screen import Page
from outlay.cli.totals import show_totals

if TYPE_CHECKING:
    from outlay.instances.instance import Instance
    from outlay.models.case import Case
    from outlay.optimizer.solution import Solution
    from outlay.optimizer.verify_report import Verification


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
    show_plan(page, solution)
    show_totals(page, solution, case)
    show_binding(page, solution)
    show_losers(page, solution, case, leave_out=failed)
    show_failures(page, case, failed)
    page.heading("What it brings")
    page.fact("Maximised", objective_text(solution.instance))
    show_metrics(page, solution, key_metrics(solution))
    lender = lender_line(solution, case)
    if lender:
        page.fact("Lenders", lender)
    show_proof(page, solution, verification)


def show_no_plan(page: Page, solution: Solution) -> None:
    """Add why there is no plan, and what demanded one."""
    instance = solution.instance
    show_title(page, instance)
    page.line(no_plan(solution), "bold red")
    demands = _demands(instance)
    if demands and solution.plan is None:
        page.line("What must hold:")
        for demand in demands:
            page.note(demand)
        page.note("Without one of these, or with more room, there may be a plan; outlay check shows what is asked for.")
    if solution.bound is not None:
        page.fact("Bound", f"no plan can be better than {words.number(solution.bound, 6)}")
    page.fact("Time", words.seconds(solution.times_s.get("total")))


def _demands(instance: Instance) -> list[str]:
    """Return what forces a plan to fund or reach something, in words."""
    projects, limits, funds = instance["projects"], instance["limits"], instance["funds"]
    found = [
        f"{project} is {status}"
        for project, status in zip(projects.texts("id"), projects.texts("status"), strict=True)
        if status in {"mandatory", "committed"}
    ]
    found += [f"{item} is forced in" for item in instance.settings.applied.force_in]
    if instance.is_on("limits"):
        texts = (limits.texts(name) for name in ("metric", "group", "basis"))
        for metric, group, basis, least in zip(*texts, limits.floats("min").tolist(), strict=True):
            if least > 0:
                amount = words.share(least) if basis == "share" else words.number(least)
                found.append(f"at least {amount} of {metric}{f' in {group}' if group else ''} (limits)")
    if instance.is_on("funds"):
        found += [
            f"fund {fund} pays at least {words.share(least)} of everything"
            for fund, least in zip(funds.texts("fund"), funds.floats("portfolio_min_share").tolist(), strict=True)
            if least > 0
        ]
    return found
