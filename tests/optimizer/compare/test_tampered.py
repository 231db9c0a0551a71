"""A folder of a comparison is believed in nothing, neither when it is resumed nor when its report is drawn."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from outlay.instances.errors import InputError, UnverifiedError
from outlay.optimizer.compare.comparison import Comparison
from outlay.optimizer.compare.reading import load_comparison
from tests.cli.small import run
from tests.optimizer.compare.support import assert_same, cap, compared_into, town
from tests.support.choosing import some

SETS = ("base", "less")

Change = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Comparison]:
    folder = tmp_path_factory.mktemp("once") / "out"
    return folder, compared(folder)[0]


@pytest.fixture
def finished(once: tuple[Path, Comparison], tmp_path: Path) -> Path:
    shutil.copytree(once[0], tmp_path / "out")
    return tmp_path / "out"


def compared(folder: Path) -> tuple[Comparison, list[str], list[str]]:
    return compared_into(folder, town(less=cap(5)), SETS, attribute=["cap"])


def change(path: Path, change: Change) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(json.dumps(document), encoding="utf-8")


def run_of(folder: Path, name: str) -> Path:
    return folder / "runs" / json.loads((folder / "comparison.json").read_text(encoding="utf-8"))["files"][name]


def boast(document: dict[str, Any]) -> None:
    for part in (document, document["levels"][0]):
        part.update(objective=99.0, bound=99.0)


def another_plan(document: dict[str, Any]) -> None:
    first = document["plan"]["choices"][0]
    document["plan"]["choices"] = [{**first, "project": name} for name in "ABCD"]


def table(document: dict[str, Any]) -> None:
    document["tables"]["binding"]["rows"].clear()


def bound(document: dict[str, Any]) -> None:
    document["levels"][0]["bound"] = 7.5


def not_its_own(document: dict[str, Any]) -> None:
    document["comparison"]["own_plan"]["choices"].pop()


FALSE_RUNS = [boast, another_plan, table, bound, not_its_own]


@pytest.mark.slow
@pytest.mark.parametrize("false", some(FALSE_RUNS, 1))
def test_a_tampered_run_is_told_of_and_solved_again(
    false: Change, finished: Path, once: tuple[Path, Comparison]
) -> None:
    path = run_of(finished, "less")
    change(path, false)
    comparison, solved, notes = compared(finished)
    assert solved == ["less"]
    assert len(notes) == 1
    assert path.name in notes[0]
    assert "verification" in notes[0]
    assert_same(comparison, once[1])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "false"),
    [*(("less", false) for false in FALSE_RUNS), ("base", not_its_own), ("attribution, none of them", boast)],
)
def test_no_report_is_drawn_of_a_tampered_run(false: Change, name: str, finished: Path, tmp_path: Path) -> None:
    path = run_of(finished, name)
    change(path, false)
    with pytest.raises(UnverifiedError, match=path.name):
        load_comparison(finished)
    result = run("report", str(finished), "-o", str(tmp_path / "r.html"))
    assert result.exit_code == 7
    assert path.name in result.stderr
    assert not (tmp_path / "r.html").exists()


def set_cell(name: str, column: str, value: Any) -> Change:
    def set_it(document: dict[str, Any]) -> None:
        found = document["tables"][name]
        found["rows"][-1][found["columns"].index(column)] = value

    return set_it


FALSE_TABLES: dict[str, Change] = {
    "tables.cases": set_cell("cases", "objective", 99.0),
    "tables.cases[1].title": set_cell("cases", "title", "Twice the money"),
    "tables.metrics": set_cell("metrics", "value", 99.0),
    "tables.plans": set_cell("plans", "funded", True),
    "tables.frequency": set_cell("frequency", "role", "core"),
    "tables.attribution": set_cell("attribution", "loss", 99.0),
    "tables.combinations": set_cell("combinations", "bound", 99.0),
    "tables.inputs": set_cell("inputs", "after", "7"),
    "name": lambda document: document.update(name="another"),
    "title": lambda document: document.update(title="Another"),
    "money_unit": lambda document: document.update(money_unit="$T"),
    "reference": lambda document: document.update(reference="less"),
}


@pytest.mark.slow
@pytest.mark.parametrize("place", some(FALSE_TABLES, 2))
def test_a_forged_table_or_name_is_refused_and_named(place: str, finished: Path, tmp_path: Path) -> None:
    change(finished / "comparison.json", FALSE_TABLES[place])
    with pytest.raises(UnverifiedError) as error:
        load_comparison(finished)
    assert place in str(error.value)
    assert run("report", str(finished), "-o", str(tmp_path / "r.html")).exit_code == 7


def test_a_set_that_was_changed_has_no_run(finished: Path) -> None:
    def more(document: dict[str, Any]) -> None:
        document["instance"]["sets"]["less"]["change"][0]["set"]["amount"] = 4

    change(finished / "comparison.json", more)
    with pytest.raises(UnverifiedError, match="the run of another case"):
        load_comparison(finished)


@pytest.mark.parametrize("name", ["../../secret.json", "run.json", 3, None])
def test_a_run_file_is_looked_for_in_the_folder_alone(name: Any, finished: Path) -> None:
    change(finished / "comparison.json", lambda document: document["files"].update(base=name))
    with pytest.raises(InputError, match=r"files\.base"):
        load_comparison(finished)


def test_a_run_file_that_is_gone_is_bad_input(finished: Path) -> None:
    run_of(finished, "less").unlink()
    with pytest.raises(InputError):
        load_comparison(finished)
