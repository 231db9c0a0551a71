"""What is decided now in whole numbers, the rest relaxed: a bound of the whole, and a decision that is tried."""

from __future__ import annotations

import math

import pytest

import outlay
from outlay.instances.stages import scenarios_of_sets
from outlay.models.ensemble import build_ensemble
from outlay.optimizer.engine.settings import Settings
from outlay.optimizer.ensemble.here import deciding
from outlay.optimizer.ensemble.here.recourse import Relaxed, relaxed
from outlay.optimizer.ensemble.session import EnsembleSession
from outlay.optimizer.solver.process import SolverProcess

SETS = ["base", "more-money", "two-crews"]
RISKS = ["expected", "cvar:0.5:0.5", "worst", "regret"]
BEST = {"base": 19.1, "more-money": 23.6, "two-crews": 19.1}


@pytest.fixture(scope="module")
def town() -> outlay.Instance:
    return outlay.read("tutorial")


@pytest.mark.parametrize("risk", RISKS)
def test_no_decision_is_worth_more_and_what_is_decided_is_whole(
    town: outlay.Instance, risk: str, always_warm: None
) -> None:
    best = outlay.solve_ensemble(town, SETS, risk=risk, jobs=1)
    session = EnsembleSession(build_ensemble(town, scenarios_of_sets(town, SETS), risk=risk, best=BEST))
    with SolverProcess() as engine:
        found = relaxed(session, engine, Settings(), None)
    assert best.objective is not None
    assert best.objective - 1e-6 <= found.bound < math.inf
    assert found.selected
    assert len({one.project for one in found.selected}) == len(found.selected)
    assert not found.interrupted


def test_what_is_decided_is_tried_in_each_scenario(
    town: outlay.Instance, monkeypatch: pytest.MonkeyPatch, always_warm: None
) -> None:
    best = outlay.solve_ensemble(town, SETS, jobs=1)
    said = Relaxed(best.selected, 1e6, interrupted=False)
    monkeypatch.setattr(deciding, "relaxed", lambda *_: said)
    monkeypatch.setattr(deciding.Here, "_solve", _never)
    monkeypatch.setattr(deciding, "kernel_of", lambda *_: None)
    with pytest.raises(AssertionError):
        outlay.solve_ensemble(town, SETS, jobs=1, time_limit=1e4)  # its bound proves nothing
    proving = Relaxed(best.selected, float(best.objective or 0.0), interrupted=False)
    seconds = list[float]()
    monkeypatch.setattr(deciding, "relaxed", lambda *asked: seconds.append(asked[3]) or proving)
    found = outlay.solve_ensemble(town, SETS, jobs=1, time_limit=1e7)
    assert (str(found.status), found.objective) == ("optimal", pytest.approx(best.objective))
    assert found.selected == best.selected
    assert seconds == [pytest.approx(0.6e7, rel=1e-3)]  # its own share, and what the questions before it left


def test_a_decision_that_cannot_be_kept_is_left(
    town: outlay.Instance, monkeypatch: pytest.MonkeyPatch, always_warm: None
) -> None:
    monkeypatch.setattr(deciding, "relaxed", lambda *_: Relaxed(None, math.inf, interrupted=False))
    found = outlay.solve_ensemble(town, SETS, jobs=1, time_limit=1e4)
    assert (str(found.status), found.objective) == ("optimal", pytest.approx((18.4 + 23.1 + 18.4) / 3))


def _never(*_: object) -> None:
    raise AssertionError("everything was proved before")
