"""An answer as a workbook: one sheet a table, real numbers, and charts of the plan and of what it draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from outlay.instances.formats.output import write_file
from outlay.instances.formats.workbook.sheets import LONGEST_CELL, Book, book_of
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.export.tables import export_tables

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

#: Most bars of the chart of the plan, and most characters of a reason.
_MOST_BARS, _WIDEST = 60, 60


def write_results(solution: Solution, path: str | Path, *, force: bool = False) -> Path:
    """Write an answer as a workbook (``.xlsx``) and return its path.

    Raises
    ------
    InputError
        If the file exists and `force` is not set, or cannot be written.
    InfeasibleError, SolverFailedError, NoPlanError, UnverifiedError
        If there is no plan, or none that may be shown.
    """
    tables = export_tables(solution)
    return write_file(path, book_of(lambda book: _fill(book, solution, tables), exact=False), force=force)


def write_sheets(
    tables: Mapping[str, pd.DataFrame], path: str | Path, *, title: str, facts: Sequence[tuple[str, Any]], force: bool
) -> Path:
    """Write tables as a workbook: a summary of facts, then one sheet a table; return its path.

    Raises
    ------
    InputError
        If the file exists and `force` is not set, or cannot be written.
    """

    def fill(book: Book) -> None:
        summary = book.workbook.add_worksheet("summary")
        for name, table in tables.items():
            _write_table(book, name, table)
        _write_facts(book, summary, title, facts)

    return write_file(path, book_of(fill, exact=False), force=force)


def _fill(book: Book, solution: Solution, tables: dict[str, pd.DataFrame]) -> None:
    summary = book.workbook.add_worksheet("summary")
    for name, table in tables.items():
        _write_table(book, name, table)
    row = _write_summary(book, summary, solution)
    _chart_plan(book, summary, tables["timeline"], solution, row + 1)
    _chart_draws(book, summary, tables["resources"], solution, row + 1)


def _write_summary(book: Book, sheet: Worksheet, solution: Solution) -> int:
    """Write the facts of an answer; return the last row."""
    instance, funded = solution.instance, solution.projects["funded"]
    facts: list[tuple[str, Any]] = [
        ("instance", instance.name),
        ("constraint set", solution.constraint_set),
        ("status", str(solution.status)),
        ("objective", solution.objective),
        ("proved bound", solution.bound),
        ("gap", solution.gap),
        ("projects", len(funded)),
        ("funded", int(funded.sum())),
        ("committed", solution.metrics.get("commitment")),
        ("unit of money", instance.settings.money_unit),
        ("checked again independently", "all conditions hold" if solution.verified else "no"),
    ]
    return _write_facts(book, sheet, instance.settings.title or instance.name, facts)


def _write_facts(book: Book, sheet: Worksheet, title: str, facts: Sequence[tuple[str, Any]]) -> int:
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 60)
    book.write(sheet, 0, 0, title, style="title")
    row = 1
    for row, (name, value) in enumerate(facts, start=2):
        book.write(sheet, row, 0, name, style="header")
        book.write(sheet, row, 1, value)
    return row


def _write_table(book: Book, name: str, table: pd.DataFrame) -> None:
    sheet = book.sheet(name)
    for place, header in enumerate(table.columns):
        book.write(sheet, 0, place, str(header), style="header")
        cells = [_plain(cell) for cell in table[header].tolist()]
        for row, cell in enumerate(cells, start=1):
            book.write(sheet, row, place, cell)
        texts = [str(header), *(str(cell) for cell in cells[:300] if cell is not None)]
        sheet.set_column(place, place, min(_WIDEST, 3 + max(map(len, texts))))
    if len(table):
        sheet.autofilter(0, 0, len(table), len(table.columns) - 1)


def _plain(cell: Any) -> Any:
    if hasattr(cell, "item"):
        cell = cell.item()
    if cell is None or cell != cell or cell == "":  # noqa: PLR0124 - NaN is not itself
        return None
    return cell[: LONGEST_CELL - 10] + "..." if isinstance(cell, str) and len(cell) > LONGEST_CELL - 10 else cell


def _chart_plan(book: Book, sheet: Worksheet, timeline: pd.DataFrame, solution: Solution, row: int) -> None:
    """Draw when each funded project is built: bars from its start to its operation."""
    shown = min(len(timeline), _MOST_BARS)
    if not shown:
        return
    data = book.workbook.add_worksheet("chart data")
    names = dict(zip(solution.projects["project"], solution.projects["name"], strict=True))
    size = solution.instance.months_per_period / 12
    first = int(solution.instance.month_of(0)[:4]) + (int(solution.instance.month_of(0)[5:]) - 1) / 12
    for place, header in enumerate(("project", "start", "years of building")):
        book.write(data, 0, place, header, style="header")
    ordered = timeline.sort_values(["start", "project"]).head(shown)
    for number, record in enumerate(ordered.to_dict("records"), start=1):
        book.write(data, number, 0, str(names.get(record["project"], record["project"])))
        book.write(data, number, 1, first + record["start"] * size)
        book.write(data, number, 2, (record["operation"] - record["start"]) * size)
    chart = book.workbook.add_chart({"type": "bar", "subtype": "stacked"})
    places = ["chart data", 1, 0, shown, 0]
    chart.add_series({"categories": places, "values": ["chart data", 1, 1, shown, 1], "fill": {"none": True}})
    chart.add_series({"categories": places, "values": ["chart data", 1, 2, shown, 2], "fill": {"color": "#3B6EA5"}})
    chart.set_title({"name": "The plan: years of building"})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True})
    chart.set_x_axis({"min": int(first), "num_format": "0"})
    chart.set_size({"width": 900, "height": 120 + 20 * shown})
    sheet.insert_chart(row, 0, chart)


def _chart_draws(book: Book, sheet: Worksheet, resources: pd.DataFrame, solution: Solution, row: int) -> None:
    """Draw what is used of the yearly draws, or of the cap where there are none, beside its limit."""
    for resource in ("draws", "commitments"):
        places = [place for place, name in enumerate(resources["resource"], start=1) if name == resource]
        if places:
            break
    else:
        return
    columns = {name: place for place, name in enumerate(resources.columns)}
    first, last = places[0], places[-1]
    chart = book.workbook.add_chart({"type": "column"})
    for name, color in (("used", "#3B6EA5"), ("limit", "#BBBBBB")):
        chart.add_series(
            {
                "name": f"{resource}: {name}",
                "categories": ["resources", first, columns["label"], last, columns["label"]],
                "values": ["resources", first, columns[name], last, columns[name]],
                "fill": {"color": color},
            }
        )
    unit = solution.instance.settings.money_unit
    chart.set_title({"name": f"{resource}, {unit}" if unit else resource})
    chart.set_size({"width": 700, "height": 360})
    sheet.insert_chart(row, 3, chart, {"x_offset": 420})
