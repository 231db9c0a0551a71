"""The ablation changes what it says, and every number of the search is among what it changes."""

from __future__ import annotations

import math
from functools import partial

import pytest

from outlay.optimizer.search.params import SearchParams
from tests.benchmarks.ablation import Ran, changed, changes, difference, gaps, numbers, scaled, table


def test_every_number_is_halved_and_doubled_and_nothing_else() -> None:
    before = dict(numbers(SearchParams()))
    assert {"small", "sub_problems.breadth", "diving.loss", "breeding.members"} <= set(before)
    for path in before:
        for factor in (0.5, 2.0):
            after = dict(numbers(changed(SearchParams(), path, partial(scaled, factor=factor))))
            assert {name for name in before if after[name] != before[name]} <= {path}
    twice, half = partial(scaled, factor=2.0), partial(scaled, factor=0.5)
    assert changed(SearchParams(), "sub_problems.least_s", twice).sub_problems.least_s == 3.0
    assert changed(SearchParams(), "probing.dominant", half).probing.dominant == (1.0, 0.5, 1.5)
    assert changed(SearchParams(), "patience.sub_problems", half).patience.sub_problems == 4


def test_each_change_is_one() -> None:
    every = list(changes())
    assert len({(what, how) for what, how, _ in every}) == len(every) > 80
    assert all(change(SearchParams()) != SearchParams() for _, _, change in every)


def test_a_worse_gap_is_told_beside_its_spread() -> None:
    base = {("a", seed): Ran(-100.0, -110.0, {"near": 4}, {"near": 1}) for seed in (1, 2)}
    worse = {("a", 1): Ran(-90.0, -108.0, {}, {}), ("a", 2): Ran(math.nan, -110.0, {}, {})}
    before = gaps(base, {"a": -108.0})
    assert before == {("a", 1): pytest.approx(0.08), ("a", 2): pytest.approx(0.08)}
    after = gaps(worse, {"a": -108.0})
    assert after == {("a", 1): pytest.approx(0.2), ("a", 2): 1.0}
    mean, error = difference(after, before)
    assert (mean, error) == (pytest.approx(0.52), pytest.approx(0.4))
    assert difference(before, before) == (0.0, 0.0)
    lines = table({("kind near", "off"): (0.52, 0.1), ("diving.loss", "x 2"): (0.1, 0.4)}, base)
    assert lines[2] == "| kind near | off | 100 | 25 | +52.000 | 10.000 | worse |"
    assert lines[3].endswith("within the spread |")
