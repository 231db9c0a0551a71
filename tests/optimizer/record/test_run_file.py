"""The run file holds an answer whole, and whatever is wrong with one is told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyomo.environ as pyo
import pytest

import outlay
from outlay.instances.errors import InputError, NoPlanError
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.solver.process import SolverProcess
from tests.support.choosing import some
from tests.support.documents import instance, level, parsed, small_plan
from tests.support.generated import some_generated
from tests.support.solving import stopped


@pytest.fixture(scope="module")
def solution() -> Solution:
    made = small_plan()
    made["sets"] = {
        "tight": {"change": [{"table": "availability", "where": {"resource": "draws"}, "scale": {"amount": 0.5}}]}
    }
    return outlay.solve(parsed(made), constraint_set="tight", gap=0)


@pytest.fixture
def run(solution: Solution, tmp_path: Path) -> Path:
    return solution.save(tmp_path / "run.json")


def assert_same(one: Solution, other: Solution) -> None:
    names = (
        "instance", "constraint_set", "status", "limit", "message", "objective", "bound", "gap", "levels", "plan",
        "metrics", "stakeholders", "trace", "times_s", "sizes", "options", "versions",
    )  # fmt: skip
    for name in names:
        assert getattr(other, name) == getattr(one, name), name
    if one.verification is not None:
        assert other.verification is not None
        assert other.verification.violations == one.verification.violations
        assert other.verification.checks == one.verification.checks
        assert dict(other.verification.metrics) == pytest.approx(one.metrics)
    assert set(other.tables) == set(one.tables)
    for name, table in one.tables.items():
        pd.testing.assert_frame_equal(plain(other.tables[name]), plain(table), check_dtype=False)


def plain(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with one kind of blank."""
    return table.astype(object).where(table.notna(), None)


def test_a_loaded_run_is_what_was_saved(solution: Solution, run: Path) -> None:
    loaded = outlay.load(run)
    assert_same(solution, loaded)
    assert loaded.constraint_set == "tight"
    assert loaded.instance.digest == solution.instance.digest
    assert loaded.verified
    assert outlay.verify(loaded).ok


def test_saving_what_was_loaded_writes_the_same_file(run: Path, tmp_path: Path) -> None:
    again = outlay.load(run).save(tmp_path / "again.json")
    assert again.read_text(encoding="utf-8") == run.read_text(encoding="utf-8")


def test_the_file_is_plain_json_without_nan(run: Path) -> None:
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    document = json.loads(run.read_text(encoding="utf-8"), parse_constant=refuse)
    assert document["format"] == "outlay run 3"
    assert document["versions"]["highspy"]


@pytest.mark.slow
@pytest.mark.parametrize("most", some([3, 12], 1))
def test_runs_of_generated_instances_survive_the_file(tmp_path: Path, most: int) -> None:
    with SolverProcess() as process:
        for number, made in enumerate(some_generated(most)):
            found = outlay.solve(made, gap=0, process=process)
            loaded = outlay.load(found.save(tmp_path / f"{number}.json"))
            assert_same(found, loaded)
            if found.plan is not None:
                assert outlay.verify(loaded).ok


@pytest.mark.slow
def test_a_run_without_a_plan_survives_too(tmp_path: Path) -> None:
    made = instance(
        projects=[{"id": "A", "status": "mandatory", "commitment": 3}],
        resources=[{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
        availability=[level("commitments", 2)],
    )
    found = outlay.solve(made)
    loaded = outlay.load(found.save(tmp_path / "run.json"))
    assert_same(found, loaded)
    assert str(loaded.status) == "infeasible"
    with pytest.raises(NoPlanError):
        outlay.verify(loaded)


@pytest.mark.slow
def test_a_stopped_run_survives_too(tmp_path: Path) -> None:
    found = stopped()
    loaded = outlay.load(found.save(tmp_path / "run.json"))
    assert_same(found, loaded)
    assert loaded.limit == "time"


@pytest.mark.slow
def test_the_user_s_rows_survive_too(tmp_path: Path) -> None:
    model: Any = outlay.build(parsed(small_plan()))
    model.rule = pyo.Constraint(expr=model.fund[0] <= 1)
    found = outlay.solve(model)
    loaded = outlay.load(found.save(tmp_path / "run.json"))
    assert found.user_rows is not None
    assert loaded.user_rows is not None
    pd.testing.assert_frame_equal(plain(found.user_rows), plain(loaded.user_rows), check_dtype=False)


# -- places ------------------------------------------------------------------------------------------------------


def test_an_existing_file_is_kept_unless_forced(solution: Solution, run: Path) -> None:
    before = run.read_text(encoding="utf-8")
    run.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="exists"):
        solution.save(run)
    assert run.read_text(encoding="utf-8") == "mine"
    solution.save(run, force=True)
    assert run.read_text(encoding="utf-8") == before


def test_folders_on_the_way_are_made_and_nothing_else_is_left(solution: Solution, tmp_path: Path) -> None:
    target = solution.save(tmp_path / "a" / "b" / "run.json")
    assert [file.name for file in target.parent.iterdir()] == ["run.json"]


def test_a_place_that_cannot_be_written_is_told(solution: Solution, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError):
        solution.save(tmp_path / "file" / "run.json")
    with pytest.raises(InputError):
        solution.save(tmp_path, force=True)


# -- damage ------------------------------------------------------------------------------------------------------

Change = Callable[[dict[str, Any]], object]

DAMAGES: dict[str, Change] = {
    "another format": lambda run: run.update(format="outlay run 99"),
    "no format": lambda run: run.pop("format"),
    "no plan": lambda run: run.pop("plan"),
    "a plan that is a list": lambda run: run.update(plan=[]),
    "a plan without choices": lambda run: run["plan"].pop("choices"),
    "a choice with a column too many": lambda run: run["plan"]["choices"][0].update(colour="red"),
    "a choice with a column too few": lambda run: run["plan"]["choices"][0].pop("start"),
    "an amount that is text": lambda run: run["plan"].update(purchases=[["school", 0, "many"]]),
    "an unknown status": lambda run: run.update(status="splendid"),
    "no instance": lambda run: run.pop("instance"),
    "an instance that is none": lambda run: run.update(instance={"instance": {}}),
    "another instance": lambda run: run["instance"]["projects"][0].update(value=99),
    "another hash": lambda run: run.update(hash="0" * 64),
    "levels that are a number": lambda run: run.update(levels=3),
    "a level too poor": lambda run: run["levels"][0].pop("final"),
    "tables that are a list": lambda run: run.update(tables=[]),
    "a table without columns": lambda run: run["tables"]["projects"].pop("columns"),
    "a row too short": lambda run: run["tables"]["projects"]["rows"][0].pop(),
    "a verification that is a text": lambda run: run.update(verification="fine"),
    "metrics that are a list": lambda run: run.update(metrics=[1]),
    "a trace that is a number": lambda run: run.update(trace=1),
    "an objective that is text": lambda run: run.update(objective="much"),
    "a metric that is text": lambda run: run["metrics"].update(value="much"),
    "dates that are text": lambda run: run.update(dates="soon"),
    "times that are text": lambda run: run.update(times_s="long"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_run_file_is_bad_input(damage: Change, run: Path) -> None:
    document = json.loads(run.read_text(encoding="utf-8"))
    damage(document)
    run.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        outlay.load(run)
    assert not re.search("Part|Field|Extra", str(caught.value)), "these are words of the code, not of the file"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "3", '{"format": "outlay run 1"}', "[" * 100_000, "\x00", '{"a": NaN}'],
    ids=["empty", "half", "list", "null", "number", "bare", "deep", "zero byte", "nan"],
)  # fmt: skip
def test_what_is_no_run_file_is_bad_input(text: str, tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError):
        outlay.load(file)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[" * 100_000, "nested too deeply"),
        ('{"a": ' + "9" * 5_000 + "}", "a number is too large"),
        ("{", "not valid JSON"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_in_words(text: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(InputError, match=problem) as caught:
        outlay.load(tmp_path / "run.json")
    assert caught.value.faults[0].remedy == "give a file that `solve -o` wrote"


def test_a_cut_file_is_bad_input(run: Path) -> None:
    content = run.read_bytes()
    for length in range(0, len(content) - 1, max(1, len(content) // 25)):
        run.write_bytes(content[:length])
        with pytest.raises(InputError):
            outlay.load(run)


def test_bytes_that_are_no_text_and_files_that_are_not_there_are_bad_input(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_bytes(b"\xff\xfe\x00")
    for place in (tmp_path / "run.json", tmp_path / "nowhere.json", tmp_path):
        with pytest.raises(InputError):
            outlay.load(place)


# -- tampering ---------------------------------------------------------------------------------------------------


TAMPERS: dict[str, Change] = {
    "a project more": lambda run: run["plan"]["choices"].append(
        {**run["plan"]["choices"][0], "project": next(iter(missing(run))), "alternative": "base"}
    ),
    "a project less": lambda run: run["plan"]["choices"].pop(),
    "another start": lambda run: run["plan"]["choices"][0].update(start=0, selection=0),
    "a larger scale": lambda run: run["plan"]["choices"][0].update(scale=1.5),
    "a better metric": lambda run: run["metrics"].update(value=run["metrics"]["value"] + 0.1),
    "a better objective": lambda run: run["levels"][0].update(final=run["levels"][0]["final"] + 0.1),
    "an unknown metric": lambda run: run["metrics"].update(happiness=1.0),
    "an unknown project": lambda run: run["plan"]["choices"][0].update(project="nobody"),
    "units of nothing": lambda run: run["plan"].update(purchases=[["nothing", 0, 1.0]]),
}  # fmt: skip


def missing(run: dict[str, Any]) -> set[str]:
    funded = {choice["project"] for choice in run["plan"]["choices"]}
    return {row["id"] for row in run["instance"]["projects"]} - funded


@pytest.mark.parametrize("tamper", TAMPERS.values(), ids=TAMPERS.keys())
def test_a_tampered_run_fails_its_verification(tamper: Change, run: Path) -> None:
    document = json.loads(run.read_text(encoding="utf-8"))
    tamper(document)
    run.write_text(json.dumps(document), encoding="utf-8")
    assert not outlay.verify(outlay.load(run)).ok


def test_a_better_objective_at_the_top_of_the_file_fails_too(run: Path) -> None:
    document = json.loads(run.read_text(encoding="utf-8"))
    document["objective"] += 5
    document["levels"][0]["objective"] += 5
    run.write_text(json.dumps(document), encoding="utf-8")
    try:
        loaded = outlay.load(run)
    except InputError:
        return
    assert not outlay.verify(loaded).ok


def test_a_number_that_no_decimal_holds_is_bad_input(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text('{"a": 1e99999999999999999999}', encoding="utf-8")
    with pytest.raises(InputError):
        outlay.load(path)
