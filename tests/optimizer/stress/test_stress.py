"""Plans in drawn worlds: against enumeration, and what is kept, resumed and told."""

from __future__ import annotations

import itertools
import json
import math
import pickle
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import outlay
from outlay.instances.errors import InputError, NotKeptError
from outlay.instances.instance import Instance
from outlay.instances.plan import Choice, Plan, Selection
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.stress import task
from outlay.optimizer.stress.task import StressTask
from outlay.optimizer.verify.plan import verify_plan
from tests.optimizer.uncertainty.worlds import MONEY, OVERRUN, uncertain
from tests.support.full_disk import FullDisk

SCENARIOS = {
    "as it is": {"probability": 0.5},
    "two": {"probability": 0.2, "sets": "two-crews"},
    "poor": {"probability": 0.3, "sets": "poor"},
}
POOR = {"change": [{"table": "availability", "where": {"resource": "commitments"}, "set": {"amount": 8}}]}


def tutorial(uncertainty: dict[str, Any], **tables: Any) -> Instance:
    sets = {"poor": POOR, "two-crews": {"change": [
        {"table": "availability", "where": {"resource": "crew"}, "set": {"amount": 2}}
    ]}}  # fmt: skip
    return uncertain(uncertainty, sets=sets, **tables)


def plan_of(*projects: tuple[str, int]) -> Plan:
    return Plan(choices=tuple(Choice(name, "base", False, start, start, 1.0) for name, start in projects))


PLANS = {
    "best": plan_of(("school", 0), ("bridge", 1), ("solar", 1)),
    "library": plan_of(("library", 0), ("park", 1)),
}


@pytest.fixture(scope="module")
def worlds() -> Instance:
    return tutorial({"scenarios": SCENARIOS})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stressed") / "f"


@pytest.fixture(scope="module")
def stressed(worlds: Instance, folder: Path) -> outlay.Stress:
    return outlay.stress(PLANS, instance=worlds, jobs=1, folder=folder)


def every_recourse(instance: Instance, plan: Plan) -> Iterator[Plan]:
    """Yield every way to go on with what a plan selects: each project in its year of selection, or given up."""
    ways = [(choice, Selection(choice.project, choice.alternative, choice.selection)) for choice in plan.choices]
    for chosen in itertools.product(*ways):
        yield Plan(
            choices=tuple(one for one in chosen if isinstance(one, Choice)),
            cancelled=tuple(one for one in chosen if isinstance(one, Selection)),
        )


def best_recourse(instance: Instance, plan: Plan) -> float:
    """Return what the best way to go on is worth; what holds and what it is worth, the verifier says."""
    found = [verify_plan(instance, one) for one in every_recourse(instance, plan)]
    return max(float(one.objective[0]) for one in found if one.ok)


def test_each_outcome_is_that_of_the_best_recourse(stressed: outlay.Stress) -> None:
    found = stressed.tables["outcomes"].set_index(["draw", "plan"])["objective"]
    assert len(found) == 6
    for one in stressed.worlds:
        for name, plan in PLANS.items():
            assert found[one.name, name] == pytest.approx(best_recourse(one.instance, plan), abs=1e-6), (one.name, name)


def test_figures_are_those_of_the_scenarios_with_their_probabilities(stressed: outlay.Stress) -> None:
    found = stressed.tables["outcomes"].pivot_table(index="draw", columns="plan", values="objective", sort=False)
    weights = [0.5, 0.2, 0.3]
    table = stressed.tables["plans"].set_index("plan")
    for name in PLANS:
        assert table.loc[name, "mean"] == pytest.approx(float(found[name].to_numpy() @ weights))
        assert table.loc[name, "se"] == 0  # nothing was sampled
        assert table.loc[name, "cvar10"] == pytest.approx(found[name].min())
    lost = found.max(axis=1) - found["library"]
    assert table.loc["library", "regret"] == pytest.approx(float(lost.to_numpy() @ weights))
    assert table.loc["library", "most_regret"] == pytest.approx(lost.max())
    best = sum(weight for weight, gone in zip(weights, lost, strict=True) if gone <= 1e-6)
    assert table.loc["library", "best"] == pytest.approx(best)
    knowing = stressed.tables["knowing"].set_index("factor")["value"]
    everything = float(found.max(axis=1).to_numpy() @ weights) - max(table["mean"])
    assert knowing["everything"] == pytest.approx(everything)
    assert 0 <= knowing["scenario"] <= everything + 1e-12


def test_projects_that_do_not_fit_are_given_up_at_their_price(stressed: outlay.Stress) -> None:
    rows = stressed.tables["projects"].set_index(["plan", "project"])
    poor = best_recourse(stressed.worlds[2].instance, PLANS["library"])
    assert poor == pytest.approx(13.5 - 0.1 * 3)  # 8 pay for the library alone, and giving the park up costs a tenth
    assert rows.loc[("library", "park"), "cancelled"] == pytest.approx(0.3)
    assert rows.loc[("library", "park"), "built"] == pytest.approx(0.7)
    assert rows.loc[("best", "school"), "built"] == 1
    assert rows.loc[("best", "bridge"), "planned"] == "2027"
    assert set(stressed.tables["limits"]["limit"]) >= {"crew"}


@pytest.mark.slow
def test_a_certain_world_is_worth_what_the_plan_says(always_warm: None) -> None:
    certain = {"distribution": "normal", "mean": 11, "sd": 0, "change": MONEY["change"]}
    solution = outlay.solve(tutorial({"factors": {"money": certain}}))
    found = outlay.stress(solution, draws=2, jobs=1)
    assert list(found.tables["outcomes"]["objective"]) == [pytest.approx(solution.objective, abs=1e-9)] * 2
    row = found.tables["plans"].iloc[0]
    assert (row["failed"], row["sd"]) == (0, pytest.approx(0, abs=1e-9))
    assert list(found.tables["factors"]["index"]) == [0.0]
    assert not len(found.tables["knowing"])


def test_what_is_not_decided_yet_is_decided_anew(warm: SolverProcess) -> None:
    late = tutorial({}).replace(instance={**tutorial({}).settings.model_dump(exclude_defaults=True),
                                          "stages": {"decide_by": "2026-12"}})  # fmt: skip
    found = task.solved(late, plan_of(("library", 0), ("park", 1)), warm, {})
    assert found.plan is not None
    assert {one.project for one in found.plan.choices} == {"library", "park"}
    more = replace(late, sets={"rich": {"change": [
        {"table": "availability", "where": {"resource": "commitments"}, "set": {"amount": 20}}
    ]}}).with_set("rich")  # fmt: skip
    found = task.solved(more, plan_of(("library", 0), ("park", 1)), warm, {})
    assert found.plan is not None
    assert {one.project for one in found.plan.choices} == {"library", "bridge"}  # of the second year the bridge is best
    assert not found.cancelled


@pytest.mark.slow
def test_a_folder_is_resumed_without_solving(
    stressed: outlay.Stress, worlds: Instance, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(task, "solved", never)
    again = outlay.stress(PLANS, instance=worlds, jobs=1, folder=folder)
    for name, table in stressed.tables.items():
        assert again.tables[name].equals(table), name
    assert json.loads((folder / "stress.json").read_text())["complete"] is True
    assert (folder / "projects.csv").read_text().startswith("plan,project,name")
    assert "[poor]" in (folder / "sets.toml").read_text() or "[scenario-poor]" in (folder / "sets.toml").read_text()


@pytest.mark.slow
def test_what_was_tampered_with_is_found_out(
    stressed: outlay.Stress, worlds: Instance, folder: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(folder, tmp_path / "copy"))  # others compare what it holds
    kept = sorted((folder / "outcomes").glob("*.json"))
    assert len(kept) == 6
    document = json.loads(kept[0].read_text())
    kept[0].write_text(json.dumps({**document, "objective": 1e9, "metrics": {"value": 1e9}, "cancelled": ["zoo"]}))
    document = json.loads(kept[1].read_text())
    document["plan"]["choices"] = document["plan"]["choices"][:-1]
    kept[1].write_text(json.dumps(document))
    kept[2].write_text("{")
    document = json.loads(kept[3].read_text())
    kept[3].write_text(json.dumps({**document, "plan": {"choices": 7}}))
    again = outlay.stress(PLANS, instance=worlds, jobs=1, folder=folder)
    columns = ["draw", "plan", "status", "objective", "cancelled"]
    assert again.tables["outcomes"][columns].equals(stressed.tables["outcomes"][columns])


def test_a_folder_of_something_else_is_left_alone(worlds: Instance, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="no stress test"):
        outlay.stress(PLANS, instance=worlds, folder=tmp_path)


def test_one_draw_says_nothing_of_its_error() -> None:
    one = outlay.stress(PLANS, instance=tutorial({"factors": {"money": MONEY}}), draws=1, jobs=1)
    assert one.plans["mean"].notna().all()
    assert one.plans[["se", "sd"]].isna().all(axis=None)
    certain = outlay.stress(PLANS, instance=tutorial({"scenarios": {"poor": {"probability": 1}}}), jobs=1)
    assert certain.plans[["se", "sd"]].eq(0).all(axis=None)


def test_what_is_refused_leaves_no_folder_behind(tmp_path: Path) -> None:
    negative = {**MONEY, "low": -20, "mode": -10, "high": -1}
    with pytest.raises(InputError, match="bound the factor with low and high"):
        outlay.stress(PLANS, instance=tutorial({"factors": {"money": negative}}), draws=4, folder=tmp_path / "a" / "f")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("only", [2, 9])
def test_what_there_is_no_room_for_is_told_all_the_same(
    stressed: outlay.Stress, worlds: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, only: int
) -> None:
    with monkeypatch.context() as patch:
        disk = FullDisk(math.inf, patch, only=only)
        with pytest.raises(NotKeptError, match="No space left") as caught:
            outlay.stress(PLANS, instance=worlds, jobs=1, folder=tmp_path / "f")
        assert disk.writes >= only
    assert caught.value.answer.tables["plans"].equals(stressed.tables["plans"])
    again = outlay.stress(PLANS, instance=worlds, jobs=1, folder=tmp_path / "f")
    assert again.complete


def test_a_folder_that_is_no_path_is_told(worlds: Instance) -> None:
    with pytest.raises(InputError, match="'5': this is not a path"):
        outlay.stress(PLANS, instance=worlds, folder=5)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="'5': this executor is unknown"):
        outlay.stress(PLANS, instance=worlds, executor=5)  # type: ignore[arg-type]


@pytest.mark.slow
def test_an_interrupt_keeps_what_is_answered(worlds: Instance, stressed: outlay.Stress, tmp_path: Path) -> None:
    def stop(state: Any) -> None:
        if state.done >= 2 and state.total == 6:
            raise KeyboardInterrupt

    part = outlay.stress(PLANS, instance=worlds, jobs=1, folder=tmp_path / "f", on_progress=stop)
    assert not part.complete
    assert 2 <= len(part.tables["outcomes"]) < 6
    assert any("Stopped after" in note for note in part.notes)
    whole = outlay.stress(PLANS, instance=worlds, jobs=1, folder=tmp_path / "f")
    assert whole.complete
    assert whole.tables["plans"].equals(stressed.tables["plans"])


@pytest.mark.slow
def test_any_executor_gives_the_same_answer(worlds: Instance, stressed: outlay.Stress) -> None:
    with ThreadPoolExecutor(2) as pool:
        other = outlay.stress(PLANS, instance=worlds, executor=pool)
    columns = ["draw", "plan", "status", "objective", "bound", "cancelled"]
    assert other.tables["outcomes"][columns].equals(stressed.tables["outcomes"][columns])
    sent = StressTask("d", "p", b"x", PLANS["best"].to_document(), {"gap": 0.0})
    assert pickle.loads(pickle.dumps(sent)) == sent


@pytest.mark.slow
def test_worlds_in_which_a_plan_has_no_way_on_are_named(worlds: Instance) -> None:
    projects = [
        {**row, **({"status": "mandatory"} if row["id"] == "school" else {})} for row in worlds["projects"].records()
    ]
    broke = {"change": [{"table": "availability", "where": {"resource": "commitments"}, "set": {"amount": 1}}]}
    asked = {"scenarios": {"fine": {"probability": 0.75}, "broke": {"probability": 0.25, "sets": "broke"}}}
    found = outlay.stress(
        {"it": PLANS["best"]}, instance=uncertain(asked, projects=projects, sets={"broke": broke}), jobs=1
    )
    assert list(found.tables["failed"]["draw"]) == ["scenario-broke"]
    assert found.tables["failed"].loc[0, "message"]
    assert found.tables["plans"].loc[0, "failed"] == 1
    assert found.tables["plans"].loc[0, "mean"] == pytest.approx(19.1)
    assert "it cannot be carried out in 1 of 2 draws" in found.notes[-1]


@pytest.mark.slow
def test_draws_are_the_same_whoever_draws_them(always_warm: None) -> None:
    instance = tutorial({"factors": {"money": MONEY, "overrun": OVERRUN}})
    drawn = outlay.draw(instance, draws=3, seed=5)
    one = outlay.stress({"it": PLANS["library"]}, draws=drawn, instance=instance, jobs=1)
    other = outlay.stress({"it": PLANS["library"]}, instance=instance, draws=3, seed=5, jobs=2)
    assert one.tables["plans"].equals(other.tables["plans"])
    assert one.tables["draws"].equals(drawn.values)
    assert json.dumps(one.to_document()["tables"]["plans"]) == json.dumps(other.to_document()["tables"]["plans"])
    for world in drawn:
        row = one.tables["outcomes"].set_index("draw").loc[world.name]
        assert row["objective"] == pytest.approx(best_recourse(world.instance, PLANS["library"]), abs=1e-6)


@pytest.mark.parametrize(
    ("plans", "told"),
    [
        ({}, "no plan is given"),
        ("run.json", "this is no solution"),
        ({"x": 3}, "this is neither solution nor plan"),
        ({"x": plan_of(("zoo", 0))}, "there is no such project"),
        ({"x": Plan(choices=(Choice("park", "big", False, 0, 0, 1.0),))}, "park has no such alternative"),
    ],
)
def test_what_is_no_plan_is_refused(worlds: Instance, plans: Any, told: str) -> None:
    with pytest.raises(InputError, match=told):
        outlay.stress(plans, instance=worlds)


def test_nothing_is_solved_where_a_draw_is_not_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(task, "try_plan", never)
    wrong = tutorial({"factors": {"money": {**MONEY, "low": -50}}})
    with pytest.raises(InputError, match="bound the factor with low and high"):
        outlay.stress({"it": PLANS["best"]}, instance=wrong, draws=8)
    with pytest.raises(InputError, match="nothing is said to be uncertain"):
        outlay.stress({"it": PLANS["best"]}, instance=outlay.read("tutorial"), draws=8)
