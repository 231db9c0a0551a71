"""``outlay advance``."""

from __future__ import annotations

from typing import Any

from outlay.cli import streams
from outlay.cli.loading import load_run
from outlay.cli.terminal.progress import Progress
from outlay.cli.terminal.screen import Page
from outlay.cli.views import words
from outlay.instances.formats.output import check_target
from outlay.instances.formats.writing import write
from outlay.optimizer.advance.advance import Advanced, advance
from outlay.optimizer.answer.solution import unverified

#: So many rules that the plan breaks are shown to people; machines get all.
MOST_RULES = 10


def run(
    *,
    run_file: str,
    to: str,
    actuals: str | None,
    base: str,
    output: str,
    max_file_mb: float,
    as_json: bool,
    **_: Any,
) -> int:
    """Write the instance that follows from a run; 0 also where the plan no longer holds there, which is told.

    Raises
    ------
    UnverifiedError
        If something in the run is false.
    """
    check_target(output, folder=True)
    with Progress("reading the run"):
        loaded = load_run(run_file, max_file_mb)
        if not loaded.ok:
            raise unverified(loaded.verification)
        found = advance(loaded.solution, to, actuals=actuals, base=base, max_file_mb=max_file_mb)  # type: ignore[arg-type]
        target = write(found.instance, output)
    if as_json:
        streams.write_json(_document(found, str(target)))
        return 0
    page = Page()
    _show(page, found, str(target))
    page.show()
    return 0


def _counts(found: Advanced) -> dict[str, int]:
    statuses = found.instance["projects"].texts("status")
    return {status: statuses.count(status) for status in ("started", "committed", "candidate", "mandatory", "excluded")}


def _document(found: Advanced, target: str) -> dict[str, Any]:
    return {
        "folder": target,
        "start": found.instance.settings.calendar.start,
        "periods": found.instance.periods,
        "projects": _counts(found),
        "approved": len(found.instance["approved"]),
        "plan_holds": found.verification.ok,
        "violations": [str(violation) for violation in found.verification.violations],
        "remarks": list(found.remarks),
        "plan": found.plan.to_document(),
    }


def _show(page: Page, found: Advanced, target: str) -> None:
    instance, counts = found.instance, _counts(found)
    first, last = instance.period_label(0), instance.period_label(instance.periods - 1)
    page.line(f"{instance.name} from {first} to {last}, written to {target}", "bold")
    told = ", ".join(f"{count} {status}" for status, count in counts.items() if count)
    page.fact("Projects", told)
    page.fact("Approved", f"the plan of {words.count(len(instance['approved']), 'project')} stands in `approved`")
    since = instance.settings.calendar.base_date
    page.fact("Values", f"present values stand at {since or instance.settings.calendar.start}")
    violations = found.verification.violations
    if violations:
        page.fact("BROKEN", f"the plan that stands breaks {words.count(len(violations), 'rule')}:", "bold yellow")
        for violation in violations[:MOST_RULES]:
            page.line(f"  {violation}")
    else:
        page.fact("Holds", "the plan that stands keeps every rule of the new instance")
    for remark in found.remarks:
        page.fact("Note", remark)
    page.line(f"Edit it, then: outlay check {target}; outlay solve {target} -o next.json", "dim")
