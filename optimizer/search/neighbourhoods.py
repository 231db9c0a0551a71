"""Which projects a sub-problem may decide anew, how many, and how: kinds of neighbourhoods that compete by success.

Two ways: a few projects, whose sub-problem branch and bound nearly solves, or, once that stalls, many, into which is
dived (`diving`). How many few are follows from how hard they are; of many there are three sizes. Kinds (Shaw 1998,
doi:10.1007/3-540-49481-2_30):

disagree
    The plan and the LP relaxation differ (Danna, Rothberg and Le Pape 2005, doi:10.1007/s10107-004-0518-7).
priced
    What the plan does with the project loses most by the relaxation's prices.
near
    As disagree, and those whose next option is nearly as good.
rivals
    They compete for one or two rows that the plan exhausts.
kin
    One sector or region.
linked
    They depend on each other, directly or through others.
window
    They start, in the plan or the relaxation, around one period.
any
    Any.
cross
    The plan and another one, found from elsewhere, differ; their options alone, or with the cheapest others (Rothberg
    2007, doi:10.1287/ijoc.1060.0189). Drawn once there is such a plan (`remember`).
"""

from __future__ import annotations

import copy
import random
from dataclasses import dataclass, replace
from statistics import geometric_mean

import numpy as np
from scipy import sparse

from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.problem.structure import Structure, row_owner
from outlay.optimizer.relaxation.relaxation import USED, Relaxation
from outlay.optimizer.search.bandit import Choice
from outlay.optimizer.solver.tasks.dive import Dive
from outlay.optimizer.solver.tasks.probe import Probe

#: Share of projects that branch and bound decides at first, and its bounds.
FIRST_SHARE, LEAST_SHARE, MOST_SHARE = 0.1, 0.002, 0.8
#: Shares of projects into which is dived.
DIVES = (0.3, 0.6, 1.0)
#: Chances that are spread evenly over kinds and ways, and how little is concluded from few tries. Kinds live from
#: their mixture: on 1,000 generated projects the best of them alone gains less than half of what all do together.
KINDS_EVEN, WAYS_EVEN, KINDS_DOUBT, WAYS_DOUBT = 0.6, 0.2, 5.0, 1.0
#: Fractional columns at which branch and bound takes over from a dive, at first, and their bounds.
FIRST_OPEN, LEAST_OPEN, MOST_OPEN = 40.0, 5.0, 200.0
#: Seconds of a dive itself: so many times what the relaxation took, but at least so many.
DIVE_TIMES, LEAST_DIVE_S = 10.0, 10.0
#: Options that a dive may choose, the cheapest by the relaxation's prices, beside those of plan and relaxation.
MOST_DIVED = 20_000
#: Reduced cost up to which options may be chosen in a sub-problem, beside those of plan and relaxation: so many times
#: what the plan loses a project, on the average; and where plans are crossed.
BREADTHS, CROSS_BREADTHS = (3.0, 10.0, 30.0), (0.0, 0.0, 3.0)
#: Projects are weighty if worth so many times what one funded project is worth, by turns; what costs the relaxation so
#: many times that is cheap.
WEIGHTY, CHEAP = (2.0, 1.0, 3.0), 0.02
#: A dive fixes one of these shares of the columns in question in a step, and goes first for what the relaxation uses
#: more than one of these; drawn for each dive. A step may cost so many times what one funded project is worth, less in
#: the heart, where what costs much is decided.
DIVE_SHARES, DIVE_SURE, DIVE_LOSS, HEART_LOSS = (0.05, 0.1, 0.15), (0.5, 0.6, 0.7), 2.0, 0.3
#: A dive is given up once it promises less than there is by this share of the gap; what it finds above that is crossed
#: with better plans.
DIVE_WORSE = 0.2
#: So many plans are remembered.
REMEMBERED = 6


@dataclass(frozen=True)
class Neighbourhood:
    """What a sub-problem may decide anew.

    Attributes
    ----------
    kind, way, breadth
        Numbers of the kind, of the way (0: branch and bound; others: a dive) and of the breadth.
    free
        The columns that are free, shape (columns,).
    """

    kind: int
    way: int
    breadth: int
    free: np.ndarray


class Neighbourhoods:
    """Draws neighbourhoods of a plan, from a seeded generator."""

    def __init__(self, problem: Problem, structure: Structure, relaxation: Relaxation, *, seed: int) -> None:
        self.structure = structure
        self.random = random.Random(seed)  # noqa: S311 - not a secret
        self.inside = (structure.project >= 0) & ~structure.derived
        self.owner = structure.project[self.inside]
        self.rows = sparse.csr_array(problem.matrix)
        names = ["disagree", "priced", "near", "rivals", "any", "window"]
        names += ["kin"] if structure.labels else []
        names += ["linked"] if structure.links.nnz else []
        self.kinds = Choice(names, self.random, even=KINDS_EVEN, doubt=KINDS_DOUBT)
        self.ways = Choice(["branch"], self.random, even=WAYS_EVEN, doubt=WAYS_DOUBT)
        #: Share of projects for branch and bound, by kind and breadth, as learned.
        self.share: dict[tuple[int, int], float] = {}
        #: Columns left open by a dive, by way.
        self.open_columns = dict.fromkeys(range(1, len(DIVES) + 1), FIRST_OPEN)
        self.others: list[np.ndarray] = []
        self.in_heart = False
        self.hearts = 0
        self._look_at(problem, relaxation)

    def _look_at(self, problem: Problem, relaxation: Relaxation) -> None:
        self.problem, self.relaxation = problem, relaxation
        self.unit = relaxation.unit(self.inside)
        self.cheapest = self._cheapest(MOST_DIVED)
        self.fraction = self._by_project(np.minimum(relaxation.point, 1.0 - relaxation.point))
        self.nearest = self._nearest()
        self.choice, self.choice_owner = self._choices()

    def within(self, problem: Problem, relaxation: Relaxation) -> Neighbourhoods:
        """Return neighbourhoods for the same rows under narrower bounds; both learn from what either comes to."""
        narrow = copy.copy(self)
        narrow.in_heart = True
        narrow._look_at(problem, relaxation)
        return narrow

    def under(self, problem: Problem, relaxation: Relaxation) -> Neighbourhoods:
        """Return neighbourhoods for more rows; both learn from what either comes to."""
        more = copy.copy(self)
        more.rows = sparse.csr_array(problem.matrix)
        # The relaxation began from a basis that was known, which says little of how quick others are.
        seconds, slow = max(relaxation.seconds, self.relaxation.seconds), relaxation.slow or self.relaxation.slow
        more._look_at(problem, replace(relaxation, seconds=seconds, slow=slow))
        return more

    def remember(self, plan: np.ndarray, now: np.ndarray) -> None:
        """Take note of a plan found from elsewhere, to be crossed with others, unless it chooses what is chosen now."""
        if not self._by_project(np.abs(np.round(plan) - np.round(now))).any():
            return
        if not self.others:
            self.kinds.add("cross")
        self.others.append(plan)
        del self.others[:-REMEMBERED]

    def _cheapest(self, most: int) -> np.ndarray:
        """Return the columns that the relaxation uses and so many of the cheapest others, and all without a project."""
        chosen = ~self.inside | (self.relaxation.point > USED)
        others = np.nonzero(~chosen)[0]
        cost = np.where(self.problem.lower < self.problem.upper, np.abs(self.relaxation.reduced_cost), np.inf)[others]
        chosen[others[np.argsort(cost, kind="stable")[:most]]] = True
        return chosen

    @property
    def dive_s(self) -> float:
        """Seconds that a dive itself may take."""
        return max(LEAST_DIVE_S, DIVE_TIMES * self.relaxation.seconds)

    def widen(self) -> bool:
        """Allow dives from now on; False if they are allowed already, or the relaxation is no good for them."""
        if len(self.ways.names) > 1 or not self.relaxation.quick:
            return False
        for share in DIVES:
            self.ways.add(f"dive {share}")
        return True

    def _by_project(self, amount: np.ndarray) -> np.ndarray:
        """Return the sum of an amount a column by project, at least 0."""
        return np.maximum(0.0, np.bincount(self.owner, weights=amount[self.inside], minlength=self.structure.projects))

    def _nearest(self) -> np.ndarray:
        """Return how close each project's second thoughts are: 1 where an option costs nothing, 0 far away."""
        cost = np.full(self.structure.projects, np.inf)
        np.minimum.at(cost, self.owner, np.abs(self.relaxation.reduced_cost[self.inside]) / self.unit)
        return np.exp(-10.0 * cost)

    def _choices(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the priced rows that hold columns of one project only (its choice among options), and the project."""
        owner = row_owner(self.rows, self.structure.project)
        own = np.nonzero((owner >= 0) & (np.abs(self.relaxation.row_dual) > 1e-9))[0]
        return own, owner[own]

    def draw(self, plan: np.ndarray) -> Neighbourhood:
        """Return a neighbourhood of a plan."""
        way, kind, breadth = self.ways.draw(), self.kinds.draw(), self.random.randrange(len(BREADTHS))
        share = DIVES[way - 1] if way else self._share(kind, breadth)
        wanted = min(max(2, round(share * self.structure.projects)), self.structure.projects)
        name = self.kinds.names[kind]
        if name == "cross":
            other = self.others[self.random.randrange(len(self.others))]
            chosen, most = self._cross(plan, other, wanted), CROSS_BREADTHS[breadth]
        else:
            other, chosen, most = plan, getattr(self, f"_{name}")(plan, wanted), BREADTHS[breadth]
        worth = (other > 0.5) | (self.cheapest | (plan > 0.5) if way else self._worth_a_thought(plan, most))
        free = self.structure.project < 0
        free[~free] = chosen[self.structure.project[~free]]
        return Neighbourhood(kind, way, breadth, free & (~self.inside | worth))

    def probe(self, most_s: float | None) -> Probe:
        """Return how to decide what is weighty, in so many seconds."""
        owner = np.where(self.structure.derived, -1, self.structure.project)
        least = WEIGHTY[self.hearts % len(WEIGHTY)] * self.unit
        self.hearts += 1
        return Probe(owner, least, CHEAP * self.unit, self.random.randrange(2**31), most_s)

    def dive(self, open_columns: float, rest_s: float | None, *, start: np.ndarray | None = None) -> Dive:
        """Return how to dive, for something that is not much worse than `start`: a plan may be worth crossing."""
        cutoff = float("inf")
        if start is not None:
            value = self.problem.value(start)
            cutoff = value + DIVE_WORSE * max(0.0, value - self.relaxation.value)
        share, sure = self.random.choice(DIVE_SHARES), self.random.choice(DIVE_SURE)
        seed, most_lost = self.random.randrange(2**31), (HEART_LOSS if self.in_heart else DIVE_LOSS) * self.unit
        return Dive(self.structure.first_start, round(open_columns), share, sure, cutoff, most_lost, seed, rest_s)

    def at_its_largest(self, drawn: Neighbourhood) -> bool:
        """Whether a neighbourhood of this kind and way cannot grow any more."""
        if drawn.way:
            return self.open_columns[drawn.way] >= MOST_OPEN
        crossed = self.kinds.names[drawn.kind] == "cross"
        return crossed or self._share(drawn.kind, drawn.breadth) >= MOST_SHARE

    def learn(self, drawn: Neighbourhood, *, gain: float, seconds: float, cut_short: bool, quick: bool) -> None:
        """Take note of a sub-problem: what it gained, whether it ran into its limit, or had much time left."""
        for choice, number in ((self.kinds, drawn.kind), (self.ways, drawn.way)):
            choice.learn(number, gain=gain / self.unit, seconds=seconds)
        if drawn.way:
            factor = 0.8 if cut_short else 1.25 if quick else 1.0
            open_columns = factor * self.open_columns[drawn.way]
            self.open_columns[drawn.way] = min(MOST_OPEN, max(LEAST_OPEN, open_columns))
            return
        key, factor = (drawn.kind, drawn.breadth), 1.0
        if cut_short:
            factor = 0.9 if gain > 0 else 0.75
        elif quick:
            factor = 1.15 if gain > 0 else 1.5
        self.share[key] = min(MOST_SHARE, max(LEAST_SHARE, factor * self._share(*key)))

    def _share(self, kind: int, breadth: int) -> float:
        """Return the share of projects for branch and bound: the average of the others until one is learned."""
        if not self.share:
            return FIRST_SHARE
        return self.share.get((kind, breadth), geometric_mean(self.share.values()))

    def _worth_a_thought(self, plan: np.ndarray, breadth: float) -> np.ndarray:
        """Return the columns whose reduced cost leaves them a chance; an exact one above the gap leaves none."""
        relaxation, cost = self.relaxation, np.abs(self.relaxation.reduced_cost)
        used = (plan > 0.5) | (relaxation.point > USED)
        gap = max(0.0, self.problem.value(plan) - relaxation.value)
        cheap = cost <= breadth * gap / max(1.0, float((plan[self.inside] > 0.5).sum()))
        hopeless = relaxation.exact & (cost > gap) & (plan == np.round(relaxation.point))
        return (used | cheap) & ~hopeless

    # -- kinds ---------------------------------------------------------------------------------------------------------

    def _sample(self, score: np.ndarray, wanted: int) -> np.ndarray:
        """Return a mask of projects drawn without replacement with chances by score (Efraimidis and Spirakis 2006)."""
        keys = np.array([self.random.random() for _ in range(len(score))])
        with np.errstate(divide="ignore"):
            keys = np.log(keys) / np.maximum(score, 1e-12)
        chosen = np.zeros(len(score), dtype=bool)
        chosen[np.argsort(-keys, kind="stable")[:wanted]] = True
        return chosen

    def _difference(self, plan: np.ndarray) -> np.ndarray:
        return self._by_project(np.abs(plan - self.relaxation.point))

    def _merit(self, plan: np.ndarray) -> np.ndarray:
        """Return what each project loses by the relaxation's prices, and how undecided the relaxation is about it.

        It loses by the options taken or left out, and, where none is taken, by the choice itself.
        """
        price = self.relaxation.reduced_cost
        loss = np.maximum(price, 0.0) * plan + np.maximum(-price, 0.0) * (1.0 - plan)
        dual, rows = self.relaxation.row_dual[self.choice], self.choice
        limit = np.where(dual < 0, self.problem.row_upper[rows], self.problem.row_lower[rows])
        missed = np.where(np.isfinite(limit), dual * (self.rows[rows] @ plan - limit), 0.0)
        missed = np.bincount(self.choice_owner, weights=np.maximum(missed, 0.0), minlength=self.structure.projects)
        return (self._by_project(loss) + missed) / self.unit + 0.3 * self.fraction + 0.01

    def _disagree(self, plan: np.ndarray, wanted: int) -> np.ndarray:
        return self._sample(self._difference(plan) + 0.02, wanted)

    def _priced(self, plan: np.ndarray, wanted: int) -> np.ndarray:
        return self._sample(self._merit(plan), wanted)

    def _near(self, plan: np.ndarray, wanted: int) -> np.ndarray:
        return self._sample(self._difference(plan) + 0.3 * self.nearest + 0.001, wanted)

    def _any(self, _plan: np.ndarray, wanted: int) -> np.ndarray:
        return self._sample(np.ones(self.structure.projects), wanted)

    def _cross(self, plan: np.ndarray, other: np.ndarray, wanted: int) -> np.ndarray:
        differ = self._by_project(np.abs(np.round(plan) - np.round(other))) > 0.5
        return self._sample(differ.astype(float), min(wanted, int(differ.sum())))

    def _rivals(self, plan: np.ndarray, wanted: int) -> np.ndarray:
        upper = self.problem.row_upper
        with np.errstate(invalid="ignore"):
            full = upper - self.rows @ plan <= 0.02 * np.maximum(1.0, np.abs(upper))
        priced = np.abs(self.relaxation.row_dual) > 1e-9
        tight = np.nonzero(full & priced & (np.diff(self.rows.indptr) > 20))[0]
        score, merit = np.full(self.structure.projects, 1e-6), self._merit(plan)
        for _ in range(min(2, len(tight))):
            row = int(tight[self.random.randrange(len(tight))])
            members = self.structure.project[self.rows.indices[self.rows.indptr[row] : self.rows.indptr[row + 1]]]
            members = members[members >= 0]
            score[members] = merit[members]
        return self._sample(score, wanted)

    def _kin(self, plan: np.ndarray, wanted: int) -> np.ndarray:
        label = self.structure.labels[self.random.randrange(len(self.structure.labels))]
        same = label == label[self.random.randrange(len(label))]
        return self._sample(np.where(same, self._merit(plan), 1e-6), wanted)

    def _linked(self, plan: np.ndarray, wanted: int) -> np.ndarray:
        links, chosen = self.structure.links, np.zeros(self.structure.projects, dtype=bool)
        seeds = np.nonzero(self._sample(self._merit(plan), wanted))[0].tolist()
        self.random.shuffle(seeds)
        count = 0
        for seed in seeds:
            front = [seed]
            for project in front:
                if count >= wanted:
                    return chosen
                if not chosen[project]:
                    chosen[project] = True
                    count += 1
                    if len(front) <= wanted:
                        front += links.indices[links.indptr[project] : links.indptr[project + 1]].tolist()
        return chosen

    def _window(self, plan: np.ndarray, wanted: int) -> np.ndarray:
        structure = self.structure
        present = structure.option_column >= 0
        column, project, start = (
            array[present] for array in (structure.option_column, structure.option_project, structure.option_start)
        )
        middle = start[self.random.randrange(len(start))]
        away = np.full(structure.projects, np.inf)
        for used in (plan[column] > 0.5, self.relaxation.point[column] > 0.1):
            np.minimum.at(away, project[used], np.abs(start[used] - middle).astype(float))
        return self._sample(np.exp(-away) * (0.2 + self._merit(plan)) + 1e-9, wanted)
