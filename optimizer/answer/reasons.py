"""Why a project is not in the plan, in plain words.

Two kinds of answer. A project without any option was never available, and the rule that dropped each alternative says
why. One that was available lost: its best options are tried beside the plan as it stands, and the limits that they
would break are named. Those are facts about this plan, not a proof that no other plan could hold the project.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse

from outlay.instances.values.numbers import decimal_text
from outlay.models.arrays.ragged import spans
from outlay.models.arrays.rows import RowBlock
from outlay.models.case import Case
from outlay.models.options.options import Dropped
from outlay.optimizer.answer.headroom import extra_room
from outlay.optimizer.problem.scaling import largest_of_rows

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
#: How many broken limits are named.
MOST_NAMED = 3


class Loser(NamedTuple):
    """Why a project is not in the plan.

    Attributes
    ----------
    reason
        In words.
    worth
        What its option that comes nearest would add to the objective; 0 where it was never available.
    limits
        The limits that this option would exceed beside the plan, whatever the period.
    """

    reason: str
    worth: float = 0.0
    limits: tuple[str, ...] = ()


def find_losers(case: Case, blocks: Sequence[RowBlock], point: np.ndarray, funded: set[str]) -> dict[str, Loser]:
    """Return why each project that is not funded is not, by id."""
    never = unavailable(case)
    unfitting = case.unfitting[0]
    trial = _Trial(case, blocks, point)
    losers = {}
    for number, project in enumerate(case.alternatives.projects):
        if project in funded:
            continue
        options = case.options.by_project.of(number)
        lost = Loser(never[project]) if project in never else trial.loser(options[~unfitting[options]])
        losers[project] = lost
    return losers


def unavailable(case: Case) -> dict[str, str]:
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


def never_available(dropped: Sequence[Dropped]) -> str:
    """Return why a project has no option: the rule that took most of each alternative, with its figures.

    Of what the project's own dates allow, if another rule took that.
    """
    most: dict[str, Dropped] = {}
    decisive = [item for item in dropped if item.rule != "window"] or dropped
    for item in decisive:
        known = most.get(item.alternative)
        if known is None or item.starts > known.starts:
            most[item.alternative] = item
    texts = {item.reason for item in most.values()}
    if len(texts) == 1:
        return f"never available: {next(iter(texts))}"
    return "never available: " + "; ".join(f"{name} {item.reason}" for name, item in sorted(most.items()))


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

    def loser(self, options: np.ndarray) -> Loser:
        """Return why none of a project's options is in the plan."""
        fund = self.case.block("fund").first + options
        scale = self.case.scale_column[options]
        worth = self.weights[fund] + np.where(scale != fund, self.weights[scale], 0.0)
        order = np.argsort(-worth, kind="stable")
        if worth[order[0]] <= 0:
            adds = decimal_text(float(worth[order[0]]))
            return Loser(f"available, but not worth it: its best option would add {adds} to the objective")
        broken: dict[int, list[tuple[int, float]]] = {}
        for place in order.tolist():
            if worth[place] > 0:
                broken[place] = self._broken(int(options[place]))
                if not broken[place]:
                    break
        place = min(broken, key=lambda key: len(broken[key]))  # of several, the one that is worth most
        when = self.case.instance.period_label(int(self.case.options.start[options[place]]))
        value = decimal_text(float(worth[place]))
        if not broken[place]:
            return Loser(
                f"available and worth {value} by itself (start {when}), but not beside this plan: what it "
                "would import, buy or be paid from costs as much, or is not to be had for it",
                float(worth[place]),
            )
        named = "; ".join(self._words(*item) for item in broken[place][:MOST_NAMED])
        named += "; ..." if len(broken[place]) > MOST_NAMED else ""
        limits = dict.fromkeys(name for row, _ in broken[place] if (name := self._limit(row)))
        text = f"worth {value}, but crowded out: beside this plan (start {when}) it would break {named}"
        return Loser(text, float(worth[place]), tuple(limits))

    def _broken(self, option: int) -> list[tuple[int, float]]:
        """Return the rows that an option would break beside the plan, and by how much, the worst first."""
        rows, size = self._change(option)
        above, below = size - self.room_above[rows], -size - self.room_below[rows]
        tolerance = 1e-6 * self.size[rows]
        broken = ((above > tolerance) & (size > 0)) | ((below > tolerance) & (size < 0))
        excess = dict(zip(rows[broken].tolist(), np.maximum(above, below)[broken].tolist(), strict=True))
        return sorted(excess.items(), key=lambda item: (-item[1] / self.size[item[0]], item[0]))

    def _change(self, option: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows that funding an option in full changes, and by how much each."""
        ours = slice(self.funded.indptr[option], self.funded.indptr[option + 1])
        so_far, used = self.case.so_far.raised(option)
        column, amount = np.append(self.funded.indices[ours], so_far), np.append(self.funded.data[ours], used)
        begin = self.columns.indptr[column]
        owner, entry = spans(begin, self.columns.indptr[column + 1] - begin)
        changed, place = np.unique(self.columns.indices[entry], return_inverse=True)
        sizes = amount[owner] * self.columns.data[entry]
        return changed, np.bincount(place, weights=sizes, minlength=len(changed))

    def _block_of(self, row: int) -> tuple[RowBlock, int]:
        place = int(np.searchsorted(self.ends, row, side="right"))
        block = self.blocks[place]
        return block, row - int(self.ends[place]) + len(block.keys)

    def _words(self, row: int, excess: float) -> str:
        block, number = self._block_of(row)
        words = block.sentence(number)
        return words if block.family == "dependencies" else f"{words} (by {decimal_text(excess)})"

    def _limit(self, row: int) -> str:
        """Return the name of the limit that a row belongs to; empty for a rule that limits no amount."""
        block, number = self._block_of(row)
        if block.family == "dependencies":
            return ""
        key = block.keys[number]
        if block.family == "funds":
            return f"fund {key[0] if isinstance(key, tuple) else key}"
        if block.family != "limits" and isinstance(key, tuple):
            return str(key[0])
        return block.sentence(number).split(" selected in ")[0]
