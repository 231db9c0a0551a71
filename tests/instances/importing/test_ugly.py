"""An export in which nearly everything is as spreadsheets leave it: the first map reads it, and says what it did."""

from __future__ import annotations

from pathlib import Path

import pytest

import outlay
from outlay.instances.errors import InputError
from outlay.instances.importing.applying import import_sheet
from outlay.instances.importing.first_map import write_first_map
from tests.support.portfolio_exports import investment_programme


@pytest.fixture(params=["cp1252", "utf-8-sig"])
def imported(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[outlay.Instance, list[str]]:
    sheet = investment_programme(tmp_path / "plan.csv", encoding=request.param, correction="50")
    instance, notes = import_sheet(sheet, write_first_map(sheet))
    return instance, [note.reason for note in notes]


def test_the_first_map_makes_an_instance_of_it(imported: tuple[outlay.Instance, list[str]]) -> None:
    instance, _ = imported
    frame = instance.frame("projects")
    assert frame["name"].tolist() == [
        "Brücke Süd", "Kanal; Abschnitt „West“", "Rathausdach", "Schule Nord", "Rathausdach", "Radweg",
    ]  # fmt: skip
    assert frame["sector"].tolist() == ["Straßen", "Straßen", "Hochbau", "Hochbau", "Hochbau", "Straßen"]
    assert frame["commitment"].tolist() == [2000, 3000, 650, 3300, 700, 300]
    assert frame["status"].fillna("").tolist()[:4] == ["mandatory", "candidate", "mandatory", "candidate"]
    assert instance.settings.money_unit == "Tsd. €"
    assert instance.settings.title == "Investitionsprogramm 2026 - 2030 (Entwurf)"
    assert [row["amount"] for row in instance["availability"].records() if row["resource"] == "commitments"] == [9950]


def test_a_date_in_the_first_year_with_money_does_not_move_the_money(
    imported: tuple[outlay.Instance, list[str]],
) -> None:
    instance, reasons = imported
    starts = instance["projects"].texts("earliest_start")
    assert starts == ("2026-01", "2027-01", "2026-01", "2027-01", "2028-01", "2027-01")
    assert reasons.count("the beginning of the first year with money, in which it lies") == 3
    assert reasons.count("blank, filled from the row above") == 3


def test_money_taken_back_is_told_with_its_cell(tmp_path: Path) -> None:
    sheet = investment_programme(tmp_path / "plan.csv")
    with pytest.raises(InputError) as found:
        import_sheet(sheet, write_first_map(sheet))
    (fault,) = found.value.faults
    assert (fault.row, fault.column, fault.value) == (7, "FY2027", "(50)")
    assert "negative" in fault.problem
