"""What is found for several scenarios is what trying everything finds."""

from __future__ import annotations

import numpy as np
import pytest

import outlay
from outlay.models.ensemble import build_ensemble
from outlay.optimizer.ensemble.session import EnsembleSession
from outlay.optimizer.session import Session
from tests.brute_force.ensembles import RISKS, decided_disagreements, disagreements

pytestmark = pytest.mark.usefixtures("always_warm")


# What is best is to give something up where money is short.
@pytest.mark.parametrize("seed", [11])
def test_every_measure_of_risk_agrees_with_the_enumeration(seed: int) -> None:
    assert disagreements(seed, RISKS) == []


@pytest.mark.slow
def test_the_search_beside_it_changes_nothing_that_is_proved() -> None:
    assert disagreements(8, ["expected"], sub_problems=2) == []


def test_a_project_is_freed_in_all_scenarios_together() -> None:
    town = outlay.read("tutorial")
    structure = EnsembleSession(build_ensemble(town, ["base", "more-money", "two-crews"])).structure
    assert (structure.projects, structure.twins) == (15, 3)
    chosen = structure.with_twins(np.arange(15) == 6)
    assert np.nonzero(chosen)[0].tolist() == [1, 6, 11]
    apart = Session(outlay.build(town)).structure
    assert apart.twins == 1
    assert np.nonzero(apart.with_twins(np.arange(5) == 3))[0].tolist() == [3]


@pytest.mark.parametrize(
    "seed",
    [pytest.param(seed, marks=pytest.mark.slow if seed < 9 else pytest.mark.nightly) for seed in range(6, 16)],
)
def test_many_ensembles_that_are_searched_agree_with_the_enumeration(seed: int) -> None:
    assert disagreements(seed, ["expected", "cvar:0.5:0.3", "regret"], sub_problems=4) == []


@pytest.mark.parametrize(
    "seed",
    [pytest.param(seed, marks=pytest.mark.slow if seed < 12 else pytest.mark.nightly) for seed in range(6, 26)],
)
def test_many_ensembles_agree_with_the_enumeration(seed: int) -> None:
    assert disagreements(seed, RISKS) == []


@pytest.mark.parametrize(
    "seed",
    [pytest.param(seed, marks=pytest.mark.slow if seed < 11 else pytest.mark.nightly) for seed in range(6, 26)],
)
def test_a_kernel_and_groups_lead_to_what_the_enumeration_finds(seed: int) -> None:
    assert decided_disagreements(seed, RISKS[seed % len(RISKS)]) == []
