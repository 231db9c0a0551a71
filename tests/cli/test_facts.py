"""What a reader must not miss is told: dates, the end of the calendar, what is short, units, forgotten things."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import outlay
from outlay.cli.terminal.screen import Column, table
from outlay.cli.views.labels import metrics_in_use, objective_unit, point_line
from outlay.cli.views.warnings import warnings
from outlay.models.case import Case
from tests.cli.small import SMALL, changed, lender_document, run, write_small
from tests.support.choosing import some
from tests.support.documents import parsed


def warned(document: dict[str, Any]) -> str:
    return "\n".join(warnings(Case(parsed(document))))


@pytest.mark.slow
def test_a_plan_with_money_past_the_calendar_says_so(tmp_path: Path) -> None:
    document = changed(
        projects=[{"id": "A", "value": 8, "commitment": 6, "construction_months": 24, "earliest_start": "2029-01"}],
        requirements=[], sets={},
    )  # fmt: skip
    told = run("solve", write_small(tmp_path, document)).stdout
    assert "$3M of $6M falls after the calendar, where nothing limits it; finish_inside = true forbids it" in told
    assert "finish_inside = true in [calendar] forbids it" in warned(document)


def test_new_templates_end_inside_the_calendar() -> None:
    assert outlay.read("tutorial").settings.calendar.finish_inside


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"availability": [], "resources": [], "requirements": []}, "nothing limits anything"),
        (
            {"projects": [*SMALL["projects"], {"id": "D", "commitment": 1}], "sets": {}},
            "1 candidate adds nothing to the objective, whatever is decided: D",
        ),
        (
            {"projects": [*SMALL["projects"], {"id": "D", "value": 1}], "sets": {}},
            "projects: commitment is blank and counts as 0: D",
        ),
        (
            {
                "projects": [
                    {**row, "sector": each} for row, each in zip(SMALL["projects"], ("Roads", "roads", ""), strict=True)
                ]
            },
            "sector: Roads and roads look alike and are told apart",
        ),
        (
            {"projects": [*SMALL["projects"], {"id": "A\u200b", "value": 1, "commitment": 1}], "sets": {}},
            "project: A and A\\u200b look alike and are told apart",
        ),
        ({"instance": {"discount_rates": {"value": 0.05}}}, "discount_rates: the rate of value touches nothing"),
        (
            {"projects": [*SMALL["projects"], {"id": "D", "value": 1, "commitment": 99}], "sets": {}},
            "project D has no possible option, whatever is decided: it can never fit: it needs 99 $M of commitments",
        ),
    ],
)
def test_check_warns_of_what_looks_forgotten(changes: dict[str, Any], words: str) -> None:
    assert words in warned(changed(**changes))


@pytest.mark.slow
def test_warnings_come_before_everything_else_and_windows_only_when_asked_for(tmp_path: Path) -> None:
    path = write_small(tmp_path)
    told = run("check", path).stdout
    assert told.index("warnings") < told.index("Asked for, if everything ran")
    assert "When each project can start\n" not in told
    assert "When each project can start\n" in run("check", path, "--all").stdout


def test_check_speaks_of_one_project_and_one_resource_as_of_one(tmp_path: Path) -> None:
    document = changed(projects=SMALL["projects"][:1], requirements=[], sets={})
    document |= {"resources": SMALL["resources"][:1], "availability": SMALL["availability"][:1]}
    told = run("check", write_small(tmp_path, document)).stdout
    assert "The 1 project that has an option, each" in told
    assert "The largest alternatives of 1 project together: $5M." in told
    assert "1 resource is asked for less than 80 % of what there is, or switched off" in told


@pytest.mark.slow
def test_metrics_that_an_instance_does_not_use_are_not_shown(tmp_path: Path) -> None:
    told = run("solve", write_small(tmp_path)).stdout
    assert "npv" not in told
    assert "content" not in told
    solution = outlay.solve(parsed(SMALL))
    assert metrics_in_use(solution.instance, solution.metrics) == ["value", "commitment", "count"]


@pytest.mark.slow
def test_the_two_sides_of_a_loan_are_called_what_the_instance_calls_them(tmp_path: Path) -> None:
    document = lender_document()
    document["instance"]["finance"] |= {"owner": "the city", "lender": "the bank"}
    told = run("solve", write_small(tmp_path, document)).stdout
    assert "net present value, the bank" in told
    assert "net present value, the city" in told
    assert "Japan" not in told


@pytest.mark.slow
def test_neutral_names_are_read_everywhere_and_shown_where_the_sides_have_no_names(tmp_path: Path) -> None:
    document = lender_document()
    document["instance"] |= {
        "objective": {"owner_npv": 1, "lender_npv": 0.5},
        "discount_rates": {"lender_npv": 0.04},
        "finance": {"terms": "bank", "lender_share_before": 0.4},
    }
    document["terms"][0]["min_lender_npv"] = 0
    document["limits"] = [{"metric": "lender_npv", "min": 0}]
    made = parsed(document)
    assert made.settings.finance is not None
    assert float(made.settings.finance.japan_share_before) == 0.4
    assert list(made.objective_levels[0].weights) == ["cost", "us_npv", "japan_npv"]
    assert made["limits"].raw("metric") == ("japan_npv",)
    assert made["terms"].raw("min_japan_npv") == (0,)
    told = run("solve", write_small(tmp_path, document)).stdout
    assert "0.5 lender_npv + owner_npv" in told
    assert "japan_npv" not in told.split("What it brings")[1]


def test_an_objective_of_unlike_things_is_in_points_and_says_what_a_point_is() -> None:
    alike, unlike = parsed(SMALL), parsed(changed(instance={"objective": {"value": 2, "count": 4}}))
    assert (objective_unit(alike), point_line(alike)) == ("$M", "")
    assert objective_unit(unlike) == "points"
    assert point_line(unlike) == "1 point = 0.5 $M of value, or 0.25 projects of count"


@pytest.mark.parametrize("width", [60, 80, 200])
def test_nothing_is_cut_however_narrow_the_page(width: int) -> None:
    columns = [Column("Id"), Column("Name", least=8), *(Column(f"Number {n}", right=True) for n in range(6))]
    row = ["transmission/east-west-1", "A name of many words that goes on", *(f"{10**n:,}.25" for n in range(6))]
    console = Console(file=io.StringIO(), width=width, no_color=True)
    console.print(table(columns, [row], width))
    told = console.file.getvalue()  # type: ignore[attr-defined]
    assert "…" not in told
    for cell in (row[0], *row[2:]):
        assert cell in told
    assert all(word in told for word in row[1].split())
    assert max(map(len, told.splitlines())) <= width


def test_the_schema_of_one_table_stands_alone() -> None:
    told = run("schema", "projects")
    assert told.exit_code == 0
    assert told.stdout.startswith("## `projects.csv`")
    assert "`availability.csv`" not in told.stdout
    assert run("schema", "sets").stdout.startswith("## `sets.toml`")
    wrong = run("schema", "project")
    assert (wrong.exit_code, "did you mean 'projects'?" in wrong.stderr) == (3, True)


@pytest.mark.slow
def test_runs_of_a_comparison_are_found_by_their_set(tmp_path: Path) -> None:
    path, out = write_small(tmp_path), str(tmp_path / "out")
    assert run("compare", path, "--sets", "base,poor", "-o", out).exit_code == 0
    told = json.loads(run("show", out, "poor", "projects", "--json").stdout)
    assert told["constraint_set"] == "poor"
    assert "0 of 3" not in run("show", out, "base").stdout
    assert "name one of its sets: base, poor" in run("show", out).stderr
    assert "did you mean 'poor'?" in run("show", out, "por", "years").stderr


@pytest.mark.slow
def test_what_is_no_run_and_what_is_no_instance_is_told_apart(tmp_path: Path) -> None:
    path, saved = write_small(tmp_path), str(tmp_path / "run.json")
    assert run("solve", path, "-o", saved).exit_code == 0
    assert "this is a run file, not an instance; outlay show run.json" in run("check", saved).stderr
    for command in (("show", path), ("report", path, "-o", str(tmp_path / "page.html"))):
        result = run(*command)
        assert result.exit_code == 3
        assert "this is an instance, not a" in result.stderr
        assert "solve it first: outlay solve" in result.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "section",
    some(
        ["sectors", "regions", "funds", "years", "todo", "limits", "keeps_out", "beyond", "contributions"],
        {"sectors", "todo", "limits"},
    ),
)
def test_every_table_that_people_ask_for_is_shown_and_is_data(section: str, tmp_path: Path) -> None:
    saved = str(tmp_path / "run.json")
    assert run("solve", write_small(tmp_path), "-o", saved).exit_code == 0
    assert run("show", saved, section).exit_code == 0
    assert isinstance(json.loads(run("show", saved, section, "--json").stdout)[section], list)
