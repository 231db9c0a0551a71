"""A model is compiled row by row, and no further once nobody waits for it."""

from __future__ import annotations

import pytest

import outlay
from outlay.instances.errors import InputError
from outlay.models.arrays.ending import EndedError, ended_by
from outlay.models.modelling import pyo
from outlay.optimizer.problem.compiling import compile_model


def test_compiling_ends_with_the_row_at_which_nobody_waits_any_more() -> None:
    model, looks = outlay.build(outlay.read("tutorial")), [0]

    def over() -> bool:
        looks[0] += 1
        return looks[0] > 5

    with pytest.raises(EndedError), ended_by(over):
        compile_model(model)
    assert looks[0] == 6
    assert len(compile_model(model).constraints) > 6


def test_what_cannot_be_compiled_is_told_as_before() -> None:
    model = outlay.build(outlay.read("tutorial"))
    model.crooked = pyo.Constraint(expr=model.fund[0] * model.fund[1] <= 1)
    with pytest.raises(InputError, match="cannot be compiled"):
        compile_model(model)
