"""What is uncertain, told in a table."""

from __future__ import annotations

from outlay.optimizer.uncertainty.described import correlated, described
from tests.optimizer.uncertainty.worlds import MONEY, OVERRUN, uncertain


def test_each_factor_is_told_with_its_numbers_and_what_it_changes() -> None:
    rules = [{"between": ["money", "overrun"], "rank": -0.3}, {"between": ["overrun"], "same": "sector", "rank": 0.5}]
    values = {
        "distribution": "discrete", "values": [1, 2], "probabilities": [0.25, 0.75],
        "change": [{"table": "projects", "where": {"id": ["bridge", "park"]}, "add": {"value": "-@"}}],
    }  # fmt: skip
    instance = uncertain({"factors": {"money": MONEY, "overrun": OVERRUN, "worth": values}, "correlations": rules})
    table = described(instance).set_index("factor")
    assert table.loc["money", "distribution"] == "triangular: low 8, mode 11, high 12"
    assert table.loc["overrun", "each"] == "project"
    assert table.loc["worth", "distribution"] == "discrete: values 1 2, probabilities 0.25 0.75"
    assert table.loc["worth", "changes"] == "add value -@ of projects where id = bridge or park"
    assert correlated(instance) == [("money and overrun", "-0.3"), ("overrun, of the same sector", "0.5")]
