"""Generate options: apply, in turn, every rule that can be decided before solving.

The rules in order (an option that several remove is told the first): status, forced choices, lender test, eligible
funds, the project's own dates, end inside the calendar, permit, selection window, the plan that stands, and at last the
supply chain (a needed project cannot be ready).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from outlay.instances.dictionary.names import IN_USE_PREFIX, SPENDING
from outlay.instances.dictionary.vocabulary import Cell
from outlay.instances.errors import Fault, NoOptionError
from outlay.instances.instance import Instance
from outlay.models.arrays.ending import look
from outlay.models.options.needs import Need, without_unready
from outlay.models.options.options import Begun, Dropped, Options, expand
from outlay.models.projects.alternatives import Alternatives, Modes, periods_up, permit_modes
from outlay.models.projects.funding import Funding
from outlay.models.projects.lender import LenderTest
from outlay.models.projects.saved import most_saved
from outlay.models.projects.under_way import BEFORE


@dataclass
class _Screen:
    """(mode, start) pairs still allowed, and the reason of each that is not."""

    alternatives: Alternatives
    modes: Modes
    allowed: np.ndarray
    dropped: list[Dropped] = field(default_factory=list)

    def drop(self, mode: int, starts: np.ndarray, rule: str, what: str) -> None:
        """Remove starts of a mode that are still allowed, if any, for a reason."""
        hit = self.allowed[mode] & starts
        if hit.any():
            number = int(self.modes.alternative[mode])
            self.dropped.append(
                Dropped(
                    self.alternatives.projects[self.alternatives.project[number]],
                    self.alternatives.names[number],
                    bool(self.modes.fast[mode]),
                    rule,
                    what,
                    int(hit.sum()),
                )
            )
            self.allowed[mode] &= ~starts


def generate_options(
    alternatives: Alternatives, lender: LenderTest | None, needs: tuple[Need, ...], *, every_selection: bool = False
) -> Options:
    """Return the options of an instance, with a reason for everything dropped; `needs` are its dependencies.

    Each period of selection is an option of its own where it matters, or always (`every_selection`).

    Raises
    ------
    InputError
        If a mandatory, committed or forced project is left without an option; it quotes the reasons.
    """
    instance = alternatives.instance
    modes = permit_modes(alternatives)
    screen = _Screen(alternatives, modes, np.ones((len(modes.alternative), instance.periods), dtype=bool))
    first, last = _selection_windows(alternatives, modes)
    funding = Funding(instance)
    for mode in range(len(modes.alternative)):
        look()
        _apply_status(screen, mode)
        _apply_forced(screen, mode)
        if lender is not None:
            _apply_lender(screen, mode, lender)
        _apply_funds(screen, mode, funding)
        _apply_calendar(screen, mode, first[mode], last[mode])
        _apply_frozen(screen, mode, first[mode], last[mode])
    begun = [_begun(screen, project, funding) for project in range(len(alternatives.projects))]
    options = expand(
        alternatives,
        modes,
        screen.allowed,
        (first, last),
        tuple(screen.dropped),
        every_selection=every_selection or selection_matters(instance),
    ).with_begun([option for option in begun if option is not None])
    options = without_unready(options, needs)
    _require_mandatory(options)
    return options


def selection_matters(instance: Instance) -> bool:
    """Return whether anything depends on the period of selection, so that each q is an option of its own."""
    resources = instance["resources"]
    names = resources.texts("resource")
    if "selections" in names and instance.is_on("pace"):
        return True
    if "commitments" in names and instance.is_on("cap"):
        row = names.index("commitments")
        availability = instance["availability"]
        levels = [
            (instance.period_from(str(month)), amount)
            for name, month, amount in zip(
                *(availability.raw(key) for key in ("resource", "from", "amount")), strict=True
            )
            if name == "commitments"
        ]
        constant = len({amount for _, amount in levels}) == 1 and min((period for period, _ in levels), default=0) == 0
        if resources.column("basis")[row] != "cumulative" or (levels and not constant):
            return True
    at_selection = _used_at_selection(instance)
    limits = instance["limits"].records() if instance.is_on("limits") else ()
    if any(dated_by_selection(limit, at_selection) for limit in limits):
        return True
    funds = set(instance["funds"].texts("fund"))
    return instance.is_on("funds") and any(name in funds for name in instance["availability"].raw("resource"))


def dated_by_selection(limit: dict[str, Cell], used_at_selection: frozenset[str]) -> bool:
    """Return whether a row of ``limits`` counts anything by the period of selection, given which resources do."""
    named = {limit["metric"], limit["of"]} - {None, SPENDING, "cost"}
    in_use = {str(name).removeprefix(IN_USE_PREFIX) for name in named if str(name).startswith(IN_USE_PREFIX)}
    return limit["every"] != "total" and (len(in_use) < len(named) or bool(in_use & used_at_selection))


def _used_at_selection(instance: Instance) -> frozenset[str]:
    """Return the resources of which a selection uses some: `commitments`, `selections` and what they are part of."""
    resources = instance["resources"]
    parents = dict(zip(resources.texts("resource"), resources.texts("parent"), strict=True))
    found = set[str]()
    for name in ("commitments", "selections"):
        wider = name
        while wider in parents:
            found.add(wider)
            wider = parents[wider]
    return frozenset(found)


def _selection_windows(alternatives: Alternatives, modes: Modes) -> tuple[np.ndarray, np.ndarray]:
    """Return the first and last selection period of each (mode, start); empty (first > last) where there is none."""
    instance = alternatives.instance
    calendar, size = instance.settings.calendar, instance.months_per_period
    lead, wait = periods_up(calendar.selection_to_funding_months, size), periods_up(calendar.max_wait_months, size)
    start = np.arange(instance.periods)
    first = np.maximum(0, start - lead - wait)
    last = np.minimum(start - lead, instance.last_selection_period)
    decided = alternatives.under_way.selection
    selection = np.array([0 if period is None else period for period in decided], dtype=int)
    exempt = np.array([period is not None for period in decided], dtype=bool)
    project = alternatives.project[modes.alternative]
    own, exempt = selection[project][:, None], exempt[project][:, None]
    return np.where(exempt, own, first[None, :]), np.where(exempt, own, last[None, :])


def _apply_status(screen: _Screen, mode: int) -> None:
    alternatives, number = screen.alternatives, int(screen.modes.alternative[mode])
    project = int(alternatives.project[number])
    every = np.ones(screen.allowed.shape[1], dtype=bool)
    if alternatives.status[project] == "excluded":
        screen.drop(mode, every, "status", "the project is excluded")
    decided = alternatives.under_way.alternative[project]
    if decided is not None and decided != number:
        screen.drop(mode, every, "status", f"it was decided as {alternatives.names[decided]} before the calendar")
    if alternatives.status[project] == "started":
        screen.allowed[mode] = False  # its one option does not start in a period to choose from


def _begun(screen: _Screen, project: int, funding: Funding) -> Begun | None:
    """Return the one option of a project that has started, None for others or where a rule speaks against it."""
    alternatives = screen.alternatives
    start, number = alternatives.under_way.start[project], alternatives.under_way.alternative[project]
    if start is None or number is None:
        return None
    selection = alternatives.under_way.selection[project]
    problem = _forced_away(alternatives, number, start) or _unpaid_since(alternatives, number, funding, start)
    if problem is None:
        return Begun(number, BEFORE if selection is None else selection, start)
    screen.dropped.append(Dropped(alternatives.projects[project], alternatives.names[number], False, *problem, 1))
    return None


def _forced_away(alternatives: Alternatives, number: int, start: int) -> tuple[str, str] | None:
    """Return (rule, reason) where what is forced contradicts a project that has started."""
    instance, name = alternatives.instance, alternatives.names[number]
    project, applied = alternatives.projects[alternatives.project[number]], instance.settings.applied

    def is_named(item: str) -> bool:
        parts = item.split("@")
        if parts[0] != project or (len(parts) > 1 and parts[1] != name):
            return False
        return len(parts) < 3 or instance.period_holding(parts[2]) == start

    out = next((item for item in applied.force_out if is_named(item)), None)
    if out is not None:
        return "forced", f"the constraint set forces {out} out, but it has started"
    own = (item for item in applied.force_in if item.partition("@")[0] == project)
    wanted = next((item for item in own if not is_named(item)), None)
    return (
        None if wanted is None else ("forced", f"the constraint set forces {wanted} in, but it has started as {name}")
    )


def _unpaid_since(alternatives: Alternatives, number: int, funding: Funding, start: int) -> tuple[str, str] | None:
    instance = alternatives.instance
    if not len(instance["funds"]) or not instance.is_on("funds") or not alternatives.commitment[number] > 0:
        return None
    problem = _unpaid(alternatives, number, funding, alternatives.commitment_at(number, start))
    return None if problem is None else ("funds", problem)


def _apply_forced(screen: _Screen, mode: int) -> None:
    alternatives, number = screen.alternatives, int(screen.modes.alternative[mode])
    project, name = alternatives.projects[alternatives.project[number]], alternatives.names[number]
    instance = alternatives.instance
    for item in instance.settings.applied.force_out:
        for starts in _forced_starts(instance, item, project, name):
            screen.drop(mode, starts, "forced", f"the constraint set forces {item} out")
    for item in instance.settings.applied.force_in:
        if item.partition("@")[0] == project:
            wanted = np.zeros(screen.allowed.shape[1], dtype=bool)
            for starts in _forced_starts(instance, item, project, name):
                wanted |= starts
            screen.drop(mode, ~wanted, "forced", f"the constraint set forces {item} in")


def _forced_starts(instance: Instance, item: str, project: str, alternative: str) -> Iterator[np.ndarray]:
    """Yield the starts of an alternative that an item id, id@alternative or id@alternative@YYYY-MM covers."""
    parts = item.split("@")
    if parts[0] == project and (len(parts) == 1 or parts[1] == alternative):
        starts = np.arange(instance.periods)
        yield starts == instance.period_holding(parts[2]) if len(parts) == 3 else starts >= 0


def _apply_lender(screen: _Screen, mode: int, lender: LenderTest) -> None:
    number = int(screen.modes.alternative[mode])
    if screen.alternatives.status[screen.alternatives.project[number]] in {"committed", "started"}:
        return
    for starts, reason in lender.verdicts[number]:
        screen.drop(mode, starts, "lender", reason)
    fails = lender.fails_at[number]
    if fails.any():
        best = lender.japan_npv[number][screen.allowed[mode] & fails].max(initial=-np.inf)
        least = lender.min_japan_npv[number]
        finance = screen.alternatives.instance.settings.finance
        assert finance is not None
        what = f"{finance.lender}'s net present value is at most {best:.3f}, below {least:g}"
        screen.drop(mode, fails, "lender", what)


def _apply_funds(screen: _Screen, mode: int, funding: Funding) -> None:
    alternatives, number = screen.alternatives, int(screen.modes.alternative[mode])
    instance = alternatives.instance
    if not len(instance["funds"]) or not instance.is_on("funds") or not alternatives.commitment[number] > 0:
        return
    prices: dict[Fraction, list[int]] = {}
    for start in np.nonzero(screen.allowed[mode])[0].tolist():
        prices.setdefault(alternatives.commitment_at(number, start), []).append(start)
    for commitment, starts in prices.items():
        problem = _unpaid(alternatives, number, funding, commitment)
        if problem is not None:
            screen.drop(mode, np.isin(np.arange(screen.allowed.shape[1]), starts), "funds", problem)


def _unpaid(alternatives: Alternatives, number: int, funding: Funding, commitment: Fraction) -> str | None:
    """Return why funds can never add up to the commitment of an alternative at a start, or None if they may."""
    project, instance = int(alternatives.project[number]), alternatives.instance
    steps = alternatives.steps
    base = steps.amount("commitment", number, alternatives.whole[number])
    lowest = steps.amount("commitment", number, alternatives.least_scale[number])
    saved = most_saved(instance, alternatives.projects[project], alternatives.names[number])
    least = lowest / base * (base - saved) / base
    return funding.problem(project, commitment, commitment * least)


def _apply_calendar(screen: _Screen, mode: int, first: np.ndarray, last: np.ndarray) -> None:
    alternatives, number = screen.alternatives, int(screen.modes.alternative[mode])
    instance, start = alternatives.instance, np.arange(screen.allowed.shape[1])
    project = int(alternatives.project[number])
    _apply_own_dates(screen, mode, project)
    if instance.settings.calendar.finish_inside:
        late = start + alternatives.building[number] > instance.periods
        screen.drop(mode, late, "finish", "building would end past the horizon (finish_inside, construction_months)")
    review = int(screen.modes.review[mode])
    periods = "1 period" if review == 1 else f"{review} periods"
    given = instance["projects"].raw("review_remaining_months")[project] is not None
    named = "review_remaining_months" if given else "review_months of its permit"
    reason = f"the permit is not ready: its review takes {periods} from {instance.period_label(0)} ({named})"
    screen.drop(mode, start < review, "permit", reason)
    if alternatives.status[project] != "committed":
        until = instance.period_label(instance.last_selection_period)
        early = "too early to be funded after a selection (selection_to_funding_months)"
        screen.drop(mode, last < 0, "selection", early)
        reason = f"selected too late: the last selection is in {until} (last_selection)"
        screen.drop(mode, first > last, "selection", reason)


def _apply_frozen(screen: _Screen, mode: int, first: np.ndarray, last: np.ndarray) -> None:
    """Keep to the plan that stands in the periods that are frozen; narrows the selection windows in place."""
    alternatives, number = screen.alternatives, int(screen.modes.alternative[mode])
    instance, project = alternatives.instance, int(alternatives.project[number])
    periods, row = instance.frozen_periods, alternatives.approved.decided.get(project)
    if not periods:
        return
    start, free = np.arange(instance.periods), alternatives.under_way.selection[project] is None
    until = f"decisions before {instance.settings.calendar.frozen_until} are those of the approved plan"
    if row is None:
        if free:
            np.maximum(first, periods, out=first)
            screen.drop(mode, first > last, "frozen", f"{until}, which does not select it then (frozen_until)")
        return
    if row.alternative is not None and row.alternative != number:
        name = alternatives.names[row.alternative]
        screen.drop(mode, start >= 0, "frozen", f"{until}, which builds it as {name} (frozen_until)")
    if row.start is not None:
        wrong = start != row.start if row.start < periods else start < periods
        screen.drop(mode, wrong, "frozen", f"{until}, which starts it in {instance.period_label(row.start)}")
    if free and row.selection is not None and row.selection < periods:
        wrong = (first > row.selection) | (last < row.selection)
        when = instance.period_label(row.selection)
        screen.drop(mode, wrong, "frozen", f"{until}, which selects it in {when} (frozen_until)")
        first[~wrong] = last[~wrong] = row.selection


def _apply_own_dates(screen: _Screen, mode: int, project: int) -> None:
    instance, start = screen.alternatives.instance, np.arange(screen.allowed.shape[1])
    earliest, latest = (bound[project] for bound in screen.alternatives.start_window)
    rows = instance["projects"]
    named = [name for name in ("earliest_start", "latest_start") if rows.raw(name)[project] is not None]
    window = f"{instance.period_label(int(earliest))} to {instance.period_label(int(latest))}"
    reason = f"the project may only start in {window} ({', '.join(named)})"
    screen.drop(mode, (start < earliest) | (start > latest), "window", reason)


def _require_mandatory(options: Options) -> None:
    alternatives = options.alternatives
    present = np.bincount(options.project, minlength=len(alternatives.projects)) > 0
    faults = []
    for number, project in enumerate(alternatives.projects):
        if alternatives.funding_required(number) and not present[number]:
            reasons = [
                f"{item.alternative}{' (fast track)' if item.fast_track else ''}: {item.reason}"
                for item in options.dropped
                if item.project == project
            ]
            faults.append(
                Fault(
                    "projects",
                    None,
                    "status",
                    project,
                    f"it must be funded but has no possible option ({' | '.join(dict.fromkeys(reasons))})",
                    "change what removed its options, or its status",
                )
            )
    if faults:
        raise NoOptionError(faults)
