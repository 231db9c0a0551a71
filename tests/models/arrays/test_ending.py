"""A model in the making ends where nobody waits for it any more."""

from __future__ import annotations

from itertools import count

import pytest

import outlay
from outlay.models.arrays.ending import EndedError, ended_by, look
from outlay.models.plain import model_of
from outlay.optimizer.session import Session


def test_a_model_in_the_making_ends_at_any_look() -> None:
    instance, looks = outlay.read("tutorial"), count()
    with ended_by(lambda: next(looks) < 0):
        Session(model_of(instance))
    whole = next(looks)
    assert whole > 20
    for last in (0, whole // 2, whole - 1):
        looks = count()
        with pytest.raises(EndedError), ended_by(lambda looks=looks, last=last: next(looks) >= last):
            Session(model_of(instance))
        assert next(looks) == last + 1


def test_outside_nothing_ends() -> None:
    with ended_by(lambda: True):
        pass
    look()
