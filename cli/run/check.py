"""``outlay check``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from outlay.cli import streams
from outlay.cli.loading import with_asked
from outlay.cli.options import WhatIf
from outlay.cli.terminal.dropped import grouped, show_dropped
from outlay.cli.terminal.progress import Progress
from outlay.cli.terminal.screen import Column, Page
from outlay.cli.terminal.solution.plan import NAMED, name_of
from outlay.cli.terminal.solution.summary import show_title
from outlay.cli.terminal.solution.totals import PEAK_COLUMNS, peak_cells, peaks
from outlay.cli.views import check as check_facts
from outlay.cli.views import words
from outlay.cli.views.warnings import warnings
from outlay.instances.errors import Fault, InputError
from outlay.instances.formats.reading import read
from outlay.instances.instance import Instance
from outlay.models.case import Case
from outlay.optimizer.uncertainty.worlds import uncertainty_of, worlds_of

#: So many rows of a long list are shown to people; machines get all.
MOST_ASKED, MOST_EXPOSED, MOST_WARNINGS = 25, 12, 40
#: A resource stands in the short list from this share on.
_NEAR = 0.8


class Facts(NamedTuple):
    """Everything that `check` tells."""

    instance: Instance
    sizes: dict[str, int]
    windows: list[dict[str, Any]]
    dropped: list[dict[Any, Any]]
    largest_total: float
    asked: list[dict[str, Any]]
    exposed: list[dict[Any, Any]]
    not_looked_at: int
    warnings: list[str]
    uncertain: dict[str, int]


def run(
    *,
    instance: str,
    constraint_set: str,
    asked: WhatIf,
    max_file_mb: float,
    as_json: bool,
    every_row: bool = False,
    **_: Any,
) -> int:
    """Check an instance; 0 if it is right."""
    with Progress("reading the tables") as progress:
        base = read(instance, max_file_mb=max_file_mb)
        if constraint_set == "base":
            progress.now("trying every constraint set")
            _try_sets(base)
        base, constraint_set = with_asked(base, constraint_set, asked)
        resolved = base.with_set(constraint_set)
        progress.now("building the model")
        facts = _facts(resolved)
    if as_json:
        streams.write_json(_document(facts))
    else:
        _write_page(facts, every_row=every_row)
    return 0


def _try_sets(base: Instance) -> None:
    """Apply every constraint set by itself and raise with the faults of all of them."""
    faults: list[Fault] = []
    for name in base.sets:
        try:
            base.with_set(name)
        except InputError as error:
            faults.extend(replace(fault, where=f"{fault.where} (set {name})") for fault in error.faults)
    if faults:
        raise InputError(faults)


def _facts(instance: Instance) -> Facts:
    case = Case(instance)
    return Facts(
        instance,
        check_facts.sizes(case),
        check_facts.windows(case),
        check_facts.dropped(case),
        check_facts.largest_total(instance),
        peaks(check_facts.asked(case), instance.periods),
        *check_facts.exposed(instance),
        warnings(case),
        _uncertain(instance),
    )


def _uncertain(instance: Instance) -> dict[str, int]:
    """Return how much is said to be uncertain, once it is sure that it can be drawn; empty where nothing is.

    Raises
    ------
    InputError
        If a factor's change names what there is not, or matches no row.
    """
    if not instance.uncertainty:
        return {}
    read = uncertainty_of(instance)
    found = {"factors": len(read.factors), "scenarios": len(read.scenarios)}
    if instance.settings.applied.sets:  # a set may take away what a factor is about; `draw` says so
        return found
    return {**found, "numbers": len(worlds_of(instance, read)[1])}


def _document(facts: Facts) -> dict[str, Any]:
    instance = facts.instance
    columns = ("resource", "kind", "unit", "basis", "label", "net", "limit", "share", "on")
    return {
        "ok": True,
        "name": instance.name,
        "title": instance.settings.title,
        "constraint_set": "+".join(instance.settings.applied.sets) or "base",
        "sets": list(instance.sets),
        "hash": instance.digest,
        "sizes": facts.sizes,
        "windows": facts.windows,
        "dropped": grouped(facts.dropped),
        "largest_commitments": facts.largest_total,
        "asked": [{name: row[name] for name in columns} for row in facts.asked],
        "exposure": facts.exposed,
        "exposure_left_out": facts.not_looked_at,
        "warnings": facts.warnings,
        "uncertain": facts.uncertain,
    }


def _write_page(facts: Facts, *, every_row: bool) -> None:
    page = Page()
    show_title(page, facts.instance)
    page.heading(
        "The tables are right." + (f" {len(facts.instance.sets)} constraint sets apply." if _all_sets(facts) else "")
    )
    size = facts.sizes
    page.fact(
        "Instance",
        "; ".join(words.count(size[f"{name}s"], name) for name in ("project", "alternative", "period", "resource")),
    )
    page.fact("Model", "; ".join(f"{size[name]:,} {name}" for name in ("options", "columns", "rows", "nonzeros")))
    if facts.uncertain:
        many = f", {words.count(facts.uncertain['numbers'], 'number')} in all" if "numbers" in facts.uncertain else ""
        scenarios = words.count(facts.uncertain["scenarios"], "scenario")
        text = f"{words.count(facts.uncertain['factors'], 'factor')}{many}; {scenarios}: outlay draw, outlay stress"
        page.fact("Uncertain", text)
    _show_warnings(page, facts.warnings)
    _show_asked(page, facts)
    page.heading("Dropped before solving")
    show_dropped(page, facts.dropped, most=None if every_row else 40)
    _show_exposed(page, facts)
    if every_row:
        _show_windows(page, facts.windows)
    else:
        page.note("When each project can start: --all")
    page.show()


def _all_sets(facts: Facts) -> bool:
    return bool(facts.instance.sets) and not facts.instance.settings.applied.sets


def _show_asked(page: Page, facts: Facts) -> None:
    """Add what would be asked of each resource if every project ran."""
    able = sum(1 for row in facts.windows if row["options"])
    unit = facts.instance.settings.money_unit
    page.heading("Asked for, if everything ran")
    page.note(
        f"The {words.count(able, 'project that has an option', 'projects that have an option')}, each with its largest "
        "alternative, in full, as early as possible, without imports, purchases or links."
    )
    if facts.largest_total:
        total, of = words.money(facts.largest_total, unit), words.count(len(facts.windows), "project")
        page.note(f"The largest alternatives of {of} together: {total}.")
    scarce = sorted((row for row in facts.asked if row["on"] and _urgency(row) >= _NEAR), key=_urgency, reverse=True)
    if scarce:
        page.table(PEAK_COLUMNS, [peak_cells(row, facts.instance) for row in scarce[:MOST_ASKED]])
    rest = len(facts.asked) - len(scarce[:MOST_ASKED])
    if rest > 0:
        other, less = ("other ", "these") if scarce else ("", f"{words.share(_NEAR)} of what there is")
        others = words.count(rest, f"{other}resource is", f"{other}resources are")
        page.note(f"{others} asked for less than {less}, or switched off (--json lists all).")


def _urgency(row: Mapping[str, Any]) -> float:
    if row["share"] is not None:
        return float(row["share"])
    return float("inf") if row["net"] > 0 else 0.0


def _show_windows(page: Page, windows: Sequence[Mapping[str, Any]]) -> None:
    page.heading("When each project can start")
    page.table(
        [
            *NAMED,
            Column("Alternatives", right=True),
            Column("Options", right=True),
            Column("Selected"),
            Column("Builds from"),
            Column("Operates from"),
        ],
        [
            [
                row["project"],
                name_of(row),
                f"{row['alternatives_left']} of {row['alternatives']}",
                f"{row['options']:,}",
                *(_span(row, key) for key in ("selection", "start", "operation")),
            ]
            for row in windows
        ],
    )


def _span(row: Mapping[str, Any], key: str) -> str:
    first, last = row[f"first_{key}"], row[f"last_{key}"]
    if first is None:
        return "never"
    return str(first) if first == last else f"{first}–{last}"


def _show_exposed(page: Page, facts: Facts) -> None:
    if not facts.exposed and not facts.not_looked_at:
        return
    unit = facts.instance.settings.money_unit
    page.heading("What hangs on what")
    if facts.not_looked_at:
        nodes = words.count(facts.not_looked_at, "project, resource or sector", "projects, resources and sectors")
        seconds = words.number(check_facts.EXPOSURE_S)
        page.note(f"NOT looked at, because {seconds} s were over: {nodes}, those with the smallest commitments.")
    page.note("Projects left without an option or a supplier if this one falls away.")
    page.table(
        [
            Column("If this falls away", least=12),
            Column("", least=7),
            Column("Lost", right=True),
            Column(unit or "Money", right=True),
            Column("Which", wrap=True, least=16),
        ],
        [
            [
                row["node"],
                row["kind"],
                row["projects"],
                words.number(row["commitment"]),
                words.listed(str(row["lost"]).split(";")) if row.get("lost") else "",
            ]
            for row in facts.exposed[:MOST_EXPOSED]
        ],
    )
    if len(facts.exposed) > MOST_EXPOSED:
        page.note(f"... and {len(facts.exposed) - MOST_EXPOSED} more (--json lists all)")


def _show_warnings(page: Page, warnings: Sequence[str]) -> None:
    if not warnings:
        page.heading("No warnings.")
        return
    page.heading(words.count(len(warnings), "warning"))
    for warning in warnings[:MOST_WARNINGS]:
        page.note(warning)
    if len(warnings) > MOST_WARNINGS:
        page.note(f"... and {len(warnings) - MOST_WARNINGS} more (--json lists all)")
