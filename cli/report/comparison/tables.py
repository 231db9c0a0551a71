"""The tables of a comparison's report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from outlay.cli.report.layout.grid import Cell, Grid, Heading, grid
from outlay.cli.report.layout.style import gap
from outlay.cli.views import words
from outlay.instances.dictionary.names import USE_PREFIX

if TYPE_CHECKING:
    from outlay.optimizer.compare.comparison import Comparison

Records = list[dict[Any, Any]]

_MONEY = frozenset({"value", "commitment", "us_npv", "japan_npv", "japan_content", "credit", "cost"})
#: From these changes on, in per cent, a cell is coloured, and more strongly.
_TONES = (1.0, 5.0, 20.0)


def _of(comparison: Comparison) -> Heading:
    """Return the heading of what stands side by side: sets, or runs."""
    return Heading(comparison.of.capitalize())


def records(table: pd.DataFrame) -> Records:
    """Return rows as dictionaries, with None for what does not exist."""
    return table.astype(object).where(table.notna(), None).to_dict("records")


def cases_grid(comparison: Comparison) -> Grid:
    """Return a row a set: status, objective, bound, change, what is funded."""
    unit = comparison.money_unit
    headings = (
        _of(comparison), Heading("What changes", wide=True), Heading("Kind"), Heading("Status"),
        Heading("Objective", right=True), Heading("Bound", right=True), Heading("Gap", right=True),
        Heading("Change", right=True), Heading("Change", "%", right=True),
        Heading(f"By {comparison.reference}'s objective", right=True), Heading("Funded", right=True),
        Heading("Commitment", unit, right=True), Heading("Never available"),
    )  # fmt: skip
    return grid(
        headings,
        [
            [
                row["set"], " ".join(text for text in (row["title"], row["message"]) if text), row["kind"],
                str(row["status"]),
                words.number(row["objective"], 6), words.number(row["bound"], 6), gap(row["gap"]),
                words.number(row["change"]),
                Cell("other objective") if row["other_objective"] else _toned(row["change_percent"]),
                _toned(row["by_reference_percent"], words.number(row["by_reference"], 6)), words.number(row["funded"]),
                words.number(row["commitment"]), row["never"],
            ]
            for row in records(comparison.cases)
        ],
    )  # fmt: skip


def _toned(percent: float | None, text: str | None = None) -> Cell:
    """Return a change, coloured by its size: blue for more, orange for less."""
    if percent is None:
        return Cell(text or words.NOTHING)
    strength = sum(abs(percent) >= least for least in _TONES)
    tone = f"{'up' if percent > 0 else 'down'}{strength}" if strength else ""
    own = f"{percent:+.1f}".replace("-", "−") if abs(percent) >= 0.05 else "0"
    return Cell(own if text is None else text, tone)


def metrics_grid(comparison: Comparison) -> Grid:
    """Return a row a set and a column a metric, coloured by the change to the reference."""
    table = comparison.metrics
    table = table[~table["metric"].astype(str).str.startswith(USE_PREFIX)]
    names = [name for name, rows in table.groupby("metric", sort=False) if rows["value"].fillna(0).abs().max() > 0]
    cells = {(row["set"], row["metric"]): row for row in records(table)}
    headings = [
        _of(comparison),
        *(Heading(str(name), comparison.money_unit if name in _MONEY else "", right=True) for name in names),
    ]
    rows: list[list[Cell | str]] = []
    for one in comparison.sets:
        found = [cells.get((one, name), {"value": None, "change_percent": None}) for name in names]
        rows.append([one, *(_toned(row["change_percent"], words.number(row["value"])) for row in found)])
    return grid(headings, rows)


def matrix_grid(comparison: Comparison) -> Grid:
    """Return the plans in words, a column a set."""
    table = comparison.plan_matrix
    headings = [Heading("Project"), Heading("Name", wide=True), *(Heading(str(name)) for name in comparison.sets)]
    rows = [
        [str(cell or "") for cell in row] for row in table[["project", "name", *comparison.sets]].to_numpy().tolist()
    ]
    return grid(headings, rows)


def frequency_grid(comparison: Comparison) -> Grid:
    """Return how many sets fund each project; core first."""
    rows = records(comparison.frequency)
    return grid(
        (
            Heading("Project"), Heading("Name", wide=True), Heading("Sector"), Heading("Role"),
            Heading("Commitment", comparison.money_unit, right=True), Heading("Funded in", right=True),
        ),
        [
            [
                row["project"], row["name"], row["sector"] or "",
                Cell(row["role"], f"badge {_ROLES.get(row['role'], '')}"), words.number(row["commitment"]),
                Cell(f"{row['funded_in']} of {row['sets']}", bar=row["funded_in"] / max(1, row["sets"])),
            ]
            for row in rows
        ],
    )  # fmt: skip


_ROLES = {"core": "core", "borderline": "borderline", "out": "out"}


def changes_grid(comparison: Comparison) -> Grid:
    """Return what comes and goes in each set, by name and money, the largest first."""
    headings = (
        _of(comparison), Heading("Project"), Heading("Name", wide=True), Heading("Sector"), Heading("Change"),
        Heading("Money", comparison.money_unit, right=True), Heading("Why", wide=True),
    )  # fmt: skip
    return grid(
        headings,
        [
            [
                row["set"], row["project"], row["name"], row["sector"] or "", row["change"],
                words.number(row["difference"]), row["why"],
            ]
            for row in records(comparison.changes)
        ],
        most_characters=200_000,
    )  # fmt: skip


def sectors_grid(comparison: Comparison) -> Grid:
    """Return the commitment by sector, a column a set."""
    rows = records(comparison.sectors)
    names = sorted({str(row["sector"]) for row in rows})
    spent = {(row["set"], str(row["sector"])): row["commitment"] for row in rows}
    headings = [
        Heading("Sector"), *(Heading(name, comparison.money_unit, right=True) for name in comparison.sets),
    ]  # fmt: skip
    return grid(
        headings,
        [[name or "(none)", *(words.number(spent.get((one, name))) for one in comparison.sets)] for name in names],
    )


def procurement_grid(comparison: Comparison) -> Grid:
    """Return what each set's plan buys, imports and is short of."""
    headings = (
        _of(comparison), Heading(""), Heading("What"), Heading("In all", right=True),
        Heading("Most a period", right=True), Heading("Unit"), Heading("First"),
        Heading("Cost", comparison.money_unit, right=True),
    )  # fmt: skip
    return grid(
        headings,
        [
            [
                row["set"], row["kind"], row["name"],
                words.NOTHING if row["kind"] == "short" else words.number(row["amount"]), words.number(row["most"]),
                row["unit"], row["first"], words.number(row["cost"]),
            ]
            for row in records(comparison.procurement)
        ],
        most_characters=100_000,
    )  # fmt: skip


def flips_grid(comparison: Comparison) -> Grid:
    """Return how far each plan is from the reference, ties apart."""
    headings = (
        _of(comparison), Heading("Projects changed", right=True), Heading("Starts changed", right=True),
        Heading("Differences that were only ties", right=True),
    )  # fmt: skip
    return grid(
        headings,
        [
            [row["set"], *(words.number(row[name]) for name in ("changed_projects", "changed_starts", "ties"))]
            for row in records(comparison.flips)
        ],
    )


def limits_grid(comparison: Comparison) -> Grid:
    """Return the limits that are used up, set by set."""
    headings = (
        _of(comparison), Heading("Family"), Heading("Limit", wide=True), Heading("Used", right=True),
        Heading("Allowed", right=True),
    )  # fmt: skip
    return grid(
        headings,
        [
            [row["set"], row["family"], row["what"], words.number(row["used"]), words.number(row["limit"])]
            for row in records(comparison.binding)
        ],
        most_characters=100_000,
    )


def input_grids(comparison: Comparison) -> list[tuple[str, Grid]]:
    """Return what each set changes in the inputs."""
    headings = [Heading(name.capitalize(), wide=name in {"before", "after"}) for name in _INPUT_COLUMNS]
    share = 250_000 // max(1, len(comparison.sets))
    return [
        (
            str(name),
            grid(
                headings,
                [[str(row[key] or "") for key in _INPUT_COLUMNS] for row in records(rows)],
                most_characters=share,
            ),
        )
        for name, rows in comparison.inputs.groupby("set", sort=False)
    ]


_INPUT_COLUMNS = ("table", "row", "column", "before", "after", "kind")


def any_table(table: pd.DataFrame) -> Grid:
    """Return any table as it is."""
    headings = [
        Heading(str(name).replace("_", " ").capitalize(), right=table[name].dtype.kind == "f") for name in table
    ]
    rows = [
        [words.number(cell, 6) if isinstance(cell, float) else str(cell) for cell in row]
        for row in table.astype(object).to_numpy().tolist()
    ]
    return grid(headings, rows)
