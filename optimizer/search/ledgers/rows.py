"""The room that a growing plan leaves in each row, and which options fit into it; all options of a project at once."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from outlay.optimizer.problem.problem import Problem

TOLERANCE = 1e-9
#: A row with less room than this in the empty plan limits who comes first, not what is used.
LEAST = 0.5
_NONE = np.zeros(0, dtype=int)


class Ledger:
    """Room at the ends of rows: at the upper end of row i in place i, at the lower one in place rows + i.

    In a row by which one project waits for another (only these two have options in it, the one uses room, the other
    gives it), an option that comes at a date stands in the rows of all dates from then on. Of these the row with the
    fewest options of the project that waits is the first one, and the other project gives room in it last: only this
    one is looked at. That is no proof where rules of the user's own look alike; whoever uses a plan checks it whole.

    Attributes
    ----------
    waiting
        Which projects wait for which: (those that wait, those they wait for), each of shape (pairs,).
    followers
        The projects that wait for each project.

    Parameters
    ----------
    hardest
        So many of the rows that are short by which projects wait are looked at; the plan is checked whole in the end.
    """

    def __init__(
        self,
        problem: Problem,
        effect: sparse.csc_array,
        project: np.ndarray,
        nothing: np.ndarray,
        *,
        projects: int,
        hardest: int = 8,
    ) -> None:
        self._looked_at = hardest
        activity = problem.matrix @ nothing
        scale = np.maximum(1.0, np.abs(np.where(np.isfinite(problem.row_upper), problem.row_upper, 0.0)))
        self._limit = problem.row_upper
        #: Room in the empty plan, shape (2 rows,).
        self._first = TOLERANCE * np.tile(scale, 2) + np.concatenate(
            [problem.row_upper - activity, activity - problem.row_lower]
        )
        self._options, self._projects = effect.shape[1], projects
        option = np.repeat(np.arange(self._options), np.diff(effect.indptr))
        row, amount, rows = effect.indices, effect.data, len(scale)
        used = np.where(amount > 0, row, row + rows)
        given = np.where(amount > 0, row + rows, row)
        limited = np.isfinite(self._first[used])
        seen = limited & self._first_of_each_wait(option, row, amount, project)
        #: What is looked at before an option is taken: place, amount, option; and where each option's begin.
        self._place, self._amount, self._owner = used[seen].astype(np.int32), np.abs(amount[seen]), option[seen]
        self._at = _begins(self._owner, self._options)
        #: All that an option uses and gives: place and amount (negative: gives); and where each option's begin.
        gives = np.isfinite(self._first[given])
        self.followers = followers_of(self.waiting, projects)
        freely = gives & ~(self._wait[row] & (amount < 0))  # and not only to those that wait for it
        self._gives = np.bincount(option[freely], minlength=self._options) > 0
        both = np.concatenate([option[limited], option[gives]])
        order = np.argsort(both, kind="stable")
        self._all_place = np.concatenate([used[limited], given[gives]]).astype(np.int32)[order]
        self._all_amount = np.concatenate([np.abs(amount[limited]), -np.abs(amount[gives])])[order]
        self._all_at = _begins(both[order], self._options)
        #: Which options give room in each place, by place.
        self._givers = sparse.csr_array(
            (np.abs(amount[gives]), (given[gives], option[gives])), shape=(2 * rows, self._options)
        )
        self.clear()

    def _first_of_each_wait(
        self, option: np.ndarray, row: np.ndarray, amount: np.ndarray, project: np.ndarray
    ) -> np.ndarray:
        """Return which entries are looked at: of the rows by which a project waits for another, each option's first."""
        rows, owner, uses = len(self._limit), project[option], amount > 0
        least = {sign: np.full(rows, len(project) + 1) for sign in (True, False)}
        most = {sign: np.full(rows, -1) for sign in (True, False)}
        for sign in (True, False):
            np.minimum.at(least[sign], row[uses == sign], owner[uses == sign])
            np.maximum.at(most[sign], row[uses == sign], owner[uses == sign])
        one_waits = (least[True] == most[True]) & (least[False] == most[False]) & (least[True] != least[False])
        self._wait = one_waits & (self._first[:rows] < 0.5)  # nobody may come before the other
        late = uses & self._wait[row]
        options_in = np.bincount(row[late], minlength=rows)
        place = np.nonzero(late)[0]
        pair = option[place].astype(np.int64) * (self._projects + 1) + least[False][row[place]]
        key = pair * (len(project) + 1) + options_in[row[place]]
        order = np.argsort(key, kind="stable")  # nearly sorted already
        place, pair = place[order], pair[order]
        first = place[np.append(True, pair[1:] != pair[:-1])] if len(place) else place
        seen = ~late
        seen[first] = True
        pairs = np.unique(owner[first] * (self._projects + 1) + least[False][row[first]])
        self.waiting = pairs // (self._projects + 1), pairs % (self._projects + 1)
        return seen

    def shares(self) -> np.ndarray:
        """Return the sum of the shares that each option uses of what there is, shape (options,)."""
        there = self._first[self._place]
        share = np.where(there > LEAST, self._amount / np.maximum(there, LEAST), 0.0)
        return np.bincount(self._owner, weights=share, minlength=self._options)

    def short(self, begin: int, end: int) -> np.ndarray:
        """Return the places in which some options from `begin` to `end` have no room."""
        span = slice(self._at[begin], self._at[end])
        place = self._place[span]
        return np.unique(place[(self._amount[span] > self._room[place]) & (self._first[place] > LEAST)])

    def priced(self, weights: dict[int, float]) -> np.ndarray:
        """Return what each option uses of what there is in some places, with weights; shape (options,)."""
        weight = np.zeros(len(self._first))
        weight[list(weights)] = list(weights.values())
        there = np.where(self._first > LEAST, self._first, np.inf)
        used = self._amount * (weight / there)[self._place]
        return np.bincount(self._owner, weights=used, minlength=self._options)

    def clear(self) -> None:
        """Begin with the empty plan."""
        self._room = self._first.copy()
        self._short = np.zeros(0, dtype=int)

    def in_order(self, begin: int, end: int) -> np.ndarray:
        """Return which of the options from `begin` to `end` keep dates: rows say all there is to say."""
        return np.ones(end - begin, dtype=bool)

    def fits(self, begin: int, end: int) -> np.ndarray:
        """Return which of the options from `begin` to `end` fit, and give what was short since the last one went."""
        span = slice(self._at[begin], self._at[end])
        allowed = np.ones(end - begin, dtype=bool)
        allowed[self._owner[span][self._amount[span] > self._room[self._place[span]]] - begin] = False
        for place in self._short.tolist():
            givers = slice(self._givers.indptr[place], self._givers.indptr[place + 1])
            option, amount = self._givers.indices[givers], self._givers.data[givers]
            enough = option[(option >= begin) & (option < end) & (amount >= -self._room[place])] - begin
            helped = np.zeros(end - begin, dtype=bool)
            helped[enough] = True
            allowed &= helped
        return allowed

    def take(self, option: int) -> bool:
        """Add an option to the plan; whether that made room for others than its followers."""
        span = slice(self._all_at[option], self._all_at[option + 1])
        self._room[self._all_place[span]] -= self._all_amount[span]
        self._short = _NONE
        return bool(self._gives[option])

    def give_back(self, option: int) -> None:
        """Take an option out of the plan; what is short then, the next one must give."""
        span = slice(self._all_at[option], self._all_at[option + 1])
        place, amount = self._all_place[span], self._all_amount[span]
        self._room[place] += amount
        short = place[self._room[place] < 0]
        if not len(short):
            self._short = _NONE
            return
        rows = len(self._limit)
        waits = (short < rows) & self._wait[np.where(short < rows, short, 0)]
        self._short = np.append(short[~waits], self._hardest(short[waits]))

    def _hardest(self, short: np.ndarray) -> np.ndarray:
        """Return, of short rows by which projects wait, those that the fewest options help: others follow from them."""
        helping = self._givers.indptr[short + 1] - self._givers.indptr[short]
        return short[np.argsort(helping, kind="stable")[: self._looked_at]]


def followers_of(waiting: tuple[np.ndarray, np.ndarray], projects: int) -> list[frozenset[int]]:
    """Return the projects that wait for each project."""
    found: list[set[int]] = [set() for _ in range(projects)]
    for later, earlier in zip(*(side.tolist() for side in waiting), strict=True):
        found[earlier].add(later)
    return [frozenset(each) for each in found]


def _begins(owner: np.ndarray, size: int) -> np.ndarray:
    """Return where each owner's entries begin, shape (size + 1,); entries are sorted by owner."""
    return np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=size))])
