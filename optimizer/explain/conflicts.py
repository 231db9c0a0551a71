"""Why nothing is possible: minimal sets of rules that cannot hold together.

QuickXplain (Junker, AAAI 2004) over the rules, families together, then over the rows of the limits that it leaves:
divide and conquer, each question a mixed-integer feasibility problem. A conflict is minimal if each single rule is
needed: a plan keeps all others. What means nothing but itself (one option a project, scales, payments) is never part of
one. A question that no time was left for counts as possible, and the conflict is then said to be perhaps not minimal.

Further conflicts: from the rules less one of each known conflict, in the order of Reiter's tree (Reiter, Artificial
Intelligence 32(1), 1987), so that none contains an earlier one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from outlay.optimizer.explain.context import Context
from outlay.optimizer.variation.rules import Rule
from outlay.optimizer.variation.variation import Variation

#: The objective that is as good for every plan.
NOTHING = {"cost": 0.0}


@dataclass(frozen=True)
class Conflict:
    """Rules that cannot hold together.

    Attributes
    ----------
    rules
        Name and words of each.
    minimal
        Whether each is proved to be needed.
    whole
        The names of the rules that they are, or are rows of.
    """

    rules: tuple[tuple[str, str], ...]
    minimal: bool = True
    whole: frozenset[str] = frozenset()

    @property
    def names(self) -> frozenset[str]:
        """The names of its rules."""
        return frozenset(name for name, _ in self.rules)


@dataclass
class Possible:
    """Asks whether some rules can hold together, each set of them once."""

    context: Context
    every: Sequence[Rule]
    known: dict[frozenset[str], bool | None] = field(default_factory=dict)
    asked: int = 0

    def __call__(self, kept: Iterable[str]) -> bool:
        """Whether rules can hold together; also if that is not known."""
        return self.answer(frozenset(kept)) is not False

    def answer(self, kept: frozenset[str]) -> bool | None:
        """Return whether rules can hold together; None if the time was over."""
        if kept not in self.known:
            self.asked += 1
            without = tuple(rule.name for rule in self.every if rule.name not in kept)
            found = self.context.ask({"conflict": Variation(without=without, objective=NOTHING)}).get("conflict")
            self.known[kept] = None if found is None else False if found.infeasible else found.plan is not None or None
        return self.known[kept]

    def with_parts(self, whole: Sequence[Rule], parts: Sequence[Rule]) -> Possible:
        """Return who answers for the parts of some rules, without all others."""
        others = [rule for rule in self.every if rule.name not in {one.name for one in whole}]
        return _Parts(self.context, parts, others=others)


@dataclass
class _Parts(Possible):
    others: Sequence[Rule] = ()

    def __post_init__(self) -> None:
        self.every = [*self.every, *self.others]


def conflicts(context: Context, most: int) -> list[Conflict]:
    """Return up to so many conflicts; none if the instance has a plan, or nothing was proved in time."""
    rules = list(context.over.rules.all.values())
    possible = Possible(context, rules)
    names = [rule.name for rule in rules]
    if possible(names):
        return []
    found: list[Conflict] = []
    open_: deque[frozenset[str]] = deque([frozenset()])
    seen = {frozenset[str]()}
    while open_ and len(found) < most and not context.pool.interrupted:
        removed = open_.popleft()
        known = next((each for each in found if not each.whole & removed), None)
        whole = frozenset[str]() if known is None else known.whole
        if known is None:
            rest = [name for name in names if name not in removed]
            if possible(rest):
                continue
            whole = frozenset(minimal(rest, possible))
            found.append(_conflict(context, possible, whole, rules))
        for name in sorted(whole):
            further = removed | {name}
            if further not in seen:
                seen.add(further)
                open_.append(further)
    return found


def minimal(names: Sequence[str], possible: Callable[[Iterable[str]], bool]) -> list[str]:
    """Return a minimal part of what cannot hold together.

    Examples
    --------
    >>> minimal("abcdef", lambda kept: not {"b", "e"} <= set(kept))
    ['b', 'e']
    """
    return sorted(_explained([], [], list(names), possible), key=list(names).index)


def _explained(
    background: list[str], added: list[str], rest: list[str], possible: Callable[[Iterable[str]], bool]
) -> list[str]:
    """Return which of the rest are needed beside the background; `added` is what was just put into it."""
    if added and not possible(background):
        return []
    if len(rest) == 1:
        return rest
    half = len(rest) // 2
    first, second = rest[:half], rest[half:]
    of_second = _explained([*background, *first], first, second, possible)
    of_first = _explained([*background, *of_second], of_second, first, possible)
    return [*of_first, *of_second]


def _conflict(context: Context, possible: Possible, names: frozenset[str], rules: Sequence[Rule]) -> Conflict:
    """Return a conflict, its limits told by the rows that matter, and whether it is proved minimal."""
    chosen = [rule for rule in rules if rule.name in names]
    parts = [part for rule in chosen for part in context.over.rules.parts(rule)]
    asking = possible.with_parts(chosen, parts)
    needed = set(minimal([part.name for part in parts], asking)) if len(parts) > len(chosen) else names
    final = [part for part in parts if part.name in needed] if len(parts) > len(chosen) else chosen
    asker = asking if len(parts) > len(chosen) else possible
    every = frozenset(rule.name for rule in final)
    proved = asker.answer(every) is False and all(asker.answer(every - {name}) is True for name in every)
    return Conflict(tuple((rule.name, rule.title) for rule in final), proved, names)
