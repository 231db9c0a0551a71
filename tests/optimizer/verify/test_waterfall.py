"""The waterfall in whole units is the one of the design in fractions, year by year."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from hypothesis import example, given
from hypothesis import strategies as st

from outlay.optimizer.verify.waterfall import Split, level_service, run_waterfall

HALVES = Split(Fraction(1, 2), Fraction(1, 2), service_first=True)


def by_the_book(
    split: Split, opening: Fraction, rate: Fraction, tenor: int, free_cash: Sequence[Fraction]
) -> tuple[list[tuple[Fraction, Fraction, Fraction]], Fraction | None, Fraction]:
    """Return (us, japan, B) of each year as the design writes it, the least cover and the cash that is lacking."""
    balance, carry, years, covers = opening, Fraction(0), [], []
    service = level_service(opening, rate, tenor)
    for year, free in enumerate(free_cash, start=1):
        cash, carry = max(Fraction(0), free - carry), max(Fraction(0), carry - free)
        due = balance * (1 + rate)
        sched = min(due, service) if year <= tenor else due
        if year <= tenor and sched > 0:
            covers.append(free / sched)
        paid = min(sched, cash) if split.service_first else Fraction(0)
        left, rest = due - paid, cash - paid
        shared = min(rest, left / split.before)
        japan = paid + split.before * shared + split.after * (rest - shared)
        balance = left - split.before * shared
        years.append((cash - japan, japan, balance))
    return years, min(covers, default=None), carry


def decimals(least: str, greatest: str, places: int) -> st.SearchStrategy[Fraction]:
    return st.decimals(least, greatest, places=places, allow_nan=False, allow_infinity=False).map(Fraction)


@given(
    split=st.builds(Split, before=decimals("0.01", "1", 2), after=decimals("0", "1", 2), service_first=st.booleans()),
    opening=st.builds(Fraction, st.integers(0, 10**6), st.integers(1, 999)),
    rate=decimals("0", "0.3", 4),
    tenor=st.integers(1, 12),
    free_cash=st.lists(decimals("-500", "5000", 3), min_size=1, max_size=14),
)
@example(HALVES, Fraction(100), Fraction(0), 2, [Fraction(0), Fraction(0), Fraction(80)])  # all of it is due by then
@example(HALVES, Fraction(100), Fraction(0), 1, [Fraction(60), Fraction(10)])  # the cover of later years is none
def test_whole_units_give_the_waterfall_of_the_design(
    split: Split, opening: Fraction, rate: Fraction, tenor: int, free_cash: list[Fraction]
) -> None:
    found = run_waterfall(split, opening, rate, tenor, free_cash)
    rows = zip(found.us, found.japan, found.balances, strict=True)
    years, cover, carry = by_the_book(split, opening, rate, tenor, free_cash)
    assert [tuple(Fraction(amount, found.units) for amount in row) for row in rows] == years
    assert (found.cover, Fraction(found.carry, found.units)) == (cover, carry)


@given(opening=decimals("1", "1000", 2), rate=decimals("0", "0.2", 3), tenor=st.integers(1, 30))
def test_level_service_is_exactly_back_at_the_end_of_the_tenor(opening: Fraction, rate: Fraction, tenor: int) -> None:
    service = level_service(opening, rate, tenor)
    split = Split(Fraction(1, 2), Fraction(1, 10), service_first=True)
    found = run_waterfall(split, opening, rate, tenor, [service] * tenor)
    assert found.balances[-1] == 0
    assert found.cover == 1
    assert found.recovered(Fraction(0)) == tenor
