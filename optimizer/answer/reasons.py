"""Why a project is not in the plan: found beside the plan as it stands.

Two kinds of answer. A project without any option was never available, and the rule that dropped each alternative says
why. One that was available lost: its best options are tried beside the plan as it stands, and the limits that they
would break are named. Those are facts about this plan, not a proof that no other plan could hold the project.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from outlay.models.arrays.rows import RowBlock
from outlay.models.case import Case
from outlay.models.options.options import Dropped
from outlay.optimizer.answer.headroom import extra_room
from outlay.optimizer.answer.reason import Broken, Kind, Limit, Reason
from outlay.optimizer.problem.scaling import largest_of_rows
from outlay.optimizer.tolerances import REAL_SHARE

#: Rules that choose or pay for the project itself and so cannot be what keeps it out.
_OWN_ROWS = frozenset(
    {
        "one_option_a_project",
        "scale_at_most_one",
        "scale_at_least_the_least",
        "fully_paid",
        "share_at_least",
        "share_at_most",
        "bonus_needs_first",
        "bonus_needs_second",
        "bonus_if_both",
    }
)


def find_losers(case: Case, blocks: Sequence[RowBlock], point: np.ndarray, funded: set[str]) -> dict[str, Reason]:
    """Return why each project that is not funded is not, by id."""
    never = unavailable(case)
    unfitting = case.unfitting[0]
    trial = _Trial(case, blocks, point)
    losers = {}
    for number, project in enumerate(case.alternatives.projects):
        if project in funded:
            continue
        options = case.options.by_project.of(number)
        losers[project] = never[project] if project in never else trial.loser(options[~unfitting[options]])
    return losers


def unavailable(case: Case) -> dict[str, Reason]:
    """Return why each project without a possible option was never available, by id."""
    unfitting, records = case.unfitting
    by_project: dict[str, list[Dropped]] = {}
    for item in (*case.options.dropped, *records):
        by_project.setdefault(item.project, []).append(item)
    possible = set(case.options.project[~unfitting].tolist())
    return {
        project: never_available(by_project.get(project, []))
        for number, project in enumerate(case.alternatives.projects)
        if number not in possible
    }


def never_available(dropped: Sequence[Dropped]) -> Reason:
    """Return why a project has no option: the rule that took most of each alternative, with its figures.

    Of what the project's own dates allow, if another rule took that.
    """
    most: dict[str, Dropped] = {}
    decisive = [item for item in dropped if item.rule != "window"] or dropped
    for item in decisive:
        known = most.get(item.alternative)
        if known is None or item.starts > known.starts:
            most[item.alternative] = item
    return Reason(Kind.NEVER, dropped=tuple(item for _, item in sorted(most.items())))


class _Trial:
    """Adds one option to the plan and sees what breaks."""

    def __init__(self, case: Case, blocks: Sequence[RowBlock], point: np.ndarray) -> None:
        self.case = case
        used = [block for block in blocks if block.name not in _OWN_ROWS and not block.defines]
        self.blocks = used
        self.ends = np.cumsum([len(block.keys) for block in used])
        empty = sparse.csr_array((0, case.book.size))
        matrix = sparse.csr_array(sparse.vstack([empty, *(block.matrix for block in used)]))
        lower = np.concatenate([np.zeros(0), *(block.lower for block in used)])
        upper = np.concatenate([np.zeros(0), *(block.upper for block in used)])
        activity = matrix @ point
        # What imports, purchases, links and soft rows could still give each row by itself counts as room.
        self.room_above = upper - activity + extra_room(case, matrix, point)
        self.room_below = activity - lower
        self.columns = sparse.csc_array(matrix)
        self.funded = sparse.csc_array(case.funded_in_full)
        self.weights = case.weights(0)
        self.size = np.maximum(largest_of_rows(self.columns), np.abs(np.where(np.isfinite(upper), upper, lower)))

    def loser(self, options: np.ndarray) -> Reason:
        """Return why none of a project's options is in the plan."""
        fund = self.case.block("fund").first + options
        scale = self.case.scale_column[options]
        worth = self.weights[fund] + np.where(scale != fund, self.weights[scale], 0.0)
        order = np.argsort(-worth, kind="stable")
        if worth[order[0]] <= 0:
            return self._reason(Kind.WORTHLESS, float(worth[order[0]]), int(options[order[0]]))
        order = order[worth[order] > 0]
        place = int(order[np.argmin(self._counts(options[order]))])  # of several, the one that is worth most
        broken = self._broken(int(options[place]))
        kind = Kind.CROWDED if broken else Kind.DISPLACED
        return self._reason(kind, float(worth[place]), int(options[place]), broken)

    def _reason(self, kind: Kind, worth: float, option: int, broken: Sequence[tuple[int, float]] = ()) -> Reason:
        start = int(self.case.options.start[option])
        told = tuple(self._told(*item) for item in broken)
        return Reason(kind, worth, start, self.case.instance.period_label(start), told)

    def _counts(self, options: np.ndarray) -> np.ndarray:
        """Return how many rows each option would break beside the plan, shape (options,)."""
        change = self._change(options)
        broken, _ = self._excess(change.indices, change.data)
        place = np.repeat(np.arange(len(options)), np.diff(change.indptr))
        return np.bincount(place[broken], minlength=len(options))

    def _broken(self, option: int) -> list[tuple[int, float]]:
        """Return the rows that an option would break beside the plan, and by how much, the worst first."""
        change = self._change(np.array([option]))
        broken, excess = self._excess(change.indices, change.data)
        rows, by = change.indices[broken], excess[broken]
        order = np.lexsort((rows, -by / self.size[rows]))
        return list(zip(rows[order].tolist(), by[order].tolist(), strict=True))

    def _excess(self, rows: np.ndarray, size: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return which rows a change of so much breaks, and by how much."""
        above, below = size - self.room_above[rows], -size - self.room_below[rows]
        tolerance = REAL_SHARE * self.size[rows]
        broken = ((above > tolerance) & (size > 0)) | ((below > tolerance) & (size < 0))
        return broken, np.maximum(above, below)

    def _change(self, options: np.ndarray) -> sparse.csc_array:
        """Return by how much funding each option in full changes each row, shape (rows, options)."""
        change = self.columns @ self.funded[:, options]
        if self.case.so_far.standing:
            used = [self.case.so_far.raised(int(option)) for option in options.tolist()]
            ends = np.cumsum([0, *(len(column) for column, _ in used)])
            entries = np.concatenate([amount for _, amount in used]), np.concatenate([column for column, _ in used])
            change = change + self.columns @ sparse.csc_array((*entries, ends), (self.columns.shape[1], len(options)))
        return sparse.csc_array(change)

    def _block_of(self, row: int) -> tuple[RowBlock, int]:
        place = int(np.searchsorted(self.ends, row, side="right"))
        block = self.blocks[place]
        return block, row - int(self.ends[place]) + len(block.keys)

    def _told(self, row: int, excess: float) -> Broken:
        block, number = self._block_of(row)
        limit = limit_of(block, number)
        return Broken(limit, excess if limit.name else None)


def limit_of(block: RowBlock, row: int) -> Limit:
    """Return what a row of the model limits, as a person knows it."""
    words, key = block.sentence(row), block.keys[row]
    if block.family == "dependencies":
        return Limit(block.family, "", None, words)
    if block.limit is not None or not isinstance(key, tuple):
        name = words if block.limit is None else block.limit(row)
        return Limit(block.family, f"fund {key}" if block.family == "funds" else name, None, words)
    name, period = str(key[0]), key[1] if len(key) == 2 else None
    return Limit(
        block.family,
        f"fund {name}" if block.family == "funds" else name,
        int(period) if isinstance(period, int | np.integer) else None,
        words,
    )
