"""When a funded project is selected, reviewed, built and operated, and how late that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from outlay.instances.plan import Choice
from outlay.instances.values.text import shown
from outlay.optimizer.verify.exact import ONE, ZERO, exact, exact_or_none, exact_sum, growth
from outlay.optimizer.verify.reading import Reading, Record

#: What a project without commitment weighs, as a share of the largest.
LEAST_WEIGHT = Fraction(1, 1000)


@dataclass(frozen=True, eq=False)
class Funded:
    """A funded option, with all that follows from it.

    Attributes
    ----------
    project, alternative, fast_track, selection, start, scale
        The choice; the scale as an exact number.
    project_row, row
        The rows of its project and of its alternative.
    review
        Periods of review just before the start.
    building
        Periods of building, at least one.
    end
        First period after its life, or the horizon where it has no life.
    year
        Periods in a year, for profiles by year.
    prices
        What 1 at the date of prices costs when building starts.
    step_before
        Row of the step of scale at whose end its own begins, if there is one.
    saved
        What joint savings take off, at the date of prices.
    """

    project: str
    alternative: str
    fast_track: bool
    selection: int
    start: int
    scale: Fraction
    project_row: Record
    row: Record
    review: int
    building: int
    end: int
    year: int
    prices: Fraction
    step_before: Record | None = None
    saved: Fraction = ZERO

    @cached_property
    def name(self) -> str:
        """The choice as constraint sets name it."""
        return shown(f"{self.project}@{self.alternative}")

    @property
    def committed(self) -> bool:
        """Whether it was decided before the calendar: committed, or started."""
        return self.status in {"committed", "started"}

    @property
    def status(self) -> object:
        """The status of its project."""
        return self.project_row["status"]

    @property
    def first(self) -> int | None:
        """First period whose cash counts: of a started project those of the calendar only; None: all."""
        return 0 if self.status == "started" else None

    @property
    def operation(self) -> int:
        """First period of operation, also beyond the horizon."""
        return self.start + self.building

    def per_scale(self, column: str) -> Fraction:
        """Return what a column that follows the scale comes to for each unit of scale."""
        whole = exact(self.row[column])
        if self.row["to_scale"] is None or self.row["from_scale"] is None:
            return whole
        low, high = exact(self.row["from_scale"]), exact(self.row["to_scale"])
        if low == high:
            return whole / high
        first = whole * low / high if self.step_before is None else exact(self.step_before[column])
        amount = first + (whole - first) * (self.scale - low) / (high - low)
        return amount / self.scale if self.scale else ZERO

    @cached_property
    def full_commitment(self) -> Fraction:
        """K, the money for each unit of scale, in the prices of the start."""
        return self.per_scale("commitment") * self.prices

    @cached_property
    def commitment(self) -> Fraction:
        """The money asked at the scale funded, less joint savings."""
        return self.full_commitment * self.scale - self.saved * self.prices

    @cached_property
    def draw_weights(self) -> tuple[Fraction, ...]:
        """Share of K drawn in each period of building; they sum to 1."""
        if self.row["profile"] is not None:
            return _profiled([Fraction(share.strip()) for share in str(self.row["profile"]).split(";")], self)
        if self.row["draw_shape"] == "bell":
            heights = [min(k + 1, self.building - k) for k in range(self.building)]
            return tuple(Fraction(height, sum(heights)) for height in heights)
        return (Fraction(1, self.building),) * self.building


def _profiled(shares: Sequence[Fraction], funded: Funded) -> tuple[Fraction, ...]:
    """Return a profile by period: as it is, or each year's share in equal parts over the periods of the year."""
    if len(shares) == funded.building:
        return tuple(shares)
    by_period: list[Fraction] = []
    for number, share in enumerate(shares):
        length = min(funded.year, funded.building - number * funded.year)
        by_period += [share / length] * length
    return tuple(by_period)


def schedule(reading: Reading, choice: Choice, scale: Fraction) -> Funded:
    """Return the funded option of a choice whose project and alternative exist."""
    project_row = reading.projects[choice.project]
    row = reading.alternatives[choice.project, choice.alternative]
    months = row["construction_months"]
    building = 1 if months is None else max(1, reading.periods_up(months))
    life = exact_or_none(row["life_years"])
    operation = choice.start + building
    return Funded(
        project=choice.project,
        alternative=choice.alternative,
        fast_track=choice.fast_track,
        selection=choice.selection,
        start=choice.start,
        scale=scale,
        project_row=project_row,
        row=row,
        review=review_periods(reading, project_row, row, fast_track=choice.fast_track),
        building=building,
        end=reading.periods if life is None else operation + reading.periods_up(12 * life),
        year=reading.instance.periods_per_year or 1,
        prices=growth(exact(row["escalation_per_year"]), reading.months_of_prices(choice.start)),
        step_before=_step_before(reading, choice.project, row),
    )


def _step_before(reading: Reading, project: str, row: Record) -> Record | None:
    """Return the step of scale that ends where another one begins; one with a length rather than a point."""
    if row["to_scale"] is None:
        return None
    ended = [
        other
        for (who, _), other in reading.alternatives.items()
        if who == project and other is not row and other["to_scale"] == row["from_scale"]
    ]
    return max(ended, key=lambda other: exact(other["to_scale"]) - exact(other["from_scale"]), default=None)


def review_periods(reading: Reading, project_row: Record, row: Record, *, fast_track: bool) -> int:
    """Return the periods of review; 0 without a permit, or with the family `permits` switched off."""
    permit = reading.permits.get(str(row["permit"]))
    if permit is None or not reading.instance.is_on("permits") or project_row["status"] == "started":
        return 0
    given = (project_row["review_remaining_months"], permit["review_months"], permit["mode"])
    months = exact(next((cell for cell in given if cell is not None), None))
    factor = exact_or_none(permit["fast_track_factor"]) if fast_track else None
    return reading.periods_up(months * (ONE if factor is None else factor))


def window(reading: Reading, funded: Funded, row: Record) -> range:
    """Return the periods that a requirement or cash flow covers, also those outside the horizon."""
    phase = row.get("phase")
    if phase == "permitting":
        return range(funded.start - funded.review, funded.start)
    if phase == "construction":
        return range(funded.start, funded.operation)
    if phase == "operation":
        return range(funded.operation, funded.end)
    first = funded.start + reading.periods_down(exact(row["from_month"]))
    until = row["to_month"]
    return range(first, funded.end if until is None else funded.start + reading.periods_up(until))


def inside(reading: Reading, periods: range) -> range:
    """Return the part of a window that lies inside the horizon."""
    return range(max(periods.start, 0), min(periods.stop, reading.periods))


def shaped(shape: object, amount: Fraction, periods: range, period: int) -> Fraction:
    """Return the amount in one period of a window: flat, bell or spread over its whole length.

    Examples
    --------
    >>> [str(shaped("bell", Fraction(6), range(4, 8), period)) for period in range(4, 8)]
    ['3', '6', '6', '3']
    """
    length = len(periods)
    position = period - periods.start + 1
    if shape == "bell":
        return amount * Fraction(min(position, length + 1 - position), (length + 1) // 2)
    return amount / length if shape == "spread" else amount


def amounts_by_period(reading: Reading, funded: Funded, row: Record) -> dict[int, Fraction]:
    """Return what a requirement row asks for in each period inside the horizon, at the scale funded."""
    periods = window(reading, funded, row)
    amount = exact(row["amount"]) * funded.scale
    if amount == ZERO:
        return {}
    return {period: shaped(row["shape"], amount, periods, period) for period in inside(reading, periods)}


def lateness(funded: Sequence[Funded]) -> Fraction:
    """Return the sum of commitment in full x (selection + start + operation), in money x periods.

    A project without commitment counts with a thousandth of the largest, with 1 where there is none at all.
    """
    weights = [exact(option.row["commitment"]) * option.prices for option in funded]
    largest = max(weights, default=ZERO)
    least = LEAST_WEIGHT * largest or ONE
    return exact_sum(
        (weight or least) * (option.selection + option.start + option.operation)
        for weight, option in zip(weights, funded, strict=True)
    )
