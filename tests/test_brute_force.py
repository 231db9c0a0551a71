"""The engine finds what trying everything finds, on generated instances that use every feature of the schema.

`OUTLAY_BRUTE_FORCE_FIRST` says from which seed on (0) those are that run before a change and nightly: CI takes other
ones with every commit. A failing case is written to a JSON file; look at it with ``python -m tests.brute_force SEED``.
"""

from __future__ import annotations

import os
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from tests.brute_force.__main__ import case_text, read_case
from tests.brute_force.comparison import disagreement
from tests.brute_force.features import features
from tests.brute_force.generator import Case, case_of

FIRST = int(os.environ.get("OUTLAY_BRUTE_FORCE_FIRST", "0"))
#: Seeds in every run, always the same because others may take seconds.
QUICK = (0, 3, 8, 17)
#: Cases that found a mistake, whatever the generator draws now: a limit on present values of which only rounding was
#: left, and which no plan breaks.
FOUND = sorted((Path(__file__).parent / "brute_force" / "found").glob("*.json"))
#: Seeds chosen before every change, and seeds nightly.
CHOSEN, ALL = 48, 300
#: Each feature occurs in at least so many of those chosen, where it does in the seeds looked at (half a second each).
LEAST_CHOSEN, MOST_LOOKED_AT = 2, 60
#: And in at least so many of the first 300.
LEAST_OCCURRENCES = 20
#: Every feature that the generator knows, so that none is forgotten when it changes.
FEATURES = frozenset((Path(__file__).parent / "brute_force" / "features.txt").read_text(encoding="utf-8").splitlines())

case = cache(case_of)
pytestmark = pytest.mark.usefixtures("always_warm")


def agree(seed: int, folder: Path) -> None:
    found = disagreement(case(seed))
    if found is not None:
        file = folder / f"outlay-brute-force-{seed}.json"
        file.write_text(case_text(case(seed)), encoding="utf-8")
        pytest.fail(f"seed {seed}: {found}\nthe case is in {file}; run: python -m tests.brute_force {seed}")


def used(one: Case) -> set[str]:
    return features(one.document, one.constraint_set)


@cache
def chosen() -> list[int]:
    """Return seeds of which each adds most to features still rare among them, and more until there are enough."""
    looked_at: dict[int, set[str]] = {}
    for seed in range(FIRST, FIRST + MOST_LOOKED_AT):
        looked_at[seed] = used(case(seed))
        seen = Counter(feature for held in looked_at.values() for feature in held)
        if len(looked_at) >= CHOSEN and all(seen[feature] >= LEAST_CHOSEN for feature in FEATURES):
            break
    taken, often = list[int](), Counter[str]()
    while len(taken) < CHOSEN:
        left = [seed for seed in looked_at if seed not in taken]
        taken.append(max(left, key=lambda seed: sum(often[feature] < LEAST_CHOSEN for feature in looked_at[seed])))
        often.update(looked_at[taken[-1]])
    return taken


@pytest.mark.parametrize("seed", QUICK)
def test_the_engine_finds_what_trying_everything_finds(seed: int, tmp_path: Path) -> None:
    agree(seed, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("file", FOUND, ids=lambda file: file.stem)
def test_what_was_wrong_once_is_right(file: Path) -> None:
    assert disagreement(read_case(str(file))) is None


@pytest.mark.slow
@pytest.mark.parametrize("number", range(CHOSEN))
def test_the_engine_finds_what_trying_everything_finds_with_every_feature(number: int, tmp_path: Path) -> None:
    agree(chosen()[number], tmp_path)


@pytest.mark.slow
def test_the_chosen_cases_use_every_feature() -> None:
    occurrences = Counter(feature for seed in chosen() for feature in used(case(seed)))
    rare = {feature for feature in FEATURES if occurrences[feature] < LEAST_CHOSEN}
    assert len(rare) <= 5, rare  # of 264; seeds differ with each commit, and whether all occur often is tried nightly


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(FIRST, FIRST + ALL))
def test_the_engine_finds_what_trying_everything_finds_in_hundreds_of_cases(seed: int, tmp_path: Path) -> None:
    agree(seed, tmp_path)


@pytest.mark.nightly
def test_the_generated_cases_use_every_feature_often() -> None:
    occurrences = Counter(feature for seed in range(300) for feature in used(case(seed)))
    assert not {feature: often for feature, often in occurrences.items() if often < LEAST_OCCURRENCES}
    assert set(occurrences) == FEATURES
