"""The CSV tables of a comparison: no text in them can be taken for a formula, and numbers stay numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import outlay
from outlay.optimizer.compare.folder import spreadsheet_csv
from tests.optimizer.compare.support import cap, town


def _cells(text: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""))


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        " =1",
        "\t=1",
        "  \t -2+3",
        "\t1",
        "\r=1",
        "\n=1",
        "=cmd|' /C calc'!A0",
        "\u00a0=1",
    ],
)
def test_a_text_that_a_spreadsheet_could_run_is_made_harmless(cell: str) -> None:
    _, values = _cells(spreadsheet_csv(pd.DataFrame({"a": [cell]})))
    assert values == [f"'{cell}"]
    header, _ = _cells(spreadsheet_csv(pd.DataFrame({cell: ["a"]})))
    assert header == [f"'{cell}"]


@pytest.mark.parametrize("cell", ["a\r=1+1", "a\n=1+1", "a\r\n=1+1"])
def test_a_line_break_in_a_text_does_not_start_a_new_cell(cell: str) -> None:
    _, *values = _cells(spreadsheet_csv(pd.DataFrame({"a": [cell], "b": ["x"]})))
    assert values == [[cell, "x"]]


@pytest.mark.parametrize("cell", ["a=1", "1-2", "P01", "a@b", "", "'=1", "käse, brot", 'a "quoted" word'])
def test_other_texts_stay_as_they_are(cell: str) -> None:
    _, *values = _cells(spreadsheet_csv(pd.DataFrame({"a": [cell], "b": ["x"]})))
    assert values == [[cell, "x"]]


def test_numbers_stay_numbers_and_what_is_missing_stays_blank() -> None:
    table = pd.DataFrame(
        {"a": [-1.5, float("nan"), 1e-12], "b": [-2, 3, 0], "c": [True, None, False], "d": ["x", None, "-"]}
    )
    back = pd.read_csv(io.StringIO(spreadsheet_csv(table)))
    assert back["a"].tolist()[::2] == [-1.5, 1e-12]
    assert pd.isna(back["a"][1])
    assert back["b"].tolist() == [-2, 3, 0]
    assert back["c"].tolist()[::2] == [True, False]
    assert back["d"].tolist()[::2] == ["x", "'-"]
    assert pd.isna(back["d"][1])


@pytest.mark.slow
def test_the_tables_of_a_hostile_instance_are_harmless(tmp_path: Path) -> None:
    case = town(less={"title": "=HYPERLINK(1)", **cap(5)})
    projects = [
        {"id": name, "name": f"{sign}1+1", "sector": f" {sign}2", "value": 2, "commitment": 2}
        for name, sign in zip("ABCD", "=+-@", strict=True)
    ]
    outlay.compare(case.replace(projects=projects), ["base", "less"], jobs=1, folder=tmp_path / "out")
    dangerous = 0
    for path in (tmp_path / "out").glob("*.csv"):
        for line in _cells(path.read_text(encoding="utf-8")):
            for cell in line:
                if cell.lstrip("' \t")[:1] in set("=+-@"):
                    try:
                        float(cell)
                    except ValueError:
                        dangerous += 1
                        assert cell.startswith("'"), (path.name, cell)
    assert dangerous > 10
