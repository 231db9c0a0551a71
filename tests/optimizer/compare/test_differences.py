"""What differs between the inputs of two cases."""

from __future__ import annotations

from typing import Any

import pytest

import outlay
from outlay.instances.instance import Instance
from outlay.optimizer.compare.differences import Difference, input_differences
from tests.optimizer.compare.support import TUTORIAL_SETS, change, tutorial
from tests.support.documents import document, level, parsed, small_plan


def differences(made: dict[str, Any], body: dict[str, Any]) -> list[Difference]:
    """Return what a constraint set changes in a document."""
    base = parsed({**made, "sets": {"other": body}})
    return input_differences(base, base.with_set("other"))


def test_a_case_does_not_differ_from_itself_or_from_a_set_that_changes_nothing() -> None:
    base = parsed({**small_plan(), "sets": {"nothing": {"note": "as before"}}})
    assert input_differences(base, base) == []
    assert input_differences(base, base.with_set("nothing")) == []


def test_a_changed_cell_is_named_by_key_and_column() -> None:
    assert differences(small_plan(), change("projects", {"id": "dam"}, scale={"value": 0.5})) == [
        Difference("projects", "dam", "value", "9", "4.5", "changed")
    ]


def test_a_cell_that_gets_a_value_or_loses_it_has_an_empty_side() -> None:
    assert differences(small_plan(), change("projects", {"id": "grid"}, set={"region": "PJM"})) == [
        Difference("projects", "grid", "region", "", "PJM", "changed")
    ]
    assert differences(small_plan(), change("availability", {"resource": "draws"}, set={"amount": ""})) == [
        Difference("availability", "draws/2026-01", "amount", "6", "", "changed")
    ]


def test_lists_and_truths_are_shown_as_they_are_written() -> None:
    assert differences(small_plan(), change("projects", {"id": "grid"}, set={"tags": "green;big"})) == [
        Difference("projects", "grid", "tags", "green", "green;big", "changed")
    ]
    assert differences(small_plan(), change("programs", {"program": "school"}, set={"counts_against_cap": True})) == [
        Difference("programs", "school", "counts_against_cap", "", "true", "changed")
    ]


def test_numbers_keep_every_digit_and_equal_numbers_are_equal() -> None:
    made = document(
        projects=[{"id": "A", "value": 1}],
        resources=[{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
        availability=[level("commitments", 1)],
    )
    assert differences(made, change("projects", {"id": "A"}, set={"value": "1.000"})) == []
    found = differences(made, change("projects", {"id": "A"}, set={"value": "1.0000000000000001"}))
    assert [item.after for item in found] == ["1.0000000000000001"]


def test_rows_are_added_and_removed_whole() -> None:
    added = {"id": "lift", "value": 2, "commitment": 1}
    found = differences(small_plan(), {"change": [{"table": "projects", "append": [added]}]})
    assert [(item.table, item.row, item.column, item.before, item.kind) for item in found] == [
        ("projects", "lift", "", "", "added")
    ]
    assert "value 2" in found[0].after
    assert "commitment 1" in found[0].after
    found = differences(
        small_plan(), change("availability", {"resource": "craft/electrical", "from": "2027-01"}, delete=True)
    )
    assert [(item.table, item.row, item.column, item.after, item.kind) for item in found] == [
        ("availability", "craft/electrical/2027-01", "", "", "removed")
    ]
    assert "amount 3" in found[0].before


def test_a_row_of_a_table_without_a_key_is_known_by_its_words() -> None:
    found = differences(small_plan(), change("requirements", {"project": "mill"}, scale={"amount": 2}))
    assert [(item.table, item.column, item.before, item.after, item.kind) for item in found] == [
        ("requirements", "amount", "5", "10", "changed")
    ]
    assert found[0].row.startswith("mill/craft")
    found = differences(small_plan(), change("dependencies", {"kind": "requires"}, delete=True))
    assert [(item.table, item.kind) for item in found] == [("dependencies", "removed")]
    assert found[0].row.startswith("mill/grid")


def test_equal_rows_of_a_table_without_a_key_are_counted() -> None:
    made = document(
        projects=[{"id": "A", "value": 1}],
        resources=[{"resource": "crew", "kind": "labour"}],
        availability=[level("crew", 9)],
        requirements=[
            {"project": "A", "resource": "crew", "phase": "construction", "amount": amount} for amount in (1, 2, 3)
        ],
    )
    found = differences(made, change("requirements", {"amount": 3}, delete=True))
    assert [(item.kind, item.row.endswith("(3)")) for item in found] == [("removed", True)]
    found = differences(made, change("requirements", {"project": "A"}, scale={"amount": 2}))
    assert len(found) == 3
    assert {(item.before, item.after) for item in found} == {("1", "2"), ("2", "4"), ("3", "6")}


def test_settings_are_named_by_their_dotted_keys() -> None:
    found = differences(small_plan(), change("instance", {}, set={"calendar.finish_inside": True}))
    assert found == [Difference("instance", "", "calendar.finish_inside", "false", "true", "changed")]


def test_a_replaced_objective_is_told_in_words() -> None:
    found = differences(small_plan(), {"objective": {"value": 2, "cost": -3}})
    assert {item.table for item in found} == {"instance"}
    assert all("objective" in item.column and "Decimal" not in item.before + item.after for item in found)
    levels = [{"weights": {"value": 1}}, {"weights": {"commitment": -1}, "tolerance": 0.1}]
    found = differences(small_plan(), {"objective": levels})
    assert found
    assert not any("Decimal" in item.before + item.after for item in found)


def test_switched_off_families_and_forced_choices_are_told() -> None:
    assert differences(small_plan(), {"disable": ["labour", "permits"]}) == [
        Difference("instance", "", "applied.disable", "", "labour;permits", "changed")
    ]
    found = differences(small_plan(), {"force_in": ["dam"], "force_out": ["mill@base"]})
    assert [(item.column, item.after) for item in found] == [
        ("applied.force_in", "dam"),
        ("applied.force_out", "mill@base"),
    ]


def test_the_name_of_the_set_itself_is_no_difference() -> None:
    base = parsed({**small_plan(), "sets": {"a": {"disable": ["pace"]}, "b": {"disable": ["pace"]}}})
    assert input_differences(base.with_set("a"), base.with_set("b")) == []


def test_differences_work_both_ways() -> None:
    base = tutorial()
    other = base.with_set("more-money")
    (there,), (back,) = input_differences(base, other), input_differences(other, base)
    assert (there.before, there.after) == (back.after, back.before) == ("11", "13")


def replay(base: Instance, found: list[Difference]) -> dict[tuple[str, str, str], str]:
    """Return the cells that differences say are different, with what they are now."""
    return {(item.table, item.row, item.column): item.after for item in found}


@pytest.mark.parametrize("name", ["korea-mode", "tight-power", "mid-2026", "money-only", "nuclear-over-budget"])
def test_every_set_of_the_flagship_differs_where_it_says(name: str) -> None:
    base = outlay.read("us-japan-550")
    found = input_differences(base, base.with_set(name))
    assert found
    assert len(replay(base, found)) == len(found)  # nothing is told twice
    assert all(item.before != item.after for item in found)
    tables = {item.table for item in found}
    body = base.sets[name]
    due = {item["table"] for item in body.get("change", ())}
    due |= {"instance"} if set(body) & {"disable", "force_in", "force_out", "objective"} else set()
    assert tables == due


@pytest.mark.slow
def test_a_comparison_shows_the_differences_of_each_set_to_the_first() -> None:
    comparison = outlay.compare(tutorial(), TUTORIAL_SETS, jobs=2)
    assert comparison.inputs.columns.tolist() == ["set", *Difference._fields]
    assert comparison.inputs["set"].tolist() == list(TUTORIAL_SETS[1:])
    assert comparison.inputs.query("set == 'two-crews'").iloc[0].tolist() == [
        "two-crews", "availability", "crew/2026-01", "amount", "1", "2", "changed",
    ]  # fmt: skip
