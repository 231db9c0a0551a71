"""The engine finds what trying everything finds, on generated instances that use every feature of the schema.

``OUTLAY_BRUTE_FORCE_CASES`` says how many cases (300) and ``OUTLAY_BRUTE_FORCE_FIRST`` from which seed on (0). A
failing case is written to a JSON file; look at it with ``python -m tests.brute_force SEED``.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from tests.brute_force.__main__ import case_text
from tests.brute_force.comparison import disagreement
from tests.brute_force.features import features
from tests.brute_force.generator import case_of

CASES = int(os.environ.get("OUTLAY_BRUTE_FORCE_CASES", "300"))
FIRST = int(os.environ.get("OUTLAY_BRUTE_FORCE_FIRST", "0"))
#: As many run by default; the rest is slow.
QUICK = 30
#: Each feature occurs in at least so many of the first 300 cases.
LEAST_OCCURRENCES = 20
#: And so many features there are, so that none is forgotten when the generator changes.
LEAST_FEATURES = 200

SEEDS = [
    pytest.param(seed, marks=[] if seed < FIRST + QUICK else [pytest.mark.slow], id=f"seed {seed}")
    for seed in range(FIRST, FIRST + CASES)
]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_engine_finds_what_trying_everything_finds(seed: int) -> None:
    case = case_of(seed)
    found = disagreement(case)
    if found is not None:
        file = Path(tempfile.gettempdir()) / f"outlay-brute-force-{seed}.json"
        file.write_text(case_text(case), encoding="utf-8")
        pytest.fail(f"seed {seed}: {found}\nthe case is in {file}; run: python -m tests.brute_force {seed}")


@pytest.mark.slow
def test_the_generated_cases_use_every_feature_often() -> None:
    occurrences: Counter[str] = Counter()
    for seed in range(300):
        case = case_of(seed)
        occurrences.update(features(case.document, case.constraint_set))
    rare = {feature: count for feature, count in occurrences.items() if count < LEAST_OCCURRENCES}
    assert not rare
    assert len(occurrences) >= LEAST_FEATURES
