"""What is found for several scenarios is what trying everything finds."""

from __future__ import annotations

import pytest

from tests.brute_force.ensembles import RISKS, disagreements

pytestmark = pytest.mark.usefixtures("always_warm")


@pytest.mark.parametrize("seed", [0, 5])
def test_every_measure_of_risk_agrees_with_the_enumeration(seed: int) -> None:
    assert disagreements(seed, RISKS) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4, 24))
def test_many_ensembles_agree_with_the_enumeration(seed: int) -> None:
    assert disagreements(seed, RISKS) == []
