"""A model in the making ends where nobody waits for it any more."""

from __future__ import annotations

import outlay
from outlay.models.arrays.ending import ended_by, look
from outlay.models.plain import model_of
from outlay.optimizer.session import Session
from tests.support.looking import ends_at_looks


def test_a_model_in_the_making_ends_at_any_look() -> None:
    instance = outlay.read("tutorial")
    ends_at_looks(lambda: Session(model_of(instance)), more_than=20, every=False)


def test_outside_nothing_ends() -> None:
    with ended_by(lambda: True):
        pass
    look()
