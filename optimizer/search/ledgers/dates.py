"""The room that a growing plan leaves, where started-by columns tell in which order projects come.

An option stands in the started-by columns of all dates from its own on, so that in a long calendar what options do to
rows of precedence is hundreds of times as much as what they do to all others. Here these rows become dates: of each
pair of sides by which one project waits for another, how late each option of the other may be at most for each option
of the one. All other rows are those of a `Ledger`.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.problem.structure import Structure
from outlay.optimizer.search.ledgers.rows import Ledger, followers_of
from outlay.optimizer.search.ledgers.waits import Sides, Waits, waits_of


class DatedLedger:
    """Room of rows, and dates; used as `Ledger` is.

    Attributes
    ----------
    waiting
        Which projects wait for which: (those that wait, those they wait for), each of shape (pairs,).
    followers
        The projects that wait for each project.
    """

    def __init__(self, rest: Ledger, waits: Waits, project: np.ndarray, count: int) -> None:
        self._rest, self._project, self._waits = rest, project, waits
        self._first = np.searchsorted(project, np.arange(count + 1))
        others = waits.later != waits.earlier
        own = np.stack([waits.later[others], waits.earlier[others]], axis=1)
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
        project = int(self._project[begin])
        first = self._first[project]
        return self._waits.allowed(project, self._chosen)[begin - first : end - first]

    def fits(self, begin: int, end: int) -> np.ndarray:
        """Return which of the options from `begin` to `end` all other rows have room for."""
        return self._rest.fits(begin, end)

    def take(self, option: int) -> bool:
        """Add an option to the plan; whether that made room for others than its followers."""
        project = self._project[option]
        self._chosen[project] = option - self._first[project]
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
    waits = None if sides is None else waits_of(rows[order], sides, own, structure.projects)
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
) -> Sides | None:
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
    at = np.searchsorted(side, np.arange(int(label.max(initial=-1)) + 2))
    return Sides(of_column, rank, option, comes, at)
