"""What it would be worth to know one factor first, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import outlay
from outlay.optimizer.ensemble.factors import bins_of, factor_table, factors_of, value_of_knowing

#: Two plans in four scenarios, equally likely: one is good when it rains, the other when it does not.
PAYOFFS = np.array([[8.0, 8.0, 0.0, 0.0], [2.0, 2.0, 6.0, 6.0]])
SHARES = np.full(4, 0.25)


def test_a_factor_that_decides_is_worth_the_difference_and_one_that_does_not_is_worth_nothing() -> None:
    rain, wind = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    assert value_of_knowing(PAYOFFS, SHARES, rain, PAYOFFS) == (3.0, 3.0)  # (8 + 6) / 2 - 4
    assert value_of_knowing(PAYOFFS, SHARES, wind, PAYOFFS) == (0.0, 0.0)


def test_what_is_not_proved_of_a_payoff_makes_an_interval() -> None:
    known = PAYOFFS + np.array([[0.0], [1.0]])
    assert value_of_knowing(PAYOFFS, SHARES, np.array([0, 0, 1, 1]), known) == (2.0, 3.5)


def test_a_plan_that_cannot_be_kept_is_not_chosen_where_it_cannot() -> None:
    payoffs = np.array([[8.0, 8.0, -np.inf, 0.0], [2.0, 2.0, 6.0, 6.0]])
    assert value_of_knowing(payoffs, SHARES, np.array([0, 0, 1, 1]), payoffs) == (3.0, 3.0)


@pytest.mark.parametrize(
    ("values", "bins"),
    [([1.0, 1.0, 1.0], [0, 0, 0]), ([5, 4, 3, 2, 1, 0], [4, 3, 2, 1, 0, 0]), ([2.0, 1.0], [1, 0])],
)
def test_equal_values_stand_in_one_bin(values: list[float], bins: list[int]) -> None:
    assert bins_of(values).tolist() == bins


def test_factors_are_those_of_draws_and_sorted_by_worth() -> None:
    class Drawn(list[object]):
        values = pd.DataFrame({"draw": list("abcd"), "probability": 0.25, "wind": [1, 2, 1, 2], "rain": [9, 8, 1, 1]})

    factors = factors_of(Drawn())
    payoffs = {str(row): {name: (v, v) for name, v in zip("abcd", PAYOFFS[row], strict=True)} for row in (0, 1)}
    table = factor_table(payoffs, dict.fromkeys("abcd", 0.25), factors)
    assert table[["factor", "value"]].to_numpy().tolist() == [["rain", 3.0], ["wind", 0.0]]
    assert factors_of(["base"]) == {}


@pytest.mark.slow
def test_drawn_scenarios_tell_what_their_factors_are_worth() -> None:
    town = outlay.read("tutorial")

    class Drawn(list[outlay.Scenario]):
        values = pd.DataFrame({"draw": ["poor", "rich"], "probability": 0.5, "money": [11.0, 14.0]})

    drawn = Drawn([outlay.Scenario("poor", 0.5, town), outlay.Scenario("rich", 0.5, town.with_set("more-money"))])
    found = outlay.solve_ensemble(town, drawn, jobs=1)
    # Known, it is the best plan of each, 19.1 and 23.6; else what was decided, 18.4 and 23.1.
    assert found.table("factors").to_numpy().tolist() == [["money", 2, pytest.approx(0.6), pytest.approx(0.6)]]
