"""Options: every way a project can be funded, and why each other way was dropped.

An option is (project, alternative, permit track, selection period q, start s). It builds in ``s..s+b-1`` and operates
from ``op = s + b``. Options that can never be right are dropped before any solving, with a reason that is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from outlay.instances.errors import InputError
from outlay.instances.instance import Instance
from outlay.models.arrays.frames import data_frame
from outlay.models.arrays.ragged import Groups, group_by, spans
from outlay.models.projects.alternatives import Alternatives, Modes

if TYPE_CHECKING:
    import pandas as pd

#: More options than this are refused: the model would not fit in memory.
MAX_OPTIONS = 20_000_000


#: What a sentence about a rule begins with, where its figures alone do not say what failed.
LEADS = {"lender": "fails the lender test: "}


@dataclass(frozen=True)
class Dropped:
    """Options of one alternative and track that were dropped for one reason.

    Attributes
    ----------
    project, alternative, fast_track
        Whose.
    rule
        Short name of the rule: status, forced, lender, funds, finish, permit, selection, window, frozen or needs.
    what
        The rule's figures in words, without what the name of the rule says.
    starts
        How many starts it removed.
    """

    project: str
    alternative: str
    fast_track: bool
    rule: str
    what: str
    starts: int

    @property
    def reason(self) -> str:
        """The rule and its figures, in a sentence."""
        return LEADS.get(self.rule, "") + self.what


class Begun(NamedTuple):
    """The one option of a project that has started: its alternative, and periods that may lie before the calendar."""

    alternative: int
    selection: int
    start: int


@dataclass(frozen=True)
class Options:
    """The options of an instance, as arrays of shape (options,), sorted by project, alternative, track, start, q.

    Attributes
    ----------
    alternatives
        The alternatives they belong to.
    alternative, fast, selection, start, review, permit
        Alternative number; track; q; s; periods of review; row in ``permits`` (-1: none).
    dropped
        What is not among them, and why.
    """

    alternatives: Alternatives
    alternative: np.ndarray
    fast: np.ndarray
    selection: np.ndarray
    start: np.ndarray
    review: np.ndarray
    permit: np.ndarray
    dropped: tuple[Dropped, ...]

    def __len__(self) -> int:
        return len(self.alternative)

    @property
    def instance(self) -> Instance:
        """The instance they come from."""
        return self.alternatives.instance

    @cached_property
    def project(self) -> np.ndarray:
        """Project number of each option."""
        return self.alternatives.project[self.alternative]

    @cached_property
    def operation(self) -> np.ndarray:
        """The first period of operation, op = s + b; may lie past the horizon."""
        return self.start + self.alternatives.building[self.alternative]

    @cached_property
    def commitment(self) -> np.ndarray:
        """K of each option in full, in the prices of its start, money."""
        factors = self.alternatives.price_factors(self.alternative, self.start)
        base = self.alternatives.commitment[self.alternative]
        return base if factors is None else base * factors

    @cached_property
    def least_commitment(self) -> np.ndarray:
        """K of each option at the beginning of its step, in the prices of its start, money; 0 without one."""
        factors = self.alternatives.price_factors(self.alternative, self.start)
        base = self.alternatives.at_least("commitment")[self.alternative]
        return base if factors is None else base * factors

    @cached_property
    def divisible(self) -> np.ndarray:
        """Whether the option may be funded in part."""
        return self.alternatives.min_scale[self.alternative] < 1.0

    @cached_property
    def by_project(self) -> Groups:
        """Options grouped by project."""
        return group_by(self.project, len(self.alternatives.projects))

    @cached_property
    def by_alternative(self) -> Groups:
        """Options grouped by alternative."""
        return group_by(self.alternative, len(self.alternatives.project))

    def of(self, side: str) -> np.ndarray:
        """Return the options of a project, or of one alternative written id@alternative, in rising order."""
        project, _, name = side.partition("@")
        if name:
            return self.by_alternative.of(self.alternatives.number[project, name])
        return self.by_project.of(self.alternatives.project_number[project])

    def frame(self) -> pd.DataFrame:
        """Return the options as a table, one row an option number; periods as numbers, and as people name them.

        Whose they are (project, sector, region, company, tags) and what they ask for, so that rules of a user's own
        can sum over some of them.
        """
        projects, label = self.instance["projects"], self.instance.period_label
        whose = {name: np.array(projects.texts(name), dtype=object) for name in ("sector", "region", "company")}
        tags = np.empty(len(projects), dtype=object)
        tags[:] = [tuple(cell) if isinstance(cell, tuple) else () for cell in projects.column("tags")]
        names = np.array(self.alternatives.projects, dtype=object)
        return data_frame(
            {
                "project": names[self.project],
                **{name: cells[self.project] for name, cells in whose.items()},
                "tags": tags[self.project],
                "alternative": np.array(self.alternatives.names, dtype=object)[self.alternative],
                "fast_track": self.fast,
                "selection": self.selection,
                "start": self.start,
                "operation": self.operation,
                "selection_label": [label(period) for period in self.selection.tolist()],
                "start_label": [label(period) for period in self.start.tolist()],
                "commitment": self.commitment,
            }
        )

    @cached_property
    def begun(self) -> np.ndarray:
        """Whether the project of each option has started: nothing of it is left to decide."""
        started = np.array([status == "started" for status in self.alternatives.status], dtype=bool)
        return started[self.project]

    def with_begun(self, begun: Sequence[Begun]) -> Options:
        """Return the options with those of projects that have started, which need no review, in order."""
        if not begun:
            return self
        alternative, selection, start = (np.array(cells, dtype=int) for cells in zip(*begun, strict=True))
        nothing = np.zeros(len(begun), dtype=int)
        given = (self.alternative, self.fast, self.selection, self.start, self.review, self.permit)
        added = (alternative, nothing.astype(bool), selection, start, nothing, nothing - 1)
        merged = [np.concatenate(pair) for pair in zip(given, added, strict=True)]
        order = np.argsort(merged[0], kind="stable")
        number, fast, selected, starts, review, permit = (column[order] for column in merged)
        return Options(self.alternatives, number, fast, selected, starts, review, permit, self.dropped)

    def keep(self, wanted: np.ndarray, dropped: tuple[Dropped, ...]) -> Options:
        """Return only the wanted options, with further reasons for the others."""
        return Options(
            self.alternatives,
            self.alternative[wanted],
            self.fast[wanted],
            self.selection[wanted],
            self.start[wanted],
            self.review[wanted],
            self.permit[wanted],
            (*self.dropped, *dropped),
        )


def expand(
    alternatives: Alternatives,
    modes: Modes,
    allowed: np.ndarray,
    selections: tuple[np.ndarray, np.ndarray],
    dropped: tuple[Dropped, ...],
    *,
    every_selection: bool,
) -> Options:
    """Return the options of the allowed (mode, start) pairs.

    Parameters
    ----------
    allowed
        Shape (modes, starts).
    selections
        First and last selection period of each pair, shape (modes, starts) each.
    every_selection
        Whether each selection period is an option of its own, or only the latest one.

    Raises
    ------
    InputError
        If there are more than `MAX_OPTIONS`.
    """
    mode, start = np.nonzero(allowed)
    first, last = (bound[mode, start] for bound in selections)
    length = last - first + 1 if every_selection else np.ones_like(last)
    if length.sum() > MAX_OPTIONS:
        raise InputError.single(
            alternatives.instance.name,
            f"it has {length.sum():,} options, more than {MAX_OPTIONS:,}",
            "use longer periods, or tighten earliest_start, latest_start or max_wait_months",
        )
    owner, selection = spans(first if every_selection else last, length)
    mode, start = mode[owner], start[owner]
    alternative = modes.alternative[mode]
    # Modes come sorted by alternative and track, starts and selections rise: the order is by key already.
    return Options(
        alternatives, alternative, modes.fast[mode], selection, start, modes.review[mode], modes.permit[mode], dropped
    )
