"""What the search knows of a problem's columns."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

import outlay
from outlay.models.plain import model_of
from outlay.optimizer.problem.structure import structure_of
from outlay.optimizer.session import Session
from tests.support.documents import knapsack, parsed


def test_columns_that_are_the_models_own_are_not_copied() -> None:
    session = Session(model_of(parsed(knapsack([3, 2, 4], [[1, 1, 1]], [2]))))
    assert session.structure.funded is session.case.funded_in_full


@pytest.mark.parametrize("order", [[2, 0, 1], [0, 0, 1], [0, 1, 2, 0]])
def test_columns_in_another_order_or_number_are_told_by_their_own(order: list[int]) -> None:
    case = Session(model_of(parsed(knapsack([3, 2, 4], [[1, 1, 1]], [2])))).case
    column_of = sparse.csr_array(np.eye(case.book.size)[order])
    found = structure_of(case, column_of, np.ones(len(order), dtype=bool))
    assert np.array_equal(found.funded.todense(), (column_of @ case.funded_in_full).todense())


@pytest.mark.slow
def test_what_an_option_sets_covers_its_group() -> None:
    session = Session(model_of(outlay.read("us-japan-550")))
    funded = session.structure.funded
    assert funded.shape[0] == len(session.problem.cost) > session.case.book.size
    assert (funded.sum(axis=0) >= session.case.funded_in_full.sum(axis=0)).all()
