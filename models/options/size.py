"""How large a model may be: counted before anything is built, since what no memory holds ends without a word."""

from __future__ import annotations

from collections.abc import Mapping

from outlay.instances.errors import InputError
from outlay.instances.instance import Instance

#: Amounts of use, and terms in the rows of resources, at most. 11.5 million terms of 200 projects in 240 months took
#: 3.7 GB in Pyomo's rows and arrays and as much in the solver's process, so this many fill a machine with 8 GB.
MAX_TERMS = 12_000_000


def few(count: int) -> bool:
    """Return whether so many fit in memory."""
    return count <= MAX_TERMS


def refuse_too_many(counts: Mapping[str, int], instance: Instance, what: str) -> None:
    """Raise if counts by resource add up to more than `MAX_TERMS`.

    Raises
    ------
    InputError
        With the figure, the resource that has most of it, and what makes it smaller.
    """
    total = sum(counts.values())
    if few(total):
        return
    largest = max(counts, key=lambda name: counts[name])
    raise InputError.single(
        instance.name,
        f"{total:,} {what}, more than the {MAX_TERMS:,} that fit in memory; {largest} alone has {counts[largest]:,}",
        f"use longer periods, shorter windows or another basis for {largest}, or tighten earliest_start, latest_start "
        "or max_wait_months",
        column="resource",
        value=largest,
    )
