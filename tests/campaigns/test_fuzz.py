"""A short run of the campaign against hostile input, and that it would notice what it looks for."""

from __future__ import annotations

from typing import Any

import pytest

from outlay.cli.run import check as run_check
from outlay.instances.errors import InputError
from tests.campaigns import fuzz

QUICK, BEFORE_A_CHANGE, ALL = 2, 24, 80
SEEDS = [
    *range(QUICK),
    *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(QUICK, BEFORE_A_CHANGE)),
    *(pytest.param(seed, marks=pytest.mark.nightly) for seed in range(BEFORE_A_CHANGE, ALL)),
]


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_hostile_input_is_answered_or_refused_in_words(seed: int) -> None:
    assert fuzz.broken(seed) is None


@pytest.mark.parametrize(
    ("error", "noticed"),
    [
        (ZeroDivisionError("by zero"), "exit code 1"),
        (InputError.single("case", "it is wrong", ""), "a refusal without|a fault without"),
    ],
)
@pytest.mark.parametrize("json_too", [[], ["--json"]])
def test_a_bad_answer_is_noticed(
    error: Exception, noticed: str, json_too: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(run_check, "read", fails)
    found = fuzz.complaint(["check", "tutorial", *json_too])
    assert found is not None
    assert any(part in found for part in noticed.split("|"))
