"""Workbooks as people make them: formulas, dates, errors, sheets of their own; every fault names its cell."""

from __future__ import annotations

import datetime
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from outlay.instances.errors import Fault, InputError
from outlay.instances.formats.parsing import parse_document
from outlay.instances.formats.reading import read
from outlay.instances.formats.writing import write
from outlay.instances.instance import Instance
from tests.instances.support import parsed, small
from tests.support.choosing import some
from tests.support.generated import draft

SETTINGS = [["key", "value"], ["name", "town"], ["calendar.start", "2026-01"], ["calendar.periods", 4],
            ["calendar.months_per_period", 12]]  # fmt: skip
PROJECTS: list[list[Any]] = [["id", "value", "commitment", "earliest_start"], ["A", 3, 2, None], ["B", 1, 1, None]]


def book(path: Path, **sheets: list[list[Any]]) -> Path:
    """Write a workbook of rows; a text that begins with = is a formula, one in a pair has that stored value."""
    made = xlsxwriter.Workbook(path)
    day = made.add_format({"num_format": "d mmm yyyy"})
    for name, rows in {"instance": SETTINGS, "projects": PROJECTS, **sheets}.items():
        sheet = made.add_worksheet(name)
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, tuple):
                    sheet.write_formula(row, column, cell[0], value=cell[1])
                elif isinstance(cell, datetime.date):
                    sheet.write_datetime(row, column, datetime.datetime(cell.year, cell.month, cell.day), day)
                elif cell is not None:
                    sheet.write(row, column, cell)
    made.close()
    return path


def faults_of(path: Path) -> list[Fault]:
    with pytest.raises(InputError) as caught:
        read(path)
    return list(caught.value.faults)


@pytest.mark.parametrize("seed", some(range(40), 2))
def test_every_feature_goes_into_a_workbook_and_comes_back(seed: int, tmp_path: Path) -> None:
    instance = parse_document(draft(seed).document, source="case")
    copy = read(write(instance, tmp_path / "one.xlsx"))
    assert copy == instance
    assert copy.digest == instance.digest


def test_a_sheet_that_a_damaged_file_does_not_hold_is_no_table_without_rows(tmp_path: Path) -> None:
    limits = [["metric", "max"], ["count", 1]]
    whole = book(tmp_path / "whole.xlsx", limits=limits)
    assert len(read(whole)["limits"]) == 1
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(tmp_path / "damaged.xlsx", "w") as new:
        for item in old.infolist():
            if not item.filename.endswith("sheet3.xml"):
                new.writestr(item, old.read(item))
    (fault,) = faults_of(tmp_path / "damaged.xlsx")
    assert (fault.where, fault.value) == ("damaged.xlsx", "limits")
    assert fault.problem == "the file is damaged: it does not hold this sheet"


def test_a_sheet_of_charts_is_no_table(tmp_path: Path) -> None:
    made = openpyxl.load_workbook(book(tmp_path / "plain.xlsx"))
    made.create_chartsheet("Charts")  # without a chart, over which openpyxl's own reader stumbles
    made.save(tmp_path / "charts.xlsx")
    assert read(tmp_path / "charts.xlsx") == read(tmp_path / "plain.xlsx")


def test_the_same_instance_gives_the_same_file(tmp_path: Path) -> None:
    one, other = (write(parsed(small()), tmp_path / name).read_bytes() for name in ("a.xlsx", "b.xlsx"))
    assert one == other


def test_what_people_do_in_sheets_is_understood(tmp_path: Path) -> None:
    path = book(
        tmp_path / "plan.xlsx",
        projects=[
            ["id", "value", "commitment", "earliest_start", "x_owner"],
            [1, ("=1+2", 3), "$1,250.5", datetime.date(2027, 1, 1), "Ann"],
            [],
            ["B", 0.1, 2.0, 2027, None],
        ],
        _scratch=[["anything", "=1/0"]],
    )
    table = read(path)["projects"]
    assert table.raw("id") == ("1", "B")
    assert table.raw("value") == (Decimal(3), Decimal("0.1"))
    assert table.raw("commitment") == (Decimal("1250.5"), Decimal(2))
    assert table.raw("earliest_start") == ("2027-01", "2027-01")
    assert table.raw("x_owner") == ("Ann", None)


@pytest.mark.parametrize(
    ("cell", "column", "problem"),
    [
        (("=1/0", "#DIV/0!"), "value", "an error of the spreadsheet"),
        (("=A9", ""), "value", "no stored value"),
        ("lots", "value", "not a number"),
        (datetime.date(2027, 1, 15), "earliest_start", "this is a day"),
        ("7/1/2027", "earliest_start", "may be"),
        (datetime.date(2027, 1, 1), "value", "this is a date"),
    ],
)
def test_a_fault_names_its_cell(tmp_path: Path, cell: Any, column: str, problem: str) -> None:
    row = {"value": ["A", cell, 2, None], "earliest_start": ["A", 1, 2, cell]}[column]
    (fault,) = faults_of(book(tmp_path / "plan.xlsx", projects=[PROJECTS[0], row]))
    assert fault.cell == f"projects!{'B' if column == 'value' else 'D'}2"
    assert problem in fault.problem
    assert str(fault).startswith(f"{fault.cell}, column {column}: ")


def test_faults_of_keys_and_sets_name_their_cells(tmp_path: Path) -> None:
    sets = [["set", "property or change", "key", "value"], ["a", 1, "table", "projects"], ["a", 1, "set.vlaue", 3],
            ["a", "title", None, "odd"], ["", "title", None, "nobody's"]]  # fmt: skip
    settings = [*SETTINGS, ["calender.periods", 3], ["finish_inside", "yes"]]
    cells = {fault.cell for fault in faults_of(book(tmp_path / "plan.xlsx", instance=settings, sets=sets))}
    assert {"instance!B6", "instance!B7", "sets!C5"} <= cells


def test_sets_are_written_by_hand(tmp_path: Path) -> None:
    sets = [
        ["set", "property or change", "key", "value"],
        ["rich", "title", None, "More"],
        ["rich", 1, "table", "projects"],
        ["rich", 1, "where.id", "A"],
        ["rich", 1, "scale.value", 1.5],
        ["rich", 2, "table", "instance"],
        ["rich", 2, "set.calendar.finish_inside", True],
        ["rich", "force_in", None, "A"],
        ["rich", "force_in", None, "B"],
    ]
    instance = read(book(tmp_path / "plan.xlsx", sets=sets)).with_set("rich")
    assert instance["projects"].raw("value") == (Decimal("4.5"), Decimal(1))
    assert instance.settings.calendar.finish_inside
    assert instance.settings.applied.force_in == ("A", "B")


@pytest.mark.parametrize("name", ["Projects", "project", "Tabelle1"])
def test_a_sheet_that_is_no_table_is_refused(tmp_path: Path, name: str) -> None:
    faults = faults_of(book(tmp_path / "plan.xlsx", **{name.replace("Projects", "projects2"): [["id"], ["A"]]}))
    assert [fault.problem for fault in faults] == ["no table of an instance has this name"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"id,value\nA,1\n", b"\xd0\xcf\x11\xe0"])
def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "plan.xlsx").write_bytes(content)
    (fault,) = faults_of(tmp_path / "plan.xlsx")
    assert "no workbook" in fault.problem
    assert fault.where == "plan.xlsx"


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    path = book(tmp_path / "plan.xlsx", _big=[["x" * 30_000] for _ in range(30)])
    with pytest.raises(InputError, match="the limit is"):
        read(path, max_file_mb=0.001)


def test_a_text_that_no_cell_holds_is_refused(tmp_path: Path) -> None:
    document = small()
    document["projects"][0]["note"] = "x" * 40_000
    with pytest.raises(InputError, match="a cell of a workbook holds 32,767"):
        write(parsed(document), tmp_path / "one.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_workbook_is_made_for_people(tmp_path: Path) -> None:
    loaded = openpyxl.load_workbook(write(read("us-japan-550"), tmp_path / "one.xlsx"))
    sheet = loaded["projects"]
    header = {cell.value: cell for cell in sheet[1]}
    assert "Must be filled." in header["id"].comment.text
    assert "Unit: money." in header["commitment"].comment.text
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref
    assert sheet.data_validations.count > 2
    assert loaded["cashflows"].sheet_state == "hidden" or len(read("us-japan-550")["cashflows"])
    starts = [cell.value for cell in sheet[header["earliest_start"].column_letter][1:] if cell.value is not None]
    assert starts
    assert all(isinstance(value, datetime.datetime) for value in starts)


def test_the_instance_of_a_workbook_is_one(tmp_path: Path) -> None:
    assert isinstance(read(book(tmp_path / "plan.XLSX")), Instance)


@pytest.mark.parametrize("name", ["plan.xls", "plan.xlsm", "plan.ODS"])
def test_workbooks_of_other_kinds_are_not_taken_for_folders(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"ends in \.xlsx"):
        write(parsed(small()), tmp_path / name)
    assert list(tmp_path.iterdir()) == []
