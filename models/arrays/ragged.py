"""Joins between tables and options without a Python loop over their product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: Arrays of row or option numbers.
Numbers = np.ndarray


@dataclass(frozen=True)
class Groups:
    """Items sorted by the group they belong to.

    Attributes
    ----------
    items
        Item numbers, shape (items,), group after group.
    first
        First place of each group in `items`, shape (groups + 1,).
    """

    items: Numbers
    first: Numbers

    def of(self, group: int) -> Numbers:
        """Return the items of one group, in rising order."""
        return self.items[self.first[group] : self.first[group + 1]]


def group_by(group_of_item: Numbers, groups: int) -> Groups:
    """Return items grouped by a number in 0..groups-1, stable.

    Examples
    --------
    >>> group_by(np.array([1, 0, 1]), 2).of(1).tolist()
    [0, 2]
    """
    order = np.argsort(group_of_item, kind="stable")
    first = np.searchsorted(group_of_item[order], np.arange(groups + 1))
    return Groups(order, first)


def spans(start: Numbers, length: Numbers) -> tuple[Numbers, Numbers]:
    """Return (owner, value) of the ranges start[i] .. start[i] + length[i] - 1, laid end to end.

    Examples
    --------
    >>> owner, value = spans(np.array([5, 0]), np.array([2, 1]))
    >>> owner.tolist(), value.tolist()
    ([0, 0, 1], [5, 6, 0])
    """
    length = np.maximum(length, 0)
    owner = np.repeat(np.arange(len(start)), length)
    ends = np.cumsum(length)
    value = np.arange(len(owner)) - np.repeat(ends - length, length) + np.repeat(start, length)
    return owner, value


def join(left_group: Numbers, right: Groups) -> tuple[Numbers, Numbers]:
    """Return every pair (left item, right item) with the same group, left after left.

    Examples
    --------
    >>> left, right = join(np.array([1, 0]), group_by(np.array([1, 1]), 2))
    >>> left.tolist(), right.tolist()
    ([0, 0], [0, 1])
    """
    start = right.first[left_group]
    owner, place = spans(start, right.first[left_group + 1] - start)
    return owner, right.items[place]
