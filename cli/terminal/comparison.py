"""A comparison on a terminal: sets, plans, who is always in, what binds, what differs, what each family costs."""

from __future__ import annotations

from typing import Any

import pandas as pd

from outlay.cli.terminal.screen import Column, Page
from outlay.cli.views import words
from outlay.instances.values.text import shown
from outlay.optimizer.compare.comparison import Comparison
from outlay.optimizer.record.recheck import AS_RECORDED

#: So many rows of a list are shown; all are in the folder's CSV files.
MOST_ROWS = 40
#: A scale that differs by less than this is the same to a reader.
LEAST_SCALE = 0.005


def show_comparison(page: Page, result: Comparison) -> None:
    """Add everything that a committee discusses."""
    page.line(shown(result.title or result.name), "bold")
    page.note(f"{result.name}: {words.count(len(result.sets), 'constraint set')}, compared with {result.reference}")
    _cases(page, result)
    _matrix(page, result)
    _roles(page, result)
    _binding(page, result)
    _inputs(page, result)
    _attribution(page, result)
    _proof(page, result)


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    plain = table.astype(object)
    records: list[dict[str, Any]] = plain.where(table.notna(), None).to_dict("records")  # type: ignore[assignment]
    return records


def _cases(page: Page, result: Comparison) -> None:
    page.heading("Objective by set")
    rows = []
    for row in _records(result.cases):
        percent = row["change_percent"]
        change = "" if row["set"] == result.reference or percent is None else f"{percent:+.1f} %"
        change = "0.0 %" if change in {"+0.0 %", "-0.0 %"} else change
        rows.append(
            [
                row["set"],
                row["title"],
                words.number(row["objective"], 5),
                change,
                row["funded"] if row["funded"] is None else int(row["funded"]),
                words.number(row["commitment"]),
                row["status"] if row["objective"] is None or row["verified"] else "not verified",
            ]
        )
    columns = [
        Column("Set"),
        Column("", least=20),
        Column("Objective", right=True),
        Column("Change", right=True),
        Column("Funded", right=True),
        Column(result.money_unit or "Money", right=True),
        Column("Status"),
    ]
    page.table(columns, rows)


def _matrix(page: Page, result: Comparison) -> None:
    page.heading("Where the plan differs from the reference")
    flips = {row["set"]: row for row in _records(result.flips)}
    plans = {name: table.set_index("project") for name, table in result.plans.groupby("set")}
    for name in result.sets[1:]:
        if name in flips and result.reference in plans:
            page.fact(name, _difference(plans[result.reference], plans[name], flips[name]))


def _difference(before: pd.DataFrame, after: pd.DataFrame, flip: dict[str, Any]) -> str:
    """Return in words which projects come, go or change their alternative, and how many only move."""
    came, went, other, scales = [], [], [], 0
    for project in after.index:
        old, new = before.loc[project], after.loc[project]
        if new["funded"] and not old["funded"]:
            came.append(f"+{project}")
        elif old["funded"] and not new["funded"]:
            went.append(f"-{project}")
        elif new["funded"] and new["alternative"] != old["alternative"]:
            other.append(f"{project} {new['alternative']}")
        elif new["funded"]:
            scales += abs(new["scale"] - old["scale"]) >= LEAST_SCALE
    parts = [" ".join(part) for part in (came, went) if part]
    parts += [f"instead: {', '.join(other)}"] if other else []
    parts += [words.count(int(flip["changed_starts"]), "start") + " moved"] if flip["changed_starts"] else []
    parts += [words.count(scales, "scale") + " changed"] if scales else []
    ties = int(flip["ties"])
    parts += [words.count(ties, "flip was only a tie", "flips were only ties")] if ties else []
    return "; ".join(parts) or "the same plan"


def _roles(page: Page, result: Comparison) -> None:
    page.heading("How often each project is funded")
    total = len(result.sets)
    for role, what in (("core", "in every set"), ("borderline", "in some"), ("out", "in none")):
        rows = result.frequency[result.frequency["role"] == role]
        names = [
            f"{project} ({funded}/{total})" if role == "borderline" else str(project)
            for project, funded in zip(rows["project"], rows["funded_in"], strict=True)
        ]
        page.fact(f"{role.capitalize()}", f"{what}: " + (", ".join(names) or "none"))


def _binding(page: Page, result: Comparison) -> None:
    page.heading("What binds in which set")
    where: dict[str, list[str]] = {}
    for what, name in zip(result.binding["what"], result.binding["set"], strict=True):
        where.setdefault(str(what), []).append(str(name))
    ordered = sorted(where.items(), key=lambda item: (-len(item[1]), item[0]))
    rows = [[what, len(names), words.listed(names, 5)] for what, names in ordered[:MOST_ROWS]]
    page.table([Column("Limit", least=28), Column("Sets", right=True), Column("Which", least=20, wrap=True)], rows)
    _left_out(page, len(ordered))


def _inputs(page: Page, result: Comparison) -> None:
    page.heading("What differs in the inputs")
    rows = []
    for (name, table, column), group in result.inputs.groupby(["set", "table", "column"], sort=False):
        first = group.iloc[0]
        text = first["kind"] if not column else f"{first['before'] or '(blank)'} -> {first['after'] or '(blank)'}"
        more = f" and {len(group) - 1} more" if len(group) > 1 else ""
        rows.append([name, f"{table} {column}".strip(), f"{first['row']}{more}", text])
    columns = [Column("Set"), Column("Where", least=16), Column("Row", least=16), Column("Change", least=16)]
    page.table(columns, rows[:MOST_ROWS])
    _left_out(page, len(rows))


def _left_out(page: Page, count: int) -> None:
    if count > MOST_ROWS:
        page.note(f"{count - MOST_ROWS} more in the tables of -o FOLDER, or with --json")


def _attribution(page: Page, result: Comparison) -> None:
    table = result.attribution
    if table is None:
        return
    page.heading(f"What each family of constraints costs in {result.reference}")
    widest = max(abs(float(loss)) for loss in table["loss"]) or 1.0
    rows = []
    for row in _records(table):
        bar = "█" * round(30 * max(0.0, row["loss"]) / widest)
        between = f"{words.number(row['low'])} to {words.number(row['high'])}"
        rows.append([row["family"], words.number(row["loss"]), between, words.share(row["share"]), bar])
    columns = [
        Column("Family"),
        Column("Loss", right=True),
        Column("Between", right=True),
        Column("Share", right=True),
        Column("", least=8),
    ]
    page.table(columns, rows)
    total = float(table["loss"].sum())
    page.note(f"Shapley values over all on/off combinations; together {words.number(total, 5)} of the objective.")


def _proof(page: Page, result: Comparison) -> None:
    page.heading("How sure is this?")
    records = _records(result.cases)
    proved = sum(row["status"] in {"optimal", "within gap"} for row in records)
    gaps = [row["gap"] for row in records if row["gap"] is not None]
    worst = f"; largest gap {words.gap(max(gaps))}" if gaps else ""
    page.fact("Proof", f"{proved} of {len(records)} sets proved within the gap asked for{worst}.")
    verified = sum(bool(row["verified"]) for row in records)
    planned = sum(row["objective"] is not None for row in records)
    page.fact("Check", f"{verified} of {planned} plans checked again independently in exact arithmetic, and hold.")
    page.fact("As recorded", "; ".join(AS_RECORDED))
    for row in records:
        if row["message"]:
            page.fact(str(row["set"]), str(row["message"]))
