"""What was decided before the calendar: which alternative and scale, when it was selected, when it began."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from outlay.instances.instance import Instance
from outlay.models.arrays.cells import decimals
from outlay.models.projects.approved import Approved

#: The period before the calendar, in which what was selected earlier counts.
BEFORE = -1


@dataclass(frozen=True)
class UnderWay:
    """The committed and started projects, one entry a row of ``projects``.

    Attributes
    ----------
    number
        Row in the merged alternatives of each (project, alternative).
    approved
        The plan that stands.
    """

    instance: Instance
    number: Mapping[tuple[str, str], int]
    approved: Approved

    @cached_property
    def _status(self) -> tuple[str, ...]:
        return self.instance["projects"].texts("status")

    @cached_property
    def start(self) -> tuple[int | None, ...]:
        """Period in which building began of each started project, negative before the calendar; None of others."""
        months = self.instance["projects"].raw("started")
        return tuple(
            self.instance.period_holding(str(month)) if status == "started" else None
            for status, month in zip(self._status, months, strict=True)
        )

    @cached_property
    def selection(self) -> tuple[int | None, ...]:
        """Period of selection of each project that was selected before the calendar; None of others.

        A committed project without a date counts in period 0.
        """
        found: list[int | None] = []
        for status, month in zip(self._status, self.instance["projects"].raw("selected"), strict=True):
            if month is not None:
                found.append(self.instance.period_holding(str(month)))
            else:
                found.append({"started": BEFORE, "committed": 0}.get(status))
        return tuple(found)

    @cached_property
    def alternative(self) -> tuple[int | None, ...]:
        """Row of the alternative that was decided for each project; None where none was."""
        rows, names = self.instance["projects"], dict[str, list[str]]()
        for project, alternative in self.number:
            names.setdefault(project, []).append(alternative)
        found: list[int | None] = []
        for project, status, name in zip(rows.texts("id"), self._status, rows.raw("alternative"), strict=True):
            only = names[project][0] if status == "started" else None
            decided = only if name is None else str(name)
            found.append(None if decided is None else self.number[project, decided])
        return tuple(found)

    @cached_property
    def scale_decided(self) -> tuple[bool, ...]:
        """Whether the scale of each project was decided."""
        return tuple(scale is not None for scale in self.scale)

    @cached_property
    def scale(self) -> tuple[Fraction | None, ...]:
        """The scale that was decided of each project; None where it is still to be decided."""
        rows = self.instance["projects"]
        frozen = self._frozen_scales
        given = zip(self._status, rows.texts("id"), rows.raw("selected"), decimals(rows, "scale"), strict=True)
        found: list[Fraction | None] = []
        for status, project, selected, scale in given:
            before = status == "started" or selected is not None
            own = scale if scale is not None or before else frozen.get(project)
            found.append(Fraction(own) if own is not None else Fraction(1) if before else None)
        return tuple(found)

    @cached_property
    def _frozen_scales(self) -> dict[str, Decimal]:
        """Return the scales of the plan that stands of what is decided by it."""
        rows, decided = self.instance["approved"], self.approved.decided
        ids = self.instance["projects"].texts("id")
        scales = dict(zip(rows.texts("project"), decimals(rows, "scale"), strict=True))
        return {ids[place]: scale for place in decided if (scale := scales[ids[place]]) is not None}
