"""Rules, fixed variables and objectives of the user's own in the Pyomo model."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyomo.environ as pyo
import pytest

import outlay
from outlay.instances.errors import InputError
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.answer.user_rows import row_holds
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.status import Status
from tests.support.clocks import LONGEST_S
from tests.support.documents import knapsack, parsed, small_plan


@pytest.fixture
def solved(warm: SolverProcess) -> Iterator[Any]:
    def run(source: Any) -> Solution:
        solution = outlay.solve(source, gap=0, process=warm)
        assert solution.plan is None or solution.verified
        return solution

    return run  # type: ignore[return-value]


def three_of_four() -> Any:
    """Return the model of four projects worth 3, 2, 4 and 1 of which two fit."""
    return outlay.build(parsed(knapsack([3, 2, 4, 1], [[1, 1, 1, 1]], [2])))


def funded(solution: Solution) -> set[str]:
    assert solution.plan is not None
    return {choice.project for choice in solution.plan.choices}


@pytest.mark.slow
def test_a_model_as_built_gives_what_its_instance_gives(solved: Any) -> None:
    instance = parsed(small_plan())
    assert solved(outlay.build(instance)).plan == solved(instance).plan
    assert solved(outlay.build(instance)).user_rows is None


def test_an_added_rule_is_kept_and_reported_apart(solved: Any) -> None:
    model = three_of_four()
    model.not_the_best = pyo.Constraint(expr=model.fund[0] + model.fund[2] <= 1)
    solution = solved(model)
    assert solution.objective == 6
    assert funded(solution) == {"P01", "P02"}
    (row,) = solution.user_rows.to_dict("records")
    assert row["row"] == "not_the_best"
    assert (row["value"], row["upper"], row["holds"]) == (1.0, 1.0, True)
    assert row["lower"] is None or row["lower"] != row["lower"]


@pytest.mark.slow
def test_a_limit_that_a_rule_does_not_have_is_always_nan_and_null_in_the_file(solved: Any, tmp_path: Path) -> None:
    one_sided, both = three_of_four(), three_of_four()
    one_sided.most = pyo.Constraint(expr=sum(one_sided.fund.values()) <= 2)
    both.most = pyo.Constraint(expr=sum(both.fund.values()) <= 2)
    both.least = pyo.Constraint(expr=both.fund[3] >= 0)
    for model in (one_sided, both):
        solution = solved(model)
        loaded = outlay.load(solution.save(tmp_path / f"{len(solution.user_rows)}.json"))
        for found in (solution.user_rows, loaded.user_rows):
            types = {name: str(kind) for name, kind in found.dtypes.items()}
            assert types == {
                "row": "object",
                "lower": "float64",
                "value": "float64",
                "upper": "float64",
                "holds": "bool",
            }
            assert not any(cell is None for cell in found.to_numpy().ravel().tolist())
        pd.testing.assert_frame_equal(solution.user_rows, loaded.user_rows)
        document = json.loads((tmp_path / f"{len(solution.user_rows)}.json").read_text(encoding="utf-8"))
        assert document["user_rows"]["rows"][0][1] is None


@pytest.mark.parametrize("unit", [1e-9, 1e-3, 1.0, 1e9])
def test_whether_a_rule_holds_does_not_depend_on_its_unit(unit: float) -> None:
    assert row_holds(math.nan, 5 * unit * (1 + 1e-7), 5 * unit)
    assert not row_holds(math.nan, 5 * unit * (1 + 1e-5), 5 * unit)
    assert not row_holds(5 * unit * (1 + 1e-5), 5 * unit, math.nan)
    assert row_holds(0.0, -1e-7 * unit, 0.0, size=unit)  # a difference of amounts as large as the unit
    assert not row_holds(0.0, -1e-5 * unit, 0.0, size=unit)


@pytest.mark.slow
def test_an_added_rule_is_not_independently_verified(solved: Any) -> None:
    model = three_of_four()
    model.at_least = pyo.Constraint(expr=model.fund[3] >= 1)
    solution = solved(model)
    assert funded(solution) == {"P02", "P03"}
    # A plan that breaks the user's rule is fine by the instance.
    free = solved(three_of_four())
    assert outlay.verify(free).ok
    assert "P03" not in funded(free)


def test_indexed_ranged_and_equality_rules_are_all_reported(solved: Any) -> None:
    model = three_of_four()
    model.pairs = pyo.Constraint([0, 1], rule=lambda m, i: m.fund[i] + m.fund[3] <= 1)
    model.range = pyo.Constraint(expr=pyo.inequality(1, model.fund[0] + model.fund[1], 2))
    model.equal = pyo.Constraint(expr=model.fund[0] == model.fund[3])
    solution = solved(model)
    rows = {row["row"]: row for row in solution.user_rows.to_dict("records")}
    assert set(rows) == {"pairs[0]", "pairs[1]", "range", "equal"}
    assert all(row["holds"] for row in rows.values())
    assert funded(solution) == {"P01", "P02"}
    assert (rows["range"]["lower"], rows["range"]["upper"], rows["range"]["value"]) == (1, 2, 1)


def test_an_inactive_rule_is_neither_kept_nor_reported(solved: Any) -> None:
    model = three_of_four()
    model.never = pyo.Constraint(expr=model.fund[2] == 0)
    model.never.deactivate()
    solution = solved(model)
    assert solution.objective == 7
    assert solution.user_rows is None


def test_a_rule_that_cannot_hold_is_infeasible(solved: Any) -> None:
    model = three_of_four()
    model.too_much = pyo.Constraint(expr=sum(model.fund.values()) >= 3)
    assert solved(model).status == Status.INFEASIBLE


def test_a_rule_without_variables_that_cannot_hold_is_told(solved: Any) -> None:
    model = three_of_four()
    model.fund.fix(0)
    model.never = pyo.Constraint(expr=model.fund[0] >= 1)
    with pytest.raises(InputError, match="able to hold"):
        solved(model)


def test_a_rule_that_is_not_linear_is_refused(solved: Any) -> None:
    model = three_of_four()
    model.square = pyo.Constraint(expr=model.fund[0] * model.fund[1] <= 0.5)
    with pytest.raises(InputError, match="linear"):
        solved(model)


@pytest.mark.parametrize(("value", "objective", "has"), [(1, 5, True), (0, 7, False)])
def test_a_fixed_variable_stays_as_it_is(value: int, objective: float, has: bool, solved: Any) -> None:
    model = three_of_four()
    model.fund[3].fix(value)
    solution = solved(model)
    assert solution.objective == objective
    assert ("P03" in funded(solution)) is has


def test_all_variables_fixed_leave_nothing_to_decide(solved: Any) -> None:
    model = three_of_four()
    for option, value in enumerate((1, 1, 0, 0)):
        model.fund[option].fix(value)
    solution = solved(model)
    assert funded(solution) == {"P00", "P01"}
    assert solution.objective == 5


def test_variables_of_the_user_s_own_may_take_part(solved: Any) -> None:
    model = three_of_four()
    model.late = pyo.Var(domain=pyo.Integers, bounds=(0, 3))
    model.count = pyo.Constraint(expr=model.late == 3 - sum(model.fund.values()))
    solution = solved(model)
    assert solution.objective == 7
    assert solution.user_rows is not None
    assert solution.user_rows["holds"].all()
    assert model.late.value == 1


def test_the_model_holds_the_answer_afterwards(solved: Any) -> None:
    model = three_of_four()
    model.rule = pyo.Constraint(expr=model.fund[0] <= 1)
    solved(model)
    assert [round(variable.value) for variable in model.fund.values()] == [1, 0, 1, 0]


def _beside(model: Any) -> None:
    model.objective.deactivate()
    model.mine = pyo.Objective(expr=_fewest(model), sense=pyo.minimize)


def _replaced(model: Any) -> None:
    model.del_component(model.objective)
    model.objective = pyo.Objective(expr=_fewest(model), sense=pyo.minimize)


def _deleted(model: Any) -> None:
    model.del_component(model.objective)
    model.mine = pyo.Objective(expr=_fewest(model), sense=pyo.minimize)


def _set(model: Any) -> None:
    model.objective.set_value(_fewest(model))
    model.objective.sense = pyo.minimize


def _maximised(model: Any) -> None:
    model.objective.set_value(-1 * _fewest(model))


def _fewest(model: Any) -> Any:
    """P03 alone is the least of at least one project, at a price of 10 + 1."""
    return 10 + sum((5 - option) * model.fund[option] - 1 * model.fund[option] for option in model.OPTIONS)


@pytest.mark.parametrize("change", [_beside, _replaced, _deleted, _set, _maximised])
def test_an_objective_of_the_user_s_own_is_the_one_that_counts(change: Any, solved: Any) -> None:
    model = three_of_four()
    model.something = pyo.Constraint(expr=sum(model.fund.values()) >= 1)
    change(model)
    solution = solved(model)
    assert funded(solution) == {"P03"}
    assert abs(solution.objective) == 11
    assert abs(solution.bound) == pytest.approx(11)
    assert solution.metrics["value"] == 1
    assert outlay.verify(solution).ok


def test_two_active_objectives_are_refused(solved: Any) -> None:
    model = three_of_four()
    model.mine = pyo.Objective(expr=model.fund[0])
    with pytest.raises(InputError):
        solved(model)


def test_a_model_takes_no_sets_and_no_objective() -> None:
    with pytest.raises(InputError, match="solved as it is"):
        outlay.solve(three_of_four(), constraint_set="a")
    with pytest.raises(InputError, match="solved as it is"):
        outlay.solve(three_of_four(), objective={"value": 1})


def test_a_model_of_other_making_is_refused() -> None:
    with pytest.raises(InputError, match=r"outlay\.build"):
        outlay.solve(pyo.ConcreteModel())


@pytest.mark.slow
def test_the_second_opinion_of_pyomo_s_own_highs(solved: Any) -> None:
    model = outlay.build(parsed(small_plan()))
    solution = solved(model)
    again = outlay.build(parsed(small_plan()))
    result = pyo.SolverFactory("highs").solve(again)
    assert result.solver.termination_condition == pyo.TerminationCondition.optimal
    assert pyo.value(again.objective) == pytest.approx(solution.objective, rel=1e-6)


@pytest.mark.parametrize("effort", ["prove", "search", "repeat"])
@pytest.mark.parametrize("length", [39, 40, 41])
def test_rules_of_ones_own_that_cannot_hold_together_leave_no_plan(length: int, effort: str) -> None:
    """The first is funded, each needs the next, and the last does not fit: whatever is left out on the way."""
    size = length + 2
    model = outlay.build(parsed(knapsack([1] * size, [[1] * length + [2, 2]], [length + 2.5])))
    projects = model.options.frame()["project"]
    fund = {project: model.fund[option] for option, project in projects.items()}
    names = [f"P{number:02d}" for number in range(size)]
    model.first = pyo.Constraint(expr=fund["P00"] >= 1)
    model.chain = pyo.Constraint(range(length - 1), rule=lambda m, i: fund[names[i]] <= fund[names[i + 1]])
    model.last = pyo.Constraint(expr=5 * fund[names[length - 1]] + 2 * fund[names[-2]] + 2 * fund[names[-1]] <= 3)
    solution = outlay.solve(model, effort=effort, time_limit=None if effort == "prove" else LONGEST_S)
    assert (solution.status, solution.plan) == (Status.INFEASIBLE, None)
