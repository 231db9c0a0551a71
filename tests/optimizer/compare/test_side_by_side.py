"""Sets side by side in names and money: unlike objectives apart, why projects vanish, who is in most of them."""

from __future__ import annotations

import pytest

import outlay
from outlay.optimizer.compare.comparison import Comparison
from tests.optimizer.compare.support import cap, change, town


@pytest.fixture(scope="module")
def found() -> Comparison:
    sets = {
        "counting": {"objective": {"count": 1}},
        "poor": {**cap(1), "kind": "ablation"},
        "without": {"force_out": ["A", "B"]},
        "late": {"kind": "stress", **change("projects", {"id": "A"}, set={"status": "excluded"})},
    }
    return outlay.compare(town(**sets), ["base", *sets], jobs=1)


def row(found: Comparison, name: str) -> dict[str, object]:
    return found.cases.set_index("set").loc[name].to_dict()


@pytest.mark.slow
def test_sets_with_another_objective_have_no_per_cent_but_a_worth_by_the_reference_s(found: Comparison) -> None:
    counting = row(found, "counting")
    assert counting["other_objective"]
    assert counting["change_percent"] is None or counting["change_percent"] != counting["change_percent"]
    assert (counting["objective"], counting["by_reference"]) == (3, 6)  # B, C and D: 3 + 2 + 1
    assert row(found, "late")["by_reference"] == row(found, "late")["objective"] == 6


@pytest.mark.slow
def test_why_projects_vanish_is_told_beside_how_many(found: Comparison) -> None:
    assert row(found, "base")["never"] == "0"
    assert row(found, "without")["never"] == "0 -> 2, by forced out"
    told = found.unavailable[found.unavailable["set"] == "without"]
    assert told["project"].tolist() == ["A", "B"]
    assert set(told["rule"]) == {"forced"}


def test_changes_have_names_money_and_reasons_the_largest_first(found: Comparison) -> None:
    changes = found.changes[found.changes["set"] == "without"]
    assert changes["difference"].abs().is_monotonic_decreasing
    lost = changes[changes["change"] == "out"]
    assert lost["project"].tolist() == ["A"]
    assert lost["why"].tolist() == ["never available: the constraint set forces A out"]


def test_ablations_do_not_count_and_one_odd_set_does_not_empty_the_core(found: Comparison) -> None:
    assert set(found.frequency["sets"]) == {4}  # `poor` is an ablation
    table = found.frequency.set_index("project")
    assert table.loc["C", "role"] == "core"
    assert found.frequency["share"].is_monotonic_decreasing


def test_sectors_of_every_set_stand_below_each_other(found: Comparison) -> None:
    assert list(dict.fromkeys(found.sectors["set"])) == list(found.sets)
