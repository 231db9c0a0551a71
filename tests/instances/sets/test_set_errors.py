"""Constraint sets that are wrong, in themselves or for the instance they are applied to."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from outlay.instances.errors import InputError
from tests.instances.set_support import fault_with_change, faults_with
from tests.instances.support import changed, faults_of, only_fault, parsed


def test_a_change_that_matches_no_row_is_an_error() -> None:
    fault = fault_with_change("availability", where={"resource": "crwe", "amount": [1, "x"]}, delete=True)
    assert (fault.where, fault.column, fault.value) == ("sets.toml", "s.change[1]", "resource = crwe, amount = [1, x]")
    assert fault.problem == "no row of availability matches"
    for change in ({"delete": True}, {"set": {"note": "x"}}):
        document = changed(sets={"s": {"change": [{"table": "programs", **change}]}}, programs=[])
        with pytest.raises(InputError, match="'all rows': no row of programs matches"):
            parsed(document).with_set("s")


@pytest.mark.parametrize(
    "change",
    [
        {"where": {"amuont": 1}, "delete": True},
        {"set": {"amuont": 1}},
        {"scale": {"amuont": 1}},
        {"add": {"amuont": 1}},
        {"append": [{"resource": "crew", "from": "2027-01", "amuont": 1}]},
    ],
)
def test_an_unknown_column_is_an_error_that_names_the_change(change: dict[str, Any]) -> None:
    fault = fault_with_change("availability", **change)
    assert (fault.where, fault.value, fault.remedy) == ("sets.toml", "amuont", "did you mean 'amount'?")
    assert str(fault.column).startswith("s.change[1].")


@pytest.mark.parametrize("operation", ["scale", "add"])
@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("projects", "id"),
        ("projects", "name"),
        ("projects", "earliest_start"),
        ("projects", "status"),
        ("projects", "tags"),
        ("programs", "counts_against_cap"),
    ],
)
def test_only_numbers_are_scaled(operation: str, table: str, column: str) -> None:
    assert "needs numbers" in fault_with_change(table, **{operation: {column: 2}}).problem


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"set": {"amount": "lots"}}, "not a number"),
        ({"set": {"amount": [1]}}, "not a number"),
        ({"set": {"amount": -1}}, "negative"),
        ({"set": {"amount": True}}, "true and false"),
        ({"set": {"from": 2026}}, "not a month"),
        ({"append": [{"resource": True}]}, "not text"),
        ({"scale": {"amount": Decimal("1E-30")}}, "at most 15 digits"),
        ({"scale": {"amount": 999999999999999}}, "at most 15 digits"),
    ],
)
def test_wrong_values_are_told_once_with_the_place_of_the_change(change: dict[str, Any], problem: str) -> None:
    document = changed(sets={"s": {"change": [{"table": "availability", **change}]}})
    document["availability"] = [{"resource": "crew", "from": "2026-01", "amount": Decimal("1.5")}]
    with pytest.raises(InputError) as caught:
        parsed(document).with_set("s")
    (fault,) = caught.value.faults
    assert fault.where == "sets.toml"
    assert str(fault.column).startswith("s.change[1].")
    assert problem in fault.problem


def test_a_result_that_is_wrong_as_a_whole_names_the_sets_and_the_row_of_the_file() -> None:
    sets = {
        "a": {"change": [{"table": "availability", "where": {"resource": "crew"}, "scale": {"amount": -1}}]},
        "b": {"change": [{"table": "projects", "where": {"id": "C"}, "set": {"sector": "air", "permit": "x"}}]},
        "c": {"change": [{"table": "resources", "where": {"resource": "crew"}, "delete": True}]},
        "d": {"change": [{"table": "projects", "append": {"id": "A", "life_years": 3}}]},
        "e": {"change": [{"table": "projects", "delete": True}]},
        "f": {"change": [{"table": "terms", "scale": {"tenor_years": 1.25}}]},
    }
    (negative,) = faults_with("a", **sets)
    assert (negative.where, negative.row, negative.column) == ("availability with set a", 2, "amount")
    unknown = {(fault.where, fault.row, fault.column) for fault in faults_with("b+f", **sets)}
    assert unknown == {("projects with set b+f", 3, "permit"), ("terms with set b+f", 1, "tenor_years")}
    assert {fault.where for fault in faults_with("c", **sets)} == {
        f"{name} with set c" for name in ("availability", "imports", "links", "programs", "requirements", "resources")
    }
    (double,) = faults_with("d", **sets)
    assert (double.where, double.value) == ("projects with set d", "A")
    assert any(fault.problem == "no row is left" for fault in faults_with("e", **sets))


def test_all_wrong_changes_are_told_at_once() -> None:
    change = [{"table": "projects", "where": {"id": name}, "delete": True} for name in ("X", "Y")]
    assert len(faults_with("s+t", s={"change": change}, t={"change": change[:1]})) == 3


WRONG_SHAPES: dict[str, Any] = {
    "sets as a list": [],
    "sets as text": "tight",
    "sets as false": False,
    "a set as text": {"s": "tight"},
    "a set as a list": {"s": []},
    "a set as null": {"s": None},
    "an unknown key": {"s": {"chnage": []}},
    "title as number": {"s": {"title": 3}},
    "extends as number": {"s": {"extends": 3}},
    "extends of numbers": {"s": {"extends": [3]}},
    "extends of nobody": {"s": {"extends": "t"}},
    "change as text": {"s": {"change": "x"}},
    "change as table": {"s": {"change": {"table": "projects", "delete": True}}},
    "a change as text": {"s": {"change": ["x"]}},
    "a change without table": {"s": {"change": [{"delete": True}]}},
    "a change of an unknown table": {"s": {"change": [{"table": "project", "delete": True}]}},
    "a change of the sets": {"s": {"change": [{"table": "sets", "delete": True}]}},
    "a change with an unknown key": {"s": {"change": [{"table": "projects", "delete": True, "wehre": {}}]}},
    "no operation": {"s": {"change": [{"table": "projects"}]}},
    "an operation that is off": {"s": {"change": [{"table": "projects", "delete": False}]}},
    "two operations": {"s": {"change": [{"table": "projects", "delete": True, "set": {"note": ""}}]}},
    "where as list": {"s": {"change": [{"table": "projects", "where": ["A"], "delete": True}]}},
    "where of tables": {"s": {"change": [{"table": "projects", "where": {"id": {"x": 1}}, "delete": True}]}},
    "where of lists of lists": {"s": {"change": [{"table": "projects", "where": {"id": [["A"]]}, "delete": True}]}},
    "scale by text": {"s": {"change": [{"table": "projects", "scale": {"value": "x"}}]}},
    "scale by a number in quotes": {"s": {"change": [{"table": "projects", "scale": {"value": "2"}}]}},
    "scale by a list": {"s": {"change": [{"table": "projects", "scale": {"value": [2]}}]}},
    "scale by true": {"s": {"change": [{"table": "projects", "scale": {"value": True}}]}},
    "scale as number": {"s": {"change": [{"table": "projects", "scale": 2}]}},
    "add of nothing": {"s": {"change": [{"table": "projects", "add": {}}]}},
    "set as list": {"s": {"change": [{"table": "projects", "set": ["value"]}]}},
    "set to a table": {"s": {"change": [{"table": "projects", "set": {"value": {"x": 1}}}]}},
    "append as text": {"s": {"change": [{"table": "projects", "append": "A"}]}},
    "append of nothing": {"s": {"change": [{"table": "projects", "append": []}]}},
    "append of text": {"s": {"change": [{"table": "projects", "append": ["A"]}]}},
    "append where": {"s": {"change": [{"table": "projects", "where": {"id": "A"}, "append": {"id": "B"}}]}},
    "delete as number": {"s": {"change": [{"table": "projects", "delete": 1}]}},
    "rows of the settings": {"s": {"change": [{"table": "instance", "where": {"name": "x"}, "set": {"name": "y"}}]}},
    "delete of the settings": {"s": {"change": [{"table": "instance", "delete": True}]}},
    "append to the settings": {"s": {"change": [{"table": "instance", "append": {"name": "x"}}]}},
    "disable as text": {"s": {"disable": "labour"}},
    "disable of a number": {"s": {"disable": [1]}},
    "disable of an unknown family": {"s": {"disable": ["labor"]}},
    "disable of the choice": {"s": {"disable": ["choice"]}},
    "enable of an unknown family": {"s": {"enable": ["labor"]}},
    "force_in as text": {"s": {"force_in": "A"}},
    "force_out of a number": {"s": {"force_out": [1]}},
    "objective as number": {"s": {"objective": 3}},
    "objective of text": {"s": {"objective": {"value": "x"}}},
    "objective of nothing": {"s": {"objective": {}}},
    "objective without levels": {"s": {"objective": []}},
    "objective with an odd level": {"s": {"objective": [{"weight": {"value": 1}}]}},
    "a number that is none": {"s": {"change": [{"table": "projects", "set": {"value": float("nan")}}]}},
    "a number without end": {"s": {"change": [{"table": "projects", "scale": {"value": Decimal("Infinity")}}]}},
    "a text that is none": {"s": {"title": "\ud800"}},
    "a name that is none": {"\ud800": {}},
    "a set called base": {"base": {}},
    "a set with a plus": {"a+b": {}},
    "a set with a comma": {"a,b": {}},
    "a set without name": {"": {}},
    "a set with a space at the end": {"a ": {}},
}


@pytest.mark.parametrize("name", WRONG_SHAPES)
def test_a_set_of_a_wrong_shape_is_refused_when_it_is_read(name: str) -> None:
    faults = faults_of(changed(sets=WRONG_SHAPES[name]))
    assert {fault.where for fault in faults} == {"sets.toml"}
    # An odd key where another is needed breaks two rules.
    assert len(faults) <= (2 if "odd level" in name else 1), [str(fault) for fault in faults]


def test_sets_nested_without_end_are_refused() -> None:
    deep: Any = "x"
    for _ in range(5000):
        deep = [deep]
    endless: list[Any] = []
    endless.append(endless)
    for value in (deep, endless):
        assert "too deeply" in only_fault(changed(sets={"s": {"objective": value}})).problem
