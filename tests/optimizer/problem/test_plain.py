"""A model without Pyomo's objects is the same problem, number for number, as the one by way of Pyomo."""

from __future__ import annotations

import numpy as np
import pytest

import outlay
from outlay.instances.instance import Instance
from outlay.models.build import build
from outlay.models.case import Case
from outlay.models.plain import PlainModel, model_of, plain_of
from outlay.optimizer.answer.plans import plan_point, read_plan
from outlay.optimizer.problem import plain
from outlay.optimizer.problem.compiling import compile_model
from outlay.optimizer.problem.plain import compile_rows, rows_of
from tests.models.families.golden_cases import CASES
from tests.support.documents import parsed
from tests.support.generated import some_generated


def assert_same(instance: Instance, *, cancelling: bool = False) -> None:
    model, arrays = build(instance, cancelling=cancelling), plain_of(Case(instance, cancelling))
    weighed = sum(np.abs(arrays.case.weights(level)) for level in range(len(instance.objective_levels)))
    also = np.nonzero(weighed)[0]
    long = compile_model(model, also=[model.columns[at] for at in also.tolist()])
    short = compile_rows(arrays, also=also)
    one, other = long.problem.arrays(), short.problem.arrays()
    assert one.keys() == other.keys()
    for name in one:
        assert np.array_equal(one[name], other[name]), name
    assert long.sign == short.sign
    columns = long.columns_of(model.columns)
    assert np.array_equal(columns, short.columns_of(arrays.columns))
    assert np.array_equal(long.constants_of(model.columns), short.constants_of(arrays.columns))
    for block in arrays.row_blocks:
        for key in block.keys:
            rows = rows_of(arrays, short, block.name, key)
            assert rows, (block.name, key)
            assert rows == rows_of(model, long, block.name, key)
    assert rows_of(arrays, short, "no_such_block", 1) == rows_of(model, long, "no_such_block", 1) == []
    point = np.random.default_rng(1).integers(0, 2, len(long.variables)).astype(float)
    plan = read_plan(model, long, point)
    assert read_plan(arrays, short, point) == plan
    assert np.array_equal(plan_point(model, long, plan), plan_point(arrays, short, plan))


@pytest.mark.parametrize("name", ["tutorial", pytest.param("us-japan-550", marks=pytest.mark.slow)])
def test_the_same_problem_for_bundled_instances(name: str) -> None:
    assert_same(outlay.read(name))


def test_the_same_problem_whatever_is_looked_at_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "AT_ONCE", 3)
    assert_same(outlay.read("tutorial"))


@pytest.mark.parametrize("name", CASES)
def test_the_same_problem_for_every_family(name: str) -> None:
    case = CASES[name]
    assert_same(parsed(case.document()), cancelling=case.cancelling)


@pytest.mark.parametrize("number", [6, pytest.param(160, marks=pytest.mark.slow)])
def test_the_same_problem_for_instances_that_use_every_feature(number: int) -> None:
    for instance in some_generated(number):
        assert_same(instance)


def test_the_same_problem_where_what_was_selected_may_be_given_up() -> None:
    assert_same(outlay.read("tutorial"), cancelling=True)


def test_a_least_amount_of_nothing_can_hold_in_neither() -> None:
    instance = parsed(
        {
            "instance": {"name": "none", "calendar": {"start": "2026-01", "periods": 1, "months_per_period": 12}},
            "projects": [{"id": "A", "commitment": 1}],
            "limits": [{"metric": "value", "by": "all", "min": 9}],
        }
    )
    assert_same(instance)


def test_an_instance_is_solved_without_objects_of_pyomo_and_to_the_same_answer() -> None:
    tutorial = outlay.read("tutorial")
    assert isinstance(model_of(tutorial), PlainModel)
    with outlay.Solver() as solver:
        plain, by_pyomo = solver.solve(tutorial), solver.solve(outlay.build(tutorial))
    assert (plain.plan, plain.objective, plain.bound) == (by_pyomo.plan, by_pyomo.objective, by_pyomo.bound)
    assert plain.sizes == by_pyomo.sizes
    assert plain.user_rows is by_pyomo.user_rows is None
