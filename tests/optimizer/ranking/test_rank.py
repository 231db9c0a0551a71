"""A priority list is nested, right at each level, and the best that a list can be."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import outlay
from outlay.instances.errors import InfeasibleError, InputError, NoPlanError
from outlay.instances.values.frozen import thawed
from outlay.optimizer.ensemble.session import EnsembleSession
from outlay.optimizer.ranking import assembling
from outlay.optimizer.ranking import rank as ranking
from outlay.optimizer.solver.deadline import Deadline
from outlay.optimizer.status import Status
from outlay.optimizer.variation.solving import answer as answered
from outlay.optimizer.variation.varied_answer import VariedAnswer
from tests.brute_force.ensembles import nested_disagreements
from tests.support.clocks import LONGEST_S, SetClock
from tests.support.documents import instance as made
from tests.support.documents import level


@pytest.fixture(scope="module")
def town() -> outlay.Instance:
    return outlay.read("tutorial")


@pytest.fixture(scope="module")
def found(town: outlay.Instance) -> outlay.Ranking:
    return outlay.rank(town, limit="commitments", levels=["3", 8, 14.0], weights=[1, 1, 2], jobs=1)


def test_a_list_costs_what_it_is_worth_less_than_the_best_plan_of_each_level(found: outlay.Ranking) -> None:
    # 14 counts twice: library, school and solar (23.6); of them library is within 8 (13.5); 3 buys the park alone,
    # which the best plan of 14 does not hold, so nothing is funded at 3.
    assert found.verified
    assert found.levels[["level", "nested", "best", "price"]].to_numpy().tolist() == [
        [3.0, 0.0, 4.5, 4.5],
        [8.0, 13.5, 13.5, 0.0],
        [14.0, 23.6, 23.6, 0.0],
    ]
    assert found.objective == pytest.approx((0 + 13.5 + 2 * 23.6) / 4)
    assert found.projects[["project", "level"]].to_numpy().tolist() == [
        ["library", 8.0], ["school", 14.0], ["solar", 14.0],
    ]  # fmt: skip
    assert list(found.levels["lost"]) == ["park", "", ""]


def test_what_only_rounding_tells_apart_costs_nothing(town: outlay.Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    given = assembling.interval_of

    def noisy(answer: VariedAnswer) -> tuple[float, float]:
        least, most = given(answer)
        return least + 1e-12, most + 1e-12

    monkeypatch.setattr(assembling, "interval_of", noisy)
    noise = outlay.rank(town, limit="commitments", levels=[3, 8, 14], weights=[1, 1, 2], jobs=1)
    assert noise.levels["price"].tolist() == [pytest.approx(4.5), 0.0, 0.0]


def test_lists_are_searched_for_where_time_is_limited(town: outlay.Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[bool] = []
    given = EnsembleSession.solve

    def told(self: EnsembleSession, *arguments: Any, **options: Any) -> Any:
        searched.append(options["search"] is not None)
        return given(self, *arguments, **options)

    monkeypatch.setattr(EnsembleSession, "solve", told)
    for limit in (None, LONGEST_S):
        found = outlay.rank(town, limit="commitments", levels=[8, 14], time_limit=limit, jobs=1)
        assert found.status.proved
        assert found.levels["nested"].tolist() == [13.5, 23.6]
    assert searched == [False, True]


@pytest.mark.slow
def test_a_list_is_kept_as_runs_that_can_be_verified(found: outlay.Ranking, tmp_path: Path) -> None:
    folder = found.save(tmp_path / "list")
    for file in (folder / "runs").iterdir():
        assert outlay.load(file).verified, file
    assert (folder / "projects.csv").read_text().splitlines()[1].startswith("1,library,Central library,base,8")
    with pytest.raises(InputError, match="something with this name exists"):
        found.save(folder)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1])
@pytest.mark.usefixtures("always_warm")
def test_no_nested_list_is_better(seed: int) -> None:
    assert nested_disagreements(seed, [3, 6, 9], [1, 2, 1]) == []


@pytest.mark.parametrize(
    "seed",
    [pytest.param(seed, marks=pytest.mark.slow if seed < 8 else pytest.mark.nightly) for seed in range(2, 22)],
)
@pytest.mark.usefixtures("always_warm")
def test_many_lists_agree_with_the_enumeration(seed: int) -> None:
    assert nested_disagreements(seed, [2, 5, 7, 12], [3, 1, 1, 2]) == []


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"levels": []}, "there is no level"),
        ({"levels": [3, 3]}, "levels rise, but 3 follows 3"),
        ({"levels": [5, 3]}, "levels rise, but 3 follows 5"),
        ({"levels": [-1, float("nan")]}, "'-1': this is no level"),
        ({"levels": ["a", "1e400000000"]}, "'a': this is no level"),
        ({"weights": [1]}, "there are 1 weights for 2 levels"),
        ({"weights": [1, 0]}, "a weight is not positive"),
        ({"limit": "comitments"}, "did you mean 'commitments'"),
        ({"limit": "library"}, "this is a project, not a limit"),
        ({"objective": "@nobody"}, "nobody"),
        ({"gap": 2}, "gap is out of range"),
    ],
)
def test_what_makes_no_sense_is_refused(town: outlay.Instance, asked: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        outlay.rank(town, **{"limit": "commitments", "levels": [3, 5], **asked})


def test_an_objective_of_several_levels_is_refused_until_one_is_named(town: outlay.Instance) -> None:
    levels = [{"weights": {"value": 1}}, {"weights": {"commitment": -1}}]
    several = replace(town, sets={**thawed(town.sets), "order": {"objective": levels}})
    with pytest.raises(InputError, match="its objective has 2 levels in strict order"):
        outlay.rank(several, limit="commitments", levels=[5, 11], constraint_set="order")


def test_a_level_that_no_plan_keeps_is_named() -> None:
    instance = made(
        calendar={"periods": 1},
        projects=[{"id": "A", "value": 1, "commitment": 4, "status": "mandatory"}],
        resources=[{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
        availability=[level("commitments", 9)],
    )
    found = outlay.rank(instance, limit="commitments", levels=[3, 5], jobs=1)
    assert (str(found.status), found.message) == ("infeasible", "there is no plan at level 3")
    with pytest.raises(InfeasibleError, match="there is no list"):
        found.levels  # noqa: B018


@pytest.mark.slow
def test_a_fund_and_dated_levels_are_put_to_a_level_as_a_whole() -> None:
    instance = made(
        calendar={"periods": 2},
        projects=[{"id": name, "value": 1, "commitment": 4} for name in "AB"],
        resources=[{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
        availability=[level("commitments", 4), level("commitments", 8, "2027-01")],
        funds=[{"fund": "bank", "total": 8}],
    )
    dated = outlay.rank(instance, limit="commitments", levels=[6, 8], jobs=1)
    amounts = [run.instance["availability"].floats("amount").tolist() for run in dated.runs.values()]
    assert amounts == [[3.0, 6.0], [4.0, 8.0]]
    assert dated.levels["projects"].tolist() == [1, 2]
    fund = outlay.rank(instance, limit="bank", levels=[3, 4, 8], jobs=1)
    assert [run.instance["funds"].floats("total").tolist() for run in fund.runs.values()] == [[3.0], [4.0], [8.0]]
    assert fund.levels["projects"].tolist() == [0, 1, 2]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """Return the clock by which the time limit of a list is over; solvers keep theirs."""
    clock = SetClock()
    given = Deadline.after
    monkeypatch.setattr(Deadline, "after", lambda limit_s, of=clock: given(limit_s, of))
    return clock


def late(monkeypatch: pytest.MonkeyPatch, clock: SetClock, place: Any, name: str) -> None:
    """Let the time be over when something begins."""
    given = getattr(place, name)

    def begin(*arguments: Any, **options: Any) -> Any:
        clock.pass_(100.0)
        return given(*arguments, **options)

    monkeypatch.setattr(place, name, begin)


def test_where_the_time_is_over_before_there_are_models_nothing_is_solved(
    town: outlay.Instance, monkeypatch: pytest.MonkeyPatch, clock: SetClock
) -> None:
    late(monkeypatch, clock, ranking, "level_scenarios")
    found = outlay.rank(town, limit="commitments", levels=[8, 14], time_limit=60, jobs=1)
    assert (found.status, found.stopped_by, found.runs) == (Status.STOPPED, "time", {})
    assert found.message.startswith("the time limit was over before the models of 2 levels were made")
    assert found.options["levels"] == ["8", "14"]
    with pytest.raises(NoPlanError, match="there is no list"):
        found.levels  # noqa: B018


@pytest.mark.parametrize(
    ("place", "name", "worths"),
    [
        (ranking, "build_ensemble", [8.6, 10.1, 19.1]),
        (EnsembleSession, "_compile", [8.6, 10.1, 19.1]),
        (ranking._Work, "_chain", [9.0, 9.0, 9.0]),  # what is funded at the lowest level
        (ranking._Work, "run", [0.0, 0.0, 0.0]),  # nothing was solved
    ],
)
def test_a_list_found_level_by_level_is_told_where_no_time_is_left_for_all_together(
    monkeypatch: pytest.MonkeyPatch, clock: SetClock, place: Any, name: str, worths: list[float]
) -> None:
    late(monkeypatch, clock, place, name)
    monkeypatch.setattr(EnsembleSession, "solve", None)
    found = outlay.rank(outlay.read("tutorial"), limit="commitments", levels=[5, 8, 11], time_limit=60, jobs=1)
    assert (found.status, found.stopped_by, found.verified) == (Status.STOPPED, "time", True)
    assert found.levels["nested"].tolist() == worths
    assert found.bound == (pytest.approx((9 + 13.5 + 19.1) / 3, abs=1e-4) if any(worths) else None)


def test_a_list_that_holds_nowhere_is_none(monkeypatch: pytest.MonkeyPatch, clock: SetClock) -> None:
    instance = made(
        calendar={"periods": 1},
        projects=[{"id": "A", "value": 1, "commitment": 4, "status": "mandatory"}],
        resources=[{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
        availability=[level("commitments", 9)],
    )
    late(monkeypatch, clock, ranking._Work, "run")
    found = outlay.rank(instance, limit="commitments", levels=[5, 7], time_limit=60, jobs=1)
    assert (found.status, found.stopped_by, found.runs) == (Status.STOPPED, "time", {})


def test_the_list_says_what_each_project_asks_for_as_the_plan_does(found: outlay.Ranking) -> None:
    asked = found.projects.set_index("project")["commitment"]
    shown = list(found.runs.values())[-1].projects.set_index("project")["commitment"]
    assert asked.to_dict() == shown[asked.index].to_dict()


@pytest.mark.slow
@pytest.mark.parametrize(("after", "kept"), [(0, False), (2, True)])
def test_an_interrupt_while_lists_are_drawn_up_keeps_the_one_that_is_whole(
    monkeypatch: pytest.MonkeyPatch, after: int, *, kept: bool
) -> None:
    asked = iter(range(10))

    def answer(*arguments: Any) -> VariedAnswer:
        told = answered(*arguments)
        return replace(told, status=Status.STOPPED, limit="interrupt") if next(asked) >= after else told

    monkeypatch.setattr(ranking, "answer", answer)
    monkeypatch.setattr(EnsembleSession, "solve", None)  # nothing is solved after an interrupt
    with nullcontext() if kept else pytest.raises(KeyboardInterrupt):
        found = outlay.rank(outlay.read("tutorial"), limit="commitments", levels=[5, 8, 11], jobs=1)
        assert (found.status, found.stopped_by, found.verified) == (Status.STOPPED, "interrupt", True)
        assert found.projects["project"].tolist() == ["bridge", "park"]  # what funds the bridge first
        assert found.bound == pytest.approx((9 + 13.5 + 19.1) / 3)
