r"""Started-by columns: whether a side (a project or one of its alternatives) has started by a date.

Where many dependencies name the same sides, by-period rows on options repeat the same long sums. One column a side and
date, ``started[side, event, t] = sum_{o in side, event_o <= t} x_o``, keeps each such row at two entries::

    started[side, event, t] = started[side, event, t'] + sum_{o in side, event_o = t} x_o     (t' the date before t)

The event is ``start``, or ``operation`` where the options of a side take different times to build (else operation is
the start, shifted). Each column equals a sum of options, so points, bounds and the LP relaxation stay what they are:
the "by" form of precedence (Bienstock and Zuckerberg 2010; Espinoza, Goycoolea, Moreno and Newman, Annals of Operations
Research 206, 2013, doi:10.1007/s10479-012-1258-3).

They are used where rows on options would be long, more than `LONG` entries each on the average (and not `FEW` in all),
or hold more than `LARGE` entries: on MineLib's newman1 (6 entries a row) HiGHS closes the gap to 0.2 % in a minute on
rows of options, and to 0.7 % on started-by columns. Scheduling problems have 100 to 200 entries a row, PPSSP 21.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outlay.models.arrays.ending import look
from outlay.models.options.needs import Need
from outlay.models.options.options import Options

#: Entries of precedence rows on options, in all, above which started-by columns take their place; and entries a row, on
#: the average, unless there are few.
LARGE, LONG, FEW = 3_000_000, 15, 50_000

#: A side and its event, ``start`` or ``operation``.
Key = tuple[str, str]


@dataclass(frozen=True)
class Started:
    """Dates and columns of started-by columns.

    Attributes
    ----------
    dates
        The dates at which something of a side happens, rising; by (side, event).
    first
        Place of the first column of each (side, event) among all of them; the others follow date by date.
    shift
        By (side, event) as a dependency names it: the periods from the event of its columns to that event.
    """

    dates: dict[Key, np.ndarray]
    first: dict[Key, int]
    shift: dict[Key, int]

    @property
    def keys(self) -> list[tuple[str, str, int]]:
        """(side, event, date) of each column."""
        return [(*key, date) for key, dates in self.dates.items() for date in dates.tolist()]

    def at(self, side: str, event: str) -> tuple[Key, int]:
        """Return the columns that tell of an event, and the periods from theirs to it."""
        shift = self.shift[side, event]
        return ((side, "start"), shift) if (side, event) not in self.dates else ((side, event), 0)


def event_dates(options: Options, side: str, event: str) -> np.ndarray:
    """Return the event of each option of a side, in the order of ``options.of(side)``."""
    look()  # there may be ten thousand sides
    return (options.start if event == "start" else options.operation)[options.of(side)]


def started_columns(options: Options, needs: tuple[Need, ...]) -> Started:
    """Return the started-by columns for dependencies of kind ``requires``; none where rows on options are few."""
    rules = [need for need in needs if need.kind == "requires" and need.is_plain]
    named = dict.fromkeys(key for need in rules for key in ((need.project, need.at), (need.needs, "operation")))
    found = {key: event_dates(options, *key) for key in named}
    kinds = {key: np.unique(each) for key, each in found.items()}
    # Each rule has a row a due date, with half of the options of either side in the average one.
    rows = sum(len(kinds[need.project, need.at]) for need in rules)
    entries = sum(
        len(kinds[need.project, need.at])
        * (len(found[need.project, need.at]) + len(found[need.needs, "operation"]))
        / 2
        for need in rules
    )
    if entries <= LARGE and (entries <= FEW or entries <= LONG * rows):
        return Started({}, {}, {})
    dates: dict[Key, np.ndarray] = {}
    shift: dict[Key, int] = {}
    for side, event in named:
        starts = event_dates(options, side, "start")
        apart = np.unique(found[side, event] - starts)
        own = len(apart) > 1
        shift[side, event] = 0 if own or not len(apart) else int(apart[0])
        dates[side, event if own else "start"] = kinds[side, event] if own else np.unique(starts)
    places = np.concatenate([[0], np.cumsum([len(each) for each in dates.values()])]).tolist()
    return Started(dates, dict(zip(dates, places, strict=False)), shift)
