"""Screening finds what a search misses, and only that."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from outlay.optimizer.search.params import SearchParams
from tests.benchmarks.ablation import OFF, numbers
from tests.benchmarks.screening import Made, draw, effects, ranks, screened, table, without


def test_a_run_is_what_its_number_says() -> None:
    names = screened()
    assert draw(7, names) == draw(7, names) != draw(8, names)
    share = np.mean([len(draw(number, names)) for number in range(200)]) / len(names)
    assert share == pytest.approx(0.25, abs=0.02)
    made = Made(3, "tutorial", ("kind near", "diving.worse"), math.nan)
    assert Made.read(made.line()).off == made.off
    assert math.isnan(Made.read(made.line()).value)


def test_what_is_off_is_off_and_nothing_else() -> None:
    assert screened(["probing.", "kind "]) == [name for name in screened() if name.startswith(("probing.", "kind "))]
    usual, changed = dict(numbers(SearchParams())), without(["kind near", "probing.times", "probing.dominant"])
    assert changed.selecting.without == ("near",)
    assert {name for name, value in dict(numbers(changed)).items() if value != usual[name]} == {
        "probing.times",
        "probing.dominant",
    }
    assert changed.probing.times == OFF["probing.times"] == math.inf
    assert set(OFF) <= set(usual)
    assert SearchParams() == without([])


def test_equal_runs_share_their_rank_and_one_without_a_plan_is_last() -> None:
    runs = [Made(0, "a", (), 5.0), Made(1, "a", (), 5.0), Made(2, "a", (), math.nan), Made(3, "b", (), 9.0)]
    assert ranks(runs).tolist() == [25.0, 25.0, 100.0, 0.0]


def test_what_matters_is_found_among_what_does_not() -> None:
    rng, names, runs = random.Random(1), screened(["probing."]), []
    for number in range(200):
        off = draw(number, names)
        worse = 2.0 * ("probing.cheap" in off) - 1.0 * ("probing.noise" in off)
        runs.append(Made(number, f"instance {number % 2}", off, 100.0 * (number % 2) + worse + rng.random()))
    lines = table(runs)
    assert lines[2].startswith("| probing.cheap |")
    assert lines[2].endswith("| missed |")
    assert lines[-1].startswith("| probing.noise |")
    assert lines[-1].endswith("| better without |")
    others = {name: cost / error for name, (cost, error, _) in effects(runs).items()}
    del others["probing.cheap"], others["probing.noise"]
    assert max(map(abs, others.values())) < 3.0
    assert effects(runs[:5]) == {}
