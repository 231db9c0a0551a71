"""A test per rule across tables: a small valid document with one thing broken, and the fault that it must draw."""

from __future__ import annotations

from typing import Any

import pytest

from outlay.instances.checks.registry import CHECKS
from tests.instances.broken_plan_rules import PLAN_RULES
from tests.instances.broken_rules import RULES
from tests.instances.support import faults_of, only_fault, parsed, small


def test_the_small_document_is_valid() -> None:
    assert parsed(small()).name == "small"


@pytest.mark.parametrize("rule", [*RULES, *PLAN_RULES])
def test_a_broken_rule_draws_its_one_fault(rule: str) -> None:
    change, where, row, column, problem = (RULES | PLAN_RULES)[rule]
    document = small()
    change(document)
    fault = only_fault(document)
    assert (fault.where, fault.row, fault.column) == (where, row, column)
    assert problem in fault.problem
    assert fault.remedy


def test_a_dependency_without_a_kind_is_told_no_more_than_that() -> None:
    document = small()
    document["dependencies"].append({"project": "A", "needs": "B", "max_lag_months": 12})
    fault = only_fault(document)
    assert (fault.column, fault.row) == ("kind", len(document["dependencies"]))


def test_every_function_that_checks_is_listed_once() -> None:
    functions = [check.find for check in CHECKS]
    assert len(set(functions)) == len(functions)
    for module in {function.__module__ for function in functions}:
        names = {name for name, found in vars(__import__(module, fromlist=["x"])).items() if callable(found)}
        own = {
            name
            for name in names
            if not name.startswith("_")
            and getattr(vars(__import__(module, fromlist=["x"]))[name], "__module__", "") == module
        }
        assert own == {function.__name__ for function in functions if function.__module__ == module}


@pytest.mark.parametrize("months", [5, 7, 24])
def test_years_need_periods_that_divide_a_year(months: int) -> None:
    document = small()
    document["instance"]["calendar"] |= {"months_per_period": months}
    document["resources"][2]["basis"] = document["resources"][3]["basis"] = "per_year"
    document["limits"][0]["every"] = "year"
    document["funds"][0]["per_year"] = 3
    found = {(fault.where, fault.row, fault.column) for fault in faults_of(document)}
    assert found == {
        ("resources", 3, "basis"),
        ("resources", 4, "basis"),
        ("limits", 1, "every"),
        ("funds", 1, "per_year"),
    }


def test_dates_before_the_calendar_are_its_first_period() -> None:
    document = small()
    document["projects"][0]["earliest_start"] = document["availability"][1]["from"] = "1990-01"
    assert parsed(document)["projects"].raw("earliest_start")[0] == "1990-01"


def test_forced_choices_that_agree_are_no_contradiction() -> None:
    document = small()
    document["instance"]["applied"] = {
        "force_in": ["A", "A@base", "A@base@2026-07", "A@base@2026-09"],
        "force_out": ["A@base@2027-01", "B"],
    }
    assert parsed(document).settings.applied.force_in[3] == "A@base@2026-09"


def test_every_knot_of_requires_is_told_by_its_shortest_circle() -> None:
    document = small()
    document["dependencies"] = [
        {"project": first, "needs": second, "kind": "requires"}
        for first, second in [("A", "B"), ("B", "C"), ("C", "A"), ("B@small", "A")]
    ]
    assert only_fault(document).value == "A -> B -> A"


def test_all_faults_are_told_at_once() -> None:
    document = small()
    document["instance"]["calendar"]["periods"] = "eight"
    document["instance"]["colour"] = "red"
    document["projcets"] = []
    document["projects"].append(
        {"id": "A", "status": "maybe", "commitment": -1, "earliest_start": "soon", "life_years": 9}
    )
    document["permits"][0]["agency"] = "nobody"
    document["links"] = {"link": "l"}
    document["requirements"][0]["from_month"] = 3
    document["dependencies"].append({"project": "A", "needs": "B", "kind": "requires"})
    document["sets"]["loop"] = {"extends": "loop", "disable": ["x"]}
    document["instance"]["applied"]["force_out"] = ["A"]
    found = {(fault.where, fault.row, fault.column) for fault in faults_of(document)}
    assert found == {
        ("instance", None, "calendar.periods"),
        ("instance", None, "colour"),
        ("test", None, None),
        ("projects", 4, "id"),
        ("projects", 4, "status"),
        ("projects", 4, "commitment"),
        ("projects", 4, "earliest_start"),
        ("permits", 1, "agency"),
        ("links", None, None),
        ("requirements", 1, "phase"),
        ("dependencies", None, "needs"),
        ("sets.toml", None, "loop.extends"),
        ("sets.toml", None, "loop.disable[1]"),
        ("instance", None, "applied.force_in"),
    }


@pytest.mark.parametrize("table", ["projects", "resources", "terms", "permits", "funds", "stakeholders"])
def test_a_table_that_cannot_be_read_adds_no_faults_elsewhere(table: str) -> None:
    document = small()
    document["instance"]["objective"] = "@city"
    document[table] = "all of them"
    assert only_fault(document).where == table


@pytest.mark.parametrize("key", ["calendar", "finance", "metrics", "discount_rates", "objective", "applied"])
def test_settings_that_cannot_be_read_add_no_faults_elsewhere(key: str) -> None:
    document = small()
    document["limits"][0] |= {"every": "year", "metric": "us_npv"}
    document["instance"][key] = 5
    faults = faults_of(document)
    if key != "metrics":  # its names are lost with it
        assert [(fault.where, fault.column) for fault in faults] == [("instance", key)]


def test_a_wrong_metric_does_not_make_its_column_unknown() -> None:
    document = small()
    document["instance"]["metrics"]["jobs"]["sacled"] = True
    assert only_fault(document).remedy == "did you mean 'scaled'?"


@pytest.mark.parametrize("projects", [None, [], "missing"])
def test_projects_are_needed(projects: Any) -> None:
    document = {"instance": small()["instance"], "projects": projects}
    if projects == "missing":
        del document["projects"]
    document["instance"].pop("finance")
    for key in ("objective", "metrics", "applied", "discount_rates"):
        document["instance"].pop(key)
    assert "projects is missing or has no rows" in only_fault(document).problem


@pytest.mark.slow
def test_thousands_of_faults_are_told() -> None:
    document = small()
    size = 4000
    document["projects"] += [{"id": f"P{number:05d}", "life_years": 9} for number in range(size)]
    document["dependencies"] = [
        {"project": f"Q{number:05d}", "needs": f"P{number:05d}", "kind": "requires"} for number in range(size)
    ]
    document["requirements"] = [
        {"project": f"R{number:05d}", "resource": "crew", "phase": "bulding", "amount": 1} for number in range(size)
    ]
    assert len(faults_of(document)) == 3 * size
