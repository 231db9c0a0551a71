"""Dependencies read once, and what they rule out before any model exists.

A row ``j requires i`` with lag l (periods, rounded up) asks ``op_i + l <= s_j`` (at start) or ``op_i + l <= op_j`` (at
operation). Earliest dates are pushed along these rows until nothing moves (longest paths over lags); what can then
never be ready in time is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outlay.instances.instance import Instance
from outlay.models.alternatives import FOREVER, periods_up
from outlay.models.options import Dropped, Options


@dataclass(frozen=True)
class Need:
    """One row of ``dependencies``.

    Attributes
    ----------
    row, project, needs, kind, group, at
        As in the table; `project` and `needs` may be id@alternative.
    lag
        Periods.
    """

    row: int
    project: str
    needs: str
    kind: str
    group: str
    at: str
    lag: int

    def due(self, options: Options, chosen: np.ndarray) -> np.ndarray:
        """Return the period by which the needed project must be ready for options of the project side."""
        return (options.start if self.at == "start" else options.operation)[chosen]

    def ready(self, options: Options, chosen: np.ndarray) -> np.ndarray:
        """Return the period in which options of the needed side are ready, lag included."""
        return options.operation[chosen] + self.lag


def read_needs(instance: Instance) -> tuple[Need, ...]:
    """Return the dependencies in table order (sorted)."""
    rows, size = instance["dependencies"], instance.months_per_period
    names = zip(*(rows.texts(name) for name in ("project", "needs", "kind", "group", "at")), strict=True)
    lags = [periods_up(lag, size) for lag in rows.column("lag_months")]
    return tuple(
        Need(row, project, needs, kind, group, at, lag)
        for row, ((project, needs, kind, group, at), lag) in enumerate(zip(names, lags, strict=True))
    )


def any_groups(needs: tuple[Need, ...]) -> dict[tuple[str, str], tuple[Need, ...]]:
    """Return the rows of `requires_any` by (project side, group), in table order."""
    groups: dict[tuple[str, str], list[Need]] = {}
    for need in needs:
        if need.kind == "requires_any":
            groups.setdefault((need.project, need.group), []).append(need)
    return {key: tuple(rows) for key, rows in groups.items()}


def without_unready(options: Options) -> Options:
    """Return the options whose needed projects can be ready in time, dropping until nothing moves.

    Dropping never cuts off a plan: an option goes only if every option of a project that it requires (or of all
    projects of a requires_any group) would be ready too late for it.
    """
    needs = read_needs(options.instance)
    rules = [[need] for need in needs if need.kind == "requires"]
    rules += [list(rows) for rows in any_groups(needs).values()]
    alive = np.ones(len(options), dtype=bool)
    reason = np.full(len(options), -1)
    moved = True
    while moved:
        moved = False
        for number, rule in enumerate(rules):
            side = options.of(rule[0].project)
            side = side[alive[side]]
            if not len(side):
                continue
            in_time = np.zeros(len(side), dtype=bool)
            for need in rule:
                other = options.of(need.needs)
                other = other[alive[other]]
                earliest = need.ready(options, other).min(initial=FOREVER)
                in_time |= need.due(options, side) >= earliest
            if not in_time.all():
                alive[side[~in_time]] = False
                reason[side[~in_time]] = number
                moved = True
    if alive.all():
        return options
    return options.keep(alive, _reasons(options, reason, rules))


def _reasons(options: Options, reason: np.ndarray, rules: list[list[Need]]) -> tuple[Dropped, ...]:
    alternatives, instance = options.alternatives, options.instance
    keys: dict[tuple[int, bool, int], set[int]] = {}
    for option in np.nonzero(reason >= 0)[0]:
        key = (int(options.alternative[option]), bool(options.fast[option]), int(reason[option]))
        keys.setdefault(key, set()).add(int(options.start[option]))
    found = []
    for (alternative, fast, number), starts in sorted(keys.items()):
        names = " or ".join(need.needs for need in rules[number])
        project = alternatives.projects[alternatives.project[alternative]]
        text = (
            f"{names}, which it needs, cannot be ready in time (its starts up to {instance.period_label(max(starts))})"
        )
        found.append(Dropped(project, alternatives.names[alternative], fast, "needs", text, len(starts)))
    return tuple(found)
