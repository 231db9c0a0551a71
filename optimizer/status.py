"""What an answer is worth: statuses, and the results of the levels of the objective."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

#: A gap at most this counts as optimal.
OPTIMAL_GAP = 1e-6


class Status(StrEnum):
    """What an answer is worth.

    ``optimal``: proved, gap at most 1e-6. ``within gap``: proved within the gap asked for. ``stopped at limit``: a
    plan, or none, without that proof. ``infeasible`` and ``unbounded``: proved by HiGHS. ``failed``: the solver
    crashed, hung or answered nonsense twice; the message says what it said.
    """

    OPTIMAL = "optimal"
    WITHIN_GAP = "within gap"
    STOPPED = "stopped at limit"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    FAILED = "failed"

    @property
    def proved(self) -> bool:
        """Whether the answer is proved to the gap asked for."""
        return self in {Status.OPTIMAL, Status.WITHIN_GAP}


@dataclass(frozen=True)
class LevelResult:
    """The solve of one level of the objective (maximised, as the instance states it).

    Attributes
    ----------
    weights
        Metric to weight.
    status
        What is proved about this level.
    limit
        The limit that ended it (``time``, ``work``, ``interrupt``, ``crash``; ``together``: what was decided together
        with other scenarios or levels), or None.
    objective, bound, gap
        Best value found, proved bound, their distance (`relative_gap`); None where there is none.
    nodes, seconds
        Branch-and-bound nodes and time of the solver.
    final
        Value of this level in the final plan; later levels may give up the tolerance.
    size
        The largest amount that one decision adds: what a small objective is small beside.
    """

    weights: dict[str, float]
    status: Status
    limit: str | None
    objective: float | None
    bound: float | None
    gap: float | None
    nodes: int
    seconds: float
    final: float | None = None
    size: float = 1.0


class DatesFound(StrEnum):
    """What is known of a plan's dates; see `Dates`."""

    EARLIEST = "earliest"
    EARLY = "early"
    DECIDED = "decided"
    OPEN = "open"


@dataclass(frozen=True)
class Dates:
    """How the dates of a plan were chosen where the objective leaves them open (``tie_break`` of the instance).

    Attributes
    ----------
    found
        ``earliest``: proved as early as possible, among plans of the same projects and alternatives that are worth as
        much. ``early``: earlier than the solver left them, but not proved the earliest. ``decided``: no project could
        be earlier and bring as much. ``open``: not looked for, so one choice of many.
    lateness
        The sum over the projects of commitment x (selection + start + operation), in money x periods
        (`outlay.optimizer.ties.dates`).
    why
        Why they were left open; empty otherwise.
    """

    found: DatesFound
    lateness: float
    why: str = ""


def relative_gap(objective: float, bound: float, size: float) -> float:
    """Return |bound - objective| / max(|objective|, 1e-6 size), where `size` is the largest amount of one decision.

    Examples
    --------
    >>> relative_gap(100.0, 101.0, 1.0), relative_gap(4e-8, 5e-8, 1e-8), relative_gap(0.0, 0.0, 0.0)
    (0.01, 0.25, 0.0)
    """
    distance = abs(bound - objective)
    return distance / max(abs(objective), 1e-6 * size) if distance else 0.0


def improved(result: LevelResult, objective: float, *, proved: bool) -> LevelResult:
    """Return the result of a level for a better plan; one that is better than the bound leaves nothing proved."""
    if not proved or result.bound is None:
        status = result.status if result.bound is None else Status.STOPPED
        return replace(
            result, status=status, limit=result.limit or "solver tolerance", objective=objective, bound=None, gap=None
        )
    bound = max(result.bound, objective)
    gap = relative_gap(objective, bound, result.size)
    status = Status.OPTIMAL if gap <= OPTIMAL_GAP else result.status
    limit = None if status.proved else result.limit
    return replace(result, status=status, limit=limit, objective=objective, bound=bound, gap=gap)


def raised(levels: Sequence[LevelResult], objective: float, size: float) -> list[LevelResult]:
    """Return the levels of a plan that may be worth more than was found, as what is earlier may be within the gap."""
    head = levels[0]
    if head.objective is None or objective <= head.objective:
        return list(levels)
    sound = head.bound is None or objective <= head.bound + OPTIMAL_GAP * max(size, abs(head.bound))
    return [improved(head, objective, proved=sound), *levels[1:]]


def overall(levels: Sequence[LevelResult]) -> tuple[Status, str | None]:
    """Return the weakest status of the levels, and the limit that ended it; without levels the time was over."""
    order = [Status.OPTIMAL, Status.WITHIN_GAP, Status.STOPPED, Status.UNBOUNDED, Status.INFEASIBLE, Status.FAILED]
    if not levels:
        return Status.STOPPED, "time"
    worst = max(levels, key=lambda level: order.index(level.status))
    return worst.status, worst.limit


def claimed_objective(levels: Sequence[LevelResult]) -> list[float] | None:
    """Return what the levels say the final plan is worth; None for an objective of the user's own, or without plan."""
    finals = [level.final for level in levels if level.weights and level.final is not None]
    return finals if len(finals) == len(levels) else None
