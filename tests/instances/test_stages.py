"""Scenarios: weights of any size, and what are none."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

import outlay
from outlay.instances.errors import InputError
from outlay.instances.stages import as_scenarios, scenarios_of_sets

TOWN = outlay.read("tutorial")
SETS = ["base", "more-money"]


@pytest.mark.parametrize("weight", [1e308, 1, 1e-300, Decimal("0.1")])
def test_weights_may_be_of_any_size(weight: Any) -> None:
    found = scenarios_of_sets(TOWN, SETS, dict.fromkeys(SETS, weight))
    assert [one.probability for one in found] == [0.5, 0.5]


@pytest.mark.parametrize("weight", ["1", None, True, float("nan"), 0])
def test_a_weight_is_a_positive_number(weight: Any) -> None:
    with pytest.raises(InputError, match=f"its weight is {weight}; give more than 0"):
        scenarios_of_sets(TOWN, SETS, {"base": 1, "more-money": weight})
    with pytest.raises(InputError, match=f"its probability is {weight}; give more than 0"):
        as_scenarios(TOWN, [("a", weight, TOWN)])


@pytest.mark.parametrize(
    "given", [None, 5, TOWN, [1], [None], [("a", 1.0)], [("a", 1.0, "tutorial")], [(1, 1.0, TOWN)], ["base", 1]]
)
def test_what_are_no_scenarios_is_told(given: Any) -> None:
    with pytest.raises(InputError, match=r"these are no scenarios; give \(name, probability, instance\) each"):
        as_scenarios(TOWN, given)


def test_a_set_that_is_named_twice_is_told_alone() -> None:
    with pytest.raises(InputError) as caught:
        as_scenarios(TOWN, ["base", "base"])
    assert [str(one) for one in caught.value.faults] == [
        "scenarios: 'base': a scenario needs a name of its own; name each one differently"
    ]


def test_what_is_no_instance_is_told() -> None:
    with pytest.raises(InputError, match=r"'5': this is no instance; give what outlay.read returned"):
        outlay.build_ensemble(5, SETS)  # type: ignore[arg-type]


def test_names_with_weights_are_not_taken_for_names_alone() -> None:
    given: Any = {"base": 0.7, "more-money": 0.3}
    for asking in (lambda: as_scenarios(TOWN, given), lambda: outlay.solve_ensemble(TOWN, given)):
        with pytest.raises(InputError, match="the weights as `probabilities`"):
            asking()
    with pytest.raises(InputError, match="give them by name"):
        scenarios_of_sets(TOWN, SETS, [0.7, 0.3])  # type: ignore[arg-type]


def test_probabilities_are_kept_as_floats() -> None:
    found = as_scenarios(TOWN, [("a", Decimal("0.25"), TOWN), ("b", Decimal("0.75"), TOWN)])  # type: ignore[list-item]
    assert [type(one.probability) for one in found] == [float, float]
