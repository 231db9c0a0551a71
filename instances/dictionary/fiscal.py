"""What the periods and years of a plan are called where its calendar labels them: FY2028, FY2028H2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from outlay.instances.values.numbers import month_number, month_text

if TYPE_CHECKING:
    from outlay.instances.dictionary.settings import Calendar


def fiscal_year(calendar: Calendar, months: int) -> str:
    """Return the label of the year of the plan that holds a month, counted from the calendar's start."""
    begin = month_number(calendar.start) + months // 12 * 12
    start, end = begin // 12, (begin + 11) // 12
    parts = {"start": f"{start}", "end": f"{end}", "start2": f"{start % 100:02d}", "end2": f"{end % 100:02d}"}
    return (calendar.label or "").format(**parts)


def fiscal_label(calendar: Calendar, period: int) -> str:
    """Return the label of a period of a calendar whose years have labels."""
    size, months = calendar.months_per_period, period * calendar.months_per_period
    first = fiscal_year(calendar, months)
    month = month_text(month_number(calendar.start) + months)
    if size >= 12:
        last = fiscal_year(calendar, months + size - 1)
        whole = months % 12 == 0 and size % 12 == 0
        text = first if last == first else f"{first}-{last}"
        return text if whole else f"{text} from {month}"
    if size in (3, 6):
        return f"{first}{'Q' if size == 3 else 'H'}{months % 12 // size + 1}"
    return f"{first} {month}"
