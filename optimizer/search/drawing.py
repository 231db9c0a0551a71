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
from outlay.optimizer.search.bandit import Bandit, Tried
from outlay.optimizer.search.neighbourhoods.cross import Cross
from outlay.optimizer.search.neighbourhoods.guide import Guide, Kind
from outlay.optimizer.search.neighbourhoods.registry import CROSSING, kinds_for
from outlay.optimizer.search.params import SearchParams
from outlay.optimizer.solver.tasks.dive import Dive
from outlay.optimizer.solver.tasks.probe import Probe

#: Projects that a sub-problem decides, at least.
LEAST_PROJECTS = 2


@dataclass(frozen=True)
class Repair:
    """How a sub-problem is solved: a dive into a share of the projects; None: branch and bound on as many as it can."""

    share: float | None = None

    @property
    def name(self) -> str:
        """Its name, in traces and tables."""
        return "branch" if self.share is None else f"dive {self.share:g}"


BRANCH_AND_BOUND = Repair()


@dataclass(frozen=True)
class Neighbourhood:
    """What a sub-problem may decide anew.

    Attributes
    ----------
    kind, way
        Numbers of the kind and of the repair.
    repair
        How it is solved.
    free
        The columns that are free, shape (columns,).
    """

    kind: int
    way: int
    repair: Repair
    free: np.ndarray


class Neighbourhoods:
    """Draws neighbourhoods of a plan, from a seeded generator."""

    def __init__(
        self, problem: Problem, structure: Structure, relaxation: Relaxation, params: SearchParams, *, seed: int
    ) -> None:
        self.structure, self.params = structure, params
        self.random = random.Random(seed)  # noqa: S311 - not a secret
        how = params.selecting
        self.known: list[Kind] = kinds_for(structure, how.without)
        names = [kind.name for kind in self.known]
        self.kinds = Bandit(names, self.random, even=how.even)
        self.repairs = [BRANCH_AND_BOUND]
        self.ways = Bandit([BRANCH_AND_BOUND.name], self.random, even=how.even)
        #: Share of projects for branch and bound, by kind, as learned.
        self.share: dict[int, float] = {}
        #: Columns left open by a dive, by way.
        self.open_columns = dict.fromkeys(range(1, len(params.diving.shares) + 1), params.diving.first_open)
        self.others: list[np.ndarray] = []
        self.in_core = False
        self.cores = 0
        self._look_at(problem, relaxation, sparse.csr_array(problem.matrix))

    def _look_at(self, problem: Problem, relaxation: Relaxation, rows: sparse.csr_array) -> None:
        self.guide = Guide(problem, self.structure, relaxation, rows, self.random)
        self.inside, self.unit = self.guide.inside, self.guide.unit
        self.cheapest = self._cheapest(self.params.diving.most_options)

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
        if not self.others and CROSSING.name not in self.params.selecting.without:
            self.known.append(CROSSING)
            self.kinds.add(CROSSING.name)
        self.others.append(plan)
        del self.others[: -self.params.patience.remembered]

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
        return max(self.params.diving.least_s, self.params.diving.times * self.relaxation.seconds)

    def allow_dives(self) -> bool:
        """Allow dives from now on; False if they are allowed already, or the relaxation is no good for them."""
        if len(self.repairs) > 1 or not self.relaxation.quick:
            return False
        for share in self.params.diving.shares:
            self.repairs.append(Repair(share))
            self.ways.add(self.repairs[-1].name)
        return True

    def draw(self, plan: np.ndarray) -> Neighbourhood:
        """Return a neighbourhood of a plan."""
        way, kind = self.ways.choose(), self.kinds.choose()
        repair = self.repairs[way]
        share = self._share(kind) if repair.share is None else repair.share
        projects = self.structure.projects
        wanted = min(max(LEAST_PROJECTS, round(share * projects / self.structure.twins)), projects)
        other = plan
        if isinstance(self.known[kind], Cross):
            other = self.others[self.random.randrange(len(self.others))]
        chosen = self.structure.with_twins(self.known[kind].projects(self.guide, plan, other, wanted))
        dives = repair.share is not None
        cheap = self.cheapest | (plan > 0.5) if dives else self._worth_a_thought(plan)
        worth = (other > 0.5) | cheap
        free = self.structure.project < 0
        free[~free] = chosen[self.structure.project[~free]]
        free &= ~self.inside | worth
        free[self.structure.derived & ~self._moved(free)] = False
        return Neighbourhood(kind, way, repair, free)

    def probe(self, most_s: float | None) -> Probe:
        """Return how to decide what is dominant, in so many seconds."""
        owner = np.where(self.structure.derived, -1, self.structure.project)
        how = self.params.probing
        least = how.dominant[self.cores % len(how.dominant)] * self.unit
        self.cores += 1
        return Probe(
            owner, least, how.cheap * self.unit, self.random.randrange(2**31), most_s,
            most_relaxations=how.most_relaxations, least_gain=how.least_gain, most_tried=how.most_tried,
            most_at_once=how.most_at_once, noise=how.noise,
        )  # fmt: skip

    def dive(self, open_columns: float, rest_s: float | None, *, start: np.ndarray | None = None) -> Dive:
        """Return how to dive, for something that is not much worse than `start`: a plan may be worth crossing."""
        how, cutoff = self.params.diving, float("inf")
        if start is not None:
            value = self.problem.value(start)
            cutoff = value + how.worse * max(0.0, value - self.relaxation.value)
        share = self.random.choice(how.step_shares)
        seed, most_lost = self.random.randrange(2**31), (how.core_loss if self.in_core else how.loss) * self.unit
        return Dive(
            self.structure.first_start, round(open_columns), share, how.sure, cutoff, most_lost, seed, rest_s,
            most_relaxations=how.most_relaxations, taken_back_twice=how.taken_back_twice, most_left=how.most_left,
        )  # fmt: skip

    def at_its_largest(self, drawn: Neighbourhood) -> bool:
        """Whether a neighbourhood of this kind and way cannot grow any more."""
        if drawn.repair.share is not None:
            return False
        return (
            isinstance(self.known[drawn.kind], Cross) or self._share(drawn.kind) >= self.params.sub_problems.most_share
        )

    def learn(self, drawn: Neighbourhood, *, gain: float, seconds: float, cut_short: bool, quick: bool) -> None:
        """Take note of a sub-problem: what it gained, whether it ran into its limit, or had much time left."""
        for choice, number in ((self.kinds, drawn.kind), (self.ways, drawn.way)):
            choice.update(number, Tried(gain / self.unit, seconds))
        if drawn.repair.share is not None:
            factor = 0.8 if cut_short else 1.25 if quick else 1.0
            self.open_columns[drawn.way] = max(1.0, factor * self.open_columns[drawn.way])
            return
        factor = 1.0
        if cut_short:
            factor = 0.9 if gain > 0 else 0.75
        elif quick:
            factor = 1.15 if gain > 0 else 1.5
        least = LEAST_PROJECTS * self.structure.twins / self.structure.projects
        self.share[drawn.kind] = min(self.params.sub_problems.most_share, max(least, factor * self._share(drawn.kind)))

    def _share(self, kind: int) -> float:
        """Return the share of projects for branch and bound: the average of the others until one is learned."""
        if not self.share:
            return self.params.sub_problems.first_share
        return self.share.get(kind, geometric_mean(self.share.values()))

    def _worth_a_thought(self, plan: np.ndarray) -> np.ndarray:
        """Return the columns whose reduced cost leaves them a chance; an exact one above the gap leaves none."""
        relaxation, cost = self.relaxation, np.abs(self.relaxation.reduced_cost)
        used = (plan > 0.5) | (relaxation.point > USED)
        gap = max(0.0, self.problem.value(plan) - relaxation.value)
        cheap = cost <= self.params.sub_problems.breadth * gap / max(1.0, float((plan[self.inside] > 0.5).sum()))
        hopeless = relaxation.exact & (cost > gap) & (plan == np.round(relaxation.point))
        return (used | (cheap & self._close(plan))) & ~hopeless

    def _close(self, plan: np.ndarray) -> np.ndarray:
        """Return the columns that start at most a reach before or after what a plan has of their project, if any."""
        structure, start = self.structure, self.structure.first_start
        last = int(structure.option_start.max(initial=0))
        reach = max(1, round(self.random.choice(self.params.sub_problems.reach) * last))
        stands = np.nonzero(self.inside & (plan > 0.5) & (start <= last))[0]  # what is of no option starts beyond
        now = np.full(structure.projects + 1, np.nan)  # the last one: of no project
        now[structure.project[stands]] = start[stands]
        away = np.abs(start - now[structure.project])
        far: np.ndarray = (away > reach) & (start <= last)
        return ~far

    def _moved(self, free: np.ndarray) -> np.ndarray:
        """Return the columns that some free option would set; shape (columns,)."""
        column = self.structure.option_column
        options = (column >= 0) & free[np.maximum(column, 0)]
        moved: np.ndarray = self.structure.funded @ options.astype(np.int32) > 0
        return moved
