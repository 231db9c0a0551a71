"""Tables that people ask for: what must be bought, sectors, regions, funds by year, years, what to do when."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from outlay.cli.terminal.screen import Column, Page
from outlay.cli.terminal.solution.plan import money_title
from outlay.cli.terminal.solution.totals import limit_cells
from outlay.cli.views import words
from outlay.cli.views.labels import objective_unit

if TYPE_CHECKING:
    from outlay.optimizer.answer.solution import Solution

_KINDS = {"bought": "buy", "imported": "import", "short": "SHORT"}
_UNNAMED = "(none)"


def show_procurement(page: Page, solution: Solution) -> None:
    """Add what must be bought or imported and what is short, with amounts, first date and cost."""
    rows = solution.tables["procurement"].to_dict("records")
    if not rows:
        page.note("Nothing is bought, imported or short.")
        return
    rows.sort(key=lambda row: row["kind"] != "short")
    title = solution.instance.resource_title
    page.table(
        [
            Column(""),
            Column("What", least=16),
            Column("Of", least=10),
            Column("In all", right=True),
            Column("At most", right=True),
            Column("Unit", least=8),
            Column("First"),
            Column("Last"),
            Column(money_title(solution, "Cost,"), right=True),
        ],
        [
            [
                _KINDS[row["kind"]],
                title(row["name"]),
                "" if row["of"] == row["name"] else title(row["of"]),
                words.NOTHING if row["kind"] == "short" else words.number(row["amount"]),
                words.number(row["most"]),
                row["unit"],
                row["first"],
                "" if row["first"] == row["last"] else row["last"],
                words.number(row["cost"]),
            ]
            for row in rows
        ],
    )
    page.note("At most: in one period. Cost: discounted, as in the metric cost.")


def show_limits(page: Page, solution: Solution) -> None:
    """Add every limit at its tightest."""
    rows = solution.tables["limits"].to_dict("records")
    if not rows:
        page.note("The instance has no limits.")
        return
    titles = (("Limit", False), ("Unit", False), ("Tightest", False), ("Used", True), ("Available", True), ("", True))
    page.table(
        [Column(title, right=right, least=16 if title == "Limit" else None) for title, right in titles],
        [limit_cells(row, solution.instance) for row in rows],
    )


def show_groups(page: Page, solution: Solution, by: str) -> None:
    """Add one row a sector or region."""
    rows = solution.tables[f"{by}s"].to_dict("records")
    valued = any(row["value"] for row in rows)
    columns = [
        Column(by.capitalize(), least=12),
        Column("Candidates", right=True),
        Column("Funded", right=True),
        Column(money_title(solution), right=True),
        Column("Share", right=True),
        *([Column("Value", right=True)] if valued else []),
        Column("Adds", right=True),
    ]
    places = words.places_for(row["commitment"] for row in rows)
    page.table(
        columns,
        [
            [
                row[by] or _UNNAMED,
                f"{row['candidates']:,}",
                f"{row['funded']:,}",
                words.fixed(row["commitment"], places),
                words.share(row["share"]),
                *([words.number(row["value"])] if valued else []),
                words.number(row["contribution"]),
            ]
            for row in rows
        ],
    )


def show_funds(page: Page, solution: Solution) -> None:
    """Add who pays how much in which year."""
    table = solution.tables["funds"]
    if not len(table):
        page.note("The instance has no funds, or none pays anything.")
        return
    years = list(dict.fromkeys(solution.tables["years"]["year"]))
    places = words.places_for(table["amount"].tolist())
    paid = {(row["fund"], row["year"]): float(row["amount"]) for row in table.to_dict("records")}
    names = sorted(set(table["fund"]))
    totals = [sum(paid.get((name, year), 0.0) for year in years) for name in names]
    rows = [[year, *(words.fixed(paid.get((name, year), 0.0), places) for name in names)] for year in years]
    rows.append(["in all", *(words.fixed(total, places) for total in totals)])
    page.table([Column("Year"), *(Column(f"{name}", right=True) for name in names)], rows)
    page.note(f"In {solution.instance.settings.money_unit or 'money'}, when it is drawn.")


def show_years(page: Page, solution: Solution) -> None:
    """Add what falls into each year."""
    rows = solution.tables["years"].to_dict("records")
    places = words.places_for(amount for row in rows for amount in (row["commitment"], row["draws"]))
    page.table(
        [
            Column("Year"),
            Column("Selected", right=True),
            Column(money_title(solution, "Committed,"), right=True),
            Column("Begun", right=True),
            Column("Completed", right=True),
            Column(money_title(solution, "Drawn,"), right=True),
        ],
        [
            [
                row["year"],
                f"{row['selected']:,}",
                words.fixed(row["commitment"], places),
                f"{row['started']:,}",
                f"{row['completed']:,}",
                words.fixed(row["draws"], places),
            ]
            for row in rows
        ],
    )


def show_todo(page: Page, solution: Solution) -> None:
    """Add what has to happen, by date."""
    rows = solution.tables["todo"].to_dict("records")
    if not rows:
        page.note("There is nothing to do.")
        return
    last: str | None = None
    cells: list[list[object]] = []
    for row in rows:
        amount = f"{words.number(row['amount'])} {row['unit']}".strip() if words.exists(row["amount"]) else ""
        name = "" if row["name"] == row["id"] else row["name"]
        cells.append(["" if row["when"] == last else row["when"], row["what"], row["id"], name, amount])
        last = row["when"]
    page.table(
        [
            Column("When"),
            Column("What", least=16),
            Column("Id"),
            Column("Name", least=12),
            Column("Amount", right=True),
        ],
        cells,
    )


def show_contributions(page: Page, solution: Solution) -> None:
    """Add what each part of a plan adds to the objective, and their sum."""
    rows = solution.tables["contributions"].to_dict("records")
    total = math.fsum(row["amount"] for row in rows)
    places = words.places_for([total, *(row["amount"] for row in rows)])
    kinds = [row["kind"] for row in rows]
    cells: list[list[object]] = [
        ["" if at and kinds[at - 1] == row["kind"] else row["kind"], row["id"], row["name"],
         words.fixed(row["amount"], places)]
        for at, row in enumerate(rows)
    ]  # fmt: skip
    cells.append(["the objective", "", "", words.fixed(total, places)])
    unit = objective_unit(solution.instance)
    page.table(
        [Column("What", least=13), Column("Id"), Column("Name", least=12), Column(f"Adds, {unit}", right=True)], cells
    )
    if len(solution.levels) > 1:
        page.note("Of the first level of the objective.")


Show = Callable[[Page, Any], None]

#: Sections that stand here.
SHOWN: dict[str, Show] = {
    "procurement": show_procurement,
    "limits": show_limits,
    "sectors": lambda page, solution: show_groups(page, solution, "sector"),
    "regions": lambda page, solution: show_groups(page, solution, "region"),
    "funds": show_funds,
    "years": show_years,
    "todo": show_todo,
    "contributions": show_contributions,
}
