r"""What several outcomes are worth together: the mean, the worst of them, the mean of the worst share, or the regret.

* ``expected``: ``sum_s p_s V_s``.
* ``cvar:a``: CVaR_a, the mean of the worst share 1 - a of the probability,
  ``max_t t - 1/(1 - a) sum_s p_s max(0, t - V_s)`` (Rockafellar and Uryasev 2000, doi:10.21314/JOR.2000.038).
  ``cvar:a:w``: ``(1 - w) sum_s p_s V_s + w CVaR_a``; w is 1 where it is not given.
* ``worst``: ``min_s V_s``.
* ``regret``: ``- max_s (V*_s - V_s)``, with V*_s the best that could be had if it were known that s comes true
  (Savage 1951, doi:10.1080/01621459.1951.10500768).

Each is maximised, and none falls where an outcome rises.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from outlay.instances.errors import InputError
from outlay.instances.values.text import did_you_mean

KINDS = ("expected", "cvar", "regret", "worst")


@dataclass(frozen=True)
class Risk:
    """A measure of several outcomes.

    Attributes
    ----------
    kind
        One of `KINDS`.
    level, weight
        Of cvar: a, in [0, 1), and w, in [0, 1]; else 0.
    """

    kind: str
    level: float = 0.0
    weight: float = 0.0

    def __str__(self) -> str:
        if self.kind != "cvar":
            return self.kind
        return f"cvar:{self.level:g}" + ("" if self.weight == 1.0 else f":{self.weight:g}")

    def value(
        self, worths: Sequence[float], probabilities: Sequence[float], best: Sequence[float] | None = None
    ) -> float:
        """Return what outcomes are worth together; `best` is V* of each, for regret.

        Examples
        --------
        >>> [parse_risk(text).value([10, 0, 4], [0.5, 0.25, 0.25]) for text in ("expected", "cvar:0.5", "worst")]
        [6.0, 2.0, 0.0]
        >>> parse_risk("cvar:0.5:0.25").value([10, 0, 4], [0.5, 0.25, 0.25])
        5.0
        >>> parse_risk("regret").value([10, 0, 4], [0.5, 0.25, 0.25], [11, 3, 4])
        -3.0
        """
        outcomes, share = np.array(worths, dtype=float), np.array(probabilities, dtype=float)
        if self.kind == "worst":
            return float(outcomes.min())
        if self.kind == "regret":
            return -float((np.array(best, dtype=float) - outcomes).max())
        mean = float(share @ outcomes)
        return mean if self.kind == "expected" else (1 - self.weight) * mean + self.weight * self._tail(outcomes, share)

    def _tail(self, outcomes: np.ndarray, share: np.ndarray) -> float:
        """Return CVaR: the mean of the worst outcomes, as many of them as have the probability 1 - a together."""
        order = np.argsort(outcomes, kind="stable")
        before = np.cumsum(share[order]) - share[order]
        part = np.clip(1 - self.level - before, 0.0, share[order])
        return float(part @ outcomes[order]) / float(part.sum())


def as_risk(given: Risk | str) -> Risk:
    """Return a measure, or the one that is written (`parse_risk`)."""
    return given if isinstance(given, Risk) else parse_risk(given)


def parse_risk(text: str) -> Risk:
    """Return the measure that is written ``expected``, ``cvar:a``, ``cvar:a:w``, ``regret`` or ``worst``.

    Raises
    ------
    InputError
        If it is none of these, or a or w is out of range.
    """
    kind, *numbers = str(text).split(":")
    remedy = "write expected, cvar:0.9, cvar:0.9:0.5, regret or worst"
    if kind not in KINDS:
        raise _wrong("there is no such measure of risk", f"{did_you_mean(kind, KINDS)}; {remedy}", text)
    if (kind == "cvar") != bool(numbers) or len(numbers) > 2:
        raise _wrong("this measure of risk is not complete, or says too much", remedy, text)
    try:
        level, weight = float(numbers[0]) if numbers else 0.0, float(numbers[1]) if len(numbers) > 1 else 1.0
    except ValueError:
        raise _wrong("a number was expected after the colon", remedy, text) from None
    if not (0 <= level < 1 and 0 <= weight <= 1 and math.isfinite(level + weight)):
        raise _wrong("the share or the weight is out of range", "give 0 <= a < 1 and 0 <= w <= 1", text)
    return Risk(kind, level, weight) if kind == "cvar" else Risk(kind)


def _wrong(problem: str, remedy: str, value: object) -> InputError:
    return InputError.single("risk", problem, remedy, column="risk", value=str(value))
