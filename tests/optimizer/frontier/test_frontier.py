"""What frontiers promise: by hand on the tutorial, whatever the jobs, resumable, refused where it makes no sense."""

from __future__ import annotations

import copy
import dataclasses
import json
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import outlay
from outlay.instances.formats.parsing import parse_document
from outlay.optimizer.frontier import frontier as frontiers
from outlay.optimizer.frontier.boxes import Boxes
from outlay.optimizer.frontier.criteria.local_search import LocalSearch
from outlay.optimizer.frontier.criteria.space import Space
from outlay.optimizer.frontier.folder import load_frontier
from outlay.optimizer.frontier.zones import Zones
from tests.brute_force.explaining import applied
from tests.cli.small import SMALL
from tests.optimizer.frontier.cases import two_parts

#: The tutorial's whole frontier of value against money, by hand.
BY_HAND = [(19.1, 11), (18, 10), (14.6, 9), (13.5, 7), (10.1, 6), (9, 5), (4.5, 3), (0, 0)]
VALUE_AND_MONEY = ("max:value", "min:commitment")


@pytest.fixture(scope="module")
def town() -> outlay.Frontier:
    return outlay.frontier(outlay.read("tutorial"), VALUE_AND_MONEY, jobs=1)


def divisible() -> outlay.Instance:
    """Return two projects of which a part can be funded: 3 a unit of money, then 1; and one that is all or nothing."""
    document: dict[str, Any] = {
        "instance": {"name": "parts", "calendar": {"start": "2026-01", "periods": 1, "months_per_period": 12}},
        "projects": [
            {"id": "A", "value": 6, "commitment": 2, "min_scale": 0.5},
            {"id": "B", "value": 4, "commitment": 4, "min_scale": 0.25},
        ],
        "resources": [{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
        "availability": [{"resource": "commitments", "from": "2026-01", "amount": 5}],
    }
    return parse_document(document, source="test")


def values(found: outlay.Frontier) -> list[tuple[float, ...]]:
    return list(found.points[[each.name for each in found.objectives]].itertuples(index=False, name=None))


def test_the_tutorial_is_as_by_hand(town: outlay.Frontier) -> None:
    assert values(town) == BY_HAND
    assert town.complete
    assert town.within
    assert not len(town.open)
    assert not len(town.segments)
    core = town.projects.set_index("project")["core"]
    assert core.to_dict() == {"park": 3 / 8, "school": 3 / 8, "solar": 3 / 8, "bridge": 2 / 8, "library": 2 / 8}
    spent = [11, *(money for _, money in BY_HAND)]
    area = sum(value * (before - money) for (value, money), before in zip(BY_HAND, spent, strict=False))
    assert town.hypervolume == pytest.approx(area)
    assert town.hypervolume_most == pytest.approx(area)
    assert repr(town) == "<Frontier of 'tutorial', set base: max:value, min:commitment\n 8 points, complete>"


@pytest.mark.slow
def test_the_set_of_a_point_gives_its_value(town: outlay.Frontier) -> None:
    for row, plan in zip(town.points.itertuples(), town.plan_of, strict=True):
        instance = applied(town.instance, town.sets[f"point-{row.point}"])
        assert outlay.solve(instance).objective == pytest.approx(row[2])
        assert {choice.project for choice in plan.choices} == set(filter(None, row.projects.split("; ")))


@pytest.mark.slow
def test_nothing_depends_on_how_many_are_asked_at_a_time(town: outlay.Frontier) -> None:
    other = outlay.frontier(outlay.read("tutorial"), VALUE_AND_MONEY, jobs=2)
    for name in ("points", "plans", "projects", "open"):
        assert other.table(name).equals(town.table(name))


@pytest.mark.slow
def test_a_divisible_project_makes_segments() -> None:
    """A gives 3 a unit of money from half of it on, and B 1 from a quarter on."""
    found = outlay.frontier(divisible(), VALUE_AND_MONEY, tolerance=0, jobs=1)
    assert found.complete
    # B, A and a quarter of B; A made smaller until A alone is as good; A alone, half of A, nothing.
    by_hand = np.array([(9, 5), (7, 3), (6, 8 / 3), (6, 2), (3, 1), (0, 0)])
    assert np.array(values(found)) == pytest.approx(by_hand, abs=1e-4)
    assert found.segments.to_numpy().tolist() == [[1, 2], [2, 3], [4, 5]]


@pytest.mark.slow
def test_a_third_objective_finds_all(town: outlay.Frontier) -> None:
    found = outlay.frontier(outlay.read("tutorial"), (*VALUE_AND_MONEY, "min:use:crew"), tolerance=0, jobs=1)
    assert found.complete
    assert [each[:2] for each in values(found)] == BY_HAND
    some = outlay.frontier(outlay.read("tutorial"), (*VALUE_AND_MONEY, "min:use:crew"), tolerance=0.3, jobs=1)
    assert some.within
    assert some.open_share <= 0.3
    assert set(values(some)) <= set(values(found))


@pytest.mark.slow
def test_mixtures_of_plans_complete_three_objectives(always_warm: None) -> None:
    """B and what A needs of it at least, A alone, B alone: each a face of its own, and nothing else is as good."""
    asked = (two_parts(cap=8), ["max:value", "min:commitment", "max:jobs"])
    found = outlay.frontier(*asked, tolerance=0, jobs=1)
    assert found.complete
    assert found.missing_by == 0
    by_hand = [
        (10, 6, 6), (7, 3, 2.25), (7, 5, 5.5), (6, 2, 1), (4, 2, 1.75), (4, 4, 5), (3, 1, 0.5), (1, 1, 1.25), (0, 0, 0),
    ]  # fmt: skip
    assert {tuple(np.round(each, 3) + 0.0) for each in values(found)} == set(by_hand)
    corners = [set(face["max:value"].round(3)) for _, face in found.faces.groupby("face")]
    assert [len(face) for _, face in found.faces.groupby("face")] == [4, 2, 2]
    assert corners == [{10, 7, 4}, {6, 3}, {4, 1}]
    rough = outlay.frontier(*asked, tolerance=0.2, jobs=1)
    assert rough.within
    assert not rough.complete
    assert rough.missing_by == 0.2


def test_a_corner_that_one_step_less_is_as_good_as_is_no_point(always_warm: None) -> None:
    """Of A and B together the least is worth 8 for 4, of B, C and A 33 for 24: so is a larger part of A without B."""
    projects = [
        {"id": "A", "value": 20, "commitment": 10, "min_scale": 0.2},
        {"id": "B", "value": 4, "commitment": 2},
        {"id": "C", "value": 25, "commitment": 20},
    ]
    instance = divisible().replace(projects=projects, resources=[], availability=[])
    found = outlay.frontier(instance, [*VALUE_AND_MONEY, "min:count"], jobs=1)
    assert found.within
    points = {(round(value, 3), round(money, 3)): count for value, money, count in values(found)}
    assert points[24, 12] == 2
    assert points.get((8, 4), 1) == 1
    assert points.get((33, 24), 2) == 2


@pytest.mark.slow
def test_stretching_a_limit_is_an_objective() -> None:
    found = outlay.frontier(outlay.read("tutorial"), ("objective", "stretch:commitments"), jobs=1)
    assert found.complete
    assert values(found) == [(23.6, 0.181819), (22.5, 0.0909091), (19.1, 0.0)]
    body = found.sets["point-1"]
    assert outlay.solve(applied(found.instance, body)).objective == pytest.approx(23.6)


def test_a_tolerance_leaves_boxes_open_and_says_so() -> None:
    found = outlay.frontier(outlay.read("tutorial"), VALUE_AND_MONEY, tolerance=0.5, jobs=1)
    assert found.within
    assert not found.complete
    assert len(found.points) < len(BY_HAND)
    assert set(found.open["reason"]) == {"tolerance"}
    assert found.hypervolume < found.hypervolume_most
    for value, money in BY_HAND:
        inside = (found.open["max:value low"] < value) & (value < found.open["max:value high"])
        inside &= (found.open["min:commitment low"] < money) & (money < found.open["min:commitment high"])
        assert inside.any() or (value, money) in values(found)


@pytest.mark.slow
def test_a_folder_is_resumed_and_not_mixed_up(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    first = outlay.frontier(outlay.read("tutorial"), VALUE_AND_MONEY, jobs=1, folder=folder)
    again = outlay.frontier(outlay.read("tutorial"), VALUE_AND_MONEY, jobs=1, folder=folder)
    assert again.times_s["solver"] == 0
    assert again.points.equals(first.points)
    assert json.loads((folder / "frontier.json").read_text())["complete"]
    assert (folder / "points.csv").is_file()
    with pytest.raises(outlay.InputError, match="another frontier"):
        outlay.frontier(outlay.read("tutorial"), ("max:value", "min:count"), jobs=1, folder=folder)
    with pytest.raises(outlay.InputError, match="no frontier"):
        outlay.frontier(outlay.read("tutorial"), VALUE_AND_MONEY, jobs=1, folder=tmp_path)


@pytest.mark.slow
def test_a_damaged_answer_is_asked_anew(tmp_path: Path) -> None:
    outlay.frontier(outlay.read("tutorial"), VALUE_AND_MONEY, jobs=1, folder=tmp_path / "out")
    damaged, tampered = sorted((tmp_path / "out" / "answers").iterdir())[:2]
    damaged.write_text("{")
    document = json.loads(tampered.read_text())
    document["metrics"]["value"] = 1e9
    tampered.write_text(json.dumps(document))
    again = outlay.frontier(outlay.read("tutorial"), VALUE_AND_MONEY, jobs=1, folder=tmp_path / "out")
    assert values(again) == BY_HAND


def test_an_interrupt_keeps_what_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    given = Boxes.take

    def interrupted(self: Boxes, *arguments: Any, **more: Any) -> None:
        given(self, *arguments, **more)
        raise KeyboardInterrupt

    monkeypatch.setattr(LocalSearch, "fits", lambda _: False)
    monkeypatch.setattr(Boxes, "take", interrupted)
    found = outlay.frontier(outlay.read("tutorial"), VALUE_AND_MONEY, jobs=1)
    assert found.interrupted
    assert not found.complete
    assert not found.within
    assert set(values(found)) < set(BY_HAND)
    assert "interrupted" in set(found.open["reason"])


@pytest.mark.usefixtures("ctrl_c_is_heard")
def test_a_second_interrupt_does_not_lose_what_the_first_one_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given, tables = Boxes.take, frontiers.assembled

    def interrupted(self: Boxes, *arguments: Any, **more: Any) -> None:
        given(self, *arguments, **more)
        signal.raise_signal(signal.SIGINT)

    def again(*arguments: Any) -> outlay.Frontier:
        signal.raise_signal(signal.SIGINT)
        return tables(*arguments)

    monkeypatch.setattr(LocalSearch, "fits", lambda _: False)
    monkeypatch.setattr(Boxes, "take", interrupted)
    monkeypatch.setattr(frontiers, "assembled", again)
    notes: list[str] = []
    town = outlay.read("tutorial")
    found = outlay.frontier(
        town, VALUE_AND_MONEY, jobs=1, folder=tmp_path / "out", on_progress=lambda state: notes.append(state.note)
    )
    assert found.interrupted
    assert set(values(found)) < set(BY_HAND)
    assert frontiers.ASSEMBLING in notes
    assert values(load_frontier(tmp_path / "out", town)) == values(found)


@pytest.mark.parametrize(
    ("objectives", "words"),
    [
        (["max:value"], "two or three objectives, not 1"),
        (["max:value"] * 4, "two or three objectives, not 4"),
        (["max:value", "max:value"], "weighs the same as max:value"),
        (["max:value", "min:value"], "weighs the same as max:value"),
        (["objective", "max:value"], "weighs the same as objective"),
        (["stretch:crew", "stretch:crew"], "weighs the same"),
        (["value", "min:commitment"], "write max:value or min:value"),
        (["max:valu", "min:commitment"], "did you mean 'value'"),
        (["more:value", "min:commitment"], "this is no objective"),
        (["max:japan_content", "min:commitment"], "no project has any of it"),
        (["@Majors", "min:commitment"], "did you mean '@Mayor'"),
        (["objective", "stretch:comitments"], "did you mean 'commitments'"),
        (["objective", "stretch:forgotten", "max:none"], "no such metric"),
    ],
)
def test_what_makes_no_frontier_is_refused(objectives: list[str], words: str) -> None:
    with pytest.raises(outlay.InputError, match=words):
        outlay.frontier(parse_document(SMALL, source="test"), objectives, jobs=1)


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(outlay.InputError) as error:
        outlay.frontier(parse_document(SMALL, source="test"), ["max:none", "min:nothing"], jobs=1)
    assert len(error.value.faults) == 2


@pytest.mark.slow
def test_no_plan_and_no_end_are_told() -> None:
    document = copy.deepcopy(SMALL)
    document["sets"]["all"] = document["sets"]["must"]
    with pytest.raises(outlay.InfeasibleError, match="no plan is possible"):
        outlay.frontier(parse_document(document, source="test"), ["objective", "min:commitment"], constraint_set="all")
    document["programs"] = [{"program": "training", "resource": "crew", "cost_per_unit": 1}]
    with pytest.raises(outlay.InputError, match="without end"):
        outlay.frontier(parse_document(document, source="test"), ["max:value", "max:cost"], jobs=1)


def test_a_variation_with_floors_and_goals_is_data() -> None:
    value, money = {"cost": 0.0, "value": 1.0}, {"cost": 0.0, "commitment": -1.0}
    asked = outlay.Variation(objective=value, then=(money,), floors=((money, -8.0),), goals=((value, 0.0, 19.1),))
    assert outlay.Variation.from_document(json.loads(json.dumps(asked.to_document()))) == asked
    varied = outlay.vary(outlay.read("tutorial"))
    answer = varied.solve(asked, gap=0.0)
    assert answer.metrics["value"] == 13.5  # the library, the best for at most 8
    assert answer.stages[0][0] == pytest.approx(13.5 / 19.1)
    with pytest.raises(outlay.InputError, match="not stretched"):
        varied.solve(outlay.Variation(objective={"stretch:crew": -1.0}))
    with pytest.raises(outlay.InputError, match="no first objective"):
        varied.solve(outlay.Variation(then=(money,)))
    with pytest.raises(outlay.InputError, match="these are no weights"):
        outlay.Variation(objective=value, floors=("value",))


def test_all_floors_of_one_of_several_groups_can_be_asked_for() -> None:
    value, money = {"cost": 0.0, "value": 1.0}, {"cost": 0.0, "commitment": -1.0}
    varied = outlay.vary(outlay.read("tutorial"))

    def asked(*groups: tuple[tuple[dict[str, float], float], ...]) -> outlay.Variation:
        return outlay.Variation(objective={"cost": 0.0}, one_of=groups)

    both = asked(((value, 14.0), (money, -8.0)), ((value, 10.0), (money, -6.0)))
    assert outlay.Variation.from_document(json.loads(json.dumps(both.to_document()))) == both
    found = varied.solve(both, gap=0.0).metrics
    assert (found["value"], found["commitment"]) == (10.1, 6)  # 13.5 for 7 is better, but in neither group
    assert varied.solve(asked(((value, 14.0), (money, -8.0)), ((value, 10.2), (money, -6.0)))).infeasible
    assert varied.solve(asked(((value, 14.0), (money, -8.0)), ((value, 19.0),))).metrics["value"] == 19.1
    with pytest.raises(outlay.InputError, match="no mapping from names to numbers"):
        asked((("value", 1.0),))  # type: ignore[arg-type]


def test_one_of_several_rows_can_be_asked_for() -> None:
    value, count = {"cost": 0.0, "value": 1.0}, {"cost": 0.0, "count": 1.0}
    group = ((value, 19.0, 20.0), ({"cost": 0.0, "commitment": -1.0}, -5.0, 20.0))
    asked = outlay.Variation(objective=count, then=(value,), either=(group,))
    assert outlay.Variation.from_document(json.loads(json.dumps(asked.to_document()))) == asked
    varied = outlay.vary(outlay.read("tutorial"))
    assert varied.solve(asked, gap=0.0).metrics["value"] == 19.1  # three projects, and worth 19
    cheap = outlay.Variation(objective=value, either=(group[1:],))
    answer = varied.solve(cheap, gap=0.0)
    assert answer.metrics["value"] == 9  # the bridge, for 5
    again = outlay.Variation(objective={"cost": 0.0, "commitment": 1.0}, decided=answer.plan.to_document())
    assert varied.solve(again).metrics["commitment"] == 5


def test_what_the_gap_of_a_question_leaves_open_is_within_the_tolerance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds that are a hundredth of the range too high: a plan could beat points by so much, and by no more."""
    given = Space.read

    def loose(self: Space, answer: Any) -> Any:
        found = given(self, answer)
        more = 0.0 if not len(self.ideal) else 0.01 * float(self.range[0])
        return dataclasses.replace(found, bound=found.bound + more)

    monkeypatch.setattr(Space, "read", loose)
    found = outlay.frontier(divisible(), VALUE_AND_MONEY, tolerance=0.1, jobs=1)
    assert "gap" in set(found.open["reason"])
    assert found.points["proved"].all()
    assert found.within
    assert found.missing_by <= 0.1
    assert not found.complete


@pytest.mark.slow
def test_an_interrupt_while_zones_are_looked_at_keeps_what_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    given = Zones.ask
    asked: list[int] = []

    def interrupted(self: Zones) -> Any:
        asked.append(1)
        if len(asked) > 1:
            raise KeyboardInterrupt
        return given(self)

    monkeypatch.setattr(Zones, "ask", interrupted)
    found = outlay.frontier(divisible(), ["max:value", "min:commitment", "min:count"], tolerance=0.02, jobs=1)
    assert found.interrupted
    assert len(found.points) > 1
    assert not found.within
