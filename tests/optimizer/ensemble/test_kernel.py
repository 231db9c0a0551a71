"""Over a kernel nothing else is selected now than what some decision selects, and its plans are plans of the whole."""

from __future__ import annotations

import math
from typing import Any

import pytest

import outlay
from outlay.instances.stages import scenarios_of_sets
from outlay.models.arrays.ending import EndedError
from outlay.models.stages import decided_now
from outlay.optimizer.ensemble import solve
from outlay.optimizer.ensemble.here import deciding, kernel
from outlay.optimizer.ensemble.here.kernel import kernel_of
from outlay.optimizer.ensemble.members import Members

SETS = ["base", "more-money"]


#: What the best plan for the three scenarios of `THREE` is worth.
BEST = (18.4 + 23.1 + 18.4) / 3
THREE = [*SETS, "two-crews"]


@pytest.fixture(scope="module")
def town() -> outlay.Instance:
    return outlay.read("tutorial")


def test_over_a_kernel_nothing_else_can_be_selected_now(town: outlay.Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    members = Members(scenarios_of_sets(town, SETS), cancelling=True)
    every = decided_now(members.over["base"].case).keys
    some = {key for key in every if key.project in {"bridge", "school"}}
    built = kernel_of(members, dict.fromkeys(some, 0.5))
    assert built is not None
    assert list(built) == SETS
    assert all(set(decided_now(model.case).keys) == some for model in built.values())
    assert kernel_of(members, dict.fromkeys(every, 0.5)) is None  # which leaves nothing out
    monkeypatch.setattr(kernel, "MOST_SHARE", 1.0)
    assert kernel_of(members, dict.fromkeys(every, 0.5)) is not None


def test_what_counts_least_is_left_out_where_there_is_no_room(
    town: outlay.Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    members = Members(scenarios_of_sets(town, SETS), cancelling=True)
    every = decided_now(members.over["base"].case).keys
    counts = {key: float(place) for place, key in enumerate(every)}
    counts[every[0]] = math.inf
    monkeypatch.setattr(kernel, "MOST_COLUMNS", 9)  # each has one option and its cancellation in either scenario
    built = kernel_of(members, counts)
    assert built is not None
    assert set(decided_now(built["base"].case).keys) == {every[0], every[-1]}


class Late(Members):
    """Scenarios that took so long to compile that there is no time for all of them together."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.seconds = float("inf")


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing but the kernel decide, where there is one: as if the scenarios were large."""
    monkeypatch.setattr(deciding, "MOST_NONZEROS", 0)


def test_where_there_is_no_time_for_the_whole_the_plans_are_those_of_the_kernel(
    town: outlay.Instance, monkeypatch: pytest.MonkeyPatch, alone: None, always_warm: None
) -> None:
    monkeypatch.setattr(kernel, "MOST_SHARE", 1.0)
    monkeypatch.setattr(solve, "Members", Late)
    monkeypatch.setattr(solve, "candidates_of", lambda *_: [])
    found = outlay.solve_ensemble(town, THREE, jobs=1, time_limit=1e4, effort="prove")
    assert found.verified
    # What the best plans of the three select now is enough for the best plan for all of them; nothing proves that.
    assert found.objective == pytest.approx(BEST)
    assert found.bound == pytest.approx((19.1 + 23.6 + 19.1) / 3)
    assert (str(found.status), found.stopped_by) == ("stopped at limit", "time")


def test_the_kernel_gets_the_time_that_is_too_short_for_the_whole(
    town: outlay.Instance, monkeypatch: pytest.MonkeyPatch, alone: None, always_warm: None
) -> None:
    monkeypatch.setattr(kernel, "MOST_SHARE", 1.0)
    monkeypatch.setattr(solve, "Members", Late)
    monkeypatch.setattr(solve, "candidates_of", lambda *_: [])
    monkeypatch.setattr(deciding, "KERNEL_SHARE", 1e-12)  # so that at first nothing comes of it
    found = outlay.solve_ensemble(town, THREE, jobs=1, time_limit=1e4, effort="prove")
    assert found.objective == pytest.approx(BEST)
    assert (str(found.status), found.stopped_by) == ("stopped at limit", "time")


def test_without_a_kernel_the_whole_is_built_as_long_as_there_is_time(
    town: outlay.Instance, monkeypatch: pytest.MonkeyPatch, alone: None, always_warm: None
) -> None:
    monkeypatch.setattr(solve, "Members", Late)
    found = outlay.solve_ensemble(town, THREE, jobs=1, time_limit=1e4, effort="prove")
    assert (str(found.status), found.objective) == ("optimal", pytest.approx(BEST))
    monkeypatch.setattr(deciding, "build_ensemble", _too_late)
    found = outlay.solve_ensemble(town, THREE, jobs=1, time_limit=1e4, effort="prove")
    assert (found.verified, found.stopped_by) == (True, "time")
    assert found.objective == pytest.approx(19.1)  # the best of the single scenarios' plans


def _too_late(*_: Any, **__: Any) -> None:
    raise EndedError
