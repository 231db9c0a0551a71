"""Answers taken out: real numbers, texts that stay texts, and the user's own columns beside them."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import outlay
from outlay.instances.errors import InfeasibleError, InputError
from outlay.instances.formats.parsing import parse_document
from outlay.optimizer.export.folders import kept_folder, write_kept
from tests.cli.small import HOSTILE, changed


@pytest.fixture(scope="module")
def solution() -> outlay.Solution:
    document = changed()
    document["projects"][0] |= {"name": HOSTILE, "x_owner": "=1+1"}
    return outlay.solve(parse_document(document, source="case"))


@pytest.mark.slow
def test_the_workbook_has_real_numbers_and_texts_that_stay_texts(solution: outlay.Solution, tmp_path: Path) -> None:
    path = outlay.write_results(solution, tmp_path / "results.xlsx")
    book = openpyxl.load_workbook(path)
    assert {"summary", "projects", "resources", "metrics", "timeline"} <= set(book.sheetnames)
    header, first, *_ = book["projects"].iter_rows()
    cells = {title.value: cell for title, cell in zip(header, first, strict=True)}
    assert isinstance(cells["commitment"].value, int | float)
    assert cells["x_owner"].value == "=1+1"
    assert cells["x_owner"].data_type == "s"
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert book["summary"]._charts


@pytest.mark.slow
def test_tables_are_written_as_csv_and_parquet(solution: outlay.Solution, tmp_path: Path) -> None:
    csv = outlay.write_tables(solution, tmp_path / "csv")
    parquet = outlay.write_tables(solution, tmp_path / "parquet", form="parquet")
    for name in (*solution.tables, "metrics", "stakeholders"):
        plain, typed = pd.read_csv(csv / f"{name}.csv"), pd.read_parquet(parquet / f"{name}.parquet")
        assert list(plain.columns) == list(typed.columns)
        assert len(plain) == len(typed)
    owners = pd.read_parquet(parquet / "projects.parquet")["x_owner"].tolist()
    assert owners[0] == "=1+1"
    assert pd.read_csv(csv / "projects.csv")["x_owner"].tolist()[0] == "'=1+1"


@pytest.mark.slow
def test_what_cannot_be_written_is_refused(solution: outlay.Solution, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such form"):
        outlay.write_tables(solution, tmp_path / "new", form="xls")
    (tmp_path / "there").mkdir()
    with pytest.raises(InputError, match="exists"):
        outlay.write_tables(solution, tmp_path / "there")
    hopeless = outlay.solve(parse_document(changed(), source="case"), constraint_set="must")
    with pytest.raises(InfeasibleError):
        outlay.write_results(hopeless, tmp_path / "none.xlsx")


def test_tables_of_a_kept_folder_are_harmless_and_empty_ones_have_no_file(tmp_path: Path) -> None:
    folder = kept_folder(tmp_path / "out", "it.json", "answer", force=False)
    table = pd.DataFrame({"project": ["=1+1"], "worth": [-2.5]})
    write_kept(folder, "it.json", {"projects": table, "none": table[:0]}, "", "{}")
    assert {path.name for path in folder.iterdir()} == {"it.json", "sets.toml", "projects.csv"}
    assert (folder / "projects.csv").read_text() == "project,worth\n'=1+1,-2.5\n"
    assert kept_folder(folder, "it.json", "answer", force=False) == folder
    write_kept(folder, "it.json", {"projects": table[:0]}, "", "{}")
    assert not (folder / "projects.csv").exists()


def test_a_folder_of_something_else_is_kept_for_it_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="the folder holds something that is no answer"):
        kept_folder(tmp_path, "it.json", "answer", force=False)
    with pytest.raises(InputError, match="this is not a folder"):
        kept_folder(tmp_path / "mine.txt", "it.json", "answer", force=True)
    assert kept_folder(tmp_path, "it.json", "answer", force=True) == tmp_path
