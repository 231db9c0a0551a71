"""What a verification finds, and the ledger in which its checks are entered."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from outlay.optimizer.verify.exact import ZERO

#: A text, or what makes it where a condition is broken.
Sentence: TypeAlias = str | Callable[[], str]


@dataclass(frozen=True)
class Violation:
    """One condition that a plan breaks.

    Attributes
    ----------
    family
        The constraint family (``labour``, ``dependencies``, ...); ``choice`` for the options themselves,
        ``programs``, ``links``, ``imports`` and ``shortfalls`` for amounts, ``claims`` for the engine's own numbers.
    rule
        The condition in a few words, the same for every place it is checked in.
    where
        Ids and period, for machines (``labour/electrical/PJM, 2028H1``).
    found, limit, excess
        What the plan has, what is allowed, and by how much it is missed (positive), in the unit of the row; None where
        the condition is not about an amount.
    sentence
        The violation in domain words.
    """

    family: str
    rule: str
    where: str
    found: Fraction | None
    limit: Fraction | None
    excess: Fraction | None
    sentence: str

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True)
class Verification:
    """What an independent check of a plan found.

    Attributes
    ----------
    violations
        Every condition that the plan breaks, by subject; empty for a plan that may be believed.
    metrics
        Every metric of the instance, recomputed exactly.
    objective
        The recomputed objective, one number a level.
    stakeholders
        Weighted sum of each stakeholder, by name.
    checks
        How many conditions were evaluated, by family.
    lateness
        How late the plan's dates are, in money x periods (`outlay.optimizer.verify.schedule`).
    """

    violations: tuple[Violation, ...] = ()
    metrics: Mapping[str, Fraction] = field(default_factory=dict)
    objective: tuple[Fraction, ...] = ()
    stakeholders: Mapping[str, Fraction] = field(default_factory=dict)
    checks: Mapping[str, int] = field(default_factory=dict)
    lateness: Fraction = ZERO

    def __post_init__(self) -> None:
        for name in ("metrics", "stakeholders", "checks"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __repr__(self) -> str:
        """Return what it is in two lines, the first violation among them."""
        checks = f"{sum(self.checks.values())} conditions"
        if self.ok:
            return f"<Verification: {checks}, all hold>"
        first, *others = self.violations
        more = f" (and {len(others)} more)" if others else ""
        return f"<Verification: {checks}, {len(self.violations)} violated\n {first.sentence}{more}>"

    def __reduce__(self) -> tuple[type[Verification], tuple[object, ...]]:
        return Verification, (
            self.violations,
            dict(self.metrics),
            self.objective,
            dict(self.stakeholders),
            dict(self.checks),
            self.lateness,
        )

    @property
    def ok(self) -> bool:
        """Whether nothing is violated."""
        return not self.violations

    def to_document(self) -> dict[str, Any]:
        """Return the verification as plain lists and dictionaries for JSON; fractions become floats."""
        return {
            "ok": self.ok,
            "violations": [
                {key: as_float(value) if isinstance(value, Fraction) else value for key, value in asdict(item).items()}
                for item in self.violations
            ],
            "metrics": {name: as_float(value) for name, value in self.metrics.items()},
            "objective": [as_float(value) for value in self.objective],
            "stakeholders": {name: as_float(value) for name, value in self.stakeholders.items()},
            "checks": dict(self.checks),
            "lateness": as_float(self.lateness),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Verification:
        """Return the verification that `to_document` wrote, its floats read exactly.

        Raises
        ------
        KeyError, TypeError, ValueError
            If the document is not one that `to_document` can write.
        """
        amounts = ("found", "limit", "excess")
        return cls(
            violations=tuple(
                Violation(
                    **{**item, **{name: None if item[name] is None else Fraction(item[name]) for name in amounts}}
                )
                for item in document["violations"]
            ),
            metrics={str(name): Fraction(value) for name, value in document["metrics"].items()},
            objective=tuple(Fraction(value) for value in document["objective"]),
            stakeholders={str(name): Fraction(value) for name, value in document["stakeholders"].items()},
            checks={str(name): int(count) for name, count in document["checks"].items()},
            lateness=Fraction(document["lateness"]),
        )


def as_float(value: Fraction) -> float:
    """Return the nearest float; the largest one for a number beyond all floats, which JSON could not hold."""
    try:
        return float(value)
    except OverflowError:
        return sys.float_info.max if value > 0 else -sys.float_info.max


class Ledger:
    """Where every condition is entered, kept or broken.

    Parameters
    ----------
    tolerance
        A condition on an amount is broken when it is missed by more than this share of its own size: of what is found,
        of the limit, or of the largest amount that either is made of, whichever is largest.
    """

    def __init__(self, tolerance: Fraction) -> None:
        self.tolerance = Fraction(tolerance)
        self.violations: list[Violation] = []
        self.checks: dict[str, int] = {}

    def check(self, family: str, rule: str, where: Sentence) -> Check:
        """Return a condition to be evaluated, and count it."""
        self.checks[family] = self.checks.get(family, 0) + 1
        return Check(self, family, rule, where)


class Check(NamedTuple):
    """One condition of a ledger, about to be evaluated; the fields are those of `Violation`."""

    ledger: Ledger
    family: str
    rule: str
    where: Sentence

    def holds(
        self,
        condition: bool,
        sentence: Sentence,
        *,
        found: Fraction | int | None = None,
        limit: Fraction | int | None = None,
    ) -> bool:
        """Enter a condition that is kept or broken whatever the tolerance, and return which."""
        if not condition:
            self._broken(_fraction(found), _fraction(limit), sentence)
        return condition

    def at_most(self, found: Fraction, limit: Fraction, sentence: Sentence, *, size: Fraction = ZERO) -> None:
        """Enter ``found <= limit``; `size` is that of the largest amount in it, where amounts may cancel."""
        if found > limit and found - limit > self._slack(found, limit, size):
            self._broken(found, limit, sentence)

    def at_least(self, found: Fraction, limit: Fraction, sentence: Sentence, *, size: Fraction = ZERO) -> None:
        """Enter ``found >= limit``."""
        if found < limit and limit - found > self._slack(found, limit, size):
            self._broken(found, limit, sentence)

    def equal(self, found: Fraction, due: Fraction, sentence: Sentence, *, size: Fraction = ZERO) -> None:
        """Enter ``found == due``."""
        if abs(found - due) > self._slack(found, due, size):
            self._broken(found, due, sentence)

    def _slack(self, *amounts: Fraction) -> Fraction:
        return self.ledger.tolerance * max(map(abs, amounts))

    def _broken(self, found: Fraction | None, limit: Fraction | None, sentence: Sentence) -> None:
        excess = None if found is None or limit is None else abs(found - limit)
        where, text = _said(self.where), _said(sentence)
        self.ledger.violations.append(Violation(self.family, self.rule, where, found, limit, excess, text))


def _fraction(amount: Fraction | int | None) -> Fraction | None:
    return None if amount is None else Fraction(amount)


def _said(sentence: Sentence) -> str:
    return sentence if isinstance(sentence, str) else sentence()
