"""Tables as DataFrames, both ways, and instances that are short in a console."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pandas as pd
import pytest

import outlay


@pytest.mark.slow
@pytest.mark.parametrize("name", ["tutorial", "us-japan-550"])
def test_a_frame_put_back_changes_nothing(name: str) -> None:
    made = outlay.read(name)
    for table in made.tables:
        assert made.replace(**{table: made.frame(table)}) == made


def test_numbers_are_floats_with_their_units_and_can_be_computed_with() -> None:
    made = outlay.read("tutorial")
    frame = made.frame("projects")
    assert frame["value"].dtype == np.float64
    assert frame.attrs["unit"]["commitment"] == "money"
    frame["value"] *= 2
    before, after = (one.alternatives.floats("value").sum() for one in (made, made.replace(projects=frame)))
    assert after == 2 * before


def test_dates_and_what_is_missing_are_understood() -> None:
    frame = pd.DataFrame(
        {"id": ["A", "B"], "value": [1.5, np.nan], "earliest_start": [pd.Timestamp("2027-01-01"), pd.NaT]}
    )
    rows = outlay.read("tutorial").replace(projects=frame, dependencies=[], requirements=[], sets={}, provenance=[])[
        "projects"
    ]
    assert rows.raw("earliest_start") == ("2027-01", None)
    assert rows.raw("value")[1] is None


def test_a_table_that_does_not_exist_is_told_with_the_one_that_was_meant() -> None:
    with pytest.raises(outlay.InputError, match="did you mean 'projects'"):
        outlay.read("tutorial").frame("project")


@pytest.mark.slow
def test_instances_and_solutions_are_short_in_a_console_and_tables_in_a_notebook() -> None:
    made = outlay.read("us-japan-550")
    assert len(repr(made).splitlines()) == 2
    assert len(repr(made)) < 300
    assert "<table" in made._repr_html_()
    solution = outlay.solve(outlay.read("tutorial"))
    assert repr(solution) == (
        "<Solution of 'tutorial', set base: optimal\n objective 19.1, 3 of 5 projects funded, verified>"
    )
    assert "<table" in solution._repr_html_()


def test_a_hostile_name_is_text_in_a_notebook() -> None:
    made = outlay.read("tutorial")
    settings = made.settings.model_dump(exclude_defaults=True) | {"title": "<script>alert(1)</script>"}
    assert "<script>" not in made.replace(instance=settings)._repr_html_()


@pytest.mark.slow
def test_a_solution_survives_pickling_and_deep_copies() -> None:
    solution = outlay.solve(outlay.read("tutorial"))
    for again in (pickle.loads(pickle.dumps(solution)), copy.deepcopy(solution)):
        assert again.plan == solution.plan
        pd.testing.assert_frame_equal(again.projects, solution.projects)
        assert outlay.verify(again).ok


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda made: outlay.solve("tutorial"), r"write outlay\.solve\(outlay\.read\('tutorial'\)\)"),
        (lambda made: outlay.compare(made, "base"), r"give a list: \['base'\]"),
        (lambda made: outlay.solve(made, time_limit="60"), "time_limit is a text; write a number"),
    ],
)
def test_what_was_probably_meant_is_told(call: object, words: str) -> None:
    with pytest.raises(outlay.InputError, match=words):
        call(outlay.read("tutorial"))  # type: ignore[operator]
