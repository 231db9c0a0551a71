"""Somebody's own sheet: from a city's export to an instance, with everything that was changed told."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from outlay.instances.errors import InputError
from outlay.instances.importing.applying import import_sheet
from outlay.instances.importing.first_map import first_map, write_first_map
from outlay.instances.instance import Instance
from tests.support.choosing import some
from tests.support.city_exports import FIRST_YEAR, Export, city_export, write_csv, write_xlsx


def imported(path: Path) -> tuple[Instance, Any]:
    """Import a sheet by the first map, as it was written."""
    made = path.with_name(f"{path.stem}.map.toml")
    made.unlink(missing_ok=True)
    return import_sheet(path, write_first_map(path))


def money_of(instance: Instance) -> dict[str, dict[int, Decimal]]:
    """Return the money by project and fiscal year that the requirements say."""
    starts = dict(zip(instance["projects"].texts("id"), instance["projects"].texts("earliest_start"), strict=True))
    rows = instance["requirements"]
    found: dict[str, dict[int, Decimal]] = {}
    for project, begin, amount in zip(rows.texts("project"), rows.raw("from_month"), rows.raw("amount"), strict=True):
        year, month = map(int, starts[project].split("-"))
        fiscal = year + int(begin) // 12 + (1 if month >= 7 else 0)  # type: ignore[arg-type]
        found.setdefault(project, {})[fiscal] = amount  # type: ignore[assignment]
    return found


def assert_meant(instance: Instance, export: Export) -> None:
    projects = instance["projects"]
    assert set(projects.texts("id")) == set(export.projects)
    assert dict(zip(projects.texts("id"), projects.texts("sector"), strict=True)) == export.departments
    assert money_of(instance) == export.projects
    totals = {name: sum(money.values()) for name, money in export.projects.items()}
    assert dict(zip(projects.texts("id"), projects.raw("commitment"), strict=True)) == totals
    assert all(name.startswith("Works no. ") for name in projects.texts("name"))
    assert "x_fund_code" in projects.cells
    calendar = instance.settings.calendar
    assert (calendar.start, calendar.periods, calendar.months_per_period) == (f"{FIRST_YEAR - 1}-07", 5, 12)


@pytest.mark.parametrize("seed", some(range(8), 2))
def test_a_citys_export_is_what_it_means_in_every_shape(seed: int, tmp_path: Path) -> None:
    plain = city_export(seed)
    assert_meant(imported(write_csv(plain, tmp_path / "plain.csv"))[0], plain)
    assert_meant(imported(write_xlsx(plain, tmp_path / "book.xlsx"))[0], plain)
    german = city_export(seed, separator=";")
    assert_meant(imported(write_csv(german, tmp_path / "german.csv", encoding="cp1252"))[0], german)


def test_what_was_changed_and_dropped_is_told(tmp_path: Path) -> None:
    export = city_export(3)
    _, notes = imported(write_csv(export, tmp_path / "city.csv"))
    reasons = {note.reason for note in notes}
    assert "a row above the header" in reasons
    assert "left out by skip_where: Project ID" in reasons
    assert "read as a number" in reasons
    by_row = [note for note in notes if note.column == "FY2019" and note.reason == "read as a number"]
    assert all(export.rows[note.row - 1][6] == note.was for note in by_row if note.row is not None)


def test_a_first_map_is_a_map_and_touches_nothing(tmp_path: Path) -> None:
    path = write_csv(city_export(1), tmp_path / "city.csv")
    assert tomllib.loads(first_map(path))["columns"]["Project ID"] == "id"
    write_first_map(path)
    with pytest.raises(InputError, match="exists"):
        write_first_map(path)


@pytest.mark.parametrize(("first", "ours"), [("P1", ["id", "name"]), ("Bridge", ["name", "x_title"])])
def test_a_project_column_of_codes_is_the_id(tmp_path: Path, first: str, ours: list[str]) -> None:
    (tmp_path / "plan.csv").write_text(f"Project,Title,Cost\n{first},Long bridge,5\nP2,School,6\n")
    columns = tomllib.loads(first_map(tmp_path / "plan.csv"))["columns"]
    assert [columns["Project"], columns["Title"]] == ours


SHEET = """Plan,,,
Nr,Title,Cost,Start,Owner,Owner
1,Bridge,"1,5",3/7/2027,Ann,
2,Depot,2k,Q3 2027,Bob,x
3,Canal,n/a,2028,,
"""
MAP = """
header_row = 2
decimal_sign = ","
date_order = "dmy"
money_factor = 0.001
[columns]
Nr = "id"
Title = "name"
Cost = "commitment"
Start = "latest_start"
Owner = "x_owner"
[values.name]
Canal = "Channel"
[instance]
name = "three"
[instance.calendar]
start = "2027-01"
periods = 4
months_per_period = 6
"""


def written(tmp_path: Path, sheet: str = SHEET, text: str = MAP) -> tuple[Path, Path]:
    (tmp_path / "s.csv").write_text(sheet)
    (tmp_path / "m.toml").write_text(text)
    return tmp_path / "s.csv", tmp_path / "m.toml"


def test_the_map_says_what_is_meant(tmp_path: Path) -> None:
    instance, notes = import_sheet(*written(tmp_path))
    projects = instance["projects"]
    assert projects.texts("name") == ("Bridge", "Depot", "Channel")
    assert projects.raw("commitment") == (Decimal("0.0015"), Decimal(2), None)
    assert projects.raw("latest_start") == ("2027-07", "2027-09", "2028-12")
    assert projects.texts("x_owner") == ("Ann", "Bob", "")
    told = {(note.column, note.reason.split(",")[0]) for note in notes}
    assert ("Owner (2)", "the map does not name this column (1 cells)") in told
    assert ("Start", "a quarter") in told
    assert ("Title", "replaced as the map says") in told


@pytest.mark.parametrize(
    ("old", "new", "where", "words"),
    [
        ('Nr = "id"', 'Number = "id"', "m.toml", "no such column"),
        ('Nr = "id"', 'Nr = "ident"', "m.toml", "no such column"),
        ('Title = "name"', 'Title = "id"', "m.toml", "are both id"),
        ("header_row = 2", "header_row = 9", "s.csv", "nothing stands in the header row"),
        ("header_row", "header", "m.toml", "unknown"),
        ('date_order = "dmy"', 'date_order = "ymd"', "m.toml", "not allowed"),
        ("periods = 4", "periods = 0", "m.toml, instance", "greater than or equal"),
        (
            "[values.name]",
            "[years]\nresource = 'x'\n[years.columns]\nCost = 'FY1'\n[values.name]",
            "m.toml",
            "no month",
        ),
    ],
)
def test_a_wrong_map_is_told(tmp_path: Path, old: str, new: str, where: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        import_sheet(*written(tmp_path, text=MAP.replace(old, new)))
    assert where in {fault.where for fault in caught.value.faults}


@pytest.mark.parametrize(
    ("change", "row", "column", "words"),
    [
        (("2k", "two"), 4, "Cost", "not a number"),
        (("Q3 2027", "soon"), 4, "Start", "no date"),
        (("3/7/2027", "31/2/2027"), 3, "Start", "no day 31"),
        (("2,Depot", "1,Depot"), 4, "id", "stands already in row 3"),
        (("2k", "-2"), 4, "commitment", "negative"),
    ],
)
def test_a_wrong_cell_is_told_with_the_sheets_row(
    tmp_path: Path, change: tuple[str, str], row: int, column: str, words: str
) -> None:
    with pytest.raises(InputError, match=words) as caught:
        import_sheet(*written(tmp_path, sheet=SHEET.replace(*change)))
    (fault,) = caught.value.faults
    assert (fault.where, fault.row, fault.column) == ("s.csv", row, column)


@pytest.mark.parametrize("content", ["", "\n\n", "one line only\n"])
def test_a_sheet_of_nothing_is_no_crash(tmp_path: Path, content: str) -> None:
    (tmp_path / "s.csv").write_text(content)
    try:
        path = write_first_map(tmp_path / "s.csv")
        import_sheet(tmp_path / "s.csv", path)
    except InputError as error:
        assert error.faults  # noqa: PT017 - either way is right, another exception is not


def test_decimal_commas_and_days_that_come_first_are_guessed(tmp_path: Path) -> None:
    (tmp_path / "de.csv").write_text("Name;Cost;Start date\nA;1.234,50;15.03.2027\nB;99,9;01.04.2028\n")
    instance, _ = imported(tmp_path / "de.csv")
    assert instance["projects"].raw("commitment") == (Decimal("1234.5"), Decimal("99.9"))
    assert instance["projects"].raw("earliest_start") == ("2027-03", "2028-04")
    assert instance["availability"].raw("amount") == (Decimal("1334.4"),)


def test_columns_of_ones_own_reach_the_answer(tmp_path: Path) -> None:
    import outlay

    (tmp_path / "s.csv").write_text("Name,Cost,Colour\nA,2,red\n")
    solution = outlay.solve(imported(tmp_path / "s.csv")[0])
    assert solution.projects["x_colour"].tolist() == ["red"]
    assert outlay.verify(outlay.load(solution.save(tmp_path / "run.json"))).ok
