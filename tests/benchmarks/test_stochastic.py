"""Stochastic server location as tables: one by hand, and the public ones against their published optima."""

from __future__ import annotations

import pytest

import outlay
from tests.benchmarks.stochastic import OPTIMA, folder, read, read_core, read_scenarios, server_location

CORE = """NAME tiny
ROWS
 N obj
 G c1
 G c2
 G c3
 E c4
 E c5
COLUMNS
    MARK 'MARKER' 'INTORG'
    x_1 obj 4 c1 -1
    x_1 c2 5
    x_2 obj 3 c1 -1
    x_2 c3 2
    y_1_1 obj -6 c2 -3
    y_1_1 c4 1
    y_1_2 obj -5 c3 -2
    y_1_2 c4 1
    y_2_1 obj -4 c2 -2
    y_2_1 c5 1
    y_2_2 obj -4 c3 -2
    y_2_2 c5 1
    MARK 'MARKER' 'INTEND'
    x_1_0 obj 1000 c2 1
    x_2_0 obj 1000 c3 1
RHS
    rhs c1 -2 c4 1
    rhs c5 1
ENDATA
"""
STOCH = """STOCH tiny
SCENARIOS DISCRETE
 SC ONE ROOT 0.5 STAGE-2
    rhs c4 1
    rhs c5 0
 SC BOTH ROOT 0.5 STAGE-2
    rhs c4 1
    rhs c5 1
ENDATA
"""


def test_a_server_location_problem_has_the_optimum_that_it_has_by_hand(always_warm: None) -> None:
    """The first server alone: 6 - 4 with one client, 6 + 4 - 4 with both."""
    scenarios = list(read_scenarios(STOCH))
    instance = server_location("tiny", read_core(CORE), scenarios)
    shares = {name: share for name, share, _ in scenarios}
    found = outlay.solve_ensemble(instance, list(shares), probabilities=shares, jobs=1)
    assert found.verified
    assert found.objective == pytest.approx(4.0)
    assert [one.project for one in found.selected] == ["x_1"]


@pytest.mark.slow
@pytest.mark.nightly
@pytest.mark.skipif(not (folder() / "sslp_5_25_50.cor").exists(), reason="the public instances are not here")
@pytest.mark.parametrize("name", OPTIMA)
def test_public_instances_have_their_published_optima(name: str) -> None:
    """Within 0.1 %, or the bound holds it."""
    instance, shares = read(name)
    found = outlay.solve_ensemble(instance, list(shares), probabilities=shares, time_limit=600)
    assert found.verified
    assert found.objective is not None
    assert found.bound is not None
    due = -OPTIMA[name]
    assert found.objective <= due * (1 + 1e-6) <= found.bound * (1 + 2e-6)
    assert found.objective >= due * 0.999
