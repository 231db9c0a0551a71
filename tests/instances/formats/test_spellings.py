"""What people write is understood where it can mean one thing, and refused where it can mean two."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from outlay.instances.dictionary.vocabulary import Column
from outlay.instances.errors import InputError
from outlay.instances.formats.cells import BadCell, parse_cell
from outlay.instances.formats.reading import read
from outlay.instances.formats.spellings import Spelling, Unreadable, decimal_sign_of, understood
from tests.instances.support import LEAST_FILES, write_files

NUMBER = Column(name="commitment", kind="number", meaning="", minimum=None)
MONTH = Column(name="earliest_start", kind="month", meaning="")
YEARLY = Spelling(start="2026-01", months_per_period=12)
FISCAL = Spelling(start="2026-07", months_per_period=12, fiscal_year_start=7)
CASES = Path(__file__).parents[2] / "cases"


@pytest.mark.parametrize(
    ("text", "sign", "number"),
    [
        ("1,000", ".", "1000"),
        ("1,250.50", ".", "1250.5"),
        ("$1,250.5", ".", "1250.5"),
        ("-$1,250", ".", "-1250"),
        ("($1,250)", ".", "-1250"),
        ("1 250", ".", "1250"),
        ("1\u00a0250\u00a0000", ".", "1250000"),
        ("1'250", ".", "1250"),
        ("12.5%", ".", "0.125"),
        ("1e3", ".", "1000"),
        ("1.250,5", ",", "1250.5"),
        ("1,25", ",", "1.25"),
        ("1,250", ",", "1.25"),
        ("1.250", ",", "1250"),
        ("1,25", "", "1.25"),
        ("1.250,5", "", "1250.5"),
        ("0,125", "", "0.125"),
        ("1.250.000", "", "1250000"),
    ],
)
def test_a_number_that_can_mean_one_thing_is_read(text: str, sign: str, number: str) -> None:
    assert parse_cell(NUMBER, understood(NUMBER, text, Spelling(decimal_sign=sign))) == Decimal(number)


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("1,25", "x"),
        ("1,00", "."),
        ("1,0000", "."),
        ("12,34,567", "."),
        ("1.2.3", "."),
        ("1 25", "."),
        ("(5", "."),
        ("-(5)", "."),
        ("--5", "."),
        ("5 EUR", "."),
        ("1,250", ""),
        ("1.250", ""),
    ],
)
def test_a_number_that_can_mean_two_things_is_refused(text: str, sign: str) -> None:
    with pytest.raises(BadCell):
        parse_cell(NUMBER, understood(NUMBER, text, Spelling(decimal_sign="." if sign == "x" else sign)))


@pytest.mark.parametrize(
    ("texts", "sign"),
    [
        (["1,5", "2.000"], ","),
        (["1.5", "2,000"], "."),
        (["1,5", "1.5"], ""),
        (["1.000", "2,000"], ""),
        (["a,b", "2026-01", ""], ""),
        (["1.000.000"], ","),
    ],
)
def test_the_decimal_sign_is_what_the_numbers_show(texts: list[str], sign: str) -> None:
    assert decimal_sign_of(texts) == sign


@pytest.mark.parametrize(
    ("written", "month"),
    [
        ("2026-07", "2026-07"),
        ("2026-07-01", "2026-07"),
        ("2026-07-01T00:00:00", "2026-07"),
        ("2026/07/01", "2026-07"),
        ("Jul-26", "2026-07"),
        ("July 2026", "2026-07"),
        ("Jul 1, 2026", "2026-07"),
        ("1 July 2026", "2026-07"),
        ("Sept. 2026", "2026-09"),
        ("7/2026", "2026-07"),
        ("1/1/2026", "2026-01"),
        ("2027", "2027-01"),
        (2027, "2027-01"),
        (datetime.datetime(2026, 7, 1), "2026-07"),
    ],
)
def test_a_month_that_can_mean_one_thing_is_read(written: Any, month: str) -> None:
    assert parse_cell(MONTH, understood(MONTH, written, YEARLY)) == month


def test_a_fiscal_year_is_its_first_month_where_the_calendar_has_such_years() -> None:
    assert understood(MONTH, "FY2027", FISCAL) == understood(MONTH, "FY 27", FISCAL) == "2026-07"


@pytest.mark.parametrize(
    ("written", "spelling", "words"),
    [
        ("7/1/2026", YEARLY, "may be 2026-07 or 2026-01"),
        ("7/15/2026", YEARLY, "this is a day"),
        ("2026-07-15", YEARLY, "this is a day"),
        (datetime.datetime(2026, 7, 15), YEARLY, "this is a day"),
        ("2026", Spelling(start="2026-01", months_per_period=6), "not one period"),
        ("2026", FISCAL, "not one period"),
        ("FY2026", YEARLY, "not known when fiscal years begin"),
        ("Jul-95", YEARLY, "century"),
        ("soon", YEARLY, "not a month"),
        ("2026-13", YEARLY, "not a month"),
        ("2026-1", YEARLY, "not a month"),
        (Unreadable("#REF!", "this is an error of the spreadsheet", "correct it"), YEARLY, "an error"),
    ],
)
def test_a_month_that_can_mean_two_things_is_refused(written: Any, spelling: Spelling, words: str) -> None:
    with pytest.raises(BadCell, match=words):
        parse_cell(MONTH, understood(MONTH, written, spelling))


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_folder_that_a_spreadsheet_program_saved_is_the_same_instance(tmp_path: Path, separator: str) -> None:
    rows = ["id,name,value,commitment,latest_start", "A,Straße,1250.5,2,2026-01", "B,b,3,0.5,"]
    plain = write_files(tmp_path / "plain", {**LEAST_FILES, "projects.csv": "\n".join(rows) + "\n"})
    saved = ["\ufeffid,name,value,commitment,latest_start,,", "A,Straße,1.250|5,2,Jan-26,,", "B,b,3,0|5,,,", ",,,,,,"]
    text = "\r\n".join(saved).replace(",", separator).replace("|", ",") + "\r\n"
    assert read(write_files(tmp_path / "utf", {**LEAST_FILES, "projects.csv": text})) == read(plain)
    western = text.removeprefix("\ufeff").encode("cp1252")
    assert read(write_files(tmp_path / "western", {**LEAST_FILES, "projects.csv": western})) == read(plain)


def test_faults_of_a_header_hide_no_others(tmp_path: Path) -> None:
    text = "id,value,value,,vlaue\nA,x,1,2,3\nB,1\n"
    with pytest.raises(InputError) as caught:
        read(write_files(tmp_path / "case", {**LEAST_FILES, "projects.csv": text}))
    told = {(fault.row, fault.problem.split(" ")[0], fault.column) for fault in caught.value.faults}
    assert told == {
        (1, "this", "value"),
        (1, "column", None),
        (3, "the", None),
        (None, "this", "vlaue"),
        (2, "this", "value"),
    }


def test_columns_of_ones_own_are_kept(tmp_path: Path) -> None:
    settings = 'ignore = ["Department"]\n' + LEAST_FILES["instance.toml"]
    text = "id,value,commitment,Department,x_owner\nA,3,2,Parks,Ann\n"
    instance = read(write_files(tmp_path / "case", {"instance.toml": settings, "projects.csv": text}))
    assert instance["projects"].raw("Department") == ("Parks",)
    assert instance["projects"].raw("x_owner") == ("Ann",)
    assert read(instance_written(instance, tmp_path / "copy")) == instance


def instance_written(instance: Any, path: Path) -> Path:
    from outlay.instances.formats.writing import write

    return write(instance, path)


def test_a_column_of_the_engine_cannot_be_ignored(tmp_path: Path) -> None:
    settings = 'ignore = ["value"]\n' + LEAST_FILES["instance.toml"]
    with pytest.raises(InputError, match="is a column of the engine's"):
        read(write_files(tmp_path / "case", {**LEAST_FILES, "instance.toml": settings}))
