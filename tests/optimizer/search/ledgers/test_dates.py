"""Precedence by dates lets the same options fit as precedence by rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from outlay.models.options import started
from outlay.models.plain import model_of
from outlay.optimizer.presolve.propagation import tightened
from outlay.optimizer.problem.problem import Problem, Rows
from outlay.optimizer.problem.structure import Structure
from outlay.optimizer.search.drawing_params import Scheduling
from outlay.optimizer.search.ledgers.dates import DatedLedger
from outlay.optimizer.search.rescheduling import rescheduling
from outlay.optimizer.session import Session
from tests.benchmarks.families import read


@pytest.fixture
def always_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(started, "FEW", 0)
    monkeypatch.setattr(started, "LONG", 0)


def problem_of(name: str) -> tuple[Problem, Structure]:
    session = Session(model_of(read(name)))
    level = session.levels()[0]
    problem = tightened(replace(session.problem, cost=level.cost, offset=level.offset))
    assert session.structure.derived.any()
    return problem, session.structure


@pytest.mark.usefixtures("always_started")
@pytest.mark.parametrize(
    "name", ["schedule-8-1", "schedule-8-2", "schedule-opt-8-3", "schedule-opt-12-4", "mine-60-4-1"]
)
def test_the_same_schedules_are_drawn(name: str) -> None:
    problem, structure = problem_of(name)
    found = {}
    for entries in (0, Scheduling().dated_entries):
        draws = rescheduling(problem, structure, seed=1, params=Scheduling(dated_entries=entries))
        assert draws is not None
        assert isinstance(draws._ledger, DatedLedger) == (entries == 0)
        kept: list[np.ndarray] = []
        draws.search(lambda: False, kept.append, 12)
        assert all(problem.holds(point) for point in kept)
        found[entries] = kept, draws.value
    (one, value), (other, worth) = found.values()
    assert value == worth
    assert all(np.array_equal(first, second) for first, second in zip(one, other, strict=True))


@pytest.mark.usefixtures("always_started")
def test_rows_that_dates_do_not_tell_are_left_to_the_rows() -> None:
    problem, structure = problem_of("schedule-8-1")
    few = Rows(structure.derived[None, :].astype(float), np.array([-np.inf]), np.array([1e6]))
    draws = rescheduling(problem.with_rows(few), structure, seed=1, params=Scheduling(dated_entries=0))
    assert draws is not None
    assert not isinstance(draws._ledger, DatedLedger)


@pytest.mark.usefixtures("always_started")
def test_what_is_never_ready_in_time_is_not_begun() -> None:
    problem, structure = problem_of("schedule-opt-8-3")
    begun = np.nonzero(structure.derived)[0][-4:-3]
    row = np.zeros(len(problem.cost))
    row[begun] = 1.0
    later = problem.with_row(row, 0.0)
    values = []
    for entries in (0, Scheduling().dated_entries):
        draws = rescheduling(later, structure, seed=1, params=Scheduling(dated_entries=entries))
        assert draws is not None
        assert isinstance(draws._ledger, DatedLedger) == (entries == 0)
        kept: list[np.ndarray] = []
        draws.search(lambda: False, kept.append, 12)
        assert kept
        assert all(later.holds(point) for point in kept)
        values.append(draws.value)
    assert values[0] == values[1]
