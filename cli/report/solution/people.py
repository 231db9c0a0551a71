"""The tables that people ask a plan for: by sector, region and year, what to buy, what to do when, every limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outlay.cli.report.layout.grid import Cell, Grid, Heading, grid
from outlay.cli.views import words

if TYPE_CHECKING:
    from outlay.optimizer.answer.solution import Solution

_KINDS = {"bought": "buy", "imported": "import", "short": "short"}


def _rows(solution: Solution, table: str) -> list[dict[Any, Any]]:
    return solution.table(table).to_dict("records")


def groups_grid(solution: Solution, by: str) -> Grid:
    """Return one row a sector or region: candidates, funded, money, share, value, contribution."""
    rows = _rows(solution, f"{by}s")
    valued = any(row["value"] for row in rows)
    headings = (
        Heading(by.capitalize()), Heading("Candidates", right=True), Heading("Funded", right=True),
        Heading("Commitment", solution.instance.settings.money_unit, right=True), Heading("Share", right=True),
        *([Heading("Value", right=True)] if valued else []), Heading("Adds to the objective", right=True),
    )  # fmt: skip
    places = words.places_for(row["commitment"] for row in rows)
    return grid(
        headings,
        [
            [
                row[by] or "(none)", f"{row['candidates']:,}", f"{row['funded']:,}",
                words.fixed(row["commitment"], places), Cell(words.share(row["share"]), bar=row["share"]),
                *([words.number(row["value"])] if valued else []), words.number(row["contribution"]),
            ]
            for row in rows
        ],
    )  # fmt: skip


def years_grid(solution: Solution) -> Grid:
    """Return what falls into each year."""
    rows = _rows(solution, "years")
    unit = solution.instance.settings.money_unit
    headings = (
        Heading("Year"), Heading("Selected", right=True), Heading("Committed", unit, right=True),
        Heading("Begun", right=True), Heading("Completed", right=True), Heading("Drawn", unit, right=True),
    )  # fmt: skip
    places = words.places_for(amount for row in rows for amount in (row["commitment"], row["draws"]))
    return grid(
        headings,
        [
            [
                row["year"], f"{row['selected']:,}", words.fixed(row["commitment"], places), f"{row['started']:,}",
                f"{row['completed']:,}", words.fixed(row["draws"], places),
            ]
            for row in rows
        ],
    )  # fmt: skip


def todo_grid(solution: Solution) -> Grid:
    """Return what has to happen, by date."""
    headings = (
        Heading("When"), Heading("What"), Heading("Id"), Heading("Name", wide=True), Heading("Amount", right=True),
        Heading("Unit"),
    )  # fmt: skip
    return grid(
        headings,
        [
            [
                row["when"], row["what"], row["id"], row["name"],
                words.number(row["amount"]) if words.exists(row["amount"]) else "", row["unit"],
            ]
            for row in _rows(solution, "todo")
        ],
        most_characters=100_000,
    )  # fmt: skip


def procurement_grid(solution: Solution) -> Grid:
    """Return what must be bought or imported and what is short: amounts, units, first and last date, cost."""
    headings = (
        Heading(""), Heading("What"), Heading("Of"), Heading("In all", right=True),
        Heading("Most a period", right=True), Heading("Unit"), Heading("First"), Heading("Last"),
        Heading("Cost, discounted", solution.instance.settings.money_unit, right=True),
    )  # fmt: skip
    rows = sorted(_rows(solution, "procurement"), key=lambda row: row["kind"] != "short")
    title = solution.instance.resource_title
    return grid(
        headings,
        [
            [
                Cell(_KINDS[row["kind"]], "badge crowded" if row["kind"] == "short" else ""), title(row["name"]),
                "" if row["of"] == row["name"] else title(row["of"]),
                words.NOTHING if row["kind"] == "short" else words.number(row["amount"]), words.number(row["most"]),
                row["unit"], row["first"], row["last"], words.number(row["cost"]),
            ]
            for row in rows
        ],
    )  # fmt: skip


def limits_grid(solution: Solution) -> Grid:
    """Return every limit at its tightest."""
    headings = (
        Heading("Limit", wide=True), Heading("Tightest"), Heading("Used", right=True), Heading("Available", right=True),
        Heading("Unit"), Heading("Share", right=True),
    )  # fmt: skip
    rows = []
    for row in _rows(solution, "limits"):
        shown = words.share if row["unit"] == "share" else words.number
        known = words.exists(row["available"])
        share = row["share"] if words.exists(row["share"]) else 0.0
        name = solution.instance.resource_title(row["limit"])
        rows.append(
            [
                name if row["side"] == "at most" else f"{name} (least)", row["when"] or words.NOTHING,
                shown(row["used"]), shown(row["available"]) if known else "no limit",
                "" if row["unit"] == "share" else row["unit"],
                Cell(words.share(row["share"]), bar=min(1.0, max(0.0, share))),
            ]
        )  # fmt: skip
    return grid(headings, rows, most_characters=100_000)


def keeps_out_grid(solution: Solution) -> Grid:
    """Return which limits the projects that lost would exceed."""
    headings = (
        Heading("Limit", wide=True), Heading("Projects", right=True), Heading("Worth", right=True),
        Heading("By it alone", right=True), Heading("Which", wide=True),
    )  # fmt: skip
    title = solution.instance.resource_title
    return grid(
        headings,
        [
            [
                title(row["limit"]), f"{row['projects']:,}", words.number(row["worth"]), f"{row['alone']:,}",
                words.listed(str(row["which"]).split(";"), 12),
            ]
            for row in _rows(solution, "keeps_out")
        ],
    )  # fmt: skip
