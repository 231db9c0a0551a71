"""Documents of the wrong shape, from JSON or from Python."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.instances.support import changed, faults_of, only_fault, parsed, small


@pytest.mark.parametrize("document", [None, [], "x", 3, [{"instance": {}}], {"instance"}])
def test_a_document_is_an_object(document: Any) -> None:
    assert only_fault(document).problem == "this is not an instance"


def test_an_unknown_table_draws_a_hint() -> None:
    fault = only_fault({**small(), "requirement": []})
    assert (fault.value, fault.remedy) == ("requirement", "did you mean 'requirements'?")
    assert only_fault({**small(), 3: []}).value == "3"


@pytest.mark.parametrize("table", [{"link": "l"}, "l", 3, True, {"a": []}, np.array([1])])
def test_a_table_is_a_list(table: Any) -> None:
    fault = only_fault(changed(links=table))
    assert (fault.where, fault.problem) == ("links", "this is not a table")


def test_every_row_is_an_object() -> None:
    faults = faults_of(changed(links=[small()["links"][0], "l", None, ["l"], 3]))
    assert [(fault.where, fault.row) for fault in faults] == [("links", 2), ("links", 3), ("links", 4), ("links", 5)]


def test_names_of_columns_are_text() -> None:
    assert only_fault(changed(links=[{1: 2, **small()["links"][0]}])).problem == "a column's name is text"


@pytest.mark.parametrize("empty", [None, []])
def test_an_empty_table_is_an_absent_one(empty: Any) -> None:
    document = small()
    del document["programs"]
    assert parsed(document) == parsed(changed(programs=empty))


@pytest.mark.parametrize("settings", [None, [], "x", 3, True])
def test_settings_are_a_table(settings: Any) -> None:
    assert only_fault(changed(instance=settings)).problem == "the settings are missing"


@pytest.mark.parametrize("cell", [{}, [], [1], {"a": 1}, object(), b"x", 1j, (), [[[]]], {"set"}])
@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("projects", "name"),
        ("projects", "life_years"),
        ("projects", "commitment"),
        ("projects", "status"),
        ("projects", "latest_start"),
        ("programs", "counts_against_cap"),
        ("programs", "resource"),
        ("limits", "metric"),
    ],
)
def test_a_cell_is_a_single_value(table: str, column: str, cell: Any) -> None:
    document = small()
    document[table][-1][column] = cell
    fault = only_fault(document)
    assert (fault.where, fault.row, fault.column) == (table, len(document[table]), column)


def test_numbers_of_numpy_are_numbers() -> None:
    document = small()
    document["projects"][0]["commitment"] = np.float64(5)
    document["projects"][0]["life_years"] = np.int64(20)
    assert parsed(document) == parsed(small())


SETTINGS: dict[str, tuple[str, Any, str, str]] = {
    "unknown key": ("colour", "red", "colour", "unknown"),
    "unknown key of a part": ("calendar.period", 3, "calendar.period", "unknown"),
    "unknown key of a metric": ("metrics.jobs.units", "x", "metrics.jobs.units", "unknown"),
    "no name": ("name", "", "name", "empty"),
    "name as number": ("name", 3, "name", "not text"),
    "calendar as list": ("calendar", [], "calendar", "not a table"),
    "start as number": ("calendar.start", 202601, "calendar.start", "not a month"),
    "start that is no month": ("calendar.start", "2026-13", "calendar.start", "not a month"),
    "periods as text": ("calendar.periods", "8", "calendar.periods", "text"),
    "part of a period": ("calendar.periods", 1.5, "calendar.periods", "not a whole number"),
    "no periods": ("calendar.periods", 0, "calendar.periods", "greater than or equal to 1"),
    "endless periods": ("calendar.periods", 10**9, "calendar.periods", "less than or equal to 5000"),
    "true months": ("calendar.months_per_period", True, "calendar.months_per_period", "true and false"),
    "no number": ("calendar.max_wait_months", float("nan"), "calendar.max_wait_months", "finite"),
    "negative wait": ("calendar.max_wait_months", -1, "calendar.max_wait_months", "greater than or equal to 0"),
    "flag as text": ("calendar.finish_inside", "yes", "calendar.finish_inside", "neither true nor false"),
    "flag as number": ("calendar.finish_inside", 1, "calendar.finish_inside", "neither true nor false"),
    "finance as text": ("finance", "yes", "finance", "not a table"),
    "unknown waterfall": ("finance.waterfall", "litteral", "finance.waterfall", "not allowed"),
    "no share before": ("finance.japan_share_before", 0, "finance.japan_share_before", "greater than 0"),
    "share above one": ("finance.japan_share_after", 1.1, "finance.japan_share_after", "less than or equal to 1"),
    "terms as number": ("finance.terms", 1, "finance.terms", "not text"),
    "rates as list": ("discount_rates", [], "discount_rates", "not a table"),
    "negative rate": ("discount_rates.us_npv", -0.1, "discount_rates.us_npv", "greater than or equal to 0"),
    "rate as text": ("discount_rates.us_npv", "5%", "discount_rates.us_npv", "text"),
    "objective as number": ("objective", 5, "objective", "no objective"),
    "objective of nothing": ("objective", {}, "objective", "empty"),
    "objective without levels": ("objective", [], "objective", "empty"),
    "level as text": ("objective", ["value"], "objective[1]", "not a table"),
    "level without weights": ("objective", [{"weights": {}}], "objective[1].weights", "empty"),
    "weight as text": ("objective", {"value": "1"}, "objective.value", "text"),
    "tolerance above one": (
        "objective",
        [{"weights": {"value": 1}, "tolerance": 2}],
        "objective[1].tolerance",
        "less than or equal to 1",
    ),
    "metrics as list": ("metrics", ["jobs"], "metrics", "not a table"),
    "metric as text": ("metrics.jobs", "jobs", "metrics.jobs", "not a table"),
    "metric called like a column": ("metrics.commitment", {}, "metrics", "'commitment' is taken"),
    "metric called like a column of alternatives": ("metrics.terms", {}, "metrics", "'terms' is taken"),
    "metric called note": ("metrics.note", {}, "metrics", "'note' is taken"),
    "metric of the engine": ("metrics.us_npv", {}, "metrics", "'us_npv' is taken"),
    "metric that is a use": ("metrics.use:crew", {}, "metrics", "'use:crew' is taken"),
    "metric without name": ("metrics. ", {}, "metrics", "blank"),
    "scaled as text": ("metrics.jobs.scaled", "no", "metrics.jobs.scaled", "neither true nor false"),
    "sources as text": ("sources", "here", "sources", "not a list"),
    "source as number": ("sources", [1], "sources[1]", "not text"),
    "applied as list": ("applied", [], "applied", "not a table"),
    "disabled as text": ("applied.disable", "labour", "applied.disable", "not a list"),
    "broken text": ("title", "\ud800", "title", "not valid Unicode"),
    "text with NUL": ("title", "a\0", "title", "NUL"),
    "endless text": ("title", "x" * 100_001, "title", "more than 100000"),
    "something else": ("title", object(), "title", "not text, a number"),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_of_a_wrong_type_draw_one_fault(name: str) -> None:
    key, value, column, problem = SETTINGS[name]
    document = small()
    part = document["instance"]
    *path, last = key.split(".")
    for step in path:
        part = part[step]
    part[last] = value
    fault = only_fault(document)
    assert (fault.where, fault.column) == ("instance", column)
    assert problem in fault.problem
    assert fault.remedy


def test_the_calendar_ends_before_the_year_9999() -> None:
    document = small()
    document["instance"]["calendar"] |= {"start": "9990-01", "periods": 100}
    assert "before the year 9999" in only_fault(document).problem


@pytest.mark.parametrize("missing", ["name", "calendar"])
def test_a_missing_key_is_told(missing: str) -> None:
    document = small()
    del document["instance"][missing]
    assert (only_fault(document).column, only_fault(document).problem) == (missing, "this is missing")


def test_an_object_within_itself_is_refused() -> None:
    endless: dict[str, Any] = {}
    endless["a"] = endless
    document = small()
    document["instance"]["metrics"] = endless
    assert only_fault(document).problem == "this is nested too deeply"
