"""`Comparison`: what a set of cases looks like side by side, frozen, with pandas tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from outlay.instances.instance import Instance
from outlay.instances.plan import Plan
from outlay.instances.sets.applying import set_kind, set_title
from outlay.optimizer.answer.distance import distance
from outlay.optimizer.answer.documents import floats
from outlay.optimizer.answer.reason import Reason
from outlay.optimizer.compare.binding import binding_table
from outlay.optimizer.compare.differences import Difference, input_differences
from outlay.optimizer.compare.side_by_side import (
    by_reference,
    changes_table,
    frequency_table,
    never_words,
    reasons_of,
    tables_of_sets,
    unavailable_table,
)
from outlay.optimizer.frames.tabled import no_table

TABLES = (
    "cases",
    "metrics",
    "plans",
    "plan_matrix",
    "frequency",
    "binding",
    "inputs",
    "flips",
    "changes",
    "unavailable",
    "procurement",
    "sectors",
    "attribution",
    "combinations",
)


@dataclass(frozen=True)
class Comparison:
    """Cases side by side; differences are to the first one, the reference.

    Attributes
    ----------
    name, title, money_unit
        Of the instance.
    reference, sets
        The first set; all of them in order.
    cases
        One row a set: set, title, kind, status, verified, objective, bound, gap, change and change_percent of the
        objective to the reference (None where the set has another objective), other_objective, by_reference (what the
        plan is worth by the reference's objective) and its by_reference_percent, funded (projects), commitment, never
        (projects without any option, and by what), dates (how they were chosen), ties (flips that were only ties),
        seconds, message.
    metrics
        metric, set, value, change, change_percent.
    plans
        One row a set and project: funded, alternative, scale, start (period), start_label, commitment.
    plan_matrix
        project, name, then a column a set, in words.
    frequency
        project, name, sector, funded_in (sets), sets (with a plan, ablations aside), share, commitment (mean where
        funded), role: core (in at least 90 %), borderline, out (in at most 10 %); those in most sets first.
    binding
        set, family, resource, what (periods merged), used, limit, slack.
    inputs
        What differs in the inputs to the reference: set, table, row, column, before, after, kind.
    flips
        set, changed_projects_own and changed_starts_own (the solver's first answer), changed_projects and
        changed_starts (the nearest plan as good), ties (projects), proved.
    changes
        set, project, name, sector, change (in, out, as ALTERNATIVE, scale), before, after, difference (money), why; the
        largest first.
    unavailable
        set, project, rule, reason: projects without any option.
    procurement, sectors
        The tables of each set's plan, with the set in front.
    attribution, combinations
        Shapley losses by family, and the value of every combination; None where not asked for.
    files
        Set, or combination of the attribution, to the name of its run file, where a folder was given.
    instance
        The base instance, which the sets are applied to; None for a comparison put together by hand.
    of
        What its cases are: ``set`` or ``run``.
    reasons
        Set and project to why it is not in the plan, as data: what `changes` and `unavailable` say in sentences.
    """

    name: str
    title: str
    money_unit: str
    reference: str
    sets: tuple[str, ...]
    cases: pd.DataFrame
    metrics: pd.DataFrame
    plans: pd.DataFrame
    plan_matrix: pd.DataFrame
    frequency: pd.DataFrame
    binding: pd.DataFrame
    inputs: pd.DataFrame
    flips: pd.DataFrame
    changes: pd.DataFrame
    unavailable: pd.DataFrame
    procurement: pd.DataFrame
    sectors: pd.DataFrame
    attribution: pd.DataFrame | None
    combinations: pd.DataFrame | None
    files: Mapping[str, str]
    instance: Instance | None = field(default=None, repr=False, compare=False)
    reasons: Mapping[str, Mapping[str, Reason]] = field(default_factory=dict, repr=False, compare=False)
    of: str = "set"

    def __repr__(self) -> str:
        """Return what it is in two lines."""
        names = ", ".join(self.sets[:6]) + (", ..." if len(self.sets) > 6 else "")
        proved = int(self.cases["status"].isin(["optimal", "within gap"]).sum())
        head = f"<Comparison of {self.name!r}, {len(self.sets)} {self.of}s: {names}"
        return f"{head}\n reference {self.reference}, {proved} proved>"

    def _repr_html_(self) -> str:
        """Return the comparison as a notebook shows it: its heading and its cases."""
        heading = escape(repr(self)[1:-1]).replace("\n", "<br>")
        return f"<p>{heading}</p>{self.cases.to_html(index=False, max_rows=40, na_rep='', escape=True)}"

    def table(self, name: str) -> pd.DataFrame | None:
        """Return a table by name; None for an attribution that was not asked for.

        Raises
        ------
        KeyError
            If there is no such table.
        """
        if name not in TABLES:
            raise no_table(name, TABLES)
        found: pd.DataFrame | None = getattr(self, name)
        return found

    def to_excel(self, path: str | Path, *, force: bool = False) -> Path:
        """Write the comparison as a workbook (``.xlsx``), one sheet a table, and return its path.

        Raises
        ------
        InputError
            If the file exists and `force` is not set, or cannot be written.
        """
        from outlay.optimizer.export.workbook import write_sheets  # noqa: PLC0415 - workbooks alone need a library

        known = {name: table for name in TABLES if (table := self.table(name)) is not None}
        facts = [
            ("instance", self.name),
            ("reference", self.reference),
            ("constraint sets", ", ".join(self.sets)),
            ("unit of money", self.money_unit),
        ]
        return write_sheets(known, path, title=self.title or self.name, facts=facts, force=force)


def compare_cases(
    instance: Instance,
    resolved: Mapping[str, Instance],
    runs: Mapping[str, Mapping[str, Any]],
    *,
    attribution: tuple[pd.DataFrame, pd.DataFrame] | None,
    files: Mapping[str, str],
) -> Comparison:
    """Return the comparison of solved cases.

    Parameters
    ----------
    instance
        The base instance.
    resolved
        Set to its resolved instance, the reference first.
    runs
        Set to its run document (without the instance).
    """
    sets = tuple(resolved)
    reference = sets[0]
    flips, unavailable = _flips(sets, runs), unavailable_table(sets, runs)
    plans = _plans(sets, resolved, runs)
    return Comparison(
        name=instance.name,
        title=instance.settings.title,
        money_unit=instance.settings.money_unit,
        reference=reference,
        sets=sets,
        cases=_cases(instance, resolved, runs, flips, unavailable),
        metrics=_metrics(sets, runs),
        plans=plans,
        plan_matrix=_plan_matrix(sets, plans),
        frequency=frequency_table(plans, {name: set_kind(instance, name) for name in sets}),
        binding=binding_table(sets, resolved, runs),
        inputs=_inputs(sets, resolved),
        flips=flips,
        changes=changes_table(sets, plans, runs),
        unavailable=unavailable,
        procurement=tables_of_sets(sets, runs, "procurement"),
        sectors=tables_of_sets(sets, runs, "sectors"),
        attribution=None if attribution is None else attribution[0],
        combinations=None if attribution is None else attribution[1],
        files=dict(files),
        instance=instance,
        reasons={name: reasons_of(runs[name]) for name in sets},
    )


#: What is kept of a run in memory; the rest is in its file.
_KEPT = (
    "status", "message", "objective", "bound", "gap", "dates", "metrics", "plan", "verification", "times_s",
    "comparison",
)  # fmt: skip
_KEPT_TABLES = ("binding", "projects", "dropped", "procurement", "sectors")


def lean_run(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `compare_cases` needs of a run document."""
    kept = {name: document.get(name) for name in _KEPT}
    tables = {name: document["tables"][name] for name in _KEPT_TABLES if name in document["tables"]}
    lean: dict[str, Any] = floats({**kept, "tables": tables})
    return lean


def failed_run(message: str) -> dict[str, Any]:
    """Return the run document of a case that nobody could solve."""
    return {"status": "failed", "message": message, "metrics": {}, "times_s": {}, "tables": {}}


def _change(value: float | None, base: float | None) -> tuple[float | None, float | None]:
    if value is None or base is None:
        return None, None
    change = value - base
    return change, (100 * change / abs(base) if base else None)


def _cases(
    instance: Instance,
    resolved: Mapping[str, Instance],
    runs: Mapping[str, Mapping[str, Any]],
    flips: pd.DataFrame,
    unavailable: pd.DataFrame,
) -> pd.DataFrame:
    sets = tuple(resolved)
    reference = resolved[sets[0]]
    ties = dict(zip(flips["set"], flips["ties"], strict=True))
    base = runs[sets[0]]["objective"]
    records = []
    for name in sets:
        run = runs[name]
        other = resolved[name].objective_levels != reference.objective_levels
        change, percent = (None, None) if other else _change(run["objective"], base)
        valued = by_reference(reference, run)
        verification = run["verification"]
        records.append(
            {
                "set": name,
                "title": "Base case" if name == "base" else set_title(instance, name),
                "kind": set_kind(instance, name),
                "status": run["status"],
                "verified": verification is not None and not verification["violations"],
                "objective": run["objective"],
                "bound": run["bound"],
                "gap": run["gap"],
                "change": change,
                "change_percent": percent,
                "other_objective": other,
                "by_reference": valued,
                "by_reference_percent": _change(valued, base)[1],
                "funded": run["metrics"].get("count"),
                "commitment": run["metrics"].get("commitment"),
                "never": never_words(unavailable, name, sets[0]) if run["metrics"] else "",
                "dates": (run.get("dates") or {}).get("found", ""),
                "ties": ties.get(name),
                "seconds": run["times_s"].get("total"),
                "message": run["message"],
            }
        )
    return pd.DataFrame(records)


def _metrics(sets: Sequence[str], runs: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    base = runs[sets[0]]["metrics"]
    names = dict.fromkeys(metric for name in sets for metric in runs[name]["metrics"])
    records = []
    for metric in names:
        for name in sets:
            value = runs[name]["metrics"].get(metric)
            records.append([metric, name, value, *_change(value, base.get(metric))])
    return pd.DataFrame(records, columns=["metric", "set", "value", "change", "change_percent"])


def _plan(run: Mapping[str, Any]) -> Plan | None:
    return None if run["plan"] is None else Plan.from_document(run["plan"])


def _plans(
    sets: Sequence[str], resolved: Mapping[str, Instance], runs: Mapping[str, Mapping[str, Any]]
) -> pd.DataFrame:
    columns = [
        "set",
        "project",
        "name",
        "sector",
        "funded",
        "alternative",
        "scale",
        "start",
        "start_label",
        "commitment",
    ]
    records = []
    for name in sets:
        plan, instance = _plan(runs[name]), resolved[name]
        if plan is None:
            continue
        chosen = {choice.project: choice for choice in plan.choices}
        money, projects = _commitments(runs[name]), instance["projects"]
        for project, title, sector in zip(*(projects.texts(key) for key in ("id", "name", "sector")), strict=True):
            head = [name, project, title or project, sector]
            choice = chosen.get(project)
            if choice is None:
                records.append([*head, False, "", None, None, "", 0.0])
                continue
            label = instance.period_label(choice.start)
            paid = money.get(project, 0.0)
            records.append([*head, True, choice.alternative, choice.scale, choice.start, label, paid])
    return pd.DataFrame(records, columns=columns)


def _commitments(run: Mapping[str, Any]) -> dict[str, float]:
    """Return what the plan of a run commits to each project, money."""
    table = run["tables"]["projects"]
    project, commitment = (table["columns"].index(name) for name in ("project", "commitment"))
    return {row[project]: float(row[commitment] or 0.0) for row in table["rows"] if row[commitment] is not None}


def _plan_matrix(sets: Sequence[str], plans: pd.DataFrame) -> pd.DataFrame:
    names = dict(zip(plans["project"], plans["name"], strict=True))
    cells: dict[tuple[str, str], str] = {}
    for name, project, funded, alternative, scale, label in zip(
        *(plans[key] for key in ("set", "project", "funded", "alternative", "scale", "start_label")), strict=True
    ):
        if funded:
            share = f" x{scale:.2f}" if scale < 0.995 else ""
            cells[project, name] = f"{alternative}{share} {label}"
    records = [
        [project, names[project], *(cells.get((project, name), "") for name in sets)] for project in sorted(names)
    ]
    return pd.DataFrame(records, columns=["project", "name", *sets])


def _inputs(sets: Sequence[str], resolved: Mapping[str, Instance]) -> pd.DataFrame:
    base = resolved[sets[0]]
    records = [[name, *difference] for name in sets[1:] for difference in input_differences(base, resolved[name])]
    return pd.DataFrame(records, columns=["set", *Difference._fields])


def _flips(sets: Sequence[str], runs: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    columns = [
        "set", "changed_projects_own", "changed_projects", "changed_starts_own", "changed_starts", "ties", "proved",
    ]  # fmt: skip
    reference = _plan(runs[sets[0]])
    records = []
    for name in sets:
        plan, extra = _plan(runs[name]), runs[name].get("comparison") or {}
        own = extra.get("own_plan") or runs[name]["plan"]
        if plan is None or reference is None:
            continue
        first, near = distance(Plan.from_document(own), reference), distance(plan, reference)
        proved = bool(extra.get("nearest_proved")) or name == sets[0]
        ties = first.projects - near.projects
        records.append([name, first.projects, near.projects, first.starts, near.starts, ties, proved])
    return pd.DataFrame(records, columns=columns)
