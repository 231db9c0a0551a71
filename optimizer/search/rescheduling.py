"""Schedules by sampled priorities, again and again, where it matters when projects start.

The serial schedule generation scheme takes projects in an order of priority, each by the best of its options that every
row still allows (Kolisch and Hartmann 1999, doi:10.1007/978-1-4615-5533-9_7). Priorities are drawn around the starts of
the best plan, or around what projects, and those that wait for them, are worth for what they use. In some of the
schedules that are no worse than the best one, every project in turn, the last one first, moves as late as it may
without delaying the end, and again, the first one first, to where it costs least: forward-backward improvement (Tormos
and Lova 2001, doi:10.1023/A:1010997814183). With every schedule that costs more than it gains: schedule-60-1 came to
441 in 8 s of CPU then, 445 if only the best ones are improved and 452 if none is, in the mean of three seeds; with 120
activities and optional ones there is no clear order. Rows are the problem's own (`Ledger`), so every family is
respected, and rules of the user's own too; a project that waits for another is tried again whenever something has made
room.

What only costs something is taken for what waits for it, as waste is dug above ore, where the whole is worth it
(`closure`), as soon as it can be, and left out again if nothing that is funded waits for it.

It needs no relaxation, and so goes on beside a slow one. Options are taken in full, and nothing is bought or imported
for them: what that would gain is left to the other neighbourhoods.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import numpy as np
from scipy import sparse

from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.problem.structure import Structure, row_owner
from outlay.optimizer.relaxation.relaxation import Relaxation
from outlay.optimizer.search.drawing_params import Scheduling
from outlay.optimizer.search.ledgers.closure import closure, depth, prices
from outlay.optimizer.search.ledgers.dates import DatedLedger, dated_ledger
from outlay.optimizer.search.ledgers.growing import nothing
from outlay.optimizer.search.ledgers.rows import Ledger
from outlay.optimizer.search.rounding import must_be_funded

#: So many options of a project are tried at once, the cheapest first; then twice as many, and so on.
AT_ONCE = 32
#: How to draw, unless told otherwise.
DEFAULT = Scheduling()


@dataclass(frozen=True)
class Lead:
    """What a relaxation says to schedules: the price of what each option uses, and how much of each project it funds.

    Shapes (options,) and (projects,).
    """

    price: np.ndarray
    funded: np.ndarray


class Rescheduling:
    """Draws schedules of a problem from a seeded generator.

    Attributes
    ----------
    problem, structure
        The problem, and whose its columns are.
    options
        Options that have columns, sorted by project, the cheapest of each first; all others count from 0 in this order.
    chosen
        The best schedule so far: an option of each project, -1 for none; shape (projects,).
    value
        What it is worth, of the minimisation.
    """

    def __init__(
        self,
        problem: Problem,
        structure: Structure,
        options: np.ndarray,
        ledger: Ledger | DatedLedger,
        *,
        seed: int,
        params: Scheduling,
    ) -> None:
        self.problem, self.structure, self.params = problem, structure, params
        self.random = Random(seed)  # noqa: S311 - not a secret
        self.options = options
        own = structure.option_project[self.options]
        self._first = np.searchsorted(own, np.arange(structure.projects + 1))
        self._nothing = nothing(problem, structure)
        self._ledger = ledger
        self._cost = (structure.funded.T @ problem.cost)[self.options]
        self._empty = problem.value(self._nothing)
        self._start = structure.option_start[self.options]
        self._end = structure.option_operation[self.options]
        self._must = must_be_funded(problem, structure)
        possible = (structure.funded.T @ (problem.upper < 1.0).astype(float))[self.options] == 0
        #: Projects that only cost something and that others, which are worth more, wait for.
        self._paves = self._worth_paving(own, possible)
        self._open = possible & ((self._must | self._paves)[own] | (self._cost < 0))
        #: How many have to come before each project, one after the other.
        self._depth = depth(self._ledger.waiting, structure.projects)
        #: What projects are worth for what they use, in one way or two.
        self._worths = self._worths_for_use(own)
        #: Priorities that are to be followed as they are, once.
        self._orders = [-worth for worth in self._worths]
        self._short: dict[int, float] = {}
        self._price, self._dear = np.zeros(len(options)), 0.0
        self._lead: Lead | None = None
        self._seeming: np.ndarray | None = None
        self.chosen = np.full(structure.projects, -1)
        self.value = np.inf

    def _worths_for_use(self, own: np.ndarray) -> list[np.ndarray]:
        """Return what each project at its best is worth for what it uses.

        Together with part of what waits for it; and, where some only cost something, together with all of what it waits
        for, the higher price first.
        """
        most, use = np.full(self.structure.projects, -np.inf), np.full(self.structure.projects, np.inf)
        np.maximum.at(most, own, -self._cost)
        np.minimum.at(use, own, self._ledger.shares())
        use[np.isinf(use)] = 1.0
        worth, (later, earlier) = np.maximum(most, 0.0), self._ledger.waiting
        total = worth.copy()
        for _ in range(self.structure.projects):
            more = worth + self.params.inherited * np.bincount(earlier, weights=total[later], minlength=len(worth))
            if np.allclose(more, total):
                break
            total = more
        found = [np.maximum(total, 1e-9) / np.maximum(use, 1e-9)]
        if self._paves.any():
            # At one price what lies deep comes first: it waits, and is taken as soon as all above it is.
            order = _rank(self._depth / max(1, self._depth.max()) + _rank(total))
            price = prices(most, use, self._ledger.waiting, self.params.priced)
            found.insert(0, np.maximum(price, 1e-9) * (1.0 + 1e-3 * order))
        return found

    def _worth_paving(self, own: np.ndarray, possible: np.ndarray) -> np.ndarray:
        most = np.full(self.structure.projects, -np.inf)
        np.maximum.at(most, own[possible], -self._cost[possible])
        return (most <= 0) & ~self._must & closure(most, self._ledger.waiting)

    def begin_from(self, point: np.ndarray | None) -> None:
        """Draw around the starts of a plan from now on, if it is better than what was drawn."""
        if point is None or not self.problem.value(point) < self.value:
            return
        funded = point[self.structure.option_column[self.options]] > 0.5
        self.chosen = np.full(self.structure.projects, -1)
        self.chosen[self.structure.option_project[self.options[funded]]] = np.nonzero(funded)[0]
        self.value = self.problem.value(point)

    def follow(self, point: np.ndarray) -> int:
        """Draw next by the dates at which a relaxation starts projects, on the average; return how many schedules.

        Of one date what is worth more comes first. So mines are scheduled (Chicoisne and others 2012,
        doi:10.1287/opre.1120.1050).
        """
        own, used = self.structure.option_project[self.options], point[self.structure.option_column[self.options]]
        count, never = self.structure.projects, 1.0 + float(self._start.max(initial=0))
        date = np.bincount(own, weights=used * self._start, minlength=count)
        date += never * np.maximum(0.0, 1.0 - np.bincount(own, weights=used, minlength=count))
        self._orders += [date - 1e-3 * _rank(worth) for worth in self._worths]
        return len(self._orders)

    def lead_by(self, relaxation: Relaxation) -> None:
        """Draw by a relaxation too from now on: what it funds, and what it says that is scarce costs."""
        row_dual, structure = relaxation.row_dual, self.structure
        shared = row_owner(sparse.csr_array(self.problem.matrix), structure.project) < 0
        price = -(structure.funded.T @ (self.problem.matrix.T @ np.where(shared, row_dual, 0.0)))[self.options]
        used = np.clip(relaxation.point[structure.option_column[self.options]], 0.0, 1.0)
        own = structure.option_project[self.options]
        self._lead = Lead(price, np.bincount(own, weights=used, minlength=structure.projects))

    def search(self, over: Callable[[], bool], keep: Callable[[np.ndarray], object], most: float = np.inf) -> None:
        """Draw schedules until `over` says so, at most so many; hand over each that is better than all before it."""
        while most > 0 and not over():
            most -= 1
            found = self._schedule(self._orders.pop(0) if self._orders else self._keys(), over)
            self._seeming = None  # what is improved below costs what it costs
            if found is None or self._worth_of(found) > self.value:
                continue
            if self.random.random() < self.params.justified:
                found = self._justified(found, over)
            point = self.point(found)
            value = self.problem.value(point)
            if value <= self.value and self.problem.holds(point):  # of rows by which one waits not all are looked at
                better = value < self.value
                self.chosen, self.value = found, value
                if better:
                    keep(point)

    def _worth_of(self, chosen: np.ndarray) -> float:
        """Return what a schedule is worth, of the minimisation."""
        return self._empty + float(self._cost[chosen[chosen >= 0]].sum())

    def point(self, chosen: np.ndarray) -> np.ndarray:
        """Return a schedule as a point of the problem."""
        point, funded = self._nothing.copy(), self.structure.funded
        for option in self.options[chosen[chosen >= 0]].tolist():
            point[funded.indices[funded.indptr[option] : funded.indptr[option + 1]]] += 1.0
        return point

    # -- priorities --------------------------------------------------------------------------------------------------

    def _keys(self) -> np.ndarray:
        """Return the priority of each project, the smallest first."""
        if self._lead is not None and self.random.random() <= self.params.led:
            return self._led(self._lead)
        count, size = self.structure.projects, max(1, int(self._start.max(initial=0)))
        random = np.array([self.random.random() for _ in range(count)])
        funded = self.chosen >= 0
        how = self.params
        way = self.random.random() if funded.any() else 1.0
        if way >= how.by_start + how.by_place:
            return -self._worths[-1] * (1.0 + self.random.choice(how.spread)) ** (2.0 * random - 1.0)
        late = size * (1.0 + random)
        keys = np.where(funded, self._start[self.chosen], late).astype(float)
        if way < how.by_start:
            return keys + self.random.choice(how.noise) * size * (2.0 * random - 1.0)
        keys += 1e-3 * random
        for _ in range(self.random.choice(how.pulled)):
            self._pull(keys, self.random.randrange(count))
        return keys

    def _led(self, lead: Lead) -> np.ndarray:
        """Return the priority of each project by a relaxation: by chance what it funds, then what is worth most.

        What that is worth is what is left of it once all that is scarce is paid for.
        """
        self._seeming = self._cost + self.random.choice(self.params.leeway) * lead.price
        count, own = self.structure.projects, self.structure.option_project[self.options]
        least = np.zeros(count)
        np.minimum.at(least, own, self._seeming)
        random = np.array([self.random.random() for _ in range(count)])
        return least / max(float(-least.min()), 1e-9) - (random < lead.funded)

    def _pull(self, keys: np.ndarray, project: int) -> None:
        """Let a project come at an earlier place, and before it what it hangs on and comes before it now."""
        links, place = self.structure.links, keys[project] * self.random.random()
        front, seen = [project], {project}
        for steps, one in enumerate(front):
            for other in links.indices[links.indptr[one] : links.indptr[one + 1]].tolist():
                if other not in seen and place < keys[other] < keys[one]:
                    seen.add(other)
                    front.append(other)
            keys[one] = place - 1e-3 * steps

    # -- schedules ---------------------------------------------------------------------------------------------------

    def _schedule(self, keys: np.ndarray, over: Callable[[], bool]) -> np.ndarray | None:
        """Return a schedule by priorities; None if what must be funded is not."""
        self._ledger.clear()
        self._dear = 1.0 if self.value == np.inf else self.random.choice(self.params.dear) if self._short else 0.0
        chosen = np.full(self.structure.projects, -1)
        waiting: dict[int, int] = {}  # and which turn they had
        turn = 0
        for project in np.argsort(keys, kind="stable").tolist():
            ready = [project]
            while ready:
                if over():
                    return None
                first = ready.pop(0)
                option = self._best(first)
                if option < 0:
                    waiting.setdefault(first, turn)
                    turn += 1
                    continue
                chosen[first] = option
                waiting.pop(first, None)
                room, followers = self._ledger.take(option), self._ledger.followers[first]
                again = waiting if room else sorted(followers & waiting.keys(), key=waiting.__getitem__)
                ready = list(dict.fromkeys((*ready, *again)))
        lacking = np.nonzero(self._must & (chosen < 0))[0]
        if len(lacking):
            self._learn(lacking)
            return None
        return self._settled(chosen)

    def _settled(self, chosen: np.ndarray) -> np.ndarray:
        """Leave out what only costs something and nothing that is funded waits for; the rest as cheaply as it may be.

        So that it is done no earlier than what waits for it needs.
        """
        paving = np.nonzero(self._paves & (chosen >= 0))[0]
        for project in paving[np.lexsort((-self._depth[paving], -self._start[chosen[paving]]))].tolist():
            if (chosen[list(self._ledger.followers[project])] < 0).all():
                self._ledger.give_back(int(chosen[project]))
                chosen[project] = -1
            else:
                self._move(chosen, project, early=False)
        return chosen

    def _learn(self, lacking: np.ndarray) -> None:
        """Make options that use what there was too little of, for some that must be funded, seem to cost more.

        So where alternatives differ in what they use up, a budget that nothing renews say, those that use less come up.
        """
        for project in lacking.tolist():
            for place in self._ledger.short(int(self._first[project]), int(self._first[project + 1])).tolist():
                self._short[place] = self._short.get(place, 0.0) + 1.0 / len(lacking)
        best = np.abs(self._cost[self._first[:-1][np.diff(self._first) > 0]])  # the cheapest option of each project
        self._price = float(best.mean()) * self._ledger.priced(self._short)

    def _justified(self, chosen: np.ndarray, over: Callable[[], bool]) -> np.ndarray:
        """Move every project as late as it may be, and then to where it costs least."""
        funded = np.nonzero(chosen >= 0)[0]
        end = int(self._end[chosen[funded]].max(initial=0))
        for project in funded[np.argsort(-self._end[chosen[funded]], kind="stable")].tolist():
            if over():
                return chosen
            self._move(chosen, project, latest=end)
        for project in np.argsort(np.where(chosen >= 0, self._start[chosen], np.inf), kind="stable").tolist():
            self._move(chosen, project)
        return self._settled(chosen)

    def _move(self, chosen: np.ndarray, project: int, latest: int | None = None, *, early: bool = True) -> None:
        before = int(chosen[project])
        if before >= 0:
            self._ledger.give_back(before)
        option = self._best(project, latest, early=early)
        option = before if option < 0 else option
        chosen[project] = option
        if option >= 0:
            self._ledger.take(option)

    def _best(self, project: int, latest: int | None = None, *, early: bool = True) -> int:
        """Return the cheapest option that all rows allow, -1 if none is; or the last one that ends by a date.

        What need not be funded is taken only if it is worth something, or what waits for it is; then, unless told
        otherwise, the earliest option counts: what only costs something costs least in the end, which is too late for
        what waits for it.
        """
        begin, end = int(self._first[project]), int(self._first[project + 1])
        allowed = self._ledger.in_order(begin, end) & self._open[begin:end]
        if latest is not None:
            allowed &= self._end[begin:end] <= latest
        places = np.nonzero(allowed)[0] + begin
        if latest is not None:
            places = places[np.argsort(-self._start[places], kind="stable")]
        elif early and self._paves[project]:
            places = places[np.argsort(self._start[places], kind="stable")]
        elif self._seeming is not None:
            places = places[np.argsort(self._seeming[places], kind="stable")]
        elif self._short:
            places = places[np.argsort((self._cost + self._dear * self._price)[places], kind="stable")]
        return self._first_that_fits(places)

    def _first_that_fits(self, places: np.ndarray) -> int:
        """Return the first of some options of a project that rows have room for, -1 if none is."""
        at, size = 0, AT_ONCE  # mostly it is one of the first ones
        while at < len(places):
            some = places[at : at + size]
            begin = int(some.min())
            fits = self._ledger.fits(begin, int(some.max()) + 1)[some - begin]
            first = int(fits.argmax())
            if fits[first]:
                return int(some[first])
            at, size = at + size, 2 * size
        return -1


def _rank(values: np.ndarray) -> np.ndarray:
    """Return the place of each value among all, from 0 for the least to less than 1."""
    return np.argsort(np.argsort(values, kind="stable"), kind="stable") / max(1, len(values))


def rescheduling(
    problem: Problem, structure: Structure, *, seed: int, params: Scheduling = DEFAULT
) -> Rescheduling | None:
    """Return what draws schedules of a problem; None where few can start at several dates, or too large."""
    present = structure.option_column >= 0
    starts = np.unique(np.stack([structure.option_project[present], structure.option_start[present]]), axis=1)
    if not present.any() or starts.shape[1] < 2 * structure.projects:
        return None
    options, cost = np.nonzero(present)[0], structure.funded.T @ problem.cost
    order = np.lexsort((structure.option_start[options], cost[options], structure.option_project[options]))
    options = options[order]
    ledger = _ledger(problem, structure, options, params)
    return None if ledger is None else Rescheduling(problem, structure, options, ledger, seed=seed, params=params)


def _ledger(
    problem: Problem, structure: Structure, options: np.ndarray, params: Scheduling
) -> Ledger | DatedLedger | None:
    """Return what tells which options fit, by rows or, where options stand in many rows of precedence, by dates."""
    entries, empty = np.diff(problem.matrix.indptr).astype(float), nothing(problem, structure)
    standing = np.bincount(structure.funded.indices, minlength=len(entries))
    many = standing @ entries
    if many > params.dated_entries:
        few = standing @ np.where(structure.derived, 0.0, entries) <= params.most_entries
        dated = dated_ledger(problem, structure, options, empty, params.hardest) if few else None
        if dated is not None or many > params.most_entries:
            return dated
    effect = sparse.csc_array(problem.matrix @ structure.funded)
    effect.eliminate_zeros()
    own, effect = structure.option_project[options], sparse.csc_array(effect[:, options])
    return Ledger(problem, effect, own, empty, projects=structure.projects, hardest=params.hardest)
