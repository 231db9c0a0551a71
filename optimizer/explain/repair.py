"""What would have to give: the fewest limits to move, and then the least sum of their moves.

Two levels: the number of limits that move and of projects that are let go, then the sum of the shares by which limits
move. A limit whose levels are all 0 has no share, and counts in units of about the largest use by one decision. What is
declared immovable stays; a project that must be funded may be let go at the price of one move. Dependencies and what
funds ask of the portfolio cannot move: then there may be no repair.

How far a limit on a share moves is no column (`outlay.optimizer.variation.shares`). Each counts as one move like
others, between the two levels as few of them as possible move, and at last each in turn moves as little as it can
beside the other moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from outlay.optimizer.explain.changes import amount_words
from outlay.optimizer.explain.context import Context
from outlay.optimizer.variation.limit import is_pattern
from outlay.optimizer.variation.variation import Variation
from outlay.optimizer.variation.varied_answer import VariedAnswer

#: Name of the constraint set of a repair.
REPAIR = "repair"


@dataclass(frozen=True)
class Move:
    """One move of a repair.

    Attributes
    ----------
    what
        The limit that moves, or the project that is let go.
    kind
        ``limit`` or ``project``.
    by, unit
        By how much, in ``share`` of its level or in its unit; None for a project.
    sentence
        The move in words.
    set
        Name of the constraint set that makes this move alone; empty where no set can, as of a project that is forced in
        by one.
    """

    what: str
    kind: str
    by: float | None
    unit: str
    sentence: str
    set: str = ""


@dataclass(frozen=True)
class Repair:
    """A repair: its moves, whether they are proved least, and the answer with its plan; no moves: there is none."""

    moves: tuple[Move, ...] = ()
    least: bool = False
    impossible: bool = False
    answer: VariedAnswer | None = None


def repair(context: Context, keep: Sequence[str]) -> Repair:
    """Return the least repair of an instance without any plan."""
    kept = {*keep, *(part.name for name in keep if is_pattern(name) for part in context.over.limits[name].each)}
    limits = [limit for limit in context.over.limits.whole if not limit.fixed and context.over.rows_of(limit)]
    movable = [limit for limit in limits if limit.name not in kept]
    units = tuple(limit.name for limit in movable if limit.by_units)
    alternatives = context.case.alternatives
    release = tuple(
        project
        for number, project in enumerate(alternatives.projects)
        if alternatives.funding_required(number) and project not in kept
    )
    variation = Variation(
        stretch=tuple(limit.name for limit in movable if not limit.is_share),
        give_way=tuple(limit.name for limit in movable if limit.is_share),
        units=units,
        count_first=True,
        release=release,
        title="The least repair",
    )
    answer = context.ask({REPAIR: variation}).get(REPAIR)
    if answer is None:
        return Repair()
    if not answer.holds:
        return Repair(impossible=answer.infeasible, answer=answer)
    answer, amounts, least = _shares_least(context, answer, variation)
    moves = [
        Move(name, "limit", by, context.over.limits[name].unit if name in units else "share",
             amount_words(context.over.limits[name], by))
        for name, by in amounts.items()
        if by
    ]  # fmt: skip
    moves += [Move(project, "project", None, "", f"{project} is let go") for project in answer.released]
    if moves:
        context.propose(REPAIR, answer.body, "; ".join(move.sentence for move in moves))
        moves = [_alone(context, number, move, len(moves)) for number, move in enumerate(moves, start=1)]
    return Repair(tuple(moves), least, answer=answer)


def _alone(context: Context, number: int, move: Move, count: int) -> Move:
    """Return a move with the name of the set that makes it alone."""
    moved = {move.what: move.by} if move.by is not None else {}
    units = (move.what,) if moved and move.unit != "share" else ()
    body = context.over.set_of(Variation(units=units), moved, () if moved else (move.what,))
    if "change" not in body:
        return move
    return replace(move, set=REPAIR if count == 1 else context.propose(f"{REPAIR}-{number}", body, move.sentence))


def _shares_least(
    context: Context, answer: VariedAnswer, variation: Variation
) -> tuple[VariedAnswer, dict[str, float], bool]:
    """Return (answer, its moves, whether all is proved) with each share moved as little as beside the other moves."""
    amounts, proved = {name: by for name, by in answer.moves.items() if by}, answer.status.proved
    for name in variation.give_way:
        if name not in amounts:
            continue
        others = {other: by for other, by in amounts.items() if other != name}
        less = Variation(
            level=others, stretch=(name,), units=variation.units, release=answer.released, title=variation.title
        )
        found = context.ask({f"{REPAIR} by {name}": less}).get(f"{REPAIR} by {name}")
        if found is None or not found.holds:
            proved = False
            continue
        answer, amounts[name] = found, found.moves[name]
        proved = proved and found.status.proved
    return answer, amounts, proved
