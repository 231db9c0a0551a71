r"""What is decided now, as sums of columns: x[project, alternative, q] = its options in q + its cancellation.

Scenarios are linked on these sums and not on single options, so that starts, permit tracks and scales adapt to each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from outlay.instances.plan import Selection
from outlay.models.case import Case


@dataclass(frozen=True)
class Decided:
    """The sums that say what is selected, sorted by key.

    Attributes
    ----------
    keys
        Project, alternative and period of selection of each.
    matrix
        Ones at the columns of its options and of its cancellation; shape (keys, columns of the model).
    built
        Whether it has an option at all, shape (keys,); what has none can only be cancelled.
    """

    keys: tuple[Selection, ...]
    matrix: sparse.csr_array
    built: np.ndarray


def decided_now(case: Case) -> Decided:
    """Return what is selected up to the period of decide_by."""
    options, rules, periods = case.options, case.cancelling_rules, case.instance.periods
    now = np.nonzero(options.selection <= case.instance.decide_by_period)[0]
    codes = np.concatenate([options.alternative[now], rules.alternative]) * periods
    codes = codes + np.concatenate([options.selection[now], rules.selection])
    columns = np.concatenate([case.block("fund").columns[now], case.block("cancelled").columns])
    known, row = np.unique(codes, return_inverse=True)
    matrix = sparse.csr_array((np.ones(len(row)), (row, columns)), shape=(len(known), case.book.size))
    alternatives = case.alternatives
    keys = tuple(
        Selection(alternatives.projects[alternatives.project[code // periods]], alternatives.names[code // periods], q)
        for code, q in zip(known.tolist(), (known % periods).tolist(), strict=True)
    )
    return Decided(keys, matrix, np.isin(known, codes[: len(now)]))


@dataclass(frozen=True)
class Shared:
    """What can be decided now for several scenarios alike.

    Attributes
    ----------
    open
        What each of them can fund or cancel, and one at least can fund; sorted.
    shut
        Everything else: it is selected in none.
    """

    open: tuple[Selection, ...]
    shut: tuple[Selection, ...]


def shared_decisions(decided: Sequence[Decided]) -> Shared:
    """Return what scenarios can decide alike."""
    built = {key for own in decided for key, has in zip(own.keys, own.built, strict=True) if has}
    common = built.intersection(*(own.keys for own in decided))
    known = {key for own in decided for key in own.keys}
    return Shared(tuple(sorted(common)), tuple(sorted(known - common)))


@dataclass(frozen=True)
class Kept:
    """A here-and-now part that is to be kept, in the columns of a model.

    Attributes
    ----------
    absent
        Columns that are 0 then.
    impossible
        What the model can neither fund nor cancel.
    """

    absent: np.ndarray
    impossible: tuple[Selection, ...]


def keep_selections(case: Case, selected: Iterable[Selection]) -> Kept:
    """Return which columns are 0 where exactly this is selected now.

    Of a project that is selected all options but those of its alternative and period, also later ones; of every other
    project what would be selected now. One of what is left must be 1 for each selected project, which is for the
    caller's rows to say.
    """
    wanted, decided = set(selected), decided_now(case)
    kept = np.array([key in wanted for key in decided.keys], dtype=bool)
    absent = np.zeros(case.book.size, dtype=bool)
    absent[decided.matrix[~kept].indices] = True
    chosen = {one.project for one in wanted}
    theirs = np.array([name in chosen for name in case.alternatives.projects], dtype=bool)
    later = theirs[case.options.project] & (case.options.selection > case.instance.decide_by_period)
    absent[case.block("fund").columns[later]] = True
    return Kept(np.nonzero(absent)[0], tuple(sorted(wanted - set(decided.keys))))


def among(case: Case, selected: Iterable[Selection]) -> Case:
    """Return a case in which nothing else can be selected now than some of these; what comes later stays open."""
    wanted, decided = set(selected), decided_now(case)
    other = np.array([key not in wanted for key in decided.keys], dtype=bool)
    present = np.ones(case.book.size, dtype=bool)
    present[decided.matrix[other].indices] = False
    options = case.options.keep(present[case.block("fund").columns], ())
    return case.restricted(options, present[case.block("cancelled").columns])
