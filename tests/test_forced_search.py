"""Reduction, propagation, division and search, forced on small instances, find what trying everything finds."""

from __future__ import annotations

import os
from functools import partial

import pytest

from outlay.optimizer.solver.process import SolverProcess
from tests.brute_force.comparison import disagreement
from tests.brute_force.generator import case_of
from tests.brute_force.hopeless import one_too_many
from tests.support.forced import solve_forced
from tests.support.solving import warm  # noqa: F401

#: As many run by default, before every change - other ones with each commit - and nightly.
QUICK, CHOSEN, CASES, FIRST = 1, 7, 60, 20_000
SHIFT = int(os.environ.get("OUTLAY_BRUTE_FORCE_FIRST", "0")) % (CASES - QUICK)


def marks(place: int) -> list[pytest.MarkDecorator]:
    if place < QUICK:
        return []
    return [pytest.mark.slow if (place - QUICK + SHIFT) % (CASES - QUICK) < CHOSEN else pytest.mark.nightly]


SEEDS = [pytest.param(FIRST + place, marks=marks(place)) for place in range(CASES)]


@pytest.mark.parametrize("work", [None, 3], ids=["beside the proof", "before the proof"])
@pytest.mark.parametrize("seed", SEEDS)
def test_what_pays_on_large_problems_is_right_on_small_ones(
    seed: int,
    work: int | None,
    warm: SolverProcess,  # noqa: F811
) -> None:
    case = case_of(seed)
    if seed % 3 == 0:
        case = one_too_many(case, seed)
    assert disagreement(case, partial(solve_forced, process=warm, work=work)) is None
