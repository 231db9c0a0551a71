"""Plans that are best for some weights, held against a fine grid of weights, each solved by itself or enumerated."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

import outlay
from outlay.instances.formats.parsing import parse_document
from outlay.optimizer.frontier.weights import weights_of
from tests.cli.small import changed

METRICS = ("value", "jobs", "green")


def document(**bounds: tuple[float, float]) -> dict[str, Any]:
    """Return six projects with three metrics and money for some of them."""
    figures = [(8, 1, 5, 5), (6, 5, 1, 4), (7, 3, 3, 6), (2, 8, 2, 4), (3, 2, 7, 3), (5, 5, 5, 7)]
    rows = [
        {"id": name, "value": value, "jobs": jobs, "green": green, "commitment": money}
        for name, (value, jobs, green, money) in zip("ABCDEF", figures, strict=True)
    ]
    given = changed(
        instance={
            "metrics": {"jobs": {}, "green": {}},
            "calendar": {"start": "2026-01", "periods": 1, "months_per_period": 12},
        },
        projects=rows,
        sets={},
        requirements=[],
        stakeholders=[
            {"stakeholder": "Mayor", "metric": name, "weight": 1, "low": bounds[name][0], "high": bounds[name][1]}
            for name in METRICS
            if name in bounds
        ],
    )
    given["availability"][0]["amount"] = 13
    return given


def outcomes(given: dict[str, Any]) -> np.ndarray:
    """Return the metrics of every choice of projects that the money allows."""
    rows = np.array([[row[name] for name in METRICS] for row in given["projects"]], dtype=float)
    money = np.array([row["commitment"] for row in given["projects"]])
    choices = np.array(list(product([0, 1], repeat=len(rows))))
    return choices[choices @ money <= 13] @ rows


@pytest.mark.slow
@pytest.mark.parametrize("order", [(), ("value>jobs", "jobs>green")])
def test_a_fine_grid_of_weights_finds_no_other_plan(order: tuple[str, ...]) -> None:
    given = document(value=(0.5, 2), jobs=(0, 1.5), green=(0.25, 2))
    instance = parse_document(given, source="test")
    found = outlay.frontier(instance, weights="Mayor", order=order, jobs=1)
    assert found.complete
    points = found.points[[f"max:{name}" for name in METRICS]].to_numpy()
    every = outcomes(given)
    grid = np.array(list(product(np.linspace(0.5, 2, 22), np.linspace(0, 1.5, 22), np.linspace(0.25, 2, 22))))
    if order:
        grid = grid[(grid[:, 0] >= grid[:, 1]) & (grid[:, 1] >= grid[:, 2])]
    assert (grid @ points.T).max(axis=1) == pytest.approx((grid @ every.T).max(axis=1))
    # Each reported plan is the only best one for its own weights.
    own = found.points[[f"weight {name}" for name in METRICS]].to_numpy()
    worth = own @ every.T
    assert np.einsum("ij,ij->i", own, points) == pytest.approx(worth.max(axis=1))
    ties = (worth >= worth.max(axis=1, keepdims=True) - 1e-9).sum(axis=1)
    assert (ties == 1).all()
    # What the grid finds with room around it is reported.
    best = {tuple(every[at]) for at in (grid @ every.T).argmax(axis=1)}
    assert {tuple(point) for point in points} <= best | {tuple(each) for each in points}
    assert len(points) >= (4 if not order else 2)


@pytest.mark.slow
def test_core_indices_are_over_these_plans_and_sets_give_them() -> None:
    instance = parse_document(document(value=(1, 1), jobs=(0, 1)), source="test")
    found = outlay.frontier(instance, weights="Mayor", jobs=1)
    held = [{choice.project for choice in plan.choices} for plan in found.plan_of]
    for row in found.projects.itertuples():
        assert row.core == pytest.approx(sum(row.project in each for each in held) / len(held))
    from tests.brute_force.explaining import applied

    for row in found.points.itertuples(index=False):
        solution = outlay.solve(applied(instance, found.sets[f"point-{row.point}"]))
        assert {choice.project for choice in solution.plan.choices} == held[row.point - 1]


@pytest.mark.parametrize(
    ("who", "order", "bounds", "words"),
    [
        ("Mayors", (), {"value": (0, 2)}, "did you mean 'Mayor'"),
        ("Mayor", (), {"value": (1, 1)}, "known exactly"),
        ("Mayor", ("value>job",), {"value": (0, 2), "jobs": (0, 2)}, "did you mean 'jobs'"),
        ("Mayor", ("value",), {"value": (0, 2), "jobs": (0, 2)}, "this is no order"),
    ],
)
def test_what_makes_no_weights_is_refused(who: str, order: tuple[str, ...], bounds: Any, words: str) -> None:
    instance = parse_document(document(**bounds), source="test")
    with pytest.raises(outlay.InputError, match=words):
        weights_of(instance, who, order)


def test_an_order_that_leaves_no_room_is_refused() -> None:
    instance = parse_document(document(value=(0.5, 1), jobs=(1, 2)), source="test")
    with pytest.raises(outlay.InputError, match="leave no weights with any room"):
        outlay.frontier(instance, weights="Mayor", order=("value>jobs",), jobs=1)
    with pytest.raises(outlay.InputError, match="take no objectives"):
        outlay.frontier(instance, ("max:value", "min:count"), weights="Mayor")


@pytest.mark.slow
def test_weights_for_which_there_is_no_best_plan_are_told() -> None:
    given = document(value=(1, 1), jobs=(0, 1))
    given["projects"][0]["status"] = given["projects"][5]["status"] = given["projects"][2]["status"] = "mandatory"
    with pytest.raises(outlay.InfeasibleError, match="no plan is possible"):
        outlay.frontier(parse_document(given, source="test"), weights="Mayor", jobs=1)
    endless = document(value=(1, 1), jobs=(0, 1))
    endless["stakeholders"].append({"stakeholder": "Mayor", "metric": "cost", "weight": 1})
    endless["programs"] = [{"program": "training", "resource": "crew", "cost_per_unit": 1}]
    with pytest.raises(outlay.InputError, match="without end"):
        outlay.frontier(parse_document(endless, source="test"), weights="Mayor", jobs=1)


def test_a_weight_outside_of_its_bounds_is_refused() -> None:
    with pytest.raises(outlay.InputError) as error:
        parse_document(document(value=(1.5, 2), jobs=(0, 0.5)), source="test")
    assert {fault.column for fault in error.value.faults} == {"low", "high"}
