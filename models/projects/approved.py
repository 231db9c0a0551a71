"""The plan that stands, and what of it is decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from outlay.instances.instance import Instance
from outlay.models.arrays.cells import decimals


class Approval(NamedTuple):
    """What was approved of one project.

    Attributes
    ----------
    alternative
        Row in the merged alternatives; None: any.
    selection, start
        Periods, which may lie outside the calendar; None: not said.
    change_cost
        What it costs not to fund it so, money.
    """

    alternative: int | None
    selection: int | None
    start: int | None
    change_cost: float

    def is_decided(self, periods: int) -> bool:
        """Return whether it is selected or starts in the first so many periods."""
        return any(date is not None and date < periods for date in (self.selection, self.start))


@dataclass(frozen=True)
class Approved:
    """The table ``approved`` by row of ``projects``.

    Attributes
    ----------
    number
        Row in the merged alternatives of each (project, alternative).
    """

    instance: Instance
    number: Mapping[tuple[str, str], int]

    @cached_property
    def of(self) -> dict[int, Approval]:
        """What was approved of each project that has a row."""
        rows, holding = self.instance["approved"], self.instance.period_holding
        places = {name: place for place, name in enumerate(self.instance["projects"].texts("id"))}
        columns = (rows.texts("project"), rows.raw("alternative"), rows.raw("selected"), rows.raw("start"))
        found = {}
        for project, name, selected, start, cost in zip(*columns, decimals(rows, "change_cost"), strict=True):
            alternative = None if name is None else self.number[project, str(name)]
            dates = [None if month is None else holding(str(month)) for month in (selected, start)]
            found[places[project]] = Approval(alternative, dates[0], dates[1], float(cost or 0))
        return found

    @cached_property
    def decided(self) -> dict[int, Approval]:
        """What was approved to be selected or to start in the periods that are frozen."""
        periods = self.instance.frozen_periods
        return {project: row for project, row in self.of.items() if row.is_decided(periods)} if periods else {}
