"""Rows as arrays, and their keys."""

from __future__ import annotations

import numpy as np

from outlay.models.arrays.rows import Entries, Pairs, block


def test_pairs_are_keys_as_tuples_are() -> None:
    pairs = Pairs(np.array([2, 0, 2, 1]), np.array([1, 5, 0, 7]))
    tuples = list(pairs)
    assert tuples == [(2, 1), (0, 5), (2, 0), (1, 7)]
    assert [tuples[place] for place in pairs.order()] == sorted(tuples)
    assert list(pairs[1:3]) == tuples[1:3]
    assert list(pairs.taken(np.array([3, 0]))) == [tuples[3], tuples[0]]


def test_a_block_of_pairs_is_that_of_tuples() -> None:
    entries = Entries()
    entries.add(np.array([0, 2, 2]), np.array([1, 0, 1]), np.array([1.0, -1.0, 1.0]))
    pairs = Pairs(np.array([4, 4, 9]), np.array([0, 1, 0]))
    made = [block("b", "f", keys, entries, 2, upper=0.0, sentence=str) for keys in (pairs, list(pairs))]
    assert [list(each.keys) for each in made] == [[(4, 0), (9, 0)]] * 2  # a row of nothing holds anyway
    assert [each.sentence(1) for each in made] == ["2", "2"]
    assert (made[0].matrix != made[1].matrix).nnz == 0


def test_places_are_short_numbers_where_they_fit() -> None:
    entries = Entries()
    entries.add(np.array([0, 1], dtype=np.int64), np.array([2, 0], dtype=np.int64), 1.0)
    matrix = entries.matrix(2, 3)
    assert (matrix.indices.dtype, matrix.indptr.dtype) == (np.int32, np.int32)
    assert matrix.todense().tolist() == [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
