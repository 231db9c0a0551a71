"""Which projects a sub-problem may decide anew, and how many: kinds of neighbourhoods that compete by success.

Kinds (Shaw 1998, doi:10.1007/3-540-49481-2_30; chosen by success: Ropke and Pisinger 2006, doi:10.1287/trsc.1050.0135):

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

import random
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from outlay.optimizer.problem import Problem
from outlay.optimizer.relaxation import USED, Relaxation
from outlay.optimizer.structure import Structure

#: Share of projects that is free at first, and its bounds.
FIRST_SHARE, LEAST_SHARE, MOST_SHARE = 0.1, 0.002, 0.8
#: Chance that is spread evenly over all kinds, whatever their success.
EVEN = 0.25
#: How fast success is forgotten.
MEMORY = 0.8
#: Options a project that may be chosen in a sub-problem, cheapest first, beside those of plan and relaxation; and where
#: plans are crossed.
BREADTHS, CROSS_BREADTHS = (4, 8, 1_000_000), (0, 0, 4)
#: So many plans are remembered.
REMEMBERED = 6


@dataclass
class _Kind:
    name: str
    share: float = FIRST_SHARE
    success: float = 1.0


class Neighbourhoods:
    """Draws neighbourhoods of a plan, from a seeded generator."""

    def __init__(self, problem: Problem, structure: Structure, relaxation: Relaxation, *, seed: int) -> None:
        self.problem, self.structure, self.relaxation = problem, structure, relaxation
        self.random = random.Random(seed)  # noqa: S311 - not a secret
        self.inside = (structure.project >= 0) & ~structure.derived
        self.owner = structure.project[self.inside]
        self.rows = sparse.csr_array(problem.matrix)
        self.unit = relaxation.unit(self.inside)
        self.rank = _rank_within(np.where(self.inside, structure.project, -1), np.abs(relaxation.reduced_cost))
        self.fraction = self._by_project(np.minimum(relaxation.point, 1.0 - relaxation.point))
        self.nearest = self._nearest()
        names = ["disagree", "priced", "near", "rivals", "any", "window"]
        names += ["kin"] if structure.labels else []
        names += ["linked"] if structure.links.nnz else []
        self.kinds = [_Kind(name) for name in names]
        self.others: list[np.ndarray] = []

    def remember(self, plan: np.ndarray) -> None:
        """Take note of a plan found from elsewhere, to be crossed with others."""
        if not self.others:
            self.kinds.append(_Kind("cross"))
        self.others = [*self.others, plan][-REMEMBERED:]

    def noise(self, amount: float) -> np.ndarray:
        """Return a random factor a column, the same for all columns of a project: normal around 1; shape (columns,)."""
        factor = np.array([self.random.gauss(1.0, amount) for _ in range(self.structure.projects)])
        return np.where(self.structure.project < 0, 1.0, factor[np.maximum(self.structure.project, 0)])

    def _by_project(self, amount: np.ndarray) -> np.ndarray:
        """Return the sum of an amount a column by project, at least 0."""
        return np.maximum(0.0, np.bincount(self.owner, weights=amount[self.inside], minlength=self.structure.projects))

    def _nearest(self) -> np.ndarray:
        """Return how close each project's second thoughts are: 1 where an option costs nothing, 0 far away."""
        cost = np.full(self.structure.projects, np.inf)
        np.minimum.at(cost, self.owner, np.abs(self.relaxation.reduced_cost[self.inside]) / self.unit)
        return np.exp(-10.0 * cost)

    def draw(self, plan: np.ndarray) -> tuple[int, np.ndarray]:
        """Return the number of a kind and the columns that are free, shape (columns,)."""
        number = self._choose()
        kind = self.kinds[number]
        wanted = min(max(2, round(kind.share * self.structure.projects)), self.structure.projects)
        if kind.name == "cross":
            other = self.others[self.random.randrange(len(self.others))]
            chosen, worth = self._cross(plan, other, wanted), self._worth_a_thought(plan, CROSS_BREADTHS)
            worth |= other > 0.5
        else:
            chosen, worth = getattr(self, f"_{kind.name}")(plan, wanted), self._worth_a_thought(plan, BREADTHS)
        free = self.structure.project < 0
        free[~free] = chosen[self.structure.project[~free]]
        return number, free & (~self.inside | worth)

    def _choose(self) -> int:
        success = np.array([kind.success for kind in self.kinds])
        chance = (1 - EVEN) * success / max(success.sum(), 1e-300) + EVEN / len(success)
        return int(np.searchsorted(np.cumsum(chance), self.random.random() * chance.sum()).clip(0, len(success) - 1))

    def learn(self, number: int, *, gain: float, seconds: float, cut_short: bool, quick: bool) -> None:
        """Take note of a sub-problem: what it gained, whether it ran into its limit, or had much time left."""
        kind = self.kinds[number]
        kind.success = MEMORY * kind.success + (1 - MEMORY) * gain / self.unit / max(seconds, 1e-3)
        if cut_short:
            kind.share = max(LEAST_SHARE, kind.share * (0.9 if gain > 0 else 0.75))
        elif quick:
            kind.share = min(MOST_SHARE, kind.share * (1.15 if gain > 0 else 1.3))

    def _worth_a_thought(self, plan: np.ndarray, breadths: tuple[int, ...]) -> np.ndarray:
        """Return the columns whose reduced cost leaves them a chance; an exact one above the gap leaves none."""
        relaxation, most = self.relaxation, breadths[self.random.randrange(len(breadths))]
        used = (plan > 0.5) | (relaxation.point > USED)
        gap = self.problem.value(plan) - relaxation.value
        hopeless = relaxation.exact & (np.abs(relaxation.reduced_cost) > gap) & (plan == np.round(relaxation.point))
        return (used | (self.rank < most)) & ~hopeless

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
        """Return what each project loses by the relaxation's prices, and how undecided the relaxation is about it."""
        price = self.relaxation.reduced_cost
        loss = np.maximum(price, 0.0) * plan + np.maximum(-price, 0.0) * (1.0 - plan)
        return self._by_project(loss) / self.unit + 0.3 * self.fraction + 0.01

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


def _rank_within(group: np.ndarray, amount: np.ndarray) -> np.ndarray:
    """Return the rank of each item's amount within its group, the least first; shape (items,)."""
    order = np.lexsort((amount, group))
    sorted_group = group[order]
    first = np.searchsorted(sorted_group, sorted_group)
    rank = np.empty(len(group), dtype=int)
    rank[order] = np.arange(len(group)) - first
    return rank
