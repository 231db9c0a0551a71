"""What is said of an answer is computed again; the first format still opens."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import outlay
from outlay.instances.errors import UnverifiedError
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.record.run_schema import FORMAT
from tests.support.documents import parsed, small_plan

FIRST_FORMAT = Path(__file__).parent / "stored" / "run-format-1.json"

Change = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def solution() -> Solution:
    made = small_plan()
    made["instance"]["objective"] = [{"weights": {"value": 1}, "tolerance": 0.1}, {"weights": {"commitment": -1}}]
    return outlay.solve(parsed(made), gap=0)


@pytest.fixture
def run(solution: Solution, tmp_path: Path) -> Path:
    return solution.save(tmp_path / "run.json")


def changed(run: Path, change: Change) -> Solution:
    document = json.loads(run.read_text(encoding="utf-8"))
    change(document)
    run.write_text(json.dumps(document), encoding="utf-8")
    return outlay.load(run)


@pytest.mark.slow
def test_a_run_file_of_the_first_format_still_opens_and_becomes_one_of_the_present(tmp_path: Path) -> None:
    assert json.loads(FIRST_FORMAT.read_text(encoding="utf-8"))["format"] == "outlay run 1"
    loaded = outlay.load(FIRST_FORMAT)
    assert loaded.verified
    assert (loaded.objective, loaded.own_objective, loaded.levels[0].size) == (19.1, False, 1.0)
    assert loaded.projects.set_index("project").loc["school", "funded"]
    again = loaded.save(tmp_path / "run.json")
    assert json.loads(again.read_text(encoding="utf-8"))["format"] == FORMAT
    assert outlay.load(again).verified


def test_tables_of_the_first_format_are_never_believed(tmp_path: Path) -> None:
    path = Path(shutil.copy(FIRST_FORMAT, tmp_path / "run.json"))
    loaded = changed(path, lambda document: document["tables"]["projects"]["rows"][0].__setitem__(1, "Palace"))
    assert "Palace" not in loaded.projects["name"].tolist()
    assert not changed(path, lambda document: document["metrics"].update(value=99.0)).verified


@pytest.mark.slow
def test_a_document_of_the_present_cannot_call_itself_one_of_the_first_format(run: Path) -> None:
    with pytest.raises(outlay.InputError, match="format"):
        changed(run, lambda document: document.update(format="outlay run 1"))


@pytest.mark.slow
def test_a_table_is_refused_where_anything_that_the_file_says_is_false(run: Path) -> None:
    loaded = changed(run, lambda document: document["tables"]["projects"]["rows"][0].__setitem__(1, "Palace"))
    assert not loaded.verified
    for table in ("projects", "timeline", "resources", "finance"):
        with pytest.raises(UnverifiedError, match="Palace"):
            getattr(loaded, table)


def test_a_false_claim_is_named_with_its_place_what_is_said_and_what_it_is(run: Path, solution: Solution) -> None:
    loaded = changed(run, lambda document: document["metrics"].update(value=99.0))
    assert loaded.verification is not None
    (violation,) = loaded.verification.violations
    assert (violation.family, violation.where) == ("claims", "metrics.value")
    assert violation.sentence == f"metrics.value is recorded as 99.0, it is {solution.metrics['value']}"


def set_level(place: int, **values: Any) -> Change:
    return lambda document: document["levels"][place].update(values)


#: What contradicts itself, or the instance, on strict levels.
FALSE: dict[str, Change] = {
    "levels[1].status": set_level(1, status="failed"),
    "levels[1].weights": set_level(1, weights={"commitment": -2.0, "cost": -1.0}),
    "levels[0].limit": set_level(0, limit="time"),
    "levels[0].gap": set_level(0, gap=0.5),
    "levels[0].size": set_level(0, size=1e9),
    "levels[1].final": set_level(1, final=None),
    "levels": lambda document: document["levels"].pop(),
    "bound": lambda document: document.update(bound=100.0),
    "own_objective": lambda document: document.update(own_objective=True),
    "name": lambda document: document.update(name="another"),
    "verification": lambda document: document.update(verification=None),
    "verification.ok": lambda document: document["verification"].update(ok=False),
    "tables.trade": lambda document: document["tables"].pop("trade"),
}


@pytest.mark.slow
@pytest.mark.parametrize("place", FALSE)
def test_each_false_claim_is_found(place: str, run: Path) -> None:
    loaded = changed(run, FALSE[place])
    assert not loaded.verified
    assert not outlay.verify(loaded).ok  # whoever asks later is told too
    assert any(violation.where.startswith(place) for violation in outlay.verify(loaded).violations)


@pytest.mark.slow
def test_every_table_of_an_honest_run_is_the_one_that_was_written(run: Path, solution: Solution) -> None:
    loaded = outlay.load(run)
    assert set(loaded.tables) == set(solution.tables)
    for name in solution.tables:
        pd.testing.assert_frame_equal(loaded.table(name), solution.table(name))


def test_an_answer_that_was_changed_in_memory_is_found_too(solution: Solution) -> None:
    better = dataclasses.replace(solution, metrics={**solution.metrics, "value": 99.0})
    assert not outlay.verify(better).ok
