"""What each funded option uses and supplies, resource by resource and period by period."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from outlay.optimizer.verify.exact import ONE, ZERO, exact
from outlay.optimizer.verify.reading import Reading
from outlay.optimizer.verify.schedule import Funded, amounts_by_period, inside

#: (resource, period inside the horizon, amount).
Entry = tuple[str, int, Fraction]


def uses(reading: Reading, funded: Funded) -> Iterator[Entry]:
    """Yield everything that an option uses: its requirements, its review, and what the engine fills in."""
    yield from _required(reading, funded, "uses")
    yield from _reviewed(reading, funded)
    if 0 <= funded.selection < reading.periods:
        yield "commitments", funded.selection, funded.commitment
        if not funded.committed:
            yield "selections", funded.selection, exact(funded.project_row["selection_load"])
    for period in inside(reading, range(funded.start, funded.operation)):
        yield "draws", period, funded.commitment * funded.draw_weights[period - funded.start]


def supplies(reading: Reading, funded: Funded) -> Iterator[Entry]:
    """Yield everything that an option supplies."""
    return _required(reading, funded, "supplies")


def _required(reading: Reading, funded: Funded, role: str) -> Iterator[Entry]:
    for row in reading.requirements(funded.project, funded.alternative):
        if row["role"] == role:
            resource = str(row["resource"])
            for period, amount in amounts_by_period(reading, funded, row).items():
                yield resource, period, amount


def _reviewed(reading: Reading, funded: Funded) -> Iterator[Entry]:
    """Yield 1 of the agency for each period of review, whatever the scale."""
    permit = reading.permits.get(str(funded.row["permit"]))
    if permit is not None and permit["agency"] is not None:
        for period in inside(reading, range(funded.start - funded.review, funded.start)):
            yield str(permit["agency"]), period, ONE


def total_use(reading: Reading, funded: Funded) -> dict[str, Fraction]:
    """Return the use of each resource over the horizon, counted in it and in the wider resources that hold it."""
    totals: dict[str, Fraction] = {}
    for resource, _, amount in uses(reading, funded):
        for wider in reading.lineage.get(resource, ()):
            totals[wider] = totals.get(wider, ZERO) + amount
    return totals
