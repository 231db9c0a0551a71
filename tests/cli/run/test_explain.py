"""``outlay explain`` as a user types it."""

from __future__ import annotations

import dataclasses
import importlib
import json
import math
import tomllib
from pathlib import Path
from typing import Any

import pytest

import outlay
from tests.cli.small import HOSTILE, changed, lender_document, run, solved, write_small
from tests.support.full_disk import FullDisk

explaining = importlib.import_module("outlay.optimizer.explain.explain")


def impossible() -> dict[str, Any]:
    """Return an instance in which A and C are promised, which need 11 of 9 million."""
    document = changed(sets={})
    for project in document["projects"]:
        if project["id"] in {"A", "C"}:
            project["status"] = "mandatory"
    return document


@pytest.mark.slow
def test_a_plan_is_explained(tmp_path: Path) -> None:
    result = run("explain", write_small(tmp_path), "--jobs", "1")
    assert result.exit_code == 0, result.output
    for text in (
        "What each project is worth to the plan",
        "From certain to never",
        "C would have to be worth 7 more",
        "more commitments C would be in",
        "What limits are worth: 10 % wider, and tighter",
    ):
        assert text in result.stdout


@pytest.mark.slow
def test_a_run_is_explained_by_its_own_plan(tmp_path: Path) -> None:
    path, run_file = solved(tmp_path)
    of_run, of_instance = (json.loads(run("explain", source, "C", "--json").stdout) for source in (run_file, path))
    assert of_run["margins"] == of_instance["margins"]
    assert of_run["changes"] == of_instance["changes"]
    assert [row["project"] for row in of_run["margins"]] == ["C"]


@pytest.mark.slow
def test_the_sets_can_be_pasted_and_do_what_is_said(tmp_path: Path) -> None:
    path = write_small(tmp_path)
    result = run("explain", path, "C", "--sets")
    sets = tomllib.loads(result.stdout)
    assert "C-by-commitments" in sets
    file = tmp_path / "case" / "sets.toml"
    file.write_text(file.read_text() + "\n" + result.stdout)
    solution = outlay.solve(outlay.read(path), constraint_set="C-by-commitments")
    assert solution.objective is not None
    assert solution.objective >= 14
    assert "C" in {choice.project for choice in solution.plan.choices}


@pytest.mark.slow
def test_an_impossible_instance_is_told_its_conflict_and_its_repair(tmp_path: Path) -> None:
    path = write_small(tmp_path, impossible())
    refused = run("solve", path)
    assert refused.exit_code == 4
    assert "outlay explain INSTANCE" in refused.stdout
    result = run("explain", path)
    assert result.exit_code == 4
    for text in (
        "No plan is possible.",
        "A must be funded",
        "C must be funded",
        "commitments",
        "The least repair: 1 move",
    ):
        assert text in result.stdout


@pytest.mark.slow
def test_what_must_not_move_does_not(tmp_path: Path) -> None:
    document = json.loads(run("explain", write_small(tmp_path, impossible()), "--keep", "commitments", "--json").stdout)
    assert [row["kind"] for row in document["repair"]] == ["project"]
    result = run(
        "explain",
        write_small(tmp_path, impossible(), "other"),
        *["--keep", "commitments", "--keep", "A", "--keep", "C"],
    )
    assert result.exit_code == 4
    assert "No repair" in result.stdout


def test_a_plan_has_no_conflict_to_tell(tmp_path: Path) -> None:
    result = run("explain", write_small(tmp_path), "--conflicts", "2")
    assert result.exit_code == 0
    assert "there is no conflict to tell" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["X"], "there is no such project"),
        (["--limit", "comitments"], "did you mean 'commitments'"),
        (["--limit", "forgotten"], "no share is anything"),
        (["--step", "0"], "this is no step"),
        (["--step", "0%"], "this is no step"),
        (["--step", "much"], "this is no step"),
        (["--keep", "nothing"], "there is no such limit"),
        (["--set", "nothing"], "there is no such constraint set"),
    ],
)
def test_bad_input_is_told(tmp_path: Path, arguments: list[str], words: str) -> None:
    result = run("explain", write_small(tmp_path), *arguments)
    assert result.exit_code == 3, result.output
    assert words in result.stderr


def immovable() -> dict[str, Any]:
    """Return an instance with a limit of each kind that has no finite level, or that decides what is possible."""
    document = lender_document()
    document["resources"].append({"resource": "cranes", "kind": "equipment"})
    document["availability"] += [
        {"resource": "cranes", "from": "2026-01"},
        {"resource": "crew", "from": "2027-01", "amount": 3},
    ]
    document["funds"] = [{"fund": "bank of all"}]
    document["permits"] = [{"permit": "air", "review_months": 6}]
    for project, sector in zip(document["projects"], ("works", "works", "barred"), strict=True):
        project["sector"] = sector  # the third one fails the lender's test
        project["balance"] = -1 if project["id"] == "A" else 2
    document["instance"]["metrics"] = {"balance": {}}
    document["limits"] = [
        {"metric": "count", "every": "period", "max_growth_share": 0.5, "max": 3},
        {"metric": "value", "min": 0},
        {"metric": "commitment", "by": "sector", "group": "barred", "max": 3},
        {"metric": "count", "of": "balance", "basis": "share", "max": 0.5},
    ]
    return document


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ("cranes", "cranes has no finite level"),
        ("bank of all", "bank of all has no finite level"),
        ("forgotten", "no share is anything"),
        ("crew@2031", "crew has no row under this date"),
        ("limits/count/period/max_growth_share", "the column `max_growth_share` of limits decides"),
        ("limits/value/min", "a least amount of 0, and cannot give way further"),
        ("limits/commitment/sector/barred/max", "nothing that it limits can be in a plan"),
        ("limits/count/balance/max", "the column `max` of limits decides"),
        ("air", "a permit decides which options exist"),
        ("bank", "terms of loans decide which options exist"),
        ("A", "this is a project, not a limit"),
        ("review_months", "change the column `review_months` of permits"),
        ("min_dscr", "change the column `min_dscr` of terms"),
        ("crane*", "no limit that can be moved fits this pattern"),
    ],
)
def test_what_cannot_be_moved_is_told_with_what_decides_instead(tmp_path: Path, limit: str, words: str) -> None:
    result = run("explain", write_small(tmp_path, immovable()), "--limit", limit)
    assert result.exit_code == 3, result.output
    assert words in " ".join(result.stderr.split())


@pytest.mark.slow
def test_a_run_that_does_not_verify_is_refused(tmp_path: Path) -> None:
    _, run_file = solved(tmp_path)
    document = json.loads(Path(run_file).read_text())
    document["plan"]["choices"].append({**document["plan"]["choices"][0], "project": "C"})
    Path(run_file).write_text(json.dumps(document))
    assert run("explain", run_file).exit_code == 7


@pytest.mark.slow
def test_a_folder_keeps_the_answers_and_nothing_is_asked_twice(tmp_path: Path) -> None:
    path, folder = write_small(tmp_path), str(tmp_path / "out")
    first = json.loads(run("explain", path, "-o", folder, "--json").stdout)
    assert {"margins.csv", "changes.csv", "limits.csv", "sets.toml", "explanation.json", "answers"} == {
        file.name for file in Path(folder).iterdir()
    }
    again = json.loads(run("explain", path, "-o", folder, "--json").stdout)
    assert again["times_s"]["solver"] == 0
    assert again["margins"] == first["margins"]
    assert run("explain", path, "-o", str(tmp_path)).exit_code == 3


@pytest.mark.slow
@pytest.mark.parametrize("write", [1, 3, 14])
def test_a_full_disk_is_told_and_a_later_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: int
) -> None:
    path, folder = write_small(tmp_path), str(tmp_path / "out")
    with monkeypatch.context() as patch:
        disk = FullDisk(math.inf, patch, only=write)
        result = run("explain", path, "-o", folder)
        assert disk.writes >= write
    assert result.exit_code == 3
    assert "No space left" in result.stderr
    assert "Traceback" not in result.stderr
    assert run("explain", path, "-o", folder).exit_code == 0
    assert json.loads((tmp_path / "out" / "explanation.json").read_text())["complete"]


@pytest.mark.slow
def test_an_interrupt_keeps_what_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(context: Any, *_: Any, **__: Any) -> list[Any]:
        context.pool.interrupted = True
        return []

    monkeypatch.setattr(explaining, "limit_changes", interrupted)
    result = run("explain", write_small(tmp_path))
    assert result.exit_code == 5
    assert "What each project is worth to the plan" in result.stdout
    assert "Stopped by Ctrl-C" in result.stdout


@pytest.mark.slow
def test_the_best_plan_is_kept_in_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, folder = write_small(tmp_path), str(tmp_path / "out")
    first = json.loads(run("explain", path, "-o", folder, "--json").stdout)

    def never(*_: Any) -> Any:
        raise AssertionError("the best plan is solved again")

    with monkeypatch.context() as patched:
        patched.setattr(explaining._Work, "_solved", never)
        assert json.loads(run("explain", path, "-o", folder, "--json").stdout)["margins"] == first["margins"]
    kept = Path(folder) / "answers" / "today.json"
    document = json.loads(kept.read_text())
    for wrong in ({**document, "objective": 0.0}, {**document, "key": ""}, {**document, "plan": {}}, [], {}):
        kept.write_text(json.dumps(wrong))  # nothing that stands there is believed
        assert json.loads(run("explain", path, "-o", folder, "--json").stdout)["margins"] == first["margins"]
        assert json.loads(kept.read_text()) == document


@pytest.mark.parametrize(("has_plan", "code"), [(True, 5), (False, 6)])
def test_an_interrupt_while_the_best_plan_is_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_plan: bool, code: int
) -> None:
    solved_whole = explaining._Work._solved

    def stopped(self: Any, engine: Any) -> Any:
        checked = solved_whole(self, engine)
        level = checked.answer.levels[0]
        checked.answer.levels[0] = dataclasses.replace(level, status=outlay.Status.STOPPED, limit="interrupt")
        if not has_plan:
            checked.plan = checked.verification = None
        return checked

    monkeypatch.setattr(explaining._Work, "_solved", stopped)
    result = run("explain", write_small(tmp_path), "-o", str(tmp_path / "out"))
    assert result.exit_code == code, result.output
    assert "nothing is explained" in result.stdout
    assert not (tmp_path / "out" / "answers" / "today.json").exists()


@pytest.mark.slow
def test_several_limits_are_moved_together(tmp_path: Path) -> None:
    result = run("explain", write_small(tmp_path), "--limit", "c*", "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert "c*" in {row["limit"] for row in document["limits"]}
    assert "c*" in {row["what"] for row in document["changes"]}
    assert run("explain", write_small(tmp_path, name="b"), "--limit", "x*").exit_code == 3


@pytest.mark.slow
def test_hostile_names_are_harmless(tmp_path: Path) -> None:
    document = changed(sets={})
    document["projects"][2] |= {"name": HOSTILE}
    page = tmp_path / "page.html"
    result = run("explain", write_small(tmp_path, document), "--report", str(page))
    assert result.exit_code == 0, result.output
    assert "\x1b" not in result.stdout
    assert "<script>alert" not in page.read_text()
    assert "margins-chart" in page.read_text()
