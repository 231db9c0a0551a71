"""Tables of an answer for computing: periods of one type, units, nothing computed that nobody asks for."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pytest

import outlay
from outlay.optimizer.frames.later import Later
from outlay.optimizer.frames.tabled import Tabled
from outlay.optimizer.frames.typed import period_frequency
from outlay.optimizer.solver.process import SolverProcess
from tests.support.documents import instance, level


def plan(warm: SolverProcess, **calendar: Any) -> outlay.Solution:
    made = instance(
        calendar={"start": "2026-01", "periods": 4, "months_per_period": 12, **calendar},
        settings={"money_unit": "$M"},
        projects=[{"id": "A", "value": 2, "commitment": 3}, {"id": "B", "value": 1, "commitment": 9}],
        resources=[{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
        availability=[level("commitments", 4, calendar.get("start", "2026-01"))],
    )
    return outlay.solve(made, process=warm)


@pytest.mark.parametrize(
    ("start", "months", "frequency", "first"),
    [
        ("2026-01", 12, "Y-DEC", "2026"),
        ("2026-07", 12, "Y-JUN", "2027"),
        ("2026-01", 3, "Q-DEC", "2026Q1"),
        ("2026-02", 3, "Q-JAN", "2027Q1"),
        ("2026-05", 1, "M", "2026-05"),
        ("2026-01", 6, None, "2026H1"),
        ("2026-01", 24, None, "2026-01"),
    ],
)
def test_dates_are_periods_where_pandas_has_such(
    warm: SolverProcess, start: str, months: int, frequency: str | None, first: str
) -> None:
    solution = plan(warm, start=start, months_per_period=months)
    assert period_frequency(solution.instance) == frequency
    projects, timeline = solution.frame("projects"), solution.frame("timeline")
    kinds = {projects["start"].dtype, projects["selected"].dtype, timeline["start"].dtype, timeline["end"].dtype}
    assert len(kinds) == 1
    assert isinstance(kinds.pop(), pd.PeriodDtype) == (frequency is not None)
    assert str(projects.loc["A", "start"]) == str(timeline.loc["A", "start"]) == first
    assert pd.isna(projects.loc["B", "start"])
    if frequency:
        assert projects.loc["A", "start"].start_time == pd.Timestamp(f"{start}-01")


def test_columns_have_units_and_one_type(warm: SolverProcess) -> None:
    solution = plan(warm)
    projects, resources = solution.frame("projects"), solution.frame("resources")
    assert projects.attrs["unit"] == {"commitment": "$M", "scale": "share"}
    assert str(projects["fast_track"].dtype) == "boolean"
    assert list(resources.index.names) == ["resource", "period"]
    assert resources["supplied"].map(str).eq("0.0").all()
    for name in solution.tables:
        assert set(solution.frame(name).attrs["unit"]) <= set(solution.tables[name].columns)
    assert "start" in solution.projects  # the table for people is as it was
    with pytest.raises(outlay.InputError, match="did you mean 'projects'"):
        solution.frame("project")


def test_tables_are_computed_once_and_only_when_asked_for() -> None:
    calls: list[int] = []

    def compute() -> dict[str, pd.DataFrame]:
        calls.append(1)
        return {"a": pd.DataFrame({"x": [1]})}

    later = Later(compute)
    assert not calls
    assert list(later) == ["a"]
    assert later["a"]["x"].tolist() == [1]
    assert len(calls) == 1
    assert pickle.loads(pickle.dumps(later))["a"].equals(later["a"])


def test_an_answer_that_nobody_looked_into_pickles_and_copies(warm: SolverProcess) -> None:
    solution = plan(warm)
    assert isinstance(solution.tables, type(plan(warm).tables))
    for other in (pickle.loads(pickle.dumps(solution)), copy.deepcopy(solution)):
        assert other.projects.equals(solution.projects)


@dataclass(frozen=True)
class Answered(Tabled):
    """An answer with tables."""

    name: str
    tables: Mapping[str, pd.DataFrame]
    times_s: Mapping[str, float]


def answered() -> Answered:
    return Answered("it", {"points": pd.DataFrame({"point": [1, 2], "worth": [2.5, float("nan")]})}, {"total": 1.0})


def test_nothing_of_an_answer_with_tables_can_be_changed() -> None:
    found = answered()
    with pytest.raises(TypeError):
        found.times_s["total"] = 2.0  # type: ignore[index]
    copied = found.table("points")
    copied.loc[0, "point"] = 7
    assert found.table("points")["point"].tolist() == [1, 2]
    assert found.rows() == {"points": [{"point": 1, "worth": 2.5}, {"point": 2, "worth": None}]}


def test_a_table_that_there_is_not_says_which_was_meant() -> None:
    with pytest.raises(KeyError, match=r"there is no table 'point'; did you mean 'points'\?"):
        answered().table("point")


def test_an_answer_with_tables_travels_to_other_processes() -> None:
    found = pickle.loads(pickle.dumps(answered()))
    assert (found.name, dict(found.times_s)) == ("it", {"total": 1.0})
    assert found.table("points").equals(answered().table("points"))


@pytest.mark.parametrize("start", ["0000-01", "0001-01", "9994-01"])
def test_years_at_the_ends_of_what_can_be_written_are_periods_too(warm: SolverProcess, start: str) -> None:
    solution = plan(warm, start=start)
    for name in solution.tables:
        solution.frame(name)
    assert [at.year for at in solution.frame("timeline")["start"]] == [int(start[:4])]
    assert [at.year for at in solution.frame("projects")["start"].dropna()] == [int(start[:4])]
