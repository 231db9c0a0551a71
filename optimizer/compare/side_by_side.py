"""What a committee asks of sets side by side: who comes and goes and why, in names and money, largest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from outlay.instances.instance import Instance
from outlay.optimizer.answer.reason import Kind, Reason, from_documents, unavailable_words

Runs = Mapping[str, Mapping[str, Any]]

#: From this share of the sets on a project is core, and up to the other one it is out.
CORE_SHARE, OUT_SHARE = 0.9, 0.1
#: A scale that differs by less than this is the same to a reader.
LEAST_SCALE = 0.005

CHANGE_COLUMNS = ("set", "project", "name", "sector", "change", "before", "after", "difference", "why")
UNAVAILABLE_COLUMNS = ("set", "project", "rule", "reason")
#: Words for the rules that leave a project without any option.
RULE_WORDS = {
    "status": "excluded",
    "forced": "forced out",
    "lender": "the lender test",
    "funds": "no fund may pay",
    "window": "its own dates",
    "frozen": "the approved plan",
    "finish": "the end of the calendar",
    "permit": "the permit",
    "selection": "the last selection",
    "needs": "what it needs",
    "fit": "it cannot fit",
}


def frame(run: Mapping[str, Any], table: str) -> pd.DataFrame | None:
    """Return a table of a lean run; None where it has none."""
    document = run["tables"].get(table)
    return None if document is None else pd.DataFrame(document["rows"], columns=document["columns"])


def tables_of_sets(sets: Sequence[str], runs: Runs, table: str) -> pd.DataFrame:
    """Return a table of every set, one below the other, with the set in front."""
    parts = []
    for name in sets:
        found = frame(runs[name], table)
        if found is not None and len(found):
            found.insert(0, "set", name)
            parts.append(found)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"set": pd.Series([], dtype=object)})


def reasons_of(run: Mapping[str, Any]) -> dict[str, Reason]:
    """Return why each project that is not in the plan of a run is not, by id."""
    return from_documents((run.get("comparison") or {}).get("reasons") or {})


def unavailable_table(sets: Sequence[str], runs: Runs) -> pd.DataFrame:
    """Return the projects of each set that have no possible option: rule and reason."""
    records = []
    for name in sets:
        dropped = frame(runs[name], "dropped")
        if dropped is None:
            continue
        rule_of: dict[str, tuple[int, str]] = {}
        for project, rule, starts in zip(*(dropped[key] for key in ("project", "rule", "starts")), strict=True):
            known = rule_of.get(project, (-1, ""))
            rank = (0 if rule == "window" else int(starts), rule)
            rule_of[project] = max(known, rank)
        for project, reason in reasons_of(runs[name]).items():
            if reason.kind == Kind.NEVER:
                records.append([name, project, rule_of.get(project, (0, ""))[1], unavailable_words(reason)])
    return pd.DataFrame(records, columns=list(UNAVAILABLE_COLUMNS))


def never_words(unavailable: pd.DataFrame, name: str, reference: str) -> str:
    """Return how many projects are never available in a set, beside the reference: "4 -> 21, by the lender test"."""
    before = int((unavailable["set"] == reference).sum())
    own = unavailable[unavailable["set"] == name]
    if name == reference or len(own) == before:
        return f"{len(own)}"
    rules = own["rule"].value_counts(sort=False)
    most = max(sorted(rules.index), key=lambda rule: int(rules[rule]), default="")
    return (
        f"{before} -> {len(own)}, by {RULE_WORDS.get(str(most), most)}"
        if len(own) > before
        else f"{before} -> {len(own)}"
    )


def changes_table(sets: Sequence[str], plans: pd.DataFrame, runs: Runs) -> pd.DataFrame:
    """Return what differs from the reference's plan, set by set, the largest amounts first; a loss with its reason."""
    by_set: dict[str, dict[str, dict[Any, Any]]] = {}
    for row in plans.to_dict("records"):
        by_set.setdefault(str(row["set"]), {})[str(row["project"])] = row
    if sets[0] not in by_set:
        return pd.DataFrame(columns=list(CHANGE_COLUMNS))
    before = by_set[sets[0]]
    records: list[list[Any]] = []
    for name in sets[1:]:
        projects = frame(runs[name], "projects")
        reasons = {} if projects is None else dict(zip(projects["project"], projects["reason"], strict=True))
        rows: list[list[Any]] = []
        for project, new in by_set.get(name, {}).items():
            old = before.get(project, {"funded": False, "commitment": 0.0})
            change = _change_of(old, new)
            if change:
                paid = float(old["commitment"]), float(new["commitment"])
                why = str(reasons.get(project) or "") if change == "out" else ""
                rows.append([name, project, new["name"], new["sector"], change, *paid, paid[1] - paid[0], why])
        rows.sort(key=lambda row: (-abs(row[7]), -max(row[5], row[6]), str(row[1])))
        records.extend(rows)
    return pd.DataFrame(records, columns=list(CHANGE_COLUMNS))


def _change_of(old: Mapping[Any, Any], new: Mapping[Any, Any]) -> str:
    """Return what becomes of a project: in, out, as ALTERNATIVE, scale; empty where nothing does."""
    if new["funded"] and not old["funded"]:
        return "in"
    if old["funded"] and not new["funded"]:
        return "out"
    if not new["funded"]:
        return ""
    if new["alternative"] != old["alternative"]:
        return f"as {new['alternative']}"
    return "scale" if abs(float(new["scale"]) - float(old["scale"])) >= LEAST_SCALE else ""


def frequency_table(plans: pd.DataFrame, kinds: Mapping[str, str]) -> pd.DataFrame:
    """Return how often each project is funded, in sets that are no ablations, those in most sets first.

    role: core (in at least 90 % of the sets), borderline, out (in at most 10 %). commitment: its mean where funded.
    """
    counted = plans[~plans["set"].isin([name for name, kind in kinds.items() if kind == "ablation"])]
    records = []
    for project, rows in counted.groupby("project", sort=True):
        funded, total = int(rows["funded"].sum()), len(rows)
        share = funded / total
        role = "core" if share >= CORE_SHARE else "out" if share <= OUT_SHARE else "borderline"
        paid = rows.loc[rows["funded"], "commitment"]
        money = float(paid.mean()) if len(paid) else 0.0
        records.append([project, rows["name"].iloc[0], rows["sector"].iloc[0], funded, total, share, money, role])
    columns = ["project", "name", "sector", "funded_in", "sets", "share", "commitment", "role"]
    records.sort(key=lambda record: (-record[5], -record[6], record[0]))
    return pd.DataFrame(records, columns=columns)


def by_reference(instance: Instance, run: Mapping[str, Any]) -> float | None:
    """Return what a run's plan is worth by the first level of the reference's objective; None without a plan."""
    metrics = run["metrics"]
    weights = {name: float(weight) for name, weight in instance.objective_levels[0].weights.items() if weight}
    if run["objective"] is None or not metrics:
        return None
    return sum(weight * metrics.get(name, 0.0) for name, weight in weights.items())
