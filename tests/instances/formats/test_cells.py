from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from outlay.instances.dictionary.tables import TABLES
from outlay.instances.dictionary.vocabulary import Column
from outlay.instances.formats.cells import BadCell, parse_cell
from tests.instances.support import changed, faults_of, only_fault, parsed, small


def column_of(kind: Any, **more: Any) -> Column:
    return Column(name="c", kind=kind, meaning="", **more)


@pytest.mark.parametrize(
    ("column", "value", "cell"),
    [
        (column_of("id"), "  a b ", "a b"),
        (column_of("id"), 7, "7"),
        (column_of("text"), Decimal("1.50"), "1.5"),
        (column_of("text"), "\u2028a\x0bb\x85", "a\x0bb"),
        (column_of("text"), " \t\r\n\u2003", None),
        (column_of("number"), "  ", None),
        (column_of("whole"), "3.0", 3),
        (column_of("month"), " 2026-12 ", "2026-12"),
        (column_of("flag"), "TRUE", True),
        (column_of("flag"), False, False),
        (column_of("choice", choices=("a", "b")), " b", "b"),
        (column_of("list"), " a; b;;a ", ("a", "b")),
        (column_of("list"), ["a", " b ", "", 3], ("a", "b", "3")),
        (column_of("list"), ";", None),
        (column_of("list"), [], None),
    ],
)
def test_a_cell_is_read_as_its_kind(column: Column, value: Any, cell: Any) -> None:
    assert parse_cell(column, value) == cell
    assert type(parse_cell(column, value)) is type(cell)


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        (column_of("id"), True, "not text"),
        (column_of("id"), ["a"], "not text"),
        (column_of("id"), 1e20, "at most 15 digits"),
        (column_of("text"), Decimal("1E+999999999"), "at most 15 digits"),
        (column_of("text"), float("nan"), "finite"),
        (column_of("text"), "a\0b", "NUL"),
        (column_of("text"), "\ud800", "not valid Unicode"),
        (column_of("text"), "x" * 100_001, "more than 100000"),
        (column_of("number"), True, "true and false"),
        (column_of("number"), "-1", "negative"),
        (column_of("number", positive=True), 0, "greater than 0"),
        (column_of("number", maximum=Decimal(1)), "1.01", "too large"),
        (column_of("whole", minimum=Decimal(1)), 0, "too small"),
        (column_of("whole"), "1.5", "not a whole number"),
        pytest.param(column_of("whole"), 10**5000, "at most 15 digits", id="huge"),
        (column_of("month"), "2026-13", "not a month"),
        (column_of("month"), 202601, "not a month"),
        (column_of("flag"), 1, "neither true nor false"),
        (column_of("flag"), "yes", "neither true nor false"),
        (column_of("choice", choices=("flat", "bell")), "belll", "not allowed"),
        (column_of("choice", choices=("flat", "bell")), [], "not allowed"),
        (column_of("list"), [["a"]], "not text"),
        (column_of("list"), ["a;b"], "must not hold ;"),
        (column_of("list"), {"a": 1}, "not text"),
    ],
)
def test_a_cell_of_another_kind_is_refused(column: Column, value: Any, problem: str) -> None:
    with pytest.raises(BadCell) as caught:
        parse_cell(column, value)
    assert problem in caught.value.problem
    assert caught.value.remedy


def test_a_wrong_cell_is_told_with_file_row_column_value_and_remedy() -> None:
    fault = only_fault(changed(funds=[{"fund": "bank", "total": 1}, {"fund": "b", "total": "12,5"}]))
    assert (fault.where, fault.row, fault.column, fault.value) == ("funds", 2, "total", "12,5")
    assert "decimal sign is a point" in fault.problem
    assert fault.remedy == "write a number (money)"


@pytest.mark.parametrize("table", TABLES)
def test_a_required_cell_must_not_be_blank(table: str) -> None:
    for column in TABLES[table].columns:
        if column.required:
            rows = [dict(row) for row in small()[table]]
            rows[0][column.name] = "  "
            blank = [fault for fault in faults_of(changed(**{table: rows})) if "blank" in fault.problem]
            assert [(fault.where, fault.row, fault.column) for fault in blank] == [(table, 1, column.name)]


@pytest.mark.parametrize("table", TABLES)
def test_a_required_column_must_be_there(table: str) -> None:
    for column in TABLES[table].columns:
        if column.required:
            rows = [{name: cell for name, cell in row.items() if name != column.name} for row in small()[table]]
            missing = [fault for fault in faults_of(changed(**{table: rows})) if "missing" in fault.problem]
            assert [(fault.where, fault.column) for fault in missing] == [(table, column.name)]


@pytest.mark.parametrize("table", [name for name, spec in TABLES.items() if spec.key])
def test_two_rows_with_one_key_are_refused(table: str) -> None:
    rows = [*small()[table], small()[table][0]]
    fault = only_fault(changed(**{table: rows}))
    assert (fault.where, fault.row) == (table, len(rows))
    assert "stands already in row 1" in fault.problem


def test_two_wrong_keys_are_not_called_duplicates() -> None:
    rows = [{"resource": "crew", "from": "soon", "amount": 1}, {"resource": "crew", "from": "later", "amount": 1}]
    assert {fault.problem for fault in faults_of(changed(availability=rows))} == {"this is not a month"}


def test_an_id_holds_no_at_sign_and_what_names_it_adds_no_fault() -> None:
    document = small()
    document["projects"][2]["id"] = "C@1"
    document["dependencies"] = []
    document["cashflows"][0]["project"] = "C@1"
    assert "@" in only_fault(document).problem


def test_an_unknown_column_draws_a_hint() -> None:
    fault = only_fault(changed(funds=[{"fund": "bank", "totla": 1}]))
    assert (fault.where, fault.column, fault.problem) == ("funds", "totla", "this column is unknown")
    assert fault.remedy == "did you mean 'total'?"


def test_a_column_named_after_a_declared_metric_is_known_only_in_two_tables() -> None:
    assert parsed(small())["projects"].column("jobs") == (Decimal(4), Decimal(0), Decimal(0))
    assert only_fault(changed(funds=[{"fund": "bank", "jobs": 1}])).column == "jobs"


@pytest.mark.parametrize(
    "name",
    ["=cmd|' /C calc'!A0", "<script>alert(1)</script>", "a\nb", "\x1b[2J", "a\u202eb", "\u2028", "{0}", "O'Hara"],
)
def test_any_other_name_is_data(name: str) -> None:
    document = small()
    document["projects"][2] |= {"id": f"C{name}C", "name": f"n{name}n"}
    document["dependencies"] = []
    assert parsed(document)["projects"].raw("id")[2] == f"C{name}C"
    document["projects"][2]["value"] = f"C{name}C"
    message = str(only_fault(document))
    assert message.isprintable()
    assert "\u202e" not in message
