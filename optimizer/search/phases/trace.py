"""What a search did: each phase and each sub-problem, for tests and measurements."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

#: Records that are kept of either kind, the newest.
MOST_RECORDS = 100_000


@dataclass(frozen=True)
class PhaseRecord:
    """A phase that was run: its name, and the seconds that it took."""

    step: str
    seconds: float


@dataclass(frozen=True)
class SubProblemRecord:
    """A sub-problem that was solved around a plan.

    Attributes
    ----------
    kind, repair
        Names of the kind of neighbourhood, and of how it was solved.
    in_core
        Whether the dominant projects were fixed.
    columns
        Columns that were free.
    limit_s
        Seconds that it might take.
    status
        The solver's word.
    nodes, seconds
        What it took.
    gain
        By how much the plan is better, in the objective's terms, >= 0.
    value
        What the plan is worth afterwards, of the minimisation.
    """

    kind: str
    repair: str
    in_core: bool
    columns: int
    limit_s: float
    status: str
    nodes: int
    seconds: float
    gain: float
    value: float


@dataclass
class Trace:
    """The newest phases and sub-problems of a search, in their order."""

    phases: deque[PhaseRecord] = field(default_factory=lambda: deque(maxlen=MOST_RECORDS))
    sub_problems: deque[SubProblemRecord] = field(default_factory=lambda: deque(maxlen=MOST_RECORDS))

    @property
    def steps(self) -> list[str]:
        """The names of the phases."""
        return [record.step for record in self.phases]
