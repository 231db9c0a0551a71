"""Which projects a sub-problem may decide anew, how many, and how: kinds of neighbourhoods that compete by success.

Two ways: a few projects, whose sub-problem branch and bound nearly solves, or, once that stalls, many, into which is
dived (`dive`). How many few are follows from how hard they are; of many there are three sizes. The kinds (Shaw 1998,
doi:10.1007/3-540-49481-2_30) are listed in `neighbourhoods.registry`.
"""

from __future__ import annotations

import copy
import random
from dataclasses import dataclass, replace
from statistics import geometric_mean

import numpy as np
from scipy import sparse

from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.problem.structure import Structure
from outlay.optimizer.relaxation.relaxation import USED, Relaxation
from outlay.optimizer.search.bandit import Choice
from outlay.optimizer.search.neighbourhoods.cross import Cross
from outlay.optimizer.search.neighbourhoods.guide import Guide, Kind
from outlay.optimizer.search.neighbourhoods.registry import CROSSING, kinds_for
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
#: Projects are dominant if worth so many times what one funded project is worth, by turns; what costs the relaxation so
#: many times that is cheap.
DOMINANT, CHEAP = (2.0, 1.0, 3.0), 0.02
#: A dive fixes one of these shares of the columns in question in a step, and goes first for what the relaxation uses
#: more than one of these; drawn for each dive. A step may cost so many times what one funded project is worth, less in
#: the core, where what costs much is decided.
DIVE_SHARES, DIVE_SURE, DIVE_LOSS, CORE_LOSS = (0.05, 0.1, 0.15), (0.5, 0.6, 0.7), 2.0, 0.3
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
        self.known: list[Kind] = kinds_for(structure)
        self.kinds = Choice([kind.name for kind in self.known], self.random, even=KINDS_EVEN, doubt=KINDS_DOUBT)
        self.ways = Choice(["branch"], self.random, even=WAYS_EVEN, doubt=WAYS_DOUBT)
        #: Share of projects for branch and bound, by kind and breadth, as learned.
        self.share: dict[tuple[int, int], float] = {}
        #: Columns left open by a dive, by way.
        self.open_columns = dict.fromkeys(range(1, len(DIVES) + 1), FIRST_OPEN)
        self.others: list[np.ndarray] = []
        self.in_core = False
        self.cores = 0
        self._look_at(problem, relaxation, sparse.csr_array(problem.matrix))

    def _look_at(self, problem: Problem, relaxation: Relaxation, rows: sparse.csr_array) -> None:
        self.guide = Guide(problem, self.structure, relaxation, rows, self.random)
        self.inside, self.unit = self.guide.inside, self.guide.unit
        self.cheapest = self._cheapest(MOST_DIVED)

    @property
    def problem(self) -> Problem:
        """The problem from which is drawn."""
        return self.guide.problem

    @property
    def relaxation(self) -> Relaxation:
        """Its relaxation."""
        return self.guide.relaxation

    def within(self, problem: Problem, relaxation: Relaxation) -> Neighbourhoods:
        """Return neighbourhoods for the same rows under narrower bounds; both learn from what either comes to."""
        narrow = copy.copy(self)
        narrow.in_core = True
        narrow._look_at(problem, relaxation, self.guide.rows)
        return narrow

    def under(self, problem: Problem, relaxation: Relaxation) -> Neighbourhoods:
        """Return neighbourhoods for more rows; both learn from what either comes to."""
        more = copy.copy(self)
        # The relaxation began from a basis that was known, which says little of how quick others are.
        seconds, slow = max(relaxation.seconds, self.relaxation.seconds), relaxation.slow or self.relaxation.slow
        more._look_at(problem, replace(relaxation, seconds=seconds, slow=slow), sparse.csr_array(problem.matrix))
        return more

    def remember(self, plan: np.ndarray, now: np.ndarray) -> None:
        """Take note of a plan found from elsewhere, to be crossed with others, unless it chooses what is chosen now."""
        if not self.guide.by_project(np.abs(np.round(plan) - np.round(now))).any():
            return
        if not self.others:
            self.known.append(CROSSING)
            self.kinds.add(CROSSING.name)
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

    def draw(self, plan: np.ndarray) -> Neighbourhood:
        """Return a neighbourhood of a plan."""
        way, kind, breadth = self.ways.draw(), self.kinds.draw(), self.random.randrange(len(BREADTHS))
        share = DIVES[way - 1] if way else self._share(kind, breadth)
        projects = self.structure.projects
        wanted = min(max(2, round(share * projects / self.structure.twins)), projects)
        other, most = plan, BREADTHS[breadth]
        if isinstance(self.known[kind], Cross):
            other, most = self.others[self.random.randrange(len(self.others))], CROSS_BREADTHS[breadth]
        chosen = self.structure.with_twins(self.known[kind].projects(self.guide, plan, other, wanted))
        worth = (other > 0.5) | (self.cheapest | (plan > 0.5) if way else self._worth_a_thought(plan, most))
        free = self.structure.project < 0
        free[~free] = chosen[self.structure.project[~free]]
        return Neighbourhood(kind, way, breadth, free & (~self.inside | worth))

    def probe(self, most_s: float | None) -> Probe:
        """Return how to decide what is dominant, in so many seconds."""
        owner = np.where(self.structure.derived, -1, self.structure.project)
        least = DOMINANT[self.cores % len(DOMINANT)] * self.unit
        self.cores += 1
        return Probe(owner, least, CHEAP * self.unit, self.random.randrange(2**31), most_s)

    def dive(self, open_columns: float, rest_s: float | None, *, start: np.ndarray | None = None) -> Dive:
        """Return how to dive, for something that is not much worse than `start`: a plan may be worth crossing."""
        cutoff = float("inf")
        if start is not None:
            value = self.problem.value(start)
            cutoff = value + DIVE_WORSE * max(0.0, value - self.relaxation.value)
        share, sure = self.random.choice(DIVE_SHARES), self.random.choice(DIVE_SURE)
        seed, most_lost = self.random.randrange(2**31), (CORE_LOSS if self.in_core else DIVE_LOSS) * self.unit
        return Dive(self.structure.first_start, round(open_columns), share, sure, cutoff, most_lost, seed, rest_s)

    def at_its_largest(self, drawn: Neighbourhood) -> bool:
        """Whether a neighbourhood of this kind and way cannot grow any more."""
        if drawn.way:
            return self.open_columns[drawn.way] >= MOST_OPEN
        crossed = isinstance(self.known[drawn.kind], Cross)
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
