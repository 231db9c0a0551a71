"""``outlay evaluate``."""

from __future__ import annotations

from typing import Any

from outlay.cli import streams
from outlay.cli.loading import load_run, read_or_load, with_asked
from outlay.cli.options import Solving, WhatIf
from outlay.cli.terminal.progress import Progress
from outlay.cli.terminal.screen import Column, Page
from outlay.cli.terminal.solution.proof import NO_PLAN_POSSIBLE, PROVED, UNVERIFIED
from outlay.cli.views import words
from outlay.instances.dictionary.names import USE_PREFIX
from outlay.instances.formats.output import check_target, write_file
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.evaluation.evaluate import Evaluation, evaluate

#: So many broken rules and changes are shown to people; machines get all.
MOST_ROWS = 40
#: Objectives that differ by less of their size are the same.
_SAME = 1e-6


def run(
    *,
    instance: str,
    plan: str,
    repair: bool,
    output: str | None,
    force: bool,
    constraint_set: str,
    asked: WhatIf,
    solving: Solving,
    max_file_mb: float,
    as_json: bool,
    **_: Any,
) -> int:
    """Evaluate a plan; 0 if it breaks nothing or was repaired, 7 if it breaks a rule."""
    if output is not None:
        check_target(output, force=force)
    with Progress("reading the tables") as progress:
        source, _plan = read_or_load(instance, max_file_mb)
        source, constraint_set = with_asked(source, constraint_set, asked)
        found = evaluate(
            source,
            _given(plan, max_file_mb),
            constraint_set=constraint_set,
            repair=repair,
            **solving.arguments,
            max_file_mb=max_file_mb,
            on_step=progress.now,
        )
    kept = found.repaired
    if output is not None and (found.ok or kept is not None):
        write_file(output, plan_csv(found), force=True)
    else:
        output = None
    if as_json:
        streams.write_json(document(found))
    else:
        _write_page(found, repair=repair, output=output)
    if found.ok or kept is not None:
        return PROVED
    return NO_PLAN_POSSIBLE if repair else UNVERIFIED


def _given(plan: str, max_file_mb: float) -> Any:
    """Return the plan of a run file, or the path of a table."""
    if plan.lower().endswith(".json"):
        return load_run(plan, max_file_mb).solution.plan
    return plan


def plan_csv(found: Evaluation) -> str:
    """Return the plan, repaired where it had to be, as the table that `evaluate` reads."""
    solution = found.repaired
    plan = found.plan if solution is None or solution.plan is None else solution.plan
    label = found.instance.period_label
    lines = ["project,alternative,scale,start,selected,fast_track"]
    for choice in plan.choices:
        cells = [choice.project, choice.alternative]
        quoted = ['"' + cell.replace('"', '""') + '"' if set(cell) & set('",\n\r;') else cell for cell in cells]
        fast = str(choice.fast_track).lower()
        lines.append(f"{','.join(quoted)},{choice.scale!r},{label(choice.start)},{label(choice.selection)},{fast}")
    return "\n".join(lines) + "\n"


def document(found: Evaluation) -> dict[str, Any]:
    """Return an evaluation for machines."""
    told: dict[str, Any] = {
        "name": found.instance.name,
        "constraint_set": found.constraint_set,
        "ok": found.ok,
        "objective": found.objective,
        "best": {"status": str(found.best.status), "objective": found.best.objective, "bound": found.best.bound},
        "distance": None if found.distance is None else found.distance._asdict(),
        "violations": found.violations.astype(object).to_dict("records"),
        "metrics": found.metrics.astype(object).to_dict("records"),
        "changes": found.changes().to_dict("records"),
        "plan": found.plan.to_document(),
        "repaired": None,
    }
    if found.repaired is not None and found.repaired.plan is not None:
        told["repaired"] = {
            "objective": objective_of(found.repaired),
            "changes": found.changes(found.repaired).to_dict("records"),
            "plan": found.repaired.plan.to_document(),
        }
    return told


def objective_of(solution: Solution) -> float | None:
    """Return what a plan is worth by the instance's own objective, as the verifier computed it."""
    verification = solution.verification
    return None if verification is None or not verification.objective else float(verification.objective[0])


def _write_page(found: Evaluation, *, repair: bool, output: str | None) -> None:
    page = Page()
    page.heading(f"{found.instance.settings.title or found.instance.name}: a plan of your own")
    many = words.count(len(found.plan.choices), "project")
    page.note(f"{found.instance.name}, constraint set {found.constraint_set}: {many}")
    _show_rules(page, found)
    _show_worth(page, found)
    _show_changes(page, "To be the best plan", found.changes())
    if repair and not found.ok:
        if found.repaired is None:
            page.fact("Repair", "no plan that breaks nothing was found: the instance has none, or the time was over")
        else:
            _show_changes(page, "Repair: the nearest plan that breaks nothing", found.changes(found.repaired))
    if output is not None:
        page.fact("Saved", output)
    page.show()


def _show_rules(page: Page, found: Evaluation) -> None:
    broken = found.verification.violations
    if not broken:
        count = sum(found.verification.checks.values())
        page.fact("Rules", f"it keeps all of them: {count:,} conditions, checked in exact arithmetic")
        return
    page.heading(f"It breaks {words.count(len(broken), 'rule')}")
    page.table(
        [Column("Kind"), Column("By", right=True), Column("What", least=30, wrap=True)],
        [
            [item.family, "" if item.excess is None else words.number(float(item.excess)), item.sentence]
            for item in broken[:MOST_ROWS]
        ],
    )
    if len(broken) > MOST_ROWS:
        page.note(f"... and {len(broken) - MOST_ROWS:,} more: --json")


def _show_worth(page: Page, found: Evaluation) -> None:
    best, repaired = found.best, found.repaired
    page.heading("What it is worth")
    page.fact("Objective", words.number(found.objective))
    worth = objective_of(best)  # of the plan: later levels may have given up some of the first's best
    if best.plan is not None and worth is not None:
        more = worth - found.objective
        told = f"{words.number(worth)} ({best.status})"
        share = f", {100 * abs(more / worth):.1f} %" if worth else ""
        than = "more" if more >= 0 else "less, but it breaks no rule"
        if abs(more) <= _SAME * abs(worth):
            more, share, than = 0.0, "", "more"
        far = found.distance
        assert far is not None
        away = f"{words.count(far.projects, 'project')} and {words.count(far.starts, 'start')} away"
        page.fact("Best plan", f"{told}: {words.number(abs(more))}{share} {than}; {away}")
    else:
        page.fact("Best plan", f"none: {best.status}")
    if repaired is not None:
        page.fact("Repaired", words.number(objective_of(repaired) or 0.0))
    table = found.metrics
    table = table[~table["metric"].str.startswith(USE_PREFIX)]
    kept = table[(table.drop(columns="metric").fillna(0.0).abs() > 0).any(axis=1)]
    titles = {"plan": "Your plan", "best": "Best plan", "repaired": "Repaired"}
    names = [name for name in titles if name in kept.columns]
    page.table(
        [Column("Metric", least=12), *(Column(titles[name], right=True) for name in names)],
        [[row["metric"], *(words.number(row[name]) for name in names)] for row in kept.to_dict("records")],
    )


def _show_changes(page: Page, title: str, changes: Any) -> None:
    page.heading(title)
    if not len(changes):
        page.note("Nothing would change.")
        return
    page.table(
        [Column("Id"), Column("Project", least=12), Column("Change"), Column("Now", least=8), Column("Then", least=8)],
        changes.head(MOST_ROWS).to_numpy().tolist(),
    )
    if len(changes) > MOST_ROWS:
        page.note(f"... and {len(changes) - MOST_ROWS:,} more: --json")
