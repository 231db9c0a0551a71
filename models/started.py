r"""Started-by columns: has a side (a project or one of its alternatives) started, or begun to operate, by a date?

Where many dependencies name the same sides, by-period rows on options repeat the same long sums. One column a side and
date, ``started[side, event, t] = sum_{o in side, event_o <= t} x_o``, keeps each such row at two entries::

    started[side, event, t] = started[side, event, t'] + sum_{o in side, event_o = t} x_o     (t' the date before t)

Each column equals a sum of options, so points, bounds and the LP relaxation stay what they are (Johnson and Niemeier's
"by" form of precedence; Espinoza, Goycoolea, Moreno and Newman, Annals of Operations Research 206, 2013).

They are used where they pay: the rows on options would hold more than `LARGE` entries.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outlay.models.needs import Need
from outlay.models.options import Options

#: Entries of precedence rows on options above which started-by columns take their place.
LARGE = 3_000_000

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
    """

    dates: dict[Key, np.ndarray]
    first: dict[Key, int]

    @property
    def keys(self) -> list[tuple[str, str, int]]:
        """(side, event, date) of each column."""
        return [(*key, date) for key, dates in self.dates.items() for date in dates.tolist()]


def event_dates(options: Options, side: str, event: str) -> np.ndarray:
    """Return the event of each option of a side, in the order of ``options.of(side)``."""
    return (options.start if event == "start" else options.operation)[options.of(side)]


def started_columns(options: Options, needs: tuple[Need, ...]) -> Started:
    """Return the started-by columns for dependencies of kind ``requires``; none where rows on options are few."""
    rules = [need for need in needs if need.kind == "requires"]
    sides: dict[Key, None] = {}
    for need in rules:
        sides[need.project, need.at] = None
        sides[need.needs, "operation"] = None
    found = {key: event_dates(options, *key) for key in sides}
    dates = {key: np.unique(each) for key, each in found.items()}
    # Each rule has a row a due date, with half of the options of either side in the average one.
    entries = sum(
        len(dates[need.project, need.at])
        * (len(found[need.project, need.at]) + len(found[need.needs, "operation"]))
        / 2
        for need in rules
    )
    if entries <= LARGE:
        return Started({}, {})
    places = np.concatenate([[0], np.cumsum([len(each) for each in dates.values()])]).tolist()
    return Started(dates, dict(zip(dates, places, strict=False)))
