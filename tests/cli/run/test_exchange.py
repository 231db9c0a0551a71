"""convert, import, evaluate, what-ifs and workbooks on the command line, with each exit code."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import openpyxl
import pytest

import outlay
from tests.cli.small import SMALL, run, solved, write_small
from tests.support.city_exports import city_export, write_csv


@pytest.mark.slow
def test_an_instance_goes_around_and_comes_back(tmp_path: Path) -> None:
    first = write_small(tmp_path)
    places = [str(tmp_path / name) for name in ("a.xlsx", "b.json", "c", "d.xlsx")]
    for source, target in zip([first, *places], places, strict=False):
        result = run("convert", source, target)
        assert result.exit_code == 0, result.output
    assert len({outlay.read(place).digest for place in [first, *places]}) == 1
    assert run("convert", first, places[0]).exit_code == 3
    assert run("convert", "nowhere", str(tmp_path / "e")).exit_code == 3


@pytest.mark.slow
def test_every_command_that_reads_an_instance_reads_a_workbook(tmp_path: Path) -> None:
    book = str(tmp_path / "my-plan.xlsx")
    assert run("new", book, "--from", "tutorial").exit_code == 0
    assert run("check", book).exit_code == 0
    assert run("solve", book, "-o", str(tmp_path / "run.json")).exit_code == 0
    assert run("compare", book).exit_code == 0


@pytest.mark.slow
def test_a_fault_of_a_workbook_names_its_cell(tmp_path: Path) -> None:
    path = tmp_path / "my-plan.xlsx"
    run("new", str(path), "--from", "tutorial")
    book = openpyxl.load_workbook(path)
    header = [cell.value for cell in book["projects"][1]]
    book["projects"].cell(3, header.index("commitment") + 1).value = "a lot"
    book.save(path)
    result = run("check", str(path))
    assert result.exit_code == 3
    letter = openpyxl.utils.get_column_letter(header.index("commitment") + 1)
    assert f"projects!{letter}3, column commitment: 'a lot'" in result.stderr
    fault = json.loads(run("check", str(path), "--json").stdout)["faults"][0]
    assert (fault["cell"], fault["row"]) == (f"projects!{letter}3", 3)


@pytest.mark.slow
def test_an_answer_is_taken_out(tmp_path: Path) -> None:
    path, run_file = solved(tmp_path)
    result = run("report", run_file, "-o", str(tmp_path / "results.xlsx"))
    assert result.exit_code == 0, result.output
    assert "projects" in openpyxl.load_workbook(tmp_path / "results.xlsx").sheetnames
    rows = list(csv.DictReader(io.StringIO(run("show", run_file, "projects", "--csv").stdout)))
    assert {row["project"] for row in rows} == {"A", "B", "C"}
    assert run("solve", path, "--tables", str(tmp_path / "tables")).exit_code == 0
    assert (tmp_path / "tables" / "projects.csv").exists()
    assert run("solve", path, "--tables", str(tmp_path / "tables")).exit_code == 3


def test_a_what_if_is_asked_in_a_line(tmp_path: Path) -> None:
    path, run_file = solved(tmp_path)
    asked = ["--force-out", "A", "--change", "availability.amount[resource=crew] + 1"]
    result = run("solve", path, *asked, "-o", str(tmp_path / "asked.json"))
    assert result.exit_code == 0, result.output
    document = json.loads((tmp_path / "asked.json").read_text())
    assert document["constraint_set"] == "what-if"
    assert document["instance"]["sets"]["what-if"]["force_out"] == ["A"]
    assert run("verify", str(tmp_path / "asked.json")).exit_code == 0
    assert run("check", path, *asked).exit_code == 0
    compared = json.loads(run("compare", path, *asked, "--json").stdout)
    assert compared["sets"] == ["base", "what-if"]
    again = run("solve", run_file, "--set", "poor", *asked, "--json")
    assert json.loads(again.stdout)["constraint_set"] == "poor+what-if"
    for wrong in (["--change", "availability"], ["--force-in", "nobody"], ["--change", "availability.amont * 2"]):
        refused = run("solve", path, *wrong)
        assert refused.exit_code == 3
        assert refused.stderr.startswith("outlay: ")


@pytest.mark.slow
def test_a_run_is_solved_again_from_its_plan(tmp_path: Path) -> None:
    _, run_file = solved(tmp_path)
    assert run("solve", run_file, "-o", str(tmp_path / "again.json")).exit_code == 0
    document = json.loads(Path(run_file).read_text())
    document["plan"]["choices"][0]["start"] = 99
    (tmp_path / "tampered.json").write_text(json.dumps(document))
    assert run("solve", str(tmp_path / "tampered.json")).exit_code == 7


def test_a_plan_is_evaluated_and_mended(tmp_path: Path) -> None:
    path = write_small(tmp_path)
    (tmp_path / "plan.csv").write_text("project,alternative,scale,start,selected\nA,,,2026,\nC,,,,\n")
    result = run("evaluate", path, "--plan", str(tmp_path / "plan.csv"))
    assert result.exit_code == 7, result.output
    assert "It breaks 1 rule" in result.stdout
    assert "11" in result.stdout  # 5 and 6 of 9
    mended = str(tmp_path / "mended.csv")
    result = run("evaluate", path, "--plan", str(tmp_path / "plan.csv"), "--repair", "-o", mended)
    assert result.exit_code == 0, result.output
    assert run("evaluate", path, "--plan", mended).exit_code == 0
    document = json.loads(run("evaluate", path, "--plan", str(tmp_path / "plan.csv"), "--json").stdout)
    assert document["ok"] is False
    assert document["violations"][0]["excess"] == 2
    assert run("evaluate", path, "--plan", str(tmp_path / "none.csv")).exit_code == 3
    assert run("evaluate", path).exit_code == 2


@pytest.mark.slow
def test_an_answer_is_a_plan_to_evaluate(tmp_path: Path) -> None:
    path, run_file = solved(tmp_path)
    (tmp_path / "plan.csv").write_text(run("show", run_file, "projects", "--csv").stdout)
    for plan in (str(tmp_path / "plan.csv"), run_file):
        result = run("evaluate", path, "--plan", plan)
        assert result.exit_code == 0, result.output


@pytest.mark.slow
def test_a_citys_export_becomes_a_proved_plan(tmp_path: Path) -> None:
    sheet = str(write_csv(city_export(2), tmp_path / "city.csv"))
    made = str(tmp_path / "city.map.toml")
    assert run("import", sheet).exit_code == 0
    result = run("import", sheet, "--map", made, "-o", str(tmp_path / "city.xlsx"))
    assert result.exit_code == 0, result.output
    assert "What was changed or dropped" in result.stdout
    assert run("solve", str(tmp_path / "city.xlsx"), "--gap", "0.01").exit_code == 0
    told = json.loads(run("import", sheet, "--map", made, "-o", str(tmp_path / "city"), "--json").stdout)
    assert told["changed"]
    assert run("import", sheet).exit_code == 3
    assert run("import", sheet, "--map", made).exit_code == 2
    assert run("import", str(tmp_path / "none.csv")).exit_code == 3


@pytest.mark.parametrize("command", ["convert", "import", "evaluate"])
def test_help_is_given(command: str) -> None:
    assert "Usage" in run(command, "--help").stdout
    assert SMALL["instance"]["name"] == "small"
