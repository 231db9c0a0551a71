"""Alternatives and projects as arrays: lengths in periods, money, permits, windows.

Everything here has one entry an alternative (row of ``instance.alternatives``) or one a project (row of ``projects``),
in table order, which is sorted. Lengths are rounded up exactly, on decimals.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from math import ceil, floor
from typing import Any

import numpy as np

from outlay.instances.instance import Instance
from outlay.instances.table import Table
from outlay.instances.values.profiles import profile_shares
from outlay.models.arrays.cells import decimals, wholes
from outlay.models.arrays.discount import exact_growth, growth
from outlay.models.arrays.ragged import Groups, group_by
from outlay.models.projects.approved import Approved
from outlay.models.projects.steps import Steps
from outlay.models.projects.under_way import UnderWay

#: A window that never ends inside any calendar.
FOREVER = 10**7
#: Lengths in months that are remembered in periods: of a hundred thousand rows nearly all have the same few.
MOST_LENGTHS = 10_000


@lru_cache(maxsize=MOST_LENGTHS)
def periods_up(months: Any, months_per_period: int) -> int:
    """Return a length in periods, rounded up exactly."""
    return ceil(Fraction(months) / months_per_period)


@lru_cache(maxsize=MOST_LENGTHS)
def periods_down(months: Any, months_per_period: int) -> int:
    """Return a length in periods, rounded down exactly (towards minus infinity)."""
    return floor(Fraction(months) / months_per_period)


@dataclass(frozen=True)
class Alternatives:
    """The alternatives of an instance as arrays of shape (alternatives,), beside those of the projects."""

    instance: Instance

    @cached_property
    def table(self) -> Table:
        """The merged table."""
        return self.instance.alternatives

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Name of each alternative."""
        return self.table.texts("alternative")

    @cached_property
    def projects(self) -> tuple[str, ...]:
        """Ids of the projects, shape (projects,)."""
        return self.instance["projects"].texts("id")

    @cached_property
    def project_number(self) -> dict[str, int]:
        """Row of each project id."""
        return {name: row for row, name in enumerate(self.projects)}

    @cached_property
    def project(self) -> np.ndarray:
        """Row of each alternative's project."""
        return np.array([self.project_number[name] for name in self.table.texts("project")], dtype=int)

    @cached_property
    def by_project(self) -> Groups:
        """Alternatives grouped by project."""
        return group_by(self.project, len(self.projects))

    @cached_property
    def number(self) -> dict[tuple[str, str], int]:
        """Row of each (project id, alternative name)."""
        names = zip(self.table.texts("project"), self.names, strict=True)
        return {key: row for row, key in enumerate(names)}

    @cached_property
    def under_way(self) -> UnderWay:
        """What was decided before the calendar."""
        return UnderWay(self.instance, self.number, self.approved)

    @cached_property
    def approved(self) -> Approved:
        """The plan that stands."""
        return Approved(self.instance, self.number)

    @cached_property
    def whole(self) -> tuple[Fraction, ...]:
        """The scale at which each alternative is built in full, in shares of itself: 1 unless another was decided.

        Whatever follows the scale is held at this scale, so that the model's columns are shares of it.
        """
        given = [Fraction(1) if ends is None else ends[1] for ends in self.steps.ends]
        decided = self.under_way.scale
        pairs = ((decided[project], most) for project, most in zip(self.project.tolist(), given, strict=True))
        return tuple(most if scale is None else scale for scale, most in pairs)

    @cached_property
    def steps(self) -> Steps:
        """The steps of scale."""
        return Steps(self.table)

    @cached_property
    def is_step(self) -> np.ndarray:
        """Whether the scale of each alternative is chosen along a step, shape (alternatives,)."""
        decided = self.under_way.scale_decided
        open_ = (not decided[project] for project in self.project.tolist())
        pairs = zip(self.steps.ends, open_, strict=True)
        return np.array([ends is not None and ends[0] < ends[1] and free for ends, free in pairs], dtype=bool)

    @cached_property
    def full_scale(self) -> np.ndarray:
        """`whole` as floats, shape (alternatives,)."""
        return np.array([float(scale) for scale in self.whole])

    @cached_property
    def commitment(self) -> np.ndarray:
        """K in full at the date of prices, money."""
        return self.floats("commitment")

    def floats(self, column: str) -> np.ndarray:
        """Return a column of amounts that follow the scale, in full."""
        amounts = self.table.floats(column) * self.full_scale
        for row, ends in enumerate(self.steps.ends):
            if ends is not None:
                amounts[row] = float(self.steps.amount(column, row, self.whole[row]))
        return amounts

    def at_least(self, column: str) -> np.ndarray:
        """Return a column of amounts that follow the scale at the beginning of steps; 0 of other alternatives."""
        amounts = np.zeros(len(self.project))
        for row in np.nonzero(self.is_step)[0].tolist():
            amounts[row] = float(self.steps.amount(column, row, self.least_scale[row]))
        return amounts

    @cached_property
    def share_at_least(self) -> np.ndarray:
        """What of its requirements in full a step takes at its beginning; 0 of other alternatives."""
        shares = [float(low / high) for low, high in zip(self.least_scale, self.whole, strict=True)]
        return np.where(self.is_step, np.array(shares), 0.0)

    @cached_property
    def least_scale(self) -> tuple[Fraction, ...]:
        """The least scale of each alternative."""
        decided, own = self.under_way.scale, decimals(self.table, "min_scale")
        least = [
            Fraction(low or 1) if ends is None else ends[0] for ends, low in zip(self.steps.ends, own, strict=True)
        ]
        pairs = ((decided[project], low) for project, low in zip(self.project.tolist(), least, strict=True))
        return tuple(low if scale is None else scale for scale, low in pairs)

    def column_of(self, number: int, scale: float) -> float:
        """Return a scale of an alternative as the model's column counts it: a share of it in full, or of its step."""
        low, high = float(self.least_scale[number]), float(self.full_scale[number])
        return (scale - low) / (high - low) if self.is_step[number] else scale / high

    def scale_of(self, number: int, column: float) -> float:
        """Return the scale that a column of the model stands for; the inverse of `column_of`."""
        low, high = float(self.least_scale[number]), float(self.full_scale[number])
        return low + (high - low) * column if self.is_step[number] else column * high

    def share_of_loan(self, number: int, scale: float) -> float:
        """Return what share of an alternative's loan in full a scale asks for: of a step, that of its commitment."""
        low, whole = float(self.at_least("commitment")[number]), float(self.commitment[number])
        column = self.column_of(number, scale)
        return (low + (whole - low) * column) / whole if self.is_step[number] and whole else column

    @cached_property
    def _rates(self) -> tuple[Decimal, ...]:
        return tuple(rate or Decimal(0) for rate in decimals(self.table, "escalation_per_year"))

    @property
    def escalates(self) -> bool:
        """Whether any commitment depends on the start."""
        return any(self._rates)

    def price_factors(self, number: np.ndarray, start: np.ndarray) -> np.ndarray | None:
        """Return what K of alternatives is multiplied with at starts, same shape; None where nothing escalates."""
        if not self.escalates:
            return None
        pairs, place = np.unique(np.stack([number, start]), axis=1, return_inverse=True)
        months = self.instance.months_of_prices
        factors = [growth(self._rates[each], months(period)) for each, period in pairs.T.tolist()]
        return np.array(factors, dtype=float)[place.reshape(-1)]

    def commitment_at(self, number: int, start: int) -> Fraction:
        """Return K in full of an alternative that starts in a period, exactly."""
        prices = exact_growth(self._rates[number], self.instance.months_of_prices(start))
        return self.steps.amount("commitment", number, self.whole[number]) * Fraction(prices)

    @cached_property
    def least(self) -> tuple[Fraction, ...]:
        """The least of the model's column of scale where an alternative is built; 0 along a step."""
        pairs = zip(self.least_scale, self.whole, self.is_step.tolist(), strict=True)
        return tuple(Fraction(0) if step else low / high for low, high, step in pairs)

    @cached_property
    def min_scale(self) -> np.ndarray:
        """`least` as floats, shape (alternatives,)."""
        return np.array([float(share) for share in self.least])

    @cached_property
    def building(self) -> np.ndarray:
        """b, periods of building."""
        months = self.table.raw("construction_months")
        size = self.instance.months_per_period
        return np.array([1 if month is None else periods_up(month, size) for month in months], dtype=int)

    @cached_property
    def operating(self) -> np.ndarray:
        """Periods of operation; `FOREVER` (to the horizon) where no life is given."""
        size = self.instance.months_per_period
        lives = wholes(self.table, "life_years")
        return np.array([FOREVER if life is None else ceil(Fraction(12 * life, size)) for life in lives], dtype=int)

    @cached_property
    def draw_weights(self) -> list[np.ndarray]:
        """w_0..w_{b-1} of each alternative, its profile or its shape; they sum to 1."""
        bell = np.array([shape == "bell" for shape in self.table.raw("draw_shape")])
        known: dict[tuple[int, bool], np.ndarray] = {}
        for length, is_bell in set(zip(self.building.tolist(), bell.tolist(), strict=True)):
            steps = np.arange(length)
            weights = np.minimum(steps + 1, length - steps) if is_bell else np.ones(length)
            known[length, is_bell] = weights / weights.sum()
        shapes = [known[key] for key in zip(self.building.tolist(), bell.tolist(), strict=True)]
        return [
            shape if profile is None else self._profiled(str(profile), len(shape))
            for shape, profile in zip(shapes, self.table.raw("profile"), strict=True)
        ]

    def _profiled(self, profile: str, building: int) -> np.ndarray:
        """Return a profile by period of building; one by year is spread evenly over the periods of each year."""
        shares = profile_shares(profile)
        if len(shares) == building:
            return np.array([float(share) for share in shares])
        year = np.arange(building) // (self.instance.periods_per_year or 1)
        return np.array([float(share) for share in shares])[year] / np.bincount(year)[year]

    @cached_property
    def status(self) -> tuple[str, ...]:
        """Status of each project."""
        return self.instance["projects"].texts("status")

    def funding_required(self, project: int) -> bool:
        """Return whether a project must be funded: mandatory, committed, started, forced in, or approved for good."""
        if self.status[project] in {"mandatory", "committed", "started"}:
            return True
        return project in self._forced or project in self.approved.decided

    @cached_property
    def _forced(self) -> frozenset[int]:
        items = self.instance.settings.applied.force_in
        return frozenset(self.project_number[item.partition("@")[0]] for item in items)

    @cached_property
    def start_window(self) -> tuple[np.ndarray, np.ndarray]:
        """(first, last) period of start allowed by the projects' dates, shape (projects,) each."""
        rows, last = self.instance["projects"], self.instance.periods - 1
        first = [0 if month is None else self.instance.period_from(str(month)) for month in rows.raw("earliest_start")]
        latest = [
            last if month is None else self.instance.period_holding(str(month)) for month in rows.raw("latest_start")
        ]
        return np.array(first, dtype=int), np.array(latest, dtype=int)


@dataclass(frozen=True)
class Modes:
    """Every (alternative, permit track): the ways to get an alternative reviewed.

    Attributes
    ----------
    alternative
        Alternative of each mode, shape (modes,).
    fast
        Whether it is the fast track.
    review
        Periods of review just before the start.
    permit
        Row in ``permits``; -1 without a permit.
    """

    alternative: np.ndarray
    fast: np.ndarray
    review: np.ndarray
    permit: np.ndarray


def permit_modes(alternatives: Alternatives) -> Modes:
    """Return the modes: the normal track of each alternative, and the fast one where it shortens the review.

    With the family `permits` off there is no review, no agency and no fast track.
    """
    instance = alternatives.instance
    permits = instance["permits"]
    row_of = {name: row for row, name in enumerate(permits.texts("permit"))}
    months = [
        review if review is not None else mode
        for review, mode in zip(decimals(permits, "review_months"), decimals(permits, "mode"), strict=True)
    ]
    factors = decimals(permits, "fast_track_factor")
    remaining = decimals(instance["projects"], "review_remaining_months")
    found: list[tuple[int, bool, int, int]] = []
    for number, permit in enumerate(alternatives.table.raw("permit")):
        if permit is None or not instance.is_on("permits"):
            found.append((number, False, 0, -1))
            continue
        row = row_of[str(permit)]
        left = remaining[alternatives.project[number]]
        time = Fraction(left if left is not None else months[row] or Decimal(0))
        normal = periods_up(time, instance.months_per_period)
        found.append((number, False, normal, row))
        factor = factors[row]
        if factor is not None:
            fast = periods_up(time * Fraction(factor), instance.months_per_period)
            if fast < normal:
                found.append((number, True, fast, row))
    columns = zip(*found, strict=True)
    alternative, fast_track, review, permit_row = (np.array(column) for column in columns)
    return Modes(alternative, fast_track.astype(bool), review, permit_row)
