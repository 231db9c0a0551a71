from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from outlay.models.arrays.ragged import group_by, join, spans

GROUPS = 5
groups = st.lists(st.integers(0, GROUPS - 1), max_size=30).map(lambda items: np.array(items, dtype=int))


@given(groups)
def test_groups_hold_their_items_in_rising_order(group_of_item: np.ndarray) -> None:
    grouped = group_by(group_of_item, GROUPS)
    for group in range(GROUPS):
        assert grouped.of(group).tolist() == [item for item, own in enumerate(group_of_item) if own == group]


@given(st.lists(st.tuples(st.integers(-5, 20), st.integers(-2, 6)), max_size=20))
def test_spans_lay_ranges_end_to_end(ranges: list[tuple[int, int]]) -> None:
    start, length = np.array(ranges, dtype=int).reshape(-1, 2).T
    owner, value = spans(start, length)
    told = [(number, first + step) for number, (first, size) in enumerate(ranges) for step in range(max(0, size))]
    assert list(zip(owner.tolist(), value.tolist(), strict=True)) == told


@given(groups, groups)
def test_join_pairs_all_items_of_the_same_group(left: np.ndarray, right: np.ndarray) -> None:
    one, other = join(left, group_by(right, GROUPS))
    told = [(i, j) for i, own in enumerate(left) for j, group in enumerate(right) if own == group]
    assert list(zip(one.tolist(), other.tolist(), strict=True)) == told


def test_nothing_joins_with_nothing() -> None:
    empty = np.zeros(0, dtype=int)
    assert [side.tolist() for side in join(empty, group_by(empty, 1))] == [[], []]
    assert [side.tolist() for side in spans(empty, empty)] == [[], []]
