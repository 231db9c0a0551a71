"""A comparison on a terminal: sets, plans, who is always in, what binds, what differs, what each family costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pandas as pd

from outlay.cli.terminal.screen import Column, Page
from outlay.cli.views import words
from outlay.cli.views.reasons import short
from outlay.instances.values.text import shown
from outlay.optimizer.answer.reason import Reason
from outlay.optimizer.compare.comparison import Comparison
from outlay.optimizer.record.recorded import AS_RECORDED

#: So many rows of a list are shown; all are in the folder's CSV files.
MOST_ROWS = 40
#: So many sets are few; so many changes of a set are listed then, and where they are more.
FEW_SETS, MOST_CHANGES, FEW_CHANGES = 6, 10, 3


def show_comparison(
    page: Page, result: Comparison, warnings: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> None:
    """Add everything that a committee discusses; `warnings` are those of each set that the reference has not."""
    page.line(shown(result.title or result.name), "bold")
    noun = "run" if result.of == "run" else "constraint set"
    page.note(f"{result.name}: {words.count(len(result.sets), noun)}, compared with {result.reference}")
    _cases(page, result)
    for name, texts in warnings.items():
        for text in texts:
            page.fact(f"{name} !", text, "yellow")
    _matrix(page, result)
    _by_sector(page, result)
    _roles(page, result)
    _procurement(page, result)
    _binding(page, result)
    _inputs(page, result)
    _attribution(page, result)
    _proof(page, result)


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    plain = table.astype(object)
    records: list[dict[str, Any]] = plain.where(table.notna(), None).to_dict("records")  # type: ignore[assignment]
    return records


def _cases(page: Page, result: Comparison) -> None:
    page.heading(f"Objective by {result.of}")
    records = _records(result.cases)
    other = any(row["other_objective"] for row in records)
    rows = []
    for row in records:
        rows.append(
            [
                row["set"],
                row["title"],
                words.number(row["objective"], 5),
                _percent(row, result.reference),
                *([words.number(row["by_reference"], 5)] if other else []),
                row["funded"] if row["funded"] is None else int(row["funded"]),
                words.number(row["commitment"]),
                row["never"],
                row["status"] if row["objective"] is None or row["verified"] else "not verified",
            ]
        )
    columns = [
        Column(result.of.capitalize()),
        Column("", least=20),
        Column("Objective", right=True),
        Column("Change", right=True),
        *([Column(f"By {result.reference}'s", right=True)] if other else []),
        Column("Funded", right=True),
        Column(result.money_unit or "Money", right=True),
        Column("Never available", least=12),
        Column("Status"),
    ]
    page.table(columns, rows)
    if other:
        page.note(
            f"A {result.of} with another objective is not compared by it. "
            f"By {result.reference}'s: what each plan is worth by the objective of {result.reference}."
        )
    hopeless = [str(row["set"]) for row in records if row["status"] == "infeasible" and result.of == "set"]
    if hopeless:
        page.note(f"Which rules contradict each other, outlay explain finds out: --set {hopeless[0]}")


def _percent(row: dict[str, Any], reference: str) -> str:
    """Return the change of the objective; that by the reference's objective where the set has another one."""
    if row["set"] == reference:
        return ""
    percent = row["by_reference_percent"] if row["other_objective"] else row["change_percent"]
    if percent is None:
        return ""
    text = f"{percent:+.1f} %"
    text = "0.0 %" if text in {"+0.0 %", "-0.0 %"} else text
    return f"({text})" if row["other_objective"] else text


def _matrix(page: Page, result: Comparison) -> None:
    page.heading(f"Where the plan differs from {result.reference}")
    if len(result.sets) < 2:
        page.note("Nothing is compared with it: name more sets (--sets base,NAME or --all).")
        return
    flips = {row["set"]: row for row in _records(result.flips)}
    most = MOST_CHANGES if len(result.sets) <= FEW_SETS else FEW_CHANGES
    for name in result.sets[1:]:
        rows = [row for row in _records(result.changes) if row["set"] == name]
        if name not in flips:
            continue
        page.fact(name, _in_words(rows, flips[name], result.money_unit))
        if rows:
            reasons = result.reasons.get(name, {})
            page.table(_CHANGE_COLUMNS, [_change_cells(row, reasons.get(row["project"])) for row in rows[:most]])
        if result.of == "run" and (rows or flips[name]["changed_starts"]):
            page.note(_ties_of_runs(name, result.reference, flips[name]))
        if len(rows) > most:
            moved = words.money(sum(abs(row["difference"]) for row in rows[most:]), result.money_unit)
            page.note(f"{len(rows) - most} more, {moved} (in changes.csv of -o FOLDER, or with --json)")


def _ties_of_runs(name: str, reference: str, flip: dict[str, Any]) -> str:
    """Return whether a run's plan had to differ so much, among those as good."""
    if flip["proved"]:
        return f"Of all plans as good as that of {name}, this one differs least from {reference}'s."
    return f"{name} keeps the plan that it found: where others are as good, a part of what differs may be a tie."


_CHANGE_COLUMNS = (
    Column(""),
    Column("Id"),
    Column("Project", least=16),
    Column("Sector", least=8),
    Column("Money", right=True),
    Column("Why", least=20, wrap=True),
)


def _change_cells(row: dict[str, Any], reason: Reason | None) -> list[object]:
    name = "" if row["name"] == row["project"] else row["name"]
    mark = {"in": "+", "out": "-"}.get(row["change"], "=")
    money = f"{row['difference']:+,.4g}" if abs(row["difference"]) < 1e4 else f"{row['difference']:+,.0f}"
    why = "" if row["change"] == "in" else row["change"]
    if row["change"] == "out":
        why = row["why"] if reason is None else short(reason)
    return [mark, row["project"], name, row["sector"], "" if not row["difference"] else money, why]


def _in_words(rows: list[dict[str, Any]], flip: dict[str, Any], unit: str) -> str:
    """Return how many projects come and go, by sector, and how many only move."""
    parts = []
    for change, verb in (("out", "out"), ("in", "in")):
        chosen = [row for row in rows if row["change"] == change]
        if chosen:
            money = words.money(sum(abs(row["difference"]) for row in chosen), unit)
            parts.append(f"{words.count(len(chosen), 'project')} {verb} ({money}{_sectors(chosen, unit)})")
    other = [row for row in rows if row["change"] not in {"in", "out"}]
    parts += [f"{len(other)} otherwise or at another scale"] if other else []
    parts += [words.count(int(flip["changed_starts"]), "start") + " moved"] if flip["changed_starts"] else []
    ties = int(flip["ties"])
    parts += [words.count(ties, "flip was only a tie", "flips were only ties")] if ties else []
    return "; ".join(parts) or "the same plan"


def _sectors(rows: list[dict[str, Any]], unit: str) -> str:
    """Return the money by sector, the largest first; empty where there is one or none."""
    sums: dict[str, float] = {}
    for row in rows:
        sums[row["sector"] or "none"] = sums.get(row["sector"] or "none", 0.0) + abs(row["difference"])
    if len(sums) < 2:
        return ""
    ordered = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    return ": " + words.listed([f"{name} {words.money(amount, unit)}" for name, amount in ordered], 4)


def _roles(page: Page, result: Comparison) -> None:
    rows = _records(result.frequency)
    if not rows or (result.of == "run" and len(result.sets) == 2):
        return  # what two runs hold in common, their differences have told
    page.heading("How often each project is funded")
    counted = int(rows[0]["sets"])
    left_out = [row["set"] for row in _records(result.cases) if row["kind"] == "ablation"]
    texts = {"core": "in at least 90 %", "borderline": "in more than 10 %, fewer than 90 %,", "out": "in at most 10 %"}
    for role, what in texts.items():
        own = [row for row in rows if row["role"] == role]
        money = words.money(sum(row["commitment"] for row in own), result.money_unit)
        page.fact(role.capitalize(), f"{what} of the {result.of}s: {words.count(len(own), 'project')}, {money}")
    page.table(
        [
            Column("Id"),
            Column("Project", least=16),
            Column("Sector", least=8),
            Column(result.money_unit or "Money", right=True),
            Column("Funded in", right=True),
            Column("Role"),
        ],
        [
            [
                row["project"],
                "" if row["name"] == row["project"] else row["name"],
                row["sector"],
                words.number(row["commitment"]),
                f"{row['funded_in']} of {row['sets']}",
                row["role"],
            ]
            for row in rows[:MOST_ROWS]
        ],
    )
    _left_out(page, len(rows))
    if left_out:
        page.note(f"Counted: {counted} sets; not the ablations {words.listed(left_out, 8)}.")


def _procurement(page: Page, result: Comparison) -> None:
    """Add what each set's plan buys, imports and is short of."""
    rows = _records(result.procurement)
    if not rows:
        return
    page.heading("What must be bought, imported or is short")
    cells = []
    for name in result.sets:
        own = [row for row in rows if row["set"] == name]
        costs = [
            words.money(sum(row["cost"] for row in own if row["kind"] == kind), result.money_unit)
            for kind in ("bought", "imported")
        ]
        short = [f"{words.number(row['most'])} {row['unit']} of {row['name']}" for row in own if row["kind"] == "short"]
        cells.append([name, *costs, "; ".join(short) or "nothing"])
    columns = [Column(result.of.capitalize()), Column("Bought", right=True), Column("Imported", right=True)]
    page.table([*columns, Column("Short of, at most", least=20, wrap=True)], cells)


def _by_sector(page: Page, result: Comparison) -> None:
    """Add the money by sector and set, where the sets are few."""
    rows = _records(result.sectors)
    names = sorted({row["sector"] for row in rows})
    if len(names) < 2 or len(result.sets) > FEW_SETS:
        return
    page.heading(f"Committed by sector{', ' + result.money_unit if result.money_unit else ''}")
    spent = {(row["set"], row["sector"]): row["commitment"] for row in rows}
    places = words.places_for(spent.values())
    page.table(
        [Column("Sector"), *(Column(name, right=True) for name in result.sets)],
        [
            [sector or "(none)", *(words.fixed(spent.get((name, sector)), places) for name in result.sets)]
            for sector in names
        ],
    )


def _binding(page: Page, result: Comparison) -> None:
    page.heading(f"What binds in which {result.of}")
    if not len(result.binding):
        page.line("  No limit is used up to the last.")
        return
    where: dict[str, list[str]] = {}
    for what, name in zip(result.binding["what"], result.binding["set"], strict=True):
        where.setdefault(str(what), []).append(str(name))
    ordered = sorted(where.items(), key=lambda item: (-len(item[1]), item[0]))
    rows = [[what, len(names), words.listed(names, 5)] for what, names in ordered[:MOST_ROWS]]
    page.table(
        [
            Column("Limit", least=28),
            Column(f"{result.of.capitalize()}s", right=True),
            Column("Which", least=20, wrap=True),
        ],
        rows,
    )
    _left_out(page, len(ordered))


def _inputs(page: Page, result: Comparison) -> None:
    if not len(result.inputs):
        return
    page.heading("What differs in the inputs")
    rows = []
    for (name, table, column), group in result.inputs.groupby(["set", "table", "column"], sort=False):
        first = group.iloc[0]
        text = first["kind"] if not column else f"{first['before'] or '(blank)'} -> {first['after'] or '(blank)'}"
        more = f" and {len(group) - 1} more" if len(group) > 1 else ""
        rows.append([name, f"{table} {column}".strip(), f"{first['row']}{more}", text])
    columns = [
        Column(result.of.capitalize()),
        Column("Where", least=16),
        Column("Row", least=16),
        Column("Change", least=16),
    ]
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
    proved = sum(row["status"] in {"optimal", "within gap", "infeasible", "unbounded"} for row in records)
    gaps = [row["gap"] for row in records if row["gap"] is not None]
    worst = f"; largest gap {words.gap(max(gaps))}" if gaps else ""
    page.fact("Proof", f"{proved} of {len(records)} {result.of}s proved within the gap asked for{worst}.")
    verified = sum(bool(row["verified"]) for row in records)
    planned = sum(row["objective"] is not None for row in records)
    page.fact("Check", f"{verified} of {planned} plans checked again independently in exact arithmetic, and hold.")
    page.fact("As recorded", "; ".join(AS_RECORDED))
    for row in records:
        if row["message"]:
            page.fact(str(row["set"]), str(row["message"]))
