"""Properties that hold for any instance: which generated documents they are tried on."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from outlay.optimizer.answer.solution import Solution
from tests.support.documents import Document

#: Documents that each property is tried on by default, and before a change lands; more by OUTLAY_PROPERTY_EXAMPLES.
FEW, EXAMPLES = 3, int(os.environ.get("OUTLAY_PROPERTY_EXAMPLES", "16"))
#: Documents that are looked at for those that a property speaks of.
MOST_LOOKED_AT = 40

Solve = Callable[[Document], Solution | None]


class NotMeantError(Exception):
    """A property says nothing of a document."""


def assume(*, holds: object) -> None:
    if not holds:
        raise NotMeantError


def for_all(test: Callable[[int, Solve], None]) -> Callable[..., None]:
    """Try a test on generated documents, always the same ones, until it has spoken of enough of them."""

    @pytest.mark.parametrize("examples", [FEW, pytest.param(EXAMPLES, marks=pytest.mark.slow)])
    def tried(examples: int, solved: Solve) -> None:
        meant = 0
        for seed in range(max(MOST_LOOKED_AT, 2 * examples)):
            try:
                test(seed, solved)
            except NotMeantError:
                continue
            except Exception as error:
                error.add_note(f"the document is that of seed {seed}")
                raise
            meant += 1
            if meant == examples:
                break
        assert meant >= FEW

    tried.__name__, tried.__doc__ = test.__name__, test.__doc__
    return tried
