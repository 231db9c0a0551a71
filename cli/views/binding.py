"""What binds: limits that are used up, grouped by resource, runs of consecutive periods as one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from outlay.optimizer.tolerances import NOTHING

if TYPE_CHECKING:
    from outlay.optimizer.answer.solution import Solution


@dataclass
class Group:
    """A limit that binds in one or more periods.

    Attributes
    ----------
    what
        The resource, or the limit in words.
    basis
        Of the resource; empty for other limits.
    periods
        Where it binds.
    limits
        The amount available in each.
    eased
        Whether imports, purchases, links or shortfalls fill the gap in each period.
    """

    what: str
    basis: str
    unit: str
    side: str
    periods: list[int] = field(default_factory=list)
    limits: list[float] = field(default_factory=list)
    eased: list[str] = field(default_factory=list)


#: Columns of what fills a resource up, and their words.
_MEANS = {"imported": "imports", "bought": "purchases", "linked": "links", "shortfall": "shortfall"}


def groups(solution: Solution) -> list[Group]:
    """Return what binds, in the order of the table, one group a resource."""
    known = _resource_rows(solution)
    found: dict[tuple[str, str], Group] = {}
    for row in solution.tables["binding"].to_dict("records"):
        resource, period = (
            str(row["resource"]),
            -1 if row["period"] is None or row["period"] != row["period"] else int(row["period"]),
        )
        about = known.get((resource, period), {})
        what = solution.instance.resource_title(resource) if about else str(row["what"])
        group = found.setdefault(
            (what, row["side"]), Group(what, about.get("basis", ""), about.get("unit") or "", row["side"])
        )
        group.periods.append(period)
        group.limits.append(float(row["limit"]))
        group.eased.append(_eased(about))
    return list(found.values())


def _resource_rows(solution: Solution) -> dict[tuple[str, int], dict[Any, Any]]:
    """Return the rows of the table of resources by resource and period."""
    rows = solution.tables["resources"].to_dict("records")
    return {(str(row["resource"]), int(row["period"])): row for row in rows}


def _eased(row: dict[Any, Any]) -> str:
    """Return what fills a resource up: imports, purchases, links, shortfall."""
    return " and ".join(word for name, word in _MEANS.items() if row.get(name, 0.0) > NOTHING)


def runs(group: Group, solution: Solution) -> str:
    """Return the periods of a group as runs: "2031H1–2031H2, 2033H1"."""
    instance = solution.instance
    step = (instance.periods_per_year or 1) if group.basis == "per_year" else 1
    if not group.basis:
        return ""
    chains: list[list[int]] = []
    for period in sorted(set(group.periods)):
        if chains and period == chains[-1][-1] + step:
            chains[-1].append(period)
        else:
            chains.append([period])
    texts = []
    for chain in chains:
        first, last = (instance.limit_label(period, group.basis) for period in (chain[0], chain[-1]))
        texts.append(first if first == last else f"{first}–{last}")
    text = ", ".join(texts[:4]) + (f" and {len(texts) - 4} more" if len(texts) > 4 else "")
    if group.basis != "cumulative":
        return text
    return "in all" if set(group.periods) == {instance.periods - 1} else f"to {text}"
