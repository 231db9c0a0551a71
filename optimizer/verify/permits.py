"""The fast track: are there enough slots. Agencies are resources, see `verify_resources`."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from outlay.optimizer.verify import words
from outlay.optimizer.verify.exact import exact
from outlay.optimizer.verify.reading import Reading
from outlay.optimizer.verify.report import Ledger
from outlay.optimizer.verify.schedule import Funded

FAMILY = "permits"


def check_fast_track_slots(reading: Reading, funded: Sequence[Funded], ledger: Ledger) -> None:
    """Check that no more options take the fast track than it has slots; permits of one pool share one number."""
    if not reading.instance.is_on(FAMILY):
        return
    slots: dict[str, Fraction] = {}
    for permit, row in reading.permits.items():
        if row["fast_track_slots"] is not None:
            slots[_track(reading, permit)] = exact(row["fast_track_slots"])
    users: dict[str, list[str]] = {}
    for option in funded:
        permit = str(option.row["permit"])
        if option.fast_track and permit in reading.permits:
            users.setdefault(_track(reading, permit), []).append(option.project)
    for track, limit in sorted(slots.items()):
        names = users.get(track, [])
        text = (
            f"fast track of {words.name(track)}: {len(names)} options take it ({', '.join(map(words.name, names))}), "
            f"at most {words.number(limit)} may"
        )
        ledger.check(FAMILY, "fast-track slots", words.name(track)).at_most(Fraction(len(names)), limit, text)


def _track(reading: Reading, permit: str) -> str:
    pool = reading.permits[permit]["fast_track_pool"]
    return f"permit {permit}" if pool is None else f"pool {pool}"
