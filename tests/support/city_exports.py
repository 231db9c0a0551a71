"""Exports of a city's capital plan as a city makes them, in many shapes, and the projects that they hold."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import xlsxwriter

DEPARTMENTS = ("Public Works", "Dept of Parks & Rec", "Bibliothèque", "Fire")
FIRST_YEAR, YEARS = 2019, 5


@dataclass(frozen=True)
class Export:
    """A file's rows as they are shown, and what they mean: id to money by fiscal year."""

    rows: list[list[str]]
    projects: dict[str, dict[int, Decimal]]
    departments: dict[str, str]
    separator: str
    header_row: int


def city_export(seed: int, *, separator: str = ",") -> Export:
    """Return an export with a title, blank rows, subtotals, currency and columns of fiscal years."""
    dice = Random(f"city {seed}")
    comma = separator == ";"
    years = range(FIRST_YEAR, FIRST_YEAR + YEARS)
    rows: list[list[str]] = [[f"City of Example, capital plan FY{FIRST_YEAR}-FY{FIRST_YEAR + YEARS - 1}"]]
    rows += [[] for _ in range(dice.randint(1, 3))]
    rows.append(["Project ID", "Project Title", "Department", "Start Date", "Score", "Total Cost",
                 *(f"FY{year}" for year in years), "Fund Code"])  # fmt: skip
    header_row = len(rows)
    projects: dict[str, dict[int, Decimal]] = {}
    departments: dict[str, str] = {}
    for number in range(dice.randint(6, 12)):
        if dice.random() < 0.2:
            rows.append(dice.choice([[], ["Subtotal", "", "", "", "", _money(dice, Decimal(10**6), comma=comma)]]))
        name = f"CIP-{number:03}"
        first = dice.choice(years)
        money = {
            year: Decimal(dice.randint(1, 4000) * 250)
            for year in years
            if first <= year <= first + dice.randint(0, 2) or year == first
        }
        department = dice.choice(DEPARTMENTS)
        start = dice.choice([f"7/1/{first - 1}", f"FY{first}", f"{first - 1}-07-15", f"July {first - 1}", "TBD", ""])
        amounts = [
            _money(dice, money[year], comma=comma) if year in money else dice.choice(["", "-"]) for year in years
        ]
        total = _money(dice, sum(money.values(), Decimal(0)), comma=comma)
        rows.append([name, f"  Works no. {number}, phase 1 ", department, start, str(dice.randint(1, 99)), total,
                     *amounts, str(dice.randint(1, 9))])  # fmt: skip
        projects[name], departments[name] = money, department
    rows.append(["Grand Total", "", "", "", "", _money(dice, Decimal(10**7), comma=comma)])
    return Export(rows, projects, departments, separator, header_row)


def _money(dice: Random, amount: Decimal, *, comma: bool) -> str:
    text = f"{amount:,.2f}" if dice.random() < 0.5 else f"{amount:,.0f}"
    if comma:
        text = text.translate(str.maketrans(",.", ".,"))
    return dice.choice([f"${text}", f"$ {text}", text, f"${text} "])


def write_csv(export: Export, path: Path, *, encoding: str = "utf-8") -> Path:
    """Write an export as CSV, every row as wide as the widest and two blank columns more."""
    buffer = io.StringIO()
    width = max(map(len, export.rows)) + 2
    writer = csv.writer(buffer, delimiter=export.separator, lineterminator="\r\n")
    writer.writerows([*row, *[""] * (width - len(row))] for row in export.rows)
    path.write_bytes(buffer.getvalue().encode(encoding))
    return path


def write_xlsx(export: Export, path: Path) -> Path:
    """Write an export as a workbook in which money is numbers, and a hidden row is data like any other."""
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("CIP")
    money = book.add_format({"num_format": "$#,##0"})
    for row, cells in enumerate(export.rows):
        for column, cell in enumerate(cells):
            value: Any = cell.strip().lstrip("$ ").replace(",", "")
            if row >= export.header_row and column >= 4 and value.replace(".", "").isdigit():
                sheet.write_number(row, column, float(value), money)
            elif cell:
                sheet.write_string(row, column, cell)
        if row == export.header_row + 1:
            sheet.set_row(row, None, None, {"hidden": True})
    book.close()
    return path
