"""Several limits under one name, ``labour/electrical/*``: all are moved together, by one share or the same units."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any

from outlay.instances.errors import InputError
from outlay.instances.values.text import did_you_mean
from outlay.optimizer.variation.limit import Limit

_SIGNS = frozenset("*?[")


def is_pattern(name: str) -> bool:
    """Return whether a name stands for several limits."""
    return bool(_SIGNS & set(name))


def joint_limit(name: str, known: Iterable[Limit]) -> Limit:
    """Return the limits that a pattern fits, as one; those that cannot be moved are left out.

    A resource and its regions are different limits: ``labour/*`` holds both, and all are moved. As in constraint sets,
    ``*`` crosses ``/``.

    Raises
    ------
    InputError
        If it fits none that can be moved, or most and least amounts together.
    """
    whole = [limit for limit in known if limit.whole is None]
    fits = [limit for limit in whole if fnmatchcase(limit.name, name)]
    members = [limit for limit in fits if not limit.fixed]
    if not members:
        problem = "no limit that can be moved fits this pattern" if fits else "no limit fits this pattern"
        remedy = fits[0].fixed if fits else did_you_mean(name, [limit.name for limit in whole])
        raise InputError.single("limits", problem, remedy, column="limit", value=name)
    if len({limit.least for limit in members}) > 1:
        names = ", ".join(limit.name for limit in members[:6])
        problem = f"most and least amounts cannot be moved together: {names}"
        raise InputError.single("limits", problem, "name them one by one", column="limit", value=name)
    units = {limit.unit for limit in members}

    def write(by: Decimal, as_units: bool) -> list[dict[str, Any]]:
        return [change for limit in members for change in limit.write(by, as_units)]

    return Limit(
        name=name,
        title=f"all of {name}",
        unit=units.pop() if len(units) == 1 else "",
        family=members[0].family,
        places=tuple(place for limit in members for place in limit.places),
        write=write,
        least=members[0].least,
        parts=tuple(members),
    )
