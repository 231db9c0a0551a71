"""Server location and network design as tables: one of each by hand, and the public ones against published optima."""

from __future__ import annotations

import pytest

import outlay
from tests.benchmarks.stochastic import (
    OPTIMA,
    folder,
    network_design,
    read_core,
    read_network,
    read_scenarios,
    server_location,
    solved,
)

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


#: Three nodes; 0 sends 2 or 3 to 2: straight (fixed 10, 3 a unit, at most 2) or by way of 1 (twice 4, 1, 5).
NETWORK = """a header
+
3
0.5
2
0,1,1;0,0,1;0,0,0
0,4,10;0,0,4;0,0,0
2
0.5,0.5
--Scenarios--
0,1,3;0,0,1;0,0,0
0,5,2;0,0,5;0,0,0
2,0,-2
---
0,1,3;0,0,1;0,0,0
0,5,2;0,0,5;0,0,0
3,0,-3
"""


@pytest.mark.slow
def test_a_network_has_the_optimum_that_it_has_by_hand(always_warm: None) -> None:
    """By way of 1: 8 for both arcs, and 2 a unit of the 2.5 that flow on the average."""
    known = read_network(NETWORK)
    scenarios = [
        (name, share, network_design(name, known, at)) for at, (name, share) in enumerate((("a", 0.5), ("b", 0.5)))
    ]
    found = outlay.solve_ensemble(scenarios[0][2], scenarios, jobs=1)
    assert found.verified
    assert found.objective == pytest.approx(-13.0)
    assert [one.project for one in found.selected] == ["0-1", "1-2"]


@pytest.mark.slow
@pytest.mark.nightly
@pytest.mark.skipif(not (folder() / "sslp_5_25_50.cor").exists(), reason="the public instances are not here")
@pytest.mark.parametrize("name", OPTIMA)
def test_public_instances_have_their_published_optima(name: str) -> None:
    """Within 0.1 %, or the bound holds it."""
    found = solved(name, time_limit=600)
    assert found.verified
    assert found.objective is not None
    assert found.bound is not None
    due = -OPTIMA[name]
    assert found.objective <= due + 1e-6 * abs(due) <= found.bound + 2e-6 * abs(due)
    assert found.objective >= due - 1e-3 * abs(due)
