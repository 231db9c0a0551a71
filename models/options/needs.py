"""Dependencies read once, and what they rule out before any model exists.

A row ``j requires i`` with lag l (periods, rounded up) asks ``op_i + l <= s_j`` (at start) or ``op_i + l <= op_j`` (at
operation). Earliest dates are pushed along these rows until nothing moves (longest paths over lags); what can then
never be ready in time is dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from outlay.instances.instance import Instance
from outlay.models.arrays.cells import wholes
from outlay.models.arrays.ending import look
from outlay.models.arrays.ragged import Groups, join
from outlay.models.options.options import Dropped, Options
from outlay.models.projects.alternatives import FOREVER, periods_down, periods_up


@dataclass(frozen=True)
class Need:
    """One row of ``dependencies``.

    Attributes
    ----------
    row, project, needs, kind, group, at
        As in the table; `project` and `needs` may be id@alternative.
    lag, max_lag
        Periods; None: no greatest lag.
    count
        How many rows of the group must be satisfied, or may be funded (at_most).
    when
        Sides that must all be funded for the row to hold.
    """

    row: int
    project: str
    needs: str
    kind: str
    group: str
    at: str
    lag: int
    max_lag: int | None = None
    count: int = 1
    when: tuple[str, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether the row always holds, and the project waits."""
        return self.at != "never" and not self.when

    def due(self, options: Options, chosen: np.ndarray) -> np.ndarray:
        """Return the period by which the needed project must be ready for options of the project side."""
        if self.at == "never":
            return np.zeros(len(chosen), dtype=int)
        return (options.start if self.at == "start" else options.operation)[chosen]

    def ready(self, options: Options, chosen: np.ndarray) -> np.ndarray:
        """Return the period in which options of the needed side are ready, lag included."""
        return np.zeros(len(chosen), dtype=int) if self.at == "never" else options.operation[chosen] + self.lag

    def latest(self, options: Options, chosen: np.ndarray) -> np.ndarray:
        """Return the last period in which options of the needed side serve."""
        if self.max_lag is None:
            return np.full(len(chosen), FOREVER)
        return options.operation[chosen] + self.max_lag


def read_needs(instance: Instance) -> tuple[Need, ...]:
    """Return the dependencies in table order (sorted)."""
    look()
    rows, size = instance["dependencies"], instance.months_per_period
    names = zip(*(rows.texts(name) for name in ("project", "needs", "kind", "group", "at")), strict=True)
    lags = [periods_up(lag, size) for lag in rows.column("lag_months")]
    most = [None if lag is None else periods_down(lag, size) for lag in rows.raw("max_lag_months")]
    counts = [1 if count is None else count for count in wholes(rows, "count")]
    when = [tuple(map(str, sides)) if isinstance(sides, tuple) else () for sides in rows.column("when")]
    look()
    return tuple(
        Need(row, project, needs, kind, group, at, lags[row], most[row], counts[row], when[row])
        for row, (project, needs, kind, group, at) in enumerate(names)
    )


def any_groups(needs: tuple[Need, ...], kind: str = "requires_any") -> dict[tuple[str, str], tuple[Need, ...]]:
    """Return the rows of a kind by (project side, group), in table order."""
    groups: dict[tuple[str, str], list[Need]] = {}
    for need in needs:
        if need.kind == kind:
            groups.setdefault((need.project, need.group), []).append(need)
    return {key: tuple(rows) for key, rows in groups.items()}


def sides_of(options: Options, names: Iterable[str]) -> tuple[dict[str, int], Groups]:
    """Return numbers for sides (id or id@alternative), and the options of each number."""
    number = {name: place for place, name in enumerate(dict.fromkeys(names))}
    look()
    members = [options.of(name) for name in number]
    first = np.concatenate([[0], np.cumsum([len(chosen) for chosen in members], dtype=int)])
    return number, Groups(np.concatenate([np.zeros(0, dtype=int), *members]), first)


def without_unready(options: Options, needs: tuple[Need, ...]) -> Options:
    """Return the options whose needed projects can be ready in time, dropping until nothing moves.

    Dropping never cuts off a plan: an option goes only if every option of a project that it requires (or of all
    projects of a requires_any group) would be ready too late for it.
    """
    always = tuple(need for need in needs if not need.when)
    rules = [(need,) for need in always if need.kind == "requires"] + list(any_groups(always).values())
    if not rules:
        return options
    number, sides = sides_of(options, (name for rule in rules for need in rule for name in (need.project, need.needs)))
    look()
    # Every need as a row of arrays, and every (rule, option of its side) as a pair.
    flat = [
        (rule, number[need.needs], need.lag if need.at != "never" else -FOREVER, need.at)
        for rule, group in enumerate(rules)
        for need in group
    ]
    rule_of, needed, lag = (np.array([line[place] for line in flat], dtype=int) for place in range(3))
    at_start = np.array([line[3] != "operation" for line in flat], dtype=bool)
    look()
    pair_rule, pair_option = join(np.array([number[rule[0].project] for rule in rules], dtype=int), sides)
    owner, member = join(np.arange(len(number)), sides)
    alive = np.ones(len(options), dtype=bool)
    reason = np.full(len(options), -1)
    while True:
        look()
        earliest = np.full(len(number), FOREVER)
        here = alive[member]
        np.minimum.at(earliest, owner[here], options.operation[member[here]])
        ready = np.where(earliest[needed] < FOREVER, earliest[needed] + lag, FOREVER)
        in_time = np.zeros(len(pair_rule), dtype=bool)
        for wanted, due in ((at_start, options.start), (~at_start, options.operation)):
            soonest = np.full(len(rules), FOREVER)
            np.minimum.at(soonest, rule_of[wanted], ready[wanted])
            in_time |= due[pair_option] >= soonest[pair_rule]
        late = ~in_time & alive[pair_option]
        if not late.any():
            break
        # The first rule that an option fails is its reason.
        reason[pair_option[late][::-1]] = pair_rule[late][::-1]
        alive[pair_option[late]] = False
    if alive.all():
        return options
    return options.keep(alive, _reasons(options, reason, rules))


def _reasons(options: Options, reason: np.ndarray, rules: Sequence[tuple[Need, ...]]) -> tuple[Dropped, ...]:
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
