"""The room that a growing plan leaves, where started-by columns tell in which order projects come.

An option stands in the started-by columns of all dates from its own on, so that in a long calendar what options do to
rows of precedence is hundreds of times as much as what they do to all others. Here these rows become dates: of each
pair of sides by which one project waits for another, how late each option of the other may be at most for each option
of the one. All other rows are those of a `Ledger`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from outlay.models.arrays.ending import look
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.problem.structure import Structure
from outlay.optimizer.search.ledgers.rows import Ledger, followers_of

#: An option that is not of a side, or a project that is not funded, comes this late; and it waits for nothing.
NEVER = np.iinfo(np.int32).max
#: Above so many pairs, as in a mine of thousands of blocks, to make them and to draw takes seconds.
MOST_PAIRS = 20_000


@dataclass(frozen=True)
class _Wait:
    """One project waits for another.

    Attributes
    ----------
    later, earlier
        The projects.
    most
        How late the other may come at most for each option of the one that waits; `NEVER`: it need not come.
    rank
        How late each option of the other comes; `NEVER`: it does not count.
    """

    later: int
    earlier: int
    most: np.ndarray
    rank: np.ndarray


class DatedLedger:
    """Room of rows, and dates; used as `Ledger` is.

    Attributes
    ----------
    waiting
        Which projects wait for which: (those that wait, those they wait for), each of shape (pairs,).
    followers
        The projects that wait for each project.
    """

    def __init__(self, rest: Ledger, waits: list[_Wait], project: np.ndarray, count: int) -> None:
        self._rest, self._project = rest, project
        self._first = np.searchsorted(project, np.arange(count + 1))
        self._later: list[list[_Wait]] = [[] for _ in range(count)]
        self._earlier: list[list[_Wait]] = [[] for _ in range(count)]
        for wait in waits:
            self._later[wait.later].append(wait)
            self._earlier[wait.earlier].append(wait)
        others = [(wait.later, wait.earlier) for wait in waits if wait.later != wait.earlier]
        own = np.array(others, dtype=int).reshape(-1, 2)
        pairs = np.unique(np.concatenate([np.stack(rest.waiting, axis=1), own]), axis=0)
        self.waiting = pairs[:, 0], pairs[:, 1]
        self.followers = followers_of(self.waiting, count)
        self.clear()

    def shares(self) -> np.ndarray:
        """Return the sum of the shares that each option uses of what there is, shape (options,)."""
        return self._rest.shares()

    def short(self, begin: int, end: int) -> np.ndarray:
        """Return the places of other rows in which some options from `begin` to `end` have no room."""
        return self._rest.short(begin, end)

    def priced(self, weights: dict[int, float]) -> np.ndarray:
        """Return what each option uses of what there is in some places, with weights; shape (options,)."""
        return self._rest.priced(weights)

    def clear(self) -> None:
        """Begin with the empty plan."""
        self._rest.clear()
        self._chosen = np.full(len(self._first) - 1, -1)

    def in_order(self, begin: int, end: int) -> np.ndarray:
        """Return which of the options from `begin` to `end`, all of one project, keep the dates of what was taken."""
        if begin == end:
            return np.zeros(0, dtype=bool)
        project = self._project[begin]
        span = slice(begin - self._first[project], end - self._first[project])
        allowed = np.ones(end - begin, dtype=bool)
        for wait in self._later[project]:
            allowed &= wait.most[span] >= self._place(wait.earlier, wait.rank)
        for wait in self._earlier[project]:
            allowed &= wait.rank[span] <= self._place(wait.later, wait.most)
        return allowed

    def fits(self, begin: int, end: int) -> np.ndarray:
        """Return which of the options from `begin` to `end` all other rows have room for."""
        return self._rest.fits(begin, end)

    def _place(self, project: int, values: np.ndarray) -> int:
        option = self._chosen[project]
        return NEVER if option < 0 else int(values[option - self._first[project]])

    def take(self, option: int) -> bool:
        """Add an option to the plan; whether that made room for others than its followers."""
        self._chosen[self._project[option]] = option
        return self._rest.take(option)

    def give_back(self, option: int) -> None:
        """Take an option out of the plan; what is short then, the next one must give."""
        self._chosen[self._project[option]] = -1
        self._rest.give_back(option)


def dated_ledger(
    problem: Problem, structure: Structure, options: np.ndarray, nothing: np.ndarray, hardest: int
) -> DatedLedger | None:
    """Return the room for options, sorted by project; None where other rows than precedence are about dates.

    Parameters
    ----------
    options
        Numbers of the options, shape (options,); all others here count from 0 in this order.
    nothing
        The empty plan, a point of the problem.
    hardest
        As of `Ledger`.
    """
    derived, rows = structure.derived, sparse.csr_array(problem.matrix)
    number = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    dated = np.bincount(number[derived[rows.indices]], minlength=rows.shape[0])
    plain = np.diff(rows.indptr) - dated
    definition = (problem.row_lower == 0) & (problem.row_upper == 0) & (dated > 0)
    order = (dated > 0) & ~definition
    simple = (plain == 0) & (problem.row_lower == -np.inf) & (problem.row_upper == 0) & (dated <= 2)
    if not dated.any() or (order & ~simple).any() or (problem.upper[derived] < 1).any() or problem.lower[derived].any():
        return None
    own = structure.option_project[options]
    kept, rank = _without(structure, options, derived)
    sides = _sides(rows[definition], derived, kept, rank)
    waits = None if sides is None else _waits(rows[order], sides, own)
    if waits is None:
        return None
    others = dated == 0
    rest = Problem(
        problem.cost, problem.offset, problem.lower, problem.upper, problem.integer, sparse.csc_array(rows[others]),
        problem.row_lower[others], problem.row_upper[others],
    )  # fmt: skip
    effect = sparse.csc_array(rest.matrix @ kept)
    effect.eliminate_zeros()
    ledger = Ledger(rest, effect, own, nothing, projects=structure.projects, hardest=hardest)
    return DatedLedger(ledger, waits, own, structure.projects)


@dataclass(frozen=True)
class _Sides:
    """The sides that started-by columns are about.

    Attributes
    ----------
    of_column
        The side of each column, -1 for one that is not started-by; shape (columns,).
    rank
        How late each column is among those of its side, shape (columns,).
    comes
        (options, how late each comes) of each side.
    """

    of_column: np.ndarray
    rank: np.ndarray
    comes: dict[int, tuple[np.ndarray, np.ndarray]]


def _without(structure: Structure, options: np.ndarray, derived: np.ndarray) -> tuple[sparse.csc_array, np.ndarray]:
    """Return what options set to 1 but for started-by columns, and how many options stand in each column.

    A started-by column of a later date holds the options of the earlier ones too.
    """
    funded, number = structure.funded, np.full(structure.funded.shape[1], -1, dtype=np.int32)
    number[options] = np.arange(len(options), dtype=np.int32)
    option = np.repeat(number, np.diff(funded.indptr))
    rank = np.bincount(funded.indices[option >= 0], minlength=funded.shape[0])
    place = np.nonzero((option >= 0) & ~derived[funded.indices])[0]
    shape = (funded.shape[0], len(options))
    return sparse.csc_array((np.ones(len(place)), (funded.indices[place], option[place])), shape=shape), rank


def _sides(
    definitions: sparse.csr_array, derived: np.ndarray, kept: sparse.csc_array, rank: np.ndarray
) -> _Sides | None:
    """Return the sides that rows ``S_t - S_before - sum x_o = 0`` define; None if a row is another one."""
    from scipy.sparse import csgraph  # noqa: PLC0415 - it loads all of linear algebra

    columns = np.nonzero(derived)[0]
    chain = sparse.csr_array(definitions[:, columns])
    links = sparse.csr_array((np.ones(chain.nnz), chain.indices, chain.indptr), shape=chain.shape)
    _, label = csgraph.connected_components(sparse.csr_array(links.T @ links), directed=False)
    of_column = np.full(len(derived), -1)
    of_column[columns] = label
    number = np.repeat(np.arange(definitions.shape[0]), np.diff(definitions.indptr))
    defined = np.full(definitions.shape[0], -1)
    place = derived[definitions.indices] & (definitions.data > 0)
    defined[number[place]] = definitions.indices[place]
    if (defined < 0).any() or place.sum() != len(defined):
        return None
    row, option = sparse.coo_array(definitions @ kept).coords
    begins = defined[row]
    order = np.lexsort((option, of_column[begins]))
    side, option, comes = of_column[begins][order], option[order], rank[begins][order]
    kinds, first = np.unique(side, return_index=True)
    ends = np.append(first[1:], len(side))
    spans = zip(kinds.tolist(), first.tolist(), ends.tolist(), strict=True)
    return _Sides(of_column, rank, {kind: (option[at:end], comes[at:end]) for kind, at, end in spans})


def _waits(rows: sparse.csr_array, sides: _Sides, own: np.ndarray) -> list[_Wait] | None:
    """Return the pairs of sides that rows ``S_later - S_earlier <= 0`` are about.

    None if a row is another one, or if they are too many.
    """
    later, earlier = _ends(rows)
    if (later < 0).any():
        return None
    one, other = sides.of_column[later], np.where(earlier >= 0, sides.of_column[earlier], -1)
    order = np.lexsort((sides.rank[later], other, one))
    change = np.append(True, (np.diff(one[order]) != 0) | (np.diff(other[order]) != 0)) if len(order) else order > 0
    if change.sum() > MOST_PAIRS:
        return None
    found = []
    for place in np.split(order, np.nonzero(change)[0][1:]) if len(order) else []:
        look()
        us, they = int(one[place[0]]), int(other[place[0]])
        if us not in sides.comes or (they >= 0 and they not in sides.comes):
            return None
        # Whoever comes at a date stands in the rows of all later ones too.
        latest = sides.rank[earlier[place]] if they >= 0 else np.zeros(len(place), dtype=int)
        ceiling = np.append(np.minimum.accumulate(latest[::-1])[::-1], NEVER)
        option, begins = sides.comes[us]
        # What can never be ready in time stands for itself, which does not come before it comes.
        theirs, comes = sides.comes[they] if they >= 0 else (option, np.full(len(option), NEVER))
        project, needed = int(own[option[0]]), int(own[theirs[0]])
        most = ceiling[np.searchsorted(sides.rank[later[place]], begins)]
        found.append(_Wait(project, needed, _filled(own, project, option, most), _filled(own, needed, theirs, comes)))
    return found


def _filled(own: np.ndarray, project: int, options: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return values of some of a project's options as one of each, `NEVER` for the others."""
    first, end = np.searchsorted(own, [project, project + 1])
    found = np.full(end - first, NEVER)
    found[options - first] = values
    return found


def _ends(rows: sparse.csr_array) -> tuple[np.ndarray, np.ndarray]:
    """Return the column with the positive entry of each row, and that with the equal negative one; -1: none."""
    count = rows.shape[0]
    number, ends, size = np.repeat(np.arange(count), np.diff(rows.indptr)), {}, {}
    for sign in (1, -1):
        place = np.sign(rows.data) == sign
        ends[sign], size[sign] = np.full(count, -1), np.zeros(count)
        ends[sign][number[place]], size[sign][number[place]] = rows.indices[place], np.abs(rows.data[place])
    equal = (size[-1] == 0) | (size[1] == size[-1])
    return np.where(equal, ends[1], -1), ends[-1]
